"""Values to the JSON documents of the command line and the HTTP interface (INTERFACE)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from assistant.errors import InputError
from assistant.types import Answer, Citation, Contact, Suggestion, Turn, Verdict
from ingest.types import Exclusion, Page
from vectorstore.types import Passage, SearchResult

if TYPE_CHECKING:
    from assistant.maintain import Outcome
    from vectorstore.versions import Hold

Document = dict[str, Any]


def outcome_document(outcome: Outcome) -> Document:
    """What an ingest did, or would do."""
    report, hold = outcome.report, outcome.held
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "skipped": [{"url": s.url, "reason": s.reason} for s in report.skipped],
        "failed": [{"url": f.url, "error": str(f.error)} for f in report.failed],
        "pages": report.pages,
        "chunks": report.chunks,
        "seconds": round(report.seconds, 3),
        "index_version": report.index_version,
        "changes": {what: list(urls) for what, urls in report.changes.items()},
        "dry_run": outcome.dry_run,
        "waiting": waiting_document(report.waiting),
        "held": hold_document(hold) if hold is not None else None,
        "impact": asdict(outcome.impact) if outcome.impact is not None else None,
    }


def hold_document(hold: Hold) -> Document:
    """What waits for a person."""
    return {
        "version": hold.version,
        "since": hold.since.isoformat(),
        "reasons": list(hold.reasons),
        "rolled_back": bool(hold.rolled_back),
    }


def waiting_document(waiting: Mapping[str, Sequence[str]]) -> list[Document]:
    """The pages that are held for review."""
    return [{"url": url, "contacts": list(found)} for url, found in waiting.items()]


def exclusion_document(exclusion: Exclusion) -> Document:
    """What a person took out."""
    return {**asdict(exclusion), "since": exclusion.since.isoformat()}


def turns_of(messages: Any, where: str = "history") -> list[Turn]:
    """Messages of `{"role","content"}` as turns; a question without an answer is left out.

    Raises:
        InputError: it is no list of such messages.
    """
    turns: list[Turn] = []
    asked: str | None = None
    for message in messages if isinstance(messages, list | tuple) else [None]:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise InputError(
                f'{where}: a history is a list of {{"role": "user"|"assistant", "content": text}}.'
            )
        if message.get("role") == "user":
            asked = message["content"]
        elif asked is not None:
            turns.append(Turn(asked, message["content"]))
            asked = None
    return turns


def page_document(page: Page) -> Document:
    """One page with its full text."""
    return {**page_summary(page), "text": page.text}


def page_summary(page: Page) -> Document:
    """One page without its text."""
    return {
        "url": page.url,
        "title": page.title,
        "language": page.language,
        "published": _day(page.published),
        "modified": _day(page.modified),
        "fetched_at": page.fetched_at.isoformat(),
        "precision": page.precision,
        "linked_from": list(page.linked_from),
        "alternates": dict(page.alternates),
        "digest": page.digest,
        "kind": page.kind,
        "sample": page.sample,
        "characters": len(page.text),
    }


def passage_document(passage: Passage) -> Document:
    """One passage; `page.text[start:end] == text`."""
    chunk = passage.chunk
    return {
        "chunk_id": chunk.id,
        "url": chunk.url,
        "title": chunk.title,
        "headings": list(chunk.headings),
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "language": chunk.language,
        "published": _day(chunk.published),
        "score": round(passage.score, 6),
        "dense_rank": passage.dense_rank,
        "lexical_rank": passage.lexical_rank,
    }


def search_document(result: SearchResult) -> Document:
    """The passages of one search."""
    return {
        "query": result.query,
        "language": result.language,
        "passages": [passage_document(passage) for passage in result.passages],
        "index_version": result.index_version,
        "timings": _rounded(result.timings),
    }


def answer_document(answer: Answer) -> Document:
    """One answer."""
    return {
        "question": answer.question,
        "query": answer.query,
        "language": answer.language,
        "status": str(answer.status),
        "text": answer.text,
        "sentences": [
            {
                "text": s.text,
                "kind": str(s.kind),
                "citations": list(s.citations),
                "supporting": s.supporting,
            }
            for s in answer.sentences
        ],
        "citations": [citation_document(citation) for citation in answer.citations],
        "passages": [
            {"chunk_id": p.chunk_id, "url": p.url, "title": p.title, "score": round(p.score, 6)}
            for p in answer.passages
        ],
        "suggestions": [_suggestion(suggestion) for suggestion in answer.suggestions],
        "contacts": [_contact(contact) for contact in answer.contacts],
        "confidence": round(answer.confidence, 6),
        "model": answer.model,
        "usage": dict(answer.usage),
        "index_version": answer.index_version,
        "timings": _rounded(answer.timings),
    }


def verdict_document(verdict: Verdict) -> Document:
    """One verdict; `sentences` has one each for a claim of several sentences."""
    return {
        "claim": verdict.claim,
        "verdict": str(verdict.verdict),
        "confidence": round(verdict.confidence, 6),
        "citations": [citation_document(citation) for citation in verdict.citations],
        "differences": [
            {"kind": d.kind, "claim": d.claim, "source": d.source} for d in verdict.differences
        ],
        "sentences": [verdict_document(each) for each in verdict.sentences],
        "index_version": verdict.index_version,
    }


def citation_document(citation: Citation) -> Document:
    """One citation; `page.text[start:end] == quote`."""
    return {
        "number": citation.number,
        "url": citation.url,
        "link": citation.link,
        "title": citation.title,
        "headings": list(citation.headings),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "page": citation.page,
        "language": citation.language,
        "published": _day(citation.published),
        "fetched_at": citation.fetched_at.isoformat(),
        "alternates": dict(citation.alternates),
        "sample": citation.sample,
    }


def _suggestion(suggestion: Suggestion) -> Document:
    fields = {"text": suggestion.text, "url": suggestion.url, "question": suggestion.question}
    return {name: value for name, value in fields.items() if value is not None}


def _contact(contact: Contact) -> Document:
    return {
        "label": dict(contact.label),
        "channel": contact.channel,
        "value": contact.value,
        "source": contact.source,
        "checked": contact.checked.isoformat(),
        "hours": dict(contact.hours),
        "cost": dict(contact.cost),
        "spoken": list(contact.spoken),
        "reviewed": contact.reviewed.isoformat() if contact.reviewed else None,
        "old": contact.is_old(date.today()),
        "situations": list(contact.situations),
    }


def _day(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None


def _rounded(timings: Any) -> Document:
    return {stage: round(seconds, 6) for stage, seconds in timings.items()}
