"""The command `assistant`: parse, call, print. INTERFACE names its commands and exit codes."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from assistant import operation
from assistant.errors import AssistantError, InputError
from assistant.users import add_user_commands
from ingest.errors import (
    IngestError,
    RefusedAddress,
    RefusedArchive,
    StoreBusy,
    StoreError,
    TooLarge,
    Unreachable,
)
from vectorstore.errors import BuildFailed, CorruptIndex, EmptyIndex, VectorStoreError

if TYPE_CHECKING:
    from socket import socket

    from assistant.accounts import Accounts
    from assistant.maintain import Maintainer
    from assistant.profile import Profile
    from assistant.settings import Settings
    from assistant.types import Turn, Verdict

EXIT_DONE = 0
EXIT_USAGE = 2
EXIT_SOME_FAILED = 3
EXIT_BUSY = 4
EXIT_STORAGE = 5
EXIT_REFUSED = 6
EXIT_UNREACHABLE = 7

# The first match counts.
_EXIT_CODES: Sequence[tuple[type[BaseException], int]] = (
    (StoreBusy, EXIT_BUSY),
    (StoreError, EXIT_STORAGE),
    (CorruptIndex, EXIT_STORAGE),
    (EmptyIndex, EXIT_STORAGE),
    (BuildFailed, EXIT_STORAGE),
    (RefusedAddress, EXIT_REFUSED),
    (RefusedArchive, EXIT_REFUSED),
    (TooLarge, EXIT_REFUSED),
    (Unreachable, EXIT_UNREACHABLE),
    (IngestError, EXIT_USAGE),
    (VectorStoreError, EXIT_USAGE),
    (AssistantError, EXIT_USAGE),
    (OSError, EXIT_STORAGE),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code. Errors are one line on stderr."""
    signal.signal(signal.SIGTERM, _terminated)
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        print("Stopped. What was stored before stays stored.", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:  # the reader of our output (`| head`) went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except tuple(kind for kind, _ in _EXIT_CODES) as error:
        print(f"assistant: {_one_line(error)}", file=sys.stderr)
        return _exit_code(error)


def _exit_code(error: BaseException) -> int:
    return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{where}."
    return " ".join(str(error).split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assistant",
        description="Answers questions from an organisation's own pages, in their exact words.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--store", type=Path, metavar="DIR", help="folder that holds everything")
    common.add_argument("--json", action="store_true", help="one JSON document on stdout")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], about: str) -> Any:
        made = commands.add_parser(name, parents=[common], help=about, description=about)
        made.set_defaults(run=run)
        return made

    made = command("ingest", _ingest, "Bring pages, files or folders into the store.")
    made.add_argument("sources", nargs="+", metavar="SOURCE")
    made.add_argument("--crawl", action="store_true", help="addresses stand for their whole sites")
    made.add_argument("--prune", action="store_true", help="take out what a source no longer has")
    made.add_argument(
        "--since",
        type=_day,
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

    made = command("search", _search, "Find passages.")
    _query_arguments(made, "query", "QUERY")
    made.add_argument("-k", type=_positive, default=10, metavar="N", help="how many (default 10)")
    made.add_argument("--language", metavar="L", help="only pages in this language (en, ar)")
    made.add_argument("--since", type=_day, metavar="DATE", help="only pages from this day on")
    made.add_argument("--until", type=_day, metavar="DATE", help="only pages up to this day")

    made = command("ask", _ask, "Ask a question.")
    _query_arguments(made, "question", "QUESTION")
    made.add_argument("--history", type=Path, metavar="FILE", help="JSON list of earlier messages")
    made.add_argument("--model", metavar="M", help="let a language model word it: provider:name")
    made.add_argument("--min-confidence", type=_share, metavar="X", help="0 to 1; 0 = never refuse")

    made = command("check", _check, "Check a claim against the pages.")
    _query_arguments(made, "claim", "CLAIM")

    made = command("evaluate", _evaluate, "Answer a question file and print the quality table.")
    made.add_argument("questions", type=Path, metavar="FILE", help="JSON Lines of questions")
    made.add_argument("--report", type=Path, metavar="FILE", help="write FILE.json and FILE.html")
    made.add_argument("--model", metavar="M", help="let a language model word it: provider:name")
    made.add_argument("--floor", type=_share, metavar="X", help="exit 3 where fewer are good")

    made = command("serve", _serve, "Open the chat in a browser.")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=_port, default=7860)
    made.add_argument("--open", action="store_true", help="open a browser window")
    made.add_argument("--no-desks", action="store_true", help="only what needs no signing in")

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

    command("publish", _publish, "Answer from the index version that was held back.")
    command("discard", _discard, "Drop the index version that was held back.")
    about = "Say who may sign in to the desks."
    users = commands.add_parser("user", help=about, description=about)
    users.set_defaults(run=_user)
    add_user_commands(users, common)
    command("versions", _versions, "List the index versions that are kept.")
    made = command("rollback", _rollback, "Publish an earlier index version again.")
    made.add_argument("number", type=_positive, nargs="?", metavar="VERSION")
    command("rebuild", _rebuild, "Build every index anew from the stored pages.")
    made = command("backup", _backup, "Write the store to one file, also during an ingest.")
    made.add_argument("file", type=Path, metavar="FILE")
    made = command("restore", _restore, "Make a new store out of a backup.")
    made.add_argument("file", type=Path, metavar="FILE")
    command("doctor", _doctor, "Verify store and indexes against each other.")
    operation.add_commands(command, _settings)
    return parser


