"""What is denied, and how much is meant: all, most, only, none."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.statement.terms import concepts, longest
from assistant.statement.tokens import CLITIC, Token, folded_set
from vectorstore import analysis

NEGATION_REACH = 4  # words after "not" that it denies; counted on the development pages
_NEGATIONS = folded_set(
    """not no never without nobody none neither nor cannot don't doesn't didn't isn't aren't wasn't
    weren't won't can't couldn't hasn't haven't لا لم لن ليس ليست ليسوا غير بدون دون عدم"""
)
QUANTIFIERS = {
    "only": folded_set("only solely exclusively just فقط سوى وحدها"),
    "all": folded_set("all every everyone each entire whole جميع كل كافة كلها جميعها"),
    "except": folded_set("except but excluding unless إلا باستثناء عدا ماعدا"),
    "most": folded_set("most majority معظم أغلب غالبية"),
    "some": folded_set("few بعض"),
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
        if token.folded in ("no", "not") and at + 1 < len(tokens):
            following = tokens[at + 1].folded
            numbered = token.folded == "no" and following[:1].isdigit()
            if following in (".", "only") or numbered:
                continue
        negations.append(at)
        reach = 0
        for index in range(at + 1, len(tokens)):
            if not tokens[index].word:
                if tokens[index].text in "-’'\"“”«»":
                    continue
                break
            if tokens[index].folded in ("but", "بل", "لكن", "ولكن"):
                break
            denied.add(index)
            if not analysis.is_stop_word(tokens[index].folded):
                reach += 1
            if reach == NEGATION_REACH:
                break
    return denied, negations


def is_one_of(token: Token, forms: frozenset[str]) -> bool:
    """Whether a word is one of these, with or without an Arabic clitic."""
    return token.folded in forms or (token.arabic and CLITIC.sub("", token.folded) in forms)


def quantifies(token: Token) -> bool:
    """Whether a word says how much is meant."""
    return any(is_one_of(token, forms) for forms in QUANTIFIERS.values())
