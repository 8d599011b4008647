"""What other packages say in English, told in the room's language."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.places import PRODUCT
from ui.said import in_language, said
from ui.texts import ARABIC, ENGLISH

# What the handlers of the desks call, and whose errors they show.
HEARD = (
    *("upkeep", "uploads", "bank", "schedule", "switch", "desk", "jobs", "factcheck"),
    *("contacts", "edits", "impact", "privacy/questions"),
)
# Said of files of the server, to whoever starts it: the desks are never there to show them.
AT_THE_START = re.compile(
    r"X: each contact|The profile lacks|X holds no|X cannot be read: it is|X: X$|X$"
)


def literal(node: ast.expr) -> str | None:
    """A string as it may come out, X for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (v.value if isinstance(v, ast.Constant) else "X" for v in node.values)
        return "".join(map(str, parts))
    return None


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that is raised, yielded as a fault, or given as a reason to wait."""
    for module in HEARD:
        tree = ast.parse((PRODUCT / "assistant" / f"{module}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            said: ast.expr | None = None
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                said = node.exc.args[0]
            elif isinstance(node, ast.Yield) and module in ("contacts", "edits"):
                said = node.value
            elif (
                isinstance(node, ast.Call)
                and module == "impact"
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "append"
            ):
                said = node.args[0]
            text = literal(said) if said is not None else None
            if text is not None and not AT_THE_START.match(text):
                yield module, text[0].upper() + text[1:] if text.startswith("contact") else text


SENTENCES = list(sentences())


def test_the_sentences_of_the_desks_were_found() -> None:
    assert len(SENTENCES) > 50


@pytest.mark.parametrize(("module", "text"), SENTENCES)
def test_every_sentence_that_a_desk_shows_is_known_in_arabic(module: str, text: str) -> None:
    # where an entry or a fault is filled in, one is needed
    tried = [text, re.sub(r"X\.$", "is empty.", text), re.sub("^X", "Contact 1 ('1')", text)]

    assert any(in_language(each, "ar") for each in tried), f"{module}: {text}"


def test_a_fault_is_told_with_its_entry() -> None:
    told = in_language("Contact 2 ('16000') has no 'label' in 'ar'.", "ar")

    assert told == "جهة الاتصال 2 ('16000'): ينقصها ما يقرؤه الناس باللغة 'ar'."


def test_what_is_not_known_keeps_its_own_words_below_the_rooms() -> None:
    shown = said("The disk <is> full.", ARABIC)

    assert shown.startswith(ARABIC.not_done)
    assert '<bdi lang="en" dir="ltr">The disk &lt;is&gt; full.</bdi>' in shown
    assert "The disk &lt;is&gt; full." in said("The disk <is> full.", ENGLISH)


def test_a_translation_fills_in_nothing_that_was_not_said() -> None:
    path = PRODUCT / "ui" / "words" / "ar.said.toml"
    for english, arabic in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert set(re.findall(r"{(\w+)}", arabic)) <= set(re.findall(r"{(\w+)}", english))
