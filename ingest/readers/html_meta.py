"""What an HTML page says about itself: title, dates, language, addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from lxml import html as lxml_html

from ingest.clean import clean_line
from ingest.dates import parse_date
from ingest.language import primary_tag
from ingest.links import refresh_target

_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.date",
    "dcterms.issued",
    "dcterms.created",
    "publish-date",
    "pubdate",
)
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dc.date.modified",
    "dcterms.modified",
    "revised",
)
_UPDATED = re.compile(r"updat|modif|review|revis|تحديث|تعديل", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+(?:[|–—·»:-]|::)\s+")
MAX_JSON_LD_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about itself.

    Attributes:
        base: what relative links are relative to.
        canonical: its address, without fragment.
        site_name: as in og:site_name, or "".
        site_names: that and what stands behind the title in `<title>`, case folded.
        approximate: the page says that the day it names is not exactly known.
        onward: where the page sends its readers by itself, or "".
        language: as declared, or None.
    """

    base: str
    canonical: str
    title: str = ""
    site_name: str = ""
    language: str | None = None
    published: date | None = None
    modified: date | None = None
    alternates: Mapping[str, str] = field(default_factory=dict)
    noindex: bool = False
    site_names: frozenset[str] = frozenset()
    approximate: bool = False
    onward: str = ""


def read_metadata(tree: lxml_html.HtmlElement, url: str) -> Metadata:
    """Metadata of the page that was found at `url`, from its untouched tree."""
    meta = _meta(tree)
    base = _base(tree, url)
    canonical = _canonical(tree, url, base, meta)
    site_name = meta.get("og:site_name", "")
    linked = list(_json_ld(tree))
    published, modified = _dates(tree, meta, linked)
    title = (
        meta.get("og:title")
        or next((clean_line(_text(x.get("headline"))) for x in linked if x.get("headline")), "")
        or without_site_name(clean_line(tree.findtext(".//title") or ""), site_name)
    )
    return Metadata(
        base=base,
        canonical=canonical,
        title=without_site_name(title, site_name),
        site_name=site_name,
        language=_language(tree, meta),
        published=published,
        modified=modified,
        alternates=_alternates(tree, base, canonical),
        noindex=_noindex(meta),
        site_names=_site_names(clean_line(tree.findtext(".//title") or ""), site_name),
        approximate="approx" in meta.get("date-precision", "").lower(),
        onward=_absolute(base, refresh_target(meta.get("refresh", ""))) or "",
    )


def _site_names(title: str, site_name: str) -> frozenset[str]:
    parts = _SEPARATOR.split(title)
    return frozenset(name.casefold() for name in (site_name, *parts[1:]) if name)


def without_site_name(title: str, site_name: str = "") -> str:
    """The title without " | Site name" behind it; other dashes only cut a known site name."""
    head, bar, _ = title.rpartition(" | ")
    if bar and head.strip():
        return without_site_name(head.strip(), site_name)
    parts = _SEPARATOR.split(title)
    if site_name and len(parts) > 1 and parts[-1].casefold() == site_name.casefold():
        return title[: title.rindex(parts[-1])].rstrip(" |–—·»:-")
    return title


