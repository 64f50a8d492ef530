"""The main job, end to end through the installed command on the sample papers."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import hostile_pdfs
import pytest
from homes import Home
from process_groups import living, until


def _copy(home: Home, to: Path) -> Home:
    shutil.copytree(home.path, to)
    return Home(to)


def test_papers_become_claims_with_burden_and_evidence(undisturbed: Home) -> None:
    ran = undisturbed.burden("export", "facts")
    assert ran.returncode == 0, ran.stderr
    records = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {"1707.99006", "1912.99001", "2011.99002", "2105.99003"} >= {record["arxiv_id"] for record in records}
    [run] = [
        record for record in records if record["arxiv_id"] == "1912.99001" and record.get("duration_hours") == 84.0
    ]
    assert run["accelerator"] == "NVIDIA Tesla P100"
    assert run["accelerator_count"] == 8
    assert run["hardware_burden_flop"] == pytest.approx(8 * 10.6e12 * 84 * 3600)
    assert "3.5 days" in run["evidence"]
    assert len(run["bbox"]) == 4 and run["page"] == 2


def test_second_run_reads_nothing_and_changes_no_byte(undisturbed: Home, few_papers: Path, tmp_path: Path) -> None:
    home = _copy(undisturbed, tmp_path / "home")
    before = home.database.read_bytes()
    summary = home.ingest(few_papers)
    assert (summary["papers_seen"], summary["papers_unchanged"], summary["papers_parsed"]) == (5, 4, 0)
    assert summary["failed_by_cause"] == {"broken": 1}
    assert home.database.read_bytes() == before


def test_second_run_loads_no_reader_and_starts_no_worker(undisturbed: Home, few_papers: Path, tmp_path: Path) -> None:
    home = _copy(undisturbed, tmp_path / "home")
    program = f"""
