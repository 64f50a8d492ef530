"""Whether a result's model is joined to the runs that trained it, and to no other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from annotations.gold_files import Record, bare_id
from annotations.result_scoring import flat
from annotations.run_scoring import RunScorer
from annotations.shares import Share, share_over_papers
from annotations.standoff import JoinFact
from annotations.stated_results import StatedResult, exported_result, is_result, same_result
from annotations.stated_runs import StatedRun, differing_fields, exported_run
from db.fields import letters_of


class JoinOutcome(StrEnum):
    RESULT_NOT_FOUND = "result not found"
    """No accepted own record states the result."""
    RUN_NOT_FOUND = "run not found"
    """No accepted record states one of the runs: they could not be joined."""
    JOINED_WRONG = "joined wrong"
    JOINED_RIGHT = "joined right"


@dataclass(frozen=True, slots=True)
class JudgedJoin:
    """A model of gold, its result, and its runs on both sides."""

    outcome: JoinOutcome
    arxiv_id: str
    result: StatedResult
    """Of gold, with the model's name there."""
    runs: tuple[StatedRun, ...]
    """Of gold; none where the paper gives no run of this model."""
    found: StatedResult | None = None
    """The exported result."""
    joined: tuple[StatedRun, ...] = ()
    """The exported runs that are joined to its model."""
    stated: tuple[StatedRun, ...] = ()
    """The exported runs that state gold's, joined or not."""

    @property
    def reason(self) -> str:
        """As "joined wrong: nothing joined", "joined wrong: gold has no run", "run not found"."""
        if self.outcome is not JoinOutcome.JOINED_WRONG:
            return str(self.outcome)
        if not self.joined:
            why = "nothing joined"
        elif not self.runs:
            why = "gold has no run"
        elif set(self.joined) > set(self.stated):
            why = "too many runs"
        elif set(self.joined) < set(self.stated):
            why = "too few runs"
        else:
            why = "other runs"
        return f"{self.outcome}: {why}"

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        runs = {"runs": self.runs, "joined": self.joined}
        return {
            "outcome": str(self.outcome),
            "arxiv_id": self.arxiv_id,
            "reason": self.reason,
            "result": self.result.to_dict(),
            "found": self.found and self.found.to_dict(),
            **{name: [run.to_dict() for run in held] for name, held in runs.items()},
        }


@dataclass(frozen=True, slots=True)
class JoinScore:
    """Models whose runs are joined right."""

    right: Share
    """Of all models of gold."""
    right_where_found: Share
    """Of those whose result and runs were both found."""
    judged: tuple[JudgedJoin, ...]
    unsure: int
    """Models of gold that are scored neither way."""

    def shares(self) -> dict[str, tuple[str, Share]]:
        """What is judged, and how well, by name."""
        return {
            "joins_right": ("models with a result", self.right),
            "joins_right_where_found": ("models whose result and runs were found", self.right_where_found),
        }

    @property
    def misses(self) -> tuple[JudgedJoin, ...]:
        return tuple(one for one in self.judged if one.outcome is not JoinOutcome.JOINED_RIGHT)

    def to_dict(self) -> dict[str, Any]:
        counts = Counter(one.outcome for one in self.judged)
        outcomes = {str(outcome).replace(" ", "_"): counts[outcome] for outcome in JoinOutcome}
        return {**flat(self.shares()), "models": self.right.whole, **outcomes, "unsure": self.unsure}


def join_outcomes(judged: Iterable[JudgedJoin]) -> list[tuple[str, int]]:
    """How many models came out how, wrong joins by what is wrong with them, the most frequent first."""
    return Counter(one.reason for one in judged).most_common()


