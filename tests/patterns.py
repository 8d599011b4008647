"""Every regular expression of the product, how it is used, and texts that are hard for it.

Run as `python -m tests.patterns FOLDER` it prints them as JSON: a process of its own, so that none
is missed because somebody else had it compiled before.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

from tests.places import PRODUCT

PACKAGES = ("ingest", "vectorstore", "assistant", "ui")
FROM_THE_START = {"match", "fullmatch"}  # the methods that look at one place only
QUESTIONS = (
    "Since when is IOM in Egypt?",
    "How many people came to the roundtable in Rabat on 16 May 2023, and what about 2022?",
    "منذ متى للمنظمة حضور في مصر؟ وماذا عن السودان؟",
    "ezay a2addem 3ala el 3awda?",
)

Met = dict[tuple[str, int, str, str], None]  # pattern, flags, file, how it is used


def everything(folder: Path) -> Met:
    """What is compiled while all modules are imported, all rules made, some questions asked."""
    met: Met = {}
    compile_ = _compiler.compile

    def heard(pattern: Any, flags: int = 0) -> Any:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename == re.__file__:
            frame = frame.f_back
        if frame is not None and _is_ours(file := Path(frame.f_code.co_filename)):
            text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
            met[text, int(flags), str(file.relative_to(PRODUCT)), _use(file, frame.f_lineno)] = None
        return compile_(pattern, flags)

    _compiler.compile = heard
    re.purge()
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(PRODUCT / package)], f"{package}."):
            if "training" not in module.name and "__main__" not in module.name:
                importlib.import_module(module.name)
    from tests.ui.service import small_service

    service = small_service(folder)
    for question in QUESTIONS:
        service.assistant.ask(question, min_confidence=0.0)
        service.checker.check(question)
    _compiler.compile = compile_
    return met | _written_in_place()


def _is_ours(file: Path) -> bool:
    return file.is_relative_to(PRODUCT) and file.relative_to(PRODUCT).parts[0] in PACKAGES


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@cache
def _use(file: Path, line: int) -> str:
    """The method that the pattern of this line is used with; "finditer" for all that search."""
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Assign) and node.lineno <= line <= (node.end_lineno or 0):
            name = ast.unparse(node.targets[0])
            if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "re.compile":
                used = set(re.findall(rf"\b{name}\.(\w+)", file.read_text("utf-8")))
                return max(used) if used and used <= FROM_THE_START else "finditer"
    return "finditer"


@cache
def _files() -> tuple[Path, ...]:
    found = (path for package in PACKAGES for path in sorted((PRODUCT / package).rglob("*.py")))
    return tuple(path for path in found if "training" not in path.parts)


def _written_in_place() -> Met:
    """Those that stand in a call, `re.sub(r"…", …)`, whether it has run or not."""
    met: Met = {}
    for path in _files():
        for node in ast.walk(_tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func.value) == "re"
                and node.func.attr not in ("compile", "escape")
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                said = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
                names = [each.attr for each in said if isinstance(each, ast.Attribute)]
                flags = sum(int(getattr(re, name)) for name in names if name.isupper())
                use = node.func.attr if node.func.attr in FROM_THE_START else "finditer"
                met[node.args[0].value, flags, str(path.relative_to(PRODUCT)), use] = None
    return met


# -- texts that are hard -------------------------------------------------------------------------

PIECES = "a|A|1| |1 |-|.|,|\n|<|(|[|ا|و|ال |a@|* |_a|#".split("|")


def hard_texts(pattern: str, flags: int, chars: int) -> Iterator[str]:
    """Texts of so many characters: what a part of the pattern repeats, again and again."""
    for before, piece, after in dict.fromkeys(_pumps(pattern, flags)):
        yield f"{before}{(piece * (chars // len(piece) + 1))[:chars]}{after}"


def _pumps(pattern: str, flags: int) -> Iterator[tuple[str, str, str]]:
    tree = _parser.parse(pattern, flags)
    for piece in (*PIECES, _sample(tree), _sample(tree)[:-1]):
        if piece:
            yield "", piece, ""
    for before, piece in dict.fromkeys(_repeated(tree, "")):
        for after in ("", "\0", "!"):
            yield before, piece, after
        yield "", before + piece, ""


def _repeated(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """What may be repeated, and a text that leads there."""
    for op, argument in tree:
        if op in _REPEATS:
            _, most, body = argument
            if most > 2 and (text := _sample(body)):
                yield before, text
            yield from _repeated(body, before)
        elif op is _constants.SUBPATTERN:
            yield from _repeated(argument[3], before)
        elif op is _constants.BRANCH:
            for branch in argument[1]:
                yield from _repeated(branch, before)
        elif op in (_constants.ASSERT, _constants.ASSERT_NOT):
            yield from _repeated(argument[1], before)
        before += _sample([(op, argument)])


_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


def _sample(tree: Any) -> str:
    """Some text that a part of a pattern matches."""
    out = ""
    for op, argument in tree:
        if op is _constants.LITERAL:
            out += chr(argument)
        elif op in (_constants.NOT_LITERAL, _constants.ANY):
            out += "b" if argument == ord("a") else "a"
        elif op is _constants.IN:
            out += _member(argument)
        elif op in _REPEATS:
            out += _sample(argument[2]) * argument[0]
        elif op is _constants.SUBPATTERN:
            out += _sample(argument[3])
        elif op is _constants.BRANCH:
            out += _sample(argument[1][0])
    return out


def _member(allowed: Any) -> str:
    """A character of a class."""
    if allowed[0][0] is _constants.NEGATE:
        free = (c for c in "a 1.اA-\n" if not any(_holds(each, c) for each in allowed[1:]))
        return next(free, "ß")
    op, argument = allowed[0]
    if op is _constants.CATEGORY:
        return next(c for c in "1 a-" if _holds(allowed[0], c))
    return chr(argument[0] if op is _constants.RANGE else argument)


def _holds(each: Any, char: str) -> bool:
    op, argument = each
    if op is _constants.LITERAL:
        return chr(argument) == char
    if op is _constants.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    kind = str(argument)
    isin = {"D": char.isdigit(), "S": char.isspace(), "W": char.isalnum()}[
        kind.rpartition("_")[2][0]
    ]
    return isin != ("NOT" in kind)


if __name__ == "__main__":
    json.dump(sorted(everything(Path(sys.argv[1]))), sys.stdout)
