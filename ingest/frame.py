"""What a site says on all of its pages: taken out of the pages, and kept once per language.

Everything here is pure and goes by address order, so that the order of ingestion never shows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ingest.types import Page, Reading

MIN_PAGES = 5  # a block on fewer pages may be a series, on that many it is furniture
MIN_SHARE = 0.25  # of the site's pages in that language
MIN_FRAME_SHARE = 0.1  # of them; frames are reworded over the years, and not all pages with them
MIN_PROSE_WORDS = 6
MIN_UNPUNCTUATED_WORDS = 14
SAME_WORDS = 0.9  # Jaccard overlap above which two blocks say the same, if their numbers agree

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_SENTENCE_END = re.compile(r"[.!?؟…][\"'”’»)]*(?=\s|$)")
_FURNITURE = re.compile(
    r"\bcookies?\b|©|\(c\) ?\d{4}|\ball rights reserved\b|\bcopyright\b|\bnewsletter\b"
    r"|\bsubscribe\b|\bsign up\b|\bprivacy (?:policy|notice)\b|\bskip to\b|\bshare (?:this|on)\b"
    r"|\bemail address will not be published\b|\brequired fields\b"
    r"|\bfollow us\b|\bclick here\b|\bjavascript\b|\bpowered by\b|\bsign in\b|\blog in\b"
    r"|ملفات تعريف الارتباط|الكوكيز|جميع الحقوق محفوظة|حقوق النشر|النشرة (?:البريدية|الإخبارية)"
    r"|اشترك في|سياسة الخصوصية|تابعونا|شارك(?:وا)? (?:هذه|الصفحة)|انتقل إلى المحتوى",
    re.IGNORECASE,
)


def is_prose(text: str) -> bool:
    """Whether a block is a statement a reader could quote, not a menu, a notice or a heading."""
    words = len(_WORD.findall(text))
    if words < MIN_PROSE_WORDS or text.startswith("#") or _FURNITURE.search(text):
        return False
    return bool(_SENTENCE_END.search(text)) or words >= MIN_UNPUNCTUATED_WORDS


def without_repeats(readings: Sequence[Reading]) -> list[Page]:
    """The pages, in the order given, without the blocks that repeat across the site.

    Pages handed in as they stand are returned untouched and not counted. A repeated block that is
    no prose but carries a number stays where it is: nothing else would keep it.
    """
    repeated = _repeated(readings)
    return [
        reading.page
        if reading.page.as_is
        else _strip(reading.page, repeated[reading.page.language])
        for reading in readings
    ]


def site_pages(readings: Iterable[Reading], *, home: str, names: Mapping[str, str]) -> list[Page]:
    """One page per language with what the site's frame says, each statement once.

    Args:
        readings: those of one site. Their order does not matter; those `as_is` do not count.
        home: the site's address; the pages stand at `{home}#about-{language}`.
        names: language to title. Languages without a title give no page.
    """
    counted = _counted(readings)
    repeated = _repeated(counted)
    pages: list[Page] = []
    for language in sorted(names):
        own = [reading for reading in counted if reading.page.language == language]
        said = Counter(key for reading in own for key in {_key(block) for block in reading.frame})
        # Of a site's frame more than one page tells; a teaser that two pages share is none of it.
        floor = max(2, MIN_FRAME_SHARE * len(own)) if len(own) >= MIN_PAGES else 1
        frame = {key for key, count in said.items() if count >= floor} | repeated[language]
        blocks: list[str] = []
        for reading in own:
            for block in reading.frame:
                if _key(block) in frame and is_prose(block):
                    _add(blocks, block)
            for block in _lines(reading.page.text):
                if _key(block) in repeated[language] and is_prose(block):
                    _add(blocks, block.removeprefix("- "))
        if blocks:
            pages.append(
                Page(
                    url=f"{home}#about-{language}",
                    title=names[language],
                    text="\n\n".join(blocks),
                    language=language,
                    fetched_at=max(reading.page.fetched_at for reading in own),
                    kind="site",
                )
            )
    return pages


def _counted(readings: Iterable[Reading]) -> list[Reading]:
    """Those that count, one per address, in address order."""
    by_url: dict[str, Reading] = {}
    for reading in readings:
        if reading.page.as_is or reading.page.kind != "page":
            continue
        known = by_url.get(reading.page.url)
        if known is None or reading.page.digest < known.page.digest:
            by_url[reading.page.url] = reading
    return [by_url[url] for url in sorted(by_url)]


def _repeated(readings: Iterable[Reading]) -> defaultdict[str, frozenset[str]]:
    """Per language, the keys of the body blocks that stand on many of its pages."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str] = Counter()
    for reading in _counted(readings):
        page = reading.page
        sizes[page.language] += 1
        counts[page.language].update({_key(line) for line in _lines(page.text)})
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for language, counter in counts.items():
        floor = max(MIN_PAGES, MIN_SHARE * sizes[language])
        found[language] = frozenset(key for key, count in counter.items() if count >= floor)
    return found


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip() and not line.startswith("#")]


def _key(block: str) -> str:
    return " ".join(_WORD.findall(block.casefold()))


def _strip(page: Page, repeated: frozenset[str]) -> Page:
    """The page without the repeated lines, its sheet offsets moved along."""
    if not repeated:
        return page
    kept: list[str] = []
    starts: list[int] = []
    position = length = 0
    pending = list(page.page_starts)
    dropped = False
    for line in page.text.split("\n"):
        while pending and pending[0] <= position:
            starts.append(length)
            pending.pop(0)
        position += len(line) + 1
        blank_again = not line.strip() and (not kept or not kept[-1].strip())
        if (dropped and blank_again) or _goes(line, repeated):
            dropped = True
            continue
        kept.append(line)
        length += len(line) + 1
    text = "\n".join(kept).rstrip("\n")
    if not dropped or not text.strip():
        return page
    starts += [len(text)] * len(pending)
    return replace(page, text=text, page_starts=tuple(min(start, len(text)) for start in starts))


def _goes(line: str, repeated: frozenset[str]) -> bool:
    if not line.strip() or line.startswith("#") or _key(line) not in repeated:
        return False
    return is_prose(line) or not _NUMBER.search(line)


def _add(blocks: list[str], block: str) -> None:
    """Append `block` unless one of `blocks` says the same; numbers must agree for that."""
    words = set(_WORD.findall(block.casefold()))
    numbers = sorted(_NUMBER.findall(block))
    for known in blocks:
        others = set(_WORD.findall(known.casefold()))
        same = len(words & others) >= SAME_WORDS * len(words | others)
        if same and numbers == sorted(_NUMBER.findall(known)):
            return
    blocks.append(block)
