"""What the page of benchmarks says in words of what was measured."""

from __future__ import annotations

import json

import pytest

from benchmarks import page, peers, results

OURS = {"first": 0.9, "mrr10": 0.95, "search_p50_ms": 5.0, "pages_per_s": 20.0}


def test_where_we_do_not_lead_it_is_said_with_both_figures() -> None:
    rows = {
        "ours": OURS,
        "slower": {"first": 0.5, "mrr10": 0.6, "search_p50_ms": 50.0, "pages_per_s": 2.0},
        "quicker": {"first": 0.9, "mrr10": 0.6, "search_p50_ms": 4.0, "pages_per_s": 30.0},
        "absent": {"missing": "No module named 'absent'"},
        "encoder alone": {"search_p50_ms": 1.0, "pages_per_s": 40.0},
    }

    assert page._verdicts(rows) == [
        "- Against slower: ahead or level in everything.",
        "- Against quicker: behind in warm latency (5 against 4), ingest (20 against 30).",
    ]


def test_a_peer_that_could_not_run_is_said_to_be_missing() -> None:
    assert page._peer_row("absent", {"missing": "No module named 'absent'"})[1] == (
        "not run: No module named 'absent'"
    )


def test_the_command_is_told_without_places_of_this_machine() -> None:
    given = ["-m", "--python", "/somewhere/bin/python", "--pages", "240"]

    assert [results._last_part(each) for each in given] == [
        *("-m", "--python", "python", "--pages", "240")
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_peers_are_asked_what_the_site_answers(language: str) -> None:
    rows = [json.loads(line) for line in peers.SITE_QUESTIONS.read_text("utf-8").splitlines()]
    urls = [f"https://a.example{url}" for row in rows for url in row["gold_urls"]]

    asked = peers.questions_on(urls, rows, language)

    assert len(asked) >= 20
    assert {url for _, url in asked} <= set(urls)
