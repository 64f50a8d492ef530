"""What reads PDFs has no network and starts no program, whether Python or native code asks for it."""

from __future__ import annotations

import platform
import socket
import sys
from pathlib import Path

import pytest

from extractors.records import FailureCause
from flows.confinement import kernel_confines, landlock_version
from flows.workers import Limits, PdfJob, Reading, read_papers

LIMITS = Limits(time_limit_seconds=20, memory_limit_mb=400)


def _read(folder: Path, *contents: str) -> list[Reading]:
    jobs = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.pdf"
        path.write_text(content)
        jobs.append(PdfJob(str(number), path))
    return sorted(read_papers(jobs, LIMITS, reader="unruly_readers:read"), key=lambda reading: reading.job.key)


def test_a_reader_reaches_no_server_and_starts_no_program_and_costs_its_own_paper_only(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        connecting, starting, well = _read(tmp_path, f"connect {server.getsockname()[1]}", "program", "fine")
        with pytest.raises(BlockingIOError):  # nobody waits to be let in
            server.accept()
    for reading in (connecting, starting):
        assert reading.error is not None
        assert (reading.error.cause, "PermissionError" in reading.error.message) == (FailureCause.CRASH, True)
    assert well.error is None


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="the kernel's filter is Linux's"
)
def test_native_code_gets_no_socket_from_the_kernel(tmp_path: Path) -> None:
    assert kernel_confines()
    [reading] = _read(tmp_path, "native")
    assert reading.error is not None
    assert reading.error.message == "-1 Operation not permitted"


@pytest.mark.parametrize(("what", "since"), [("memory", 1), ("signal", 6)])
def test_a_reader_reaches_into_no_other_process(tmp_path: Path, what: str, since: int) -> None:
    if landlock_version() < since:
        pytest.skip(f"the kernel has no Landlock of version {since}")
    [reading] = _read(tmp_path, what)
    assert reading.error is not None
    assert "PermissionError" in reading.error.message
