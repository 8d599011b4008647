"""What a sentence plainly does not give of what a question asks for.

Pure rules for English and Arabic, each a number for the confidence to weigh: no amount where money
is asked for, no name where a name is, another year, something still to come, or a page that says
it does not know. They tell a near miss, where the page is there and the fact is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from assistant.evidence import Evidence, Floats
from assistant.quote import block_of
from assistant.rephrase import TOPIC_AFTER
from assistant.signs import Sign
from vectorstore import analysis

DOUBTS: tuple[str, ...] = (
    "still_to_come",
    "not_known",
    "thing_missing",
    "thing_missing_squared",
    "another_year",
    "name_asked",
    "no_name",
    "outcome_asked",
    "no_money",
    "persons_contact",
    "no_number",
)
THING_WORDS = 4  # after the question word, in which the thing asked for stands


def _rule(english: str, arabic: str) -> re.Pattern[str]:
    """Read folded; Arabic words may have "and" written onto them."""
    return re.compile(rf"\b(?:{english})\b|(?:^|\s)[وف]?(?:{arabic})")


ASKS_WHAT_COMES = _rule(
    "will|planned|going to|next|upcoming|future|scheduled|due|soon|expected|plans?",
    r"س(?:يكون|وف|تكون|يبدا|تبدا|ينعقد|تعقد)|(?:ال)?مقرر|القادم|المقبل|تخطط|يخطط|(?:ال)?مخطط",
)
STILL_TO_COME = _rule(
    "will|planned|(?:is|are|was|were) due|to be (?:held|opened|built|followed)|"
    "(?:is|are) expected|scheduled|being prepared|is preparing|promised|hopes? to|plans? to|"
    "aims? to|intends? to",
    r"من المقرر|المقرر|مرتقب|سوف|"
    r"س(?:يعقد|تعقد|تفتتح|يفتتح|تلي|تكون|يكون|يبدا|تبدا|يقام|تقام|تصدر|يصدر|تنظم|ينظم)|"
    r"يامل|تامل|نامل|وعد|تعتزم|يعتزم|تخطط|يخطط",
)
_NOT_KNOWN = _rule(
    "says? nothing|not (?:been )?(?:counted|recorded|published|announced|known|decided)|"
    "(?:has|have) not(?: yet)?|not yet",
    "لم (?:يعلن|تعلن|يسجل|تسجل|ينشر|تنشر|يحدد|تحدد)|لا يزال غير معروف",
)
_ASKS_A_NAME = _rule(
    "names? of|(?:which|what) (?:airline|company|firm|university|bank|school|hotel|hospital|"
    "newspaper|ministry|country|city|embassy)",
    r"(?:ما )?اسم\b|(?:اي|ما) (?:ال)?(?:شركه|جامعه|فندق|مستشفي|صحيفه|وزاره|سفاره|مدرسه|بنك)\b",
)
_ASKS_AN_OUTCOME = _rule(
    "won|wins?|winners?|results?|score|outcome",
    r"فاز|الفايز|نتيج|نتايج",
)
_ASKS_MONEY = re.compile(
    r"\bhow much\b.*\b(?:pay|paid|earn\w*|charge\w*|cost\w*|give|gave|spend|spent|receive\w*|"
    r"allowance|grant|prize|worth|donat\w*|contribut\w*|invest\w*|loan|rent|fund\w*|budget)\b|"
    r"(?:^|\s)[وف]?(?:كم (?:دفع|يدفع|تدفع|يتقاض|تقاض|ايجار|تكلف|كلف|يكلف|يكسب|ينفق|انفق|خصص|"
    r"تبرع|ساهم|تساوي)|كم (?:بلغت|تبلغ|كانت) (?:ميزاني|كلف|تكلف|قيم|منح|ايجار)|بكم\b)"
)
_ASKS_A_PERSONS_CONTACT = re.compile(
    r"\b(?:phone|mobile|number|e-?mail|address|contact)\b.*\b(?:of|for)\b.*"
    r"\b(?:mr|ms|mrs|dr|nurse|director|coordinator|doctor|officer)\b|"
    r"(?:هاتف|بريد|عنوان|رقم)\w* .*(?:مدير|ممرض|دكتور|طبيب|منسق|رييس|الاستاذ|السيد)"
)
_ASKS_A_NUMBER = re.compile(r"\b(?:how many|number of|how much)\b|(?:^|\s)[وفب]?كم\b")
_QUESTION_WORD = re.compile(
    r"\b(?:which|what|whose|how many|how much)\b|"
    r"(?:^|\s)[وفبل]?(?:كم|اي|ما|ماذا|شو|ايه)\b"
)


def doubts(evidence: Evidence, picked: Sequence[int]) -> Floats:
    """The doubts about the best of the picked candidates, `(len(DOUBTS),)` in 0 to 1."""
    best = evidence.candidates[picked[0]]
    asked = analysis.fold(evidence.question.text.partition(TOPIC_AFTER)[0])
    said = analysis.fold(best.sentence.text)
    first = list(block_of(evidence, picked[0]))
    quoted = [index for start in picked for index in block_of(evidence, start)]
    money = any(w.signs & Sign.MONEY for i in quoted for w in evidence.candidates[i].words)
    wants_name = bool(_ASKS_A_NAME.search(asked))
    named = any(  # "Thursday" is no name
        word.signs & Sign.NAME and not word.signs & Sign.TIME and place for place, word in best.new
    )
    latin = bool(best.words) and not best.words[0].arabic  # Arabic has no capitals
    counts = any(w.signs & Sign.NUMBER and not w.signs & Sign.TIME for _, w in best.new)
    missing = _thing_missing(evidence, asked, first)
    return np.array(
        [
            float(bool(STILL_TO_COME.search(said)) and not ASKS_WHAT_COMES.search(asked)),
            float(bool(_NOT_KNOWN.search(said))),
            missing,
            missing**2,
            float(evidence.years[1][picked[0]]),
            float(wants_name),
            float(wants_name and latin and not named),
            float(bool(_ASKS_AN_OUTCOME.search(asked))),
            float(bool(_ASKS_MONEY.search(asked)) and not money),
            float(bool(_ASKS_A_PERSONS_CONTACT.search(asked))),
            float(bool(_ASKS_A_NUMBER.search(asked)) and not counts),
        ]
    )


def _thing_missing(evidence: Evidence, asked: str, quoted: Sequence[int]) -> float:
    """How far the thing asked for, "airline" of "which airline", is not spoken of."""
    word = _QUESTION_WORD.search(asked)
    if word is None:
        return 0.0
    after = analysis.words(asked[word.end() :])[:THING_WORDS]
    things = [i for i, w in enumerate(evidence.words) if w.folded in after][:2]
    if not things:
        return 0.0
    index = list(quoted)
    here = evidence.meant[index].max(0)
    titled = evidence.meant_in_title[index].max(0)
    return float(1 - sum(max(here[i], titled[i]) for i in things) / len(things))
