"""How long one is signed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.accounts import Account, Accounts, Role
from ui.sessions import IDLE_S, WHOLE_S, Sessions

GOOD = "quiet river lamp"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "accounts.json")


@pytest.fixture
def mona(accounts: Accounts) -> Account:
    return accounts.add("mona", Role.MAINTAINER, GOOD)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_session_ends_half_an_hour_after_its_last_sign_of_life(
    accounts: Accounts, mona: Account
) -> None:
    clock = Clock()
    sessions = Sessions(accounts, clock)
    token = sessions.begin(mona)

    clock.now = IDLE_S
    assert sessions.of(token) is not None
    clock.now = 2 * IDLE_S
    assert sessions.of(token) is not None
    clock.now = 3 * IDLE_S + 1
    assert sessions.of(token) is None


def test_a_session_ends_with_the_day_however_busy(accounts: Accounts, mona: Account) -> None:
    clock = Clock()
    sessions = Sessions(accounts, clock)
    token = sessions.begin(mona)

    while clock.now < WHOLE_S:
        assert sessions.of(token) is not None
        clock.now += IDLE_S
    clock.now += 1

    assert sessions.of(token) is None


def test_every_sign_in_has_a_token_of_its_own_and_ends_the_one_before(
    accounts: Accounts, mona: Account
) -> None:
    sessions = Sessions(accounts)
    first = sessions.begin(mona)
    second = sessions.begin(mona, instead_of=first)

    assert sessions.of(first) is None
    assert sessions.of(second) is not None
    sessions.end(second)
    assert sessions.of(second) is None
    assert sessions.of("") is None


@pytest.mark.parametrize("change", ["password", "role", "remove"])
def test_a_change_of_the_account_ends_its_sessions(
    accounts: Accounts, mona: Account, change: str
) -> None:
    sessions = Sessions(accounts)
    token = sessions.begin(mona)

    if change == "password":
        accounts.set_password("mona", "another good phrase")
    elif change == "role":
        accounts.set_role("mona", Role.STAFF)
    else:
        accounts.remove("mona")

    assert sessions.of(token) is None
