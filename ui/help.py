"""The help page: whom to call, in every language; needs no script, no index, no model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from assistant.types import Contact
from ui.types import Profile

_STYLE = """
body{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;
color:#1a1a1a;background:#fff}
section{margin-block:2rem}ul{padding-inline-start:1.2rem}li{margin-block:.6rem}
a{color:#0033a0;font-weight:600}
.off{border-inline-start:.3rem solid #0033a0;padding-inline-start:1rem}
@media (prefers-color-scheme:dark){body{color:#eee;background:#14171c}a{color:#9fc1ff}}
"""
_HEADINGS = {"en": "If you need help", "ar": "إذا كنت تحتاج إلى مساعدة"}


def page(profile: Profile, off: Mapping[str, str] | None = None) -> str:
    """The whole page as HTML.

    Args:
        off: why the assistant does not answer at the moment, by language.
    """
    first = profile.languages[0]
    title = escape(profile.name.get(first) or next(iter(profile.name.values())))
    sections = "".join(_section(profile, tag, off) for tag in profile.languages)
    return (
        f'<!doctype html><html lang="{first}" dir="{_direction(first)}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}: {_HEADINGS.get(first, _HEADINGS['en'])}</title>"
        f"<style>{_STYLE}</style></head><body><main>{sections}</main></body></html>"
    )


def _section(profile: Profile, tag: str, off: Mapping[str, str] | None) -> str:
    texts = profile.texts(tag)
    said = ""
    if off is not None and (message := off.get(tag)):
        said = f'<p class="off">{escape(message)}</p>'
    lines = "".join(f"<li>{_line(contact, tag)}</li>" for contact in profile.contacts)
    return (
        f'<section lang="{tag}" dir="{_direction(tag)}">{said}'
        f"<h1>{_HEADINGS.get(tag, _HEADINGS['en'])}</h1>"
        f"<p>{escape(texts.get('referral', texts['what_it_is_not']))}</p><ul>{lines}</ul></section>"
    )


def _line(contact: Contact, tag: str) -> str:
    label = escape(contact.label.get(tag) or next(iter(contact.label.values())))
    value = f'<bdi dir="ltr">{escape(contact.value)}</bdi>'
    if contact.channel == "phone":
        number = re.sub(r"[^\d+]", "", contact.value)
        value = f'<a href="tel:{number}">{value}</a>'
    return f"{label}: {value}"


def _direction(tag: str) -> str:
    return "rtl" if tag == "ar" else "ltr"
