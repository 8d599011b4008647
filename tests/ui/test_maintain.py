"""The maintainers' desk over a real store: walked through, and attacked."""

from __future__ import annotations

import functools
import http.server
import importlib.resources
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from assistant.accounts import Accounts
from assistant.audit import Entry
from assistant.edits import Edited, Looked
from assistant.jobs import Job, Progress, State
from assistant.maintain import Maintainer
from assistant.profile import BankQuestion, load_profile
from assistant.settings import Settings
from assistant.types import Contact
from assistant.upkeep import PageRow, Releases, Upkeep
from ingest.types import Exclusion
from tests.ui.conftest import PASSWORD, Visit, served, visiting
from tests.ui.desk_fakes import FakeStaffDesk
from tests.ui.fakes import FIXED, HOSTILE, SITE, FakeAssistant, FakeProfile, FakeVotes
from tests.ui.outline import Outline, words
from ui import changes, editor, upkeep
from ui.desks import Desks
from ui.texts import TEXTS
from ui.types import Voice
from ui.words import words_for
from vectorstore.versions import Hold

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SAMPLE = Path(__file__).parents[1] / "data" / "site"
SAID = {tag: words_for(tag)["maintain"] for tag in TEXTS}


def voice(language: str = "en", **fields: object) -> Voice:
    profile = FakeProfile(**fields)  # type: ignore[arg-type]
    return Voice(profile, TEXTS[language], date(2026, 11, 24))


class Quiet(http.server.SimpleHTTPRequestHandler):
    pause_s = 0.0

    def do_GET(self) -> None:
        time.sleep(self.pause_s)
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True)
class House:
    """A served desk over a store of its own, and a small site on loopback to bring in."""

    address: str
    site: str
    folder: Path
    maintainer: Maintainer
    upkeep: Upkeep


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, accounts: Accounts) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("site")
    for part in ("who-we-are", "contact-us", "our-work/direct-assistance"):
        shutil.copytree(SAMPLE / part, folder / part)
    shutil.copy(SAMPLE / "index.html", folder)
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    settings = Settings(store=tmp_path_factory.mktemp("store"), private_hosts=frozenset({host}))
    profile = load_profile(settings.profile)
    maintainer = Maintainer(settings, profile)
    maintainer.fill_with_starter_pages()
    keeper = Upkeep(settings, profile)
    with served(FakeAssistant(), FakeVotes(), Desks(accounts, FakeStaffDesk(), keeper)) as address:
        yield House(address, f"http://{host}", folder, maintainer, keeper)
    server.shutdown()
    server.server_close()


@pytest.fixture
def mona(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.address, trust_env=False) as client:
        client.post("/login", data={"name": "mona", "password": PASSWORD})
        yield client


def test_files_come_in_by_one_door_for_maintainers_only(house: House, mona: httpx.Client) -> None:
    with httpx.Client(base_url=house.address, trust_env=False) as client:
        assert client.post("/maintain/files", content=b"x").status_code == 401
        client.post("/login", data={"name": "sami", "password": PASSWORD})
        assert client.post("/maintain/files", content=b"x").status_code == 403
    named = {"X-File-Name": "..%2F..%2Fnote.md"}

    kept = mona.post("/maintain/files", content=b"Nine o'clock.", headers=named)

    assert kept.status_code == 200
    assert kept.json() == {"id": kept.json()["id"], "name": "note.md", "size": 13}
    wrong = mona.post("/maintain/files", content=b"MZ", headers={"X-File-Name": "a.pdf"})
    assert wrong.json() == {"error": "a.pdf is not what its ending says."}
    large = mona.post("/maintain/files", content=b"x" * (20 * 1024 * 1024 + 1), headers=named)
    assert large.status_code == 413
    other = {"Origin": "https://evil.example", **named}
    assert mona.post("/maintain/files", content=b"x", headers=other).status_code == 403


READ_ATTEMPTS = (
    *("/maintain/files", "/maintain/files/", "/uploads", "/store/accounts.json"),
    *("/accounts.json", "/audit.jsonl", "/catalogue.sqlite", "/.env", "/votes.sqlite"),
    *(
        f"{page}/{route}{path}"
        for page in ("", "/staff/en", "/maintain/ar")
        for route in ("file=", "gradio_api/file=", "gradio_api/file/", "static/", "assets/")
        for path in ("/etc/passwd", "../../../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd")
    ),
    "/maintain/en/gradio_api/file=C:%5Cwindows%5Cwin.ini",
    "/maintain/en/gradio_api/file=%5C%5Chost%5Cshare",
    "/maintain/en/gradio_api/stream/x/x/x",
    "/maintain/en/gradio_api/proxy=http://127.0.0.1:9/",
)


