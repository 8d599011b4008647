"""What the HTTP interface takes and gives, as its OpenAPI document describes it.

The answers themselves are made by `assistant.documents`, as the command line makes them; these
models describe them, and a test holds the two to each other.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_TEXT_CHARS = 65_536  # of a question: longer than any that is answered, so that all are read
MAX_TURNS = 40
MAX_TOP_K = 50

_ANSWER_EXAMPLE: dict[str, Any] = {
    "question": "Since when is IOM in Egypt?",
    "query": "Since when is IOM in Egypt?",
    "language": "en",
    "status": "answered",
    "text": "IOM has been present in Egypt since 1991. [1]",
    "sentences": [
        {
            "text": "IOM has been present in Egypt since 1991.",
            "kind": "quote",
            "citations": [1],
            "supporting": False,
        }
    ],
    "citations": [
        {
            "number": 1,
            "url": "https://egypt.iom.int/who-we-are",
            "link": "https://egypt.iom.int/who-we-are#:~:text=IOM%20has%20been",
            "title": "Who we are",
            "headings": [],
            "quote": "IOM has been present in Egypt since 1991.",
            "start": 120,
            "end": 161,
            "page": None,
            "language": "en",
            "published": "2023-01-15",
            "fetched_at": "2026-11-01T06:00:00+00:00",
            "alternates": {"ar": "https://egypt.iom.int/ar/who-we-are"},
            "sample": False,
        }
    ],
    "passages": [],
    "suggestions": [],
    "contacts": [],
    "confidence": 0.91,
    "model": None,
    "usage": {},
    "index_version": 7,
    "timings": {"total": 0.012},
}
_PASSAGE_EXAMPLE: dict[str, Any] = {
    "chunk_id": "1fd1667dce2aea68-0",
    "url": "https://egypt.iom.int/who-we-are",
    "title": "Who we are",
    "headings": [],
    "text": "IOM has been present in Egypt since 1991.",
    "start": 120,
    "end": 161,
    "language": "en",
    "published": "2023-01-15",
    "score": 5.07,
    "dense_rank": 1,
    "lexical_rank": 2,
}
_VERDICT_EXAMPLE: dict[str, Any] = {
    "claim": "IOM has been in Egypt since 1999.",
    "verdict": "contradicted",
    "confidence": 0.94,
    "citations": _ANSWER_EXAMPLE["citations"],
    "differences": [{"kind": "date", "claim": "1999", "source": "1991"}],
    "sentences": [],
    "index_version": 7,
}
_SUMMARY_EXAMPLE: dict[str, Any] = {
    "url": "https://egypt.iom.int/who-we-are",
    "title": "Who we are",
    "language": "en",
    "published": "2023-01-15",
    "modified": None,
    "fetched_at": "2026-11-01T06:00:00+00:00",
    "alternates": {"ar": "https://egypt.iom.int/ar/who-we-are"},
    "digest": "6b789a6a3a2ed2e61d0eddeff5ee3e2b0924a13b86374dd6b49aa7d1b350baf8",
    "kind": "page",
    "sample": False,
    "characters": 1_204,
}


def _shown(*examples: dict[str, Any]) -> ConfigDict:
    """Of a document that we send, with examples of it."""
    return ConfigDict(extra="allow", json_schema_extra={"examples": list(examples)})


class _Taken(BaseModel):
    """Something sent to us: no field that we do not know."""

    model_config = ConfigDict(extra="forbid")


class Message(_Taken):
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]


class AskBody(_Taken):
    """A question, with the conversation before it where there was one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "Since when is IOM in Egypt?"},
                {
                    "question": "ومن يموّلها؟",
                    "history": [
                        {"role": "user", "content": "ما هي خدمات العودة الطوعية؟"},
                        {"role": "assistant", "content": "خدمات العودة الطوعية مجانية."},
                    ],
                },
            ]
        },
    )

    question: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
    history: Annotated[list[Message], Field(max_length=MAX_TURNS)] = []
    min_confidence: Annotated[
        float | None, Field(ge=0, le=1, description="0: never refuse for doubt")
    ] = None
    stream: Annotated[bool, Field(description="answer as server-sent events")] = False


class SearchBody(_Taken):
    """A search for passages."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"query": "roundtable in Rabat", "top_k": 3}]},
    )

    query: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
    top_k: Annotated[int, Field(ge=1, le=MAX_TOP_K)] = 10
    language: Annotated[
        str | None, Field(max_length=10, description="only pages in this language")
    ] = None
    since: Annotated[date | None, Field(description="only pages from this day on")] = None
    until: Annotated[date | None, Field(description="only pages up to this day")] = None


class CheckBody(_Taken):
    """A claim to check against the pages."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"claim": "IOM has been in Egypt since 1991."}]},
    )

    claim: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]


class _Given(BaseModel):
    """Something we send; later versions may say more, clients ignore what they do not know."""

    model_config = ConfigDict(extra="allow")


