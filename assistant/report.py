"""What an ingest did, for the terminal: while it runs as bars, afterwards as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from assistant.impact import Impact
from assistant.maintain import Outcome
from assistant.store_writer import Step
from vectorstore.versions import Hold

_SHOWN_CHARS = 300  # of an answer
_UNITS = {"reading": " pages", "embedding": " sentences", "comparing": " questions"}


class Bars:
    """One bar per kind of work, with rate and remaining time; silent where nobody looks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._what = ""
        self._bar: Any = None

    def show(self, step: Step) -> None:
        """Move the bar on."""
        from tqdm import tqdm

        if step.what != self._what or step.done < self._bar.n:
            if self._bar is not None:
                self._bar.close()
            self._what = step.what
            self._bar = tqdm(
                desc=step.what,
                unit=_UNITS.get(step.what, ""),
                file=self._stream,
                disable=not self._stream.isatty(),
                leave=False,
            )
        self._bar.total = step.total
        self._bar.update(step.done - self._bar.n)
        if step.done == step.total:
            self._bar.close()


def render_outcome(outcome: Outcome) -> str:
    """The whole report, the least important first: the end is what stays in sight."""
    return "\n".join(_lines(outcome))


def render_hold(hold: Hold) -> str:
    """Why the published version stays, and what to do about it."""
    what = f"Version {hold.version}" if hold.version is not None else "The new version"
    return "\n".join(
        [
            f"{what} is held back since {hold.since:%Y-%m-%d %H:%M} UTC; the one before answers.",
            *(f"  because {reason}" for reason in hold.reasons),
            "Run `assistant publish` if this is meant, or `assistant discard` to drop it.",
        ]
    )


def render_waiting(waiting: Mapping[str, Sequence[str]]) -> str:
    """Which pages are held for review, for which contacts, and what to do about it."""
    return "\n".join(
        [
            f"{len(waiting)} {'page is' if len(waiting) == 1 else 'pages are'} held for review "
            "and not answered from:",
            *(f"  {url} names {', '.join(found)}" for url, found in waiting.items()),
            "Run `assistant trust CONTACT…` if they are meant, `assistant exclude URL` if not.",
        ]
    )


def _lines(outcome: Outcome) -> Iterator[str]:
    report = outcome.report
    for what, urls in report.changes.items() if report.unchanged else ():
        yield from (f"  {what:9} {url}" for url in urls)  # of a refresh; the first time all is new
    for skipped in report.skipped:
        yield f"  skipped   {skipped.url}: {skipped.reason}"
    if outcome.impact is not None:
        yield from _impact_lines(outcome.impact)
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "skipped": len(report.skipped),
        "failed": len(report.failed),
    }
    if outcome.dry_run:
        yield "Nothing was changed. This is what would be:"
    yield ", ".join(f"{count} {what}" for what, count in counts.items()) + "."
    version = f"index version {report.index_version}" if report.index_version else "no index"
    holds = "would have" if outcome.dry_run else "has"
    yield (
        f"The store {holds} {report.pages} pages in {report.chunks} chunks; {version} answers. "
        f"{report.seconds:.1f} s."
    )
    if report.waiting:
        yield render_waiting(report.waiting)
    if outcome.held is not None and outcome.dry_run:
        yield "The new version would be held back:"
        yield from (f"  because {reason}" for reason in outcome.held.reasons)
    elif outcome.held is not None:
        yield render_hold(outcome.held)


def _impact_lines(impact: Impact) -> Iterator[str]:
    for contact in impact.contacts:
        more = f" and {contact.pages - 1} more pages" if contact.pages > 1 else ""
        mark = "!" if contact.alarming else " "
        yield f"{mark} new {contact.kind:6}{contact.value} on {contact.url}{more}"
    for citation in impact.citations:
        why = "the page is gone" if citation.page_is_gone else "no longer on the page"
        yield f"  broken    “{_short(citation.quote)}” {citation.url}: {why}"
    for change in impact.answers:
        yield f"  answers differently: {change.question}"
        yield f"    before: {_short(change.before)}"
        yield f"    after:  {_short(change.after)}"
    if impact.asked:
        yield f"{len(impact.answers)} of {impact.asked} questions are answered differently."


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN_CHARS else plain[: _SHOWN_CHARS - 1] + "…"
