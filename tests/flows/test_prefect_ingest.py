"""The main job and the night as Prefect flows on a real Prefect server, and that server's schedules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from homes import Home
from loopback_arxiv import LoopbackArxiv
from prefect_servers import asking_again, free_port, running_prefect, until_given
from study_tables import write_table

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address of a Prefect server's API, and its process."""
    with running_prefect(tmp_path_factory.mktemp("prefect")) as running:
        yield running


def _got(url: str) -> Any:
    """What is there; None while there is nothing."""
    with asking_again() as session:
        answer = session.get(url, timeout=30)
    return answer.json() if answer.ok else None


def _post(url: str, body: dict[str, Any]) -> Any:
    with asking_again() as session:
        answer = session.post(url, json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


def test_flow_on_a_server_ends_as_the_plain_run_does(
    prefect_server: tuple[str, subprocess.Popen[bytes]], home: Home, few_papers: Path, undisturbed: Home
) -> None:
    api, _ = prefect_server
    variables = {"PREFECT_API_URL": api, "PREFECT_HOME": str(home.path / "prefect"), "DO_NOT_TRACK": "1"}
    summary = Home(home.path, tuple(variables.items())).ingest(few_papers, "--prefect")
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
    nightly = Home(home.path, tuple(variables.items()))
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


def test_burden_schedule_serves_a_night_that_ticks_and_is_told_on_the_server(
    prefect_server: tuple[str, subprocess.Popen[bytes]], home: Home, samples_dir: Path
) -> None:
    api, server = prefect_server
    with LoopbackArxiv() as arxiv:
        paper = (samples_dir / "1912.99001.pdf").read_bytes()
        arxiv.add("2406.00001", pdfs=[paper], changed=datetime.now(UTC).date())
        variables = arxiv.environment() | {
            "PREFECT_API_URL": api,
            "PREFECT_HOME": str(home.path / "prefect"),
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        }
        serving = Home(home.path, tuple(variables.items())).popen("schedule", "--cron", "30 4 * * *")
        try:
            found = until_given(lambda: _got(f"{api}/deployments/name/night/nightly"), server)
            of_night = {"deployments": {"id": {"any_": [found["id"]]}}}
            ticks = until_given(lambda: _post(f"{api}/flow_runs/filter", of_night), server)
            assert {(tick["auto_scheduled"], tick["state_type"]) for tick in ticks} == {(True, "SCHEDULED")}
            started = _post(f"{api}/deployments/{found['id']}/create_flow_run", {"idempotency_key": "once"})
            ended = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
            address = f"{api}/flow_runs/{started['id']}"
            run = until_given(lambda: (now := _got(address)) and now["state_type"] in ended and now, server)
        finally:
            serving.terminate()
            output, errors = serving.communicate(timeout=60)
    assert (run["state_type"], run["state"]["message"]) == ("COMPLETED", "night 1: succeeded"), (output, errors)
    tasks = _post(f"{api}/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    assert {task["name"].rpartition("-")[0] for task in tasks} == {"papers", "analysis", "release"}
    [artifact] = _post(f"{api}/artifacts/filter", {"artifacts": {"key": {"any_": ["night"]}}})
    assert artifact["data"].startswith("# Night 1: succeeded") and "1 found, 1 read, 0 failed" in artifact["data"]
    assert home.count("nightly_runs") == home.count("extractions") == 1


def test_prefect_yaml_deploys_the_night_to_a_work_pool(
    prefect_server: tuple[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    api, _ = prefect_server
    _post(f"{api}/work_pools/", {"name": "burden", "type": "process"})
    shutil.copy(PROJECT / "prefect.yaml", tmp_path)
    environment = os.environ | {"PREFECT_API_URL": api, "PREFECT_HOME": str(tmp_path / "prefect"), "DO_NOT_TRACK": "1"}
    command = [str(Path(sys.executable).parent / "prefect"), "--no-prompt", "deploy", "--all"]
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    # no look at the exit code: Prefect 3.8.8 stumbles over its own question for workers once all is done
    deployed = _got(f"{api}/deployments/name/night/nightly")
    assert deployed, ran.stdout + ran.stderr
    assert (deployed["work_pool_name"], deployed["entrypoint"]) == ("burden", "flows.prefect_nightly.night_flow")
    [planned] = deployed["schedules"]
    assert planned["active"] and planned["schedule"]["cron"] == "30 4 * * 1-5"


_NIGHT_WITHOUT_SERVER = """
from datetime import UTC, datetime
import flows.prefect_nightly
from db.nights import NightReport, NightStatus, StepOutcome, StepState

def night(settings, request, perform):
    step = perform("papers", lambda: print("step", flush=True) or StepOutcome("papers", StepState.DONE, "2 read"))
    now = datetime.now(UTC)
    return NightReport(7, now, "db1", "x1", status=NightStatus.SUCCEEDED, finished=now, steps=(step,))

flows.prefect_nightly.night = night
state = flows.prefect_nightly.night_flow.fn()
print(state.type.value, state.message)
"""


def test_a_night_ends_well_where_the_server_has_gone_away(home: Home) -> None:
    environment = os.environ | {
        "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api",
        "PREFECT_HOME": str(home.path / "prefect"),
        "PREFECT_CLIENT_MAX_RETRIES": "0",
        "BURDEN_HOME": str(home.path),
    }
    ran = subprocess.run(
        [sys.executable, "-c", _NIGHT_WITHOUT_SERVER], env=environment, cwd=PROJECT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["step", "COMPLETED night 7: succeeded"]


def test_without_a_server_burden_schedule_says_so_in_one_line(home: Home) -> None:
    ran = home.burden("schedule")
    assert ran.returncode == 1
    [line] = ran.stderr.splitlines()
    assert line.startswith("Error: PREFECT_API_URL is not set") and "--once" in line
    assert home.burden("schedule", "--cron", "every night").returncode == 2
    assert home.burden("schedule", "--timezone", "Mars/Olympus").returncode == 2
