"""The command `assistant user`: who may sign in to the desks."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from typing import Any

from assistant.accounts import Accounts, Role, accounts_path
from assistant.commands.exits import EXIT_DONE
from assistant.commands.given import settings_of
from assistant.errors import AccountError


def add_commands(program: Any, common: argparse.ArgumentParser) -> None:
    """Add `user` with its `add`, `password`, `role`, `remove` and `list` to a parser.

    Args:
        program: the commands of the program, as `add_subparsers` gives them.
        common: the options that every command has.
    """
    about = "Say who may sign in to the desks."
    user: argparse.ArgumentParser = program.add_parser("user", help=about, description=about)
    user.set_defaults(run=_run)
    commands = user.add_subparsers(metavar="WHAT", required=True)

    def command(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[common], help=about, description=about)
        made.set_defaults(do=run)
        return made

    made = command("add", _add, "Make an account; the password is asked for.")
    made.add_argument("name", metavar="NAME")
    made.add_argument("--role", type=Role, choices=list(Role), required=True)
    _password_argument(made)
    made = command("password", _password, "Give an account a new password.")
    made.add_argument("name", metavar="NAME")
    _password_argument(made)
    made = command("role", _role, "Let an account enter other rooms.")
    made.add_argument("name", metavar="NAME")
    made.add_argument("role", type=Role, choices=list(Role))
    made = command("remove", _remove, "Take an account away.")
    made.add_argument("name", metavar="NAME")
    command("list", _list, "List the accounts.")


def _run(options: argparse.Namespace) -> int:
    accounts = Accounts(accounts_path(settings_of(options).store))
    said: dict[str, Any] = options.do(accounts, options)
    if options.json:
        print(json.dumps(said, ensure_ascii=False))
    elif "accounts" in said:
        for account in said["accounts"]:
            print(f"{account['role']:10}  {account['name']}  (password of {account['changed']})")
        if not said["accounts"]:
            print("There are no accounts. Make one: assistant user add NAME --role maintainer")
    else:
        print(f"{said['name']}: {said['done']}.")
    return EXIT_DONE


def _password_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _add(accounts: Accounts, options: argparse.Namespace) -> dict[str, Any]:
    account = accounts.add(options.name, options.role, _asked(options))
    return {
        "name": account.name,
        "role": str(account.role),
        "done": f"may sign in as {options.role}",
    }


def _password(accounts: Accounts, options: argparse.Namespace) -> dict[str, Any]:
    account = accounts.set_password(options.name, _asked(options))
    return {"name": account.name, "role": str(account.role), "done": "has a new password"}


def _role(accounts: Accounts, options: argparse.Namespace) -> dict[str, Any]:
    account = accounts.set_role(options.name, options.role)
    return {"name": account.name, "role": str(account.role), "done": f"is now {options.role}"}


def _remove(accounts: Accounts, options: argparse.Namespace) -> dict[str, Any]:
    accounts.remove(options.name)
    return {"name": options.name, "done": "can no longer sign in"}


def _list(accounts: Accounts, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "accounts": [
            {"name": account.name, "role": str(account.role), "changed": account.changed[:10]}
            for account in accounts.all()
        ]
    }


def _asked(options: argparse.Namespace) -> str:
    """The password: the first line of standard input, or asked for twice without showing it."""
    if options.password_stdin:
        line = sys.stdin.readline()
        return line.rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AccountError(
            "There is no terminal to ask for the password on. Give it with --password-stdin."
        )
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise AccountError("The two passwords differ; nothing was changed.")
    return password
