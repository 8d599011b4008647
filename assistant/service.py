"""Questions of somebody who wants something done, and the pages that are written for them.

"How do I go back to my country?", "do you pay for the ticket": what happened to others, on a page
of news, holds many of their words and answers none of them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from assistant.candidate import DATELINE
from vectorstore import analysis
from vectorstore.types import Passage

_ASKS_FOR_ONESELF = re.compile(
    r"\b(?:can|could|may|do|must|should|shall|will|would|am|are|have|if|when|where|how|what) "
    r"(?:i|we)\b|"
    r"\b(?:i|we) (?:want|wish|have to|am|cannot|lost|would like|need (?:to|help|a|an|some|money)|"
    r"have no)\b|\bmy\b|\bmyself\b|"
    r"\bhow (?:to|do you|can you|can one|do people|can someone)\b|"
    r"^(?:can|could|do|does|will|would|is|are|should) .*\b(?:me|us|our)\b|"
    r"\bhow long (?:does|do|will|would|must|can)\b|^(?:do|can|could|will|would) you\b|"
    r"^(?:is|are) there (?:an? |any )?(?:help|support|\w+al|\w+ing)\b|"
    r"\bwho (?:can|may|gets?) (?:get|apply|receive|help|join|come|be|register)\b|"
    r"\bwhat (?:help|support|assistance|papers|documents) (?:can|do|does|may)\b|"
    r"\b[وف]?(?:اريد(?! اعرف)|نريد|احتاج|نحتاج|محتاج|محتاجه|اقدر|نقدر|استطيع|يمكنني|يمكننا|عندي|"
    r"معي|معايا|بلدي|وطني|اهلي|اولادي|ابني|بنتي|ابنتي|زوجي|زوجتي|اخي|امي|جوازي|اسرتي|عايلتي|"
    r"(?:ل)?ا(?:رجع|عود|روح|سافر|قدم|سجل|حصل|عمل|تطوع|تواصل|جد|طلب|درس|شارك|دفع|اخذ|احضر|جيب|شتغل|"
    r"بلغ|شتكي|تعلم|لتحق|نضم|ستفيد))\b|"
    r"^[وف]?(?:هل )?ب?ت\w{2,}(?:وا|ون)\b|^هل (?:يوجد|توجد|هناك|عندكم|لديكم)\b|^في\w? عندكم\b|"
    r"\b(?:كم|قد ايه|اد ايه) (?:ت|ي|ب?ت|ب?ي)?(?:ستغرق|اخد|اخذ|تاخذ|ياخذ|ياخد|تاخد|طول)\b|"
    r"\b(?:من|مين) (?:يمكنه|يستطيع|يقدر|يحق له)\b|"
    r"\b(?:ال)?(?:مساعده|مساعدات|دعم|خدمات) (?:التي|الذي) (?:يحصل|تحصل)\b"
)
_OF_A_FACT = re.compile(
    r"(?:19|20)\d\d|\bhow many\b|\bdid\b|\bwas\b|\bwere\b|\b(?:كم عدد|كان|كانت)\b|"
    r"^(?:متي|امتي|اين|مين|من (?!يمكن|يستطيع|يقدر|يحق))\b"
)
_OF_WHAT_HAPPENED = re.compile(
    r"(?:latest-)?(?:news|press|press-releases?|stories|story|blogs?|events?|updates|articles|"
    r"features|media|statements?|speech(?:es)?|publications?|statistics|reports?|"
    r"اخبار|الاخبار|قصص|القصص|فعاليات|الفعاليات|بيانات|منشورات|اصدارات)"
)

_ADDRESSES = re.compile(
    r"\b(?:you|your|yours)\b|"
    r"\b[وف]?(?:يمكنك\w*|عليك\w*|لك|لكم|لديك\w*|معك\w*|بلدك\w*|اسمك|طلبك|ملفك|منك|احضر|اتصل|راسل\w*|"
    r"تعال|راجع|سجل|اكتب|اطلب|تحدث|نساعدك\w*|حقك|حالتك)\b"
)


def asks_for_oneself(text: str) -> bool:
    """Whether a question asks what the asker can get or do, or on what terms."""
    folded = " ".join(analysis.fold(text).split())
    return bool(_ASKS_FOR_ONESELF.search(folded)) and not _OF_A_FACT.search(folded)


@lru_cache(maxsize=10_000)
def _told_below(url: str) -> bool:
    steps = [step for step in analysis.fold(unquote(urlsplit(url).path)).split("/") if step]
    return any(_OF_WHAT_HAPPENED.fullmatch(step) for step in steps[:-1])


def tells_what_happened(passage: Passage) -> bool:
    """Whether a passage is of news, a story or a report."""
    first = passage.sentences[0].text if passage.sentences else ""
    return _told_below(passage.chunk.url) or bool(DATELINE.match(first))


def addresses_reader(text: str) -> bool:
    """Whether a text speaks to whoever reads it: "you may come without an appointment"."""
    return bool(_ADDRESSES.search(analysis.fold(text)))