def _query_arguments(parser: argparse.ArgumentParser, name: str, metavar: str) -> None:
    parser.add_argument(name, nargs="?", metavar=metavar)
    parser.add_argument("--batch", type=Path, metavar="FILE", help="JSON Lines in")
    parser.add_argument("--out", type=Path, metavar="FILE", help="JSON Lines out, same order")


# -- commands ------------------------------------------------------------------------------------


def _ingest(options: argparse.Namespace) -> int:
    from assistant.documents import outcome_document
    from assistant.report import render_outcome

    outcome = _maintainer(options).ingest(
        options.sources,
        crawl=options.crawl,
        prune=options.prune,
        since=options.since,
        dry_run=options.dry_run,
    )
    report = outcome.report
    if options.json:
        _print_json(outcome_document(outcome))
    else:
        print(render_outcome(outcome))
    for failure in report.failed:
        said = _one_line(failure.error)
        named = failure.url.rsplit("/", 1)[-1] in said
        print(f"assistant: {said if named else f'{failure.url}: {said}'}", file=sys.stderr)
    if not report.failed:
        return EXIT_SOME_FAILED if outcome.held is not None or report.waiting else EXIT_DONE
    # A source of which nothing came ends as its failure does; otherwise some pages failed.
    came = report.added + report.updated + report.unchanged
    codes = {_exit_code(failure.error) for failure in report.failed}
    return (
        codes.pop() if not came and codes <= {EXIT_REFUSED, EXIT_UNREACHABLE} else EXIT_SOME_FAILED
    )


def _pages(options: argparse.Namespace) -> int:
    from assistant.documents import page_summary

    pages = [page_summary(page) for page in _published_pages(options).pages()]
    if options.json:
        _print_json({"pages": pages})
    else:
        for page in pages:
            print(f"{page['published'] or '          '}  {page['language']:3}  {page['title']}")
            print(f"                 {page['url']}")
    return EXIT_DONE


def _page(options: argparse.Namespace) -> int:
    from assistant.documents import page_document

    page = _published_pages(options).page(options.url)
    if page is None:
        raise InputError(
            f"{options.url} is not in the store. `assistant pages` lists the addresses that are."
        )
    if options.json:
        _print_json(page_document(page))
    else:
        print(f"{page.title}\n{page.url}\n{page.published or 'no date'} · {page.language}\n")
        print(page.text)
    return EXIT_DONE


