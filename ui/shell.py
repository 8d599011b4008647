"""Whole pages without scripts: the same looks as the rooms, drawn by nothing but HTML and CSS."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse

from ui.markup import escape
from ui.texts import TEXTS, Texts

STATIC = Path(__file__).parent / "static"


def page(
    title: str,
    main: str,
    texts: Texts,
    *,
    top: str = "",
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page of one column.

    Args:
        title: plain text.
        main: HTML of the column.
        top: HTML above it, as wide as the window.
    """
    document = (
        f'<!doctype html><html lang="{texts.tag}" dir="{texts.direction}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{style()}</style></head>"
        f'<body class="gradio-container simple">{top}<main>{main}</main></body></html>'
    )
    return HTMLResponse(document, status_code=status, headers=dict(headers or {}))


def style() -> str:
    """The looks of every page without scripts; the system says whether it is dark."""
    light, dark = static("light.css"), static("dark.css")
    tokens = f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"
    return tokens + static("public.css") + static("simple.css")


def room_style(*names: str) -> str:
    """The looks of a Gradio page, which says with a class whether it is dark."""
    tokens = f":root{{{static('light.css')}}}.dark{{{static('dark.css')}}}"
    return tokens + "".join(map(static, names))


def static(name: str) -> str:
    """The text of a file beside this one."""
    return (STATIC / name).read_text(encoding="utf-8")


def spoken(request: Request, languages: tuple[str, ...] = tuple(TEXTS)) -> str:
    """The language to speak: `?lang=` if it says one of ours, else the browser's."""
    asked = [request.query_params.get("lang", "")]
    asked += request.headers.get("accept-language", "").split(",")
    tags = (tag.split(";")[0].strip().split("-")[0].lower() for tag in asked)
    return next((tag for tag in tags if tag in languages), languages[0])


async def form(request: Request) -> dict[str, str]:
    """The fields of a posted form, the first of each name."""
    body = (await request.body()).decode("utf-8", "replace")
    fields = parse_qs(body, keep_blank_values=True, max_num_fields=20)
    return {name: values[0] for name, values in fields.items()}
