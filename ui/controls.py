"""What the desks are operated with: buttons, questions before an action, tables. Pure HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ui.markup import escape, format_date, label
from ui.types import Voice


def moment(when: datetime, voice: Voice) -> str:
    """A day and an hour, which is UTC."""
    day = format_date(when.date(), voice.texts)
    hour = f'<bdi dir="ltr" class="hour">{when:%H:%M} UTC</bdi>'
    return f'<time datetime="{when.isoformat()}">{escape(day)} {hour}</time>'


def button(act: str, words: str, style: str = "secondary", **data: object) -> str:
    """A button that reaches the desk's handlers."""
    held = "".join(
        f' data-{name.replace("_", "-")}="{escape(str(value))}"' for name, value in data.items()
    )
    return f'<button type="button" class="{style}" data-act="{act}"{held}>{escape(words)}</button>'


def asked_first(
    dialog: str, act: str, words: str, question: str, no: str, about: str = "", **data: object
) -> str:
    """A button that asks whether it is meant; `about` is HTML that says of what."""
    return (
        button("ask", words, "secondary", dialog=dialog)
        + f'<dialog id="{dialog}" aria-labelledby="{dialog}-q">'
        f'<p id="{dialog}-q">{escape(question)}</p>{about}<div class="row">'
        f"{button(act, words, 'danger-button', **data)}{button('dismiss', no)}</div></dialog>"
    )


def excluding(dialog: str, url: str, ask: str, words: Mapping[str, str], style: str) -> str:
    """A button that keeps a page out, once a reason was given."""
    return (
        button("ask", ask, style, dialog=dialog)
        + f'<dialog id="{dialog}" aria-labelledby="{dialog}-q"><form data-form="exclude">'
        f'<p id="{dialog}-q">{escape(words["exclude_sure"])}</p><p class="address">'
        f'{label(url)}</p><input type="hidden" name="pattern" value="{escape(url)}">'
        f'<label for="{dialog}-why">{escape(words["reason"])}</label>'
        f'<input id="{dialog}-why" name="reason" dir="auto" maxlength="300" required>'
        f'<div class="row"><button type="submit" class="danger-button">{escape(words["exclude"])}'
        f"</button>{button('dismiss', words['no'])}</div></form></dialog>"
    )


def table(heads: Sequence[str], rows: Iterable[str]) -> str:
    """A table that scrolls by itself where it is wider than the window, and on a phone stands as
    one card a row, each cell under its head.

    Args:
        heads: plain text.
        rows: HTML of whole rows, none of which holds a table.
    """
    head = "".join(f"<th scope=col>{escape(words)}</th>" for words in heads)
    body = "".join(_with_heads(row, heads) for row in rows)
    inner = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    name = escape(", ".join(heads))
    return f'<div class="wide" tabindex="0" role="region" aria-label="{name}">{inner}</div>'


def _with_heads(row: str, heads: Sequence[str]) -> str:
    """A row whose cells, but for the first, which is a head itself, know what stands above them."""
    first, *cells = row.split("<td")
    named = zip(heads[1:], cells, strict=True)
    return first + "".join(f'<td data-head="{escape(head)}"{cell}' for head, cell in named)
