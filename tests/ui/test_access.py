"""The doors of the desks, as a browser and as an attacker meet them."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient
from starlette.types import Scope

from assistant.accounts import Accounts, Role
from tests.ui.conftest import PASSWORD
from tests.ui.fakes import FakeAssistant, FakeVotes
from tests.ui.outline import words
from ui.access import Access
from ui.app import build_app
from ui.desks import Desks

COOKIE = "assistant-session"


def sign_in(client: httpx.Client, name: str = "mona", **fields: str) -> httpx.Response:
    return client.post("/login", data={"name": name, "password": PASSWORD, **fields})


class Elsewhere:
    """Every request comes from an address of its own, over https if it says so."""

    address = "192.0.2.1"

    def network(self, scope: Scope) -> str:
        return self.address

    def is_secure(self, scope: Scope) -> bool:
        return (b"x-secure", b"1") in scope["headers"]


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def door(accounts: Accounts, elsewhere: Elsewhere) -> Iterator[TestClient]:
    """The doors alone, with nothing behind them but a word."""
    app = FastAPI()
    access = Access(accounts, elsewhere)
    access.guard(app)
    access.put_on(app)

    async def inside() -> PlainTextResponse:
        return PlainTextResponse("inside")

    for path in ("/staff", "/staff/en/", "/maintain", "/staff/en/gradio_api/queue/join"):
        app.add_api_route(path, inside, methods=["GET", "POST"])
    with TestClient(app, follow_redirects=False) as client:
        yield client


def test_whoever_is_not_signed_in_is_led_to_the_door_and_back(client: httpx.Client) -> None:
    first = client.get("/staff/ar/")
    assert (first.status_code, first.headers["location"]) == (303, "/login?next=%2Fstaff%2Far%2F")

    entered = sign_in(client, next="/staff/ar/")
    assert (entered.status_code, entered.headers["location"]) == (303, "/staff/ar/")
    assert client.get("/staff/ar/").status_code == 200

    client.post("/logout")
    assert client.get("/staff/ar/").status_code == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/staff",
        "/\\evil.example",
        "/staff/../../evil",
        "/staff//evil.example",
        "/staff%0d%0aSet-Cookie:x=1",
        "/staff\r\nSet-Cookie: x=1",
        "javascript:alert(1)",
        "/staff@evil.example",
        "staff",
        "",
    ],
)
def test_one_is_never_sent_anywhere_else(door: TestClient, wanted: str) -> None:
    entered = sign_in(door, next=wanted)

    assert (entered.status_code, entered.headers["location"]) == (303, "/staff")
    assert "x" not in entered.cookies
    assert "evil" not in door.get("/login", params={"next": wanted}).text


def test_a_host_header_of_ones_own_leads_nowhere(client: httpx.Client) -> None:
    for path in ("/staff", "/staff/", "/staff/en", "/maintain"):
        moved = client.get(path, headers={"Host": "evil.example"})
        assert moved.headers.get("location", "").startswith("/")
        assert "evil" not in str(moved.headers)


def test_the_cookie_is_for_nobody_but_us(door: TestClient) -> None:
    plain = sign_in(door).headers["set-cookie"]
    secure = door.post(
        "/login", data={"name": "mona", "password": PASSWORD}, headers={"X-Secure": "1"}
    ).headers["set-cookie"]

    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict", plain)
    assert re.fullmatch(
        rf"__Host-{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict; Secure", secure
    )


def test_a_session_that_was_there_before_signing_in_is_worth_nothing_after(
    door: TestClient,
) -> None:
    planted = "x" * 43
    door.cookies.set(COOKIE, planted)
    assert door.get("/staff").status_code == 303
    assert sign_in(door).cookies[COOKIE] != planted
    door.cookies.clear()
    sign_in(door)
    first = door.cookies[COOKIE]
    sign_in(door)

    assert planted != first != door.cookies[COOKIE]
    door.cookies.clear()
    door.cookies.set(COOKIE, first)
    assert door.get("/staff").status_code == 303


def test_signing_out_ends_the_session_not_only_the_cookie(door: TestClient) -> None:
    sign_in(door)
    token = door.cookies[COOKIE]

    door.post("/logout")
    door.cookies.set(COOKIE, token)

    assert door.get("/staff").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/staff/en/gradio_api/queue/join"])
def test_no_other_site_acts_for_whoever_is_signed_in(
    door: TestClient, path: str, headers: dict[str, str]
) -> None:
    sign_in(door)
    token = door.cookies[COOKIE]

    refused = door.post(path, data={"name": "mona", "password": PASSWORD}, headers=headers)

    assert refused.status_code == 403
    assert door.cookies[COOKIE] == token
    assert door.get("/staff").status_code == 200


def test_staff_do_not_enter_the_maintainers_desk(door: TestClient) -> None:
    entered = sign_in(door, "sami", next="/maintain")

    assert entered.headers["location"] == "/staff"
    refused = door.get("/maintain")
    assert refused.status_code == 403
    assert "This desk is for maintainers" in words(refused.text)
    assert door.get("/staff").text == "inside"


def test_a_wrong_name_and_a_wrong_password_are_told_the_same(door: TestClient) -> None:
    pages = [
        door.post("/login", data={"name": "mona", "password": "not the password"}),
        door.post("/login", data={"name": "nobody", "password": "not the password"}),
    ]

    assert [page.status_code for page in pages] == [401, 401]
    first, second = (page.text.partition("<main>")[2] for page in pages)
    assert first == second.replace("nobody", "mona")
    assert "Name or password is not right." in words(pages[0].text)


def test_an_unknown_name_takes_as_long_as_a_known_one(accounts: Accounts) -> None:
    spent: dict[str, list[float]] = {"mona": [], "nobody": []}
    for _ in range(5):
        for name, times in spent.items():
            started = time.process_time()
            assert accounts.verify(name, "not the password") is None
            times.append(time.process_time() - started)

    known, unknown = (statistics.median(times) for times in spent.values())
    assert abs(known - unknown) < 0.25 * known


@pytest.mark.slow
def test_an_unknown_name_takes_as_long_as_a_known_one_in_two_hundred(accounts: Accounts) -> None:
    spent: dict[str, list[float]] = {"mona": [], "nobody": []}
    for _ in range(200):
        for name, times in spent.items():
            started = time.thread_time()
            assert accounts.verify(name, "not the password") is None
            times.append(time.thread_time() - started)

    known, unknown = (statistics.median(times) for times in spent.values())
    print(f"\nmedians of 200: {1000 * known:.2f} ms known, {1000 * unknown:.2f} ms unknown")
    assert abs(known - unknown) <= 0.010


def test_guessing_stops_after_ten_attempts_at_an_account(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    accounts = Accounts(tmp_path / "accounts.json")
    accounts.add("mona", Role.MAINTAINER, PASSWORD)
    accounts.verify = lambda name, password: None  # type: ignore[method-assign]
    app = FastAPI()
    access = Access(accounts, elsewhere)
    access.guard(app)
    access.put_on(app)
    client = TestClient(app, follow_redirects=False)
    codes: list[int] = []
    for guess in range(1_000):
        elsewhere.address = f"192.0.2.{guess % 10}"
        page = client.post("/login", data={"name": "MONA", "password": f"guess {guess}"})
        codes.append(page.status_code)

    assert codes == [401] * 10 + [429] * 990
    assert 0 < int(page.headers["retry-after"]) <= 1_000
    assert "Too many attempts" in words(page.text)
    del accounts.verify  # type: ignore[method-assign]
    assert sign_in(client).status_code == 429
    accounts.set_password("mona", "another good phrase")
    recovered = client.post("/login", data={"name": "mona", "password": "another good phrase"})
    assert recovered.status_code == 303


def test_guessing_at_many_names_stops_after_thirty_attempts(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    accounts = Accounts(tmp_path / "accounts.json")
    accounts.verify = lambda name, password: None  # type: ignore[method-assign]
    app = FastAPI()
    access = Access(accounts, elsewhere)
    access.guard(app)
    access.put_on(app)
    client = TestClient(app)

    codes = [
        client.post("/login", data={"name": f"n{guess}", "password": "x"}).status_code
        for guess in range(60)
    ]

    assert codes == [401] * 30 + [429] * 30


def test_the_door_says_how_the_first_account_is_made(tmp_path: Path) -> None:
    app = FastAPI()
    Access(Accounts(tmp_path / "accounts.json")).put_on(app)

    page = TestClient(app).get("/login", headers={"Accept-Language": "ar"})

    assert "assistant user add NAME --role maintainer" in page.text
    assert '<html lang="ar" dir="rtl">' in page.text


def test_what_is_typed_at_the_door_stays_text(door: TestClient) -> None:
    hostile = '"><script>alert(1)</script>\u202e'

    page = door.post("/login", data={"name": hostile, "password": "x", "next": hostile})

    assert "<script>" not in page.text
    assert "\u202e" not in page.text


# What each may reach: nobody, staff, maintainers. All else is not there for anyone.
PUBLIC = {
    *("/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt"),
    *("/assets/{path}", "/static/{path}", "/svelte/{path}", "/login", "/logout", "/plain"),
    *("/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/run/predict"),
    *("/gradio_api/heartbeat/{name}", "/gradio_api/startup-events", "/gradio_api/app_id"),
    *("/gradio_api/theme.css", "/gradio_api/cancel", "/gradio_api/reset"),
}


def routes_of(routes: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from routes_of(list(route.routes or []), prefix + route.path)
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from routes_of(list(included.routes), prefix)
        elif isinstance(route, Route):
            for method in route.methods or {"GET"}:
                yield method, prefix + route.path


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x1", path)


@pytest.fixture(scope="module")
def whole(desks: Desks) -> Iterator[tuple[FastAPI, TestClient]]:
    app = build_app(FakeAssistant(), FakeVotes(), desks=desks)
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield app, client


def test_every_route_there_is_is_on_the_list_or_denied(
    whole: tuple[FastAPI, TestClient],
) -> None:
    app, client = whole
    everything = sorted(set(routes_of(list(app.router.routes))))
    assert {path for _, path in everything} >= {  # Gradio's, at each of the pages
        f"{page}/gradio_api/upload"
        for page in ("", "/staff/en", "/staff/ar", "/maintain/en", "/maintain/ar")
    }
    open_to_all = {filled(path.replace("{path}", "x1")) for path in PUBLIC}
    for who in ("anyone", "sami", "mona"):
        client.cookies.clear()
        if who != "anyone":
            assert sign_in(client, who).status_code == 303
        for method, path in everything:
            if method in ("HEAD", "OPTIONS") or path == "/logout" or "heartbeat" in path:
                continue
            if path.endswith("/queue/data"):
                continue  # a stream without end
            # an event that names no session is refused before anything else, whoever sends it
            event = {"session_hash": "x1"} if path.endswith("/queue/join") else None
            empty = {} if event else {"Content-Length": "0"}
            reply = client.request(method, filled(path), json=event, headers=empty)
            inner = re.sub(r"^/(?:staff|maintain)/(?:en|ar)(?=/)", "", filled(path))
            desk = re.match(r"/(staff|maintain)(?:/|$)", path)
            where = (who, method, path, reply.status_code)
            assert "default-src 'self'" in reply.headers["content-security-policy"], where
            assert reply.headers["referrer-policy"] == "no-referrer", where
            assert reply.headers["x-content-type-options"] == "nosniff", where
            if desk and who == "anyone":
                assert reply.status_code in (303, 401, 404), where
            elif desk and desk.group(1) == "maintain" and who == "sami":
                assert reply.status_code in (403, 404), where
            elif desk is None or inner != filled(path):
                listed = inner.rstrip("/") in open_to_all or inner == "/"
                assert listed or reply.status_code == 404, where
