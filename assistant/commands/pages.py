"""The commands about pages: bring them in, list, show, take out, let in."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from assistant.commands import Command
from assistant.commands.exits import (
    EXIT_DONE,
    EXIT_REFUSED,
    EXIT_SOME_FAILED,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
    exit_code,
    one_line,
)
from assistant.commands.given import day, maintainer_of, published_pages
from assistant.commands.printed import print_json
from assistant.errors import InputError


def add_commands(command: Command) -> None:
    """Add the commands to a parser."""
    made = command("ingest", _ingest, "Bring pages, files or folders into the store.")
    made.add_argument("sources", nargs="+", metavar="SOURCE")
    made.add_argument("--crawl", action="store_true", help="addresses stand for their whole sites")
    made.add_argument("--prune", action="store_true", help="take out what a source no longer has")
    made.add_argument(
        "--since",
        type=day,
        metavar="DATE",
        help="of a site, ask only for pages its sitemap does not say are older",
    )
    made.add_argument(
        "--dry-run", action="store_true", help="change nothing; say what would change"
    )
    command("pages", _pages, "List what is stored.")

    made = command("page", _page, "Show one stored page with its full text.")
    made.add_argument("url", metavar="URL")

    made = command("remove", _remove, "Take pages out of the store and of every index.")
    made.add_argument("urls", nargs="+", metavar="URL")

    made = command(
        "exclude", _exclude, "Take addresses out for good; they stay out of every ingest."
    )
    made.add_argument("pattern", metavar="PATTERN", help="an address; * stands for anything")
    made.add_argument("--reason", required=True, metavar="WHY")
    made.add_argument("--by", default="", metavar="WHO", help="who decides (default: the user)")
    command("exclusions", _exclusions, "List what was excluded, by whom, when and why.")

    made = command("include", _include, "Let excluded addresses in again.")
    made.add_argument("pattern", metavar="PATTERN")

    made = command("trust", _trust, "Vouch for contacts; pages that wait for them are let in.")
    made.add_argument("contacts", nargs="+", metavar="CONTACT", help="a number, address or host")
    made.add_argument("--reason", default="", metavar="WHY")
    made.add_argument("--by", default="", metavar="WHO", help="who vouches (default: the user)")
    command("review", _review, "List pages that wait for their contacts, and whom you trust.")


def _ingest(options: argparse.Namespace) -> int:
    from assistant.documents import outcome_document
    from assistant.report import render_outcome

    outcome = maintainer_of(options).ingest(
        options.sources,
        crawl=options.crawl,
        prune=options.prune,
        since=options.since,
        dry_run=options.dry_run,
    )
    report = outcome.report
    if options.json:
        print_json(outcome_document(outcome))
    else:
        print(render_outcome(outcome))
    for failure in report.failed:
        said = one_line(failure.error)
        named = failure.url.rsplit("/", 1)[-1] in said
        print(f"assistant: {said if named else f'{failure.url}: {said}'}", file=sys.stderr)
    if not report.failed:
        return EXIT_SOME_FAILED if outcome.held is not None or report.waiting else EXIT_DONE
    # A source of which nothing came ends as its failure does; otherwise some pages failed.
    came = report.added + report.updated + report.unchanged
    codes = {exit_code(failure.error) for failure in report.failed}
    return (
        codes.pop() if not came and codes <= {EXIT_REFUSED, EXIT_UNREACHABLE} else EXIT_SOME_FAILED
    )


def _pages(options: argparse.Namespace) -> int:
    from assistant.documents import page_summary

    pages = [page_summary(page) for page in published_pages(options).pages()]
    if options.json:
        print_json({"pages": pages})
    else:
        for page in pages:
            print(f"{page['published'] or '          '}  {page['language']:3}  {page['title']}")
            print(f"                 {page['url']}")
    return EXIT_DONE


def _page(options: argparse.Namespace) -> int:
    from assistant.documents import page_document

    page = published_pages(options).page(options.url)
    if page is None:
        raise InputError(
            f"{options.url} is not in the store. `assistant pages` lists the addresses that are."
        )
    if options.json:
        print_json(page_document(page))
    else:
        print(f"{page.title}\n{page.url}\n{page.published or 'no date'} · {page.language}\n")
        print(page.text)
    return EXIT_DONE


def _remove(options: argparse.Namespace) -> int:
    missing = maintainer_of(options).remove(options.urls)
    removed = [url for url in options.urls if url not in missing]
    if options.json:
        print_json({"removed": removed, "missing": missing})
    else:
        print(f"{len(removed)} removed.")
    for url in missing:
        print(f"assistant: {url} is not in the store.", file=sys.stderr)
    return EXIT_USAGE if missing else EXIT_DONE


def _exclude(options: argparse.Namespace) -> int:
    maintainer = maintainer_of(options)
    urls = maintainer.exclude(options.pattern, reason=options.reason, by=options.by)
    if options.json:
        print_json({"pattern": options.pattern, "removed": urls})
    else:
        print(f"{options.pattern} stays out from now on; pages taken out: {len(urls)}.")
        for url in urls:
            print(f"  removed {url}")
    return EXIT_DONE


def _exclusions(options: argparse.Namespace) -> int:
    from assistant.documents import exclusion_document

    exclusions = maintainer_of(options).exclusions()
    if options.json:
        print_json({"exclusions": [exclusion_document(each) for each in exclusions]})
    else:
        for each in exclusions:
            print(f"{each.pattern}\n    {each.who}, {each.since.date()}: {each.reason}")
    return EXIT_DONE


def _include(options: argparse.Namespace) -> int:
    maintainer_of(options).include(options.pattern)
    if options.json:
        print_json({"pattern": options.pattern})
    else:
        print(f"{options.pattern} is let in again by the next ingest.")
    return EXIT_DONE


def _trust(options: argparse.Namespace) -> int:
    urls = maintainer_of(options).trust(options.contacts, by=options.by, reason=options.reason)
    if options.json:
        print_json({"contacts": options.contacts, "let_in": urls})
    else:
        print(f"{', '.join(options.contacts)}: trusted from now on; pages let in: {len(urls)}.")
        for url in urls:
            print(f"  {url}")
    return EXIT_DONE


def _review(options: argparse.Namespace) -> int:
    from assistant.documents import waiting_document
    from assistant.report import render_waiting

    waiting, trusted = maintainer_of(options).review()
    if options.json:
        known = [{**asdict(each), "since": each.since.isoformat()} for each in trusted]
        print_json({"waiting": waiting_document(waiting), "trusted": known})
        return EXIT_DONE
    print(render_waiting(waiting) if waiting else "No page is held for review.")
    for each in trusted:
        why = f": {each.reason}" if each.reason else ""
        print(f"trusted {each.value}\n    {each.who}, {each.since.date()}{why}")
    return EXIT_DONE
