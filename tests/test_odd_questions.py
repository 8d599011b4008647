"""Sixty odd questions at every door: each is answered or refused in words, and nothing breaks.

The doors: the HTTP interface, the page without scripts, an argument of the command, lines of its
standard input.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant.cli import main
from tests.ui.service import SINCE, serving, small_service
from ui.doors import Doors

HALF = ("\ud800", "\udcff\udcfe", f"{SINCE}\udce2")  # the last two: bytes that are not UTF-8
ODD = [
    # nothing, and little
    *("", " ", "\t\n\r", "\u200b\u2060\ufeff", "\u200f\u200e", "؟!…", "-", "a", "؟", "1", "ا"),
    # characters that are none, or many in one
    *("a\x00b\x01c", "\x00", *HALF, "\ufffe\uffff"),
    *(
        "Z\u0351\u0343a\u0344l\u0345g\u0346o" * 40,
        "\u0301" * 500,
        "👩🏽‍🦱🙏🏾" * 50,
        "🏴\U000e0067\U000e007f",
    ),
    *("\U000e0041\U000e0042 tags", "\u202eesrever\u202c", "\u2066\u2067\u2068" * 200, "ـ" * 500),
    *("ﷺﷻ﷽" * 20, "①②⑦", "𝔖𝔦𝔫𝔠𝔢 𝔴𝔥𝔢𝔫", "1234567890" * 20, "٠١٢٣٤٥٦٧٨٩" * 20, "𒈙" * 100),
    # words of other languages than people's
    *("'; DROP TABLE pages; --", '" OR NEAR/2 *', 'title:"x" AND NOT y^2', "a* -b +c (d OR e)"),
    *('{"$where": {"$ne": null}}', '{"$contains": ["x"]}', "{} {0} {question} %s %d %n", "{" * 500),
    *("{{7*7}} ${7*7} #{7*7} <%= 7*7 %>", "__import__('os').system('id')", "\\x00\\u0000\\N{DEL}"),
    *(
        "$(id) `id` | id; id & id",
        "../../etc/passwd",
        "file:///etc/passwd",
        "%00%0a%0d",
        "\\" * 500,
    ),
    *("<script>alert(1)</script>", "</textarea><img src=x>", "<!--", "]]>", "&#0;&amp;&lt;"),
    *("[" * 1_000, '{"a":' * 300, "NaN", "Infinity", "null", "[1](#src-1) **b** `c`", "--help"),
    *("a" * 1_999, "a" * 2_000, "a " * 1_000, "؟" * 2_000, "لا " * 600, "9" * 2_000),
]
LONG = [2_001, 60_000]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    store = tmp_path_factory.mktemp("store")
    service = small_service(store)
    with (
        serving(_doors(service, store), service.assistant) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=20) as client,
    ):
        yield client
        said = client.post("/api/ask", json={"question": SINCE}, headers={"Session-Id": "last"})
        assert said.json()["status"] == "answered"  # after all of them


def _doors(service: object, store: Path) -> Doors:
    from assistant.settings import Settings

    return Doors(service, Settings(store=store))  # type: ignore[arg-type]


def test_there_are_sixty() -> None:
    assert len(set(ODD)) == len(ODD) >= 60


@pytest.mark.parametrize("number", range(len(ODD)))
def test_over_http_and_at_the_page(api: httpx.Client, number: int) -> None:
    question = ODD[number]
    who = {"Session-Id": str(number), "Content-Type": "application/json"}
    body = json.dumps({"question": question}).encode()

    said = api.post("/api/ask", content=body, headers=who)
    page = api.post("/plain", data={"question": question.encode("utf-8", "replace")})

    assert said.status_code in (200, 422)
    assert page.status_code in (200, 422, 429)  # the page's visitors are one network here
    if said.status_code == 200:
        assert "49" not in said.json()["text"]  # nothing is worked out
    assert "Traceback" not in said.text + page.text


@pytest.mark.parametrize("size", [*LONG, 1_000_000])
def test_what_is_too_long_is_refused_at_once(api: httpx.Client, size: int) -> None:
    api.get("/healthz")
    started = time.perf_counter()
    said = api.post("/api/ask", json={"question": "a " * (size // 2) + "a"})
    took = time.perf_counter() - started

    assert said.status_code == (422 if size in LONG else 413)
    assert said.json()["languages"].keys() == {"en", "ar"}
    assert took < 1  # 0.2 on an idle machine


# -- the command ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command")
    (folder / "page.txt").write_text("Who we are\n\nIOM has been present in Egypt since 1991.\n")
    assert main(["ingest", str(folder / "page.txt"), "--store", str(folder / "store")]) == 0
    return folder / "store"


@pytest.mark.parametrize("number", range(len(ODD)))
def test_as_an_argument(store: Path, capsys: pytest.CaptureFixture[str], number: int) -> None:
    code = main(["ask", "--json", "--store", str(store), "--", ODD[number]])

    told = capsys.readouterr()
    if ODD[number] in HALF:
        assert (code, told.out, told.err.count("\n")) == (2, "", 1)
        assert "not UTF-8" in told.err
        return
    assert (code, told.err) == (0, "")
    document = json.loads(told.out)
    assert document["status"] != "answered" or document["citations"]
    assert "49" not in document["text"]


def batch(store: Path, folder: Path, command: str, field: str, texts: list[str]) -> int:
    rows = [json.dumps({"id": str(n), field: text}) for n, text in enumerate(texts)]
    (folder / "in.jsonl").write_text("\n".join(rows))
    files = ["--batch", str(folder / "in.jsonl"), "--out", str(folder / "out.jsonl")]
    return main([command, *files, "--store", str(store)])


@pytest.mark.parametrize(("command", "field"), [("ask", "question"), ("check", "claim")])
def test_as_lines_of_a_file(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, field: str
) -> None:
    whole = [text for text in ODD if text not in HALF]
    if command == "check":  # no claim is a mistake; no question gets an example
        whole = [text for text in whole if any(map(str.isalnum, text))]
    texts = [*whole, "a " * 1_000 + "a", SINCE]

    assert batch(store, tmp_path, command, field, texts) == 0

    said = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().split("\n")[:-1]]
    assert [each["id"] for each in said] == [str(number) for number in range(len(texts))]
    assert said[-1].get("status", "answered") == "answered"  # after all of them
    for half in HALF:
        assert batch(store, tmp_path, command, field, [SINCE, half]) == 2
        assert "in.jsonl, line 2: holds half a character" in capsys.readouterr().err


def test_a_line_that_cannot_be_checked_is_named(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(store, tmp_path, "check", "claim", ["IOM came in 1991.", " "]) == 2
    assert "in.jsonl, id 1: The claim is empty" in capsys.readouterr().err
