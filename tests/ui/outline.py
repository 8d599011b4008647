"""HTML as a test reads it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = frozenset({"input", "br", "hr", "meta", "link", "img"})


class Outline(HTMLParser):
    """Tags and attributes met; complains where tags do not close as they opened."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice on {tag}"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, name: str, with_class: str = "") -> list[dict[str, str | None]]:
        return [
            attributes
            for tag, attributes in self.tags
            if tag == name and with_class in (attributes.get("class") or "")
        ]


def words(markup: str) -> str:
    """What is read, without what can be pressed below an answer."""
    without_tools = re.sub(r'<div class="tools".*?</div>', " ", markup, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", without_tools).split())
