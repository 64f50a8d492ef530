"""Precision, recall and F1 of exported records against gold annotations, with bootstrap intervals over papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

import numpy as np

from annotations.bootstrap import Bounds, Resampled, divided, drawn_papers, interval, ratios, where_any
from annotations.calibration import Calibration, Judged, calibrate, record_is_right
from annotations.gold_files import (
    Record,
    bare_id,
    check_record,
    number,
    read_gold_full,
    read_gold_results,
    read_gold_runs,
)
from annotations.misses import Miss, find_misses, matched_pages
from annotations.result_scoring import FullScore, ResultScore, score_full, score_results
from annotations.run_scoring import FIELDS, PaperScore, RunScorer, Tally
from extractors.lexicon.catalogue import load_catalogue


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
class RunShare:
    """Share of the gold runs that can be judged."""

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
    burden: RunShare
    """Of the runs with device, count and time: the exported burden is right within a factor of two."""
    evidence_page: RunShare
    """Of the runs with a page that the export states in full: a record of them stands on that page."""
    calibration: Calibration
    results: ResultScore | None
    full: FullScore | None
    differences: tuple[PaperDifference, ...]
    misses: tuple[Miss, ...]
    resampled: dict[str, Resampled] = dataclass_field(compare=False, repr=False)
    """Each of ``measures`` in each resample of papers."""

    def measures(self) -> dict[str, tuple[float, Bounds]]:
        """The figures by which exports are compared: F1 by field, shares, and the calibration error."""
        return {
            **{score.field: (score.f1, score.f1_interval) for score in self.fields},
            "burden": (self.burden.share, self.burden.share_interval),
            "evidence_page": (self.evidence_page.share, self.evidence_page.share_interval),
            "calibration_error": (self.calibration.error, self.calibration.error_interval),
        }

    def field(self, name: str) -> FieldScore:
        """The score of one of ``FIELDS``."""
        return next(score for score in self.fields if score.field == name)

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``: figures rounded to four places."""
        report: dict[str, Any] = {}
        for score in self.fields:
            figures = rounded(asdict(score))
            figures["tp"] = figures.pop("hits")
            report[figures.pop("field")] = figures
        report["burden"] = rounded(asdict(self.burden))
        report["evidence_page"] = rounded(asdict(self.evidence_page))
        report["calibration"] = rounded(asdict(self.calibration))
        if self.results is not None:
            report["results"] = rounded(asdict(self.results))
        if self.full is not None:
            report["full"] = rounded(asdict(self.full))
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
        for title, judged in (("burden share", self.burden), ("evidence page", self.evidence_page)):
            low, high = judged.share_interval
            share = f"{judged.share:.3f} ({low:.2f}–{high:.2f})"
            rows.append((title, "", share, "", str(round(judged.share * judged.runs)), f"{judged.runs} runs"))
        return rows


