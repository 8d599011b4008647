"""Work under way, what an ingest changes, and the index versions there are. Pure HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.jobs import Job, State
from assistant.upkeep import Releases
from ingest.types import Exclusion
from ui.controls import asked_first, button, excluding, moment, table
from ui.markup import dated, escape, label, outward, prose, web_address
from ui.said import said
from ui.types import Voice

Words = Mapping[str, str]

_NAMED_MOST = 200  # addresses of a list


def job(current: Job | None, voice: Voice, words: Words) -> str:
    """How far the work has come, or how it ended."""
    if current is None:
        return ""
    what = escape(words.get(f"do_{current.asked['do']}", str(current.asked["do"])))
    if current.asked.get("dry_run"):
        what = escape(words["do_preview"])
    head = (
        f'<p class="job-head"><b>{what}</b> <span class="facts">{label(current.who)} · '
        f"{moment(current.began, voice)}</span></p>"
    )
    match current.state:
        case State.RUNNING:
            body = _running(current, words)
        case State.DONE:
            done = words["job_done"].format(seconds=f"{current.seconds:.1f}")
            body = f'<p data-say class="yes">{escape(done)}</p>' + _done(current, voice, words)
        case State.CANCELLED:
            body = f"<p data-say>{escape(words['job_cancelled'])}</p>"
        case State.FAILED:
            body = (
                f'<p class="trouble" role="alert" data-say>{said(current.error, voice.texts)}</p>'
            )
    one_page = "files" not in current.asked and len(current.asked.get("sources", ())) == 1
    kind = f"job {current.state} {escape(str(current.asked['do']))}{' one' if one_page else ''}"
    return f'<section class="{kind}">{head}{body}</section>'


def _running(current: Job, words: Words) -> str:
    now = current.progress
    if not now.stage:
        return (
            f'<p data-say>{escape(words["starting"])}</p><progress aria-label="'
            f'{escape(words["starting"])}"></progress><div class="row">{_cancel(words)}</div>'
        )
    stage = words[f"stage_{now.stage}"]
    count = f"{now.done:,}" if now.total is None else f"{now.done:,} / {now.total:,}"
    facts = [f'<bdi dir="ltr">{count}</bdi>']
    if now.rate > 0:
        facts.append(escape(words["rate"].format(rate=f"{now.rate:.1f}")))
    if now.left_s is not None:
        facts.append(escape(words["left"].format(time=_span(now.left_s, words))))
    ratio = f' value="{now.done}" max="{now.total}"' if now.total else ""
    return (
        f"<p data-say>{escape(stage)}</p>"
        f'<progress{ratio} aria-label="{escape(stage)}"></progress>'
        f'<p class="facts">{" · ".join(facts)}</p>'
        f'<p class="facts address">{label(now.url)}</p><div class="row">{_cancel(words)}</div>'
    )


def _cancel(words: Words) -> str:
    return button("cancel", words["cancel"], event="stop")


def _span(seconds: float, words: Words) -> str:
    if seconds < 60:
        return words["seconds"].format(n=max(1, round(seconds)))
    return words["minutes"].format(n=round(seconds / 60))


def _done(current: Job, voice: Voice, words: Words) -> str:
    result = current.result or {}
    if current.asked["do"] != "ingest":
        if (number := result.get("index_version")) is not None:
            return f"<p>{escape(words['answers_now'].format(version=number))}</p>"
        if (removed := result.get("removed")) is not None:
            return f"<p>{escape(words['taken_out'].format(count=len(removed)))}</p>"
        if (let_in := result.get("let_in")) is not None:
            return f"<p>{escape(words['were_let_in'].format(count=len(let_in)))}</p>"
        return ""
    return outcome(result, voice, words)


def outcome(result: Mapping[str, Any], voice: Voice, words: Words) -> str:
    """Counts, addresses, what it does to answers; and after a preview the way on."""
    counts = "".join(
        f"<div><dt>{escape(words[f'n_{name}'])}</dt><dd>{count}</dd></div>"
        for name, count in (
            ("added", result["added"]),
            ("updated", result["updated"]),
            ("unchanged", result["unchanged"]),
            ("removed", result["removed"]),
            ("skipped", len(result["skipped"])),
            ("failed", len(result["failed"])),
        )
    )
    dry = bool(result["dry_run"])
    parts = [f'<p class="aside">{escape(words["only_preview"])}</p>' if dry else ""]
    parts.append(f'<dl class="counts">{counts}</dl>')
    hold = result.get("held")
    if hold:
        reasons = "".join(f"<li>{said(reason, voice.texts)}</li>" for reason in hold["reasons"])
        held = words["would_hold"] if dry else words["was_held"]
        parts.append(f'<div class="warning"><p><b>{escape(held)}</b></p><ul>{reasons}</ul></div>')
    if waiting := result.get("waiting"):
        lines = [
            f"{label(row['url'])} " + " ".join(_named(str(value)) for value in row["contacts"])
            for row in waiting
        ]
        listed = "".join(f"<li>{line}</li>" for line in lines[:_NAMED_MOST])
        said_of = f"<p><b>{escape(words['pages_wait'])}</b></p>"
        parts.append(f'<div class="warning">{said_of}<ul>{listed}</ul></div>')
    changes = result.get("changes", {})
    for name in ("added", "updated", "removed"):
        if urls := changes.get(name):
            parts.append(_folded(words[f"n_{name}"], [label(url) for url in urls]))
    for name, key in (("skipped", "reason"), ("failed", "error")):
        if rows := result.get(name):
            lines = [f"{label(row['url'])}<br>{said(str(row[key]), voice.texts)}" for row in rows]
            parts.append(_folded(words[f"n_{name}"], lines))
    if result.get("impact"):
        parts.append(impact(result["impact"], words))
    way_on = button("bring_in", words["bring_in"], "primary") if dry else ""
    if not dry and (hold or waiting):
        way_on = button("open-tab", words["decide"], tab="release")
    parts.append(f'<div class="row">{way_on}</div>' if way_on else "")
    return "".join(parts)


def impact(changed: Mapping[str, Any], words: Words) -> str:
    """What a new version changes: contacts first, since a wrong one is the worst."""
    parts: list[str] = []
    contacts = changed["contacts"]
    if contacts:
        rows = "".join(
            f'<li class="{"alarming" if c["alarming"] else ""}"><mark class="differs">'
            f'<bdi dir="ltr">{escape(str(c["value"]))}</bdi></mark> '
            f'<span class="facts">{escape(_kind(c, words))} · '
            f"{label(str(c['url']))}</span></li>"
            for c in contacts
        )
        parts.append(f"<h3>{escape(words['new_contacts'])}</h3><ul class='list'>{rows}</ul>")
    answers = changed["answers"]
    asked = words["answers_changed"].format(changed=len(answers), asked=changed["asked"])
    parts.append(f"<h3>{escape(asked)}</h3>")
    for change in answers:
        parts.append(
            f"<details><summary>{label(str(change['question']))} "
            f'{"<b>!</b>" if change["counts"] else ""}</summary><div class="before-after">'
            f'<div><p class="facts">{escape(words["before"])}</p>'
            f'<p dir="auto">{prose(str(change["before"]))}</p></div>'
            f'<div><p class="facts">{escape(words["after"])}</p>'
            f'<p dir="auto">{prose(str(change["after"]))}</p></div></div></details>'
        )
    if changed["citations"]:
        lines = [
            f'<span dir="auto">“{prose(str(c["quote"]))}”</span><br>{label(str(c["url"]))}'
            for c in changed["citations"]
        ]
        parts.append(_folded(words["broken_quotes"], lines))
    if changed["vanished"]:
        parts.append(_folded(words["vanished"], [label(url) for url in changed["vanished"]]))
    return "".join(parts)


def _kind(contact: Mapping[str, Any], words: Words) -> str:
    kind = str(contact["kind"])
    return words.get(f"contact_{kind}", kind)


def _folded(name: str, lines: Sequence[str]) -> str:
    shown = "".join(f"<li>{line}</li>" for line in lines[:_NAMED_MOST])
    more = f"<li>… +{len(lines) - _NAMED_MOST}</li>" if len(lines) > _NAMED_MOST else ""
    return (
        f"<details><summary>{escape(name)} ({len(lines)})</summary>"
        f'<ul class="list">{shown}{more}</ul></details>'
    )


def releases(state: Releases, exclusions: Sequence[Exclusion], voice: Voice, words: Words) -> str:
    """What answers, what waits, what can be gone back to, what stays out."""
    parts: list[str] = []
    if state.hold is not None:
        reasons = "".join(f"<li>{said(reason, voice.texts)}</li>" for reason in state.hold.reasons)
        yes = asked_first(
            "confirm-publish", "publish", words["publish"], words["publish_sure"], words["no"]
        )
        no = asked_first(
            "confirm-discard", "discard", words["discard"], words["discard_sure"], words["no"]
        )
        parts.append(
            f'<section class="warning"><h2>{escape(words["waiting"])}</h2>'
            f"<p>{escape(words['since'])} {moment(state.hold.since, voice)}</p><ul>{reasons}</ul>"
            f'<div class="row">{yes}{no}</div></section>'
        )
    if state.waiting:
        parts.append(_held_pages(state.waiting, voice, words))
    heads = [words[name] for name in ("version", "pages", "chunks", "state_of", "actions")]
    rows = [_version(manifest, state, words) for manifest in reversed(state.kept)]
    parts.append(f"<section><h2>{escape(words['versions'])}</h2>{table(heads, rows)}</section>")
    if state.last is not None and state.last.get("impact"):
        parts.append(
            f"<section><h2>{escape(words['last_impact'])}</h2>"
            f"{impact(state.last['impact'], words)}</section>"
        )
    parts.append(_exclusions(exclusions, voice, words))
    return "".join(parts)


def _held_pages(waiting: Mapping[str, Sequence[str]], voice: Voice, words: Words) -> str:
    """New pages that name a stranger's contact: vouch for each contact, or keep the page out."""
    rows: list[str] = []
    for number, (url, contacts) in enumerate(waiting.items()):
        address = web_address(url)
        there = outward(address, escape(voice.texts.open_page), voice.texts) if address else ""
        names = "".join(
            f'<div class="row">{_named(value)}'
            + asked_first(
                f"confirm-trust-{number}-{place}",
                "trust",
                words["trust"],
                words["trust_sure"],
                words["no"],
                f'<p>{_named(value)}</p><p class="address">{label(url)}</p>',
                contact=value,
            )
            + "</div>"
            for place, value in enumerate(contacts)
        )
        refuse = excluding(f"refuse-{number}", url, words["keep_out"], words, "secondary")
        rows.append(
            f'<tr><th scope=row>{label(url)}<p class="there">{there}</p></th>'
            f"<td>{names}</td><td>{refuse}</td></tr>"
        )
    heads = [words[name] for name in ("page", "names", "actions")]
    return (
        f'<section class="warning"><h2>{escape(words["held_pages"])}</h2>'
        f"<p>{escape(words['held_pages_hint'])}</p>{table(heads, rows)}</section>"
    )


