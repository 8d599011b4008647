"""A follow-up to a question that stands by itself, from the turns before it; no model.

What a follow-up leaves out stands in the question before: its names, numbers and nouns are put
behind the new question. What is asked for stays the new question's own; a fragment ("and in
2020?") takes it from the question before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.question import is_content, language_of, read_question
from assistant.types import Turn
from vectorstore import analysis

TURNS_BACK = 3
TOPIC_AFTER = " – "  # stands between what is asked and what it is asked about
TOPIC_WORDS = 12
_TURN_CHARS = 500  # of a turn that is looked at; what a client sends as history has no limit
ANSWER_WORDS = 8
_YES_NO = frozenset("yes no نعم لا ايوه".split())

_EN_START = re.compile(r"^\W*(?:and|but|also|then|what about|how about|or)\b[\s,]*", re.IGNORECASE)
_EN_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|those|these|there|the same|the others?|both)\b"
    r"|\b(?:of|about|after|before|during|for|with|from|to|in|by|at|do|does|did|was|is)"
    r" (?:that|this)\b"
    r"(?! (?:year|month|week|day|time))"
    r"|\b(?:this|that) (?!year|month|week|day|time|is|the|was|are|he|she|they|iom)\w+",
    re.IGNORECASE,
)
_EN_THERE_IS = re.compile(
    r"\b(?:is|are|was|were|be|been) there\b|\bthere (?:is|are|was|were)\b", re.I
)
_EN_RESOLVED = re.compile(
    r"(?:\b(?:the|a|an|every|each|my|our|your) (?:\w+ ){0,2}\w+|(?<!^)\b[A-Z]\w+)"
)
_EN_ASKS = re.compile(r"\b(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)
_EN_VERB_FIRST = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b", re.I
)

_AR_START = re.compile(
    r"^\W*(?:طيب|طب|وماذا عن|ماذا عن|وايه عن|وبالنسبة|بالنسبة ل|ثم|او|أو|وشو عن|وفي|و)\s*(?=\S)"
)
_AR_AND_ASKS = re.compile(
    r"^\W*(?:طيب |طب )?و(?:من|مين|كم|كام|متي|امتي|اين|فين|وين|هل|ماذا|ما|ايه|ليه|لماذا|ليش|كيف|"
    r"ازاي|شو|شنو|قديش|باي|في|بكم|عن|منين|ايش|بالنسبه|متين|لمن|علي|الي)\b"
)
_AR_PRONOUN = re.compile(
    r"\b[وف]?(?:منهم|منها|منه|منهن|فيها|فيه(?=\W*$)|فيهم|عنها|عنه|عنهم|له|لها|لهم|به|بها|بهم|معها|معه|معهم|"
    r"عليها|عليه|عليهم|اليها|اليه|اليهم|بينهم|بينها|كلهم|كلها|هناك|وقتها|ساعتها|ليها|ليهم|ليه فيها|"
    r"بتاعها|بتاعهم|حقها|حقهم|تبعها|تبعهم|نفسها|نفسه|\w{2,}(?:ها|هم|هما|هن))\b"
    r"|\b(?:هذا|هذه|ذلك|تلك|هؤلاء|هولاء) (?!العام|السنه|الشهر|اليوم|الاسبوع|الموقع)\w+"
    r"|\b(?!السنه|العام|الشهر|اليوم)ال\w+ (?:ده|دي|دول|هاد|هاي|هادي)\b|\b(?:دي|ده|دول|هاي|هادا)\b"
    r"|\bهل (?:هو|هي|هم)\b"
)
_AR_NOT_PRONOUN = frozenset(
    "فهم مهم اهم وهم معهم منها انها لها لهم سهم درهم متهم شبها وجها اتجها تفهم يفهم نفهم".split()
) - frozenset("معهم منها لها لهم".split())
_AR_RESOLVED = re.compile(
    r"\b[وف]?(?:[بك]?ال|لل)\w{3,}|[A-Za-z]{2,}"
)  # a definite noun, a Latin name
_AR_ASKS = re.compile(
    r"\b[وف]?(?:من|مين|كم|كام|متي|امتي|اين|فين|وين|هل|ماذا|ما|ايه|ليه|لماذا|ليش|كيف|ازاي|شو|شنو|"
    r"قديش|متين|اي|باي)\b"
)
_WORD = re.compile(r"\d+(?:[.,٬]\d+)+|[^\W_]+(?:['’.&-][^\W_]+)*")
_MONTH = re.compile(
    r"^(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر)\b|"
    r"\b(?:يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر|"
    r"january|february|march|april|june|july|august|september|october|november|december)\b"
)
_DANGLING = re.compile(r" (?:in|on|during|since|of|في|عام|سنة|منذ|خلال)$")
_YEAR = re.compile(r"(?:19|20)\d\d")


def rephrase(question: str, history: Sequence[Turn]) -> str:
    """The question as it is searched for: itself, or completed from the turns before it."""
    turns = history[-TURNS_BACK:]
    if not turns or not is_follow_up(question):
        return question
    before = turns[-1]
    earlier = rephrase(before.question[:_TURN_CHARS], turns[:-1])
    if _is_fragment(question):
        return _with_fragment(earlier, question)
    topic = _topic(earlier, question)
    topic += _said(before.answer[:_TURN_CHARS], [question, earlier])
    if not topic:
        return question
    return joined(question, " ".join(topic))


def is_follow_up(question: str) -> bool:
    """Whether the question leaves out what it is about."""
    if not _own_words(question):
        return True
    if language_of(question) == "ar":
        return _is_arabic_follow_up(question)
    if _EN_START.match(question):
        return True
    for pronoun in _EN_PRONOUN.finditer(question):
        if pronoun.group().lower() == "there" and _EN_THERE_IS.search(question):
            continue
        if not _EN_RESOLVED.search(question[: pronoun.start()].strip()):
            return True
    return _is_bare(question)


def _is_arabic_follow_up(question: str) -> bool:
    read = " ".join(analysis.fold(question).split())
    if _AR_AND_ASKS.match(read) or re.match(r"^\W*(?:طيب|طب|ماذا عن|وماذا عن)\b", read):
        return True
    for pronoun in _AR_PRONOUN.finditer(read):
        word = pronoun.group()
        if word in _AR_NOT_PRONOUN:
            continue
        if not _AR_RESOLVED.search(read[: pronoun.start()]):
            return True
    return _is_bare(question)


def _is_bare(question: str) -> bool:
    """ "Who attended?": a question word and one plain word."""
    read = read_question(question)
    few = len(_own_words(question)) <= 1 and len(analysis.words(question)) <= 3
    asks = bool(_EN_ASKS.match(question) or _AR_ASKS.match(analysis.fold(question)))
    named = language_of(question) == "en" and bool(read.names)
    return few and asks and not named and read.kind.value not in ("what", "definition", "list")


def _is_fragment(question: str) -> bool:
    """Whether it does not say what is asked for: "and in 2020?", "what about Morocco?"."""
    if language_of(question) == "ar":
        read = " ".join(analysis.fold(question).split())
        rest = re.sub(r"^\W*(?:طيب |طب )?(?:و?ماذا عن|وبالنسبه ل?|بالنسبه ل?)\s*", "", read)
        return rest != read or not _AR_ASKS.search(read)
    if re.match(r"^\W*(?:and |but )?(?:what|how) about\b", question, re.IGNORECASE):
        return True
    rest = _EN_START.sub("", question)
    return not _EN_ASKS.search(rest) and not _EN_VERB_FIRST.match(rest)


def _with_fragment(earlier: str, fragment: str) -> str:
    """The question before, about what the fragment names instead."""
    arabic = language_of(fragment) == "ar"
    said = (_AR_START if arabic else _EN_START).sub("", fragment).strip(" ?؟!.,،")
    dated = analysis.fold(said)
    for rule in (_YEAR, _MONTH):  # a new date takes the place of the old one
        if rule.search(dated):
            earlier = " ".join(w for w in earlier.split() if not rule.search(analysis.fold(w)))
    return joined(_DANGLING.sub("", earlier.rstrip(" ?؟!.")), said)


def joined(asked: str, about: str) -> str:
    """A question with what it is about behind it, ended in its own language."""
    return (
        f"{asked.rstrip(' ?؟!.')}{TOPIC_AFTER}{about}{'؟' if language_of(asked) == 'ar' else '?'}"
    )


def _topic(earlier: str, question: str) -> list[str]:
    """Names, numbers and nouns of the question before that the new one does not say itself."""
    own = {analysis.stem(w) for w in analysis.words(question)}
    dated = bool(_YEAR.search(analysis.fold(question)))
    kept: dict[str, None] = {}
    for word in _WORD.findall(earlier):
        folded = analysis.fold(word)
        if not is_content(folded) or analysis.stem(folded) in own:
            continue
        if dated and _YEAR.fullmatch(folded):
            continue
        kept[word] = None
    return list(kept)[:TOPIC_WORDS]


def _said(answer: str, asked: Sequence[str]) -> list[str]:
    """What the answer before added: a pronoun may mean what only the answer names."""
    known = {analysis.stem(w) for text in asked for w in analysis.words(text)}
    kept: dict[str, None] = {}
    for word in _WORD.findall(answer):
        folded = analysis.fold(word)
        if is_content(folded) and analysis.stem(folded) not in known and folded not in _YES_NO:
            kept[word] = None
    return list(kept)[:ANSWER_WORDS]


def _own_words(text: str) -> list[str]:
    return [w for w in analysis.words(text) if is_content(w) and not w.isdigit()]
