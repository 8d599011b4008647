"""The commands of whoever runs the server: the switch, keys for programs, privacy."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from assistant.commands import Command
from assistant.commands.exits import EXIT_DONE
from assistant.commands.given import settings_of
from assistant.commands.printed import print_json
from assistant.errors import InputError


def add_commands(command: Command) -> None:
    """Add the commands to a parser."""
    made = command(
        "switch",
        _switch,
        "Take every running server of this store off the air within seconds, or show the state.",
    )
    made.add_argument("state", choices=("on", "off", "show"), nargs="?", default="show")
    made.add_argument("--message", default="", metavar="TEXT", help="shown to people, in English")
    made.add_argument("--message-ar", default="", metavar="TEXT", help="the same in Arabic")

    made = command(
        "key",
        _key,
        "Keys for programs that ask over HTTP.",
    )
    made.add_argument("what", choices=("add", "list", "remove"))
    made.add_argument("name", nargs="?", metavar="NAME", help="of the program")

    made = command(
        "privacy",
        _privacy,
        "What is kept of the people who ask, where and for how long.",
    )
    made.add_argument("--questions", action="store_true", help="print the kept questions")
    made.add_argument("--forget", action="store_true", help="delete the kept questions now")

    command(
        "mcp",
        _mcp,
        "Serve ask, search and check as MCP tools over standard input and output.",
    )


def _mcp(options: argparse.Namespace) -> int:
    import asyncio

    from assistant.build import build_service
    from ui.doors import program_version
    from ui.tools import InProcess, build_tools

    service = build_service(settings_of(options))
    service.assistant.prepare()
    name = next(iter(service.assistant.profile.name.values()))
    tools = build_tools(InProcess(service), name, program_version())
    asyncio.run(tools.run_stdio_async())
    return EXIT_DONE


def _privacy(options: argparse.Namespace) -> int:
    from assistant.privacy.inventory import inventory
    from assistant.privacy.questions import QuestionStore, questions_path

    settings = settings_of(options)
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
            print_json({"questions": rows})
        for row in () if options.json else rows:
            print(f"{row['day']}  {row['status']}  {row['question']}")
        return EXIT_DONE
    kept = inventory(settings)
    if options.json:
        print_json({"kept": [asdict(each) for each in kept]})
    for each in () if options.json else kept:
        print(
            f"{each.what}\n    where: {each.where}\n    until: {each.until}\n    now:   {each.now}"
        )
    return EXIT_DONE


def _switch(options: argparse.Namespace) -> int:
    from assistant.switch import read_switch, switch_off, switch_on

    store = settings_of(options).store
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
        print_json(document)
    elif off:
        print(f"Off since {off.since:%Y-%m-%d %H:%M} UTC. People in danger are still referred.")
    else:
        print("On.")
    return EXIT_DONE


def _key(options: argparse.Namespace) -> int:
    from assistant.keys import add_key, key_entries, remove_key

    store = settings_of(options).store
    if options.what == "list":
        entries = [
            {k: v for k, v in asdict(entry).items() if k in ("name", "id", "added")}
            for entry in key_entries(store)
        ]
        if options.json:
            print_json({"keys": entries})
        for entry in () if options.json else entries:
            print(f"{entry['added']}  {entry['id']}  {entry['name']}")
        return EXIT_DONE
    if not options.name:
        raise InputError(f"Give the program's name: assistant key {options.what} NAME.")
    if options.what == "remove":
        remove_key(store, options.name)
        print(json.dumps({"removed": options.name}) if options.json else f"{options.name} removed.")
        return EXIT_DONE
    key = add_key(store, options.name)
    if options.json:
        print(json.dumps({"name": options.name, "key": key}))
    else:
        print(f"{key}\nThis is the only time it is shown. Send it as: Authorization: Bearer KEY")
    return EXIT_DONE