@pytest.mark.parametrize("path", READ_ATTEMPTS)
def test_no_file_of_the_machine_is_read_not_even_by_a_maintainer(
    mona: httpx.Client, path: str
) -> None:
    reply = mona.get(path)

    assert reply.status_code in (403, 404)
    assert "root:" not in reply.text


@pytest.mark.parametrize(
    "path",
    [
        "/maintain/en/gradio_api/upload",
        "/maintain/en/gradio_api/component_server",
        "/maintain/en/gradio_api/call/work",
        "/maintain/en/login",
    ],
)
def test_gradios_own_ways_in_are_closed(mona: httpx.Client, path: str) -> None:
    assert mona.post(path, content=b"x" * 100).status_code == 404


@pytest.mark.parametrize(
    "time", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 6))]
)
def test_a_file_is_published_in_two_steps_and_gone_back_from(
    house: House, tmp_path: Path, time: int
) -> None:
    settings = Settings(store=tmp_path / "store")
    profile = load_profile(settings.profile)
    Maintainer(settings, profile).fill_with_starter_pages()
    desk = Upkeep(settings, profile)

    def ended() -> Job:
        while (current := desk.job()) is None or current.state is State.RUNNING:
            threading.Event().wait(0.1)
        assert current.state is State.DONE, current.error
        return current

    desk.save_bank("mona", [BankQuestion("When does the office open?", "en")])
    first = desk.upload("mona", "first.md", b"# First\n\nThe office is in Cairo.")
    desk.preview("mona", [], [first.id], crawl=False, prune=False)
    ended()
    desk.bring_in("mona")
    ended()
    before = desk.rows()
    note = f"# Hours {time}\n\nThe line is 02 5550 0{time}99. The office opens at nine."
    upload = desk.upload("mona", f"../{time}.md", note.encode())
    desk.preview("mona", [], [upload.id], crawl=False, prune=False)
    looked = ended().result
    assert looked is not None
    assert desk.rows() == before
    shown = changes.job(desk.job(), voice(), SAID["en"])
    assert f'<bdi dir="ltr">02 5550 0{time}99</bdi></mark>' in shown

    desk.bring_in("mona")
    ended()
    assert len(desk.rows()) == len(before) + 1
    desk.roll_back("mona", 2)
    ended()
    assert desk.rows() == before
    lines = desk.audited(7)
    assert [(line.who, line.what) for line in reversed(lines)] == [
        ("mona", "upload"),
        *[("mona", "ingest")] * 4,
        *[("mona", "roll_back")] * 2,
    ]
    assert lines[-1].about["sha256"] == upload.digest


def job(state: State = State.RUNNING, **fields: object) -> Job:
    asked = {"do": "ingest", "sources": [f"{SITE}/"]}
    began = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    return Job(asked, "mona", began, state, **fields)  # type: ignore[arg-type]


def test_progress_says_how_far_how_fast_and_how_long_still() -> None:
    progress = Progress("embedding", 340, 1_200, "", 42.5, 20.2)

    markup = changes.job(job(progress=progress), voice(), SAID["en"])

    assert 'value="340" max="1200"' in markup
    assert "340 / 1,200 · 42.5 per second · about 20 s left" in words(markup)
    assert Outline(markup).all("button")[0]["data-act"] == "cancel"


def result(**fields: object) -> dict[str, object]:
    nothing = dict.fromkeys(("added", "updated", "unchanged", "removed"), 0)
    return {**nothing, "skipped": [], "failed": [], "dry_run": True, "changes": {}, **fields}


IMPACT = {
    "before": 1,
    "after": 2,
    "pages": 9,
    "vanished": [f"{SITE}/gone"],
    "asked": 50,
    "answers": [
        {
            "question": "When?",
            "language": "en",
            "before": "At nine. [1]",
            "after": "At ten. [1]",
            "status_before": "answered",
            "status_after": "answered",
            "counts": True,
        }
    ],
    "citations": [
        {"question": "When?", "url": f"{SITE}/a", "quote": "At nine.", "page_is_gone": False}
    ],
    "contacts": [
        {"url": f"{SITE}/a", "kind": "phone", "value": "02 5550 0100", "alarming": True, "pages": 1}
    ],
}


