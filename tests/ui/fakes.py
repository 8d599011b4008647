"""An assistant of a few fixed answers, as the real one gives them, in English and Arabic."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from urllib.parse import quote

from assistant.types import (
    Answer,
    AnswerSentence,
    Citation,
    Contact,
    Event,
    Kind,
    Status,
    Suggestion,
    Turn,
)
from vectorstore.errors import EmptyIndex

SITE = "https://egypt.iom.int"
FIXED = {
    "en": {
        "what_this_is": "Answers in the exact words of IOM Egypt's pages, "
        "with the source beside each sentence.",
        "what_it_is_not": "This is an automatic tool: no person reads along, "
        "and it cannot call anyone for help.",
        "not_found": "I did not find an answer to this on these pages.",
        "nearest_pages": "These pages come nearest:",
        "evidence_in_other_language": "The pages answer this in Arabic; here are their own words.",
        "empty_question": "Please type a question, for example: How many migrants live in Egypt?",
        "long_question": "This question is too long. Please ask it in fewer than 2,000 characters.",
        "store_error": "The pages cannot be searched at the moment. Please try again later.",
        "sample_page": "Sample page: written for trying this assistant out, "
        "after the page at the address shown.",
        "matter_contacts": "If this concerns you, these lines can be called:",
        "referral": "This is an automatic tool. You can call one of these lines:",
    },
    "ar": {
        "what_this_is": "إجابات بالكلمات الحرفية لصفحات المنظمة الدولية للهجرة في مصر، "
        "ومع كل جملة مصدرها.",
        "what_it_is_not": "هذه أداة آلية: لا يقرأ أحد هذه المحادثة، "
        "ولا تستطيع الأداة الاتصال بأحد لطلب المساعدة.",
        "not_found": "لم أجد إجابة عن هذا السؤال في هذه الصفحات.",
        "nearest_pages": "هذه أقرب الصفحات إلى سؤالك:",
        "evidence_in_other_language": "الإجابة عن هذا السؤال موجودة في الصفحات باللغة "
        "الإنجليزية، وهذه كلماتها كما وردت.",
        "empty_question": "من فضلك اكتب سؤالاً، مثل: كم عدد المهاجرين في مصر؟",
        "long_question": "هذا السؤال طويل جداً. من فضلك اكتبه في أقل من 2000 حرف.",
        "store_error": "لا يمكن البحث في الصفحات الآن. من فضلك حاول لاحقاً.",
        "sample_page": "صفحة تجريبية: كُتبت لتجربة هذا المساعد، نقلاً عن الصفحة ذات العنوان المبيّن.",
        "matter_contacts": "إذا كان هذا يخصك فيمكن الاتصال بهذه الخطوط:",
        "referral": "هذه أداة آلية. يمكنك الاتصال بأحد هذه الخطوط:",
    },
}


@dataclass(frozen=True)
class FakeProfile:
    home: str = SITE
    languages: tuple[str, ...] = ("en", "ar")
    name: Mapping[str, str] = field(
        default_factory=lambda: {"en": "IOM Egypt", "ar": "المنظمة الدولية للهجرة في مصر"}
    )
    examples: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "en": (
                "Since when is IOM in Egypt?",
                "How many migrants live in Egypt?",
                "Does assisted voluntary return cost anything?",
                "Where and when was the second roundtable on trafficking held?",
            ),
            "ar": (
                "منذ متى تعمل المنظمة الدولية للهجرة في مصر؟",
                "كم عدد المهاجرين في مصر؟",
                "هل العودة الطوعية مجانية؟",
                "متى افتُتحت أول دار إيواء لضحايا الاتجار بالبشر؟",
            ),
        }
    )
    contacts: tuple[Contact, ...] = (
        Contact(
            {"en": "Council for Women: women", "ar": "مجلس المرأة: النساء"},
            "phone",
            "15000",
            "A press release of 2 August 2022",
            date(2022, 8, 2),
        ),
    )
    service_pages: tuple[tuple[str, Mapping[str, str]], ...] = (
        (f"{SITE}/contact-us", {"en": "Contact us", "ar": "اتصل بنا"}),
    )
    quick_exit: str = "https://weather.example/"
    questions_kept_days: int = 0
    fixed: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: FIXED)

    def texts(self, language: str) -> Mapping[str, str]:
        return self.fixed.get(language, self.fixed["en"])


def cite(number: int, quoted: str, **fields: object) -> Citation:
    """A citation with plain values where none are given."""
    url = str(fields.pop("url", f"{SITE}/news/a-page"))
    values: dict[str, object] = {
        "link": f"{url}#:~:text={quote(quoted[:40], safe='')}",
        "title": "A page",
        "headings": (),
        "start": 0,
        "end": len(quoted),
        "page": None,
        "language": "en",
        "published": date(2023, 5, 22),
        "fetched_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return Citation(number=number, url=url, quote=quoted, **(values | fields))  # type: ignore[arg-type]


def say(text: str, *numbers: int, kind: Kind = Kind.QUOTE) -> AnswerSentence:
    return AnswerSentence(text, kind, numbers)


def notice(text: str) -> AnswerSentence:
    return AnswerSentence(text, Kind.NOTICE)


def answer(question: str, language: str, *sentences: AnswerSentence, **fields: object) -> Answer:
    values: dict[str, object] = {"status": Status.ANSWERED, "sentences": sentences} | fields
    return Answer(question=question, query=question, language=language, **values)  # type: ignore[arg-type]


ROUNDTABLE_TITLE = (
    "Regional Experts Gather in Rabat to Strengthen Protection and Prevention in the Fight "
    "against Trafficking in Persons"
)
WHERE = (
    "The second roundtable of the regional series was held in Rabat from 16 to 18 May 2023 and "
    "brought together thirty-five experts from Egypt, Morocco and Tunisia."
)
FINANCED = (
    "The meeting was financed by the European Union under the Regional Development and "
    "Protection Programme for North Africa."
)
SINCE = (
    "IOM has been present in Egypt since 1991 and works with the Government on all aspects "
    "of migration."
)
FREE_AR = (
    "خدمات المساعدة على العودة الطوعية وإعادة الإدماج مجانية بالكامل، "
    "ولا يحق لأحد أن يطلب مالاً مقابلها."
)
CALL_AR = (
    "للاستفسار يمكن الاتصال بالمكتب على الرقم ‎+20 2 0000 0000 من الأحد إلى الخميس "
    "بين التاسعة صباحاً والثالثة بعد الظهر."
)

HOSTILE = (
    "\u202e<img src=x onerror=window.struck=1><script>window.struck=1</script>"
    "</p></div><svg/onload=window.struck=1> ![x](https://evil.example/x.png) ${window.struck=1} "
    "{{constructor.constructor('window.struck=1')()}} \"' onmouseover=\"window.struck=1"
)


def _answers() -> dict[str, Answer]:
    where = cite(
        1,
        WHERE,
        url=f"{SITE}/news/roundtable-rabat",
        title=ROUNDTABLE_TITLE,
        before="Rabat –",
        after="Judges, prosecutors, police officers and civil society compared how victims are "
        "identified, and what protects them once they have been…",
    )
    financed = cite(
        2,
        FINANCED,
        url=f"{SITE}/news/roundtable-rabat",
        title=ROUNDTABLE_TITLE,
        before="…participants agreed to meet again before the end of the year and to name one "
        "contact person for each country.",
        after="",
    )
    since = cite(
        1,
        SINCE,
        url=f"{SITE}/",
        link=f"{SITE}/",
        title="About IOM Egypt",
        published=None,
        sample=True,
        before="Who we are",
        after="Its work reaches from assistance to migrants in vulnerable situations to labour "
        "mobility and data.",
    )
    free = cite(
        1,
        FREE_AR,
        url=f"{SITE}/ar/avrr",
        title="المساعدة على العودة الطوعية وإعادة الإدماج",
        language="ar",
        published=date(2022, 8, 2),
        before="…يستطيع كل مهاجر في مصر أن يطلب المساعدة على العودة إلى بلده.",
        after="ويبدأ الطلب بمقابلة قصيرة في المكتب.",
    )
    call = cite(
        2,
        CALL_AR,
        url=f"{SITE}/ar/contact-us",
        title="اتصل بنا",
        language="ar",
        published=date(2021, 1, 5),
        before="",
        after="",
    )
    hostile = cite(
        1,
        HOSTILE,
        url="javascript:window.struck=1//",
        link="javascript:window.struck=1//",
        title=HOSTILE,
        language='en" onfocus="window.struck=1',
        before=HOSTILE,
        after=HOSTILE,
    )
    return {
        "hostile": answer(
            "",
            "en",
            say(HOSTILE, 1),
            say(HOSTILE, 1, kind=Kind.WRITTEN),
            citations=(hostile,),
            suggestions=(
                Suggestion(HOSTILE, url="data:text/html,<script>window.struck=1</script>"),
                Suggestion(HOSTILE, url="https://example.org/\u202egpj.exe"),
            ),
        ),
        "roundtable": answer(
            "",
            "en",
            say(WHERE, 1),
            replace(say(FINANCED, 2), supporting=True),
            citations=(where, financed),
        ),
        "since when": answer("", "en", say(SINCE, 1), citations=(since,)),
        "مجانية": answer("", "ar", say(FREE_AR, 1), say(CALL_AR, 2), citations=(free, call)),
        "المائدة": answer(
            "",
            "ar",
            notice(FIXED["ar"]["evidence_in_other_language"]),
            say(WHERE, 1),
            citations=(where,),
        ),
        "budget": answer(
            "",
            "en",
            notice(FIXED["en"]["not_found"]),
            notice(FIXED["en"]["nearest_pages"]),
            status=Status.UNANSWERABLE_WEAK_EVIDENCE,
            suggestions=(
                Suggestion("IOM Egypt Strategy 2021–2025", url=f"{SITE}/publications/strategy"),
                Suggestion("Labour Mobility and Human Development", url=f"{SITE}/our-work/labour"),
                Suggestion("من نحن", url=f"{SITE}/ar/who-we-are"),
            ),
        ),
        "ميزانية": answer(
            "",
            "ar",
            notice(FIXED["ar"]["not_found"]),
            notice(FIXED["ar"]["nearest_pages"]),
            status=Status.UNANSWERABLE_WEAK_EVIDENCE,
            suggestions=(
                Suggestion("من نحن", url=f"{SITE}/ar/who-we-are"),
                Suggestion("IOM Egypt Strategy 2021–2025", url=f"{SITE}/publications/strategy"),
            ),
        ),
    }


class FakeVotes:
    """Remembers what was thought of which answer."""

    def __init__(self) -> None:
        self.cast: list[tuple[str, bool, str]] = []
        self.handed: list[str] = []

    def add(
        self, answer: Answer, *, liked: bool, reason: str = "", with_question: bool = False
    ) -> None:
        self.cast.append((str(answer.status), liked, reason))
        if with_question:
            self.handed.append(answer.question)


class FakeAssistant:
    """Answers by a word of the question; remembers what it was asked with which history.

    `pause_s` stands before every sentence. A question with "slowly" in it gets its first sentence,
    and the others once `go_on` is set.
    """

    def __init__(self, pause_s: float = 0.0) -> None:
        self.profile = FakeProfile()
        self.pause_s = pause_s
        self.go_on = threading.Event()
        self.calls: list[tuple[str, tuple[Turn, ...]]] = []
        self._answers = _answers()

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        self.calls.append((question, tuple(history)))
        if "empty store" in question:
            raise EmptyIndex("The store is empty.")
        if "break" in question:
            raise RuntimeError("a defect")
        whole = self._answer_to(question)
        for place, sentence in enumerate(whole.sentences):
            time.sleep(self.pause_s)
            if place and "slowly" in question:
                self.go_on.wait(30)
            cited = tuple(c for c in whole.citations if c.number in sentence.citations)
            yield Event(sentence=sentence, citations=cited)
        yield Event(answer=whole)

    def _answer_to(self, question: str) -> Answer:
        if not any(c.isalnum() for c in question):
            said = notice(FIXED["en"]["empty_question"])
            return answer(question, "en", said, status=Status.BLOCKED_EMPTY_QUESTION)
        if len(question) > 2_000:
            said = notice(FIXED["en"]["long_question"])
            return answer(question, "en", said, status=Status.BLOCKED_LONG_QUESTION)
        for word, found in self._answers.items():
            if word in question.lower():
                return replace(found, question=question)
        other = self._answers["ميزانية" if "\u0600" <= question[0] <= "\u06ff" else "budget"]
        return replace(other, question=question)