class SentenceDocument(_Given):
    """One sentence of an answer and the citations that carry it."""

    text: str
    kind: Literal["quote", "written", "notice"]
    citations: list[int]
    supporting: Annotated[
        bool, Field(description="added in case the others do not answer; may be set apart")
    ]


class CitationDocument(_Given):
    """Where a quote stands: `page.text[start:end] == quote`, always."""

    number: int
    url: str
    link: str
    title: str
    headings: list[str]
    quote: str
    start: int
    end: int
    page: int | None
    language: str
    published: str | None
    fetched_at: str
    alternates: dict[str, str]
    sample: bool


class PassageReference(_Given):
    """A passage that was looked at."""

    chunk_id: str
    url: str
    title: str
    score: float


class SuggestionDocument(_Given):
    """A page worth opening or a question worth asking."""

    text: str
    url: str | None = None
    question: str | None = None


class ContactDocument(_Given):
    """A public line."""

    label: dict[str, str]
    channel: str
    value: str
    source: str
    checked: str
    hours: dict[str, str]
    cost: dict[str, str]
    spoken: list[str]
    reviewed: str | None
    old: bool
    situations: list[str]


class AnswerDocument(_Given):
    """One answer."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_ANSWER_EXAMPLE]})

    question: str
    query: str
    language: str
    status: Annotated[
        str,
        Field(
            description="answered, clarification, conversation, referral, or of the families "
            "unanswerable_*, blocked_*, error_*"
        ),
    ]
    text: str
    sentences: list[SentenceDocument]
    citations: list[CitationDocument]
    passages: list[PassageReference]
    suggestions: list[SuggestionDocument]
    contacts: list[ContactDocument]
    confidence: float
    model: Annotated[
        str | None, Field(description="the language model that wrote some of the sentences")
    ]
    usage: Annotated[
        dict[str, float],
        Field(description="where a model was asked: tokens_in, tokens_out; cost if a price is set"),
    ]
    index_version: int | None
    timings: dict[str, float]


class PassageDocument(_Given):
    """One passage, best first; `page.text[start:end] == text`."""

    chunk_id: str
    url: str
    title: str
    headings: list[str]
    text: str
    start: int
    end: int
    language: str
    published: str | None
    score: float
    dense_rank: int | None
    lexical_rank: int | None


class SearchDocument(_Given):
    """What a search found."""

    model_config = _shown(
        {
            "query": "roundtable in Rabat",
            "language": "en",
            "passages": [_PASSAGE_EXAMPLE],
            "index_version": 7,
            "timings": {"total": 0.004},
        }
    )

    query: str
    language: str
    passages: list[PassageDocument]
    index_version: int
    timings: dict[str, float]


class DifferenceDocument(_Given):
    """Where a claim and its evidence part."""

    kind: str
    claim: str
    source: str


class VerdictDocument(_Given):
    """What the pages say to a claim; one each under `sentences` where it has several."""

    model_config = _shown(_VERDICT_EXAMPLE)

    claim: str
    verdict: Literal["supported", "contradicted", "not_found"]
    confidence: float
    citations: list[CitationDocument]
    differences: list[DifferenceDocument]
    sentences: list[VerdictDocument]
    index_version: int | None


class PageSummary(_Given):
    """One stored page, without its text."""

    url: str
    title: str
    language: str
    published: str | None
    modified: str | None
    fetched_at: str
    alternates: dict[str, str]
    digest: str
    kind: str | None
    sample: bool
    characters: int


class PageDocument(PageSummary):
    """One stored page with its full text."""

    model_config = _shown({**_SUMMARY_EXAMPLE, "text": "IOM has been present in Egypt since 1991."})

    text: str


class PageList(_Given):
    """Some of the stored pages, by address.

    Attributes:
        next: to be sent as `after` for the following ones; None at the end.
    """

    model_config = _shown(
        {"pages": [_SUMMARY_EXAMPLE], "next": None, "total": 1, "index_version": 7}
    )

    pages: list[PageSummary]
    next: str | None
    total: int
    index_version: int


class Health(_Given):
    """The process answers."""

    status: Literal["ok"]


class Readiness(_Given):
    """Whether questions are answered, by what a question asked of ourselves showed."""

    model_config = _shown({"status": "ready", "index_version": 7, "reason": None})

    status: Literal["ready", "off", "not_ready"]
    index_version: int | None
    reason: str | None


class ProblemWords(_Given):
    """A problem in one language."""

    title: str
    detail: str


class ProblemField(_Given):
    """Which field is wrong, and how."""

    field: str
    problem: str


class ProblemDocument(_Given):
    """A problem as RFC 9457 has it, in every language."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    help: str
    languages: dict[str, ProblemWords]
    retry_after: int | None = None
    errors: list[ProblemField] | None = None


EXEMPLARY: tuple[type[BaseModel], ...] = (
    AnswerDocument,
    SearchDocument,
    VerdictDocument,
    PageDocument,
    PageList,
    Readiness,
)


def examples_of(model: type[BaseModel]) -> dict[str, Any]:
    """What a model's schema says of examples."""
    shown = model.model_config["json_schema_extra"]
    assert isinstance(shown, dict)
    return dict(shown)
