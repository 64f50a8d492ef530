"""The nightly analysis: points from the database, every law fitted, the run stored, the report written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from analysis.changes import explained
from analysis.constants import cost_constants
from analysis.filling import AUTHORS_COCO_CONVERSION, FixedConversion
from analysis.model_comparison import compare_models, load_models
from analysis.output import write_report
from analysis.points import load_points, rows_of
from analysis.report import Analysis, Changes
from analysis.study import ANALYSIS_VERSION, stored_fits, stored_influences, study
from db.engine import Engine
from db.fields import letters_of
from db.fits import AnalysisRecord, changes_between, run_before, store_analysis
from db.influences import store_influences
from db.migrate import upgrade
from extractors.lexicon.catalogue import load_catalogue

CONVERSIONS: Mapping[str, Mapping[str, FixedConversion]] = {
    "fitted": {},
    "authors-coco": {"coco": AUTHORS_COCO_CONVERSION},
}
_ANY_ACCELERATOR = frozenset({"", "gpu", "tpu"})


class AnalysisError(Exception):
    """What was asked for is not there: what, and what to do."""


class NoPointsError(AnalysisError):
    """There is nothing to analyse yet: which commands bring points."""


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """What is fitted; None and empty take all."""

    benchmarks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    least_confidence: float = 0.0
    constants: str = "present"
    conversion: str = "fitted"
    """One of ``CONVERSIONS``."""

    @property
    def takes_all_points(self) -> bool:
        """So that what it says of a paper's influence is said of the lines that are published."""
        return not (self.benchmarks or self.sources or self.least_confidence)

    @property
    def command(self) -> str:
        """The command line that asks for the same."""
        words = ["burden analyze"]
        words += [f"--benchmark {each}" for each in self.benchmarks]
        words += [f"--source {each}" for each in self.sources]
        words += [f"--least-confidence {self.least_confidence:g}"] if self.least_confidence else []
        words += [f"--constants '{self.constants}'"] if self.constants != "present" else []
        words += [f"--conversion {self.conversion}"] if self.conversion != "fitted" else []
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class AnalysisOutcome:
    """A run of the analysis and where its report is."""

    run: int
    """Its number in the database: that of an earlier run, if nothing has changed since."""
    analysis: Analysis
    files: tuple[Path, ...]


def analyze(engine: Engine, request: AnalysisRequest, folder: Path | None = None) -> AnalysisOutcome:
    """Fit, store and report; without a ``folder`` nothing is written but the database.

    Names of sources and benchmarks are taken in lower case.

    Raises ``NoPointsError`` where there are no points at all, ``AnalysisError`` where none are meant or a name is
    unknown, ``OutputError`` where the report can't be written.
    """
    upgrade(engine)
    made_at = datetime.now(UTC)
    request = replace(
        request,
        sources=tuple(map(str.lower, request.sources)),
        benchmarks=tuple(map(str.lower, request.benchmarks)),
    )
    points = load_points(
        engine,
        sources=request.sources or None,
        benchmarks=request.benchmarks or None,
        least_confidence=request.least_confidence,
    )
    _check_names(engine, request, points)
    plain = study(
        points,
        cost_constants(request.constants),
        request.command,
        CONVERSIONS[request.conversion],
        models=compare_models(load_models(engine, sources=request.sources or None), accelerator_family),
    )
    record = AnalysisRecord(
        made_at=made_at,
        code_version=ANALYSIS_VERSION,
        data_digest=plain.data_digest,
        options=asdict(request),
        points=list(rows_of(points)),
        fits=stored_fits(plain.laws),
    )
    run = store_analysis(engine, record)
    if request.takes_all_points:
        store_influences(engine, run, stored_influences(plain.laws, points))
    analysis = replace(plain, changes=_changes(engine, run, plain))
    files = write_report(analysis, folder) if folder is not None else []
    return AnalysisOutcome(run, analysis, tuple(files))


def accelerator_family(name: str) -> str | None:
    """What a name of an accelerator means: the catalogue's family, else its letters and digits.

    "NVIDIA Tesla V100 SXM2 32 GB", "V100" -> "V100"      "Zephyr Q9" -> "zephyrq9"      "GPU", "" -> None
    """
    accelerator = load_catalogue().find(name)
    if accelerator is not None:
        return accelerator.family or accelerator.name
    letters = letters_of(name)
    return None if letters in _ANY_ACCELERATOR else letters


def _check_names(engine: Engine, request: AnalysisRequest, points: pd.DataFrame) -> None:
    """That there are points, and that each name which was asked for is one that any point has."""
    asked = {"source": request.sources, "benchmark": request.benchmarks}
    if not points.empty and all(set(names) <= set(points[column]) for column, names in asked.items()):
        return
    everything = load_points(engine)
    if everything.empty:
        raise NoPointsError(
            "no points yet: `burden ingest` reads papers, `burden import computer-progress DIR` the authors' own data"
        )
    known = {column: sorted(set(everything[column])) for column in asked}
    unknown = [name for column, names in asked.items() for name in names if name not in known[column]]
    if unknown or points.empty:
        there = "; ".join(f"{column}s: {', '.join(names)}" for column, names in known.items())
        what = f"of {', '.join(unknown)}" if unknown else "that meet all that was asked for"
        raise AnalysisError(f"no points {what}; there are some of {there}")


def _changes(engine: Engine, run: int, now: Analysis) -> Changes | None:
    """What differs from the run before this one with the same options; None for the first."""
    earlier = run_before(engine, run)
    if earlier is None:
        return None
    return explained(earlier, changes_between(engine, earlier.run, run), now.points, now.laws)
