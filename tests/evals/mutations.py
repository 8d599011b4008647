"""Sentences of pages with one thing changed in them: what the checker and the gate must not pass.

    python -m tests.evals.mutations PAGES.jsonl ... [--every N] [--out FILE]

Every sentence of the pages is changed in each way that fits it: a number, a date, a weekday, a
place, a name, an office, a unit, a quantity swapped, a negation put in or taken out, a word
exchanged for its opposite. Each is laid beside the sentence it was made from; prints per kind and
language how many passed as supported.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.statement import Statement, read_statement
from assistant.statement.tokens import without_marks
from assistant.support.gate import Gate
from ingest.language import detect_language
from ingest.sentences import sentence_spans
from tests.places import PRODUCT
from vectorstore.embed import PackagedEmbedder

EXACT = ("number", "date", "weekday", "place", "unit")
LEAST_WORDS = 5  # shorter lines say nothing that could be changed
_LEXICON = PRODUCT / "assistant" / "lexicon"
_BE = frozenset({"is", "are", "was", "were", "has", "have", "can", "will", "may", "must", "should"})
_NOT_AR = frozenset({"لا", "لم", "لن"})
_DAYS = {
    "en": ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    "ar": ("الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"),
}
_MONTHS = {
    "en": ("January", "March", "April", "June", "July", "August", "October", "November"),
    "ar": ("يناير", "مارس", "أبريل", "يونيو", "يوليو", "أغسطس", "أكتوبر", "نوفمبر"),
}
_UNITS = (
    ("days", "weeks"), ("weeks", "months"), ("months", "years"), ("years", "months"),
    ("hours", "days"), ("euros", "dollars"), ("dollars", "euros"), ("EUR", "USD"), ("USD", "EUR"),
    ("kilometres", "miles"), ("أيام", "أسابيع"), ("أسابيع", "أشهر"), ("أشهر", "سنوات"),
    ("سنوات", "أشهر"), ("ساعات", "أيام"), ("يورو", "دولار"), ("دولار", "يورو"), ("شهراً", "عاماً"),
)  # fmt: skip
_QUANTITIES = (
    ("more than", "fewer than"), ("fewer than", "more than"), ("all", "some"), ("most", "few"),
    ("up to", "more than"), ("every", "no"), ("at least", "at most"), ("only", "not only"),
    ("أكثر من", "أقل من"), ("أقل من", "أكثر من"), ("جميع", "بعض"), ("معظم", "قليل من"),
    ("كل", "بعض"),
)  # fmt: skip
_ROLES = (
    ("Minister", "Ambassador"), ("Ambassador", "Minister"), ("Director", "Secretary"),
    ("Head", "Deputy Head"), ("coordinator", "director"), ("وزير", "سفير"), ("سفير", "وزير"),
    ("وزيرة", "سفيرة"), ("مدير", "نائب مدير"), ("مديرة", "سكرتيرة"), ("رئيس", "نائب رئيس"),
    ("رئيسة", "نائبة رئيسة"),
)  # fmt: skip
_PLACES = {
    "country": ("Norway", "Kenya", "النرويج", "كينيا"),
    "city": ("Oslo", "Nairobi", "أوسلو", "نيروبي"),
}
_NAMES = ("Gerald Whitcombe", "Whitcombe")


@dataclass(frozen=True, slots=True)
class Mutation:
    """A sentence of a page and what was made of it."""

    kind: str
    language: str
    source: str
    changed: str


def mutations_of(sentence: str, chance: random.Random) -> Iterator[Mutation]:
    """Every kind of change that fits a sentence, each once."""
    text = without_marks(sentence)
    language = detect_language(text)
    read = read_statement(text)
    makers = (
        ("number", _number(read, chance)),
        ("date", _date(read, language, chance)),
        ("weekday", _weekday(read, language)),
        ("place", _place(read)),
        ("name", _name(read)),
        ("role", _swapped(text, _ROLES)),
        ("unit", _unit(text)),
        ("quantity", _swapped(text, _QUANTITIES)),
        ("negation", _negation(read)),
        ("opposite", _opposite(read, chance)),
    )
    for kind, changed in makers:
        if changed and changed != text:
            yield Mutation(kind, language, text, changed)


def _spliced(read: Statement, first: int, last: int, new: str) -> str:
    start, end = read.tokens[first].start, read.tokens[last].end
    return f"{read.text[:start]}{new}{read.text[end:]}"


def _number(read: Statement, chance: random.Random) -> str:
    plain = [n for n in read.numbers if read.tokens[n.first].text[:1].isdigit()]
    if not plain:
        return ""
    number = chance.choice(plain)
    digits = read.tokens[number.first].text
    places = [i for i, c in enumerate(digits) if c.isdigit()]
    at = chance.choice(places)
    other = str((int(digits[at]) + chance.randint(1, 8)) % 9 + 1)
    if other == digits[at]:
        other = "7" if digits[at] != "7" else "4"
    return _spliced(read, number.first, number.first, digits[:at] + other + digits[at + 1 :])


def _date(read: Statement, language: str, chance: random.Random) -> str:
    for day in read.dates:
        span = " ".join(t.text for t in read.tokens[day.first : day.last + 1])
        known = next((m for m in _MONTHS[language] if m in span), "")
        for i in range(day.first, day.last + 1):
            token = read.tokens[i].text
            if day.month and token == known:
                return _spliced(
                    read, i, i, chance.choice([m for m in _MONTHS[language] if m != known])
                )
            if token.isdigit() and len(token) == 4:
                return _spliced(read, i, i, str(int(token) - chance.randint(1, 5)))
    return ""


def _weekday(read: Statement, language: str) -> str:
    for said in read.weekdays:
        for i in range(said.first, said.last + 1):
            for at, day in enumerate(_DAYS[language]):
                free = (at + 1) % 7 not in {d for w in read.weekdays for d in w.days}
                if day in read.tokens[i].text and len(said.days) == 1 and free:
                    other = _DAYS[language][(at + 2) % 7]
                    return _spliced(read, i, i, read.tokens[i].text.replace(day, other))
    return ""


def _place(read: Statement) -> str:
    for place in read.places:
        token = read.tokens[place.at]
        known = {p.key for p in read.places}
        if " " in place.text or place.kind not in _PLACES:
            continue
        if not token.arabic and token.text.endswith(("an", "ese", "ish", "ian", "i", "ic")):
            continue  # a people or an adjective
        if token.arabic and (token.text.endswith(("ي", "ية", "يين", "يون")) or len(token.text) < 3):
            continue
        choice = _PLACES[place.kind][2 if token.arabic else 0]
        if known & {"norway", "oslo"}:
            choice = _PLACES[place.kind][3 if token.arabic else 1]
        head = re.match(r"^(?:[ولبف](?=\w{4}))?", token.text) if token.arabic else None
        return _spliced(read, place.at, place.at, (head.group() if head else "") + choice)
    return ""


def _name(read: Statement) -> str:
    if read.arabic:
        return ""
    for name in read.names:
        if len(name.parts) == 2 and name.parts[0].capital and name.parts[1].capital:
            return _spliced(read, name.at, name.at + 1, _NAMES[0])
    return ""


def _swapped(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    for old, new in pairs:
        found = re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text)
        if found:
            return text[: found.start()] + new + text[found.end() :]
    return ""


def _unit(text: str) -> str:
    """Only where a number stands before: "days" alone measures nothing."""
    for old, new in _UNITS:
        found = re.search(rf"\d\s+{re.escape(old)}(?!\w)", text)
        if found:
            return text[: found.end() - len(old)] + new + text[found.end() :]
    return ""


def _negation(read: Statement) -> str:
    tokens = read.tokens
    for i in read.negations:
        if tokens[i].folded in ("not", *_NOT_AR) and i + 1 < len(tokens):
            return f"{read.text[: tokens[i].start]}{read.text[tokens[i + 1].start :]}"
    if read.negations or read.implied:
        return ""  # which of the two would be turned round?
    for token in tokens[:-1]:
        if token.folded in _BE:
            return f"{read.text[: token.end]} not{read.text[token.end :]}"
    verb = tokens[0] if tokens else None
    if verb and verb.arabic and verb.folded[:1] in "يت" and len(verb.folded) > 3:
        return f"لا {read.text}"
    return ""


def _opposite(read: Statement, chance: random.Random) -> str:
    table = _opposites()
    fitting = [(i, table[t.folded]) for i, t in enumerate(read.tokens) if t.folded in table]
    if not fitting:
        return ""
    at, others = chance.choice(fitting)
    return _spliced(read, at, at, others)


def _opposites() -> dict[str, str]:
    """A word to one that excludes it, of the same language and place in the list."""
    table: dict[str, str] = {}
    for line in (_LEXICON / "opposites.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        sides = [[t.strip() for t in side.split(",")] for side in line.split("|")]
        for side, other in zip(sides, sides[1:] + sides[:1], strict=True):
            for latin in (True, False):
                ours = [t for t in side if t.isascii() == latin and " " not in t]
                theirs = [t for t in other if t.isascii() == latin and " " not in t]
                for at, word in enumerate(ours):
                    if theirs:
                        table.setdefault(word, theirs[min(at, len(theirs) - 1)])
    return table


def sentences_of(path: Path) -> Iterator[str]:
    """Sentences and list items of the pages of a file."""
    for page in map(json.loads, path.read_text("utf-8").splitlines()):
        for span in sentence_spans(page["text"]):
            sentence = span.of(page["text"]).strip(" -#*")
            if len(sentence.split()) >= LEAST_WORDS:
                yield sentence


def made_from(paths: Sequence[Path], every: int) -> list[Mutation]:
    """The changes of every so-manieth sentence; the same each time."""
    chance = random.Random(20)
    sentences = [s for path in paths for s in sentences_of(path)]
    return [m for s in sentences[::every] for m in mutations_of(s, chance)]


def passed(mutations: Sequence[Mutation], gate: Gate) -> list[Mutation]:
    """Those that come out as carried by the sentence they were made from."""
    return [m for m in mutations if gate.rule_text(m.changed, m.source).carried]


def main() -> None:
    """Print the table, and write what passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    made = made_from(args.pages, args.every)
    wrong = passed(made, Gate(PackagedEmbedder().encode_documents))
    total = Counter((m.kind, m.language) for m in made)
    failed = Counter((m.kind, m.language) for m in wrong)
    for key in sorted(total):
        print(f"{key[0]:10} {key[1]}  passed {failed[key]:3} of {total[key]:4}")
    print(f"{'all':10}     passed {len(wrong):3} of {len(made):4}")
    if args.out:
        lines = [f"{m.kind} {m.language}\n  {m.source}\n  {m.changed}" for m in wrong]
        args.out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
