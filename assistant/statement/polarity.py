"""What is denied, and how much is meant: all, most, only, none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.statement.terms import LEXICON, concepts, longest
from assistant.statement.tokens import CLITIC, Token, folded_set, tokens_of
from vectorstore import analysis

NEGATION_REACH = 4  # words after "not" that it denies; counted on the development pages
_NEGATIONS = folded_set(
    """not no never nothing without nobody none neither nor cannot don't doesn't didn't isn't aren't
    wasn't weren't won't can't couldn't hasn't haven't لا لم لن ليس ليست ليسوا غير بدون دون عدم"""
)
MILD = folded_set("without بدون دون")  # deny a manner, not the matter
QUANTIFIERS = {
    "only": folded_set("only solely exclusively alone sole فقط سوى وحدها وحده وحدهم وحدهن حصرا"),
    "all": folded_set("all every everyone each entire whole جميع كل كافة كلها جميعها"),
    "except": folded_set("except but excluding unless إلا باستثناء عدا ماعدا"),
    "most": folded_set("most majority mostly معظم معظمهم أغلب غالبية أغلبهم"),
    "many": folded_set("many numerous several العديد كثير كثيرون كثيرة عدة"),
    "some": folded_set("some بعض"),
    "few": folded_set("few قليل قليلون قليلة قلة"),
    "none": folded_set("none nobody neither"),
}


def denied_words(tokens: Sequence[Token]) -> tuple[set[int], list[int]]:
    """Places of the words that are denied, and of the words that deny them."""
    denied: set[int] = set()
    negations: list[int] = []
    for at, token in enumerate(tokens):
        bare = token.folded[1:] if token.arabic and token.folded[:1] in "وفب" else token.folded
        if token.folded not in _NEGATIONS and bare not in _NEGATIONS:
            continue
        if longest(tokens, at, concepts())[0] > 1:  # "غير نظامية", "no charge": a word of its own
            continue
        if token.folded == "nothing" and at and tokens[at - 1].folded in _COSTS:
            continue  # it is free
        if token.folded in ("no", "not") and at + 1 < len(tokens):
            following = tokens[at + 1].folded
            numbered = token.folded == "no" and following[:1].isdigit()
            if following in (".", "only") or numbered:
                continue
        if token.arabic and at + 1 < len(tokens) and tokens[at + 1].folded == "ان":
            continue  # "غير أن" is "however"
        if _unless(tokens, at) or _taken_back(tokens, at):
            continue
        negations.append(at)
        if token.folded in _AFTER_VERB:
            denied.update(_verb_before(tokens, at))
        reach = 0
        for index in range(at + 1, len(tokens)):
            if not tokens[index].word:
                if _in_list(tokens, index):
                    reach = 0  # each of them is denied
                elif tokens[index].text not in "-’'\"“”«»":
                    break
                continue
            if tokens[index].folded in ("but", "بل", "لكن", "ولكن"):
                break
            denied.add(index)
            if tokens[index].folded in ("or", "nor", "او"):
                reach = 0  # "does not report or ask"
            if not analysis.is_stop_word(tokens[index].folded):
                reach += 1
            if reach == NEGATION_REACH:
                break
    return denied, negations


_COSTS = frozenset({"cost", "costs", "costing"})
LISTED = 8  # tokens behind a comma in which an "or" makes a list


def _in_list(tokens: Sequence[Token], at: int) -> bool:
    """Whether a comma goes on to an "or": "not given to the police, employers or relatives"."""
    if tokens[at].text not in ",،":
        return False
    for token in tokens[at + 1 : at + 1 + LISTED]:
        if token.folded in ("or", "nor", "او"):
            return True
        if not token.word and token.text not in ",،":
            return False
    return False


_AFTER_VERB = folded_set("no nothing nobody none neither")


def _verb_before(tokens: Sequence[Token], at: int) -> list[int]:
    """The word that "no" denies before it: "accepts no money"."""
    for back in range(at - 1, max(-1, at - 3), -1):
        if not tokens[back].word:
            break
        if not analysis.is_stop_word(tokens[back].folded):
            return [back]
    return []


def is_one_of(token: Token, forms: frozenset[str]) -> bool:
    """Whether a word is one of these, with or without an Arabic clitic."""
    return token.folded in forms or (token.arabic and CLITIC.sub("", token.folded) in forms)


