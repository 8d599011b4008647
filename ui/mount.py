"""A Gradio page on the application, with everything off that ours does without."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI

from ui.shell import STATIC

QUEUE_PLACES = 200  # people waiting; whoever comes then is told to come back
# No page shows its place in the line. Told at once, by default, it is told by the loop that starts
# the work, which ends for good with whatever breaks in the telling.
UNSHOWN_S = 3_600.0
AT_ONCE = 4  # answers made at the same time
# Between two looks of a page's queue for somebody waiting. Gradio (6.31) looks every millisecond
# except on Windows: five pages took 5.4 % of a core though nobody asked, and now 2.0 %.
LOOK_S = 0.02


def mount(app: FastAPI, page: gr.Blocks, path: str, css: str) -> None:
    """Serve a page at a path; the one at "/" comes last."""
    page.queue(
        max_size=QUEUE_PLACES,
        default_concurrency_limit=AT_ONCE,
        api_open=False,
        status_update_rate=UNSHOWN_S,
    )
    page._queue.sleep_when_free = LOOK_S  # no setting of Gradio's leads there
    gr.mount_gradio_app(
        app,
        page,
        path=path,
        theme=_theme(),
        css=css,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        favicon_path=str(STATIC / "favicon.svg") if path == "/" else None,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )


def waiting(page: gr.Blocks) -> int:
    """How many wait in a page's queue."""
    return len(page._queue)


def _theme() -> gr.themes.Base:
    """Gradio's plainest theme with the system's own letters; the rest is our style sheets."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
