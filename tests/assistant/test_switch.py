"""The switch: written by a command, seen by every server of the store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.errors import InputError
from assistant.switch import Switch, read_switch, switch_off, switch_on


def test_it_is_on_until_it_is_switched_off_and_on_again(tmp_path: Path) -> None:
    assert read_switch(tmp_path) is None

    off = switch_off(tmp_path, {"en": "Back soon."})
    assert read_switch(tmp_path) == off

    assert switch_on(tmp_path)
    assert read_switch(tmp_path) is None
    assert not switch_on(tmp_path)


def test_a_server_sees_it_after_a_second(tmp_path: Path) -> None:
    now = 0.0
    switch = Switch(tmp_path, lambda: now)
    assert switch.off() is None
    off = switch_off(tmp_path, {})

    now = 0.9
    assert switch.off() is None
    now = 1.0
    assert switch.off() == off


@pytest.mark.parametrize("content", ["", "{", "[]", '{"since": 3}', '{"since": "x", "message": 1}'])
def test_a_file_that_cannot_be_read_counts_as_off(tmp_path: Path, content: str) -> None:
    (tmp_path / "switched-off.json").write_text(content)

    off = read_switch(tmp_path)

    assert off is not None
    assert off.message == {}


def test_a_message_is_short(tmp_path: Path) -> None:
    switch_off(tmp_path, {"en": "x" * 400})

    with pytest.raises(InputError, match="401 characters"):
        switch_off(tmp_path, {"en": "x" * 401})


def test_the_command_switches_and_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path), "--json"]

    assert main(["switch", "off", "--message", "Back soon.", "--message-ar", "نعود.", *store]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["state"], said["message"]) == ("off", {"en": "Back soon.", "ar": "نعود."})

    assert main(["switch", "on", *store]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "on"