def implied_denials(tokens: Sequence[Token]) -> list[int]:
    """Places of the words that deny without a "not": refused, excluded, instead of."""
    found: list[int] = []
    for at, token in enumerate(tokens):
        if not token.word:
            continue
        for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
            said = tuple(t.folded for t in tokens[at : at + length])
            bare = (CLITIC.sub("", said[0]), *said[1:]) if token.arabic else said
            if said in _implied() or bare in _implied():
                if not (token.folded in _BUT and _only(tokens, at)):
                    found.append(at)
                break
        else:
            if is_one_of(token, _KEEPS) and _from_what(tokens, at):
                found.append(at)
    return found


_LONGEST = 3  # words of a phrase that denies
# Who is kept from something may not do it; what is prevented altogether (trafficking, an illness)
# is an aim like another.
_KEEPS = folded_set(
    "prevent prevents prevented preventing منع منعت منعوا يمنع تمنع يمنعون نمنع يمنعه يمنعها يمنعهم"
)
_FROM = folded_set("from من")
FROM_WITHIN = 6  # words between "prevents" and its "from"


def _from_what(tokens: Sequence[Token], at: int) -> bool:
    """Whether "prevents" goes on to a "from" in its clause."""
    for token in tokens[at + 1 : at + 1 + FROM_WITHIN]:
        if not token.word:
            return False
        if token.folded in _FROM:
            return True
    return False


@lru_cache(maxsize=1)
def _implied() -> frozenset[tuple[str, ...]]:
    lines = (LEXICON / "denials.txt").read_text("utf-8").splitlines()
    terms = (term for line in lines if not line.startswith("#") for term in line.split(","))
    return frozenset(
        tuple(t.folded for t in tokens_of(term) if t.word) for term in terms if term.strip()
    )


_OTHERS = folded_set("second other third fourth ثاني ثالث")
_SPANS = folded_set("day week month year hour يوم أسبوع شهر سنة عام ساعة")


def quantifier_at(tokens: Sequence[Token], at: int) -> str:
    """How much is meant by the word here: "all", "most", …, or "" where it means something else.

    "The most useful" and "most widely" compare, "كل من" says "both".
    """
    token = tokens[at]
    if _unless(tokens, at):
        return "except"
    for name, forms in QUANTIFIERS.items():
        if _says(token, name, forms):
            before = tokens[at - 1].folded if at else ""
            after = tokens[at + 1].folded if at + 1 < len(tokens) else ""
            if token.folded == "most" and (before in ("the", "its", "a") or after.endswith("ly")):
                return ""
            if name == "only" and before == "not":
                return "not only"
            if token.folded == "لكل" or after == "-":
                return ""
            if token.folded in _BUT:
                return "only" if _only(tokens, at) else "except"
            if name == "all" and after in _OTHERS:
                return "every other"
            if name == "all" and (after in _SPANS or (token.arabic and after in ("من", "شيء"))):
                return ""  # how often, not how many
            return name
    return ""


def _taken_back(tokens: Sequence[Token], at: int) -> bool:
    """Whether an "إلا" or "سوى" makes "only" of the "لا" here: لا يدفع إلا الرسوم."""
    if tokens[at].folded.lstrip("وف") not in _NO_AR:
        return False
    for ahead in range(at + 1, min(len(tokens), at + 8)):
        if not tokens[ahead].word:
            return False
        if tokens[ahead].folded in _BUT:
            after = tokens[ahead + 1].folded if ahead + 1 < len(tokens) else ""
            return after not in _IF
    return False


def _only(tokens: Sequence[Token], at: int) -> bool:
    """Whether the "إلا" or "سوى" here makes "only" of a "لا" before it in its clause."""
    after = tokens[at + 1].folded if at + 1 < len(tokens) else ""
    return after not in _IF and any(
        _taken_back(tokens, back) for back in range(max(0, at - 7), at) if tokens[back].word
    )


_IF = folded_set("إذا أن إن بعد if when")
_BUT = folded_set("إلا سوى")
_NO_AR = folded_set("لا لم لن ليس ليست ما")


def quantifies(token: Token) -> bool:
    """Whether a word says how much is meant."""
    return any(_says(token, name, forms) for name, forms in QUANTIFIERS.items())


def _says(token: Token, name: str, forms: frozenset[str]) -> bool:
    """Whether a word is among the forms; "الوحدة" is the unit, not "alone"."""
    unit = name == "only" and token.arabic and "ال" in token.folded[:3]
    return token.folded in forms if unit else is_one_of(token, forms)


def _unless(tokens: Sequence[Token], at: int) -> bool:
    """Whether "ما لم" ends here, which is "unless" and denies nothing."""
    return tokens[at].folded == "لم" and at > 0 and tokens[at - 1].folded in ("ما", "وما")
