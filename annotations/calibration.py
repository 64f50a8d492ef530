"""Whether confidences are what they claim to be: of the records at 0.8, eight in ten should be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotations.bootstrap import Bounds, Resampled, drawn_papers, interval
from annotations.gold_files import Record
from annotations.run_scoring import RunScorer, reading_stopped
from annotations.stated_runs import differing_fields, exported_run, gold_run, stated_fields

BINS = 10
_RESAMPLES = 500

Judged = tuple[float, bool]
"""A record's confidence, and whether it is right."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Records of like confidence."""

    mean_confidence: float
    share_right: float
    records: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected calibration error over accepted records and candidates, and the bins it is made of."""

    error: float
    records: int
    candidates: int
    """How many of the records; an export without any shows the confidences of accepted records only."""
    error_interval: Bounds
    bins: tuple[Bin, ...]


def record_is_right(record: Record, gold_runs: list[Record], scorer: RunScorer) -> bool | None:
    """Whether one gold run of the paper states every field that the record states; None if that can't be told.

    Fields are the accelerator's family ("GPU" is right only where gold says no more), count, hours and
    device-hours (within 3 %). What the record leaves open is not held against it.

        8 x V100, no time; gold 8 x V100, 24 h -> True         8 x V100, 10 h -> False
        4 x K80; gold has it as an optional run -> None         states none of the fields -> None
        7 x V100; gold has none such, but stops at twelve runs -> None
    """
    found = exported_run(record)
    stated = stated_fields(found)
    if not stated:
        return None

    def confirmed(run: Record) -> bool:
        return stated.isdisjoint(differing_fields(gold_run(run), found, scorer))

    if any(confirmed(run) for run in gold_runs if not run.get("optional")):
        return True
    open_to_judgement = any(confirmed(run) for run in gold_runs if run.get("optional"))
    return None if open_to_judgement or reading_stopped(gold_runs) else False


def expected_calibration_error(confidences: ArrayLike, right: ArrayLike, bins: int = BINS) -> float:
    """Mean distance between confidence and share right over ``bins`` bins of equal mass, weighted by their records.

    Records of one confidence share what is right of them, so that their order plays no part. No records: 0.

        [0.25, 0.75], [False, True], two bins -> 0.25        [0.5, 0.5], [False, True] -> 0.0
    """
    made = reliability(confidences, right, bins)
    total = sum(each.records for each in made)
    return sum(abs(each.mean_confidence - each.share_right) * each.records for each in made) / max(total, 1)


def reliability(confidences: ArrayLike, right: ArrayLike, bins: int = BINS) -> tuple[Bin, ...]:
    """The bins of equal mass, least sure first; fewer than asked for where there are fewer records."""
    sure, shares = _evened(np.asarray(confidences, dtype=float), np.asarray(right, dtype=float))
    return tuple(
        Bin(float(part.mean()), float(share.mean()), part.size)
        for part, share in zip(np.array_split(sure, bins), np.array_split(shares, bins), strict=True)
        if part.size
    )


def _evened(
    confidences: NDArray[np.float64], right: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Confidences in order, and for each the share right of all records that have the same."""
    levels, level_of, sizes = np.unique(confidences, return_inverse=True, return_counts=True)
    shares = np.bincount(level_of, weights=right, minlength=levels.size) / np.maximum(sizes, 1)
    return np.repeat(levels, sizes), np.repeat(shares, sizes)


def calibrate(judged: Sequence[Sequence[Judged]], candidates: int) -> tuple[Calibration, Resampled]:
    """The calibration over the records of all papers, and its error in each resample of papers."""
    confidences = np.array([confidence for paper in judged for confidence, _ in paper], dtype=float)
    right = np.array([is_right for paper in judged for _, is_right in paper], dtype=float)
    paper_of = np.repeat(np.arange(len(judged)), [len(paper) for paper in judged])
    resampled = np.full(_RESAMPLES, np.nan)
    for index, drawn in enumerate(drawn_papers(len(judged), _RESAMPLES)):
        times = drawn[paper_of]
        if times.any():
            resampled[index] = expected_calibration_error(np.repeat(confidences, times), np.repeat(right, times))
    calibration = Calibration(
        error=expected_calibration_error(confidences, right),
        records=confidences.size,
        candidates=candidates,
        error_interval=interval(resampled),
        bins=reliability(confidences, right),
    )
    return calibration, resampled
