"""What is said in the assistant's own fixed words: referrals, refusals, and asking back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from assistant.find import Found
from assistant.guards import Block
from assistant.guards.shape import MAX_QUESTION_CHARS
from assistant.profile import Profile
from assistant.question import Question
from assistant.types import Answer, AnswerSentence, Contact, Kind, PassageRef, Status, Suggestion
from vectorstore.types import Passage

_NEAREST_PAGES = 3  # offered where nothing answers


def blocked(
    profile: Profile, asked: str, text: str, language: str, block: Block, started: float
) -> Answer:
    """The fixed words of a guard; needs neither index nor model."""
    said = [profile.texts(language)[block.text]]
    contacts: tuple[Contact, ...] = ()
    if block.status is Status.REFERRAL:
        contacts = _contacts(profile, block.situations)
        others = [tag for tag in profile.languages if tag != language]
        said = [line for tag in (language, *others) for line in _referral(profile, tag, contacts)]
    advice = block.status is Status.UNANSWERABLE_ADVICE
    pages = profile.service_pages if advice else ()
    return Answer(
        question=asked,
        query=text if len(text) <= MAX_QUESTION_CHARS else "",
        language=language,
        status=block.status,
        sentences=tuple(AnswerSentence(line, Kind.NOTICE) for line in said),
        suggestions=tuple(
            Suggestion(titles.get(language) or next(iter(titles.values())), url=url)
            for url, titles in pages
        ),
        contacts=contacts,
        timings={"total": time.perf_counter() - started},
    )


def which_one(
    profile: Profile,
    asked: str,
    question: Question,
    titles: Sequence[str],
    language: str,
    started: float,
    found: Found,
) -> Answer:
    """Which of several pages is meant; each can be pressed."""
    return Answer(
        question=asked,
        query=question.text,
        language=language,
        status=Status.CLARIFICATION,
        sentences=(AnswerSentence(profile.texts(language)["which_one"], Kind.NOTICE),),
        passages=references(found.passages),
        suggestions=tuple(
            Suggestion(title, question=f"{question.text.rstrip(' ?؟!.')} – {title}")
            for title in titles
        ),
        index_version=found.index_version,
        timings={**found.timings, "total": time.perf_counter() - started},
    )


def not_found(
    profile: Profile,
    asked: str,
    query: str,
    language: str,
    status: Status,
    started: float,
    found: Found,
    *,
    confidence: float = 0.0,
) -> Answer:
    """That the pages do not say it, with the nearest of them."""
    nearest = _nearest_pages(found.passages)
    texts = profile.texts(language)
    said = [texts["not_found"]]
    if nearest:
        said.append(texts["nearest_pages"])
    return Answer(
        question=asked,
        query=query,
        language=language,
        status=status,
        sentences=tuple(AnswerSentence(text, Kind.NOTICE) for text in said),
        passages=references(found.passages),
        suggestions=nearest,
        confidence=confidence,
        index_version=found.index_version,
        timings={**found.timings, "total": time.perf_counter() - started},
    )


def with_contacts(profile: Profile, answer: Answer, situations: Sequence[str]) -> Answer:
    """The answer with the lines for such matters below it."""
    notice = AnswerSentence(profile.texts(answer.language)["matter_contacts"], Kind.NOTICE)
    sentences = tuple(before_supporting(answer.sentences, notice))
    return replace(answer, sentences=sentences, contacts=_contacts(profile, situations))


def before_supporting(
    sentences: Sequence[AnswerSentence], notice: AnswerSentence
) -> list[AnswerSentence]:
    """With a notice right behind what answers."""
    supporting = [sentence for sentence in sentences if sentence.supporting]
    return [*(s for s in sentences if not s.supporting), notice, *supporting]


def references(passages: Sequence[Passage]) -> tuple[PassageRef, ...]:
    """The passages that were considered, without their texts."""
    return tuple(PassageRef(p.chunk.id, p.chunk.url, p.chunk.title, p.score) for p in passages)


def _referral(profile: Profile, language: str, contacts: Sequence[Contact]) -> list[str]:
    lines = [f"{contact.label[language]}: {contact.value}" for contact in contacts]
    return [profile.texts(language)["referral"], *lines]


def _contacts(profile: Profile, situations: Sequence[str]) -> tuple[Contact, ...]:
    """All lines, those for the likeliest situation first; a child's line before others."""

    def place(contact: Contact) -> tuple[bool, int]:
        ranks = [situations.index(s) for s in contact.situations if s in situations]
        child = "child" in situations and "child" in contact.situations
        return not child, min(ranks, default=len(situations))

    return tuple(sorted(profile.contacts, key=place))


def _nearest_pages(passages: Sequence[Passage]) -> tuple[Suggestion, ...]:
    titles = {passage.chunk.url: passage.chunk.title for passage in reversed(passages)}
    order = dict.fromkeys(passage.chunk.url for passage in passages)
    return tuple(Suggestion(titles[url], url=url) for url in list(order)[:_NEAREST_PAGES])
