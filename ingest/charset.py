"""Bytes to text for pages that name their charset, do not, or name the wrong one."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter

from ingest.errors import UnreadablePage
from ingest.media import looks_utf16

MAX_REPLACED_SHARE = 0.001  # of the letters; above it the page is not what it says
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s*+=\s*+[\"']?\s*+([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,100}encoding=[\"']([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ARABIC_CANDIDATES = ("cp1256", "iso8859-6")
_WESTERN = frozenset({"cp1252", "iso8859-1", "ascii", "latin-1", "iso8859-15"})
_MARKUP = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]{0,2000}>", re.S | re.I)
_SCORED_CHARS = 60_000
_ACCENTED_SHARE = 0.3  # French and Turkish stay below 0.15
# Sequences that Arabic has in plenty and mis-decoded bytes do not.
_ARABIC_COMMON = re.compile("ال|ية|ات|في|من|على|ون|ين")
_MOJIBAKE = re.compile(
    "[\u00d8\u00d9][\u0080-\u00bf\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122\u0152\u0153\u0160\u0161\u0178\u017d\u017e]"
    "|\u0637[\u00a0-\u00bf\u0686\u0679]|\u0638[\u00a0-\u00bf\u0679-\u0691\u2013-\u203a]|\u00c3[\u0080-\u00bf]"
)


def _codec(label: str | None) -> str | None:
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    # Browsers read Latin-1 as windows-1252; both are single bytes.
    return "cp1252" if name in {"iso8859-1", "ascii"} else name


def declared_in_page(content: bytes) -> str | None:
    """The charset an HTML page names in its first 4 KB."""
    match = _XML.match(content[:4096]) or _META.search(content[:4096])
    return match[1].decode("ascii") if match else None


def _decode(content: bytes, codec: str) -> str:
    return content.decode(codec, errors="replace")


def implausibility(text: str) -> float:
    """How unlike written English or Arabic a text is: 0 is clean, above about 0.05 is garbage.

    Counts replacement and control characters, letters of other scripts, two-letter mojibake, and
    Arabic letters without any of the pairs Arabic is full of.
    """
    sample = _MARKUP.sub(" ", text[: 4 * _SCORED_CHARS])[:_SCORED_CHARS]
    letters = arabic = accented = odd = 0
    for char, count in Counter(sample).items():
        if char < "\x80":
            letters += count * char.isalpha()
            odd += count * (char < " " and char not in "\t\n\r\x0c")
            continue
        category = unicodedata.category(char)
        accented += count * ("\u00c0" <= char <= "\u024f")
        if char == "\ufffd" or category in {"Cc", "Co", "Cn", "Cs"}:
            odd += 3 * count
        elif "\u0600" <= char <= "\u06ff":
            letters += count
            arabic += count
        elif category.startswith(("L", "M")):
            letters += count
            odd += count * (not ("\u00c0" <= char <= "\u024f"))
        elif category in {"So", "Sk", "Sm", "No"} and char not in "°©®™€£×²³½¼¾±":
            odd += count
    odd += 3 * len(_MOJIBAKE.findall(sample))
    if arabic > 20 or accented > _ACCENTED_SHARE * letters:
        odd += accented  # amid Arabic, or in such numbers, the mark of the wrong code page
    if arabic > 20:
        expected = arabic / 14  # measured on the development site: one pair in 6 to 9 letters
        odd += int(max(0.0, expected - len(_ARABIC_COMMON.findall(sample))) * 2)
    return odd / max(letters, 1)


def decode_page(content: bytes, *, shown: str, declared: str | None = None) -> str:
    """The text of a page, in the charset that it is really in.

    A byte-order mark decides; else what decodes as UTF-8 is UTF-8; else the declared charset and
    the ones Arabic pages are met in are scored, and the most plausible wins.

    Args:
        shown: the address, for the error.
        declared: what the server said.

    Raises:
        UnreadablePage: no charset makes it text.
    """
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return _checked(_decode(content[len(mark) :], codec), shown)
    labels = [_codec(declared), _codec(declared_in_page(content))]
    if looks_utf16(content):
        candidates = ["utf-16-le", "utf-16-be"]
    else:
        try:
            # Valid UTF-8 beyond ASCII is next to never anything else, whatever the label says.
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            candidates = [label for label in labels if label and not label.startswith("utf-16")]
            candidates += ["utf-8", *_ARABIC_CANDIDATES, "cp1252"]
        else:
            if "\x1b" not in text:
                return _checked(_repaired(text), shown)
            candidates = [label for label in labels if label] or ["utf-8"]
    scored = {codec: _decode(content, codec) for codec in dict.fromkeys(candidates)}
    best = min(scored, key=lambda codec: (implausibility(scored[codec]), list(scored).index(codec)))
    text = scored[best]
    if best not in _WESTERN and implausibility(text) > 0.25:
        text = _by_statistics(content) or text
    return _checked(text, shown)


def _repaired(text: str) -> str:
    """Undo UTF-8 that was read as a single-byte code page, where that plainly happened."""
    if len(_MOJIBAKE.findall(text)) < 0.02 * len(text):
        return text
    for codec in ("cp1252", "cp1256"):
        try:
            undone = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        if implausibility(undone) < implausibility(text):
            return undone
    return text


def _by_statistics(content: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(content).best()
    return str(best) if best else None


def _letters(text: str) -> int:
    return sum(count for char, count in Counter(text).items() if char.isalpha())


def _checked(text: str, shown: str) -> str:
    replaced = text.count("\ufffd")  # in next to no text: only then are letters counted
    if replaced and replaced > MAX_REPLACED_SHARE * max(_letters(text), 1):
        raise UnreadablePage(
            f"{shown} cannot be decoded: {replaced} characters are broken. Save it as UTF-8."
        )
    if implausibility(text) > 0.25 and _letters(text) > 40:
        raise UnreadablePage(
            f"{shown} cannot be decoded: its characters make no words in any charset we know. "
            "Save it as UTF-8."
        )
    return text
