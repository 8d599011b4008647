"""What a call gives: its options' types, its settings, the texts of its batch."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.maintain import Maintainer
    from assistant.profile import Profile
    from assistant.settings import Settings
    from assistant.types import Turn


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings of the environment, with the store that the call names."""
    from assistant.settings import Settings

    settings = Settings.from_environment(os.environ)
    return replace(settings, store=options.store) if options.store else settings


def profile_of(settings: Settings) -> Profile:
    """The profile as the maintainers have edited it."""
    from assistant.edits import Edits
    from assistant.profile import load_profile

    return Edits(settings.store, load_profile(settings.profile)).profile()


def maintainer_of(options: argparse.Namespace) -> Maintainer:
    """The maintainer of the store; shows bars on a terminal."""
    from assistant.maintain import Maintainer
    from assistant.report import Bars

    settings = settings_of(options)
    return Maintainer(settings, profile_of(settings), progress=Bars(sys.stderr).show)


def published_pages(options: argparse.Namespace) -> Any:
    """The pages of the published version."""
    from ingest.catalogue import Catalogue
    from vectorstore.versions import pages_path

    return Catalogue.open_snapshot(pages_path(settings_of(options).store))


def query_arguments(parser: argparse.ArgumentParser, name: str, metavar: str) -> None:
    """Let a command take one text, or a batch of them."""
    parser.add_argument(name, nargs="?", metavar=metavar)
    parser.add_argument("--batch", type=Path, metavar="FILE", help="JSON Lines in")
    parser.add_argument("--out", type=Path, metavar="FILE", help="JSON Lines out, same order")


def batch_rows(options: argparse.Namespace, field: str) -> list[dict[str, Any]] | None:
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
    for number, line in enumerate(read_text(options.batch).split("\n"), start=1):
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


def history_of(path: Path | None) -> list[Turn]:
    """The earlier messages in a file; none without one.

    Raises:
        InputError: it holds no list of messages.
    """
    from assistant.documents import turns_of

    if path is None:
        return []
    try:
        messages = json.loads(read_text(path))
    except ValueError as error:
        raise InputError(f"{path} is no JSON ({error}).") from error
    return turns_of(messages, where=str(path))


def json_object(line: str, where: str) -> dict[str, Any]:
    """The object in a line.

    Raises:
        InputError: it holds none; names `where`.
    """
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: no JSON ({error}).") from error
    if not isinstance(row, dict):
        raise InputError(f"{where}: no JSON object.")
    return row


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path} cannot be read: {reason}.") from error


def positive(text: str) -> int:
    """A whole number from 1 on."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def port(text: str) -> int:
    """A port; 0 lets the system choose."""
    value = int(text)
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port (0 to 65535)")
    return value


def share(text: str) -> float:
    """A number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def day(text: str) -> date:
    """A day as 2022-08-07."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2022-08-07") from None
