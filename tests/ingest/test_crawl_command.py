"""The command that crawls, on the sample site, with the packaged encoder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main
from ingest.catalogue import Catalogue
from tests.ingest.web import Answer, Web, moved, serve

SITE = Path(__file__).parent.parent / "data" / "site"
HOST = b"https://egypt-iom.example"
KINDS = {".xml": "application/xml", ".pdf": "application/pdf", ".txt": "text/plain"}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The sample site, at the address of the server; `overlay` lays other pages over it."""
    with serve({}) as running:
        overlay = {"/direct-assistance": moved("/our-work/direct-assistance")}

        def site(path: str) -> Answer | None:
            if path in overlay:
                return overlay[path]
            file = SITE / path.strip("/")
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file():
                return None
            body = file.read_bytes()
            if file.suffix != ".pdf":
                body = body.replace(HOST, running.home[:-1].encode())
            return Answer(body, kind=KINDS.get(file.suffix, "text/html; charset=utf-8"))

        running.site = site
        running.overlay = overlay  # type: ignore[attr-defined]
        monkeypatch.setenv("ASSISTANT_PRIVATE_HOSTS", running.host)
        yield running


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = main([*map(str, arguments), "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else None


def embedded(store: Path) -> set[str]:
    catalogue = Catalogue.open(store / "catalogue.sqlite")
    digests = {row[0] for row in catalogue._rows("SELECT digest FROM vectors")}
    catalogue.close()
    return digests


def test_a_site_comes_in_and_its_refresh_embeds_only_the_sentences_that_changed(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"

    code, first = run(capsys, "ingest", web.home, "--crawl", "--store", store)

    assert (code, first["failed"]) == (0, [])
    reasons = {
        skipped["url"].removeprefix(web.home): skipped["reason"] for skipped in first["skipped"]
    }
    assert "robots.txt" in reasons["admin/reports"]
    assert "the same page as" in reasons["node/2181"]
    assert "nearly empty" in reasons["gallery/community-day-2016"]
    _, listed = run(capsys, "pages", "--store", store)
    paths = {page["url"].removeprefix(web.home) for page in listed["pages"]}
    assert "documents/avrr-guide-ar.pdf" in paths
    assert not any("admin" in path or "node" in path for path in paths)

    before = embedded(store)
    body = web.site("/contact-us").body  # type: ignore[union-attr]
    assert body.count(b"</main>") == 1
    added = b"<p>The reception desk moved to the second floor.</p></div>\n</article>"
    changed = body.replace(b"</div>\n</article>", added, 1)
    assert changed != body
    web.overlay["/contact-us"] = Answer(changed)  # type: ignore[attr-defined]
    web.overlay["/terms-of-use"] = Answer(status=410)  # type: ignore[attr-defined]
    web.log.clear()

    code, second = run(capsys, "ingest", f"{web.home}sitemap.xml", "--store", store)

    assert code == 0
    assert second["changes"] == {
        "added": [],
        "updated": [f"{web.home}contact-us"],
        "removed": [f"{web.home}terms-of-use"],
    }
    assert len(embedded(store) - before) == 1
    not_304 = [path for path, status in web.log if status != 304]
    moved_away = "/direct-assistance"
    assert sorted(not_304) == ["/contact-us", moved_away, "/robots.txt", "/terms-of-use"]


def test_a_site_that_is_down_is_told_by_the_exit_code(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("ingest.polite.Pace.back_off", lambda *_: None)
    web.site = lambda _: Answer(status=503)

    assert main(["ingest", web.home, "--crawl", "--store", str(tmp_path / "store")]) == 7
    assert "robots.txt" in capsys.readouterr().err


def test_a_site_on_a_private_address_is_refused(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSISTANT_PRIVATE_HOSTS")

    assert main(["ingest", web.home, "--crawl", "--store", str(tmp_path / "store")]) == 6
    assert web.log == []
