"""Takes what a reader of the page cannot see out of its tree, before anything reads it.

Hidden text is how a page would speak to the assistant behind its readers' backs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml import html as lxml_html

_DEAD_TAGS = (
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "svg",
    "canvas",
    "audio",
    "video",
    "map",
    "datalist",
    "math",
    "noframes",
    "head",
)
# Classes that frameworks keep for text that only screen readers get, or nobody.
_HIDDEN_CLASSES = frozenset(
    """visually-hidden visuallyhidden sr-only screen-reader-text screenreader element-invisible
    d-none is-hidden hidden hide invisible offscreen off-screen""".split()
)
_SHOWN_WIDER = re.compile(
    r"d-(?:sm|md|lg|xl|xxl)-(?:block|flex|inline|inline-block|grid|table|table-cell)"
    r"|(?:sm|md|lg|xl|2xl):(?:block|flex|inline|inline-block|grid|table|visible)"
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTOR_PART = re.compile(
    r"(?P<tag>[a-zA-Z][\w-]*|\*)|\.(?P<cls>[\w-]+)|\#(?P<id>[\w-]+)"
    r"|\[(?P<attr>[\w-]+)(?:=[\"']?(?P<val>[^\"'\]]*)[\"']?)?\]"
)
_LENGTH = r"-?\d*\.?\d+(?:px|em|rem|vw|vh|%|pt|cm|in|ch)?"
_ZERO = re.compile(r"(?:0++(?:\.0++)?|\.0++)(?:px|em|rem|%|pt)?|1px")
_FAR = re.compile(
    r"-(?:\d{3,}(?:\.\d+)?(?:px|pt|%|vw|vh)?|\d{2,}(?:\.\d+)?(?:em|rem|vw|vh|cm|in|ch))"
)
_WHITE = re.compile(
    r"#fff(?:fff)?(?:ff)?|white|transparent|rgba?\(\s*255\s*[, ]\s*255\s*[, ]\s*255.*\)"
    r"|rgba\([^)]*,\s*0(?:\.0+)?\s*\)|hsl\([^)]*100%\s*\)"
)
MAX_RULES = 5_000


def drop_hidden(tree: lxml_html.HtmlElement) -> None:
    """Cut everything invisible out of `tree`, in place; the text behind it stays.

    Invisible is: what no browser renders (scripts, templates, comments), `hidden`, `aria-hidden`,
    closed dialogs, and what inline style or the page's own `<style>` makes so: not displayed, not
    visible, of no size, far off the screen, clipped away, transparent, or white on no background.
    """
    rules = (rule for sheet in tree.iter("style") for rule in _rules(sheet.text or ""))
    _by_rules(tree, list(islice(rules, MAX_RULES)))
    etree.strip_elements(tree, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    doomed = [element for element in tree.iter() if _is_hidden(element)]
    for element in doomed:
        _cut(element)


def _cut(element: lxml_html.HtmlElement) -> None:
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail
    if tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + tail
        else:
            previous.tail = (previous.tail or "") + tail
    element.tail = None
    parent.remove(element)


def _is_hidden(element: lxml_html.HtmlElement) -> bool:
    tag = element.tag
    if not isinstance(tag, str):
        return True
    if tag in {"html", "body"}:
        return False
    if tag in _DEAD_TAGS or element.get("hidden") is not None:
        return True
    if (element.get("aria-hidden") or "").strip().lower() == "true":
        return True
    if tag == "dialog" and element.get("open") is None:
        return True
    if tag == "input" and (element.get("type") or "").lower() == "hidden":
        return True
    classes = (element.get("class") or "").lower().split()
    # "d-none d-md-block" and "hidden md:block" hide on small screens only
    shown = any(_SHOWN_WIDER.fullmatch(name) for name in classes)
    if not _HIDDEN_CLASSES.isdisjoint(classes) and not shown:
        return True
    if tag == "img" and {element.get("width"), element.get("height")} & {"0", "1"}:
        return True
    style = element.get("style")
    return bool(style) and _hides(_declarations(style), element)


def _declarations(style: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _COMMENT.sub("", style).split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip().lower()] = value.replace("!important", "").strip().lower()
    return found


def _hides(style: dict[str, str], element: lxml_html.HtmlElement | None = None) -> bool:
    """Whether declarations make an element invisible; colours need the element's surroundings."""
    get = style.get
    if get("display") == "none" or get("visibility") in {"hidden", "collapse"}:
        return True
    if get("content-visibility") == "hidden":
        return True
    opacity = get("opacity", "")
    if (
        re.fullmatch(r"0*+\.?0*+[0-4]?%?", opacity)
        and opacity.strip("0.%") in {"", *"1234"}
        and opacity
    ):
        return opacity.startswith(("0", ".0")) and float(opacity.rstrip("%") or 0) < 0.05
    size = get("font-size", "")
    if _ZERO.fullmatch(size) or re.fullmatch(r"0?\.[0-4]\d*(?:px|pt)", size):
        return True
    cropped = get("overflow", "") in {"hidden", "clip"} or get("overflow-y") == "hidden"
    sizes = [
        style[name] for name in ("width", "height", "max-height", "max-width") if name in style
    ]
    if cropped and any(_ZERO.fullmatch(size) for size in sizes):
        return True
    if any(_FAR.fullmatch(get(name, "")) for name in ("text-indent", "margin-left", "margin-top")):
        return True
    if get("position") in {"absolute", "fixed", "relative"} and any(
        _FAR.fullmatch(get(name, "")) for name in ("left", "top", "right", "bottom", "inset")
    ):
        return True
    clip = get("clip", "").replace(" ", "") + get("clip-path", "").replace(" ", "")
    if re.search(r"rect\((?:0|1)(?:px)?[,)]|inset\((?:50|100)%|circle\(0", clip):
        return True
    if re.search(r"scale[xy]?\(0(?:[,)]|\.0)|translate[xy]?\(-\d{3,}", get("transform", "")):
        return True
    return _is_invisible_ink(style, element)


