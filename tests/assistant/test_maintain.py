"""What a refresh changes, when it is held back, and what a person then can do."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.build import catalogue_path
from assistant.maintain import Maintainer, Outcome
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.store_writer import Step
from ingest.catalogue import Catalogue
from ingest.errors import Cancelled, SourceError
from tests.builders import WordsEmbedder
from vectorstore.errors import CorruptIndex, HoldPending, NothingHeld
from vectorstore.versions import held, pages_path, published_manifest, published_number, versions

HOME = "https://example.org/"
PAGES = {
    f"page-{n}": f"Room number {n} of the harbour office opened in {1990 + n}." for n in range(10)
}
BANK = [f"When did room number {n} of the harbour office open?" for n in range(3, 10)]


class Desk:
    """A store, and sources in the working directory whose pages a test changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store"
        self.steps: list[Step] = []
        self.stop_at: str | None = None
        bank = folder / "questions.jsonl"
        rows = [json.dumps({"question": question, "language": "en"}) for question in BANK]
        bank.write_text("\n".join(rows))
        self.maintainer = Maintainer(
            Settings(store=self.store),
            replace(load_profile("iom_egypt"), questions=bank),
            progress=self.steps.append,
            cancelled=lambda: bool(self.steps) and self.steps[-1].what == self.stop_at,
        )
        self.maintainer.__dict__["_embedder"] = WordsEmbedder()

    def ingest(
        self, pages: Mapping[str, str], source: str = "pages", *, dry_run: bool = False
    ) -> Outcome:
        """Bring in just these pages of a source, by name."""
        file = Path(f"{source}.jsonl")  # the same source wherever the store was copied to
        rows = [
            json.dumps({"url": HOME + name, "title": name, "text": text, "language": "en"})
            for name, text in pages.items()
        ]
        file.write_text("\n".join(rows))
        return self.maintainer.ingest([str(file)], prune=True, dry_run=dry_run)

    def answering(self) -> dict[str, str]:
        """Pages of the version that answers, by name."""
        with closing(Catalogue.open_snapshot(pages_path(self.store))) as pages:
            return {page.url.removeprefix(HOME): page.text for page in pages.pages()}

    def in_step(self) -> bool:
        manifest = published_manifest(self.store)
        with closing(Catalogue.open(catalogue_path(self.store))) as catalogue:
            return manifest is not None and manifest.content_digest == catalogue.content_digest()


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    with contextlib.chdir(folder):
        Desk(folder).ingest(PAGES)
    return folder


@pytest.fixture
def desk(filled: Path, tmp_path: Path) -> Desk:
    """A store that holds PAGES, published as version 1."""
    shutil.copytree(filled / "store", tmp_path / "store")
    return Desk(tmp_path)


FEWER = {name: text for name, text in PAGES.items() if name > "page-3"}


def test_a_first_fill_is_published_whatever_it_is(desk: Desk) -> None:
    assert desk.answering() == PAGES
    assert held(desk.store) is None


def test_a_small_refresh_is_published_and_told_in_full(desk: Desk) -> None:
    outcome = desk.ingest({**PAGES, "page-3": "Room number 3 of the harbour office is closed."})

    assert outcome.held is None
    assert outcome.report.changes == {
        "added": (),
        "updated": (f"{HOME}page-3",),
        "removed": (),
    }
    assert outcome.impact is not None
    assert (outcome.impact.before, outcome.impact.after, outcome.impact.asked) == (1, 2, 7)
    [change] = outcome.impact.answers
    assert change.question == BANK[0]
    assert change.before == "Room number 3 of the harbour office opened in 1993. [1]"
    assert "1993" not in change.after
    [broken] = outcome.impact.citations
    assert (broken.url, broken.quote, broken.page_is_gone) == (
        f"{HOME}page-3",
        "Room number 3 of the harbour office opened in 1993.",
        False,
    )


