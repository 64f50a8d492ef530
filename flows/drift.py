"""Whether a night's reading came out as nights usually do: a few measures, each beside its usual range.

Papers differ, and so do nights: what a measure would scatter by chance among so few papers is never called drift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import median

from db.nights import DriftFinding, NightReport
from flows.tally import Tally

MEASURES = {
    "share_with_runs": "share of papers with training runs",
    "share_with_results": "share of papers with results",
    "mean_confidence": "mean confidence of records",
    "share_failed": "share of papers that failed",
}
FEWEST_PAPERS = 20
"""A night with fewer says nothing of what is usual, and nothing is said of it."""
FEWEST_NIGHTS = 7
MOST_NIGHTS = 30
WIDTH = 4.0
"""Standard deviations to either side; about one night in fifteen thousand leaves them by chance."""
_DEVIATIONS_OF_MAD = 1.4826
"""A normal distribution's standard deviation, in its median absolute deviations."""
_DEVIATION_OF_CONFIDENCE = 0.2
"""Of papers among each other, about; it bounds what few papers can tell."""
_READ, _TRIED = "papers_read", "papers_tried"


def measures_of(tally: Tally) -> dict[str, float]:
    """What is kept of a night for drift; shares of no papers at all are left out.

    10 papers read of which 4 have runs, 2 failed -> share_with_runs 0.4, share_failed 2 / 12
    nothing new that night -> papers_read 0, papers_tried 0 and no shares
    """
    read, tried = tally.papers_parsed, tally.papers_parsed + len(tally.unread)
    measures: dict[str, float] = {_READ: read, _TRIED: tried}
    if read:
        measures["share_with_runs"] = tally.papers_with_runs / read
        measures["share_with_results"] = tally.papers_with_results / read
    if tally.records_found:
        measures["mean_confidence"] = tally.confidence_sum / tally.records_found
    if tried:
        measures["share_failed"] = len(tally.unread) / tried
    return measures


def drift(tonight: Mapping[str, float], version: str, earlier: Sequence[NightReport]) -> tuple[DriftFinding, ...]:
    """Tonight's measures beside the usual range of ``earlier`` nights (the latest first).

    A range is the median, and to either side four standard deviations: those of the nights among each other (by the
    median absolute deviation, so that a bad night widens no range), or what chance does to so many papers as tonight's,
    whichever is wider. It rests on the last 30 nights with at least 20 papers: on those of this version of the
    extractor, once there are 7, else on all, so that what a new version changes is noticed. With fewer than 7 none is
    claimed.

        usual share 0.50 ± 0.02, 400 papers tonight: 0.38 -> outside          0.45 -> inside
        the same with 25 papers tonight: 0.38 -> inside, chance does that     5 papers tonight -> no finding
    """
    findings = []
    for measure in MEASURES:
        counted = _TRIED if measure == "share_failed" else _READ
        if measure not in tonight or tonight[counted] < FEWEST_PAPERS:
            continue
        nights = _comparable(measure, counted, version, earlier)
        value = tonight[measure]
        if len(nights) < FEWEST_NIGHTS:
            findings.append(DriftFinding(measure, value, nights=len(nights)))
            continue
        values = [night.measures[measure] for night in nights]
        usual = median(values)
        scatter = _DEVIATIONS_OF_MAD * median(abs(each - usual) for each in values)
        reach = WIDTH * max(scatter, _by_chance(measure, usual, tonight[counted]))
        low, high = max(0.0, usual - reach), min(1.0, usual + reach)
        findings.append(DriftFinding(measure, value, usual, low, high, len(nights)))
    return tuple(findings)


def drift_warnings(findings: Sequence[DriftFinding], version: str, earlier: Sequence[NightReport]) -> tuple[str, ...]:
    """A line for each finding outside its range."""
    changed = bool(earlier) and earlier[0].extractor_version != version
    why = f"; the extractor has changed since the night before, to {version}" if changed else ""
    return tuple(
        f"{MEASURES[each.measure]} is {each.value:.3f}, usually {each.usual:.3f} ({each.low:.3f} to {each.high:.3f}, "
        f"{each.nights} nights){why}"
        for each in findings
        if each.is_outside
    )


def _comparable(measure: str, counted: str, version: str, earlier: Sequence[NightReport]) -> list[NightReport]:
    told = [night for night in earlier if measure in night.measures and night.measures[counted] >= FEWEST_PAPERS]
    alike = [night for night in told if night.extractor_version == version]
    return (alike if len(alike) >= FEWEST_NIGHTS else told)[:MOST_NIGHTS]


def _by_chance(measure: str, usual: float, papers: float) -> float:
    """Standard deviation of the measure among so many papers; of a share, as if one paper more were either way."""
    if measure == "mean_confidence":
        return _DEVIATION_OF_CONFIDENCE / sqrt(papers)
    share = (usual * papers + 1) / (papers + 2)
    return sqrt(share * (1 - share) / papers)