def test_a_preview_shows_contacts_answers_and_pages_that_change_and_leads_on() -> None:
    hold = {"version": None, "since": "", "reasons": ["A names a new phone."], "rolled_back": False}
    said = result(added=2, changes={"added": [f"{SITE}/a", f"{SITE}/b"]}, impact=IMPACT, held=hold)

    said["waiting"] = [{"url": f"{SITE}/agent", "contacts": ["+44 7700 900999"]}]
    markup = changes.job(job(State.DONE, result=said), voice(), SAID["en"])
    read = words(markup)

    assert "by themselves until a person trusts what they name /agent" in read.replace(SITE, "")
    assert '<mark class="differs"><bdi dir="ltr">+44 7700 900999</bdi></mark>' in markup

    assert "A person would have to look before this is published: A names a new phone." in read
    assert '<mark class="differs"><bdi dir="ltr">02 5550 0100</bdi></mark>' in markup
    assert "Answers to the question bank that change: 1 of 50" in read
    assert "Before At nine. [1] After At ten. [1]" in read
    assert "Pages that vanish (1)" in read
    assert [b["data-act"] for b in Outline(markup).all("button")] == ["bring_in"]
    done = changes.job(job(State.DONE, result={**said, "dry_run": False}), voice(), SAID["en"])
    assert "bring_in" not in done


def test_contacts_say_when_they_have_to_be_looked_at() -> None:
    def contact(day: date) -> Contact:
        return Contact({"en": "A line"}, "phone", "16000", "somewhere", day)

    days = [date(2026, 9, 25), date(2026, 9, 24), date(2026, 7, 27), date(2026, 7, 26)]
    speaker = voice(contacts=tuple(map(contact, days)))

    markup = upkeep.contacts(speaker.profile, speaker, SAID["en"])

    assert re.findall(r"(fine|due|overdue) \((\d+) days\)", markup) == [
        ("fine", "60"),
        ("due", "61"),
        ("due", "120"),
        ("overdue", "121"),
    ]
    assert FIXED["ar"]["referral"] in markup


@pytest.mark.parametrize("language", TEXTS)
def test_nothing_hostile_becomes_markup(language: str) -> None:
    said, moment = SAID[language], datetime(2026, 11, 24, tzinfo=UTC)
    contact = Contact({"en": HOSTILE}, "phone", HOSTILE, HOSTILE, date(2026, 1, 1))
    fixed = {**FIXED["en"], "referral": HOSTILE, HOSTILE: HOSTILE}
    speaker = voice(language, contacts=(contact,), fixed={"en": fixed, "ar": fixed})
    hostile = {
        **IMPACT,
        "vanished": [HOSTILE],
        "answers": [
            {**IMPACT["answers"][0], **dict.fromkeys(("question", "before", "after"), HOSTILE)}
        ],  # type: ignore[index]
        "citations": [
            {"question": HOSTILE, "url": HOSTILE, "quote": HOSTILE, "page_is_gone": False}
        ],
        "contacts": [{"url": HOSTILE, "kind": HOSTILE, "value": HOSTILE, "alarming": True}],
    }
    run = result(
        changes={"added": [HOSTILE]},
        skipped=[{"url": HOSTILE, "reason": HOSTILE}],
        failed=[{"url": HOSTILE, "error": HOSTILE}],
        held={"reasons": [HOSTILE]},
        impact=hostile,
    )
    releases = Releases(1, (), Hold(2, moment, (HOSTILE,)), run, {HOSTILE: (HOSTILE,)})
    edited = Edited(changed={HOSTILE: Looked(HOSTILE, date(2026, 1, 1))})
    rows = [
        PageRow(HOSTILE, HOSTILE, HOSTILE, state=s, reason=HOSTILE) for s in ("published", "failed")
    ]
    markup = (
        changes.job(job(State.DONE, result=run), speaker, said)
        + changes.job(job(State.FAILED, error=HOSTILE), speaker, said)
        + changes.job(job(progress=Progress("reading", 1, 2, HOSTILE)), speaker, said)
        + changes.releases(releases, [Exclusion(HOSTILE, HOSTILE, HOSTILE, moment)], speaker, said)
        + upkeep.pages(rows, 0, speaker, said)
        + upkeep.contacts(speaker.profile, speaker, said)
        + editor.sentences_form(speaker.profile, edited, speaker, said)
        + upkeep.audit([Entry(moment, HOSTILE, HOSTILE, {HOSTILE: [HOSTILE]})], speaker, said)
    )
    outline = Outline(markup)

    for tag, attributes in outline.tags:
        assert tag not in ("script", "img", "svg", "iframe")
        assert not any(name.startswith("on") for name in attributes)
    assert all((a["href"] or "").startswith("tel:") for a in outline.all("a"))
    assert "\u202e" not in markup


@pytest.mark.browser
def test_a_site_is_brought_in_looked_at_published_and_gone_back_from(
    browser: Browser, house: House
) -> None:
    said = SAID["en"]
    axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"
    with visiting(browser, house.address) as visit:
        page = visit.page
        barriers: list[str] = []

        def look() -> None:
            page.evaluate(axe.read_text(encoding="utf-8"))
            barriers.extend(visit.barriers())
            assert visit.overflow() <= 0

        def ended() -> None:
            page.locator(".job.done, .job.failed").wait_for(timeout=180_000)
            assert page.locator(".job.failed").count() == 0, page.locator("#job").inner_text()

        visit.sign_in("maintain")
        page.get_by_label(said["sources"]).fill(f"{house.site}/")
        page.get_by_label(said["crawl"]).check()
        page.locator("#files").set_input_files(
            [{"name": "note.md", "mimeType": "text/markdown", "buffer": b"# Note\n\nAt nine."}]
        )
        page.locator("[data-files] input").wait_for(state="attached")
        look()
        page.get_by_role("button", name=said["preview"]).click()
        page.locator(".job.running progress").wait_for()
        assert page.locator(".job.running button").inner_text() == said["cancel"]
        ended()
        assert said["only_preview"] in page.locator("#job").inner_text()
        assert house.upkeep.releases().current == 1
        look()
        page.get_by_role("button", name=said["bring_in"]).click()
        page.locator(".job.running").wait_for()
        ended()
        assert house.upkeep.releases().current == 2

        page.locator("#tab-release").click()
        page.get_by_role("button", name=said["roll_back"]).click()
        look()
        page.locator("dialog[open] .danger-button").click()
        page.locator(".job.roll_back").wait_for()
        ended()
        assert house.upkeep.releases().current == 1
        page.locator(".warning").wait_for()
        page.get_by_role("button", name=said["publish"], exact=True).click()
        page.locator("dialog[open] .danger-button").click()
        page.locator(".job.publish").wait_for()
        ended()
        assert house.upkeep.releases().current == 2

        page.locator("#tab-pages").click()
        page.get_by_label(said["with_words"]).fill("contact")
        page.keyboard.press("Enter")
        page.locator("#pages tr", has_text="/our-work/").first.wait_for(state="detached")
        page.get_by_role("button", name=said["view"]).first.click()
        page.locator("#stored .context").wait_for()
        look()
        page.get_by_role("button", name=said["exclude"]).first.click()
        page.locator("dialog[open] [name=reason]").fill("It is out of date.")
        page.locator("dialog[open] .danger-button").click()
        page.locator(".job.exclude").wait_for()
        ended()
        [exclusion] = house.upkeep.exclusions()
        assert (exclusion.reason, exclusion.who) == ("It is out of date.", "mona")

        page.locator("#tab-audit").click()
        page.locator("#audit tr", has_text="It is out of date.").first.wait_for()
        look()
        assert barriers == []
        assert [
            u for u in visit.requests if not u.startswith((house.address, "blob:", "data:"))
        ] == []
        assert visit.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("language", TEXTS)
def test_a_line_and_a_sentence_are_changed_after_a_look_and_bad_ones_are_not(
    browser: Browser, house: House, language: str
) -> None:
    said, locale = SAID[language], {"en": "en-GB", "ar": "ar-EG"}[language]
    before = house.upkeep.profile
    number = {"en": "0800 555 0101", "ar": "0800 555 0102"}[language]
    with visiting(browser, house.address, locale=locale, width=390, scheme="dark") as visit:
        page = visit.sign_in("maintain").page
        page.locator("#tab-texts").click()
        page.locator("#contacts details.line summary").first.click()
        page.locator("#c0-value").fill("call us")
        page.locator("#contacts button.primary").click()
        page.locator("#contacts-draft .trouble").wait_for()
        assert house.upkeep.profile == before

        page.locator("#c0-value").fill(number)
        page.locator("#contacts button.primary").click()
        page.locator("#contacts-draft .draft").wait_for()
        assert number in page.locator("#contacts-draft .preview").first.inner_text()
        assert house.upkeep.profile == before
        axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"
        page.evaluate(axe.read_text(encoding="utf-8"))
        found = visit.barriers()
        page.get_by_role("button", name=said["save_draft"]).click()
        page.locator("#contacts-draft .yes").wait_for()
        assert house.upkeep.profile.contacts[0].value == number
        assert number in page.locator("#contacts table").inner_text()

        page.locator("#sentences details.line summary").click()
        sentence = page.locator(f"[name=s-{language}-not_found]")
        changed = f"{sentence.input_value()} {'Sorry.' if language == 'en' else 'عذراً.'}"
        sentence.fill(changed)
        page.locator("#sentences button.primary").click()
        page.locator("#sentences-draft .draft").wait_for()
        found += visit.barriers()
        page.get_by_role("button", name=said["save_draft"]).click()
        page.locator("#sentences-draft .yes").wait_for()
        assert house.upkeep.profile.texts(language)["not_found"] == changed
        assert (found, visit.overflow() <= 0) == ([], True)
        lines = [entry.what for entry in house.upkeep.audited(2)]
        assert lines == ["sentences", "contacts"]


