"""The deployment examples name files, commands, routes and settings that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from assistant.cli import _parser
from assistant.settings import Settings
from ui.wall import BODY_DEADLINE_S, MAX_BODY_BYTES

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
FILES = sorted(DEPLOY.iterdir())


def read(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_there_is(path: Path) -> None:
    known = {f"ASSISTANT_{name.upper()}" for name in Settings.__slots__}

    assert set(re.findall(r"ASSISTANT_[A-Z_]+", path.read_text("utf-8"))) <= known


def test_the_containerfile_copies_what_there_is_and_runs_what_there_is() -> None:
    lines = read("Containerfile").splitlines()

    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert all((ROOT / name).exists() for name in copied if not name.startswith(("--", "/")))
    command = next(line for line in lines if line.startswith("CMD "))
    options = _parser().parse_args(re.findall(r'"([^"]+)"', command))
    assert (options.host, options.port) == ("0.0.0.0", 7860)
    assert any(line.startswith("USER 10001") for line in lines)


def test_the_compose_file_is_held_tight() -> None:
    compose = yaml.safe_load(read("compose.yaml"))

    service = compose["services"]["assistant"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"] is True
    subnet = compose["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    proxies = {"ASSISTANT_TRUSTED_PROXIES": service["environment"]["ASSISTANT_TRUSTED_PROXIES"]}
    assert str(Settings.from_environment(proxies).trusted_proxies[0]) == subnet
    assert "ports" not in service


@pytest.mark.parametrize("unit", ["assistant.service", "assistant-refresh.service"])
def test_the_units_run_commands_that_there_are(unit: str) -> None:
    [command] = re.findall(r"^ExecStart=\S+/assistant (.*)$", read(unit), re.MULTILINE)

    assert _parser().parse_args(shlex.split(command)).run


def test_the_proxy_is_no_wider_than_the_wall() -> None:
    config = read("nginx.conf")

    assert int(re.findall(r"client_max_body_size (\d+)k;", config)[0]) * 1024 <= MAX_BODY_BYTES
    assert float(re.findall(r"client_body_timeout (\d+)s;", config)[0]) <= BODY_DEADLINE_S
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in config
    assert config.count("{") == config.count("}")
