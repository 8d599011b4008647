"""Strings to HTML that is safe and reads in the right direction. Pure; everything is escaped."""

from __future__ import annotations

import html
import re
from datetime import date
from urllib.parse import urlsplit

from ui.texts import Texts

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ku", "ps", "ur"})
# Embeddings, overrides and isolates reorder what follows them; no page needs them to be read.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MARKS = re.compile("[\u200e\u200f\u061c]")  # harmless in running text, a way to flood a title
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# A number one would dial: it starts with + or 0 and has 7 to 16 digits, grouped or not. In
# Arabic text its groups would otherwise be read from the right.
_PHONE = re.compile(
    r"(?<![\w+])(?:\+|\(?0|\(?٠)\(?\d(?:[ ().\u00a0\u200e\u200f\u2011/-]{0,2}\d){5,14}(?!\d)"
)

_ITEM = re.compile(r"(?:[-*•–·▪]|\d{1,2}[.)])\s+")
_ROW = re.compile(r"[^:;]{1,60}: [^;]+(?:; [^:;]{1,60}: [^;]+)+")  # "Year: 1995; Step: first"


def escape(text: str) -> str:
    """Text for element content or a quoted attribute, without controls that reorder its line."""
    return html.escape(_UNPRINTABLE.sub("", _BIDI_CONTROLS.sub("", text)), quote=True)


def label(text: str) -> str:
    """A title, name or address for element content, isolated from the direction around it."""
    return f'<bdi dir="auto">{escape(_MARKS.sub("", text))}</bdi>'


def prose(text: str) -> str:
    """Running text for element content; phone numbers keep their left-to-right order."""
    pieces: list[str] = []
    end = 0
    for number in _PHONE.finditer(text):
        pieces.append(escape(text[end : number.start()]))
        pieces.append(f'<bdi dir="ltr" class="phone">{escape(number.group())}</bdi>')
        end = number.end()
    pieces.append(escape(text[end:]))
    return "".join(pieces)


def quoted(text: str) -> str:
    """Verbatim text for element content: items below each other, labels of a table's row quieter.

    Every character stays, so that what is copied is what stands on the page.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return _row(text)
    marks = [_ITEM.match(line) for line in lines]
    parts: list[str] = []
    for place, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        begins_inside = place == 0 and not line.endswith(":") and bool(marks[1])
        kind = "line item" if mark or begins_inside else "line"
        lead = f'<span class="unseen">{escape(mark.group())}</span>' if mark else ""
        parts.append(f'<span class="{kind}">{lead}{_row(line[mark.end() if mark else 0 :])}</span>')
    return "".join(parts)


def _row(text: str) -> str:
    if not _ROW.fullmatch(text):
        return prose(text)
    cells = (cell.partition(": ") for cell in text.split("; "))
    return "; ".join(
        f'<span class="label">{prose(name)}:</span> {prose(value)}' for name, _, value in cells
    )


def direction(language: str) -> str:
    """`rtl` or `ltr` for a language tag, `auto` (by first strong letter) where it is unknown."""
    primary = language.partition("-")[0].lower()
    if not primary:
        return "auto"
    return "rtl" if primary in _RIGHT_TO_LEFT else "ltr"


def web_address(url: str) -> str | None:
    """The address if a link may lead there: http or https, with a host, nothing hidden in it."""
    if any(c.isspace() or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # such as an unclosed [ in the host
        return None
    return url if parts.scheme in ("http", "https") and host else None


def format_date(day: date | None, texts: Texts) -> str:
    """Day, month name and year, as both languages write it; digits are the pages' own."""
    return f"{day.day} {texts.months[day.month - 1]} {day.year}" if day else texts.no_date


def format_age(day: date, today: date, texts: Texts) -> str:
    """How long ago a day was, in whole years or else months, rounded down."""
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    if months < 1:
        return texts.recent
    if months < 12:
        return texts.months_ago(months)
    return texts.years_ago(months // 12)


def language_name(tag: str, texts: Texts) -> str:
    """The language's name, or its tag where the interface has no name for it."""
    return texts.languages.get(tag.partition("-")[0].lower(), tag)


def dated(day: date | None, texts: Texts) -> str:
    """A date for machine and eye."""
    words = escape(format_date(day, texts))
    return f'<time datetime="{day.isoformat()}">{words}</time>' if day else words


def tongue(language: str) -> str:
    """The attributes that say a text's language and direction."""
    lang = f'lang="{escape(language)}" ' if language else ""
    return f'{lang}dir="{direction(language)}"'


def outward(url: str, inner: str, texts: Texts) -> str:
    """A link that leaves the site, telling it nothing. `url` comes from `web_address`."""
    return (
        f'<a class="out" href="{escape(url)}" target="_blank" '
        f'rel="noopener noreferrer nofollow">{inner}'
        f'<span class="unseen"> ({escape(texts.new_tab)})</span></a>'
    )
