"""A claim to a Verdict: search, lay it beside the evidence, say what the pages say.

Supported and contradicted need plain evidence; whatever is in doubt is not found.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.citations import CitationList
from assistant.errors import InputError
from assistant.pipeline import Retriever, Searcher
from assistant.question import language_of
from assistant.statement import read_statement
from assistant.support.candidates import candidates_of, most_promising
from assistant.support.closeness import Closeness
from assistant.support.verdict import Weighed, decide, weigh_all
from assistant.types import Difference, Finding, Verdict
from ingest.sentences import sentence_spans
from vectorstore.types import Passage, SearchFilter

MAX_CLAIM_CHARS = 10_000
PASSAGES = 12  # of all languages together
PASSAGES_PER_LANGUAGE = 6  # so that the other language always has a say


class FactChecker:
    """Checks claims against the published pages."""

    def __init__(self, retriever: Retriever, near: Closeness | None = None) -> None:
        """`near` tells words that mean the same; without it only the lexicon does."""
        self._retriever = retriever
        self._near = near

    def check(self, claim: str) -> Verdict:
        """The verdict on a sentence, or on every sentence of a paragraph.

        Raises:
            InputError: the claim is empty or too long.
            VectorStoreError: the store is empty, stale or damaged.
        """
        text = _readable(claim)
        if not any(c.isalnum() for c in text):
            raise InputError("The claim is empty. Give a sentence to check.")
        if len(text) > MAX_CLAIM_CHARS:
            raise InputError(
                f"The claim has {len(text):,} characters; at most {MAX_CLAIM_CHARS:,} are checked."
            )
        searcher = self._retriever.session()
        spans = [s for s in sentence_spans(text) if any(c.isalnum() for c in s.of(text))]
        if len(spans) < 2:
            return self._check_one(claim, text, searcher)
        parts: list[Verdict] = []
        for span in spans:
            before = parts[-1] if parts and _refers_back(span.of(text)) else None
            parts.append(self._check_one(span.of(text), span.of(text), searcher, before))
        worst = min(parts, key=lambda v: (_BADNESS.index(v.verdict), -v.confidence))
        return Verdict(
            claim=claim,
            verdict=worst.verdict,
            confidence=min(v.confidence for v in parts if v.verdict is worst.verdict),
            citations=worst.citations,
            differences=worst.differences,
            sentences=tuple(parts),
            index_version=worst.index_version,
        )

    def _check_one(
        self, claim: str, text: str, searcher: Searcher, before: Verdict | None = None
    ) -> Verdict:
        """`before` is what came of the sentence that says whom an "it" or a "they" means."""
        weighed, version = self._weigh(text, searcher, before)
        chosen = decide(weighed)
        best = max((w.strength for w in weighed), default=0.0)
        if chosen is None:
            return Verdict(claim, Finding.NOT_FOUND, round(1 - best / 2, 4), index_version=version)
        citations = CitationList(searcher.page)
        for sentence in chosen.candidate.sentences:
            citations.cite(chosen.candidate.passage, sentence)
        differences: tuple[Difference, ...] = ()
        if chosen.finding is Finding.CONTRADICTED:
            differences = tuple(dict.fromkeys(chosen.comparison.differences))
        return Verdict(
            claim=claim,
            verdict=chosen.finding,
            confidence=round(chosen.strength, 4),
            citations=citations.all,
            differences=differences,
            index_version=version,
        )

    def weigh(self, claim: str) -> list[Weighed]:
        """A sentence laid beside every text that may speak of it, before anything is decided."""
        return self._weigh(_readable(claim), self._retriever.session())[0]

    def _weigh(
        self, text: str, searcher: Searcher, before: Verdict | None = None
    ) -> tuple[list[Weighed], int]:
        passages, version = _search(searcher, f"{before.claim} {text}" if before else text)
        if before is not None:  # what "it" is stands on the pages that speak of it
            about = {citation.url for citation in before.citations}
            passages = [passage for passage in passages if passage.chunk.url in about]
        statement = read_statement(text)
        candidates = most_promising(statement, list(candidates_of(passages, searcher.page)))
        return weigh_all(statement, candidates, self._near), version


_BADNESS = (Finding.CONTRADICTED, Finding.NOT_FOUND, Finding.SUPPORTED)


_BACK = re.compile(
    r"\W*(?:(?:it|its|they|their|he|his|she|her|this|these)\b|[وف]?(?:هو|هي|هم|هن|ذلك|هذه|هذا)\b)",
    re.IGNORECASE,
)


def _refers_back(sentence: str) -> bool:
    """Whether a sentence speaks of what the one before it named: "It has 30 beds."."""
    return _BACK.match(sentence) is not None


def _readable(text: str) -> str:
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") else " " for c in text)
    return " ".join("".join(kept).split())


def _search(searcher: Searcher, text: str) -> tuple[list[Passage], int]:
    """Passages of all languages, each language's best among them."""
    found = searcher.search(text, top_k=PASSAGES)
    passages = {p.chunk.id: p for p in found.passages}
    other = "en" if language_of(text) == "ar" else "ar"
    for language in (other, language_of(text)):
        more = searcher.search(
            text, top_k=PASSAGES_PER_LANGUAGE, held_to=SearchFilter(language=language)
        )
        for passage in more.passages:
            passages.setdefault(passage.chunk.id, passage)
    return list(passages.values()), found.index_version
