"""The interface's own words, in each of its languages; what the organisation says is its profile's.

To add a language, add one `Texts` to `TEXTS`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """Labels of one language.

    Attributes:
        tag: BCP 47.
        language_name: the language's name in itself, on the button that switches to it.
        languages: tag to the language's name in this language.
        months: twelve names.
    """

    tag: str
    direction: str
    language_name: str
    languages: dict[str, str]
    months: tuple[str, ...]
    room: str
    ask_heading: str
    examples: str
    how_heading: str
    how: tuple[str, ...]
    question_label: str
    placeholder: str
    send: str
    stop: str
    new: str
    you_asked: str
    searching: str
    sources: str
    source: str
    back_to_sentence: str
    open_at_sentence: str
    open_at_page: str
    open_page: str
    new_tab: str
    no_date: str
    sheet: str
    sample: str
    not_on_the_web: str
    stopped: str
    failed: str
    nothing_asked: str
    checked: str


ENGLISH = Texts(
    tag="en",
    direction="ltr",
    language_name="English",
    languages={"en": "English", "ar": "Arabic", "fr": "French"},
    months=tuple(
        "January February March April May June July August September October November December"
        "".split()
    ),
    room="Questions and answers",
    ask_heading="What would you like to know?",
    examples="For example",
    how_heading="How answers are made",
    how=(
        "Every answer is quoted word for word from a page.",
        "The number after a sentence shows where it stands, with its date.",
        "If the pages do not say, you are told so.",
    ),
    question_label="Your question",
    placeholder="Ask in English or Arabic",
    send="Send",
    stop="Stop",
    new="New conversation",
    you_asked="You asked:",
    searching="Searching the pages",
    sources="Sources",
    source="Source",
    back_to_sentence="back to the sentence",
    open_at_sentence="Open the page at this sentence",
    open_at_page="Open the document at this page",
    open_page="Open the page",
    new_tab="opens in a new tab",
    no_date="no date",
    sheet="page",
    sample="Sample page",
    not_on_the_web="From a file, not on the web:",
    stopped="You stopped this answer.",
    failed="Something went wrong and this question was not answered. Please ask again.",
    nothing_asked="Please type a question first.",
    checked="checked",
)

ARABIC = Texts(
    tag="ar",
    direction="rtl",
    language_name="العربية",
    languages={"en": "الإنجليزية", "ar": "العربية", "fr": "الفرنسية"},
    months=tuple(
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split()
    ),
    room="أسئلة وأجوبة",
    ask_heading="ما الذي تود معرفته؟",
    examples="على سبيل المثال",
    how_heading="كيف تُعدّ الإجابات",
    how=(
        "كل إجابة منقولة حرفياً من إحدى الصفحات.",
        "الرقم بعد الجملة يدلّ على موضعها في الصفحة وعلى تاريخها.",
        "وإن لم تذكر الصفحات الإجابة فسيُقال لك ذلك.",
    ),
    question_label="سؤالك",
    placeholder="اسأل بالعربية أو الإنجليزية",
    send="إرسال",
    stop="إيقاف",
    new="محادثة جديدة",
    you_asked="سؤالك:",
    searching="يجري البحث في الصفحات",
    sources="المصادر",
    source="المصدر",
    back_to_sentence="العودة إلى الجملة",
    open_at_sentence="افتح الصفحة عند هذه الجملة",
    open_at_page="افتح المستند عند هذه الصفحة",
    open_page="افتح الصفحة",
    new_tab="يُفتح في نافذة جديدة",
    no_date="بلا تاريخ",
    sheet="صفحة",
    sample="صفحة تجريبية",
    not_on_the_web="من ملف غير منشور على الشبكة:",
    stopped="أُوقفت هذه الإجابة.",
    failed="حدث خطأ ولم يُجَب عن هذا السؤال. من فضلك اسأل مرة أخرى.",
    nothing_asked="من فضلك اكتب سؤالاً أولاً.",
    checked="آخر تحقق",
)

TEXTS: dict[str, Texts] = {texts.tag: texts for texts in (ENGLISH, ARABIC)}


def texts_for(language: str) -> Texts:
    """The labels of a language, or the English ones where it has none."""
    return TEXTS.get(language, ENGLISH)