def evaluate(
    gold_runs_path: Path,
    records: list[Record],
    results_path: Path | None = None,
    full_path: Path | None = None,
    papers: Collection[str] | None = None,
) -> Evaluation:
    """Exported records against gold files; only papers that the gold names, and that are in ``papers``, count.

    Candidates are left out of everything but the calibration, and of misses, which say what was held back.
    """
    gold = {paper: runs for paper, runs in read_gold_runs(gold_runs_path).items() if papers is None or paper in papers}
    records = [check_record(record, f"record {index}") for index, record in enumerate(records, start=1)]
    accepted = [record for record in records if record.get("status") != "candidate"]
    found = _runs_by_paper(accepted)
    held_back = _runs_by_paper(record for record in records if record.get("status") == "candidate")
    scorer = RunScorer(load_catalogue())
    scores = {paper: scorer.score(runs, found[paper]) for paper, runs in gold.items()}
    fields, resampled = _field_scores(list(scores.values()))
    burden, resampled["burden"] = _run_share([[one.burdens_right, one.burdens_judged] for one in scores.values()])
    pages = [list(matched_pages(runs, found[paper], scorer)) for paper, runs in gold.items()]
    evidence_page, resampled["evidence_page"] = _run_share(
        [[sum(page in exported for page, exported in matched), len(matched)] for matched in pages]
    )
    sure = [_judged([*found[paper], *held_back[paper]], runs, scorer) for paper, runs in gold.items()]
    unsure = (_judged(held_back[paper], runs, scorer) for paper, runs in gold.items())
    calibration, resampled["calibration_error"] = calibrate(sure, sum(map(len, unsure)))
    return Evaluation(
        papers=len(gold),
        fields=fields,
        burden=burden,
        evidence_page=evidence_page,
        calibration=calibration,
        results=score_results(read_gold_results(results_path), accepted) if results_path else None,
        full=score_full(read_gold_full(full_path), accepted) if full_path else None,
        differences=tuple(
            PaperDifference(paper, score.gold_hardware, score.predicted_hardware)
            for paper, score in scores.items()
            if score.differs
        ),
        misses=tuple(
            miss
            for paper, runs in gold.items()
            for miss in find_misses(paper, runs, found[paper], held_back[paper], scorer)
        ),
        resampled=resampled,
    )


def _runs_by_paper(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record["kind"] == "training_run":
            found[bare_id(record["arxiv_id"])].append(record)
    return found


def _judged(records: list[Record], gold_runs: list[Record], scorer: RunScorer) -> list[Judged]:
    """The records with a confidence of which it can be told whether they are right."""
    judged = []
    for record in records:
        confidence, right = number(record.get("confidence")), record_is_right(record, gold_runs, scorer)
        if confidence is not None and right is not None:
            judged.append((confidence, right))
    return judged


def _field_scores(scores: list[PaperScore]) -> tuple[tuple[FieldScore, ...], dict[str, Resampled]]:
    tallies = [[score.tallies.get(field, Tally()) for field in FIELDS] for score in scores]
    counts = np.array([[(tally.hits, tally.predicted, tally.gold) for tally in row] for row in tallies], dtype=float)
    counts = counts.reshape(len(scores), len(FIELDS), 3)
    totals = counts.sum(axis=0)
    precision, recall, f1 = ratios(totals)
    drawn = np.einsum("rp,pfc->rfc", drawn_papers(len(scores)), counts)
    any_fact = drawn[..., 1] + drawn[..., 2]
    resampled = [where_any(measure, any_fact).T for measure in ratios(drawn)]
    return tuple(
        FieldScore(
            field=field,
            precision=float(precision[index]),
            recall=float(recall[index]),
            f1=float(f1[index]),
            hits=int(totals[index, 0]),
            predicted=int(totals[index, 1]),
            gold=int(totals[index, 2]),
            precision_interval=interval(resampled[0][index]),
            recall_interval=interval(resampled[1][index]),
            f1_interval=interval(resampled[2][index]),
        )
        for index, field in enumerate(FIELDS)
    ), dict(zip(FIELDS, resampled[2], strict=True))


def _run_share(right_and_judged: list[list[int]]) -> tuple[RunShare, Resampled]:
    """The share over all papers, and in each resample."""
    counts = np.array(right_and_judged, dtype=float).reshape(-1, 2)
    right, judged = counts.sum(axis=0)
    drawn = drawn_papers(len(counts)) @ counts
    resampled = where_any(divided(drawn[:, 0], drawn[:, 1]), drawn[:, 1])
    return RunShare(float(right / judged) if judged else 0.0, int(judged), interval(resampled)), resampled


def rounded(figures: dict[str, Any]) -> dict[str, Any]:
    """For JSON: to four places, at any depth."""

    def short(value: Any) -> Any:
        if isinstance(value, dict):
            return rounded(value)
        if isinstance(value, list | tuple):
            return [short(item) for item in value]
        return round(value, 4) if isinstance(value, float) else value

    return {name: short(value) for name, value in figures.items()}
