"""The commands about index versions: list, publish, go back, rebuild, back up, prove."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from assistant.commands import Command
from assistant.commands.exits import EXIT_DONE, EXIT_SOME_FAILED, EXIT_STORAGE
from assistant.commands.given import maintainer_of, positive, profile_of, settings_of
from assistant.commands.printed import print_json, say_version


def add_commands(command: Command) -> None:
    """Add the commands to a parser."""
    command("publish", _publish, "Answer from the index version that was held back.")
    command("discard", _discard, "Drop the index version that was held back.")
    command("versions", _versions, "List the index versions that are kept.")

    made = command("rollback", _rollback, "Publish an earlier index version again.")
    made.add_argument("number", type=positive, nargs="?", metavar="VERSION")
    command("rebuild", _rebuild, "Build every index anew from the stored pages.")

    made = command("backup", _backup, "Write the store to one file, also during an ingest.")
    made.add_argument("file", type=Path, metavar="FILE")

    made = command("restore", _restore, "Make a new store out of a backup.")
    made.add_argument("file", type=Path, metavar="FILE")
    command("doctor", _doctor, "Verify store and indexes against each other.")


def _versions(options: argparse.Namespace) -> int:
    from assistant.documents import hold_document
    from assistant.report import render_hold
    from vectorstore.versions import held, published_number, versions

    store = settings_of(options).store
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
        print_json({"versions": kept, "held": hold_document(hold) if hold is not None else None})
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
    return say_version(
        options, maintainer_of(options).publish_held(), "Published is now version {}."
    )


def _discard(options: argparse.Namespace) -> int:
    number = maintainer_of(options).discard_held()
    return say_version(options, number, "Dropped. Version {} goes on answering.")


def _rollback(options: argparse.Namespace) -> int:
    from vectorstore.versions import held

    maintainer = maintainer_of(options)
    number = maintainer.roll_back(options.number)
    said = "Version {} answers now."
    if held(settings_of(options).store) is not None:
        said += " What comes next waits for `assistant publish`."
    return say_version(options, number, said)


def _rebuild(options: argparse.Namespace) -> int:
    from assistant.report import render_hold

    publication, hold = maintainer_of(options).rebuild()
    if options.json:
        document: dict[str, Any] = {"index_version": publication.number}
        document |= {"embedded": publication.embedded, "held": hold is not None}
        print_json(document)
    elif hold is None:
        print(f"Built and published version {publication.number}.")
    else:
        print(render_hold(hold))
    return EXIT_DONE if hold is None else EXIT_SOME_FAILED


def _backup(options: argparse.Namespace) -> int:
    number = maintainer_of(options).backup(options.file)
    return say_version(options, number, f"{options.file} holds version {{}}.")


def _restore(options: argparse.Namespace) -> int:
    from assistant.backup import restore

    number = restore(options.file, settings_of(options).store)
    return say_version(options, number, "Restored. Version {} answers.")


def _doctor(options: argparse.Namespace) -> int:
    from assistant.contacts import remarks
    from assistant.doctor import examine

    settings = settings_of(options)
    findings = examine(settings)
    noted = remarks(profile_of(settings).contacts, date.today())
    if options.json:
        print_json({"well": not findings, "findings": [asdict(finding) for finding in findings]})
    else:
        print("\n".join(f"{f.what} {f.mend}" for f in findings) or "All is well.")
    print("\n".join(noted), file=sys.stderr)
    return EXIT_STORAGE if findings else EXIT_DONE
