"""Two or three next questions that the pages can answer, without a model.

The question-like headings of the pages that were quoted, and questions of fixed words about what
those pages tell beside the quotes: who pays, when, where, who said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.lexicon import concepts
from assistant.question import Asked, Question, content_stems
from assistant.quote import Chosen
from assistant.signs import Sign, words_of
from assistant.types import Suggestion
from vectorstore.types import Passage, Sentence

MOST = 3
_LONGEST_HEADING = 90  # characters; a longer one is no question to press

# What to ask, and what a sentence must have so that the answer is there.
_ASKS: tuple[tuple[Asked | str, dict[str, str]], ...] = (
    ("fund", {"en": "Who paid for it?", "ar": "من موّله؟"}),
    (Asked.TIME, {"en": "When was it?", "ar": "متى كان ذلك؟"}),
    ("partner", {"en": "Who were the partners?", "ar": "من الشركاء؟"}),
    (Asked.NUMBER, {"en": "How many people were there?", "ar": "كم كان عدد الأشخاص؟"}),
)


def next_questions(
    question: Question, chosen: Sequence[Chosen], passages: Sequence[Passage]
) -> tuple[Suggestion, ...]:
    """What to ask next, in the language of the question; each stands by itself."""
    found: dict[str, Suggestion] = {}
    for suggestion in (*_headings(question, chosen, passages), *_fixed(question, chosen, passages)):
        found.setdefault(suggestion.text, suggestion)
    return tuple(found.values())[:MOST]


def _quoted_pages(
    question: Question, chosen: Sequence[Chosen], passages: Sequence[Passage]
) -> list[Passage]:
    """Passages of the pages quoted, in the language of the question."""
    urls = {one.passage.chunk.url for one in chosen}
    return [p for p in passages if p.chunk.url in urls and p.chunk.language == question.language]


def _headings(
    question: Question, chosen: Sequence[Chosen], passages: Sequence[Passage]
) -> Iterator[Suggestion]:
    quoted = {heading for one in chosen for heading in one.passage.chunk.headings}
    own = set(question.stems)
    for passage in _quoted_pages(question, chosen, passages):
        for heading in passage.chunk.headings[-1:]:
            asks = heading.rstrip().endswith(("?", "؟"))
            if not asks or heading in quoted or len(heading) > _LONGEST_HEADING:
                continue
            if not set(content_stems(heading)) <= own:
                yield Suggestion(heading, question=f"{heading} – {passage.chunk.title}")


def _fixed(
    question: Question, chosen: Sequence[Chosen], passages: Sequence[Passage]
) -> Iterator[Suggestion]:
    shown = {(one.passage.chunk.url, one.sentence.start) for one in chosen}
    for wanted, words in _ASKS:
        text = words.get(question.language)
        if text is None or wanted in question.asked or _asks_for(question, wanted):
            continue
        for passage in _quoted_pages(question, chosen, passages):
            if any(
                (passage.chunk.url, s.start) not in shown and _tells(s, wanted)
                for s in passage.sentences
            ):
                yield Suggestion(text, question=f"{text} – {passage.chunk.title}")
                break


def _asks_for(question: Question, concept: Asked | str) -> bool:
    return any(concept in concepts().get(w.root, ()) for w in words_of(question.text))


def _tells(sentence: Sentence, wanted: Asked | str) -> bool:
    words = words_of(sentence.text)
    if wanted is Asked.TIME:
        return any(w.signs & Sign.TIME and not w.signs & Sign.NUMBER for w in words)
    if wanted is Asked.NUMBER:
        return any(
            w.signs & Sign.NUMBER
            and not w.signs & Sign.TIME
            and any("people" in n.concepts or "participant" in n.concepts for n in words[i : i + 4])
            for i, w in enumerate(words)
        )
    return any(wanted in w.concepts for w in words)
