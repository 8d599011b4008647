"""The commands of whoever runs the server: the switch, keys for programs, privacy."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.errors import InputError

Settings = Callable[[argparse.Namespace], Any]
Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_commands(command: Command, settings: Settings) -> None:
    """Add the commands to a parser.

    Args:
        command: makes one, from its name, what it runs and a line about it.
        settings: reads the settings for the options of a call.
    """

    def store_of(options: argparse.Namespace) -> Path:
        return Path(settings(options).store)

    made = command(
        "switch",
        lambda options: _switch(options, store_of(options)),
        "Take every running server of this store off the air within seconds, or show the state.",
    )
    made.add_argument("state", choices=("on", "off", "show"), nargs="?", default="show")
    made.add_argument("--message", default="", metavar="TEXT", help="shown to people, in English")
    made.add_argument("--message-ar", default="", metavar="TEXT", help="the same in Arabic")

    made = command(
        "key",
        lambda options: _key(options, store_of(options)),
        "Keys for programs that ask over HTTP.",
    )
    made.add_argument("what", choices=("add", "list", "remove"))
    made.add_argument("name", nargs="?", metavar="NAME", help="of the program")

    made = command(
        "privacy",
        lambda options: _privacy(options, settings(options)),
        "What is kept of the people who ask, where and for how long.",
    )
    made.add_argument("--questions", action="store_true", help="print the kept questions")
    made.add_argument("--forget", action="store_true", help="delete the kept questions now")

    command(
        "mcp",
        lambda options: _mcp(settings(options)),
        "Serve ask, search and check as MCP tools over standard input and output.",
    )


def _mcp(settings: Any) -> int:
    import asyncio

    from assistant.build import build_service
    from ui.doors import program_version
    from ui.tools import InProcess, build_tools

    service = build_service(settings)
    service.assistant.prepare()
    name = next(iter(service.assistant.profile.name.values()))
    tools = build_tools(InProcess(service), name, program_version())
    asyncio.run(tools.run_stdio_async())
    return 0


def _privacy(options: argparse.Namespace, settings: Any) -> int:
    from assistant.privacy.inventory import inventory
    from assistant.privacy.questions import QuestionStore, questions_path

    path = questions_path(settings.store)
    questions = QuestionStore(path, settings.keep_questions_days)
    if options.forget:
        questions.forget()
    if options.questions:
        rows = [
            {
                "day": kept.day.isoformat(),
                "language": kept.language,
                "status": kept.status,
                "question": kept.question,
                "pages": list(kept.pages),
            }
            for kept in (questions.read() if path.exists() else ())
        ]
        if options.json:
            print(json.dumps({"questions": rows}, ensure_ascii=False, indent=1))
        for row in () if options.json else rows:
            print(f"{row['day']}  {row['status']}  {row['question']}")
        return 0
    kept = inventory(settings)
    if options.json:
        print(json.dumps({"kept": [asdict(each) for each in kept]}, ensure_ascii=False, indent=1))
    for each in () if options.json else kept:
        print(
            f"{each.what}\n    where: {each.where}\n    until: {each.until}\n    now:   {each.now}"
        )
    return 0


def _switch(options: argparse.Namespace, store: Path) -> int:
    from assistant.switch import read_switch, switch_off, switch_on

    if options.state == "off":
        said = {"en": options.message, "ar": options.message_ar}
        switch_off(store, {tag: text for tag, text in said.items() if text})
    elif options.state == "on":
        switch_on(store)
    off = read_switch(store)
    document = {
        "state": "off" if off else "on",
        "since": off.since.isoformat() if off else None,
        "message": dict(off.message) if off else {},
    }
    if options.json:
        print(json.dumps(document, ensure_ascii=False, indent=1))
    elif off:
        print(f"Off since {off.since:%Y-%m-%d %H:%M} UTC. People in danger are still referred.")
    else:
        print("On.")
    return 0


def _key(options: argparse.Namespace, store: Path) -> int:
    from assistant.keys import add_key, key_entries, remove_key

    if options.what == "list":
        entries = [
            {k: v for k, v in asdict(entry).items() if k in ("name", "id", "added")}
            for entry in key_entries(store)
        ]
        if options.json:
            print(json.dumps({"keys": entries}, ensure_ascii=False, indent=1))
        for entry in () if options.json else entries:
            print(f"{entry['added']}  {entry['id']}  {entry['name']}")
        return 0
    if not options.name:
        raise InputError(f"Give the program's name: assistant key {options.what} NAME.")
    if options.what == "remove":
        remove_key(store, options.name)
        print(json.dumps({"removed": options.name}) if options.json else f"{options.name} removed.")
        return 0
    key = add_key(store, options.name)
    if options.json:
        print(json.dumps({"name": options.name, "key": key}))
    else:
        print(f"{key}\nThis is the only time it is shown. Send it as: Authorization: Bearer KEY")
    return 0
