"""An Answer for the terminal: the sentences with markers, then the sources."""

from __future__ import annotations

from assistant.types import Answer, Citation


def render(answer: Answer) -> str:
    """The answer as lines of text, in reading order."""
    lines = [" ".join(answer.text.split())]
    if answer.citations:
        lines.append("")
        lines.extend(_source(citation) for citation in answer.citations)
    for suggestion in answer.suggestions:
        lines.append(
            f"  - {suggestion.text}" + (f"\n    {suggestion.url}" if suggestion.url else "")
        )
    return "\n".join(lines)


def _source(citation: Citation) -> str:
    about = [citation.title]
    if citation.page is not None:
        about.append(f"p. {citation.page}")
    if citation.published is not None:
        about.append(citation.published.isoformat())
    if citation.sample:
        about.append("sample page")
    return f"[{citation.number}] {', '.join(about)}\n    {citation.link}"
