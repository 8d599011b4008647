"""Checked drafts to keep: footnotes to paste, Markdown, HTML and Word."""

from __future__ import annotations

import io
from collections.abc import Mapping

from assistant.types import Citation, Verdict
from ui.export import plain, source_line
from ui.markup import direction, escape, format_date, label, prose, tongue, web_address
from ui.types import Voice
from ui.verdicts import statements


def numbered(verdict: Verdict) -> list[tuple[Verdict, list[tuple[int, Citation]]]]:
    """Each statement with its citations, counted through the whole draft."""
    number = 0
    rows: list[tuple[Verdict, list[tuple[int, Citation]]]] = []
    for part in statements(verdict):
        cited = [(number + place, citation) for place, citation in enumerate(part.citations, 1)]
        number += len(cited)
        rows.append((part, cited))
    return rows


def footnotes(verdict: Verdict, voice: Voice) -> str:
    """The draft with `[n]` after each supported or contradicted statement, and the notes."""
    rows = numbered(verdict)
    text = " ".join(
        part.claim.strip() + "".join(f"[{number}]" for number, _ in cited) for part, cited in rows
    )
    notes = [
        f"[{number}] {_note(citation, voice)}" for _, cited in rows for number, citation in cited
    ]
    return "\n".join([text, "", *notes]).strip() + "\n"


def as_markdown(verdict: Verdict, voice: Voice, words: Mapping[str, str]) -> str:
    """A report of every statement."""
    lines = [f"# {plain(words['report'])}", "", format_date(voice.today, voice.texts), ""]
    for part, cited in numbered(verdict):
        lines += [f"## {plain(words[str(part.verdict)])}", "", plain(part.claim), ""]
        lines += [f"- {plain(said)}" for said in _differences(part, words)]
        for number, citation in cited:
            numbered_source = source_line(citation, voice).replace(
                f"[{citation.number}]", f"[{number}]", 1
            )
            lines += ["", f"> {plain(citation.quote)} [{number}]", "", numbered_source]
        lines.append("")
    return "\n".join(lines)


def as_html(verdict: Verdict, voice: Voice, words: Mapping[str, str]) -> str:
    """The report as one page that needs nothing else."""
    texts = voice.texts
    parts: list[str] = []
    for part, cited in numbered(verdict):
        differences = "".join(f"<li>{escape(said)}</li>" for said in _differences(part, words))
        parts.append(
            f'<h2>{escape(words[str(part.verdict)])}</h2><p dir="auto">{prose(part.claim)}</p>'
            + (f"<ul>{differences}</ul>" if differences else "")
            + "".join(
                f"<blockquote {tongue(c.language)}>{prose(c.quote)} [{number}]</blockquote>"
                f"<p>[{number}] {_linked(c, voice)}</p>"
                for number, c in cited
            )
        )
    return (
        f'<!doctype html><html lang="{texts.tag}" dir="{texts.direction}"><meta charset="utf-8">'
        f"<title>{escape(words['report'])}</title><style>body{{max-width:42rem;margin:2rem auto;"
        "padding:0 1rem;font:1rem/1.6 system-ui,sans-serif}blockquote{margin:.5rem 0;"
        "padding-inline-start:1rem;border-inline-start:4px solid #ccc}</style>"
        f"<h1>{escape(words['report'])}</h1><p>{escape(format_date(voice.today, texts))}</p>"
        f"{''.join(parts)}</html>"
    )


def as_word(verdict: Verdict, voice: Voice, words: Mapping[str, str]) -> bytes:
    """The report as a Word document; Arabic paragraphs run from the right."""
    from docx import Document
    from docx.oxml import OxmlElement

    document = Document()

    def paragraph(text: str, style: str | None, language: str) -> None:
        made = document.add_paragraph(_without_controls(text), style=style)
        if direction(language) == "rtl" or (not language and _is_arabic(text)):
            made.paragraph_format.element.get_or_add_pPr().append(OxmlElement("w:bidi"))
            for run in made.runs:
                run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))

    own = voice.texts.tag
    paragraph(words["report"], "Title", own)
    paragraph(format_date(voice.today, voice.texts), None, own)
    for part, cited in numbered(verdict):
        paragraph(words[str(part.verdict)], "Heading 2", own)
        paragraph(part.claim, None, "")
        for said in _differences(part, words):
            paragraph(said, "List Bullet", own)
        for number, citation in cited:
            paragraph(f"{citation.quote} [{number}]", "Quote", citation.language)
            paragraph(f"[{number}] {_note(citation, voice)}", None, own)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _note(citation: Citation, voice: Voice) -> str:
    said = [citation.title, format_date(citation.published, voice.texts)]
    if citation.page is not None:
        said.append(f"{voice.texts.sheet} {citation.page}")
    return f"{', '.join(said)}. {web_address(citation.link) or ''}".strip()


def _linked(citation: Citation, voice: Voice) -> str:
    day = escape(format_date(citation.published, voice.texts))
    link = web_address(citation.link)
    title = label(citation.title)
    if link:
        title = f'<a href="{escape(link)}" rel="noopener noreferrer nofollow">{title}</a>'
    return f"{title}, {day}"


def _differences(part: Verdict, words: Mapping[str, str]) -> list[str]:
    return [
        words["differs"].replace("{claim}", d.claim).replace("{source}", d.source)
        for d in part.differences
    ]


def _without_controls(text: str) -> str:
    """Word's format is XML, which has no place for most control characters."""
    return "".join(c for c in text if c >= " " or c in "\n\t")


def _is_arabic(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return sum("\u0600" <= c <= "\u06ff" for c in letters) * 2 > len(letters)
