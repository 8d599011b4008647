"""What the HTTP interface says when it does not answer: RFC 9457 problems, in each language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from starlette.responses import Response

from assistant.types import Contact

MEDIA_TYPE = "application/problem+json"
HELP_PATH = "/help"
LANGUAGES = ("en", "ar")

Words = tuple[str, str]
"""A title and what to do about it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its HTTP status and its words by language."""

    name: str
    status: int
    words: Mapping[str, Words]


def _kind(name: str, status: int, en: Words, ar: Words) -> Kind:
    return Kind(name, status, {"en": en, "ar": ar})


class Problems(Enum):
    """Every kind of problem there is."""

    NO_JSON = _kind(
        "no-json",
        422,
        ("The request cannot be read", "Send one JSON object as the documentation shows it."),
        ("تعذّرت قراءة الطلب", "أرسل كائن JSON واحداً كما في التوثيق."),
    )
    WRONG_FIELDS = _kind(
        "wrong-fields",
        422,
        ("The request does not fit", "Correct the fields that `errors` names."),
        ("الطلب غير مطابق", "صحّح الحقول المذكورة في `errors`."),
    )
    EMPTY_TEXT = _kind(
        "empty-text",
        422,
        ("There is no question", "Please type a question, for example: {example}"),
        ("لا يوجد سؤال", "من فضلك اكتب سؤالاً، مثل: {example}"),
    )
    LONG_TEXT = _kind(
        "long-text",
        422,
        ("The text is too long", "Please send fewer than {limit} characters."),
        ("النص طويل جداً", "من فضلك أرسل أقل من {limit} حرف."),
    )
    NOT_FOUND = _kind(
        "not-found",
        404,
        ("There is nothing here", "Look at the address, or at /api/v1/openapi.json."),
        ("لا يوجد شيء هنا", "راجع العنوان، أو ‎/api/v1/openapi.json."),
    )
    NO_SUCH_PAGE = _kind(
        "no-such-page",
        404,
        ("This page is not stored", "GET /api/v1/pages lists the addresses that are."),
        ("هذه الصفحة غير محفوظة", "‏GET /api/v1/pages يسرد العناوين المحفوظة."),
    )
    WRONG_METHOD = _kind(
        "wrong-method",
        405,
        ("Not with this method", "The header Allow says which methods there are."),
        ("هذه الطريقة غير متاحة", "يبيّن الحقل Allow الطرق المتاحة."),
    )
    TOO_SLOW = _kind(
        "too-slow",
        408,
        ("The request came too slowly", "Please send it again."),
        ("وصل الطلب ببطء شديد", "من فضلك أرسله مرة أخرى."),
    )
    TOO_LARGE = _kind(
        "too-large",
        413,
        ("The request is too large", "Please send fewer than {limit} bytes."),
        ("الطلب كبير جداً", "من فضلك أرسل أقل من {limit} بايت."),
    )
    NOT_JSON = _kind(
        "not-json",
        415,
        ("This media type is not read", "Send JSON, with Content-Type: application/json."),
        ("نوع المحتوى غير مقروء", "أرسل JSON مع ‎Content-Type: application/json."),
    )
    WRONG_KEY = _kind(
        "wrong-key",
        401,
        ("This key is not valid", "Send a key of this server, or none at all."),
        ("هذا المفتاح غير صالح", "أرسل مفتاحاً صادراً عن هذا الخادم، أو لا ترسل أي مفتاح."),
    )
    TOO_MANY = _kind(
        "too-many-questions",
        429,
        (
            "Too many questions at once",
            "Please wait {seconds} seconds. If you need help now, see /help. Programs that serve "
            "several people name each by the header Session-Id, or use a key.",
        ),
        (
            "أسئلة كثيرة في وقت قصير",
            "من فضلك انتظر {seconds} ثانية. إذا كنت تحتاج إلى مساعدة الآن فانظر ‎/help. على البرامج "
            "التي تخدم عدة أشخاص أن تسمّي كلاً منهم في الحقل Session-Id، أو تستعمل مفتاحاً.",
        ),
    )
    BUSY = _kind(
        "busy",
        503,
        (
            "Many people are asking just now",
            "Please ask again in {seconds} seconds. If you need help now, see /help.",
        ),
        (
            "كثيرون يسألون الآن",
            "من فضلك أعد السؤال بعد {seconds} ثانية. إذا كنت تحتاج إلى مساعدة الآن فانظر ‎/help.",
        ),
    )
    NO_STORE = _kind(
        "store-unavailable",
        503,
        (
            "The pages cannot be searched at the moment",
            "Please try again later. If you need help now, see /help.",
        ),
        (
            "لا يمكن البحث في الصفحات الآن",
            "من فضلك حاول لاحقاً. إذا كنت تحتاج إلى مساعدة الآن فانظر ‎/help.",
        ),
    )
    SWITCHED_OFF = _kind(
        "switched-off",
        503,
        ("The assistant is switched off", "{message} If you need help now, see /help."),
        ("المساعد متوقف", "{message} إذا كنت تحتاج إلى مساعدة الآن فانظر ‎/help."),
    )
    DEFECT = _kind(
        "defect",
        500,
        (
            "Something went wrong here",
            "Please ask again. Whoever runs this server finds the error under the run's number.",
        ),
        (
            "حدث خطأ هنا",
            "من فضلك أعد السؤال. يجد المسؤول عن الخادم هذا الخطأ تحت رقم التشغيل.",
        ),
    )


class Problem(Exception):
    """A problem on its way to the one who asked; turned into a response in one place.

    Args:
        retry_after_s: seconds, for the header and the words.
        errors: which fields are wrong and how, in English; never what they held.
        values: what the words name, by language where it differs.

    Attributes:
        contacts: lines for people in danger, where nobody could see whether one sent it.
    """

    def __init__(
        self,
        kind: Problems,
        *,
        retry_after_s: int | None = None,
        errors: list[dict[str, str]] | None = None,
        **values: str | Mapping[str, str],
    ) -> None:
        super().__init__(kind.value.name)
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.errors = errors
        self.contacts: Sequence[Contact] = ()
        self._values = values

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.kind.value.status

    def words(self, language: str) -> Words:
        """Title and detail in a language."""
        title, detail = self.kind.value.words[language]
        values = {
            name: value if isinstance(value, str) else value.get(language, "")
            for name, value in self._values.items()
        }
        if self.retry_after_s is not None:
            values["seconds"] = str(self.retry_after_s)
        lines = [f"{contact.label[language]}: {contact.value}" for contact in self.contacts]
        return title, "\n".join((detail.format(**values).strip(), *lines))

    def said(self, language: str) -> str:
        """The words of a language in one piece."""
        title, detail = self.words(language)
        return f"{title}. {detail}"

    def document(self, language: str, run: str) -> dict[str, Any]:
        """The problem as RFC 9457 has it, and the same in every language under `languages`."""
        title, detail = self.words(language)
        document: dict[str, Any] = {
            "type": f"urn:assistant:problem:{self.kind.value.name}",
            "title": title,
            "status": self.status,
            "detail": detail,
            "instance": f"urn:assistant:run:{run}",
            "help": HELP_PATH,
            "languages": {
                tag: dict(zip(("title", "detail"), self.words(tag), strict=True))
                for tag in LANGUAGES
            },
        }
        if self.retry_after_s is not None:
            document["retry_after"] = self.retry_after_s
        if self.errors is not None:
            document["errors"] = self.errors
        return document

    def response(self, accept_language: str, run: str, *, as_openai: bool = False) -> Response:
        """The response, in the first language asked for that there is.

        Args:
            as_openai: with a member `error` besides, where OpenAI's clients look.
        """
        language = preferred_language(accept_language)
        headers = {"Content-Language": language}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        if self.kind is Problems.WRONG_KEY:
            headers["WWW-Authenticate"] = "Bearer"
        if self.kind in (Problems.TOO_LARGE, Problems.TOO_SLOW):
            headers["Connection"] = "close"  # the rest of it is not read
        document = self.document(language, run)
        if as_openai:
            said = f"{document['title']}. {document['detail']}"
            name = self.kind.value.name
            document["error"] = {"message": said, "type": name, "code": name, "param": None}
        body = json.dumps(document, ensure_ascii=False).encode()
        return Response(body, self.status, headers, MEDIA_TYPE)


def preferred_language(accept_language: str) -> str:
    """The best of our languages by an Accept-Language header; English where it says nothing."""
    best, language = 0.0, LANGUAGES[0]
    for part in accept_language.split(",")[:20]:
        tag, _, quality = part.partition(";")
        found = re.fullmatch(r"\s*q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*", quality)
        weight = float(found.group(1)) if found else (0.0 if quality.strip() else 1.0)
        short = tag.strip().lower().partition("-")[0]
        if short in LANGUAGES and weight > best:
            best, language = weight, short
    return language