def _remove(options: argparse.Namespace) -> int:
    missing = _maintainer(options).remove(options.urls)
    removed = [url for url in options.urls if url not in missing]
    if options.json:
        _print_json({"removed": removed, "missing": missing})
    else:
        print(f"{len(removed)} removed.")
    for url in missing:
        print(f"assistant: {url} is not in the store.", file=sys.stderr)
    return EXIT_USAGE if missing else EXIT_DONE


def _exclude(options: argparse.Namespace) -> int:
    maintainer = _maintainer(options)
    urls = maintainer.exclude(options.pattern, reason=options.reason, by=options.by)
    if options.json:
        _print_json({"pattern": options.pattern, "removed": urls})
    else:
        print(f"{options.pattern} stays out from now on; pages taken out: {len(urls)}.")
        for url in urls:
            print(f"  removed {url}")
    return EXIT_DONE


def _exclusions(options: argparse.Namespace) -> int:
    from assistant.documents import exclusion_document

    exclusions = _maintainer(options).exclusions()
    if options.json:
        _print_json({"exclusions": [exclusion_document(each) for each in exclusions]})
    else:
        for each in exclusions:
            print(f"{each.pattern}\n    {each.who}, {each.since.date()}: {each.reason}")
    return EXIT_DONE


def _include(options: argparse.Namespace) -> int:
    _maintainer(options).include(options.pattern)
    if options.json:
        _print_json({"pattern": options.pattern})
    else:
        print(f"{options.pattern} is let in again by the next ingest.")
    return EXIT_DONE


def _trust(options: argparse.Namespace) -> int:
    urls = _maintainer(options).trust(options.contacts, by=options.by, reason=options.reason)
    if options.json:
        _print_json({"contacts": options.contacts, "let_in": urls})
    else:
        print(f"{', '.join(options.contacts)}: trusted from now on; pages let in: {len(urls)}.")
        for url in urls:
            print(f"  {url}")
    return EXIT_DONE


def _review(options: argparse.Namespace) -> int:
    from assistant.documents import waiting_document
    from assistant.report import render_waiting

    waiting, trusted = _maintainer(options).review()
    if options.json:
        known = [{**asdict(each), "since": each.since.isoformat()} for each in trusted]
        _print_json({"waiting": waiting_document(waiting), "trusted": known})
        return EXIT_DONE
    print(render_waiting(waiting) if waiting else "No page is held for review.")
    for each in trusted:
        why = f": {each.reason}" if each.reason else ""
        print(f"trusted {each.value}\n    {each.who}, {each.since.date()}{why}")
    return EXIT_DONE


def _search(options: argparse.Namespace) -> int:
    from assistant.build import build_retriever
    from assistant.documents import search_document
    from vectorstore.types import SearchFilter

    held_to = SearchFilter(options.language, options.since, options.until)
    rows = _batch_rows(options, "query")
    retriever = build_retriever(_settings(options))
    if rows is not None:
        _write_batch(
            options.out,
            (
                {
                    "id": row["id"],
                    **search_document(retriever.search(row["query"], options.k, held_to)),
                }
                for row in rows
            ),
        )
        return EXIT_DONE
    result = retriever.search(options.query, options.k, held_to)
    if options.json:
        _print_json(search_document(result))
        return EXIT_DONE
    for number, passage in enumerate(result.passages, start=1):
        chunk = passage.chunk
        print(f"{number:2}. {chunk.title}  ({passage.score:.2f})")
        print(f"    {chunk.url}")
        print(f"    {' '.join(chunk.text.split())[:240]}")
    return EXIT_DONE


