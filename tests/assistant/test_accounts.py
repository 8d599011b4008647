"""Who may sign in, as it is kept and as the command says it."""

from __future__ import annotations

import io
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.accounts import Accounts, Role, is_loopback
from assistant.cli import main
from assistant.errors import AccountError

GOOD = "quiet river lamp"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    moments = (datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=n) for n in range(99))
    return Accounts(tmp_path / "accounts.json", now=lambda: next(moments))


def test_an_account_opens_with_its_password_and_no_other(accounts: Accounts) -> None:
    made = accounts.add("mona", Role.STAFF, GOOD)

    assert accounts.verify("Mona", GOOD) == made
    assert accounts.verify("mona", GOOD + " ") is None
    assert accounts.verify("nobody", GOOD) is None
    assert accounts.verify("mona", "x" * 100_000) is None


def test_the_file_holds_no_password_and_nobody_else_reads_it(accounts: Accounts) -> None:
    accounts.add("منى", Role.MAINTAINER, GOOD)

    assert GOOD not in accounts.path.read_text(encoding="utf-8")
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600


def test_another_process_sees_what_was_changed(accounts: Accounts) -> None:
    accounts.add("mona", Role.STAFF, GOOD)
    server = Accounts(accounts.path)
    assert server.verify("mona", GOOD) is not None

    accounts.set_password("mona", "another good phrase")
    accounts.set_role("mona", Role.MAINTAINER)

    assert server.verify("mona", GOOD) is None
    changed = server.verify("mona", "another good phrase")
    assert changed is not None
    assert changed.role is Role.MAINTAINER
    accounts.remove("mona")
    assert server.all() == []


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "password1234",
        "aaaaaaaaaaaaaaaa",
        "mona-mona-mona1",
        "qwertyuiop12",
        "123456789012",
        "x" * 1_001,
    ],
)
def test_a_password_that_a_guesser_would_find_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(AccountError, match="The password is too"):
        accounts.add("mona", Role.STAFF, password)

    assert accounts.all() == []


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a/b", "a\nb", "a\u202eb", "../a"])
def test_a_name_that_cannot_be_told_apart_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError, match="cannot be the name of an account"):
        accounts.add(name, Role.STAFF, GOOD)


def test_a_name_is_given_once_however_it_is_written(accounts: Accounts) -> None:
    accounts.add("Mona", Role.STAFF, GOOD)

    with pytest.raises(AccountError, match="already an account Mona"):
        accounts.add("mona", Role.STAFF, GOOD)


def test_others_are_let_in_only_past_a_good_lock(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="no maintainer account"):
        accounts.fit_for_others()
    accounts.add("staff", Role.STAFF, GOOD)
    with pytest.raises(AccountError, match="no maintainer account"):
        accounts.fit_for_others()
    accounts.add("mona", Role.MAINTAINER, GOOD)
    accounts.fit_for_others()
    accounts.path.chmod(0o640)
    with pytest.raises(AccountError, match="chmod 600"):
        accounts.fit_for_others()
    accounts.path.chmod(0o600)
    document = json.loads(accounts.path.read_text(encoding="utf-8"))
    document["accounts"][0]["n"] = 2**10
    accounts.path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(AccountError, match="hashed too weakly"):
        accounts.fit_for_others()


@pytest.mark.parametrize(
    ("host", "only_here"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("127.9.9.9", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.5", False),
        ("example.org", False),
    ],
)
def test_what_only_this_machine_reaches(host: str, only_here: bool) -> None:
    assert is_loopback(host) is only_here


def test_a_damaged_file_is_one_clear_sentence(accounts: Accounts) -> None:
    accounts.path.write_text("{", encoding="utf-8")

    with pytest.raises(AccountError, match=r"accounts\.json cannot be read"):
        accounts.all()


def test_the_command_makes_lists_changes_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["user", *words, "--store", str(tmp_path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    add = ("add", "mona", "--role", "staff")
    assert run(*add, "--password-stdin", typed=f"{GOOD}\n")[0] == 0
    assert run(*add, "--password-stdin", typed=f"{GOOD}\n")[0] == 2
    assert run(*add)[2] == (
        "assistant: There is no terminal to ask for the password on. "
        "Give it with --password-stdin.\n"
    )
    assert run("role", "mona", "maintainer")[1] == "mona: is now maintainer.\n"
    assert run("password", "mona", "--password-stdin", typed="weak\n")[0] == 2
    [account] = json.loads(run("list", "--json")[1])["accounts"]
    assert (account["name"], account["role"]) == ("mona", "maintainer")
    assert run("remove", "mona")[:2] == (0, "mona: can no longer sign in.\n")
    assert run("remove", "mona")[2] == ("assistant: There is no account mona. There are: none.\n")


def test_serving_others_without_a_maintainer_is_refused_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["serve", "--host", "0.0.0.0", "--port", "0", "--store", str(tmp_path)])

    assert code == 2
    assert "assistant user add NAME --role maintainer" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []
