"""Keys for programs."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from assistant import keys
from assistant.cli import main
from assistant.errors import InputError
from assistant.keys import Keys, add_key, key_entries, remove_key


def test_a_key_is_known_by_its_program_until_it_is_taken_away(tmp_path: Path) -> None:
    known = Keys(tmp_path)
    key = add_key(tmp_path, "intranet")
    other = add_key(tmp_path, "portal")

    assert [known.name_of(key), known.name_of(other)] == ["intranet", "portal"]
    remove_key(tmp_path, "intranet")
    assert [known.name_of(key), known.name_of(other)] == [None, "portal"]


def test_a_key_with_one_letter_changed_is_not_known(tmp_path: Path) -> None:
    known = Keys(tmp_path)
    key = add_key(tmp_path, "intranet")
    changed = key[:-1] + ("a" if key[-1] != "a" else "b")

    assert [known.name_of(k) for k in (changed, key[:-1], key + "a", "", "x" * 9_999)] == [None] * 5


def test_no_key_stands_in_the_file(tmp_path: Path) -> None:
    key = add_key(tmp_path, "intranet")

    path = tmp_path / "keys.json"
    assert key.rpartition("_")[2] not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_made_up_key_costs_no_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_key(tmp_path, "intranet")
    hashed: list[str] = []
    monkeypatch.setattr(keys, "_hash", lambda secret, salt: hashed.append(secret) or "")

    assert Keys(tmp_path).name_of("ask_zzzzzzzz_" + "a" * 32) is None
    assert hashed == []


@pytest.mark.parametrize("name", ["", " x", "a/b", "x" * 65, "a\nb"])
def test_a_name_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="is no name for a key"):
        add_key(tmp_path, name)


def test_two_programs_cannot_have_one_name(tmp_path: Path) -> None:
    add_key(tmp_path, "intranet")

    with pytest.raises(InputError, match="named intranet already"):
        add_key(tmp_path, "intranet")


def test_the_commands_add_list_and_remove(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path), "--json"]
    assert main(["key", "add", "intranet", *store]) == 0
    key = json.loads(capsys.readouterr().out)["key"]
    assert Keys(tmp_path).name_of(key) == "intranet"

    assert main(["key", "list", *store]) == 0
    [listed] = json.loads(capsys.readouterr().out)["keys"]
    assert set(listed) == {"name", "id", "added"}

    assert main(["key", "remove", "intranet", *store]) == 0
    assert key_entries(tmp_path) == []
    assert main(["key", "remove", "intranet", *store]) == 2
    assert main(["key", "add", *store]) == 2