def _ask(options: argparse.Namespace) -> int:
    from assistant.build import build_assistant
    from assistant.documents import answer_document, turns_of
    from assistant.pipeline import MIN_CONFIDENCE
    from assistant.terminal import render

    least = MIN_CONFIDENCE if options.min_confidence is None else options.min_confidence
    rows = _batch_rows(options, "question")
    history = _history(options.history)
    settings = _settings(options)
    if options.model is not None:
        settings = replace(settings, model=options.model)
    assistant = build_assistant(settings)
    assistant.prepare()
    if rows is not None:
        _write_batch(
            options.out,
            (
                {
                    "id": row["id"],
                    **answer_document(
                        assistant.ask(
                            row["question"], turns_of(row.get("history", ())), min_confidence=least
                        )
                    ),
                }
                for row in rows
            ),
        )
        return EXIT_DONE
    answer = assistant.ask(options.question, history, min_confidence=least)
    if options.json:
        _print_json(answer_document(answer))
    else:
        print(render(answer))
    return EXIT_DONE


def _check(options: argparse.Namespace) -> int:
    from assistant.build import build_fact_checker
    from assistant.documents import verdict_document
    from assistant.terminal import render_verdict

    rows = _batch_rows(options, "claim")
    checker = build_fact_checker(_settings(options))

    def checked(row: Mapping[str, Any]) -> Verdict:
        try:
            return checker.check(row["claim"])
        except InputError as error:
            raise InputError(f"{options.batch}, id {row['id']}: {error}") from error

    if rows is not None:
        _write_batch(
            options.out,
            ({"id": row["id"], **verdict_document(checked(row))} for row in rows),
        )
        return EXIT_DONE
    verdict = checker.check(options.claim)
    if options.json:
        _print_json(verdict_document(verdict))
    else:
        print(render_verdict(verdict))
    return EXIT_DONE


