from __future__ import annotations

import pytest

from ingest.frontier import Frontier, Limits, address_key, clean_address, path_pattern

HOME = "https://harbour.example"


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("/a", "/a/"),
        ("/a", "/a#part"),
        ("/a", "/a?utm_source=x&fbclid=1&os=a&utm_id=3"),
        ("/a", "/a?sort_by=date&order=asc"),
        ("/a", "/a;jsessionid=12AF"),
        ("/a", "/a?PHPSESSID=1"),
        ("/", ""),
        ("/", "/index.html"),
        ("/a?x=1&y=2", "/a?y=2&x=1"),
        ("/أخبار", "/%d8%a3%D8%AE%D8%A8%D8%A7%D8%B1"),
        ("/caf\u00e9", "/cafe\u0301"),
        ("/a-b", "/a%2Db"),
    ],
)
def test_two_ways_to_write_an_address_are_one_page(written: str, same: str) -> None:
    assert address_key(HOME + written) == address_key(HOME + same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a", "/A"),
        ("/a", "/a?page=1"),
        ("/a?page=1", "/a?page=2"),
        ("/a/b", "/a%2Fb?x"),
        ("/a", "/b"),
    ],
)
def test_other_addresses_are_other_pages(one: str, other: str) -> None:
    assert address_key(HOME + one) != address_key(HOME + other)


def test_an_address_is_asked_for_as_it_was_found_but_for_what_makes_no_page() -> None:
    assert clean_address("HTTPS://Harbour.Example:443/a/?page=2&utm_medium=x#top") == (
        "https://harbour.example/a/?page=2"
    )
    assert clean_address("http://harbour.example:8080") == "http://harbour.example:8080/"
    assert clean_address(f"{HOME}/أخبار%2f1") == f"{HOME}/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1%2F1"


def test_numbers_and_ids_fold_into_one_pattern() -> None:
    assert path_pattern(f"{HOME}/node/2181") == path_pattern(f"{HOME}/node/7") == "/node/0"
    assert path_pattern(f"{HOME}/f/6f9619ff-8b86-d011-b42d-00cf4fc964ff") == "/f/0"
    assert path_pattern(f"{HOME}/news/facade-decade") == "/news/facade-decade"


def drained(frontier: Frontier) -> list[str]:
    found = []
    while stop := frontier.next():
        found.append(stop.url.removeprefix(HOME))
    return found


def test_the_nearest_come_first_and_each_once() -> None:
    frontier = Frontier(Limits())

    taken = [
        frontier.add(HOME + path, depth)
        for path, depth in [("/far", 2), ("/near", 1), ("/near/", 1), ("/", 0)]
    ]

    assert taken == [True, True, False, True]
    assert drained(frontier) == ["/", "/near", "/far"]


def test_a_pattern_has_its_limit_and_what_the_site_lists_comes_after_the_others() -> None:
    frontier = Frontier(Limits(per_pattern=2))
    for number in range(5):
        frontier.add(f"{HOME}/day/{number}", 1)
    for number in range(3):
        frontier.add(f"{HOME}/node/{number}", 1, listed=True)
    frontier.add(f"{HOME}/about", 3)

    assert frontier.left_out == {"/day/0"}
    assert drained(frontier) == ["/day/0", "/day/1", "/node/0", "/node/1", "/about", "/node/2"]
    assert frontier.knows(f"{HOME}/day/4")
    assert not frontier.knows(f"{HOME}/other")


def test_views_of_a_calendar_have_a_limit_of_their_own() -> None:
    frontier = Frontier(Limits(per_calendar=2))

    for month in range(5):
        frontier.add(f"{HOME}/events?month={month}", 1)
        frontier.add(f"{HOME}/news?page={month}", 1)

    assert len(drained(frontier)) == 2 + 5


@pytest.mark.parametrize(
    ("path", "depth", "taken"),
    [
        ("/a", 8, True),
        ("/a", 9, False),
        ("/a/b/a", 1, True),
        ("/a/a/a", 1, False),
        ("/" + "x" * 3000, 1, False),
    ],
)
def test_an_address_that_looks_like_a_trap_is_left(path: str, depth: int, taken: bool) -> None:
    assert Frontier(Limits()).add(HOME + path, depth) is taken


def test_a_section_without_end_lets_the_others_have_their_turn() -> None:
    frontier = Frontier(Limits(per_section_turn=3))
    for letter in "abcdef":
        frontier.add(f"https://h.example/tree/{letter}", 1)
        frontier.add(f"https://h.example/ar/tree/{letter}", 1)
    frontier.add("https://h.example/real/far", 7)

    order = []
    while stop := frontier.next():
        order.append(stop.url.removeprefix("https://h.example/"))

    assert order.index("real/far") == 3
    assert len(order) == 13
