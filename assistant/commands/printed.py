"""What a call writes: JSON on stdout, rows of a batch."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assistant.commands.exits import EXIT_DONE


def print_json(document: Any) -> None:
    """Print one document."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    print()


def write_batch(out: Path, documents: Iterable[Mapping[str, Any]]) -> None:
    """Write a document a line."""
    with out.open("w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


def say_version(options: argparse.Namespace, number: int, said: str) -> int:
    """Print which index version a command left; `said` has a place for its number."""
    if options.json:
        print_json({"index_version": number})
    else:
        print(said.format(number))
    return EXIT_DONE
