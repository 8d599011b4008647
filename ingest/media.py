"""What a resource is: by what it is called and by what it holds, and only where both agree."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ingest.errors import UnknownFormat, UnreadablePage

HTML = "text/html"
TEXT = "text/plain"
MARKDOWN = "text/markdown"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE_JSON = "application/vnd.assistant.page+json"

ENDINGS = {
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".txt": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".pdf": PDF,
    ".docx": DOCX,
}
_SYNONYMS = {
    "application/xhtml+xml": HTML,
    "application/x-pdf": PDF,
    "text/x-markdown": MARKDOWN,
}
_NAMES = {
    HTML: "a web page",
    TEXT: "a text file",
    MARKDOWN: "a Markdown file",
    PDF: "a PDF",
    DOCX: "a Word document",
}
_HTML_START = re.compile(
    rb"\s*+(?:<\?xml[^>]*>\s*+)?(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+"
    rb"<(?:!doctype\s+html|html|head|body|title|meta)\b",
    re.IGNORECASE,
)
_MAGIC = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file"),
)
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_TEXTUAL = frozenset({HTML, TEXT, MARKDOWN})
_SNIFFED_BYTES = 4096
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b\x0b")


def normal_media_type(declared: str) -> str:
    """A media type in lower case without parameters, its synonyms folded."""
    plain = declared.partition(";")[0].strip().lower()
    return _SYNONYMS.get(plain, plain)


def looks_utf16(content: bytes) -> bool:
    """Whether every other byte is mostly constant: text in UTF-16 without a mark.

    Latin text has NUL there, Arabic text 0x06.
    """
    sample = content[:_SNIFFED_BYTES]
    sample = sample[: len(sample) // 2 * 2]
    if len(sample) < 8:
        return False
    for half in (sample[0::2], sample[1::2]):
        if half.count(0) + half.count(6) > 0.7 * len(half):
            return True
    return False


def _binary_kind(content: bytes) -> str | None:
    for magic, name in _MAGIC:
        if content.startswith(magic):
            return name
    if content.startswith(_BOMS) or looks_utf16(content):
        return None
    head = content[:_SNIFFED_BYTES]
    if b"\x00" in head:
        return "a binary file"
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return "a binary file" if controls > 0.05 * len(head) else None


def sniff(content: bytes) -> str | None:
    """The media type the bytes themselves speak for; None for text of any kind or the unknown."""
    head = content[:_SNIFFED_BYTES]
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return DOCX if b"word/" in content else "application/zip"
    plain = head.replace(b"\x00", b"") if looks_utf16(content) else head
    for bom in _BOMS:
        plain = plain.removeprefix(bom)
    return HTML if _HTML_START.match(plain) else None


def media_type_of(content: bytes, *, shown: str, declared: str | None = None) -> str:
    """The media type of a resource, a key of `READERS`.

    Args:
        shown: its address or path; the ending counts where nothing (or nothing useful) is declared.
        declared: what the server said, normalised; None for files.

    Raises:
        UnreadablePage: it is empty, or holds something else than its name says.
        UnknownFormat: there is no reader for it.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadablePage(f"{shown} is empty.")
    found = sniff(content)
    by_name = ENDINGS.get(PurePosixPath(shown.partition("?")[0]).suffix.lower())
    named = declared if declared in _NAMES else None
    if declared is None or (named is None and declared in {"application/octet-stream", ""}):
        named = by_name or (found if found in _NAMES else None)
    if named is None:
        endings = ", ".join(ENDINGS)
        kind = f" ({declared})" if declared else ""
        raise UnknownFormat(f"There is no reader for {shown}{kind}. Known endings: {endings}.")
    if declared == TEXT and by_name == MARKDOWN:
        named = MARKDOWN
    if found == named:
        return named
    if named in _TEXTUAL:
        if found is HTML and named is not HTML:
            return named  # a text that quotes HTML is still a text
        other = _NAMES.get(found or "") or _binary_kind(content)
        if found is None and other is None:
            return named
    else:
        other = _NAMES.get(found or "") or _binary_kind(content) or "something else"
    raise UnreadablePage(
        f"{shown} should be {_NAMES[named]} but holds {other or 'something else'}. "
        "Give it its right name, or leave it out."
    )
