"""What staff look into: claims, passages, whole pages, why an answer came out as it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from assistant.errors import InputError
from assistant.factcheck import FactChecker
from assistant.gaps import Encode, Gap, gaps
from assistant.pipeline import MIN_CONFIDENCE, Assistant, Retriever
from assistant.privacy.questions import QuestionStore
from assistant.profile import Profile
from assistant.sections import section_of
from assistant.types import Disliked, Freshness, Status, Trace, Verdict
from assistant.votes import Vote, VoteStore
from ingest.catalogue import Catalogue
from ingest.types import Chunk, Page
from vectorstore.types import SearchFilter, SearchResult
from vectorstore.versions import pages_path, published_manifest

SEARCHED = 48  # passages a search is cut out of, where it is held to a section of the site
TRACED_PASSAGES = 10


class StaffDesk:
    """Reads the published version; changes nothing.

    Args:
        questions: those that were kept, where any were.
        encode: texts to vectors, one row each; says which questions are alike.
    """

    def __init__(
        self,
        assistant: Assistant,
        checker: FactChecker,
        retriever: Retriever,
        store: Path,
        votes: VoteStore,
        questions: QuestionStore,
        encode: Encode,
    ) -> None:
        self._assistant = assistant
        self._checker = checker
        self._retriever = retriever
        self._store = store
        self._votes = votes
        self._questions = questions
        self._encode = encode

    @property
    def profile(self) -> Profile:
        """Whom the assistant speaks for."""
        return self._assistant.profile

    def check(self, draft: str) -> Verdict:
        """The verdict on every statement of a draft.

        Raises:
            InputError: the draft is empty or too long.
            VectorStoreError: the store is empty, stale or damaged.
        """
        return self._checker.check(draft)

    def search(
        self, query: str, top_k: int, held_to: SearchFilter, section: str = ""
    ) -> SearchResult:
        """Ranked passages; with a section, those whose address lies in that part of the site."""
        count = SEARCHED if section else top_k
        found = self._retriever.session().search(query, count, held_to)
        passages = [p for p in found.passages if not section or section_of(p.chunk.url) == section]
        return SearchResult(
            found.query, found.language, tuple(passages[:top_k]), found.index_version, found.timings
        )

    def sections(self) -> list[str]:
        """The parts of the sites that are stored, the largest first."""
        with closing(self._pages()) as pages:
            counted = Counter(section_of(page.url) for page in pages.pages())
        return [section for section, _ in counted.most_common() if section]

    def read(self, url: str) -> tuple[Page, Sequence[Chunk]]:
        """A stored page and how it was cut.

        Raises:
            InputError: it is not stored.
        """
        with closing(self._pages()) as pages:
            page = pages.page(url)
            if page is None:
                raise InputError(f"{url} is not in the store.")
            return page, pages.chunks_of(url)

    def trace(self, question: str) -> Trace:
        """Answer a question and say how it came about.

        Raises:
            VectorStoreError: the store is empty, stale or damaged.
        """
        answer = self._assistant.ask(question)
        if answer.index_version is None:
            return Trace(answer, MIN_CONFIDENCE)
        found = self._retriever.session().search(answer.query, TRACED_PASSAGES)
        return Trace(answer, MIN_CONFIDENCE, found.passages)

    def disliked(self) -> list[Disliked]:
        """The pages whose answers were voted down, the most first."""
        groups: dict[tuple[str, str], list[Vote]] = {}
        for vote in self._votes.all():
            if vote.liked:
                continue
            found = vote.pages if vote.status == Status.ANSWERED else ()
            for url in found or ("",):
                groups.setdefault((url, vote.language), []).append(vote)
        said = [
            Disliked(
                url,
                language,
                len(votes),
                tuple(Counter(vote.reason for vote in votes if vote.reason).most_common()),
                max(vote.day for vote in votes),
            )
            for (url, language), votes in groups.items()
        ]
        return sorted(said, key=lambda entry: (-entry.votes, entry.url))

    def gaps(self) -> list[Gap]:
        """What was asked and not found, or voted down, of what was kept; the reading is recorded.

        Raises:
            InputError: the kept questions cannot be read.
        """
        return gaps(self._questions.read(), self._encode) if self._questions.count() else []

    def freshness(self) -> Freshness:
        """How old what is published is.

        Raises:
            EmptyIndex: nothing is published.
        """
        with closing(self._pages()) as opened:
            pages = list(opened.pages())
        manifest = published_manifest(self._store)
        fetched = [page.fetched_at for page in pages]
        return Freshness(
            version=manifest.number if manifest else 0,
            pages=len(pages),
            chunks=manifest.chunks if manifest else 0,
            languages=tuple(Counter(page.language for page in pages).most_common()),
            undated=sum(page.published is None for page in pages),
            fetched_first=min(fetched, default=None),
            fetched_last=max(fetched, default=None),
        )

    def _pages(self) -> Catalogue:
        return Catalogue.open_snapshot(pages_path(self._store))
