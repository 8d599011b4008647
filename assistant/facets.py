"""What a question puts side by side: years, places in a series, things to compare.

"How did the partners differ between 2016, 2017 and 2022?" has three facets, "the first and the
second roundtable" two, "compare the three flights" three that it does not name. Each needs evidence
of its own, most often from a page of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vectorstore import analysis

MOST_FACETS = 5  # more would be a report, not an answer


@dataclass(frozen=True, slots=True)
class Facet:
    """One of the things put side by side; the first field that says something identifies it.

    Attributes:
        year: four digits.
        ordinal: place in a series, from 1.
        text: words of the thing; empty where the question only counts ("the three flights").
        version: of what pages say differently, counted from 1.
    """

    year: str = ""
    ordinal: int = 0
    text: str = ""
    version: int = 0


ORDINALS = {
    form: place
    for place, forms in enumerate(
        (
            "first 1st اول الاول اولي الاولي",
            "second 2nd ثان ثاني الثاني ثانيه الثانيه",
            "third 3rd ثالث الثالث ثالثه الثالثه",
            "fourth 4th رابع الرابع رابعه الرابعه",
            "fifth 5th خامس الخامس خامسه الخامسه",
            "sixth 6th سادس السادس سادسه السادسه",
        ),
        start=1,
    )
    for form in forms.split()
}
_CLITIC = re.compile(r"^[وفبلك](?=ال)")
_COUNTS = {
    form: number
    for number, forms in enumerate(
        (
            "two both اثنين اثنان اثنتين اثنتان كلا كلتا",
            "three ثلاث ثلاثه الثلاث الثلاثه",
            "four اربع اربعه الاربع الاربعه",
            "five خمس خمسه الخمس الخمسه",
        ),
        start=2,
    )
    for form in forms.split()
}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# "2021–2025" and "from 2019 to 2022" name one period, not two years side by side.
_PERIOD = re.compile(
    r"(?<!\d)(?:19|20)\d\d ?(?:[-–—/]|to|until|till|الي|حتي) ?(?:(?:19|20)\d\d|\d\d)(?!\d)"
)
# "The pages disagree: which two dates are given?", "do the pages agree on the year?"
_DISAGREEMENT = re.compile(
    r"\b(?:two|both|different) (?:different )?(?:\w+ )?(?:dates|years|figures|numbers|versions)\b|"
    r"\b(?:pages?|site|sources?)\b.*\b(?:disagree|contradict|agree on|consistent)|"
    r"(?:الصفحات|الموقع|الصفحتان)\b.*(?:تتفق|تختلف|متفق|مختلف|تتعارض|تناقض)|"
    r"(?:تتفق|تختلف|تتعارض|تتناقض)\b.*(?:الصفحات|صفحات|الموقع)|"
    r"\b(?:سنتين|تاريخين|رقمين|عامين) مختلف"
)
_END = r"(?= ?(?:[,،:?؟.!;]|$|\b(?:in|at|on|for|with|regarding|about|من حيث|في|علي)\b))"
_PAIRS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:between|compare|contrast|distinguish(?:es)?|tell) (?:the )?(?P<a>[^?.,:;]{2,80}?)"
        r" (?:and|with|to|from|vs\.?|versus) (?:the )?(?P<b>[^?.,:;]{2,80}?)" + _END,
        r"\b(?:how (?:is|are|does|do|did|was|were)) (?:the )?(?P<a>[^?.,:;]{2,80}?)"
        r" differ(?:ent)? (?:from|to|than) (?:the )?(?P<b>[^?.,:;]{2,80}?)" + _END,
        r"(?:بين|قارن) (?P<a>[^؟?.,،:]{2,80}?) و ?(?:بين )?(?P<b>[^؟?.,،:]{2,80}?)" + _END,
        r"(?:يختلف|تختلف) (?P<a>[^؟?.,،:]{2,80}?) عن (?P<b>[^؟?.,،:]{2,80}?)" + _END,
    )
)


def ordinal_of(folded: str) -> int:
    """The place in a series that a folded word names, 0 for none."""
    return ORDINALS.get(_CLITIC.sub("", folded), 0)


def facets_of(text: str, *, compares: bool) -> tuple[Facet, ...]:
    """The facets of a question; none where it asks about one thing.

    Args:
        compares: whether it asks for a comparison; only then do two things joined by "and" count.
    """
    folded = " ".join(analysis.fold(text).split())
    if _DISAGREEMENT.search(folded):
        return (Facet(version=1), Facet(version=2))
    years = list(dict.fromkeys(_YEAR.findall(_PERIOD.sub(" ", folded))))
    ordinals = list(dict.fromkeys(p for w in analysis.words(text) if (p := ordinal_of(w))))
    counted = max((_COUNTS.get(w, 0) for w in analysis.words(text)), default=0)
    if compares and counted > max(len(years), len(ordinals)):
        return (Facet(),) * min(counted, MOST_FACETS)
    if len(ordinals) > 1:
        return tuple(Facet(ordinal=place) for place in ordinals[:MOST_FACETS])
    if len(years) > 1:
        return tuple(Facet(year=year) for year in years[:MOST_FACETS])
    if compares:
        plain = " ".join(text.split())
        for pattern in _PAIRS:
            if found := pattern.search(plain):
                return tuple(Facet(text=found[name].strip()) for name in ("a", "b"))
    return ()
