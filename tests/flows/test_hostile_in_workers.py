"""Hostile PDFs through the real workers and the real reader: each ends as it has to, under real limits."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hostile_pdfs import CASES, MEMORY_LIMIT_MB

from flows.workers import Limits, PdfJob, read_papers

# Far more time than any of them takes, so that a slow machine does not turn one outcome into another.
LIMITS = Limits(time_limit_seconds=150, memory_limit_mb=MEMORY_LIMIT_MB)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory hold on Linux only")
def test_each_bomb_ends_as_it_has_to(tmp_path: Path) -> None:
    """In whatever order: a worker that ran out of memory takes nothing from the papers after it."""
    bombs = {case.name: case for case in CASES if case.needs_limits}
    jobs = []
    for name, case in bombs.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(case.make())
        jobs.append(PdfJob(key=name, path=path))
    outcomes = {
        reading.job.key: reading.error.cause if reading.error else None for reading in read_papers(jobs, LIMITS)
    }
    assert outcomes == {name: case.outcome for name, case in bombs.items()}
