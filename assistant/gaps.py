"""What people asked and were not told: kept questions in groups of one topic and language.

Only questions that were kept at all can be grouped: where an administrator switched that on, or
where a person left the question with a verdict. They are redacted before they are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from assistant.privacy.questions import KeptQuestion
from assistant.types import Status

# Cosine of the packaged encoder from which a question joins a group. Tried on 30 questions about 10
# matters in two languages: from 0.45 on matters of one word ("how do I get a visa", "how do I
# register") fall together, above 0.55 wordings of one matter fall apart.
ALIKE = 0.5
MAX_QUESTIONS = 2_000  # the newest; each is embedded when the desk asks

Vectors = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Gap:
    """One topic that the pages leave open.

    Attributes:
        topic: the question nearest to what all have in common.
        not_found: how many of them found no answer.
        disliked: how many answers were voted down.
        reasons: what was wrong, by the public room's names, the most frequent first.
        questions: every wording with how often it was asked, the most frequent first.
        pages: addresses that the answers voted down quoted.
    """

    language: str
    topic: str
    not_found: int
    disliked: int
    reasons: tuple[tuple[str, int], ...]
    questions: tuple[tuple[str, int], ...]
    pages: tuple[str, ...]
    last: date

    @property
    def count(self) -> int:
        """How often it was asked."""
        return sum(count for _, count in self.questions)


def gaps(kept: Sequence[KeptQuestion], encode: Encode) -> list[Gap]:
    """The open topics of each language, the most asked first.

    Args:
        encode: texts to vectors, one row each.
    """
    open_ones = [question for question in kept if _is_open(question)][-MAX_QUESTIONS:]
    found: list[Gap] = []
    for language in sorted({question.language for question in open_ones}):
        of_one = [question for question in open_ones if question.language == language]
        found += [_gap(group, topic) for group, topic in _groups(of_one, encode)]
    return sorted(found, key=lambda gap: (-gap.count, gap.language, gap.topic))


def _is_open(question: KeptQuestion) -> bool:
    unanswered = question.status in (
        Status.UNANSWERABLE_NO_PASSAGES,
        Status.UNANSWERABLE_WEAK_EVIDENCE,
    )
    return unanswered or question.disliked


def _groups(
    questions: Sequence[KeptQuestion], encode: Encode
) -> list[tuple[list[KeptQuestion], str]]:
    """Questions about one matter, each group with the wording at its centre.

    The most frequent wordings come first and open the groups that rarer ones join.
    """
    counted = Counter(" ".join(question.question.split()) for question in questions)
    wordings = [wording for wording, _ in counted.most_common()]
    vectors = np.asarray(encode(wordings), dtype=np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    sums: list[Vectors] = []
    members: list[list[int]] = []
    for place, vector in enumerate(vectors):
        near = [float(total @ vector) / float(np.linalg.norm(total)) for total in sums]
        best = int(np.argmax(near)) if near else -1
        if best >= 0 and near[best] >= ALIKE:
            sums[best] = sums[best] + vector
            members[best].append(place)
        else:
            sums.append(vector)
            members.append([place])
    grouped: list[tuple[list[KeptQuestion], str]] = []
    for total, places in zip(sums, members, strict=True):
        centre = max(places, key=lambda place: float(total @ vectors[place]))
        mine = {wordings[place] for place in places}
        group = [q for q in questions if " ".join(q.question.split()) in mine]
        grouped.append((group, wordings[centre]))
    return grouped


def _gap(group: Sequence[KeptQuestion], topic: str) -> Gap:
    disliked = [question for question in group if question.disliked]
    reasons = Counter(question.reason for question in disliked if question.reason)
    wordings = Counter(" ".join(question.question.split()) for question in group)
    return Gap(
        language=group[0].language,
        topic=topic,
        not_found=sum(not question.disliked for question in group),
        disliked=len(disliked),
        reasons=tuple(reasons.most_common()),
        questions=tuple(wordings.most_common()),
        pages=tuple(dict.fromkeys(url for question in disliked for url in question.pages)),
        last=max(question.day for question in group),
    )