@pytest.mark.browser
def test_the_desk_in_arabic_on_a_phone_at_night(browser: Browser, house: House) -> None:
    said = SAID["ar"]
    axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"
    with visiting(browser, house.address, locale="ar-EG", width=320, scheme="dark") as visit:
        page = visit.sign_in("maintain").page
        page.evaluate(axe.read_text(encoding="utf-8"))
        found: list[str] = []
        for tab in ("add", "release", "pages", "texts", "bank", "audit", "switch"):
            page.locator(f"#tab-{tab}").click()
            page.wait_for_timeout(150)
            found += visit.barriers()
            assert visit.overflow() <= 0, tab
        page.get_by_role("button", name=said["switch_off"]).click()
        page.locator("#power .warning").wait_for()
        off = house.upkeep.switched_off()
        assert off is not None
        assert set(off.message) == {"en", "ar"}
        found += visit.barriers()
        page.get_by_role("button", name=said["switch_on"]).click()
        page.locator("#power form").wait_for()

        assert house.upkeep.switched_off() is None
        assert found == []
        inside = (house.address, "blob:", "data:")
        assert [url for url in visit.requests if not url.startswith(inside)] == []
        assert page.locator("html").get_attribute("dir") == "rtl"


def _planted(house: House, name: str, number: str) -> str:
    """A page of the site that sends its readers to a stranger, brought in: it waits."""
    (house.folder / name).mkdir()
    (house.folder / name / "index.html").write_text(
        f"<html lang=en><title>Agent {name}</title><body><main><h1>Agent {name}</h1>"
        f"<p>Our agent on {number} speeds things up for everybody who pays.</p></main></html>"
    )
    house.maintainer.ingest([f"{house.site}/{name}/"])
    assert list(house.upkeep.releases().waiting) == [f"{house.site}/{name}/"]
    return f"{house.site}/{name}/"


def _axe(visit: Visit) -> None:
    axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"
    visit.page.evaluate(axe.read_text(encoding="utf-8"))


@pytest.mark.browser
@pytest.mark.parametrize(("language", "does"), [("en", "vouch"), ("ar", "refuse")])
def test_a_page_with_a_strangers_number_waits_until_a_person_decides(
    browser: Browser, house: House, language: str, does: str
) -> None:
    said, locale = SAID[language], {"en": "en-GB", "ar": "ar-EG"}[language]
    number = {"en": "+44 7700 900999", "ar": "+44 7700 900888"}[language]
    url = _planted(house, f"agent-{language}", number)
    with visiting(browser, house.address, locale=locale, width=390) as visit:
        page = visit.sign_in("maintain").page
        page.locator("#tab-release").click()
        row = page.locator("#release tr", has_text=number)
        row.wait_for()
        _axe(visit)
        found = visit.barriers()
        assert row.locator("a.out").get_attribute("href") == url

        if does == "vouch":
            row.get_by_role("button", name=said["trust"]).click()
            assert page.locator("dialog[open]").inner_text().startswith(said["trust_sure"])
            assert page.locator("dialog[open] mark bdi").inner_text() == number
            found += visit.barriers()
            page.locator("dialog[open] .danger-button").click()
            page.locator(".job.trust.done").wait_for()
            assert said["were_let_in"].format(count=1) in page.locator("#job").inner_text()
        else:
            row.get_by_role("button", name=said["keep_out"]).click()
            found += visit.barriers()
            page.locator("dialog[open] [name=reason]").fill("رقم شخص مجهول")
            page.locator("dialog[open] .danger-button").click()
            page.locator(".job.exclude.done").wait_for()
        page.locator("#release .warning").wait_for(state="detached")

        assert (found, visit.overflow() <= 0, visit.complaints) == ([], True, [])
    assert house.upkeep.releases().waiting == {}
    house.maintainer.ingest([url])
    published = {row.url for row in house.upkeep.rows() if row.state == "published"}
    assert (url in published) is (does == "vouch")
    assert house.upkeep.releases().waiting == {}


