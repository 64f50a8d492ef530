"""CPU time of ``burden extract`` against a bare PyMuPDF ``get_text("dict")`` pass over the same PDFs.

Both run in processes of their own, in turn (A B B A ...), so that a busy machine hurts both alike. CPU time
is user + system, children included. Prints the median of the paired ratios, and judges without failing.

    python benchmarks/extract_vs_pymupdf.py [FOLDER] [--pairs 5] [--jobs 2]
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
RATIO_TARGET = 4.0
MEMORY_TARGET_MB = 800

BARE_READING = """
import sys, pymupdf
pymupdf.TOOLS.mupdf_display_errors(False)
pages = 0
for path in sys.argv[1:]:
    try:
        document = pymupdf.open(path)
        for page in document:
            page.get_text("dict")
            pages += 1
    except Exception:
        continue
print(pages)
"""


@dataclass(frozen=True)
class Run:
    """One process and all its children."""

    cpu_seconds: float
    peak_mb: float
    output: bytes


def measured(command: list[str], scratch: Path) -> Run:
    """Run ``command`` under a fresh parent, whose children's use is then its use alone."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with scratch.open("wb") as output:
            ended = subprocess.run(command, stdout=output, stderr=subprocess.DEVNULL, cwd=PROJECT, check=False)  # noqa: S603
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(writer, f"{ended.returncode} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        exit_code, cpu_seconds, peak_mb = map(float, pipe.read().split())
    os.waitpid(child, 0)
    if exit_code:
        sys.exit(f"exit code {exit_code:g} from: {' '.join(command)[:200]}")
    return Run(cpu_seconds, peak_mb, scratch.read_bytes())


def default_folder() -> Path:
    """The shared corpus where there is one, else the bundled sample papers."""
    shared = Path(os.environ.get("BURDEN_SHARED") or PROJECT.parent / "shared") / "corpus"
    return shared if shared.is_dir() else PROJECT / "samples" / "papers"


def verdict(value: float, target: float) -> str:
    return "within" if value <= target else "OVER"


def main() -> None:
    """Measure pairs, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1, help="papers read in parallel by burden extract")
    options = parser.parse_args()
    papers = sorted(str(path) for path in options.folder.glob("*.pdf"))
    if not papers:
        sys.exit(f"no PDFs in {options.folder}")

    burden = str(Path(sys.executable).parent / "burden")
    commands = {
        "extract": [burden, "extract", "--tables", "--format", "jsonl", "--jobs", str(options.jobs), *papers],
        "bare": [sys.executable, "-c", BARE_READING, *papers],
    }
    runs: dict[str, list[Run]] = {"extract": [], "bare": []}
    scratch = Path(os.environ.get("TMPDIR", "/tmp")) / f"burden-bench-{os.getpid()}"  # noqa: S108
    try:
        for pair in range(options.pairs):
            for name in ("extract", "bare") if pair % 2 == 0 else ("bare", "extract"):
                runs[name].append(measured(commands[name], scratch))
    finally:
        scratch.unlink(missing_ok=True)

    pages = int(runs["bare"][0].output)
    records = runs["extract"][0].output.count(b"\n")
    ratios = [ours.cpu_seconds / bare.cpu_seconds for ours, bare in zip(runs["extract"], runs["bare"], strict=True)]
    print(f"{len(papers)} PDFs, {pages} pages, {records} records, {options.pairs} pairs, {options.jobs} job(s)")
    print(
        f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {platform.python_version()}"
    )
    print(f"{'CPU seconds':<34}{'median':>9}{'min':>9}{'max':>9}{'peak MB':>9}")
    for name, label in (("extract", "burden extract"), ("bare", 'PyMuPDF get_text("dict")')):
        seconds = [run.cpu_seconds for run in runs[name]]
        peak = max(run.peak_mb for run in runs[name])
        print(f"{label:<34}{statistics.median(seconds):>9.2f}{min(seconds):>9.2f}{max(seconds):>9.2f}{peak:>9.0f}")
    ratio = statistics.median(ratios)
    print(f"{'ratio':<34}{ratio:>9.2f}{min(ratios):>9.2f}{max(ratios):>9.2f}")
    peak = max(run.peak_mb for run in runs["extract"])
    print(f"ratio {ratio:.2f}: {verdict(ratio, RATIO_TARGET)} the target of {RATIO_TARGET:g}")
    print(f"memory {peak:.0f} MB: {verdict(peak, MEMORY_TARGET_MB)} the target of {MEMORY_TARGET_MB} MB a process")


if __name__ == "__main__":
    main()
