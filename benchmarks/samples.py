"""Pages and questions to measure with: read from SQuAD or JSON Lines files, or generated.

Generated text is deterministic, English or Arabic, of the size of XQuAD's paragraphs (which may
not be committed here). Each page has facts of its own (names, places, numbers), and a question that
names one of them, so that results can be compared, not only timed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SamplePage:
    """What a line of a `.jsonl` of pages says."""

    url: str
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class SampleQuestion:
    """A question and what answers it.

    Attributes:
        gold: 0-based number of the page that answers.
        group: questions of one group share an article; cross-validation keeps them together.
    """

    text: str
    gold: int
    group: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Pages with questions on them."""

    pages: tuple[SamplePage, ...]
    questions: tuple[SampleQuestion, ...]

    @property
    def characters(self) -> int:
        """Characters of all texts."""
        return sum(len(page.text) for page in self.pages)


def squad(path: Path, language: str) -> Sample:
    """A file in SQuAD 1.1 format: one page per paragraph, one group per article."""
    pages: list[SamplePage] = []
    questions: list[SampleQuestion] = []
    for group, article in enumerate(json.loads(path.read_text("utf-8"))["data"]):
        title = str(article.get("title") or f"Article {group}").replace("_", " ")
        for paragraph in article["paragraphs"]:
            gold = len(pages)
            url = f"https://{language}.example.org/p/{gold}"
            pages.append(SamplePage(url, title, paragraph["context"], language))
            questions.extend(SampleQuestion(qa["question"], gold, group) for qa in paragraph["qas"])
    return Sample(tuple(pages), tuple(questions))


def json_lines(paths: Iterable[Path]) -> Sample:
    """Files of pages; each page's own title, put as a question, is what is asked."""
    pages: list[SamplePage] = []
    for path in paths:
        for line in path.read_text("utf-8").split("\n"):
            if line.strip():
                row = json.loads(line)
                pages.append(
                    SamplePage(row["url"], row["title"], row["text"], row.get("language", "en"))
                )
    questions = [SampleQuestion(f"What about {p.title}?", i, i) for i, p in enumerate(pages)]
    return Sample(tuple(pages), tuple(questions))


def write_json_lines(path: Path, pages: Sequence[SamplePage]) -> Path:
    """Write pages as `assistant ingest` reads them."""
    rows = ({"url": p.url, "title": p.title, "text": p.text, "language": p.language} for p in pages)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), "utf-8")
    return path


# -- generated ----------------------------------------------------------------------------------

_PARTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "en": {
        "syllables": (
            "ba dor mel tan ri vos ka lin mu ser ga zon fi har do nel pa quil ro sam te ul vi wen"
        ).split(),
        "who": (
            "the regional office|the port authority|the women's committee|the health directorate|"
            "the training centre|the council of elders|the national library|the weather service|"
            "the fishing cooperative|the university hospital|the railway company|the water board"
        ).split("|"),
        "did": (
            "opened|repaired|closed|measured|financed|inspected|extended|described|registered|"
            "surveyed|translated|equipped|rebuilt|planned|handed over|reviewed"
        ).split("|"),
        "what": (
            "a shelter for travellers|the old harbour wall|forty classrooms|a register of wells|"
            "the road to the border|two mobile clinics|an archive of letters|a market for farmers|"
            "the bridge over the canal|a course in carpentry|the seed bank|an exhibition of maps|"
            "a fund for small loans|the night school|a ferry service|the vaccination campaign"
        ).split("|"),
        "why": (
            "because the winter had been long|after the flood of that spring|"
            "so that families could stay together|although money was short|"
            "as the agreement had foreseen|before the census began|"
            "when the first results were known|in spite of many delays|"
            "with the help of volunteers|at the request of the villages"
        ).split("|"),
        "months": (
            "January February March April May June July August September October November December"
        ).split(),
    },
    "ar": {
        "syllables": "با دور مل تان ري فو كا لين مو سر غا زن في هار دي نل با كل رو سام تي".split(),
        "who": (
            "المكتب الإقليمي|هيئة الميناء|لجنة النساء|مديرية الصحة|مركز التدريب|مجلس الأعيان|"
            "المكتبة الوطنية|مصلحة الأرصاد|تعاونية الصيادين|المستشفى الجامعي|شركة القطارات"
        ).split("|"),
        "did": "افتتح|أصلح|أغلق|موّل|فحص|وسّع|وصف|سجّل|درس|ترجم|جهّز|أعاد بناء|خطّط|سلّم|راجع".split("|"),
        "what": (
            "ملجأ للمسافرين|جدار الميناء القديم|أربعين فصلاً دراسياً|سجل الآبار|الطريق إلى الحدود|"
            "عيادتين متنقلتين|أرشيف الرسائل|سوقاً للمزارعين|الجسر فوق القناة|دورة في النجارة|"
            "بنك البذور|معرضاً للخرائط|صندوقاً للقروض الصغيرة|المدرسة الليلية|حملة التطعيم"
        ).split("|"),
        "why": (
            "لأن الشتاء كان طويلاً|بعد فيضان ذلك الربيع|كي تبقى الأسر معاً|رغم قلة المال|"
            "كما نص الاتفاق|قبل بدء التعداد|عندما عُرفت النتائج الأولى|على الرغم من التأخير|"
            "بمساعدة المتطوعين|بناء على طلب القرى"
        ).split("|"),
        "months": (
            "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
        ).split(),
    },
}
_SENTENCES_PER_PAGE = 7  # about 770 characters in English, as XQuAD's paragraphs have


def generated(count: int, language: str, seed: int = 1) -> Sample:
    """`count` pages in "en" or "ar", one question on each."""
    draw = random.Random(f"{language}/{seed}")
    pages: list[SamplePage] = []
    questions: list[SampleQuestion] = []
    for number in range(count):
        place, person = _name(draw, language), _name(draw, language)
        sentences = [_sentence(draw, language, place, person) for _ in range(_SENTENCES_PER_PAGE)]
        what = draw.choice(_PARTS[language]["what"])
        sentences.insert(draw.randrange(len(sentences)), _fact(draw, language, place, person, what))
        title = f"News of {place}" if language == "en" else f"أخبار {place}"
        asked = (
            f"Who handed over {what} in {place}?"
            if language == "en"
            else f"من سلّم {what} في {place}؟"
        )
        pages.append(
            SamplePage(
                f"https://{language}.example.org/p/{number}", title, " ".join(sentences), language
            )
        )
        questions.append(SampleQuestion(asked, number, number))
    return Sample(tuple(pages), tuple(questions))


def _name(draw: random.Random, language: str) -> str:
    return "".join(draw.choices(_PARTS[language]["syllables"], k=draw.randint(2, 4))).capitalize()


def _sentence(draw: random.Random, language: str, place: str, person: str) -> str:
    part = {name: draw.choice(choices) for name, choices in _PARTS[language].items()}
    year, amount = draw.randint(1950, 2025), draw.randint(20, 9_999)
    where = draw.choice([place, person, _name(draw, language)])
    if language == "en":
        return (
            f"In {part['months']} {year} {part['who']} {part['did']} {part['what']} near {where}, "
            f"{part['why']}, for {amount} people."
        )
    return (
        f"في {part['months']} {year} {part['did']} {part['who']} {part['what']} قرب {where} "
        f"{part['why']} لصالح {amount} شخصاً."
    )


def _fact(draw: random.Random, language: str, place: str, person: str, what: str) -> str:
    year = draw.randint(1950, 2025)
    if language == "en":
        return f"{person} handed over {what} in {place} in {year}."
    return f"سلّم {person} {what} في {place} عام {year}."