@pytest.mark.browser
def test_work_is_cancelled_a_file_dropped_and_a_page_fetched_again(
    browser: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = SAID["en"]
    before = house.upkeep.releases().current
    with visiting(browser, house.address) as visit:
        page = visit.sign_in("maintain").page
        monkeypatch.setattr(Quiet, "pause_s", 3.0)
        page.get_by_label(said["sources"]).fill(f"{house.site}/")
        page.get_by_label(said["crawl"]).check()
        page.get_by_role("button", name=said["preview"]).click()
        page.get_by_role("button", name=said["cancel"]).click()
        page.locator(".job.cancelled").wait_for()
        assert said["job_cancelled"] in page.locator("#job").inner_text()
        assert house.upkeep.releases().current == before
        monkeypatch.setattr(Quiet, "pause_s", 0.0)

        page.get_by_label(said["sources"]).fill("")
        page.get_by_label(said["crawl"]).uncheck()
        files = page.evaluate_handle(
            """() => {
                const held = new DataTransfer();
                held.items.add(new File(["# Dropped\\n\\nAt ten."], "dropped.md"));
                held.items.add(new File(["MZ"], "program.exe"));
                return held;
            }"""
        )
        page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": files})
        assert page.locator("[data-drop].over").count() == 1
        page.dispatch_event("[data-drop]", "drop", {"dataTransfer": files})
        page.locator("[data-files] input").wait_for(state="attached")
        page.locator("[data-files] .trouble").wait_for()
        assert "program.exe" in page.locator("[data-files] .trouble").inner_text()
        page.get_by_role("button", name=said["preview"]).click()
        page.locator(".job.done").wait_for()
        assert page.locator("#job").get_by_role("button", name=said["bring_in"]).count() == 1

        page.locator("#tab-pages").click()
        page.locator('[data-act="fetch_again"]').first.click()
        page.locator(".job.running").wait_for()
        page.locator(".job.done").wait_for()
        entries = house.upkeep.audited(8)
        assert {(entry.what, entry.about.get("state")) for entry in entries} >= {
            ("cancel", None),
            ("ingest", "cancelled"),
            ("ingest", "done"),
            ("upload", None),
        }


@pytest.mark.browser
def test_times_and_questions_are_saved_and_what_is_wrong_is_told_beside_what_was_typed(
    browser: Browser, house: House
) -> None:
    language, said = "ar", SAID["ar"]
    with visiting(browser, house.address, locale="ar-EG") as visit:
        page = visit.sign_in("maintain").page
        page.locator("#refreshes").fill("https://example.org/ soon")
        page.locator("#schedule button").click()
        page.locator("#schedule-said .trouble").wait_for()
        assert page.locator("#refreshes").input_value() == "https://example.org/ soon"
        page.locator("#refreshes").fill("https://example.org/ 7")
        page.locator("#schedule button").click()
        page.locator("#schedule-said .yes").wait_for()
        assert said["every"].format(days=7) in page.locator("#schedule li").inner_text()
        assert [(r.source, r.days) for r in house.upkeep.refreshes()] == [
            ("https://example.org/", 7)
        ]
        page.locator("#refreshes").fill("")
        page.locator("#schedule button").click()
        page.locator("#schedule li").wait_for(state="detached")

        page.locator("#tab-bank").click()
        page.locator(f"#bank-{language}").fill("متى يفتح المكتب؟\n\nWhere is it?")
        page.locator("#bank button").click()
        page.locator("#bank-said .yes").wait_for()
        assert [q.question for q in house.upkeep.bank() if q.language == language] == [
            "متى يفتح المكتب؟",
            "Where is it?",
        ]

        page.locator("#tab-switch").click()
        page.locator(f"#power [name=message-{language}]").fill("   ")
        page.locator("#power button").click()
        page.locator("#power-said .trouble").wait_for()
        assert house.upkeep.switched_off() is None
        assert visit.overflow() <= 0
        assert visit.complaints == []