def _named(contact: str) -> str:
    return f'<mark class="differs"><bdi dir="ltr">{escape(contact)}</bdi></mark>'


def _version(manifest: Any, state: Releases, words: Words) -> str:
    number = manifest.number
    if number == state.current:
        how, action = words["answers"], ""
    elif state.hold is not None and state.hold.version == number:
        how, action = words["waits"], ""
    else:
        how = words["kept"]
        action = asked_first(
            f"confirm-back-{number}",
            "roll_back",
            words["roll_back"],
            words["roll_back_sure"].format(version=number),
            words["no"],
            version=number,
        )
    return (
        f'<tr><th scope=row>{number}</th><td class="number">{manifest.pages}</td>'
        f'<td class="number">{manifest.chunks}</td><td>{escape(how)}</td><td>{action}</td></tr>'
    )


def _exclusions(exclusions: Sequence[Exclusion], voice: Voice, words: Words) -> str:
    if not exclusions:
        return ""
    rows = [
        f"<tr><th scope=row>{label(e.pattern)}</th><td>{prose(e.reason)}</td>"
        f"<td>{label(e.who)}</td><td>{dated(e.since.date(), voice.texts)}</td>"
        f"<td>{button('include', words['include'], pattern=e.pattern)}</td></tr>"
        for e in exclusions
    ]
    heads = [words[name] for name in ("address", "reason", "who", "since", "actions")]
    return f"<section><h2>{escape(words['excluded'])}</h2>{table(heads, rows)}</section>"
