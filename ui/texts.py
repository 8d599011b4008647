"""The interface's own words, in each of its languages; what the organisation says is its profile's.

To add a language, add one `Texts` to `TEXTS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """Labels of one language.

    Attributes:
        tag: BCP 47.
        language_name: the language's name in itself, on the button that switches to it.
        languages: tag to the language's name in this language.
        months: twelve names.
        years, months_old: how long ago, by the form that the number takes; `{n}` is the number.
        sister: language to the words, in that language, of the link to a page's version in it.
        reasons: what can be wrong with an answer, name to words; the names are stored.
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
    wording: str
    worded: str
    more: str
    more_here: str
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
    years: Mapping[str, str]
    months_old: Mapping[str, str]
    recent: str
    sister: Mapping[str, str]
    in_danger: str
    leave: str
    leave_hint: str
    close: str
    copy: str
    copied: str
    again: str
    edit: str
    tools: str
    helpful: str
    not_helpful: str
    why: str
    reasons: Mapping[str, str]
    no_text_kept: str
    text_kept: str
    hand_question: str
    hand_hint: str
    tell: str
    thanks: str
    save: str
    print: str
    saved_on: str
    rephrase: str
    ask_office: str
    plain_ask: str
    plain_about: str
    plain_to_chat: str
    plain_help: str
    lost: str
    switched_off: str
    not_done: str

    def years_ago(self, count: int) -> str:
        """How many years ago, in words."""
        return self.years[_form(self.tag, count)].format(n=count)

    def months_ago(self, count: int) -> str:
        """How many months ago, in words."""
        return self.months_old[_form(self.tag, count)].format(n=count)


def _form(language: str, count: int) -> str:
    """The form of a noun that goes with a number, by CLDR's rules for the two languages."""
    if language != "ar":
        return "one" if count == 1 else "other"
    if count in (1, 2):
        return "one" if count == 1 else "two"
    if 3 <= count % 100 <= 10:
        return "few"
    return "many" if count % 100 >= 11 else "other"


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
        "Every answer quotes a page word for word.",
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
    wording="A language model is wording the answer",
    worded="Worded by a language model. Each sentence was held to the quotes it names.",
    more="More from the pages",
    more_here="More from the same page",
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
    years={"one": "1 year ago", "other": "{n} years ago"},
    months_old={"one": "1 month ago", "other": "{n} months ago"},
    recent="this month",
    sister={"en": "This page in English", "ar": "هذه الصفحة بالعربية"},
    in_danger="In danger? Who to call",
    leave="Leave quickly",
    leave_hint="Opens another site in place of this page. Pressing Esc three times does the same.",
    close="Close",
    copy="Copy with sources",
    copied="Copied",
    again="Ask again",
    edit="Change the question",
    tools="What to do with this answer",
    helpful="Helpful",
    not_helpful="Not helpful",
    why="What was wrong?",
    reasons={
        "off_topic": "It answers something else",
        "wrong": "It is wrong or out of date",
        "incomplete": "Something is missing",
        "unclear": "It is hard to understand",
    },
    no_text_kept="Unless you tick this box, only your verdict is stored, not your question.",
    text_kept="Questions are kept for {days} days without details that point to a person. "
    "Your verdict is linked to yours only if you tick this box.",
    hand_question="Store my question with it",
    hand_hint="It shows the office what is missing. Numbers, addresses and other details that "
    "point to a person are taken out; it is deleted after 30 days.",
    tell="Send",
    thanks="Thank you.",
    save="Save",
    print="Print",
    saved_on="Saved on",
    rephrase="Try other words or a shorter question, or name the programme, the place or the year.",
    ask_office="Or ask the office:",
    plain_ask="Ask",
    plain_about="This page works without JavaScript. Each question stands alone.",
    plain_to_chat="To the full page",
    plain_help="Help if you are in danger",
    lost="The connection was lost before the answer was complete. Please ask again.",
    not_done="This could not be done:",
    switched_off="The assistant is being looked after. Please come back later.",
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
        "في كل إجابة كلام منقول حرفياً من إحدى الصفحات.",
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
    wording="يصوغ نموذج لغوي الإجابة الآن",
    worded="صاغها نموذج لغوي، وقورنت كل جملة بالاقتباسات التي تشير إليها.",
    more="المزيد من الصفحات",
    more_here="المزيد من الصفحة نفسها",
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
    years={
        "one": "منذ سنة",
        "two": "منذ سنتين",
        "few": "منذ {n} سنوات",
        "many": "منذ {n} سنة",
        "other": "منذ {n} سنة",
    },
    months_old={
        "one": "منذ شهر",
        "two": "منذ شهرين",
        "few": "منذ {n} أشهر",
        "many": "منذ {n} شهراً",
        "other": "منذ {n} شهر",
    },
    recent="هذا الشهر",
    sister={"en": "This page in English", "ar": "هذه الصفحة بالعربية"},
    in_danger="في خطر؟ بمن تتصل",
    leave="خروج سريع",
    leave_hint="يفتح موقعاً آخر مكان هذه الصفحة. الضغط على Esc ثلاث مرات يفعل الشيء نفسه.",
    close="إغلاق",
    copy="نسخ مع المصادر",
    copied="نُسخ",
    again="اسأل من جديد",
    edit="تعديل السؤال",
    tools="ما يمكن فعله بهذه الإجابة",
    helpful="مفيدة",
    not_helpful="غير مفيدة",
    why="ما الخطأ فيها؟",
    reasons={
        "off_topic": "تجيب عن شيء آخر",
        "wrong": "خاطئة أو قديمة",
        "incomplete": "ينقصها شيء",
        "unclear": "يصعب فهمها",
    },
    no_text_kept="ما لم تؤشر على هذا المربع يُحفظ رأيك فقط ولا يُحفظ سؤالك.",
    text_kept="تُحفظ الأسئلة من غير ما يدلّ على شخص بعينه (عدد الأيام: {days}). "
    "ولا يُربط رأيك بسؤالك إلا إذا أشّرت على هذا المربع.",
    hand_question="احفظوا سؤالي معه",
    hand_hint="ليرى المكتب ما الناقص. تُحذف الأرقام والعناوين وكل ما يدلّ على شخص بعينه، "
    "ويُمحى السؤال بعد 30 يوماً.",
    tell="إرسال",
    thanks="شكراً لك.",
    save="حفظ",
    print="طباعة",
    saved_on="حُفظت في",
    rephrase="جرّب كلمات أخرى أو سؤالاً أقصر، أو اذكر اسم البرنامج أو المكان أو السنة.",
    ask_office="أو اسأل المكتب:",
    plain_ask="اسأل",
    plain_about="تعمل هذه الصفحة من غير جافاسكربت. كل سؤال قائم بذاته.",
    plain_to_chat="إلى الصفحة الكاملة",
    plain_help="مساعدة لمن هو في خطر",
    lost="انقطع الاتصال قبل أن تكتمل الإجابة. من فضلك اسأل من جديد.",
    not_done="تعذّر ذلك. التفاصيل بالإنجليزية:",
    switched_off="المساعد قيد الصيانة. من فضلك عد لاحقاً.",
)

TEXTS: dict[str, Texts] = {texts.tag: texts for texts in (ENGLISH, ARABIC)}


def texts_for(language: str) -> Texts:
    """The labels of a language, or the English ones where it has none."""
    return TEXTS.get(language, ENGLISH)
