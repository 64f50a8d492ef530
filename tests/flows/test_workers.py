"""A PDF that hangs, explodes or crashes costs itself only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from extractors.records import FailureCause
from flows.workers import Limits, PdfJob, Reading, WorkerError, read_papers

LIMITS = Limits(time_limit_seconds=3, memory_limit_mb=400, pdf_limit_mb=1)
UNRULY = "unruly_readers:read"


def _jobs(folder: Path, *contents: bytes) -> list[PdfJob]:
    jobs = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.pdf"
        path.write_bytes(content)
        jobs.append(PdfJob(key=str(number), path=path))
    return jobs


def _causes(readings: list[Reading]) -> dict[str, str]:
    return {
        reading.job.path.read_bytes()[:10].decode(): reading.error.cause.value if reading.error else "read"
        for reading in readings
    }


def test_every_unruly_pdf_fails_alone_with_its_cause(tmp_path: Path) -> None:
    contents = (b"one", b"hang", b"two", b"abort", b"eat", b"three", b"killed", b"refuse", b"bug", b"x" * 1_100_000)
    readings = list(read_papers(_jobs(tmp_path, *contents), LIMITS, workers=2, reader=UNRULY))
    assert _causes(readings) == {
        "one": "read",
        "two": "read",
        "three": "read",
        "hang": "timeout",
        "abort": "crash",
        "eat": "memory",
        "killed": "memory",
        "refuse": "broken",
        "bug": "crash",
        "xxxxxxxxxx": "too_large",
    }
    assert len(readings) == len(contents)
    bug = next(reading.error for reading in readings if reading.job.path.read_bytes() == b"bug")
    assert bug is not None and "KeyError" in bug.message


def test_a_stray_kill_costs_no_paper(tmp_path: Path) -> None:
    contents = (f"once {tmp_path / 'mark'}".encode(), b"one", b"two")
    readings = list(read_papers(_jobs(tmp_path, *contents), LIMITS, reader=UNRULY))
    assert {reading.extraction and reading.extraction.sha256 for reading in readings} == {"once", "one", "two"}


def test_no_job_starts_no_process(tmp_path: Path) -> None:
    # a reader that does not exist would stop the run if a worker were started
    assert list(read_papers([], LIMITS, reader="no_such_module:read")) == []


def test_a_reader_that_never_loads_stops_the_run_with_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="stop as soon as they start"):
        list(read_papers(_jobs(tmp_path, b"one"), LIMITS, reader="no_such_module:read"))


def test_jobs_are_drawn_only_as_workers_become_free(tmp_path: Path) -> None:
    drawn = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal drawn
        path = tmp_path / "same.pdf"
        path.write_bytes(b"same")
        while True:
            drawn += 1
            yield PdfJob(key=str(drawn), path=path)

    readings = read_papers(endless(), LIMITS, workers=1, reader=UNRULY)
    for _ in range(5):
        assert next(readings).error is None
    assert drawn <= 5 + 2
    readings.close()  # type: ignore[attr-defined]


def test_a_file_that_went_away_is_a_failure_of_its_own(tmp_path: Path) -> None:
    jobs = _jobs(tmp_path, b"one", b"two")
    jobs[0].path.unlink()
    by_key = {reading.job.key: reading for reading in read_papers(jobs, LIMITS, reader=UNRULY)}
    assert by_key["0"].error is not None and by_key["0"].error.cause is FailureCause.DOWNLOAD
    assert by_key["1"].error is None


def test_a_reader_loads_no_layout_model_and_no_command_line() -> None:
    unwanted = {"onnxruntime", "pymupdf4llm", "typer", "weasel", "httpx", "sklearn", "sqlalchemy", "prefect"}
    program = f"import sys, flows.reading; print(sorted(name for name in {unwanted!r} if sys.modules.get(name)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