def test_three_pages_may_vanish_but_not_four_of_ten(desk: Desk) -> None:
    three = {name: text for name, text in PAGES.items() if name > "page-2"}

    assert desk.ingest(three).held is None

    desk.ingest(PAGES)
    hold = desk.ingest(FEWER).held

    assert hold is not None
    assert hold.reasons[0].startswith("4 of the 10 pages would vanish, among them ")
    assert desk.answering() == PAGES


def test_a_fifth_of_many_pages_may_vanish_and_no_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    many = {f"p{n}": f"Berth {n} is on quay {n}." for n in range(40)}
    desk.ingest(many)

    assert desk.ingest({f"p{n}": many[f"p{n}"] for n in range(8, 40)}).held is None
    assert desk.ingest({f"p{n}": many[f"p{n}"] for n in range(15, 40)}).held is not None


def test_answers_that_change_too_much_hold_a_version_back(desk: Desk) -> None:
    def changed(count: int) -> dict[str, str]:
        return {
            name: text.replace("opened in 19", "opened late in 20") if 3 <= n < 3 + count else text
            for n, (name, text) in enumerate(PAGES.items())
        }

    two = desk.ingest(changed(2))
    five = desk.ingest(changed(5))

    assert two.held is None
    assert five.held is not None
    assert five.held.reasons[0].startswith("3 of the 7 questions of the bank would be answered")


def test_a_new_source_is_published_though_answers_change(desk: Desk) -> None:
    better = {
        f"new-{n}": f"Room number {n} of the harbour office did open on 3 May 19{n}0."
        for n in range(3, 10)
    }

    outcome = desk.ingest(better, source="other")

    assert outcome.impact is not None
    assert len(outcome.impact.answers) > 2, outcome.impact
    assert outcome.held is None


@pytest.mark.parametrize(
    "contact",
    [
        "Call +44 7700 900999.",
        "اتصل بنا على ٠١٠٠٠٠٠٠٠٠٠.",
        "Write to help@agent.example.",
        "Pay at www.agent.example/pay.",
        "Send it to bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh.",
    ],
)
def test_a_new_contact_on_a_known_page_waits_for_a_person(desk: Desk, contact: str) -> None:
    outcome = desk.ingest({**PAGES, "page-3": f"{PAGES['page-3']} {contact}"})

    assert outcome.impact is not None
    [found] = outcome.impact.contacts
    assert found.alarming
    assert outcome.held is not None
    assert found.value in outcome.held.reasons[0]
    assert desk.answering() == PAGES


