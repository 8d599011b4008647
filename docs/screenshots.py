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

from assistant.accounts import Accounts, Role, accounts_path
from assistant.build import build_service
from assistant.desk import StaffDesk
from assistant.maintain import Maintainer
from assistant.privacy.questions import QuestionStore, questions_path
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.upkeep import Upkeep
from assistant.votes import VoteStore
from ui.app import Server, build_app
from ui.desks import Desks
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
    ("danger-en-phone", PHONE, "en-GB", "light", (), "danger"),
    ("answer-ar-phone-dark", PHONE, "ar-EG", "dark", (MIGRANTS_AR,), None),
    ("both-languages-wide", WIDE, "en-GB", "light", (BUDGET, SHELTER_AR), "2-1"),
    ("referral-ar-phone", PHONE, "ar-EG", "light", ("صاحب العمل أخذ جوازي وحبسني",), None),
    ("not-found-en-phone", PHONE, "en-GB", "light", (BUDGET,), None),
)

NAME, PASSWORD = "mona", "quiet river lamp"  # of a store that is thrown away
DRAFT = (
    "IOM flew 120 Sudanese home on the first charter. The shelter can take in 30 victims. "
    "IOM has been present in Egypt since 1991. The office has 45 cars."
)
DRAFT_AR = (
    "نُقل 120 سودانياً على متن أول رحلة. منذ عام 1991 تعمل المنظمة في مصر. لدى المكتب 45 سيارة."
)

# name, window, locale, colours, room, what to do there
DESKS: Sequence[tuple[str, tuple[int, int], str, str, str, str]] = (
    ("sign-in-en-wide", WIDE, "en-GB", "light", "staff", "nothing"),
    ("check-en-wide", WIDE, "en-GB", "light", "staff", "check"),
    ("check-en-phone-dark", PHONE, "en-GB", "dark", "staff", "check"),
    ("check-ar-wide-dark", WIDE, "ar-EG", "dark", "staff", "check"),
    ("check-ar-phone", PHONE, "ar-EG", "light", "staff", "check"),
    ("search-en-wide", WIDE, "en-GB", "light", "staff", "search"),
    ("search-ar-wide", WIDE, "ar-EG", "light", "staff", "search"),
    ("why-en-wide", WIDE, "en-GB", "light", "staff", "why"),
    ("maintain-en-wide", WIDE, "en-GB", "light", "maintain", "preview"),
    ("maintain-ar-wide-dark", WIDE, "ar-EG", "dark", "maintain", "preview"),
    ("maintain-ar-phone", PHONE, "ar-EG", "light", "maintain", "preview"),
    ("maintain-en-phone-dark", PHONE, "en-GB", "dark", "maintain", "preview"),
    ("pages-en-wide", WIDE, "en-GB", "light", "maintain", "pages"),
    ("gaps-en-phone", PHONE, "en-GB", "light", "staff", "gaps"),
    ("contacts-en-phone-dark", PHONE, "en-GB", "dark", "maintain", "texts"),
    ("contacts-ar-wide", WIDE, "ar-EG", "light", "maintain", "texts"),
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
                _keep(name, shot)
            for name, window, locale, colours, room, what in DESKS:
                _keep(name, _desk_shot(browser, address, window, locale, colours, room, what))
        browser.close()


@contextmanager
def _served(store: Path) -> Iterator[str]:
    settings = Settings(store=store)
    if published_manifest(store) is None:
        Maintainer(settings, load_profile(settings.profile)).fill_with_starter_pages()
    service = build_service(settings)
    accounts = Accounts(accounts_path(store))
    if accounts.get(NAME) is None:
        accounts.add(NAME, Role.MAINTAINER, PASSWORD)
    questions = QuestionStore(questions_path(store), settings.keep_questions_days)
    votes = VoteStore(store / "votes.sqlite", questions=questions)
    for asked in (
        BUDGET,
        "the budget of the office?",
        "ما هي ميزانية المكتب؟",
        "Salaries of staff?",
    ):
        answer = service.assistant.ask(asked)
        votes.add(answer, liked=False, reason="incomplete", with_question=True)
    encode = service.retriever.embedder.encode_documents
    desk = StaffDesk(
        service.assistant, service.checker, service.retriever, store, votes, questions, encode
    )
    desks = Desks(accounts, desk, Upkeep(settings, service.assistant.profile))
    server = Server(build_app(service.assistant, votes, desks=desks), port=0)
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
    page.set_default_timeout(120_000)
    page.goto(address, wait_until="domcontentloaded")
    page.locator("body.ready #box textarea").wait_for()
    for number, question in enumerate(questions, start=1):
        page.locator("#box textarea").fill(question)
        page.keyboard.press("Enter")
        page.locator(f"#turn-{number}:not(.searching)").wait_for()
        page.locator("#box textarea:enabled").wait_for()
    if marker == "danger":
        page.locator(".danger summary").click()
    elif marker and page.locator(f"#marker-{marker}").count():
        page.locator(f"#marker-{marker}").hover()
    page.wait_for_timeout(500)  # for letters and colours to settle
    shot = page.screenshot()
    context.close()
    return shot


def _desk_shot(
    browser: Browser,
    address: str,
    window: tuple[int, int],
    locale: str,
    colours: str,
    room: str,
    what: str,
) -> bytes:
    context = browser.new_context(
        viewport={"width": window[0], "height": window[1]},
        locale=locale,
        color_scheme=colours,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(address + room, wait_until="domcontentloaded")
    if what != "nothing":
        page.locator("#name").fill(NAME)
        page.locator("#password").fill(PASSWORD)
        page.locator("button.primary").click()
        page.locator("body.ready").wait_for()
        arabic = locale.startswith("ar")
        page.locator(f"#tab-{'add' if what == 'preview' else what}").click()
        match what:
            case "check":
                page.locator("#draft").fill(DRAFT_AR if arabic else DRAFT)
                page.locator("#check-form button.primary").click()
                page.locator(".statement").first.wait_for()
            case "search":
                page.locator("#query").fill(MIGRANTS_AR if arabic else CHARTER)
                page.locator("#search-form button.primary").click()
                page.locator("[data-act=read]").first.click()
                page.locator(".reader").wait_for()
            case "why":
                page.locator("#asked").fill(CHARTER)
                page.locator("#why-form button.primary").click()
                page.locator(".stages").wait_for()
            case "preview":
                note = "# Opening hours\n\nThe office opens at nine. The line is 02 5550 0199."
                page.locator("#files").set_input_files(
                    [{"name": "hours.md", "mimeType": "text/markdown", "buffer": note.encode()}]
                )
                page.locator("[data-files] input").wait_for(state="attached")
                page.locator("#add-form button.primary").click()
                page.locator(".job.running").wait_for()
                page.locator(".job.done").wait_for()
            case "pages":
                page.locator("#pages tbody tr").first.wait_for()
            case "gaps":
                page.locator("#questions [data-act=read_questions]").click()
                page.locator("#questions table").first.wait_for()
            case "texts":
                page.locator("#contacts table").first.wait_for()
        page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    shot = page.screenshot()
    context.close()
    return shot


def _keep(name: str, shot: bytes) -> None:
    few = Image.open(io.BytesIO(shot)).convert("RGB").quantize(128)
    few.save(FOLDER / f"{name}.png", optimize=True)
    print(name, (FOLDER / f"{name}.png").stat().st_size // 1024, "KB", flush=True)


if __name__ == "__main__":
    main()
