"""An Answer or a Verdict for the terminal: what is said, then the sources."""

from __future__ import annotations

from dataclasses import replace

from assistant.types import Answer, Citation, Contact, Finding, Status, Verdict


def render(answer: Answer) -> str:
    """The answer as lines of text, in reading order."""
    lines = _paragraphs(answer)
    if answer.status is Status.REFERRAL:  # numbers are found faster each on a line of its own
        lines = [sentence.text for sentence in answer.sentences] + [""]
    if answer.citations:
        lines.append("")
        lines.extend(_source(citation) for citation in answer.citations)
    for suggestion in answer.suggestions:
        lines.append(
            f"  - {suggestion.text}" + (f"\n    {suggestion.url}" if suggestion.url else "")
        )
    lines.extend(_contact(contact, answer.language) for contact in answer.contacts)
    return "\n".join(lines)


def _paragraphs(answer: Answer) -> list[str]:
    """What answers, and set apart below it what only supports."""
    parts = [[s for s in answer.sentences if s.supporting is apart] for apart in (False, True)]
    texts = [" ".join(replace(answer, sentences=tuple(part)).text.split()) for part in parts]
    return [texts[0], "", texts[1]] if texts[1] else texts[:1]


def _contact(contact: Contact, language: str) -> str:
    label = contact.label.get(language) or next(iter(contact.label.values()))
    known = [fact[language] for fact in (contact.hours, contact.cost) if language in fact]
    facts = "; ".join([*known, contact.source, contact.checked.isoformat()])
    return f"  {contact.value}  {label}\n    {facts}"


def _source(citation: Citation) -> str:
    about = [citation.title]
    if citation.page is not None:
        about.append(f"p. {citation.page}")
    if citation.published is not None:
        about.append(citation.published.isoformat())
    if citation.sample:
        about.append("sample page")
    return f"[{citation.number}] {', '.join(about)}\n    {citation.link}"


def render_verdict(verdict: Verdict) -> str:
    """What the pages say to a claim, with the evidence; one block per statement."""
    if verdict.sentences:
        blocks = [f"{verdict.claim}\n{_said(verdict)}"]
        blocks += [f"\n- {each.claim}\n{render_verdict(each)}" for each in verdict.sentences]
        return "\n".join(blocks)
    lines = [_said(verdict)]
    lines += [
        f"  {d.kind}: the claim says “{d.claim}”, the page “{d.source}”"
        for d in verdict.differences
    ]
    if verdict.verdict is Finding.NOT_FOUND:
        lines.append(
            "  No stored page says so or plainly says otherwise; look for what comes nearest"
        )
        lines.append("  with `assistant search`.")
    for citation in verdict.citations:
        lines += [f"  “{' '.join(citation.quote.split())}”", f"  {_source(citation)}"]
    return "\n".join(lines)


def _said(verdict: Verdict) -> str:
    return str(verdict.verdict).replace("_", " ")
