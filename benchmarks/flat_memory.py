"""Memory of a run over 5,000 PDFs of which no two have the same bytes.

    python benchmarks/flat_memory.py [--papers 5000] [--jobs 2]

Makes tars of sample papers, each with a comment of its own behind its end, lets `burden ingest` read them into SQLite,
and looks every second at the memory of the run and of its workers: medians of the third tenth of the run, when all
that is kept for good has been loaded, and of its last tenth. Also the CPU time of the run itself, which is what bounds
how many workers it can keep busy. Prints figures, and judges without failing.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
GROWTH_TARGET = 0.05
PAPERS_A_TAR = 500
_IDLE_MB = 30
"""A process with less is none that reads: Python's own helpers, or a worker that has just begun."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Look:
    """Memory at a moment."""

    run_mb: float
    workers_mb: float
    """Of all together."""
    workers: int
    run_cpu_seconds: float
    """Of the run itself, so far."""


def make_tars(folder: Path, papers: int) -> list[Path]:
    """Sample papers again and again, each time with other bytes, under ids of their own."""
    samples = [path.read_bytes() for path in sorted((PROJECT / "samples" / "papers").glob("*.pdf"))]
    tars = []
    for number in range(papers):
        if number % PAPERS_A_TAR == 0:
            tars.append(folder / f"arXiv_pdf_2401_{number // PAPERS_A_TAR:03d}.tar")
        with tarfile.open(tars[-1], "a") as tar:
            content = samples[number % len(samples)] + f"\n% {number}\n".encode()
            member = tarfile.TarInfo(f"2401/2401.{number:05d}.pdf")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return tars


def look(run: int) -> Look:
    children = [each for each in _children(run) if _resident_mb(each) > _IDLE_MB]
    fields = _read(f"/proc/{run}/stat").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12]) if fields else 0
    return Look(_resident_mb(run), sum(map(_resident_mb, children)), len(children), ticks / os.sysconf("SC_CLK_TCK"))


def _children(run: int) -> list[int]:
    """Workers are started by any of its threads."""
    threads = Path(f"/proc/{run}/task").glob("*/children")
    return [int(name) for thread in threads for name in _read(str(thread)).split()]


def _resident_mb(process: int) -> float:
    fields = _read(f"/proc/{process}/statm").split()
    return int(fields[1]) * _PAGE_BYTES / 1e6 if fields else 0.0


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except OSError:  # it ended meanwhile
        return ""


def told(what: str, megabytes: list[float]) -> None:
    tenth = max(1, len(megabytes) // 10)
    early, late = statistics.median(megabytes[2 * tenth : 3 * tenth]), statistics.median(megabytes[-tenth:])
    growth = late / early - 1
    verdict = "within" if growth < GROWTH_TARGET else "OVER"
    print(
        f"  {what}: {early:.0f} MB, at the end {late:.0f} MB, at most {max(megabytes):.0f} MB; growth {growth:+.1%}: "
        f"{verdict} the target of {GROWTH_TARGET:.0%}"
    )


def main() -> None:
    """Make the PDFs, read them, look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", type=int, default=5_000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="burden-memory-") as folder:
        tars = make_tars(Path(folder), options.papers)
        command = [str(Path(sys.executable).parent / "burden"), "ingest", "--from-tar", *map(str, tars)]
        environment = os.environ | {"BURDEN_HOME": f"{folder}/home", "BURDEN_DATABASE_URL": ""}
        began = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 - the command is ours
            [*command, "--jobs", str(options.jobs), "--json"], env=environment, stdout=subprocess.PIPE, text=True
        ) as run:
            looks = []
            while run.poll() is None:
                looks.append(look(run.pid))
                time.sleep(1)
            output = run.stdout.read() if run.stdout else ""
        print(f"{options.papers} papers in {time.perf_counter() - began:.0f} s, {options.jobs} workers: {output[:300]}")
    busy_ms = 1000 * max(each.run_cpu_seconds for each in looks) / options.papers
    print(f"  the run itself takes {busy_ms:.1f} ms of CPU a paper: unpacking, storing, saving")
    looks = [each for each in looks if each.workers == options.jobs]  # not while they start or one is replaced
    told("the run", [each.run_mb for each in looks])
    told("its workers", [each.workers_mb for each in looks])


if __name__ == "__main__":
    main()
