"""The search bench: passages with their ranks, whole pages with their cuts, traces. Pure HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.sections import section_of
from assistant.types import AnswerSentence, Freshness, Status, Trace
from ingest.types import Chunk, Page
from ui.markup import (
    dated,
    direction,
    escape,
    format_age,
    label,
    language_name,
    outward,
    prose,
    tongue,
    web_address,
)
from ui.types import Voice
from vectorstore.types import Passage, SearchResult

Words = Mapping[str, str]


def passages(found: SearchResult, voice: Voice, words: Words) -> str:
    """A search's passages, best first, with how each index ranked them."""
    if not found.passages:
        return f'<h2 class="tally" data-say>{escape(words["no_passages"])}</h2>'
    seconds = sum(found.timings.values())
    said = words["found"].format(
        count=len(found.passages), version=found.index_version, ms=round(seconds * 1000)
    )
    return (
        f'<h2 class="tally" data-say>{escape(said)}</h2>'
        f'<p class="facts">{escape(words["scores_hint"])}</p><ol class="passages">'
        + "".join(_passage(n, p, voice, words) for n, p in enumerate(found.passages, start=1))
        + "</ol>"
    )


def _passage(number: int, passage: Passage, voice: Voice, words: Words) -> str:
    chunk = passage.chunk
    best = max((s.similarity for s in passage.sentences), default=0.0)
    body = "".join(
        f"<mark>{prose(s.text)}</mark> " if s.similarity == best else f"{prose(s.text)} "
        for s in passage.sentences
    ) or prose(chunk.text)
    return (
        f'<li class="page passage"><h3 {tongue(chunk.language)}><span class="rank">{number}</span> '
        f"{label(chunk.title)}</h3>{_facts(chunk, voice)}{_scores(passage, words)}"
        f'<p class="context" {tongue(chunk.language)}>{body}</p>'
        f'<p class="there">{_read_button(chunk.url, chunk.id, words)}{_link(chunk.url, voice)}</p>'
        "</li>"
    )


def _facts(chunk: Chunk, voice: Voice) -> str:
    facts = [dated(chunk.published, voice.texts)]
    if chunk.published:
        facts.append(escape(format_age(chunk.published, voice.today, voice.texts)))
    facts.append(escape(language_name(chunk.language, voice.texts)))
    if section := section_of(chunk.url):
        facts.append(label(section))
    facts += [label(heading) for heading in chunk.headings]
    return f'<p class="facts">{"".join(f"<span>{fact}</span>" for fact in facts)}</p>'


def _scores(passage: Passage, words: Words) -> str:
    values = (
        ("score", f"{passage.score:.3f}"),
        ("dense_rank", _rank(passage.dense_rank)),
        ("similarity", f"{passage.similarity:.3f}"),
        ("lexical_rank", _rank(passage.lexical_rank)),
        ("lexical_score", f"{passage.lexical_score:.2f}"),
    )
    return (
        '<dl class="scores">'
        + "".join(
            f'<div><dt>{escape(words[name])}</dt><dd dir="ltr">{value}</dd></div>'
            for name, value in values
        )
        + "</dl>"
    )


def _rank(rank: int | None) -> str:
    return f"#{rank}" if rank is not None else "–"


def _read_button(url: str, chunk_id: str, words: Words) -> str:
    return (
        f'<button type="button" class="plainly" data-act="read" data-url="{escape(url)}" '
        f'data-chunk="{escape(chunk_id)}">{escape(words["read_page"])}</button> '
    )


def _link(url: str, voice: Voice) -> str:
    address = web_address(url)
    return outward(address, escape(voice.texts.open_page), voice.texts) if address else ""


def reader(page: Page, chunks: Sequence[Chunk], voice: Voice, words: Words, lit: str = "") -> str:
    """A whole stored page; each chunk in a frame of its own, what lies between them outside.

    Args:
        lit: id of the chunk that led here.
    """
    pieces: list[str] = []
    end = 0
    for chunk in chunks:
        pieces.append(_between(page.text[end : chunk.start]))
        here = " lit" if chunk.id == lit else ""
        size = words["chunk"].format(
            number=chunk.position + 1,
            start=chunk.start,
            end=chunk.end,
            sentences=len(chunk.sentences),
        )
        pieces.append(
            f'<div class="chunk{here}"><p class="facts" {tongue(voice.texts.tag)}>{escape(size)}'
            f'</p><p class="context" dir="{direction(page.language)}">{prose(chunk.text)}</p></div>'
        )
        end = max(end, chunk.end)
    pieces.append(_between(page.text[end:]))
    facts = [
        dated(page.published, voice.texts),
        escape(language_name(page.language, voice.texts)),
        f"{escape(words['fetched'])} {dated(page.fetched_at.date(), voice.texts)}",
        escape(words["size"].format(characters=len(page.text), chunks=len(chunks))),
    ]
    return (
        f'<article class="reader"><h2 {tongue(page.language)} data-say>{label(page.title)}</h2>'
        f'<p class="facts">{"".join(f"<span>{fact}</span>" for fact in facts)}</p>'
        f'<p class="facts address">{label(page.url)}</p>'
        f'<p class="there">{_link(page.url, voice)}</p>'
        f"<div {tongue(page.language)}>{''.join(pieces)}</div></article>"
    )


