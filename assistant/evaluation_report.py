"""Judged answers to what people read: a table, JSON, and an HTML page of what failed."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.documents import answer_document
from assistant.evaluate import GOOD, Judged, Outcome, Tally, tallies

_COLUMNS = tuple(Outcome)


def table(judged: Sequence[Judged]) -> str:
    """One line per group of questions: shares in per cent, medians of words and milliseconds."""
    heads = ["questions", *(o.value for o in _COLUMNS), "good", "cited", "told", "words", "ms"]
    rows = [["", *heads]]
    for name, tally in tallies(judged).items():
        rows.append([name, *_cells(tally)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _cells(tally: Tally) -> list[str]:
    return [
        str(tally.questions),
        *(str(tally.outcomes.get(o, 0) or "·") for o in _COLUMNS),
        f"{100 * tally.good:.0f}%",
        _percent(tally.precision),
        _percent(tally.recall),
        "" if tally.words is None else f"{tally.words:.0f}",
        "" if tally.seconds is None else f"{1000 * tally.seconds:.0f}",
    ]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f}%"


def document(judged: Sequence[Judged]) -> dict[str, Any]:
    """Everything as JSON: the figures per group, and every question with its answer."""
    return {
        "groups": {name: _figures(tally) for name, tally in tallies(judged).items()},
        "questions": [
            {
                "id": one.task.id,
                "language": one.task.language,
                "kind": one.task.kind,
                "outcome": one.outcome.value,
                "missing": list(one.missing),
                "answer": answer_document(one.answer),
            }
            for one in judged
        ],
    }


def _figures(tally: Tally) -> Mapping[str, Any]:
    return {
        "questions": tally.questions,
        "outcomes": {o.value: tally.outcomes.get(o, 0) for o in _COLUMNS},
        "good": round(tally.good, 4),
        "citation_precision": tally.precision,
        "citation_recall": tally.recall,
        "words_median": tally.words,
        "seconds_median": tally.seconds,
    }


def page(judged: Sequence[Judged], source: str) -> str:
    """An HTML page: the table, and what failed, question and answer side by side."""
    failures = [one for one in judged if one.outcome not in GOOD]
    blocks = "\n".join(_failure(one) for one in failures)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Evaluation: {html.escape(source)}</title>
<style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}
pre{{overflow-x:auto;background:#f4f6f8;padding:1rem}}
section{{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem}}
section{{border-top:1px solid #ccd;padding:1rem 0}}
p{{unicode-bidi:plaintext;margin:.3rem 0}} small{{color:#556}}
@media(max-width:40rem){{section{{grid-template-columns:1fr}}}}
@media(prefers-color-scheme:dark){{body{{background:#14181c;color:#e6e9ec}}pre{{background:#1e252b}}small{{color:#9ab}}}}
</style>
<h1>Evaluation of {html.escape(source)}</h1>
<pre>{html.escape(table(judged))}</pre>
<h2>{len(failures)} of {len(judged)} did not end as they should</h2>
{blocks}
</html>
"""


def _failure(one: Judged) -> str:
    task, answer = one.task, one.answer
    wanted = "; ".join(" / ".join(wordings) for wordings in task.facts) or task.expect
    sources = "".join(
        f"<p><small>[{c.number}] {html.escape(c.url)}</small></p>" for c in answer.citations
    )
    before = "".join(f"<p><small>{html.escape(t.question)}</small></p>" for t in task.history)
    return (
        f"<section><div><small>{html.escape(task.id)} · {html.escape(task.kind)} · "
        f"{one.outcome.value}</small>{before}<p><b>{html.escape(task.question)}</b></p>"
        f"<p>{html.escape(wanted)}</p><small>{html.escape(' '.join(task.urls))}</small></div>"
        f"<div><small>{answer.status} · {answer.confidence:.2f}</small>"
        f"<p>{html.escape(answer.text)}</p>{sources}</div></section>"
    )
