"""One file per format, each with `read(resource) -> Reading`; the table by media type.

The readers' modules bring heavy libraries: each is imported when its first resource comes.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from ingest.errors import UnknownFormat
from ingest.media import DOCX, HTML, MARKDOWN, PAGE_JSON, PDF, TEXT
from ingest.types import Reading, Resource

Reader = Callable[[Resource], Reading]


def _lazy(module: str) -> Reader:
    def read_with(resource: Resource) -> Reading:
        reader = cast(Reader, import_module(f"ingest.readers.{module}").read)
        return reader(resource)

    return read_with


READERS: dict[str, Reader] = {
    HTML: _lazy("html"),
    TEXT: _lazy("text"),
    MARKDOWN: _lazy("markdown"),
    PDF: _lazy("pdf"),
    DOCX: _lazy("docx"),
    PAGE_JSON: _lazy("page_json"),
}


def read(resource: Resource) -> Reading:
    """Read a resource with the reader for its media type.

    Raises:
        UnknownFormat: there is none.
        UnreadablePage: the reader found nothing it can stand for; the sentence says why.
    """
    reader = READERS.get(resource.media_type)
    if reader is None:
        raise UnknownFormat(f"There is no reader for {resource.url} ({resource.media_type}).")
    return reader(resource)