def test_a_contact_that_the_site_named_before_or_a_new_page_names_holds_nothing_back(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.ingest({**PAGES, "contact": "Call +20 2 0000 0000."})

    known = desk.ingest(
        {**PAGES, "contact": "Call +20 2 0000 0000.", "page-3": "Tel. +20200000000."}
    )
    new = desk.ingest({**PAGES, "contact": "Call +20 2 0000 0000.", "new": "Write to a@b.example."})

    assert known.held is new.held is None
    assert known.impact is not None
    assert new.impact is not None
    assert known.impact.contacts == ()
    assert [(c.value, c.alarming) for c in new.impact.contacts] == [("a@b.example", False)]


def test_a_held_version_is_published_when_a_person_says_so(desk: Desk) -> None:
    desk.ingest(FEWER)

    assert desk.maintainer.publish_held() == 2

    assert desk.answering() == FEWER
    assert held(desk.store) is None
    assert desk.in_step()
    with pytest.raises(NothingHeld):
        desk.maintainer.publish_held()


def test_a_held_version_that_is_discarded_leaves_all_as_it_was(desk: Desk) -> None:
    desk.ingest({**FEWER, "page-4": "Room number 4 moved.", "new": "A new page."})

    assert desk.maintainer.discard_held() == 1

    assert desk.in_step()
    assert [manifest.number for manifest in versions(desk.store)] == [1]
    assert held(desk.store) is None
    with pytest.raises(NothingHeld):
        desk.maintainer.discard_held()
    # what the source still says comes again, and waits again
    again = desk.ingest(FEWER)
    assert again.report.removed == 4
    assert again.held is not None


def test_a_source_that_recovers_lifts_the_hold(desk: Desk) -> None:
    desk.ingest(FEWER)

    outcome = desk.ingest(PAGES)

    assert outcome.held is None
    assert held(desk.store) is None
    assert desk.in_step()
    assert desk.answering() == PAGES


def test_another_source_does_not_smuggle_in_what_is_held_back(desk: Desk) -> None:
    first = desk.ingest(FEWER).held

    outcome = desk.ingest({"new": "A new page."}, source="other")

    assert outcome.held is not None
    assert first is not None
    assert (first.version, outcome.held.version) == (2, 3)
    assert outcome.held.since == first.since
    assert desk.answering() == PAGES
    assert [manifest.number for manifest in versions(desk.store)] == [1, 3]


def test_a_page_is_removed_at_once_while_a_version_is_held_back(desk: Desk) -> None:
    desk.ingest({name: text for name, text in PAGES.items() if name > "page-4"})

    missing = desk.maintainer.remove([f"{HOME}page-1", f"{HOME}page-9", f"{HOME}nowhere"])

    assert missing == [f"{HOME}nowhere"]
    assert desk.answering().keys() == PAGES.keys() - {"page-1", "page-9"}
    hold = held(desk.store)
    assert hold is not None
    assert hold.reasons[0].startswith("4 of the 8 pages would vanish")


def test_what_stays_held_loses_the_page_too_and_can_still_be_discarded(desk: Desk) -> None:
    desk.ingest({name: text for name, text in PAGES.items() if name > "page-5"})

    desk.maintainer.remove([f"{HOME}page-9"])

    assert desk.answering().keys() == PAGES.keys() - {"page-9"}
    hold = held(desk.store)
    assert hold is not None
    assert hold.reasons[0].startswith("6 of the 9 pages would vanish")
    desk.maintainer.discard_held()
    assert desk.in_step()
    desk.ingest({name: text for name, text in PAGES.items() if name > "page-5"})
    desk.maintainer.publish_held()
    assert desk.answering().keys() == {"page-6", "page-7", "page-8", "page-9"}


def test_after_going_back_what_comes_waits_until_a_person_says(desk: Desk) -> None:
    desk.ingest({**PAGES, "new": "A new page."})
    assert desk.maintainer.roll_back() == 1

    outcome = desk.ingest({**PAGES, "new": "A new page.", "newer": "A newer page."})

    assert desk.answering() == PAGES
    assert outcome.held is not None
    assert "went back from version 2 to 1" in outcome.held.reasons[0]
    desk.maintainer.discard_held()
    assert desk.in_step()
    assert desk.ingest({**PAGES, "newer": "A newer page."}).held is None


def test_going_back_can_be_taken_back(desk: Desk) -> None:
    desk.ingest({**PAGES, "new": "A new page."})
    desk.maintainer.roll_back()

    assert desk.maintainer.publish_held() == 2

    assert "new" in desk.answering()
    assert desk.in_step()


def test_rebuilding_waits_for_the_decision(desk: Desk) -> None:
    desk.ingest(FEWER)

    with pytest.raises(HoldPending):
        desk.maintainer.rebuild()

    desk.maintainer.discard_held()
    publication, hold = desk.maintainer.rebuild()
    assert (publication.number, hold) == (3, None)
    assert desk.answering() == PAGES


def test_what_is_excluded_leaves_and_stays_out(desk: Desk) -> None:
    gone = desk.maintainer.exclude(f"{HOME}page-[", reason="none", by="Amal")
    taken = desk.maintainer.exclude(f"{HOME}page-3", reason="withdrawn by its author", by="Amal")

    outcome = desk.ingest(PAGES)

    assert (gone, taken) == ([], [f"{HOME}page-3"])
    assert desk.answering().keys() == PAGES.keys() - {"page-3"}
    [skipped] = outcome.report.skipped
    assert "excluded by Amal on 2" in skipped.reason
    assert skipped.reason.endswith(": withdrawn by its author")
    assert [(e.pattern, e.who) for e in desk.maintainer.exclusions()] == [
        (f"{HOME}page-3", "Amal"),
        (f"{HOME}page-[", "Amal"),
    ]


def test_an_exclusion_can_be_taken_back(desk: Desk) -> None:
    desk.maintainer.exclude(f"{HOME}*3", reason="withdrawn")
    desk.ingest(PAGES)
    desk.maintainer.include(f"{HOME}*3")

    assert desk.ingest(PAGES).report.added == 1
    assert desk.answering() == PAGES
    with pytest.raises(SourceError, match="is not excluded"):
        desk.maintainer.include(f"{HOME}*3")


def test_going_back_brings_nothing_back_that_was_excluded_since(desk: Desk) -> None:
    desk.maintainer.exclude(f"{HOME}page-3", reason="withdrawn")

    desk.ingest({**PAGES, "new": "A new page."})

    assert desk.maintainer.roll_back(1) == 4

    assert desk.answering().keys() == PAGES.keys() - {"page-3"}


@pytest.mark.parametrize(
    ("pattern", "reason"), [("", "why"), ("*", "why"), (" ** ", "why"), ("x", " ")]
)
def test_an_exclusion_says_what_and_why(desk: Desk, pattern: str, reason: str) -> None:
    with pytest.raises(SourceError):
        desk.maintainer.exclude(pattern, reason=reason)


def test_a_dry_run_tells_all_and_changes_nothing(desk: Desk) -> None:
    def state() -> dict[str, bytes]:
        kept = (p for p in desk.store.rglob("*") if p.is_file() and "chroma" not in p.parts)
        return {str(path): path.read_bytes() for path in kept}

    before = state()

    outcome = desk.ingest({**FEWER, "new": "A new page."}, dry_run=True)

    assert state() == before
    assert outcome.dry_run
    assert (outcome.report.added, outcome.report.removed) == (1, 4)
    assert outcome.impact is not None
    assert len(outcome.impact.vanished) == 4
    assert outcome.held is not None
    assert outcome.held.version is None
    really = desk.ingest({**FEWER, "new": "A new page."})
    assert really.impact is not None
    assert really.impact.answers == outcome.impact.answers


def test_a_dry_run_of_a_first_fill_leaves_no_store(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    outcome = desk.ingest(PAGES, dry_run=True)

    assert (outcome.report.added, outcome.report.index_version) == (10, None)
    assert not desk.store.exists()


@pytest.mark.parametrize("what", ["reading", "embedding", "comparing"])
def test_work_that_is_stopped_leaves_the_store_as_a_kill_would(desk: Desk, what: str) -> None:
    desk.steps.clear()
    desk.stop_at = what

    with pytest.raises(Cancelled):
        desk.ingest({**PAGES, "page-1": "Closed.", "new": "A new page."})

    assert published_number(desk.store) == 1
    desk.stop_at = None
    outcome = desk.ingest({**PAGES, "page-1": "Closed.", "new": "A new page."})
    assert outcome.held is None
    assert desk.in_step()
    assert desk.answering()["new"] == "A new page."


def test_steps_say_how_far_the_work_is(desk: Desk) -> None:
    desk.steps.clear()
    desk.ingest({**PAGES, "page-1": "Closed."})

    assert [s.done for s in desk.steps if s.what == "reading"] == list(range(1, 11))
    assert {s.total for s in desk.steps if s.what == "comparing"} == {7}
    assert desk.steps[-1] == Step("comparing", 7, 7)


def test_a_note_of_what_is_held_that_cannot_be_read_is_told_and_can_be_discarded(
    desk: Desk,
) -> None:
    desk.ingest(FEWER)
    (desk.store / "held.json").write_text("{")

    with pytest.raises(CorruptIndex, match="assistant discard"):
        desk.ingest(FEWER)

    assert desk.maintainer.discard_held() == 1
    assert desk.in_step()