import sys, multiprocessing
from flows.discovery import IngestRequest
from flows.ingest import ingest
from flows.settings import load_settings
from pathlib import Path
tally = ingest(IngestRequest(folder=Path({str(few_papers)!r})), load_settings())
assert tally.papers_unchanged == 4, tally
print(sorted({{"spacy", "pymupdf", "prefect", "pebble"}} & set(sys.modules)))
"""
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, env=home.environment, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_papers_added_later_are_read_and_the_others_left(undisturbed: Home, samples_dir: Path, tmp_path: Path) -> None:
    home = _copy(undisturbed, tmp_path / "home")
    folder = tmp_path / "grown"
    folder.mkdir()
    for name in ("1912.99001", "2210.99012"):
        shutil.copy(samples_dir / f"{name}.pdf", folder)
    # the same bytes under a name that tells nothing: the same document, no new paper
    shutil.copy(samples_dir / "2011.99002.pdf", folder / "downloaded (1).pdf")
    summary = home.ingest(folder)
    assert (summary["papers_new"], summary["papers_unchanged"], summary["papers_parsed"]) == (1, 2, 1)
    assert home.count("papers") == undisturbed.count("papers") + 1


def _ended(process: subprocess.Popen[str]) -> Callable[[], bool]:
    def wait() -> bool:
        try:
            process.wait(timeout=0.01)
        except subprocess.TimeoutExpired:
            return False
        return True

    return wait


def _stopped(home: Home, folder: Path, moment: Callable[[], bool], stop: signal.Signals) -> bool:
    """Start a run and stop it at the moment; False for one that ended before its Ctrl-C came."""
    process = home.popen("ingest", "--from-folder", folder)
    assert until(moment, _ended(process))
    if stop is signal.SIGINT:
        os.killpg(process.pid, stop)  # as a terminal sends it: to every process of the group
    else:
        os.kill(process.pid, stop)  # workers are left alone, and must see for themselves
    _, errors = process.communicate(timeout=60)
    until(lambda: not living(process.pid), lambda: Event().wait(0.02))
    if stop is not signal.SIGINT:
        return True
    if process.returncode != 0:
        assert process.returncode == 130
        assert "interrupted" in errors and "Traceback" not in errors
    return process.returncode != 0


def _told_runs(home: Home) -> list[dict[str, Any]]:
    ran = home.burden("runs", "--json")
    assert ran.returncode == 0, ran.stderr
    told: list[dict[str, Any]] = json.loads(ran.stdout)["ingest_runs"]
    return told


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="proc: no /proc to look for left-over workers")
def test_stopped_at_any_moment_then_run_again_ends_as_if_undisturbed(
    home: Home, few_papers: Path, undisturbed: Home
) -> None:
    moments: list[tuple[Callable[[], bool], signal.Signals]] = [
        (home.database.exists, signal.SIGKILL),
        (lambda: home.count("ingest_runs") > 0, signal.SIGKILL),
        (lambda: home.count("ingest_runs") > 1, signal.SIGINT),
        (lambda: home.count("extractions") >= 1, signal.SIGKILL),
    ]
    for _ in range(3):
        if all(_stopped(home, few_papers, moment, stop) for moment, stop in moments):
            break
        shutil.rmtree(home.path)  # on a busy machine a run may end before its Ctrl-C comes
    else:
        pytest.fail("each run ended before it could be interrupted")
    told = [(run["status"], run["finished"] is None) for run in _told_runs(home)]
    assert sorted(told) == [("interrupted", False), ("interrupted", True), ("interrupted", True)]
    summary = home.ingest(few_papers)
    assert summary["papers_parsed"] >= 1
    assert home.contents() == undisturbed.contents()
    assert [run["status"] for run in _told_runs(home)] == ["succeeded", *["interrupted"] * 3]
    assert not list(home.path.glob("*.lock")) and home.count("leases") == 0


def test_hostile_pdfs_fail_alone_each_with_a_cause(home: Home, few_papers: Path, undisturbed: Home) -> None:
    makers = (
        hostile_pdfs.html_error_page,
        hostile_pdfs.encrypted_with_user_password,
        hostile_pdfs.zero_pages,
        hostile_pdfs.a_thousand_pages,
        hostile_pdfs.xref_loop,
        hostile_pdfs.deflate_bomb_of_text,
        hostile_pdfs.scanned_page,
    )
    expected = {case.name: case.outcome for case in hostile_pdfs.CASES}
    folder = home.path.parent / "mixed"
    shutil.copytree(few_papers, folder)
    for maker in makers:
        (folder / f"{maker.__name__}.pdf").write_bytes(maker())
    limits = {"BURDEN_JOBS": "2", "BURDEN_WORKER_MEMORY_LIMIT_MB": str(hostile_pdfs.MEMORY_LIMIT_MB)}
    limited = Home(home.path, tuple(limits.items()))
    summary = limited.ingest(folder)
    causes = {failure["paper"].removesuffix(".pdf"): failure["cause"] for failure in summary["failures"]}
    for maker in makers:
        assert causes.get(maker.__name__) == expected[maker.__name__], maker.__name__
    # what stands in the good papers is all there
    assert set(undisturbed.contents()["claims"]) <= set(home.contents()["claims"])
    # causes are remembered: the second run does not wait for the hanging ones again
    again = limited.ingest(folder)
    assert {failure["paper"].removesuffix(".pdf"): failure["cause"] for failure in again["failures"]} == causes
    assert again["papers_parsed"] == 0
    strict = limited.burden("ingest", "--from-folder", folder, "--strict")
    assert strict.returncode == 1
    assert strict.stderr.count("failed: ") == len(causes)


def test_failed_papers_are_tried_again_on_request(home: Home, few_papers: Path, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.copy(few_papers / "1912.99001.pdf", folder)
    hurried = Home(home.path, (("BURDEN_TIME_LIMIT_SECONDS", "0.01"),))
    assert hurried.ingest(folder)["failed_by_cause"] == {"timeout": 1}
    assert home.ingest(folder)["failed_by_cause"] == {"timeout": 1}
    assert home.ingest(folder, "--retry-failed")["papers_parsed"] == 1
    assert home.ingest(folder, "--strict")["papers_unchanged"] == 1


def test_full_disk_is_a_clear_error_and_a_rerun_completes(home: Home, few_papers: Path, undisturbed: Home) -> None:
    for largest_file_bytes in (90_000, 250_000):  # the schema does not fit, some claims do not

        def fill(limit: int = largest_file_bytes) -> None:  # files that can't grow stand in for a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        ran = home.burden("ingest", "--from-folder", few_papers, preexec_fn=fill)
        assert ran.returncode == 1, ran.stdout
        [line] = ran.stderr.splitlines()
        assert line.startswith("Error: ") and "unexpected" not in line
    home.ingest(few_papers)
    assert home.contents() == undisturbed.contents()


def test_database_out_of_reach_is_a_clear_error(home: Home, few_papers: Path) -> None:
    unreachable = (("BURDEN_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:9/burden"),)
    ran = Home(home.path, unreachable).burden("ingest", "--from-folder", few_papers)
    assert ran.returncode == 1
    [line] = ran.stderr.splitlines()
    assert "127.0.0.1" in line and "hunter2" not in line


def test_limit_stops_after_so_many_papers(undisturbed: Home, few_papers: Path, tmp_path: Path) -> None:
    summary = _copy(undisturbed, tmp_path / "home").ingest(few_papers, "--limit", 2)
    assert summary["papers_seen"] == 2
