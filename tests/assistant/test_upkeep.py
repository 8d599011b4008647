"""What maintainers do from their desk: jobs, the record, the schedule, the question bank."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.bank import read_bank
from assistant.errors import InputError
from assistant.jobs import Job, Jobs, State
from assistant.profile import BankQuestion, Profile, load_profile
from assistant.schedule import Refresh, Schedule
from assistant.settings import Settings
from assistant.upkeep import Upkeep
from ingest.catalogue import Catalogue

Told = list[Job]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("iom_egypt")


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], tuple[Jobs, Told]]:
    """Jobs that are done by a few lines of Python."""

    def made(code: str) -> tuple[Jobs, Told]:
        ended: Told = []
        command = (sys.executable, "-c", f"import json, signal, sys, time\n{code}")
        return Jobs(Settings(store=tmp_path), ended.append, command), ended

    return made


STEPS = """
asked = json.load(sys.stdin)
for done in (1, 2, 3):
    step = {"what": "reading", "done": done, "total": 4, "url": asked["sources"][0]}
    print(json.dumps({"step": step}), flush=True)
    time.sleep(0.05)
print(json.dumps({"done": {"added": 3}}), flush=True)
"""
PATIENT = """
json.load(sys.stdin)
def stop(*_):
    print(json.dumps({"error": "Stopped.", "cancelled": True}), flush=True)
    sys.exit(1)
