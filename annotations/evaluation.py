"""Precision, recall and F1 of exported records against gold annotations, with bootstrap intervals over papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

import numpy as np

from annotations.bootstrap import Bounds, Resampled, drawn_papers, interval, ratios, where_any
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
from annotations.join_scoring import JoinScore, score_joins
from annotations.misses import Miss, find_misses, matched_pages
from annotations.result_misses import ResultMiss, find_result_misses
from annotations.result_scoring import FullScore, ResultScore, score_full, score_results
from annotations.run_scoring import FIELDS, PaperScore, RunScorer, Tally
from annotations.shares import Share, share_over_papers
from annotations.standoff import load_gold_joins
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
    burden: Share
    """Of the runs with device, count and time: the exported burden is right within a factor of two."""
    evidence_page: Share
    """Of the runs with a page that the export states in full: a record of them stands on that page."""
    calibration: Calibration
    results: ResultScore | None
    full: FullScore | None
    joins: JoinScore | None
    differences: tuple[PaperDifference, ...]
    misses: tuple[Miss, ...]
    """Of runs; those of joins are in ``joins``."""
    result_misses: tuple[ResultMiss, ...]
    resampled_otherwise: dict[str, Resampled] = dataclass_field(compare=False, repr=False)
    """Those of ``measures`` that are no shares in each resample of papers."""

    @property
    def resampled(self) -> dict[str, Resampled]:
        """Each of ``measures`` in each resample of papers."""
        return self.resampled_otherwise | {name: share.resampled for name, (_, share) in self.shares().items()}

    def measures(self) -> dict[str, tuple[float, Bounds]]:
        """The figures by which exports are compared: F1 by field, shares, and the calibration error."""
        return {
            **{score.field: (score.f1, score.f1_interval) for score in self.fields},
            **{name: (share.share, share.interval) for name, (_, share) in self.shares().items()},
            "calibration_error": (self.calibration.error, self.calibration.error_interval),
        }

    def shares(self) -> dict[str, tuple[str, Share]]:
        """The figures that are a share: of what, and how much."""
        shares = {
            "burden": ("runs, within a factor of two", self.burden),
            "evidence_page": ("runs found in full", self.evidence_page),
        }
        for score in (self.results, self.full, self.joins):
            shares |= score.shares() if score else {}
        return shares

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
        for name, judged in (("burden", self.burden), ("evidence_page", self.evidence_page)):
            figures = {"share": judged.share, "runs": judged.whole, "share_interval": judged.interval}
            report[name] = rounded(figures)
        report["calibration"] = rounded(asdict(self.calibration))
        for name, scored in (("results", self.results), ("full", self.full), ("joins", self.joins)):
            if scored is not None:
                report[name] = rounded(scored.to_dict())
        report["papers"] = self.papers
        report["differences"] = [asdict(difference) for difference in self.differences]
        return report

    def miss_records(self) -> dict[str, list[dict[str, Any]]]:
        """For ``--json``: the misses of runs, of results and of joins."""
        joins = self.joins.misses if self.joins else ()
        return {
            "misses": [miss.to_dict() for miss in self.misses],
            "result_misses": [miss.to_dict() for miss in self.result_misses],
            "join_misses": [join.to_dict() for join in joins],
        }

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
            rows.append((title, "", judged.in_words, "", str(judged.part), f"{judged.whole} runs"))
        return rows


def evaluate(
    gold_runs_path: Path,
    records: list[Record],
    results_path: Path | None = None,
    full_path: Path | None = None,
    joins_path: Path | None = None,
    papers: Collection[str] | None = None,
) -> Evaluation:
    """Exported records against gold files; only papers that the gold names, and that are in ``papers``, count.

    Candidates are left out of everything but the calibration, and of misses, which say what was held back.
    """

    def counts(paper: str) -> bool:
        return papers is None or paper in papers

    gold = {paper: runs for paper, runs in read_gold_runs(gold_runs_path).items() if counts(paper)}
    main = [row for row in read_gold_results(results_path) if counts(row["arxiv_id"])] if results_path else []
    full = {paper: rows for paper, rows in read_gold_full(full_path).items() if counts(paper)} if full_path else {}
    facts = [fact for fact in load_gold_joins(joins_path) if counts(bare_id(fact.paper))] if joins_path else []
    records = [check_record(record, f"record {index}") for index, record in enumerate(records, start=1)]
    accepted = [record for record in records if record.get("status") != "candidate"]
    candidates = [record for record in records if record.get("status") == "candidate"]
    found, held_back = _by_paper(accepted, "training_run"), _by_paper(candidates, "training_run")
    scorer = RunScorer(load_catalogue())
    scores = {paper: scorer.score(runs, found[paper]) for paper, runs in gold.items()}
    fields, resampled = _field_scores(list(scores.values()))
    pages = [list(matched_pages(runs, found[paper], scorer)) for paper, runs in gold.items()]
    sure = [_judged([*found[paper], *held_back[paper]], runs, scorer) for paper, runs in gold.items()]
    unsure = (_judged(held_back[paper], runs, scorer) for paper, runs in gold.items())
    calibration, resampled["calibration_error"] = calibrate(sure, sum(map(len, unsure)))
    return Evaluation(
        papers=len(gold),
        fields=fields,
        burden=share_over_papers((one.burdens_right, one.burdens_judged) for one in scores.values()),
        evidence_page=share_over_papers(
            (sum(page in exported for page, exported in matched), len(matched)) for matched in pages
        ),
        calibration=calibration,
        results=score_results(main, accepted) if results_path else None,
        full=score_full(full, accepted) if full_path else None,
        joins=score_joins(facts, accepted, scorer) if joins_path else None,
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
        result_misses=tuple(_result_misses(main, full, accepted, candidates)),
        resampled_otherwise=resampled,
    )


def _result_misses(
    main: list[Record], full: dict[str, list[Record]], accepted: list[Record], candidates: list[Record]
) -> Iterator[ResultMiss]:
    found, held_back = _by_paper(accepted, "result"), _by_paper(candidates, "result")
    own: dict[str, list[Record]] = defaultdict(list)
    for row in main:
        own[row["arxiv_id"]].append(row)
    for paper in dict.fromkeys([*own, *full]):
        yield from find_result_misses(paper, own[paper], full.get(paper), found[paper], held_back[paper])


def _by_paper(records: Iterable[Record], kind: str) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record["kind"] == kind:
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


def rounded(figures: dict[str, Any]) -> dict[str, Any]:
    """For JSON: to four places, at any depth."""

    def short(value: Any) -> Any:
        if isinstance(value, dict):
            return rounded(value)
        if isinstance(value, list | tuple):
            return [short(item) for item in value]
        return round(value, 4) if isinstance(value, float) else value

    return {name: short(value) for name, value in figures.items()}