def _evaluate(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from assistant import evaluation_report as report
    from assistant.build import build_assistant
    from assistant.documents import turns_of
    from assistant.evaluate import evaluate, read_task, tallies

    tasks = []
    for number, line in enumerate(_read_text(options.questions).split("\n"), start=1):
        if line.strip():
            where = f"{options.questions}, line {number}"
            tasks.append(read_task(_json_object(line, where), where, turns_of))
    if not tasks:
        raise InputError(f"{options.questions} holds no questions.")
    settings = _settings(options)
    if options.model is not None:
        settings = replace(settings, model=options.model)
    assistant = build_assistant(settings)
    assistant.prepare()
    with tqdm(total=len(tasks), unit=" questions", disable=not sys.stderr.isatty()) as bar:
        judged = evaluate(tasks, assistant.ask, progress=lambda done: bar.update(done - bar.n))
    if options.json:
        _print_json(report.document(judged))
    else:
        print(report.table(judged))
    if options.report:
        written = json.dumps(report.document(judged), ensure_ascii=False, indent=1)
        options.report.with_suffix(".json").write_text(written, "utf-8")
        page = report.page(judged, options.questions.name)
        options.report.with_suffix(".html").write_text(page, "utf-8")
    if options.floor is not None and tallies(judged)["all"].good < options.floor:
        print(f"assistant: fewer than {options.floor:.0%} ended as they should.", file=sys.stderr)
        return EXIT_SOME_FAILED
    return EXIT_DONE


def _json_object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: no JSON ({error}).") from error
    if not isinstance(row, dict):
        raise InputError(f"{where}: no JSON object.")
    return row


def _serve(options: argparse.Namespace) -> int:
    from assistant.privacy.logs import unfailing_stderr

    with unfailing_stderr():
        return _serve_store(options)


def _serve_store(options: argparse.Namespace) -> int:
    from assistant.accounts import Accounts, accounts_path, is_loopback
    from ui.listening import listen

    settings = _settings(options)
    accounts = Accounts(accounts_path(settings.store))
    if not options.no_desks and not is_loopback(options.host):
        accounts.fit_for_others()
    with listen(options.host, options.port) as listener:
        return _serve_on(listener, options, settings, accounts)


def _serve_on(
    listener: socket, options: argparse.Namespace, settings: Settings, accounts: Accounts
) -> int:
    from assistant.profile import load_profile
    from vectorstore.versions import published_manifest

    load_profile(settings.profile)  # what is wrong is said before anything large is loaded
    if published_manifest(settings.store) is None:
        print("The store is empty: filling it with the starter pages.", file=sys.stderr)
        _maintainer(options).fill_with_starter_pages()
    from assistant.build import build_service

    service = build_service(settings)
    assistant = service.assistant
    service.retriever.session()

    from assistant.contacts import remarks
    from assistant.desk import StaffDesk
    from assistant.privacy.questions import QuestionStore, questions_path
    from assistant.upkeep import Upkeep
    from assistant.votes import VoteStore
    from ui.app import serve
    from ui.desks import Desks
    from ui.doors import Doors

    print("\n".join(remarks(assistant.profile.contacts, date.today())), file=sys.stderr)
    # the first question loads the encoder: let that be ours, so that nobody waits for it
    assistant.prepare()
    assistant.evidence(assistant.profile.examples[assistant.profile.languages[0]][0])
    questions = QuestionStore(questions_path(settings.store), settings.keep_questions_days)
    votes = VoteStore(settings.store / "votes.sqlite", questions=questions)
    doors = Doors(service, settings)
    desks = None
    if not options.no_desks:
        desk = StaffDesk(
            assistant,
            service.checker,
            service.retriever,
            settings.store,
            votes,
            questions,
            service.retriever.embedder.encode_documents,
        )
        upkeep = Upkeep(settings, load_profile(settings.profile))
        upkeep.keep_schedule()
        desks = Desks(accounts, desk, upkeep, doors.reception)
    serve(
        assistant,
        votes,
        options.host,
        options.port,
        doors,
        desks,
        listener=listener,
        framed_by=settings.embed_origins,
        open_browser=options.open,
    )
    return EXIT_DONE


def _user(options: argparse.Namespace) -> int:
    from assistant.users import run

    return run(options, _settings(options).store)


def _versions(options: argparse.Namespace) -> int:
    from assistant.documents import hold_document
    from assistant.report import render_hold
    from vectorstore.versions import held, published_number, versions

    store = _settings(options).store
    current, hold = published_number(store), held(store)
    kept = [
        {
            **asdict(manifest),
            "published": manifest.number == current,
            "held": hold is not None and manifest.number == hold.version,
        }
        for manifest in versions(store)
    ]
    if options.json:
        _print_json({"versions": kept, "held": hold_document(hold) if hold is not None else None})
        return EXIT_DONE
    if not kept:
        print("There is no index version yet. Run `assistant ingest SOURCE` first.")
    for entry in kept:
        mark = "→" if entry["published"] else "‖" if entry["held"] else " "
        print(
            f"{mark} {entry['number']}  {entry['pages']} pages, {entry['chunks']} chunks, "
            f"{entry['embedder']}"
        )
    if hold is not None:
        print(f"\n{render_hold(hold)}")
    return EXIT_DONE


def _publish(options: argparse.Namespace) -> int:
    return _say_version(
        options, _maintainer(options).publish_held(), "Published is now version {}."
    )


def _discard(options: argparse.Namespace) -> int:
    number = _maintainer(options).discard_held()
    return _say_version(options, number, "Dropped. Version {} goes on answering.")


def _rollback(options: argparse.Namespace) -> int:
    from vectorstore.versions import held

    maintainer = _maintainer(options)
    number = maintainer.roll_back(options.number)
    said = "Version {} answers now."
    if held(_settings(options).store) is not None:
        said += " What comes next waits for `assistant publish`."
    return _say_version(options, number, said)


def _say_version(options: argparse.Namespace, number: int, said: str) -> int:
    if options.json:
        _print_json({"index_version": number})
    else:
        print(said.format(number))
    return EXIT_DONE


def _rebuild(options: argparse.Namespace) -> int:
    from assistant.report import render_hold

    publication, hold = _maintainer(options).rebuild()
    if options.json:
        document: dict[str, Any] = {"index_version": publication.number}
        document |= {"embedded": publication.embedded, "held": hold is not None}
        _print_json(document)
    elif hold is None:
        print(f"Built and published version {publication.number}.")
    else:
        print(render_hold(hold))
    return EXIT_DONE if hold is None else EXIT_SOME_FAILED


def _backup(options: argparse.Namespace) -> int:
    number = _maintainer(options).backup(options.file)
    return _say_version(options, number, f"{options.file} holds version {{}}.")


def _restore(options: argparse.Namespace) -> int:
    from assistant.backup import restore

    number = restore(options.file, _settings(options).store)
    return _say_version(options, number, "Restored. Version {} answers.")


def _doctor(options: argparse.Namespace) -> int:
    from assistant.contacts import remarks
    from assistant.doctor import examine

    settings = _settings(options)
    findings = examine(settings)
    noted = remarks(_profile(settings).contacts, date.today())
    if options.json:
        _print_json({"well": not findings, "findings": [asdict(finding) for finding in findings]})
    else:
        print("\n".join(f"{f.what} {f.mend}" for f in findings) or "All is well.")
    print("\n".join(noted), file=sys.stderr)
    return EXIT_STORAGE if findings else EXIT_DONE


# -- what commands share -------------------------------------------------------------------------


def _settings(options: argparse.Namespace) -> Settings:
    from assistant.settings import Settings

    settings = Settings.from_environment(os.environ)
    return replace(settings, store=options.store) if options.store else settings


def _profile(settings: Settings) -> Profile:
    from assistant.edits import Edits
    from assistant.profile import load_profile

    return Edits(settings.store, load_profile(settings.profile)).profile()


def _maintainer(options: argparse.Namespace) -> Maintainer:
    from assistant.maintain import Maintainer
    from assistant.report import Bars

    settings = _settings(options)
    return Maintainer(settings, _profile(settings), progress=Bars(sys.stderr).show)


def _published_pages(options: argparse.Namespace) -> Any:
    from ingest.catalogue import Catalogue
    from vectorstore.versions import pages_path

    return Catalogue.open_snapshot(pages_path(_settings(options).store))


def _batch_rows(options: argparse.Namespace, field: str) -> list[dict[str, Any]] | None:
    """The rows of `--batch`, checked; None where one text was given on the command line."""
    from assistant.documents import turns_of

    text = getattr(options, field)
    if (text is None) == (options.batch is None):
        raise InputError(f"Give either one {field.upper()} or --batch FILE.")
    if options.batch is None:
        _refuse_half_characters(text, field.capitalize())
        return None
    if options.out is None:
        raise InputError("--batch FILE needs --out FILE.")
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(_read_text(options.batch).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{options.batch}, line {number}: no JSON ({error}).") from error
        if not isinstance(row, dict) or "id" not in row or not isinstance(row.get(field), str):
            raise InputError(f'{options.batch}, line {number}: needs "id" and a text "{field}".')
        turns_of(row.get("history", ()), where=f"{options.batch}, line {number}")
        _refuse_half_characters(row, f"{options.batch}, line {number}")
        rows.append(row)
    return rows


def _refuse_half_characters(given: object, where: str) -> None:
    """Bytes of an argument that are no UTF-8, and `"\\ud800"` in JSON, are no text to answer in."""
    try:
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{where}: holds half a character or bytes that are not UTF-8. Write it in UTF-8."
        ) from error


def _write_batch(out: Path, documents: Iterable[Mapping[str, Any]]) -> None:
    with out.open("w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


def _history(path: Path | None) -> list[Turn]:
    from assistant.documents import turns_of

    if path is None:
        return []
    try:
        messages = json.loads(_read_text(path))
    except ValueError as error:
        raise InputError(f"{path} is no JSON ({error}).") from error
    return turns_of(messages, where=str(path))


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path} cannot be read: {reason}.") from error


def _print_json(document: Any) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    print()


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port (0 to 65535)")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2022-08-07") from None
