"""The judge's training: gold data and papers' mentions to examples, three models on top of one another, and folds.

Each model learns from what the one before says of papers that it was not fitted on, so that none trusts the one below
it more than it may on a new paper. Papers are never parted: all of one are in the same fold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from annotations.calibration import record_is_right
from annotations.folds import out_of_fold, paper_folds
from annotations.lines import Record
from annotations.run_scoring import RunScorer, Tally
from extractors.judge import Judge, Signals
from extractors.judgement import Place, judged
from extractors.lexicon.catalogue import load_catalogue
from extractors.merging import FoundRun, merged, with_status
from extractors.quantities import Quantity, QuantityKind
from extractors.records import Status, TrainingRun
from extractors.runs import Mentions, found_runs, time_mentions, with_confidence
from extractors.statements import hardware_mentions
from models.fitting import (
    MENTION_C,
    RECORD_C,
    FittedRoles,
    FittedSignals,
    RoleExample,
    SignalsExample,
    fit_roles,
    fit_signals,
)
from models.judge import TrainedJudge
from models.linear import SignalsModel

Thresholds = tuple[float, float]
"""From which confidence on a record is accepted, and a paper's surest record."""

_THRESHOLDS: tuple[Thresholds, ...] = tuple(product((0.4, 0.5, 0.6), (0.2, 0.3, 0.4)))
"""Few, since a finer choice would follow the chance of who is in the fold."""
_DECIDING_FIELDS = ("detection", "accelerator", "count", "duration", "run")
_UNDECIDED: Thresholds = (0.5, 0.5)
_UNFITTED = SignalsModel(0.0, {})
_TABLE_WEIGHT = 3.0
"""All times of one table stand or fall together: they weigh as much as so many records of the text."""


@dataclass(frozen=True)
class TrainingPaper:
    """A paper with what was read in it, by the machine and by people."""

    paper: str
    mentions: Mentions
    gold_runs: list[Record]
    roles: tuple[RoleExample, ...]


@dataclass(frozen=True)
class Fitted:
    """The three fitted models."""

    roles: FittedRoles
    mention: FittedSignals
    record: FittedSignals

    def judge(self, thresholds: Thresholds) -> TrainedJudge:
        """Their weights as a judge."""
        return TrainedJudge(self.roles.model(), self.mention.model(), self.record.model(), *thresholds)


@dataclass(frozen=True)
class CrossValidation:
    """Every paper read by a judge that was fitted, threshold included, on other papers only."""

    found: Mapping[str, tuple[FoundRun, ...]]
    """All runs of each paper with their confidence, not yet merged."""
    thresholds: Mapping[str, Thresholds]
    """Those that held for each paper."""

    def runs(self, paper: str) -> tuple[TrainingRun, ...]:
        """The paper's runs, as its judge would have exported them."""
        return merged(with_status(self.found[paper], *self.thresholds[paper]))


