"""The command `assistant`: parse, call, say what went wrong. INTERFACE names commands and codes."""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from assistant.commands import operation, pages, questions, serving, users, versions
from assistant.commands.exits import EXIT_CODES, EXIT_DONE, exit_code, one_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code. Errors are one line on stderr."""
    signal.signal(signal.SIGTERM, _terminated)
    # Python looks through all that was loaded before it ends, two seconds of work after `serve`
    # (far more on a busy machine), and for nothing.
    atexit.register(gc.freeze)
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        print("Stopped. What was stored before stays stored.", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:  # the reader of our output (`| head`) went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except tuple(kind for kind, _ in EXIT_CODES) as error:
        print(f"assistant: {one_line(error)}", file=sys.stderr)
        return exit_code(error)


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="assistant",
        description="Answers questions from an organisation's own pages, in their exact words.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--store", type=Path, metavar="DIR", help="folder that holds everything")
    common.add_argument("--json", action="store_true", help="one JSON document on stdout")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], int], about: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[common], help=about, description=about)
        made.set_defaults(run=run)
        return made

    pages.add_commands(command)
    questions.add_commands(command)
    serving.add_commands(command)
    versions.add_commands(command)
    operation.add_commands(command)
    users.add_commands(commands, common)
    return parser


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