def score_joins(facts: Iterable[JoinFact], accepted: Iterable[Record], scorer: RunScorer) -> JoinScore:
    """Each model that gold is sure of, judged by the exported results and by ``joined_models`` of exported runs.

    Right where the exported runs joined to the model of the result are gold's, no more and no fewer: the same
    family, count, and hours within 3 % (device-hours where gold has no hours). Of several exported results with
    the value those count whose model has gold's name, if any has, and one of them joined right is enough.
    """
    records: dict[str, list[Record]] = defaultdict(list)
    for record in accepted:
        records[bare_id(record["arxiv_id"])].append(record)
    judged, unsure = [], 0
    counts: dict[str, Counter[JoinOutcome]] = defaultdict(Counter)
    for fact in facts:
        if not fact.sure:
            unsure += 1
            continue
        one = _judge(fact, records[bare_id(fact.paper)], scorer)
        judged.append(one)
        counts[one.arxiv_id][one.outcome] += 1
    right, wrong = JoinOutcome.JOINED_RIGHT, JoinOutcome.JOINED_WRONG
    return JoinScore(
        right=share_over_papers((paper[right], paper.total()) for paper in counts.values()),
        right_where_found=share_over_papers((paper[right], paper[right] + paper[wrong]) for paper in counts.values()),
        judged=tuple(judged),
        unsure=unsure,
    )


def _judge(fact: JoinFact, records: list[Record], scorer: RunScorer) -> JudgedJoin:
    paper = bare_id(fact.paper)
    result = StatedResult(fact.benchmark, fact.metric, fact.value, True, fact.model, page=fact.result_page)
    runs = tuple(
        StatedRun(
            run.accelerator,
            run.accelerator_count,
            hours=run.duration_hours,
            device_hours=run.device_hours,
            stage=run.stage,
            page=run.page,
        )
        for run in fact.runs
    )
    exported = [(record, exported_run(record)) for record in records if record["kind"] == "training_run"]
    stated = tuple(other for _, other in exported if any(_same_run(run, other, scorer) for run in runs))
    results = _results_of(result, records)
    if not results:
        return JudgedJoin(JoinOutcome.RESULT_NOT_FOUND, paper, result, runs, stated=stated)
    found, joined = results[0], _joined_to(results[0], exported)
    if not all(any(_same_run(run, other, scorer) for other in stated) for run in runs):
        return JudgedJoin(JoinOutcome.RUN_NOT_FOUND, paper, result, runs, found, joined, stated)
    for found_here in results:
        joined_here = _joined_to(found_here, exported)
        if _same_runs(runs, joined_here, scorer):
            return JudgedJoin(JoinOutcome.JOINED_RIGHT, paper, result, runs, found_here, joined_here, stated)
    return JudgedJoin(JoinOutcome.JOINED_WRONG, paper, result, runs, found, joined, stated)


def _results_of(gold: StatedResult, records: Iterable[Record]) -> list[StatedResult]:
    """The exported own results that state it, those of a model with its name alone if there are any."""
    exported = map(exported_result, filter(is_result, records))
    same = [one for one in exported if one.own and same_result(gold, one)]
    named = [one for one in same if letters_of(one.model) == letters_of(gold.model)]
    return sorted(named or same, key=lambda one: abs(one.value - gold.value))


def _joined_to(result: StatedResult, exported: Sequence[tuple[Record, StatedRun]]) -> tuple[StatedRun, ...]:
    """The runs of the result's model, on all benchmarks or on just the result's."""
    return tuple(
        run
        for record, run in exported
        if any(
            joined["model"] == result.model and joined.get("benchmark") in (None, result.benchmark)
            for joined in record.get("joined_models") or ()
        )
    )


def _same_runs(gold: Sequence[StatedRun], joined: Sequence[StatedRun], scorer: RunScorer) -> bool:
    """Each on one side is on the other; a run that stands on one side twice is one run."""
    return all(any(_same_run(run, other, scorer) for other in joined) for run in gold) and all(
        any(_same_run(run, other, scorer) for run in gold) for other in joined
    )


def _same_run(gold: StatedRun, other: StatedRun, scorer: RunScorer) -> bool:
    differing = set(differing_fields(gold, other, scorer))
    if gold.hours is not None or gold.device_hours is None:
        differing.discard("device_hours")
    return not differing
