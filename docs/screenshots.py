"""Takes the screenshots of the documentation: `python -m docs.screenshots [STORE]`.

Asks the real assistant over a store (a new one gets the starter pages) and writes
`docs/screenshots/*.png`, few enough in colours to stay small.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from assistant.build import build_assistant
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.votes import VoteStore
from ui.app import Server, build_app
from vectorstore.versions import published_manifest

FOLDER = Path(__file__).parent / "screenshots"
WIDE, PHONE = (1280, 900), (390, 844)

# name, window, locale, colours, questions, marker to press at the end
SHELTER = "When was the first shelter for victims of trafficking opened?"
SHELTER_AR = "متى افتُتحت أول دار إيواء لضحايا الاتجار بالبشر؟"
CHARTER = "How many Sudanese flew home on the first charter?"
MIGRANTS_AR = "كم عدد المهاجرين في مصر؟"
BUDGET = "What is the office's budget for 2024?"

SHOTS: Sequence[tuple[str, tuple[int, int], str, str, tuple[str, ...], str | None]] = (
    ("opening-en-wide", WIDE, "en-GB", "light", (), None),
    ("opening-ar-wide", WIDE, "ar-EG", "light", (), None),
    ("opening-ar-phone", PHONE, "ar-EG", "light", (), None),
    ("answer-en-wide", WIDE, "en-GB", "light", (CHARTER,), "1-1"),
    ("answer-en-wide-dark", WIDE, "en-GB", "dark", (SHELTER,), "1-1"),
    ("answer-en-phone", PHONE, "en-GB", "light", (CHARTER,), None),
    ("answer-ar-wide", WIDE, "ar-EG", "light", (MIGRANTS_AR,), "1-1"),
    ("answer-ar-phone", PHONE, "ar-EG", "light", (SHELTER_AR,), None),
    ("answer-ar-phone-dark", PHONE, "ar-EG", "dark", (MIGRANTS_AR,), None),
    ("both-languages-wide", WIDE, "en-GB", "light", (BUDGET, SHELTER_AR), "2-1"),
    ("not-found-en-phone", PHONE, "en-GB", "light", (BUDGET,), None),
)


def main() -> None:
    """Write every screenshot."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        store = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "store"
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        FOLDER.mkdir(exist_ok=True)
        with _served(store) as address:
            for name, window, locale, colours, questions, marker in SHOTS:
                shot = _shot(browser, address, window, locale, colours, questions, marker)
                few = Image.open(io.BytesIO(shot)).convert("RGB").quantize(128)
                few.save(FOLDER / f"{name}.png", optimize=True)
                print(name, (FOLDER / f"{name}.png").stat().st_size // 1024, "KB", flush=True)
        browser.close()


@contextmanager
def _served(store: Path) -> Iterator[str]:
    settings = Settings(store=store)
    if published_manifest(store) is None:
        Maintainer(settings, load_profile(settings.profile)).fill_with_starter_pages()
    server = Server(build_app(build_assistant(settings), VoteStore(store / "votes.sqlite")), port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.1)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


def _shot(
    browser: Browser,
    address: str,
    window: tuple[int, int],
    locale: str,
    colours: str,
    questions: Sequence[str],
    marker: str | None,
) -> bytes:
    context = browser.new_context(
        viewport={"width": window[0], "height": window[1]},
        locale=locale,
        color_scheme=colours,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address, wait_until="domcontentloaded")
    page.locator("body.ready #box textarea").wait_for()
    for number, question in enumerate(questions, start=1):
        page.locator("#box textarea").fill(question)
        page.keyboard.press("Enter")
        page.locator(f"#turn-{number}:not(.searching)").wait_for()
        page.locator("#box textarea:enabled").wait_for()
    if marker and page.locator(f"#marker-{marker}").count():
        page.locator(f"#marker-{marker}").hover()
    page.wait_for_timeout(500)  # for letters and colours to settle
    shot = page.screenshot()
    context.close()
    return shot


if __name__ == "__main__":
    main()
