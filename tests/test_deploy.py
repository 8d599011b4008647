"""The deployment examples name files, commands, routes and settings that there are."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from assistant.cli import build_parser
from assistant.settings import Settings
from tests.places import PRODUCT
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
    ours = [name for name in copied if not name.startswith(("--", "/"))]
    assert all((ROOT / name).exists() or (PRODUCT / name).exists() for name in ours)
    command = next(line for line in lines if line.startswith("CMD "))
    options = build_parser().parse_args(re.findall(r'"([^"]+)"', command))
    assert (options.host, options.port) == ("0.0.0.0", 7860)
    assert any(line.startswith("USER 10001") for line in lines)


def test_the_health_check_asks_a_route_that_there_is_the_same_in_both_files() -> None:
    [line] = re.findall(r"HEALTHCHECK .*?CMD (\[.*?\])\n", read("Containerfile"), re.DOTALL)
    composed = yaml.safe_load(read("compose.yaml"))["services"]["assistant"]["healthcheck"]

    assert ["CMD", *json.loads(line)] == composed["test"]
    ast.parse(composed["test"][-1])
    assert "http://127.0.0.1:7860/readyz" in composed["test"][-1]


@pytest.mark.parametrize("name", ["assistant", "refresh"])
def test_every_container_of_ours_is_held_tight(name: str) -> None:
    service = yaml.safe_load(read("compose.yaml"))["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["store:/store"]
    assert not {"privileged", "user", "ports", "devices"} & service.keys()


def test_who_answers_has_no_way_out_and_who_fetches_has() -> None:
    compose = yaml.safe_load(read("compose.yaml"))

    service = compose["services"]["assistant"]
    assert service["networks"] == ["inside"]
    assert compose["services"]["refresh"]["networks"] == ["outside"]
    assert compose["networks"]["outside"] == {}
    assert compose["networks"]["inside"]["internal"] is True
    subnet = compose["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    proxies = {"ASSISTANT_TRUSTED_PROXIES": service["environment"]["ASSISTANT_TRUSTED_PROXIES"]}
    assert str(Settings.from_environment(proxies).trusted_proxies[0]) == subnet


@pytest.mark.parametrize("unit", ["assistant.service", "assistant-refresh.service"])
def test_the_units_run_commands_that_there_are(unit: str) -> None:
    [command] = re.findall(r"^ExecStart=\S+/assistant (.*)$", read(unit), re.MULTILINE)

    assert build_parser().parse_args(shlex.split(command)).run


def test_the_proxy_is_no_wider_than_the_wall() -> None:
    config = read("nginx.conf")

    assert int(re.findall(r"client_max_body_size (\d+)k;", config)[0]) * 1024 <= MAX_BODY_BYTES
    assert float(re.findall(r"client_body_timeout (\d+)s;", config)[0]) <= BODY_DEADLINE_S
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in config
    assert config.count("{") == config.count("}")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs Debian's systemd")
def test_systemd_finds_nothing_wrong_in_the_units(tmp_path: Path) -> None:
    units = [tmp_path / path.name for path in FILES if path.suffix in (".service", ".timer")]
    for unit in units:
        text = read(unit.name).replace("/opt/assistant/bin/assistant", sys.executable)
        unit.write_text(text.replace("User=assistant", "User=root"))

    assert len(units) == 3
    assert complaints("systemd-analyze", "verify", *map(str, units)) == ""


@pytest.mark.skipif(not shutil.which("nginx"), reason="needs Debian's nginx-light")
def test_nginx_finds_nothing_wrong_in_its_file(tmp_path: Path) -> None:
    config = tmp_path / "nginx.conf"
    text = read("nginx.conf").replace("server assistant:7860", "server 127.0.0.1:7860")
    config.write_text(text.replace("/var/run", str(tmp_path)))

    assert complaints("nginx", "-t", "-q", "-c", str(config)) == ""


def complaints(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True)
    return ran.stdout + ran.stderr + (f"exit {ran.returncode}" if ran.returncode else "")
