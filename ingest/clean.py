"""Text in, text out: Unicode in one form, nothing invisible, white space as one expects."""

from __future__ import annotations

import re
import unicodedata

# Format characters that are visible parts of Arabic and Syriac text (number signs, end of ayah).
_VISIBLE_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
# Not of category Cf, yet without any shape: fillers, the blank Braille cell, the grapheme joiner.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u180b\u180c\u180d\u180f")
_JOINERS = frozenset("\u200c\u200d")  # ZWNJ and ZWJ shape Arabic-script words
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SUSPECT = re.compile(
    "[^\\n\\t\\x20-\\x7e\u00a1-\u00ac\u00ae-\u02ff\u0606-\u061b\u061d-\u06dc\u06de-\u06ff\u2010-\u2027]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029\u0085\x0b\x0c]")


def _is_arabic(char: str) -> bool:
    return "\u0600" <= char <= "\u08ff" or "\ufb50" <= char <= "\ufeff"


def strip_invisible(text: str) -> str:
    """Take out what has no shape: zero-width and bidi controls, Unicode tags, NUL, surrogates.

    ZWNJ and ZWJ stay where they stand next to an Arabic-script letter, since they shape the word.
    Spaces of every kind become the plain one; line separators become line feeds.
    """
    text = _LINE_BREAKS.sub("\n", text)
    if not _SUSPECT.search(text):
        return text
    text = _VARIATION.sub("", text)
    kept: list[str] = []
    for index, char in enumerate(text):
        if char in "\n\t" or " " <= char <= "~":
            kept.append(char)
        elif char in _JOINERS:
            before = text[index - 1] if index else " "
            after = text[index + 1] if index + 1 < len(text) else " "
            if _is_arabic(before) and _is_arabic(after):
                kept.append(char)
        elif char in _BLANK:
            continue
        else:
            category = unicodedata.category(char)
            if category == "Zs":
                kept.append(" ")
            elif category not in {"Cc", "Cf", "Cs"} or char in _VISIBLE_FORMAT:
                kept.append(char)
    return "".join(kept)


def clean_line(text: str) -> str:
    """One line: NFC, nothing invisible, every run of white space one space."""
    return " ".join(unicodedata.normalize("NFC", strip_invisible(text)).split())


def clean_text(text: str) -> str:
    """Several lines: as `clean_line` in each, at most one blank line in a row, none at the ends."""
    text = unicodedata.normalize("NFC", strip_invisible(text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