def _is_invisible_ink(style: dict[str, str], element: lxml_html.HtmlElement | None) -> bool:
    color = style.get("color", "")
    if not color:
        return False
    background = style.get("background-color") or style.get("background") or ""
    if background and color == background:
        return True
    if not _WHITE.fullmatch(color) or background:
        return color == "transparent"
    if element is None:
        return False
    return not any(
        "background" in (parent.get("style") or "") or parent.get("bgcolor")
        for parent in element.iterancestors()
    )


# --- the page's own style sheets -----------------------------------------------------------------


def _rules(sheet: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(selector, declarations) of the rules that hold on a screen, media queries entered."""
    sheet = _COMMENT.sub("", sheet)
    position, end = 0, len(sheet)
    while position < end:
        opening = sheet.find("{", position)
        if opening < 0:
            return
        head = sheet[position:opening].rpartition(";")[2].strip().lstrip("}").strip()
        closing = _closing(sheet, opening)
        inner = sheet[opening + 1 : closing]
        if head.startswith("@"):
            if head.startswith(("@media", "@supports", "@layer")) and "print" not in head:
                yield from _rules(inner)
        else:
            declarations = _declarations(inner)
            for selector in head.split(","):
                yield selector.strip(), declarations
        position = closing + 1


def _closing(sheet: str, opening: int) -> int:
    depth = 0
    for match in re.compile(r"[{}]").finditer(sheet, opening):
        depth += 1 if match.group() == "{" else -1
        if not depth:
            return match.start()
    return len(sheet)


def _by_rules(tree: lxml_html.HtmlElement, rules: list[tuple[str, dict[str, str]]]) -> None:
    """Mark what the page's own rules hide, unless its inline style shows it again."""
    for selector, declarations in rules:
        if not _hides(declarations):
            continue
        path = _xpath(selector)
        if path is None:
            continue
        for element in tree.xpath(path):
            if element.tag in {"html", "body"}:
                continue
            inline = _declarations(element.get("style") or "")
            if inline.get("display", "none") == "none":
                element.set("hidden", "")


def _xpath(selector: str) -> str | None:
    """A simple selector (tags, classes, ids, attributes; descendants and children) as XPath."""
    tokens = re.sub(r"\s*>\s*", " > ", selector).split()
    if not tokens or ":" in selector or "+" in selector or "~" in selector:
        return None
    path = ""
    axis = "//"
    for token in tokens:
        if token == ">":
            axis = "/"
            continue
        step = _step(token)
        if step is None:
            return None
        path += axis + step
        axis = "//"
    return "." + path if path.startswith("//") else None


def _step(token: str) -> str | None:
    tag, conditions, position = "*", "", 0
    for match in _SELECTOR_PART.finditer(token):
        if match.start() != position:
            return None
        position = match.end()
        if match["tag"]:
            tag = match["tag"].lower()
        elif match["cls"]:
            conditions += (
                f"[contains(concat(' ', normalize-space(@class), ' '), ' {match['cls']} ')]"
            )
        elif match["id"]:
            conditions += f"[@id='{match['id']}']"
        elif match["val"] is not None:
            conditions += f"[@{match['attr']}='{match['val']}']"
        else:
            conditions += f"[@{match['attr']}]"
    return tag + conditions if position == len(token) and token else None
