"""The main job as a Prefect flow on a real Prefect server, and that server's schedules."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
import requests
from study_tables import write_table

if TYPE_CHECKING:
    from tests.flows.conftest import Home


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _until(condition: Callable[[], Any], server: subprocess.Popen[bytes], seconds: float = 120) -> Any:
    """What ``condition`` gives as soon as it gives something."""
    end = monotonic() + seconds
    while not (found := condition()):
        assert server.poll() is None, "the Prefect server ended"
        assert monotonic() < end, "waited in vain"
        Event().wait(0.1)
    return found


@pytest.fixture(scope="module")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address of a Prefect server's API, with a home of its own and an impatient scheduler."""
    home = tmp_path_factory.mktemp("prefect")
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "0",
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
        "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
    }
    log = (home / "server.log").open("wb")
    command = [str(Path(sys.executable).parent / "prefect"), "server", "start", "--no-ui"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    api = f"http://127.0.0.1:{port}/api"

    def healthy() -> bool:
        try:
            return requests.get(f"{api}/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        _until(healthy, server)
        yield api, server
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _post(url: str, body: dict[str, Any]) -> Any:
    answer = requests.post(url, json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


def test_flow_on_a_server_ends_as_the_plain_run_does(
    prefect_server: tuple[str, subprocess.Popen[bytes]], home: Home, few_papers: Path, undisturbed: Home
) -> None:
    api, _ = prefect_server
    variables = {"PREFECT_API_URL": api, "PREFECT_HOME": str(home.path / "prefect"), "DO_NOT_TRACK": "1"}
    summary = type(home)(home.path, tuple(variables.items())).ingest(few_papers, "--prefect")
    assert (summary["papers_parsed"], summary["failed_by_cause"]) == (4, {"broken": 1})
    assert home.contents() == undisturbed.contents()
    [run] = _post(f"{api}/flow_runs/filter", {})
    assert run["state_type"] == "COMPLETED"
    assert run["parameters"]["request"]["folder"] == str(few_papers)
    [task] = _post(f"{api}/task_runs/filter", {})
    assert task["state_type"] == "COMPLETED"


def test_a_flow_reads_papers_and_then_fits_what_is_there(
    prefect_server: tuple[str, subprocess.Popen[bytes]], home: Home, few_papers: Path, tmp_path: Path
) -> None:
    api, _ = prefect_server
    variables = {"PREFECT_API_URL": api, "PREFECT_HOME": str(home.path / "prefect"), "DO_NOT_TRACK": "1"}
    nightly = type(home)(home.path, tuple(variables.items()))
    assert nightly.burden("import", "computer-progress", write_table(tmp_path / "tables", 8)).returncode == 0
    assert nightly.ingest(few_papers, "--prefect", "--analyze", tmp_path / "report")["papers_parsed"] == 4
    assert (tmp_path / "report" / "index.html").exists() and home.count("analysis_runs") == 1
    flows = {flow["id"]: flow["name"] for flow in _post(f"{api}/flows/filter", {})}
    runs = _post(f"{api}/flow_runs/filter", {})
    [night] = [run["start_time"] for run in runs if flows[run["flow_id"]] == "ingest and analyze"]
    runs = [run for run in runs if run["start_time"] >= night]
    by_name = {flows[run["flow_id"]]: run for run in runs}
    assert {name: run["state_type"] for name, run in by_name.items()} == {
        "ingest and analyze": "COMPLETED",
        "ingest": "COMPLETED",
        "analyze": "COMPLETED",
    }
    assert by_name["ingest"]["end_time"] <= by_name["analyze"]["start_time"]


def test_a_cron_schedule_ticks(prefect_server: tuple[str, subprocess.Popen[bytes]]) -> None:
    api, server = prefect_server
    flow = _post(f"{api}/flows/", {"name": "scheduled"})
    schedule = {"active": True, "schedule": {"cron": "* * * * *", "timezone": "UTC"}}
    deployment = _post(f"{api}/deployments/", {"name": "nightly", "flow_id": flow["id"], "schedules": [schedule]})
    wanted = {
        "deployments": {"id": {"any_": [deployment["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    runs = _until(lambda: _post(f"{api}/flow_runs/filter", wanted), server)
    assert {run["auto_scheduled"] for run in runs} == {True}
