"""Precision, recall and F1 of exported records against gold annotations, with bootstrap intervals over papers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.gold_files import Record, bare_id, check_record, read_gold_full, read_gold_results, read_gold_runs
from annotations.result_scoring import FullScore, ResultScore, score_full, score_results
from annotations.run_scoring import FIELDS, PaperScore, RunScorer, Tally
from extractors.lexicon.catalogue import load_catalogue

_RESAMPLES = 1000
_SEED = 20200710

Bounds = tuple[float, float]
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One field over all papers, micro-averaged."""

    field: str
    precision: float
    recall: float
    f1: float
    hits: int
    predicted: int
    gold: int
    precision_interval: Bounds
    recall_interval: Bounds
    f1_interval: Bounds


@dataclass(frozen=True, slots=True)
class BurdenShare:
    """Share of gold runs with device, count and time whose exported burden is right within a factor of two."""

    share: float
    runs: int
    share_interval: Bounds


@dataclass(frozen=True, slots=True)
class PaperDifference:
    """A paper whose exported hardware is not what gold says."""

    arxiv_id: str
    gold: tuple[str, ...]
    predicted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one export against one set of gold files."""

    papers: int
    fields: tuple[FieldScore, ...]
    burden: BurdenShare
    results: ResultScore | None
    full: FullScore | None
    differences: tuple[PaperDifference, ...]

    def field(self, name: str) -> FieldScore:
        """The score of one of ``FIELDS``."""
        return next(score for score in self.fields if score.field == name)

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``: figures rounded to four places."""
        report: dict[str, Any] = {}
        for score in self.fields:
            figures = _rounded(asdict(score))
            figures["tp"] = figures.pop("hits")
            report[figures.pop("field")] = figures
        report["burden"] = _rounded(asdict(self.burden))
        if self.results is not None:
            report["results"] = _rounded(asdict(self.results))
        if self.full is not None:
            report["full"] = _rounded(asdict(self.full))
        report["papers"] = self.papers
        report["differences"] = [asdict(difference) for difference in self.differences]
        return report

    def rows(self) -> list[tuple[str, str, str, str, str, str]]:
        """For a table: field, precision, recall, F1 with its interval, hits, and of how many."""
        rows = [
            (
                score.field.replace("_", "-"),
                f"{score.precision:.3f}",
                f"{score.recall:.3f}",
                f"{score.f1:.3f} ({score.f1_interval[0]:.2f}–{score.f1_interval[1]:.2f})",
                str(score.hits),
                f"{score.predicted} predicted, {score.gold} gold",
            )
            for score in self.fields
        ]
        low, high = self.burden.share_interval
        share = f"{self.burden.share:.3f} ({low:.2f}–{high:.2f})"
        rows.append(
            (
                "burden share",
                "",
                share,
                "",
                str(round(self.burden.share * self.burden.runs)),
                f"{self.burden.runs} runs",
            )
        )
        return rows


def evaluate(
    gold_runs_path: Path,
    records: list[Record],
    results_path: Path | None = None,
    full_path: Path | None = None,
) -> Evaluation:
    """Exported records against gold files; only papers that the gold names count, candidates are left out."""
    gold = read_gold_runs(gold_runs_path)
    records = [check_record(record, f"record {index}") for index, record in enumerate(records, start=1)]
    accepted = [record for record in records if record.get("status") != "candidate"]
    found: dict[str, list[Record]] = defaultdict(list)
    for record in accepted:
        if record["kind"] == "training_run":
            found[bare_id(record["arxiv_id"])].append(record)
    scorer = RunScorer(load_catalogue())
    scores = {paper: scorer.score(runs, found[paper]) for paper, runs in gold.items()}
    return Evaluation(
        papers=len(gold),
        fields=_field_scores(list(scores.values())),
        burden=_burden_share(list(scores.values())),
        results=score_results(read_gold_results(results_path), accepted) if results_path else None,
        full=score_full(read_gold_full(full_path), accepted) if full_path else None,
        differences=tuple(
            PaperDifference(paper, score.gold_hardware, score.predicted_hardware)
            for paper, score in scores.items()
            if score.differs
        ),
    )


def _field_scores(scores: list[PaperScore]) -> tuple[FieldScore, ...]:
    tallies = [[score.tallies.get(field, Tally()) for field in FIELDS] for score in scores]
    counts = np.array([[(tally.hits, tally.predicted, tally.gold) for tally in row] for row in tallies], dtype=float)
    counts = counts.reshape(len(scores), len(FIELDS), 3)
    totals = counts.sum(axis=0)
    precision, recall, f1 = _ratios(totals)
    resampled = np.einsum("rp,pfc->rfc", _resampling(len(scores)), counts)
    empty = resampled[..., 1] + resampled[..., 2] == 0
    bounds = [_bounds(measure, empty) for measure in _ratios(resampled)]
    return tuple(
        FieldScore(
            field=field,
            precision=float(precision[index]),
            recall=float(recall[index]),
            f1=float(f1[index]),
            hits=int(totals[index, 0]),
            predicted=int(totals[index, 1]),
            gold=int(totals[index, 2]),
            precision_interval=bounds[0][index],
            recall_interval=bounds[1][index],
            f1_interval=bounds[2][index],
        )
        for index, field in enumerate(FIELDS)
    )


def _burden_share(scores: list[PaperScore]) -> BurdenShare:
    counts = np.array([(score.burdens_right, score.burdens_judged) for score in scores], dtype=float).reshape(-1, 2)
    totals = counts.sum(axis=0)
    resampled = _resampling(len(scores)) @ counts
    (bounds,) = _bounds(_divided(resampled[:, :1], resampled[:, 1:]), resampled[:, 1:] == 0)
    return BurdenShare(float(_divided(totals[:1], totals[1:])[0]), int(totals[1]), bounds)


def _resampling(papers: int) -> NDArray[np.float64]:
    """How often each paper is drawn in each resample; seeded, so that the same export gives the same intervals."""
    if papers == 0:
        return np.zeros((_RESAMPLES, 0))
    draws = np.random.default_rng(_SEED).multinomial(papers, np.full(papers, 1 / papers), size=_RESAMPLES)
    return draws.astype(float)


def _ratios(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of hits, predicted and gold in the last axis; nothing of nothing is 0."""
    hits, predicted, gold = counts[..., 0], counts[..., 1], counts[..., 2]
    precision, recall = _divided(hits, predicted), _divided(hits, gold)
    return precision, recall, _divided(2 * precision * recall, precision + recall)


def _divided(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole != 0)


def _bounds(resampled: NDArray[np.float64], empty: NDArray[np.bool_]) -> list[Bounds]:
    """Of each column; resamples that drew no paper with anything to score say nothing of it."""
    columns = (column[~nothing] for column, nothing in zip(resampled.T, empty.T, strict=True))
    return [(0.0, 0.0) if column.size == 0 else _interval(column) for column in columns]


def _interval(column: NDArray[np.float64]) -> Bounds:
    low, high = np.quantile(column, (0.025, 0.975))
    return float(low), float(high)


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    def short(value: Any) -> Any:
        if isinstance(value, tuple):
            return [short(item) for item in value]
        return round(value, 4) if isinstance(value, float) else value

    return {name: short(value) for name, value in figures.items()}
