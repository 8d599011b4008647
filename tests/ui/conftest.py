"""A server with the fake assistant behind it, and a browser where there is one."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from assistant.accounts import Accounts, Role
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.upkeep import Upkeep
from tests.ui.desk_fakes import FakeStaffDesk
from tests.ui.fakes import FakeAssistant, FakeVotes
from ui.app import Server, build_app
from ui.desks import Desks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request


PASSWORD = "quiet river lamp"


@contextmanager
def served(assistant: FakeAssistant, votes: FakeVotes, desks: Desks | None = None) -> Iterator[str]:
    """The address of a running application."""
    server = Server(build_app(assistant, votes, desks=desks), port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        for _ in range(200):
            if server.started:
                break
            time.sleep(0.05)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def assistant() -> FakeAssistant:
    return FakeAssistant(pause_s=0.15)


@pytest.fixture(scope="session")
def votes() -> FakeVotes:
    return FakeVotes()


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    """Mona keeps the assistant, Sami works with it."""
    made = Accounts(tmp_path_factory.mktemp("accounts") / "accounts.json")
    made.add("mona", Role.MAINTAINER, PASSWORD)
    made.add("sami", Role.STAFF, PASSWORD)
    return made


@pytest.fixture(scope="session")
def staff_desk() -> FakeStaffDesk:
    return FakeStaffDesk()


@pytest.fixture(scope="session")
def desks(
    accounts: Accounts, staff_desk: FakeStaffDesk, tmp_path_factory: pytest.TempPathFactory
) -> Desks:
    """Both desks, the maintainers' over an empty store."""
    settings = Settings(store=tmp_path_factory.mktemp("empty-store"))
    return Desks(accounts, staff_desk, Upkeep(settings, load_profile(settings.profile)))


@pytest.fixture(scope="session")
def address(assistant: FakeAssistant, votes: FakeVotes, desks: Desks) -> Iterator[str]:
    with served(assistant, votes, desks) as url:
        yield url


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as browserless:
        yield browserless


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing = "No Chromium here. Install it to run the browser tests: apt-get install chromium"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield started
        started.close()


class Visit:
    """A person at the page; notes what the browser asked for and complained about."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(45_000)  # a loaded machine is slow, not broken
        self.posts: list[str] = []
        self.page.on("request", self._ask)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._note)
        self.page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        # Gradio sets a base of its own, to the very same address; ours forbids every one
        if said.type == "error" and "base-uri 'none'" not in said.text:
            self.complaints.append(said.text)

    def _ask(self, request: Request) -> None:
        self.requests.append(request.url)
        if request.method == "POST" and "queue/join" in request.url:
            self.posts.append(request.url)

    def _note(self, response: object) -> None:
        status, url = response.status, response.url  # type: ignore[attr-defined]
        if status >= 400:
            self.complaints.append(f"{status} {url}")

    def open(self, query: str = "") -> Visit:
        self.page.goto(f"{self.address}/{query}", wait_until="domcontentloaded")
        self.page.locator("body.ready #box textarea").wait_for()
        return self

    def sign_in(self, room: str, name: str = "mona") -> Visit:
        self.page.goto(f"{self.address}/{room}", wait_until="domcontentloaded")
        self.page.locator("#name").fill(name)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("button.primary").click()
        self.page.locator("body.ready").wait_for()
        return self

    def type(self, question: str) -> None:
        self.page.locator("#box textarea").fill(question)
        self.page.keyboard.press("Enter")

    def ask(self, question: str) -> Visit:
        turns = self.page.locator(".turn").count()
        self.type(question)
        self.page.locator(f"#turn-{turns + 1}:not(.searching)").wait_for()
        self.page.locator("#box textarea:enabled").wait_for()
        return self

    def barriers(self) -> list[str]:
        """What axe finds; the page has it."""
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        result = self.page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
        return [
            f"{v['impact']} {v['id']}: {node['target']}"
            for v in result["violations"]
            for node in v["nodes"]
        ]

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """An English browser at a wide screen."""
    with visiting(browser, address) as visitor:
        yield visitor


@contextmanager
def visiting(
    browser: Browser,
    address: str,
    *,
    locale: str = "en-GB",
    width: int = 1280,
    height: int = 900,
    scheme: str = "light",
) -> Iterator[Visit]:
    context = browser.new_context(
        locale=locale,
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    try:
        yield Visit(context, address)
    finally:
        context.close()
