"""What deployment files ask of the program is there: commands, settings, secrets, folders; pages tell the truth."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from cli import main
from flows.setting_files import file_variable
from flows.settings import PREFIX, Settings

PROJECT = Path(__file__).parents[1]
DEPLOY = PROJECT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "burden:latest"}
VARIABLES = [PREFIX + field.upper() for field in Settings.model_fields]


def parsed(arguments: list[str]) -> str:
    """The name of the command that takes these arguments; click raises where none does."""
    command: click.Command = main
    while isinstance(command, click.Group):
        command, arguments = command.commands[arguments[0]], arguments[1:]
    command.make_context(command.name, arguments)
    return str(command.name)


def test_what_the_containers_run_is_there() -> None:
    commands = {name: parsed(service["command"]) for name, service in OURS.items() if "entrypoint" not in service}
    assert commands == {"web": "web", "night": "schedule"}
    (image_default,) = re.findall(r"^CMD (\[.*\])$", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert parsed(yaml.safe_load(image_default)) == "web"


def test_what_the_units_run_is_there() -> None:
    told = "\n".join(unit.read_text() for unit in UNITS)
    lines = re.findall(r"/opt/burden/bin/burden ([^\n']*)", told)
    assert [parsed(shlex.split(line)) for line in lines] == ["backup", "schedule", "web"]


def test_every_setting_that_the_files_name_is_one() -> None:
    known = {*VARIABLES, *map(file_variable, VARIABLES)}
    for path in (DEPLOY / "Dockerfile", DEPLOY / "compose.yaml", *UNITS):
        assert set(re.findall(r"\bBURDEN_[A-Z_]+\b", path.read_text())) <= known, path.name


def test_containers_are_shut_but_for_this_machine_and_secrets_come_as_files() -> None:
    for service in COMPOSE["services"].values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert {volume.partition(":")[0] for volume in service["volumes"]} <= set(COMPOSE["volumes"])
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
        secret = [name for name in service["environment"] if re.search("PASSWORD|TOKEN|DATABASE_URL", name)]
        assert all(name.endswith("_FILE") for name in secret)
    for service in OURS.values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
    ends = re.findall(r"^(FROM|USER) (\S+)", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert ends[-1] == ("USER", "burden")


def test_no_log_of_a_container_grows_without_end() -> None:
    assert all(
        {"max-size", "max-file"} <= set(service["logging"]["options"]) for service in COMPOSE["services"].values()
    )


def test_commands_of_root_run_as_the_services_do(tmp_path: Path) -> None:
    (tmp_path / "systemd-run").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "systemd-run").chmod(0o755)
    command = [DEPLOY / "run_as_service.sh", "user", "add", "ada b"]
    ran = subprocess.run(command, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=True)
    *options, program, group, verb, name = ran.stdout.splitlines()
    assert (program, group, verb, name) == ("/opt/burden/bin/burden", "user", "add", "ada b")
    unit = (DEPLOY / "systemd" / "burden-web.service").read_text()
    [home] = re.findall(r"BURDEN_HOME=\S+", unit)
    [url] = re.findall(r"LoadCredential=database_url:(\S+)", unit)
    [settings] = re.findall(r"EnvironmentFile=\S+", unit)
    told = {"--uid=burden", "--gid=burden", f"--property={settings}"}
    assert told | {f"--setenv={home}", f"--setenv=BURDEN_DATABASE_URL_FILE={url}"} <= set(options)


def test_the_image_is_built_from_all_that_the_wheel_is_made_of() -> None:
    wheel = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    wanted = {
        *wheel["only-include"],
        *wheel["force-include"],
        "pyproject.toml",
        "constraints.txt",
        "README.md",
        "LICENSE",
    }
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == wanted
    assert all((PROJECT / path).exists() for path in kept)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    script = shutil.copy(DEPLOY / "make_secrets.sh", tmp_path)
    subprocess.run([script], check=True, timeout=30)
    password = (tmp_path / "secrets" / "postgres_password").read_text()
    assert len(password) == 48
    assert (tmp_path / "secrets" / "database_url").read_text() == f"postgresql://burden:{password}@database/burden"
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    again = subprocess.run([script], capture_output=True, text=True, check=False, timeout=30)
    assert again.returncode == 1 and "nothing changed" in again.stderr
    assert (tmp_path / "secrets" / "postgres_password").read_text() == password


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in UNITS:
        text = unit.read_text().replace("/opt/burden/bin/burden", sys.executable)
        (tmp_path / unit.name).write_text(text)
    ran = subprocess.run(
        [verify, "verify", "--recursive-errors=no", *(str(tmp_path / unit.name) for unit in UNITS)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    said = [line for line in ran.stderr.splitlines() if "burden" in line]
    assert (ran.returncode, said) == (0, []), ran.stderr


def test_old_backups_go_but_for_the_newest_seven(tmp_path: Path) -> None:
    unit = (DEPLOY / "systemd" / "burden-backup.service").read_text()
    (command,) = re.findall(r"^ExecStartPre=/bin/sh -c '(.*)'$", unit, flags=re.MULTILINE)
    names = [f"burden-2026-03-{day:02}T120000Z.backup" for day in range(1, 11)]
    for name in names:
        (tmp_path / name).touch()
    subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True, timeout=30)
    assert sorted(path.name for path in tmp_path.iterdir()) == names, "they are new"
    for name in names[:9]:
        os.utime(tmp_path / name, (1, 1))
    subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True, timeout=30)
    assert sorted(path.name for path in tmp_path.iterdir()) == names[3:]


def test_compose_takes_its_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed")
    command = [docker, "compose", "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_page_tells_every_setting_in_order_with_its_default() -> None:
    page = (PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(BURDEN_\w+)` \| (.+?) \| \S", page, flags=re.MULTILINE)
    assert [variable for variable, _ in told] == VARIABLES
    plain = {
        PREFIX + name.upper(): str(field.default)
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, str | int | float) and field.default != ""
    }
    assert {variable: default.strip("`") for variable, default in told if variable in plain} == plain
