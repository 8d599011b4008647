"""The values of a comparison: what is compared, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from assistant.types import Difference

HOME = frozenset({"egypt"})  # what every page is about need not be said again
NAME_WEIGHT = 2.0  # a name says more than a word
LIGHT_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text of a page and what its place on the page adds.

    Attributes:
        text: one sentence, or two neighbours.
        sentences: the neighbours, where it is more than one.
        around: title, headings and first sentence of the page: what it is about, where, when.
        similarity: cosine of statement and text, 0 where unknown.
    """

    text: str
    around: tuple[str, ...] = ()
    published: date | None = None
    similarity: float = 0.0
    language: str = "en"
    sentences: tuple[str, ...] = ()


@dataclass(slots=True)
class Comparison:
    """A statement laid beside one text.

    Attributes:
        own: 0 to 1, how much of the statement the text itself says.
        whole: the same with title, headings and the page's first sentence.
        differences: checked slots in which the text says something else.
        missing: kinds of the checked slots of which it says nothing, or nothing plain.
        uncovered: words of the statement that are said nowhere near.
        rest, own_rest: `whole` and `own` without the slots that differ.
        words: `own` of the plain words alone.
        flipped: words that one side denies and the other does not.
        one_sided: the text denies something, the statement nothing.
        beside_a_not: it does so in a clause that speaks of the statement.
        denies: the statement denies something.
        parts: weight, own and whole of each plain word, by its place in the statement.
        said_at: tokens of the text that say the plain words.
    """

    own: float = 0.0
    whole: float = 0.0
    rest: float = 0.0
    own_rest: float = 0.0
    differences: list[Difference] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    uncovered: list[str] = field(default_factory=list)
    same_language: bool = True
    flipped: int = 0
    words: float = 0.0
    one_sided: bool = False
    beside_a_not: bool = False
    denies: bool = False
    parts: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    said_at: list[int] = field(default_factory=list)


Weigh = Callable[[frozenset[str]], float]


@dataclass(slots=True)
class Score:
    """Weights of what was said, carried by the text, carried with its surroundings, different."""

    total: float = 0.0
    own: float = 0.0
    whole: float = 0.0
    different: float = 0.0

    def add(self, weight: float, own: float, whole: float, different: bool = False) -> None:
        """Count something of the statement."""
        self.total += weight
        self.own += weight * own
        self.whole += weight * max(own, whole)
        if different:
            self.different += weight

    def differ(self, weight: float, own: float, whole: float) -> None:
        """Take what was counted of something back, since the text says otherwise."""
        self.own -= weight * own
        self.whole -= weight * max(own, whole)
        self.different += weight

    def shares(self) -> tuple[float, float, float, float]:
        """`own`, `whole`, `rest` and `own_rest` of a Comparison."""
        total = self.total or 1.0
        rest = total - self.different
        return (
            self.own / total,
            self.whole / total,
            self.whole / rest if rest > 0 else 0.0,
            self.own / rest if rest > 0 else 0.0,
        )