def _between(text: str) -> str:
    return f'<p class="between">{prose(text.strip())}</p>' if text.strip() else ""


def trace(traced: Trace, voice: Voice, words: Words) -> str:
    """Why a question was answered so: what was decided, by what, how long each stage took."""
    answer = traced.answer
    lines = [
        ("asked", f'<bdi dir="auto">{escape(answer.question[:500])}</bdi>'),
        ("searched_for", f'<bdi dir="auto">{escape(answer.query[:500]) or "–"}</bdi>'),
        ("question_language", escape(language_name(answer.language, voice.texts))),
        ("status", f'<code dir="ltr">{escape(str(answer.status))}</code>'),
        ("decided", escape(_decision(traced, words))),
        ("version", str(answer.index_version or "–")),
    ]
    lines_shown = "".join(f"<div><dt>{escape(words[k])}</dt><dd>{v}</dd></div>" for k, v in lines)
    said = "".join(
        f'<li class="{sentence.kind}"><p class="facts">{_whose(sentence, words)}</p>'
        f'<p dir="auto">{prose(sentence.text)} '
        f"{''.join(f'<bdi>[{n}]</bdi>' for n in sentence.citations)}</p></li>"
        for sentence in answer.sentences
    )
    return (
        f'<h2 class="tally" data-say>{escape(words["trace_of"])}</h2>'
        f'<dl class="trace">{lines_shown}</dl>'
        f"<h3>{escape(words['stages'])}</h3>{_stages(traced, words)}"
        f'<h3>{escape(words["what_was_said"])}</h3><ol class="said-list">{said}</ol>'
        f"{_looked_at(traced, voice, words)}"
    )


def _whose(sentence: AnswerSentence, words: Words) -> str:
    said = words[f"said_{sentence.kind}"]
    return escape(f"{said} · {words['said_supporting']}" if sentence.supporting else said)


def _decision(traced: Trace, words: Words) -> str:
    answer = traced.answer
    share = {"confidence": f"{answer.confidence:.2f}", "threshold": f"{traced.threshold:.2f}"}
    if answer.index_version is None:
        return words["decided_guard"]
    if answer.status is Status.ANSWERED:
        return words["decided_answered"].format(**share)
    if answer.status is Status.UNANSWERABLE_NO_PASSAGES:
        return words["decided_no_passages"]
    return words["decided_weak"].format(**share)


def _stages(traced: Trace, words: Words) -> str:
    """Each stage with its time, as a bar of the whole; the rest is what no stage claims."""
    timings = dict(traced.answer.timings)
    total = timings.pop("total", sum(timings.values()))
    timings["rest"] = max(0.0, total - sum(timings.values()))
    rows = "".join(
        f"<tr><th scope=row>{escape(words.get(f'stage_{name}', name))}</th>"
        f'<td class="number" dir="ltr">{seconds * 1000:.1f} ms</td>'
        f'<td class="gauge" aria-hidden="true"><i style="inline-size:{_percent(seconds, total)}%">'
        "</i></td></tr>"
        for name, seconds in timings.items()
    )
    return (
        f'<table class="stages"><tbody>{rows}<tr><th scope=row>{escape(words["stage_total"])}</th>'
        f'<td class="number" dir="ltr">{total * 1000:.1f} ms</td><td></td></tr></tbody></table>'
    )


def _percent(part: float, whole: float) -> int:
    return round(100 * part / whole) if whole > 0 else 0


def _looked_at(traced: Trace, voice: Voice, words: Words) -> str:
    if not traced.passages:
        return ""
    quoted = {c.quote for c in traced.answer.citations}
    rows = "".join(
        f'<li class="page passage{" cited" if any(q in p.chunk.text for q in quoted) else ""}">'
        f'<h4 {tongue(p.chunk.language)}><span class="rank">{n}</span> {label(p.chunk.title)}</h4>'
        f"{_scores(p, words)}"
        + "".join(
            f'<p class="context" {tongue(p.chunk.language)}>'
            + (f"<mark>{prose(s.text)}</mark>" if s.text in quoted else prose(s.text))
            + f' <bdi class="near" dir="ltr">{s.similarity:.2f}</bdi></p>'
            for s in p.sentences
        )
        + f'<p class="there">{_read_button(p.chunk.url, p.chunk.id, words)}</p></li>'
        for n, p in enumerate(traced.passages, start=1)
    )
    return f'<h3>{escape(words["looked_at"])}</h3><ol class="passages">{rows}</ol>'


def freshness(state: Freshness, voice: Voice, words: Words) -> str:
    """How old what is published is."""
    languages = ", ".join(
        f"{language_name(tag, voice.texts)} {count}" for tag, count in state.languages
    )
    lines = [
        ("version", str(state.version)),
        ("pages", f"{state.pages} ({escape(languages)})"),
        ("chunks", str(state.chunks)),
        ("undated", str(state.undated)),
    ]
    for name, moment in (
        ("fetched_first", state.fetched_first),
        ("fetched_last", state.fetched_last),
    ):
        if moment is not None:
            age = format_age(moment.date(), voice.today, voice.texts)
            lines.append((name, f"{dated(moment.date(), voice.texts)} · {escape(age)}"))
    lines_shown = "".join(f"<div><dt>{escape(words[k])}</dt><dd>{v}</dd></div>" for k, v in lines)
    return f'<dl class="trace">{lines_shown}</dl>'
