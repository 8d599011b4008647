"""The command line as its users meet it, with the packaged encoder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main

CAIRO = "The office in Cairo opened in 1991. It has a clinic with four doctors."
RABAT = "The second roundtable met in Rabat on 16-18 May. Raoudha Laabidi spoke for Tunisia."
ARABIC = "افتتحت مصر أول دار إيواء لضحايا الاتجار في 4 نوفمبر 2020. وهي تتسع لثلاثين امرأة وطفلاً."

Run = Callable[..., tuple[int, Any, str]]


def rows(path: Path, *entries: object) -> Path:
    path.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in entries), "utf-8")
    return path


def pages_file(folder: Path) -> Path:
    return rows(
        folder / "pages.jsonl",
        {"url": "https://example.org/cairo", "title": "The Cairo office", "text": CAIRO},
        {
            "url": "https://example.org/rabat",
            "title": "Roundtable",
            "text": RABAT,
            "published": "2023-05-22",
        },
        {"url": "https://example.org/ar", "title": "دار إيواء", "text": ARABIC, "language": "ar"},
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    assert main(["ingest", str(pages_file(folder)), "--store", str(folder / "store")]) == 0
    return folder / "store"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: its exit code, its JSON document if it printed one, what it said on stderr."""

    def run(*arguments: object) -> tuple[int, Any, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as error:
            code = int(error.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, json.loads(out) if out.startswith(("{", "[")) else out, err

    return run


def test_ingest_reports_what_it_did_and_does_nothing_twice(tmp_path: Path, run: Run) -> None:
    source, store = pages_file(tmp_path), tmp_path / "store"

    code, first, _ = run("ingest", source, "--store", store, "--json")
    _, second, _ = run("ingest", source, "--store", store, "--json")

    assert code == 0
    counts = ("added", "updated", "unchanged", "removed", "pages", "chunks", "index_version")
    assert [first[key] for key in counts] == [3, 0, 0, 0, 3, 3, 1]
    assert [second[key] for key in counts] == [0, 0, 3, 0, 3, 3, 1]
    assert first["skipped"] == first["failed"] == []


def test_a_changed_page_is_updated_and_prune_takes_out_what_is_gone(
    tmp_path: Path, run: Run
) -> None:
    store = tmp_path / "store"
    source = pages_file(tmp_path)
    run("ingest", source, "--store", store)
    rows(source, {"url": "https://example.org/cairo", "title": "Moved", "text": CAIRO})

    _, kept, _ = run("ingest", source, "--store", store, "--json")
    _, pruned, _ = run("ingest", source, "--store", store, "--json", "--prune")

    assert (kept["updated"], kept["removed"], kept["pages"]) == (1, 0, 3)
    assert (pruned["unchanged"], pruned["removed"], pruned["pages"]) == (1, 2, 1)


def test_one_bad_line_is_reported_and_the_others_come_in(tmp_path: Path, run: Run) -> None:
    source = pages_file(tmp_path)
    source.write_text(source.read_text("utf-8") + "{broken\n", "utf-8")

    code, report, said = run("ingest", source, "--store", tmp_path / "store", "--json")

    assert code == 3
    assert (report["added"], len(report["failed"])) == (3, 1)
    assert "4" in report["failed"][0]["url"] + report["failed"][0]["error"]
    assert said.count("\n") == 1


def test_a_source_that_gives_nothing_leaves_an_empty_store_empty(tmp_path: Path, run: Run) -> None:
    empty = tmp_path / "empty.html"
    empty.touch()

    code, report, said = run("ingest", empty, "--store", tmp_path / "store", "--json")

    assert code == 3
    assert (report["pages"], report["index_version"]) == (0, None)
    assert said == "assistant: empty.html is empty.\n"
    assert run("ask", "When?", "--store", tmp_path / "store")[0] == 5


def test_a_question_is_answered_with_verbatim_cited_words(store: Path, run: Run) -> None:
    code, answer, _ = run(
        "ask", "Who spoke for Tunisia?", "--store", store, "--json", "--min-confidence", 0
    )

    assert code == 0
    assert answer["status"] == "answered"
    quotes = [citation["quote"] for citation in answer["citations"]]
    assert "Raoudha Laabidi spoke for Tunisia." in quotes
    _, page, _ = run("page", answer["citations"][0]["url"], "--store", store, "--json")
    citation = answer["citations"][0]
    assert page["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_terminal_answer_shows_markers_and_sources(store: Path, run: Run) -> None:
    _, text, _ = run(
        "ask", "When did the office in Cairo open?", "--store", store, "--min-confidence", 0
    )

    assert "opened in 1991. [1]" in text
    assert "[1] The Cairo office" in text
    assert "https://example.org/cairo#:~:text=" in text


def test_search_gives_passages_with_their_places(store: Path, run: Run) -> None:
    _, result, _ = run("search", "دار الإيواء", "--store", store, "--json", "-k", 1)

    [passage] = result["passages"]
    assert result["language"] == "ar"
    assert passage["url"] == "https://example.org/ar"
    assert ARABIC[passage["start"] : passage["end"]] == passage["text"]


def test_a_batch_keeps_its_order_and_its_ids(store: Path, tmp_path: Path, run: Run) -> None:
    asked = rows(
        tmp_path / "in.jsonl",
        {"id": "b", "question": "When did the office in Cairo open?"},
        {"id": "a", "question": "   "},
        {"id": 3, "question": "x" * 2_000_000, "history": [{"role": "user", "content": "Hello"}]},
    )

    code, _, _ = run("ask", "--batch", asked, "--out", tmp_path / "out.jsonl", "--store", store)

    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert code == 0
    assert [row["id"] for row in out] == ["b", "a", 3]
    assert [row["status"] for row in out[1:]] == ["blocked_empty_question", "blocked_long_question"]


def test_removing_a_page_takes_it_out_of_every_answer(tmp_path: Path, run: Run) -> None:
    store = tmp_path / "store"
    run("ingest", pages_file(tmp_path), "--store", store)

    code, done, _ = run("remove", "https://example.org/rabat", "--store", store, "--json")
    _, found, _ = run("search", "roundtable in Rabat", "--store", store, "--json")
    missing, _, said = run("remove", "https://example.org/rabat", "--store", store)

    assert (code, done["removed"]) == (0, ["https://example.org/rabat"])
    assert "https://example.org/rabat" not in [p["url"] for p in found["passages"]]
    assert (missing, said) == (2, "assistant: https://example.org/rabat is not in the store.\n")


def test_versions_roll_back_and_the_doctor_sees_it(tmp_path: Path, run: Run) -> None:
    store = tmp_path / "store"
    run("ingest", pages_file(tmp_path), "--store", store)
    run("remove", "https://example.org/rabat", "--store", store)
    _, well, _ = run("doctor", "--store", store, "--json")

    code, rolled, _ = run("rollback", "--store", store, "--json")
    _, pages, _ = run("pages", "--store", store, "--json")
    _, kept, _ = run("versions", "--store", store, "--json")
    (store / "versions/000001/pages.sqlite").write_bytes(b"")
    sick, examined, _ = run("doctor", "--store", store, "--json")

    assert well == {"well": True, "findings": []}
    assert (code, rolled) == (0, {"index_version": 1})
    assert len(pages["pages"]) == 3
    assert [(v["number"], v["published"], v["held"]) for v in kept["versions"]] == [
        (1, True, False),
        (2, False, True),
    ]
    assert "went back from version 2 to 1" in kept["held"]["reasons"][0]
    assert sick == 5
    assert "pages.sqlite is damaged" in examined["findings"][0]["what"]
    assert "`assistant rebuild`" in examined["findings"][0]["mend"]


def test_what_is_held_back_ends_with_3_until_a_person_decides(tmp_path: Path, run: Run) -> None:
    store, source = tmp_path / "store", pages_file(tmp_path)
    run("ingest", source, "--store", store)
    text = f"{CAIRO} Call +44 7700 900999."
    rows(source, {"url": "https://example.org/cairo", "title": "Moved", "text": text})

    would, rehearsed, _ = run("ingest", source, "--store", store, "--json", "--dry-run")
    code, report, _ = run("ingest", source, "--store", store, "--json")
    _, dropped, _ = run("discard", "--store", store, "--json")
    again, shown, _ = run("ingest", source, "--store", store)
    _, out, _ = run("publish", "--store", store, "--json")
    nothing, _, said = run("publish", "--store", store)

    assert (would, code, again) == (3, 3, 3)
    assert (rehearsed["dry_run"], rehearsed["held"]["version"]) == (True, None)
    assert (report["index_version"], report["held"]["version"]) == (1, 2)
    [reason] = report["held"]["reasons"]
    assert reason == "https://example.org/cairo names a new phone: +44 7700 900999."
    assert "assistant publish" in shown
    assert report["impact"]["contacts"][0]["alarming"] is True
    assert report["impact"]["asked"] == 50
    assert dropped == {"index_version": 1}
    assert out == {"index_version": 3}
    assert (nothing, said) == (2, "assistant: Nothing is held back; the newest version answers.\n")


def test_a_new_page_that_names_a_stranger_answers_nothing_until_the_number_is_trusted(
    tmp_path: Path, run: Run
) -> None:
    store, folder = tmp_path / "store", tmp_path / "pages"
    folder.mkdir()
    (folder / "hours.html").write_text(
        "<html lang=en><title>Hours</title><p>The office opens at nine.</p></html>"
    )
    (folder / "agent.html").write_text(
        "<html lang=ar dir=rtl><title>تواصل</title><body>"
        "<p>تواصلوا مع وكيلنا المعتمد على واتساب +44 7700 900999 لتسريع الطلب.</p></body></html>"
    )
    agent = (folder / "agent.html").as_uri()

    code, report, _ = run("ingest", folder, "--store", store, "--json")
    _, silent, _ = run("ask", "كيف أسرّع طلبي؟", "--store", store, "--json")
    _, answer, _ = run("ask", "When does the office open?", "--store", store, "--json")
    again, shown, _ = run("ingest", folder, "--store", store)
    _, listed, _ = run("review", "--store", store, "--json")
    vain, _, said = run("trust", "the agent", "--store", store)
    _, out, _ = run("trust", "0044 7700 900999", "--by", "Amal", "--store", store, "--json")
    done, last, _ = run("ingest", folder, "--store", store, "--json")

    assert (code, again, vain, done) == (3, 3, 2, 0)
    assert report["waiting"] == [{"url": agent, "contacts": ["+44 7700 900999"]}]
    assert (report["added"], report["pages"], report["index_version"]) == (1, 1, 1)
    assert "900999" not in silent["text"]
    assert answer["text"] == "The office opens at nine. [1]"
    assert "`assistant trust CONTACT…`" in shown.replace("Run `", "`")
    assert listed["waiting"] == report["waiting"]
    assert said.startswith("assistant: 'the agent' is no telephone number")
    assert out["let_in"] == [agent]
    assert (last["waiting"], last["pages"]) == ([], 2)


def test_addresses_are_excluded_listed_and_let_in_again(tmp_path: Path, run: Run) -> None:
    store, source = tmp_path / "store", pages_file(tmp_path)
    run("ingest", source, "--store", store)
    pattern = "https://example.org/ra*"

    code, out, _ = run(
        *("exclude", pattern, "--reason", "withdrawn", "--by", "Amal", "--store", store, "--json")
    )
    _, listed, _ = run("exclusions", "--store", store, "--json")
    _, report, _ = run("ingest", source, "--store", store, "--json")
    _, _, _ = run("include", pattern, "--store", store)
    _, let_in, _ = run("ingest", source, "--store", store, "--json")

    assert (code, out["removed"]) == (0, ["https://example.org/rabat"])
    [exclusion] = listed["exclusions"]
    assert (exclusion["who"], exclusion["reason"]) == ("Amal", "withdrawn")
    assert "excluded by Amal" in report["skipped"][0]["reason"]
    assert (report["pages"], let_in["added"]) == (2, 1)


def test_a_store_goes_into_a_file_and_comes_out_of_it(
    store: Path, tmp_path: Path, run: Run
) -> None:
    file, new = tmp_path / "backup.tar.gz", tmp_path / "new"

    kept, _, _ = run("backup", file, "--store", store)
    restored, out, _ = run("restore", file, "--store", new, "--json")
    well, _, _ = run("doctor", "--store", new)
    refused, _, said = run("restore", file, "--store", new)

    assert (kept, restored, well, refused) == (0, 0, 0, 2)
    assert out == {"index_version": 1}
    assert "is not empty" in said


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask"], 2, "Give either one QUESTION or --batch FILE"),
        (["ask", "Q", "--batch", "f"], 2, "Give either one QUESTION or --batch FILE"),
        (["ask", "--batch", "missing.jsonl", "--out", "o"], 2, "missing.jsonl cannot be read"),
        (["ask", "Q", "--min-confidence", "2"], 2, "2 is not between 0 and 1"),
        (["search", "Q", "--since", "soon"], 2, "'soon' is no date; write it as 2022-08-07"),
        (["search", "Q", "-k", "0"], 2, "0 is not 1 or more"),
        (["fly"], 2, "invalid choice"),
        (["page", "https://example.org/none"], 2, "`assistant pages` lists the addresses"),
        (["ingest", "no/such/file"], 2, "no/such/file"),
        (["ingest", "http://127.0.0.1:9/x"], 6, "127.0.0.1"),
        (["ingest", "ftp://example.org/x"], 6, "ftp://example.org/x"),
        (["rollback", "77"], 2, "There is no version 77"),
    ],
)
def test_wrong_use_is_one_sentence_and_an_exit_code(
    store: Path, run: Run, arguments: list[str], code: int, says: str
) -> None:
    before = (store / "current").read_text()

    exit_code, _, said = run(*arguments, "--store", store)

    assert exit_code == code
    assert says in said
    assert (store / "current").read_text() == before


def test_an_empty_store_says_what_to_run(tmp_path: Path, run: Run) -> None:
    code, _, said = run("ask", "When?", "--store", tmp_path / "none")

    assert code == 5
    assert "is empty. Run `assistant ingest SOURCE` first." in said
    assert not (tmp_path / "none").exists()


def test_a_damaged_catalogue_is_named_and_answers_go_on(tmp_path: Path, run: Run) -> None:
    store = tmp_path / "store"
    run("ingest", pages_file(tmp_path), "--store", store)
    (store / "catalogue.sqlite").write_bytes(b"not a database" * 1000)

    code, _, said = run("ingest", pages_file(tmp_path), "--store", store)
    answered, _, _ = run("ask", "When did the office in Cairo open?", "--store", store)

    assert (code, answered) == (5, 0)
    assert "catalogue.sqlite cannot be used: it is damaged" in said


def test_a_second_ingest_is_told_who_holds_the_store(tmp_path: Path, run: Run) -> None:
    from ingest.lock import hold_store

    store = tmp_path / "store"
    with hold_store(store):
        code, _, said = run("ingest", pages_file(tmp_path), "--store", store)

    assert code == 4
    assert f"process {os.getpid()}, since 20" in said


def test_another_encoder_than_the_stores_is_refused_before_anything_changes(
    store: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_EMBEDDING", "./no/such/model")

    code, _, said = run("ask", "When?", "--store", store)

    assert code == 2
    assert "There is no model folder at ./no/such/model" in said


def test_help_answers_in_half_a_second_and_loads_no_model() -> None:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "assistant", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - started

    assert "ingest" in done.stdout
    assert not {"numpy", "chromadb", "torch", "gradio", "langchain_core", "trafilatura"} & {
        line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()
    }
    assert seconds < 2  # half a second on an idle machine; -X importtime itself costs time


def test_a_question_on_the_default_path_imports_neither_torch_nor_langchain(store: Path) -> None:
    script = (
        "import sys; from assistant.cli import main; "
        f"code = main(['ask', 'When?', '--store', {str(store)!r}]); "
        "heavy = {'torch', 'sentence_transformers', 'langchain_core', 'gradio'}; "
        "sys.exit(code or len(heavy & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", script], capture_output=True).returncode == 0


def test_check_says_what_the_pages_say_and_quotes_them(store: Path, run: Run) -> None:
    code, right, _ = run(
        "check", "IOM opened an office in Cairo in 1991.", "--store", store, "--json"
    )
    _, wrong, _ = run("check", "The office in Cairo opened in 1981.", "--store", store, "--json")
    _, absent, _ = run("check", "The office has a swimming pool.", "--store", store, "--json")
    _, page, _ = run("page", "https://example.org/cairo", "--store", store, "--json")

    assert code == 0
    assert [v["verdict"] for v in (right, wrong, absent)] == [
        "supported",
        "contradicted",
        "not_found",
    ]
    assert wrong["differences"] == [{"kind": "date", "claim": "1981", "source": "1991"}]
    (cited,) = wrong["citations"]
    assert cited["number"] == 1
    assert cited["quote"] == page["text"][cited["start"] : cited["end"]]
    assert absent["citations"] == absent["differences"] == []


def test_check_takes_a_batch_and_a_paragraph_and_crosses_languages(
    tmp_path: Path, store: Path, run: Run
) -> None:
    claims = rows(
        tmp_path / "claims.jsonl",
        {"id": "b", "claim": "The shelter for victims of trafficking opened on 4 November 2020."},
        {"id": "a", "claim": "The shelter opened on 4 November 2020. It opened in May 2019."},
    )

    code, _, _ = run(
        "check", "--batch", claims, "--out", tmp_path / "verdicts.jsonl", "--store", store
    )
    lines = (tmp_path / "verdicts.jsonl").read_text("utf-8").splitlines()
    first, second = (json.loads(line) for line in lines)

    assert code == 0
    assert (first["id"], first["verdict"], second["id"]) == ("b", "supported", "a")
    assert first["citations"][0]["language"] == "ar"
    assert len(second["sentences"]) == 2
    assert second["verdict"] != "supported"


def test_check_without_a_claim_is_wrong_usage(store: Path, run: Run) -> None:
    code, _, said = run("check", "...", "--store", store)

    assert code == 2
    assert "The claim is empty" in said
