"""Reading in limited processes: what they give back, and what happens when they die."""

from __future__ import annotations

import os
import resource
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.discover import discover
from ingest.errors import NothingToKeep, UnreadablePage
from ingest.media import HTML, PAGE_JSON
from ingest.readers import read
from ingest.readers.limited import LimitedReaders, Limits
from ingest.types import Reading, Resource

SITE = Path(__file__).parents[2] / "data" / "site"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
GOOD = "<html lang=en><title>T</title><main><p>The harbour opens at nine every day.</p></main>"


def page(html: str = GOOD, media_type: str = HTML) -> Resource:
    return Resource("https://harbour.example/x", html.encode(), media_type, NOW, "utf-8")


def outcome(reader: object, resource: Resource) -> Reading | tuple[str, str]:
    try:
        return reader(resource)  # type: ignore[operator,no-any-return]
    except UnreadablePage as error:
        return type(error).__name__, str(error)


def children() -> list[int]:
    found = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    return [int(pid) for pid in found.read_text().split()]


def test_what_a_child_reads_is_what_its_parent_would() -> None:
    names = ["avrr-guide-ar.pdf", "index.html", "gallery/community-day-2016/index.html"]
    resources = [
        item
        for item in discover(str(SITE))
        if isinstance(item, Resource)
        and (item.url.endswith(("/ar/contact-us", ".pdf", "community-day-2016", "/news")))
    ]
    assert len(resources) >= len(names)

    with LimitedReaders() as readers:
        got = [outcome(readers.read, each) for each in resources]

    assert got == [outcome(read, each) for each in resources]
    assert any(isinstance(each, tuple) and each[0] == NothingToKeep.__name__ for each in got)


def test_a_program_with_more_than_a_thousand_open_files_reads_as_well() -> None:
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 2_000), most))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    try:
        with LimitedReaders() as readers:
            assert readers.read(page()).page.title == "T"
    finally:
        for file in opened:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))


def test_one_child_reads_many_and_what_needs_no_parser_needs_none() -> None:
    before = set(children())
    with LimitedReaders() as readers:
        readers.read(page('{"url": "https://x.example/", "text": "It opens at nine."}', PAGE_JSON))
        assert set(children()) == before
        readers.read(page())
        first = set(children()) - before
        readers.read(page())
        assert set(children()) - before == first
        assert len(first) == 1
    assert set(children()) == before


def test_a_page_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    words = "the harbour opens at nine " * 4
    slow = "<main>" + f"<p>{words}<b>{words}</b>" * 45_000

    with LimitedReaders(limits=Limits(memory_bytes=2_000_000_000, cpu_s=0)) as readers:
        with pytest.raises(UnreadablePage, match="took more than 0 seconds to read"):
            readers.read(page(slow))
        assert readers.read(page()).page.text == "The harbour opens at nine every day."


def test_a_page_that_takes_too_much_memory_is_refused_and_the_next_is_read() -> None:
    large = "<main>" + "<p>The harbour opens at nine every day.</p>" * 200_000

    with LimitedReaders(limits=Limits(memory_bytes=110_000_000)) as readers:
        with pytest.raises(UnreadablePage):
            readers.read(page(large))
        assert readers.read(page()).page.text == "The harbour opens at nine every day."


def test_a_child_that_waits_for_ever_is_given_up() -> None:
    with LimitedReaders() as readers:
        before = set(children())
        readers.read(page())
        (child,) = set(children()) - before
        os.kill(child, signal.SIGSTOP)
        readers._idle.queue[-1]._limits = Limits(wall_s=0.2)  # type: ignore[union-attr]

        with pytest.raises(UnreadablePage, match="took more than 20 seconds"):
            readers.read(page())
        assert set(children()) == before


def test_a_child_that_was_killed_is_replaced() -> None:
    with LimitedReaders() as readers:
        before = set(children())
        readers.read(page())
        for child in set(children()) - before:
            os.kill(child, signal.SIGKILL)

        assert outcome(readers.read, page()) == outcome(read, page())


def test_an_error_that_nobody_foresaw_costs_the_page_only() -> None:
    broken = Resource("https://harbour.example/x", b"<p>x</p>", HTML, NOW, charset=5)  # type: ignore[arg-type]

    with LimitedReaders() as readers:
        with pytest.raises(UnreadablePage, match=r"cannot be read \((?:Type|Attribute)Error"):
            readers.read(broken)
        assert readers.read(page()).page.language == "en"