signal.signal(signal.SIGTERM, stop)
print(json.dumps({"step": {"what": "reading", "done": 1, "total": 9, "url": ""}}), flush=True)
time.sleep(30)
"""


def test_a_job_is_followed_to_its_end(make: Callable[[str], tuple[Jobs, Told]]) -> None:
    jobs, ended = make(STEPS)

    jobs.start({"do": "ingest", "sources": ["https://a.org/"]}, "mona")
    job = jobs.wait(20)

    assert job is not None
    assert (job.state, job.result, job.who) == (State.DONE, {"added": 3}, "mona")
    assert (job.progress.done, job.progress.total, job.progress.url) == (3, 4, "https://a.org/")
    assert job.progress.rate > 0
    assert job.progress.left_s is not None
    assert ended == [job]


def test_one_job_at_a_time_and_it_can_be_cancelled(
    make: Callable[[str], tuple[Jobs, Told]],
) -> None:
    jobs, _ = make(PATIENT)
    jobs.start({"do": "ingest"}, "mona")
    while (job := jobs.current()) is None or not job.progress.stage:
        pass

    with pytest.raises(InputError, match="Other work is under way"):
        jobs.start({"do": "ingest"}, "sami")
    jobs.cancel()
    job = jobs.wait(20)

    assert job is not None
    assert (job.state, job.error) == (State.CANCELLED, "Stopped.")
    jobs.start({"do": "ingest"}, "sami")
    jobs.cancel()


def test_work_cancelled_before_it_listens_is_cancelled_not_broken(
    make: Callable[[str], tuple[Jobs, Told]],
) -> None:
    jobs, _ = make("time.sleep(30)")
    jobs.start({"do": "ingest"}, "mona")

    jobs.cancel()
    job = jobs.wait(20)

    assert job is not None
    assert (job.state, job.error) == (State.CANCELLED, "")


@pytest.mark.parametrize("code", ["sys.exit(3)", "json.load(sys.stdin); raise SystemExit(3)"])
def test_work_that_dies_is_said_to_have_died(
    make: Callable[[str], tuple[Jobs, Told]], code: str
) -> None:
    jobs, _ = make(code)

    jobs.start({"do": "ingest"}, "mona")
    job = jobs.wait(20)

    assert job is not None
    assert (job.state, job.error) == (
        State.FAILED,
        "The work ended before its end (code 3). What was stored stays stored.",
    )


@pytest.fixture
def upkeep(tmp_path: Path, profile: Profile) -> Upkeep:
    return Upkeep(Settings(store=tmp_path), profile)


def test_files_come_in_in_two_steps_and_what_is_new_in_them_is_shown(
    upkeep: Upkeep, tmp_path: Path
) -> None:
    def worked() -> Job:
        job = upkeep._jobs.wait(60)
        assert job is not None
        assert job.state is State.DONE, job.error
        return job

    upkeep.save_bank("mona", [BankQuestion("When does the office open?", "en")])
    text = "The office in Zamalek opens at nine. Its line is 02 5550 0199."
    one = upkeep.upload("mona", "hours.md", f"# Opening hours\n\n{text}".encode())
    with pytest.raises(InputError, match="Look at what would change first"):
        upkeep.bring_in("mona")
    upkeep.preview("mona", [], [one.id], crawl=False, prune=False)
    seen = worked()
    assert seen.result is not None
    assert (seen.result["added"], seen.result["dry_run"]) == (1, True)
    assert upkeep.releases().current == 0
    upkeep.bring_in("mona")
    worked()
    assert upkeep.releases().current == 1
    [row] = [row for row in upkeep.rows() if row.url.endswith("hours.md")]
    assert text in upkeep.page(row.url).text

    two = upkeep.upload("sami", "hours.md", b"# Opening hours\n\nThe line is 02 5550 0100 now.")
    upkeep.preview("sami", [], [two.id], crawl=False, prune=False)
    result = worked().result
    assert result is not None
    assert [c["value"] for c in result["impact"]["contacts"]] == ["02 5550 0100"]
    assert any("names a new phone" in reason for reason in result["held"]["reasons"])
    assert upkeep.releases().current == 1
    assert text in upkeep.page(row.url).text

    noted = [(e.who, e.what, e.about.get("state")) for e in reversed(upkeep.audited(99))]
    assert noted == [
        ("mona", "question_bank", None),
        ("mona", "upload", None),
        *[("mona", "ingest", state) for state in ("begun", "done", "begun", "done")],
        ("sami", "upload", None),
        *[("sami", "ingest", state) for state in ("begun", "done")],
    ]
    assert upkeep.audited(99)[-2].about["sha256"] == one.digest
    assert all(e.moment.tzinfo for e in upkeep.audited(99))
    assert (tmp_path / "audit.jsonl").stat().st_mode & 0o077 == 0


def test_an_address_and_a_reason_are_asked_for(upkeep: Upkeep) -> None:
    with pytest.raises(InputError, match="nothing to bring in"):
        upkeep.preview("mona", [], [], crawl=False, prune=False)
    for source in ("file:///etc/passwd", "/etc/passwd", "ftp://a.org/"):
        with pytest.raises(InputError, match="is no address"):
            upkeep.preview("mona", [source], [], crawl=False, prune=False)
    with pytest.raises(InputError, match="Say why"):
        upkeep.exclude("mona", "https://a.org/*", " ")

    assert upkeep.job() is None
    assert upkeep.audited(9) == []


def test_what_was_left_out_is_listed_with_its_reason(upkeep: Upkeep, tmp_path: Path) -> None:
    from assistant.build import catalogue_path
    from ingest.types import Visit

    catalogue = Catalogue.open(catalogue_path(tmp_path))
    catalogue.put_visit(Visit("https://a.org/empty", None, "d", "it says nothing"), 1)
    catalogue.close()
    failed = [{"url": "https://a.org/broken", "error": "It answers 500."}]
    (tmp_path / "last-ingest.json").write_text(json.dumps({"failed": failed}))

    rows = [(row.url, row.state, row.reason) for row in upkeep.rows()]

    assert rows == [
        ("https://a.org/empty", "left_out", "it says nothing"),
        ("https://a.org/broken", "failed", "It answers 500."),
    ]


def test_a_page_that_waits_is_listed_until_somebody_vouches_for_what_it_names(
    upkeep: Upkeep, tmp_path: Path
) -> None:
    (tmp_path / "agent.md").write_text("# Agent\n\nReach our agent on WhatsApp +44 7700 900999.")
    url = (tmp_path / "agent.md").as_uri()
    upkeep._start("mona", {"do": "ingest", "sources": [str(tmp_path / "agent.md")]})
    upkeep._jobs.wait(60)
    waited, rows = upkeep.releases().waiting, [row.reason for row in upkeep.rows()]

    upkeep.trust("mona", ["+44 7700 900999"])
    job = upkeep._jobs.wait(60)

    assert waited == {url: ("+44 7700 900999",)}
    assert len(rows) == 1
    assert rows[0].startswith("held for review: it names +44 7700 900999")
    assert job is not None
    assert job.result == {"let_in": [url]}
    assert upkeep.releases().waiting == {}
    assert upkeep.page(url).title == "Agent"


def test_switching_off_needs_words_in_every_language(upkeep: Upkeep) -> None:
    with pytest.raises(InputError, match="every language"):
        upkeep.switch_off("mona", {"en": "Back soon.", "ar": " "})
    assert upkeep.switched_off() is None

    upkeep.switch_off("mona", {"en": "Back soon.", "ar": "نعود قريباً."})
    off = upkeep.switched_off()
    assert off is not None
    assert off.message == {"en": "Back soon.", "ar": "نعود قريباً."}
    upkeep.switch_on("mona")

    assert upkeep.switched_off() is None
    assert [entry.what for entry in upkeep.audited(9)] == ["switch_on", "switch_off"]


def test_the_stores_questions_take_the_place_of_the_profiles(
    upkeep: Upkeep, tmp_path: Path, profile: Profile
) -> None:
    assert upkeep.bank() == profile.question_bank()
    own = [BankQuestion("Since when?", "en"), BankQuestion("منذ متى؟", "ar")]

    upkeep.save_bank("mona", own)

    assert read_bank(tmp_path, profile) == own
    with pytest.raises(InputError, match="too many"):
        upkeep.save_bank("mona", own * 300)
    assert read_bank(tmp_path, profile) == own


def test_a_refresh_is_due_after_its_days_the_longest_waiting_first(tmp_path: Path) -> None:
    schedule = Schedule(tmp_path / "schedule.json")
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert schedule.due(now) is None
    one, two = Refresh("https://a.org/", 1), Refresh("https://b.org/", 7)
    schedule.write([one, two])

    for refresh in (one, two):
        due = schedule.due(now)
        assert due is not None
        assert due.source == refresh.source
        schedule.done(due, now)

    assert schedule.due(now + timedelta(hours=23)) is None
    tomorrow = schedule.due(now + timedelta(days=1))
    assert tomorrow is not None
    assert tomorrow.source == one.source
    schedule.write([two])
    assert schedule.read() == [Refresh("https://b.org/", 7, "2026-11-24T12:00:00+00:00")]


@pytest.mark.parametrize(
    "refresh", [Refresh("file:///etc", 1), Refresh("https://a.org/", 0), Refresh("a.org", 3)]
)
def test_what_cannot_be_refreshed_is_refused(tmp_path: Path, refresh: Refresh) -> None:
    with pytest.raises(InputError):
        Schedule(tmp_path / "schedule.json").write([refresh])
