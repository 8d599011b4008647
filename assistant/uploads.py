"""Files that maintainers hand in: judged by their bytes, kept where nothing is ever served from.

A file lies under a folder named by a digest of its name, so that the same name handed in again
takes the place of the one before, and no name reaches the disk that could mean a path.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import InputError

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME_CHARS = 80
ENDINGS = (".html", ".htm", ".txt", ".md", ".pdf", ".docx", ".jsonl")
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_TEXT_BYTES = 4096  # looked at to tell text from anything else


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in.

    Attributes:
        id: names it to the desk; holds nothing of its name.
        name: as it is shown and kept.
        digest: SHA-256 of its bytes.
    """

    id: str
    name: str
    path: Path
    size: int
    digest: str


class Uploads:
    """The files of one store that were handed in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def accept(self, name: str, content: bytes) -> Upload:
        """Keep a file.

        Raises:
            InputError: it is too large, of no kind that is read here, or not what its name says.
        """
        if len(content) > MAX_BYTES:
            raise InputError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
        kept = safe_name(name)
        _judge(kept, content)
        folder = self._folder / hashlib.sha256(kept.encode()).hexdigest()[:24]
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / ".arriving"
        temporary.write_bytes(content)
        temporary.replace(folder / kept)
        return self._upload(folder / kept)

    def get(self, upload_id: str) -> Upload:
        """A file by its id.

        Raises:
            InputError: there is none.
        """
        if re.fullmatch(r"[0-9a-f]{24}", upload_id):
            for path in (self._folder / upload_id).glob("[!.]*"):
                return self._upload(path)
        raise InputError("This file is not there any more. Please hand it in again.")

    def _upload(self, path: Path) -> Upload:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        return Upload(path.parent.name, path.name, path, len(content), digest)


def safe_name(name: str) -> str:
    """The name to keep a file under: its last part, letters, digits, `.`, `-` and `_` only.

    Raises:
        InputError: nothing of it is left, or its ending is none that is read here.
    """
    last = re.split(r"[/\\\u2215\u2044\uff0f\uff3c]", name[-1_000:])[-1]
    text = unicodedata.normalize("NFC", last)
    text = "".join(c if c.isalnum() or c in ".-_" else "-" for c in text if c.isprintable())
    text = re.sub(r"-{2,}", "-", text).strip("-._ ")
    stem, dot, ending = text.rpartition(".")
    ending = f"{dot}{ending}".lower()
    stem = stem.strip("-._")[:MAX_NAME_CHARS]
    if not stem or ending not in ENDINGS:
        raise InputError(f"This file cannot be read. What can be: {', '.join(ENDINGS)}.")
    while len(stem.encode()) > 200:  # what a file system takes is counted in bytes
        stem = stem[:-1]
    return f"_{stem}{ending}" if _RESERVED.match(stem) else f"{stem}{ending}"


def _judge(name: str, content: bytes) -> None:
    """Refuse a file whose bytes are not what its ending says."""
    ending = name[name.rindex(".") :]
    if not content:
        raise InputError(f"{name} is empty.")
    if ending == ".pdf":
        fits = content[:1024].lstrip().startswith(b"%PDF-")
    elif ending == ".docx":
        fits = _is_docx(content)
    else:
        head = content[:_TEXT_BYTES]
        binary = head.startswith((b"%PDF-", b"PK\x03\x04", b"MZ", b"\x7fELF", b"\x89PNG", b"GIF8"))
        wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        fits = not binary and (wide or b"\x00" not in head)
        if ending in (".txt", ".md", ".jsonl") and re.match(
            rb"\s*(?:<\?xml|<!doctype|<html|<svg)", head, re.IGNORECASE
        ):
            fits = False
        if ending == ".jsonl" and fits:
            fits = _is_json_lines(content)
        if ending in (".html", ".htm") and re.match(rb"\s*(?:<\?xml[^>]*>\s*)?<svg", head):
            fits = False
    if not fits:
        raise InputError(f"{name} is not what its ending says.")


def _is_docx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def _is_json_lines(content: bytes) -> bool:
    first = content.lstrip(b"\xef\xbb\xbf \r\n").split(b"\n", 1)[0]
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def uploads_path(store: Path) -> Path:
    """Where a store keeps the files that were handed in."""
    return store / "uploads"