def _meta(tree: lxml_html.HtmlElement) -> dict[str, str]:
    """`<meta>` by lower-case name, property, itemprop or http-equiv; the first of a name counts."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = clean_line(element.get("content") or "")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _noindex(meta: Mapping[str, str]) -> bool:
    stated = " ".join(meta.get(name, "") for name in ("robots", "googlebot")).lower()
    return bool({"noindex", "none"} & set(re.split(r"[\s,;]+", stated)))


def _absolute(base: str, href: str | None) -> str | None:
    if not href or not href.strip():
        return None
    try:
        address = urldefrag(urljoin(base, href.strip())).url
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return urlunsplit(parts._replace(path=parts.path or "/"))


def _base(tree: lxml_html.HtmlElement, url: str) -> str:
    element = tree.find(".//base")
    base = _absolute(url, element.get("href")) if element is not None else None
    if base is None and urlsplit(url).scheme == "file":
        # A saved page: its links mean what they meant where it was saved.
        for link in tree.iter("link"):
            if "canonical" in (link.get("rel") or "").lower().split():
                base = _absolute(url, link.get("href"))
    return base or url


def _canonical(tree: lxml_html.HtmlElement, url: str, base: str, meta: Mapping[str, str]) -> str:
    """The canonical address; a fetched page can name one on its own host only."""
    own = urldefrag(url).url
    stated = [
        link.get("href")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    saved = urlsplit(url).scheme == "file"
    if saved and not stated and meta.get("og:url"):
        stated = [meta["og:url"]]
    address = _absolute(base, stated[0]) if stated else None
    if address is None or (not saved and not _same_host(address, own)):
        return own
    return address


def _same_host(one: str, other: str) -> bool:
    a, b = urlsplit(one), urlsplit(other)
    try:
        ports = a.port == b.port or {a.port, b.port} <= {None, 80, 443}
    except ValueError:
        return False
    return ports and (a.hostname or "").removeprefix("www.") == (b.hostname or "").removeprefix(
        "www."
    )


def _alternates(tree: lxml_html.HtmlElement, base: str, canonical: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for link in tree.iter("link"):
        tag = (link.get("hreflang") or "").strip().lower()
        if "alternate" not in (link.get("rel") or "").lower().split() or tag in {"", "x-default"}:
            continue
        address = _absolute(base, link.get("href"))
        if address and address != canonical:
            found.setdefault(primary_tag(tag), address)
    return found


def _language(tree: lxml_html.HtmlElement, meta: Mapping[str, str]) -> str | None:
    for path in (".//article[@lang]", ".//main[@lang]", ".//body[@lang]"):
        element = tree.find(path)
        if element is not None:
            return str(element.get("lang"))
    for attribute in ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang"):
        if stated := tree.get(attribute):
            return str(stated)
    return meta.get("content-language") or meta.get("og:locale")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _json_ld(tree: lxml_html.HtmlElement) -> Iterator[dict[str, object]]:
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        text = script.text or ""
        if len(text) > MAX_JSON_LD_CHARS:
            continue
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict):
                graph = item.get("@graph")
                yield from (
                    (x for x in graph if isinstance(x, dict))
                    if isinstance(graph, list)
                    else iter([item])
                )


def _dates(
    tree: lxml_html.HtmlElement, meta: Mapping[str, str], linked: list[dict[str, object]]
) -> tuple[date | None, date | None]:
    """Published and modified: JSON-LD, then `<meta>`, then the first `<time>` by the heading."""
    published = _first(_text(item.get("datePublished")) for item in linked)
    modified = _first(_text(item.get("dateModified")) for item in linked)
    published = published or _first(meta.get(name, "") for name in _PUBLISHED)
    modified = modified or _first(meta.get(name, "") for name in _MODIFIED)
    if published is None or modified is None:
        shown, updated = _shown_dates(tree)
        modified = modified or updated
        published = published or shown
    return published, modified


def _first(texts: Iterator[str]) -> date | None:
    return next((day for text in texts if (day := parse_date(text))), None)


def _shown_dates(tree: lxml_html.HtmlElement) -> tuple[date | None, date | None]:
    """The dates printed beside the heading: published, updated. Those in lists are of others."""
    published = updated = None
    for element in tree.iter("time"):
        if any(
            parent.tag in {"li", "nav", "footer", "aside", "table"}
            for parent in element.iterancestors()
        ):
            continue
        day = parse_date(element.get("datetime")) or parse_date(clean_line(element.text_content()))
        parent = element.getparent()
        around = clean_line(parent.text_content()) if parent is not None else ""
        if day is None or len(around) > 100:  # a date within a sentence is no date of the page
            continue
        if _UPDATED.search(around):
            updated = updated or day
        elif element.get("pubdate") is not None or element.get("itemprop") == "datePublished":
            published = day
        else:
            published = published or day
    return published, updated
