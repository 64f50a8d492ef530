"""How much faster two workers read papers than one: the process pool, and a Dask cluster on this machine.

    python benchmarks/dask_scale.py [FOLDER] [--pairs 5] [--copies 1]

Reads the PDFs of a folder (by default the shared corpus, else the sample papers) with one and with two workers in turn
(1 2 2 1 ...), so that a busy machine hurts both alike, and takes the median of the paired ratios. Starting the readers
is part of the time; starting the cluster is not: a long run does it once. Prints figures, and judges without failing.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from extract_vs_pymupdf import default_folder

from flows.runners import ProcessRunner, Runner, dask_runner
from flows.workers import Limits, PdfJob

SPEED_UP_TARGET = 1.6
LIMITS = Limits()


def seconds_of(runner: Runner, jobs: list[PdfJob]) -> float:
    began = time.perf_counter()
    failed = [reading.job.path.name for reading in runner.read(jobs, LIMITS) if reading.error]
    seconds = time.perf_counter() - began
    if failed:
        print(f"  not read: {', '.join(failed)}")
    return seconds


def in_processes(workers: int, jobs: list[PdfJob]) -> float:
    return seconds_of(ProcessRunner(workers), jobs)


def on_dask(workers: int, jobs: list[PdfJob]) -> float:
    with dask_runner("", workers) as runner:
        return seconds_of(runner, jobs)


def compare(what: str, measure: Callable[[int, list[PdfJob]], float], jobs: list[PdfJob], pairs: int) -> None:
    """One worker and two, in turn."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for pair in range(pairs):
        for workers in (1, 2) if pair % 2 == 0 else (2, 1):
            seconds[workers].append(measure(workers, jobs))
    ratios = [one / two for one, two in zip(seconds[1], seconds[2], strict=True)]
    ratio = statistics.median(ratios)
    for workers, each in seconds.items():
        median, least, most = statistics.median(each), min(each), max(each)
        print(f"  {what}, {workers} worker(s): median {median:.1f} s ({least:.1f} to {most:.1f})")
    verdict = "within" if ratio >= SPEED_UP_TARGET else "UNDER"
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"  {what}: {ratio:.2f} times as fast ({spread}): {verdict} the target of {SPEED_UP_TARGET}")


def main() -> None:
    """Both runners, one after the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--copies", type=int, default=1, help="each paper is read so many times")
    options = parser.parse_args()
    papers = sorted(options.folder.glob("*.pdf")) * options.copies
    jobs = [PdfJob(str(number), path) for number, path in enumerate(papers)]
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")
    print(f"{len(jobs)} papers, {options.pairs} pairs")
    compare("processes", in_processes, jobs, options.pairs)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    core_seconds = (used.ru_utime + used.ru_stime) / (2 * options.pairs * len(jobs))
    print(
        f"  {core_seconds:.3f} core-seconds a paper ({1 / core_seconds:.2f} a core-second), start of readers included"
    )
    compare("Dask", on_dask, jobs, options.pairs)


if __name__ == "__main__":
    main()
