"""The command `assistant serve`: everything that one server needs, put together."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING

from assistant.commands import Command
from assistant.commands.exits import EXIT_DONE
from assistant.commands.given import maintainer_of, port, settings_of

if TYPE_CHECKING:
    from socket import socket

    from assistant.accounts import Accounts
    from assistant.settings import Settings


def add_commands(command: Command) -> None:
    """Add the commands to a parser."""
    made = command("serve", _serve, "Open the chat in a browser.")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=port, default=7860)
    made.add_argument("--open", action="store_true", help="open a browser window")
    made.add_argument("--no-desks", action="store_true", help="only what needs no signing in")


def _serve(options: argparse.Namespace) -> int:
    from assistant.privacy.logs import unfailing_stderr

    with unfailing_stderr():
        return _serve_store(options)


def _serve_store(options: argparse.Namespace) -> int:
    from assistant.accounts import Accounts, accounts_path, is_loopback
    from ui.listening import allow_files, listen

    allow_files()
    settings = settings_of(options)
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
        maintainer_of(options).fill_with_starter_pages()
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
