"""robots.txt as RFC 9309 reads it: the most specific rule for our name wins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

MAX_BYTES = 500_000  # as much as the RFC asks to be read
_DIRECTIVE = re.compile(r"\s*([A-Za-z-]+)\s*:\s*([^#\r\n]*)")


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one site for one crawler.

    Attributes:
        rules: (path pattern, allowed), in the order of the file.
        crawl_delay_s: seconds between requests that the site asks for, or None.
        sitemaps: addresses the file names.
    """

    rules: tuple[tuple[str, bool], ...] = ()
    crawl_delay_s: float | None = None
    sitemaps: tuple[str, ...] = ()

    def allows(self, path: str) -> bool:
        """Whether the path (with query) may be fetched: longest match, Allow before Disallow."""
        path = _normal(path) or "/"
        best: tuple[int, bool] = (-1, True)
        for pattern, allowed in self.rules:
            if pattern and _matches(pattern, path):
                best = max(best, (len(pattern), allowed))
        return best[1]


def _normal(path: str) -> str:
    return quote(unquote(path), safe="/?=&;:@!$'()*+,~-._%")


def _matches(pattern: str, path: str) -> bool:
    anchored = pattern.endswith("$")
    parts = pattern.removesuffix("$").split("*")
    if not path.startswith(parts[0]):
        return False
    position = len(parts[0])
    for index, part in enumerate(parts[1:], start=1):
        if anchored and index == len(parts) - 1:
            return path.endswith(part) and len(path) - len(part) >= position
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return not anchored or position == len(path)


def parse_robots(text: str, agent: str) -> Robots:
    """The rules for `agent` (a product name without version), else those for everyone.

    Args:
        text: the file; lines that make no sense are passed over.
    """
    groups: dict[str, list[tuple[str, bool]]] = {}
    delays: dict[str, float] = {}
    sitemaps: list[str] = []
    names: list[str] = []
    in_rules = False
    for line in text[:MAX_BYTES].lstrip("\ufeff").splitlines():
        match = _DIRECTIVE.match(line)
        if not match:
            continue
        key, value = match[1].lower(), match[2].strip()
        if key == "user-agent":
            if in_rules:
                names, in_rules = [], False
            names.append(value.lower())
            groups.setdefault(value.lower(), [])
        elif key in {"allow", "disallow"}:
            in_rules = True
            for name in names:
                groups[name].append((_normal(value), key == "allow"))
        elif key == "crawl-delay":
            in_rules = True
            if re.fullmatch(r"\d{1,4}(?:\.\d+)?", value):
                delays.update(dict.fromkeys(names, float(value)))
        elif key == "sitemap":
            sitemaps.append(value)
    wanted = agent.lower()
    chosen = next((name for name in groups if name != "*" and wanted.startswith(name)), "*")
    return Robots(tuple(groups.get(chosen, ())), delays.get(chosen), tuple(sitemaps))