class Trainer:
    """Fits judges on sets of papers, and tells right from wrong by gold."""

    def __init__(self, papers: Iterable[TrainingPaper]) -> None:
        self._papers = {paper.paper: paper for paper in papers}
        self._scorer = RunScorer(load_catalogue())

    @property
    def papers(self) -> list[str]:
        return sorted(self._papers)

    def fit(self, papers: Sequence[str]) -> Fitted:
        """The three models, fitted on ``papers``."""
        examples = [example for paper in papers for example in self._papers[paper].roles]
        role_models = out_of_fold(
            papers, "roles", lambda rest: fit_roles([each for each in examples if each.paper in rest]).model()
        )
        judges = {paper: TrainedJudge(role_models[paper], _UNFITTED, _UNFITTED, *_UNDECIDED) for paper in papers}
        places = {paper: judged(self._papers[paper].mentions.places, judges[paper]) for paper in papers}
        mentions = [example for paper in papers for example in self._mention_examples(paper, places[paper])]
        mention_models = out_of_fold(
            papers,
            "mentions",
            lambda rest: fit_signals([each for each in mentions if each.paper in rest], MENTION_C).model(),
        )
        judges = {paper: replace(judges[paper], mention=mention_models[paper]) for paper in papers}
        records = [
            example for paper in papers for example in self._record_examples(paper, places[paper], judges[paper])
        ]
        return Fitted(fit_roles(examples), fit_signals(mentions, MENTION_C), fit_signals(records, RECORD_C))

    def cross_validated(
        self, papers: Sequence[str], folds: int, progress: Callable[[], None] | None = None
    ) -> CrossValidation:
        """Each paper read by a judge fitted on the others; its threshold is chosen on these, too."""
        found: dict[str, tuple[FoundRun, ...]] = {}
        thresholds: dict[str, Thresholds] = {}
        for fold in paper_folds(papers, folds, "outer"):
            rest = [paper for paper in papers if paper not in fold]
            chosen = self.thresholds(self._read_by_others(rest))
            judge = self.fit(rest).judge(chosen)
            for paper in fold:
                found[paper], thresholds[paper] = self._read(paper, judge), chosen
            if progress:
                progress()
        return CrossValidation(found, thresholds)

    def thresholds(self, found: Mapping[str, Sequence[FoundRun]]) -> Thresholds:
        """From which confidences on accepting does best: the mean F1 of detection, accelerator, count, time and run."""
        return max(_THRESHOLDS, key=lambda pair: (self._mean_f1(found, pair), pair))

    def _read_by_others(self, papers: Sequence[str]) -> dict[str, tuple[FoundRun, ...]]:
        judges = out_of_fold(papers, "inner", lambda rest: self.fit(sorted(rest)).judge(_UNDECIDED))
        return {paper: self._read(paper, judges[paper]) for paper in papers}

    def _read(self, paper: str, judge: Judge) -> tuple[FoundRun, ...]:
        mentions = self._papers[paper].mentions
        return tuple(with_confidence(found_runs(mentions, judged(mentions.places, judge), judge), judge))

    def _mean_f1(self, found: Mapping[str, Sequence[FoundRun]], thresholds: Thresholds) -> float:
        totals = {field: Tally() for field in _DECIDING_FIELDS}
        for paper, runs in found.items():
            accepted = [run for run in merged(with_status(runs, *thresholds)) if run.status is Status.ACCEPTED]
            score = self._scorer.score(self._papers[paper].gold_runs, [_record(run) for run in accepted])
            for field in _DECIDING_FIELDS:
                tally = score.tallies.get(field, Tally())
                total = totals[field]
                totals[field] = Tally(
                    total.hits + tally.hits, total.predicted + tally.predicted, total.gold + tally.gold
                )
        shares = [2 * each.hits / max(1, each.predicted + each.gold) for each in totals.values()]
        return round(sum(shares) / len(shares), 6)

    def _mention_examples(self, paper: str, places: Sequence[Place]) -> list[SignalsExample]:
        gold = self._papers[paper].gold_runs
        said: list[tuple[object, Signals, bool]] = []
        for mention in hardware_mentions(places):
            hardware = mention.hardware
            if not hardware.specific and not hardware.count:
                continue
            name = hardware.name if hardware.specific else None
            right = self._right({"accelerator": name, "accelerator_count": hardware.count}, gold)
            if right is not None:
                said.append(((hardware.name, hardware.count), mention.signals, right))
        for time in time_mentions(places):
            right = self._right(_times(time.times), gold)
            if right is not None:
                said.append((time.times[0].duration.hours, time.signals, right))
        often = Counter(what for what, _, _ in said)
        return [SignalsExample(paper, signals, right, 1 / often[what]) for what, signals, right in said]

    def _record_examples(self, paper: str, places: Sequence[Place], judge: Judge) -> list[SignalsExample]:
        """The surest of the records that state the same."""
        gold = self._papers[paper].gold_runs
        best: dict[object, FoundRun] = {}
        for found in found_runs(self._papers[paper].mentions, places, judge):
            run = found.run
            states = (run.accelerator, run.accelerator_count, run.duration_hours, run.device_hours)
            if states not in best or found.signals["sure.weaker"] > best[states].signals["sure.weaker"]:
                best[states] = found
        in_tables = sum("table" in found.signals for found in best.values())
        examples = []
        for found in best.values():
            right = self._right(_record(found.run), gold)
            if right is not None:
                weight = min(1.0, _TABLE_WEIGHT / in_tables) if "table" in found.signals else 1.0
                examples.append(SignalsExample(paper, found.signals, right, weight))
        return examples

    def _right(self, record: Record, gold: list[Record]) -> bool | None:
        return record_is_right(record, gold, self._scorer)


def _times(times: Sequence[Quantity]) -> Record:
    fields = {QuantityKind.DURATION: "duration_hours", QuantityKind.DEVICE_TIME: "device_hours"}
    return {fields[time.kind]: time.duration.hours for time in times}


def _record(run: TrainingRun) -> Record:
    return {
        "kind": "training_run",
        "accelerator": run.accelerator,
        "accelerator_count": run.accelerator_count,
        "duration_hours": run.duration_hours,
        "device_hours": run.device_hours,
        "confidence": run.confidence,
    }
