"""The staff desk with a few fixed finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from assistant.errors import InputError
from assistant.gaps import Gap
from assistant.types import (
    Difference,
    Disliked,
    Finding,
    Freshness,
    Status,
    Trace,
    Verdict,
)
from ingest.types import Chunk, Page, Span
from tests.ui.fakes import FIXED, HOSTILE, SITE, WHERE, FakeProfile, answer, cite, notice, say
from vectorstore.types import Passage, SearchFilter, SearchResult, Sentence

TEXT = f"Rabat\n\n{WHERE} It was the second.\n\nOne line between.\n\nMore words at the end."
CLAIM = "The second roundtable was held in Cairo with 50 experts."


def chunk(position: int, start: int, end: int, **fields: object) -> Chunk:
    values: dict[str, object] = {
        "id": f"chunk-{position}",
        "url": f"{SITE}/news/roundtable-rabat",
        "title": "Experts gather in Rabat",
        "headings": ("Rabat",),
        "text": TEXT[start:end],
        "start": start,
        "end": end,
        "sentences": (Span(start, end),),
        "language": "en",
        "published": date(2023, 5, 22),
        "position": position,
    }
    return Chunk(**(values | fields))  # type: ignore[arg-type]


FIRST = chunk(0, TEXT.index(WHERE), TEXT.index("One line") - 2)
LAST = chunk(1, TEXT.index("More words"), len(TEXT))
HOSTILE_CHUNK = chunk(
    2, 0, 5, id=HOSTILE, url=HOSTILE, title=HOSTILE, headings=(HOSTILE,), text=HOSTILE
)
PAGE = Page(
    FIRST.url, FIRST.title, TEXT, "en", datetime(2026, 11, 1, tzinfo=UTC), date(2023, 5, 22)
)


def passage(found: Chunk, score: float, **fields: object) -> Passage:
    sentence = Sentence(found.text, found.start, found.end, 0.61)
    values: dict[str, object] = {
        "dense_rank": 1,
        "lexical_rank": None,
        "sentences": (sentence,),
        "similarity": 0.61,
    }
    return Passage(found, score, **(values | fields))  # type: ignore[arg-type]


def verdict(claim: str, finding: Finding, **fields: object) -> Verdict:
    return Verdict(claim, finding, 0.8, **fields)  # type: ignore[arg-type]


class FakeStaffDesk:
    """Remembers what was searched for."""

    def __init__(self) -> None:
        self.profile = FakeProfile()
        self.searches: list[tuple[str, SearchFilter, str]] = []

    def check(self, draft: str) -> Verdict:
        if "hostile" in draft:
            cited = cite(1, HOSTILE, url=HOSTILE, link=HOSTILE, title=HOSTILE)
            differs = (Difference(HOSTILE, HOSTILE, HOSTILE),)
            return verdict(HOSTILE, Finding.CONTRADICTED, citations=(cited,), differences=differs)
        parts = (
            verdict(
                CLAIM,
                Finding.CONTRADICTED,
                citations=(cite(1, WHERE),),
                differences=(
                    Difference("place", "Cairo", "Rabat"),
                    Difference("number", "50", "thirty-five"),
                ),
            ),
            verdict("انعقدت المائدة في الرباط.", Finding.SUPPORTED, citations=(cite(1, WHERE),)),
            verdict("The office has 45 cars.", Finding.NOT_FOUND),
        )
        return verdict(draft, Finding.CONTRADICTED, sentences=parts)

    def search(
        self, query: str, top_k: int, held_to: SearchFilter, section: str = ""
    ) -> SearchResult:
        self.searches.append((query, held_to, section))
        found = (passage(FIRST, 4.25), passage(LAST, 1.5, dense_rank=None, lexical_rank=3))
        if "hostile" in query:
            found = (passage(HOSTILE_CHUNK, 1.0),)
        return SearchResult(query, "en", found, 7, {"embed": 0.004, "rank": 0.006})

    def sections(self) -> Sequence[str]:
        return ("news", "our-work", HOSTILE)

    def read(self, url: str) -> tuple[Page, Sequence[Chunk]]:
        if url != PAGE.url:
            raise InputError(f"{url} is not in the store.")
        return PAGE, (FIRST, LAST)

    def trace(self, question: str) -> Trace:
        if "danger" in question:
            stopped = answer(
                question,
                "en",
                notice(FIXED["en"]["referral"]),
                status=Status.REFERRAL,
                timings={"total": 0.001},
            )
            return Trace(stopped, 0.45)
        given = answer(
            question,
            "en",
            say(WHERE, 1),
            citations=(cite(1, WHERE),),
            confidence=0.83,
            index_version=7,
            timings={"embed": 0.004, "rank": 0.006, "extract": 0.008, "total": 0.02},
        )
        return Trace(given, 0.45, (passage(FIRST, 4.25),))

    def disliked(self) -> Sequence[Disliked]:
        reasons = (("wrong", 2), ("unclear", 1))
        return (
            Disliked(PAGE.url, "en", 3, reasons, date(2026, 11, 20)),
            Disliked("", "ar", 1, (), date(2026, 11, 19)),
            Disliked("=cmd|'/c calc'!A1", "ar", 1, (), date(2026, 11, 18)),
        )

    def gaps(self) -> Sequence[Gap]:
        reasons = (("incomplete", 1),)
        asked = (("What does a visa for Germany cost?", 3), ("visa cost", 1))
        last = date(2026, 11, 23)
        return (
            Gap("en", asked[0][0], 3, 1, reasons, asked, (PAGE.url,), last),
            Gap("ar", "كم ميزانية المكتب؟", 2, 0, (), (("كم ميزانية المكتب؟", 2),), (), last),
            Gap("en", HOSTILE, 1, 0, (), (("=HYPERLINK(1)", 1),), (), last),
        )

    def freshness(self) -> Freshness:
        moment = datetime(2026, 11, 1, tzinfo=UTC)
        return Freshness(7, 21, 44, (("en", 11), ("ar", 10)), 12, moment, moment)
