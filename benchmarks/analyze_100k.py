"""Seconds and memory of all fits over 100,000 points in 12 benchmarks.

    python benchmarks/analyze_100k.py [--points 100000] [--benchmarks 12]

The points are made up from a fixed seed; of each measure of computing two thirds are known. Prints figures, and judges
without failing.
"""

from __future__ import annotations

import argparse
import platform
import resource
import time

import numpy as np
import pandas as pd

from analysis.laws import RELATIONS, fit_laws

SECONDS_TARGET = 30.0
MEMORY_TARGET_MB = 1000


def made_up_points(n: int, benchmarks: int) -> pd.DataFrame:
    """Points around err = 0.4 (C / 10^18)^-0.08, later ones better."""
    random = np.random.default_rng(1)
    year = random.uniform(2012, 2026, n)
    log10_burden = 18 + random.uniform(0, 6, n)
    noise = random.normal(0, 0.08, n)
    log10_error = np.minimum(np.log10(0.4) - 0.08 * (log10_burden - 18) - 0.02 * (year - 2019) + noise, -0.001)
    known = random.random((3, n)) < 2 / 3
    width = random.uniform(0.1, 0.6, n)
    return pd.DataFrame(
        {
            "source": "db",
            "basis": "machine",
            "point_key": [f"point {i:06d}" for i in range(n)],
            "benchmark": [f"benchmark {i % benchmarks:02d}" for i in range(n)],
            "metric": "accuracy",
            "error_fraction": 10**log10_error,
            "year": year,
            "hardware_burden_flop": np.where(known[0], 10**log10_burden, np.nan),
            "hardware_burden_low_flop": 10 ** (log10_burden - width / 2),
            "hardware_burden_high_flop": 10 ** (log10_burden + width / 2),
            "network_operations_flop": np.where(known[1], 10 ** (log10_burden - random.normal(0.7, 0.3, n)), np.nan),
            "operations_per_pass_flop": np.where(known[2], 10 ** (log10_burden / 2 + random.normal(0, 0.3, n)), np.nan),
        }
    )


def verdict(value: float, target: float) -> str:
    return "within" if value <= target else "OVER"


def main() -> None:
    """Fit once, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--benchmarks", type=int, default=12)
    options = parser.parse_args()
    points = made_up_points(options.points, options.benchmarks)
    began = time.perf_counter()
    laws = fit_laws(points)
    seconds = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(points)} points, {options.benchmarks} benchmarks, {len(RELATIONS)} relations each")
    print(f"{len(laws.fits)} fits, {len(laws.refusals)} refusals, {len(laws.influence)} points with influence")
    print(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}")
    print(f"{seconds:.1f} s: {verdict(seconds, SECONDS_TARGET)} the target of {SECONDS_TARGET:g} s")
    print(f"memory {peak_mb:.0f} MB: {verdict(peak_mb, MEMORY_TARGET_MB)} the target of {MEMORY_TARGET_MB} MB")


if __name__ == "__main__":
    main()
