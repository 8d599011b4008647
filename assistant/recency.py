"""Time as a question means it: "the latest", "last year", held against a clock that can be set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from vectorstore import analysis


@dataclass(frozen=True, slots=True)
class Newest:
    """A question for the newest of something.

    Attributes:
        section: what kind of page is meant: a key of SECTIONS, or "" for any.
        topic: folded words that narrow it down, without those of time and section.
    """

    section: str
    topic: tuple[str, ...]


_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|last published|recent(?:ly)?|"
    r"احدث|اخر|مؤخرا|موخرا)\b|\bwhat(?:'s| is)? new\b|\b(?:ما|ايه) الجديد\b"
)
# "the last of the five trainings" is a place in a series, "the last day" the end of something.
_LAST = re.compile(
    r"\blast (?=(?:\w+ )?(?:news|event|press|article|item|story|publication|vacancy|post)\b)"
)
# The first directory of an address, in the ways sites name their sections, and the words for it.
SECTIONS = {
    "news": (
        "news press press-releases press-release media newsroom updates akhbar blog articles",
        "news news-item newsitem press article articles headline headlines update updates "
        "اخبار خبر الاخبار الخبر صحفي بيان البيان نشرتموه منشور",
    ),
    "events": (
        "events event calendar",
        "event events activity activities فعاليه فعاليات حدث الفعاليات",
    ),
    "stories": ("stories story", "story stories قصه قصص القصص"),
    "publications": (
        "publications publication reports resources documents library",
        "publication publications report reports study اصدار اصدارات تقرير تقارير دراسه منشورات",
    ),
    "vacancies": (
        "vacancies vacancy jobs careers tenders",
        "vacancy vacancies job jobs opening post وظيفه وظائف شاغره شواغر",
    ),
}
_FILLER = frozenset(
    """item items site website page pages listed list published posted about say says deal under
    organized organised held took place here your you have has been what's whats new update
    mentioned appeared ورد وردت ذكر ذكرت وردا
    موقع الموقع صفحه الصفحه هنا نشر نشرته نشره المنشوره يتحدث تتحدث موضوع اقيمت نظمت""".split()
)
_RELATIVE = (
    (
        re.compile(
            r"\b(?:last|past|previous) year\b|\bالعام الماضي\b|\bالسنه (?:الماضيه|اللي فاتت)\b"
        ),
        -1,
    ),
    (
        re.compile(
            r"\bthis year\b|\b(?:هذا العام|العام الحالي|هذه السنه|السنه دي|السنه الحاليه)\b"
        ),
        0,
    ),
)


def newest_of(text: str) -> Newest | None:
    """What a question wants the newest of; None where it does not ask for that."""
    folded = " ".join(analysis.fold(text).split())
    if not (_NEWEST.search(folded) or _LAST.search(folded)):
        return None
    rest = _LAST.sub(" ", _NEWEST.sub(" ", folded))
    words = [w for w in analysis.words(rest) if not analysis.is_stop_word(w)]
    section = next(
        (name for name, (_, said) in SECTIONS.items() if set(said.split()) & set(words)), ""
    )
    known = set(SECTIONS[section][1].split()) if section else set()
    return Newest(section, tuple(w for w in words if w not in known and w not in _FILLER))


def in_section(url_path: str, section: str) -> bool:
    """Whether an address stands in a section of its site, by its first directories."""
    names = set(SECTIONS[section][0].split())
    return any(part.lower() in names for part in url_path.strip("/").split("/")[:-1])


def year_meant(text: str, today: date) -> int | None:
    """The year that "last year" or "this year" names; None where nothing does."""
    folded = " ".join(analysis.fold(text).split())
    for pattern, offset in _RELATIVE:
        if pattern.search(folded):
            return today.year + offset
    return None
