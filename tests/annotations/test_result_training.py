"""The judge of results: what it learns from, what each value weighs, and that no part of it knows what it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

import annotations.result_training
from annotations.result_training import ResultPaper, ResultTrainer, judge_of_results
from annotations.value_labels import PaperVerdicts, ValueLabel
from extractors.judge import RULES_LOG_ODDS
from extractors.records import Box, Evidence, Result
from extractors.results import ReadResult, find_results
from models.fitting import SignalsExample, fit_signals
from models.judge import ResultModels

FOLDS = 3
MOST_LINES = 15


@dataclass(frozen=True)
class Seen:
    """A value as it stands in a paper: what the rules make of it, and what careful reading does."""

    own: bool | None
    right: bool = True
    line: int = 0
    """Of the table."""
    rules_own: float = 0.0
    rules_right: float = 2.0
    signals: tuple[str, ...] = ()


OWN = Seen(True, line=1, signals=("in.table",))
CITED = Seen(False, line=2, signals=("in.table", "cited"), rules_own=-0.5)
CHART = Seen(None, right=False, line=3, signals=("axis",))
"""A number that is no result."""


def paper_of(number: int, *seen: Seen) -> ResultPaper:
    """Values side by side in their lines, each with its label."""
    paper = f"2001.{number:05}"
    read, labels = [], []
    for index, each in enumerate(seen):
        box = Box(20.0 * index, 12.0 * each.line, 20.0 * index + 15, 12.0 * each.line + 10)
        value = 50 + index + number / 100
        evidence = Evidence(1, box, "Table 1: OakNet | Top-1", 0, 0)
        result = Result(evidence, "imagenet", "top1_accuracy", value, True, "OakNet")
        own = dict.fromkeys(each.signals, 1.0) | {RULES_LOG_ODDS: each.rules_own}
        record = dict.fromkeys(each.signals, 1.0) | {RULES_LOG_ODDS: each.rules_right}
        read.append(ReadResult(result, own, record, in_table=True))
        labels.append(ValueLabel(paper, index + 1, "imagenet", "top1_accuracy", value, each.own, each.right, 1, box))
    return ResultPaper(paper, tuple(read), PaperVerdicts(labels, ()))


@pytest.fixture(scope="module")
def papers() -> list[ResultPaper]:
    return [paper_of(number, OWN, CITED, CHART) for number in range(12)]


class Notes:
    """What was fitted on which examples, and which values were shown to whom."""

    def __init__(self, papers: Sequence[ResultPaper]) -> None:
        self._paper_of = {id(each.own_signals): paper.paper for paper in papers for each in paper.read}
        self._models: list[Any] = []
        """Kept, so that no other object takes the id of one."""
        self.learned_from: dict[int, frozenset[str]] = {}
        self.examples: list[list[SignalsExample]] = []
        self.shown: list[tuple[str, frozenset[str]]] = []

    def fitting(self, examples: Sequence[SignalsExample], strength: float) -> Any:
        self.examples.append(list(examples))
        fitted, notes = fit_signals(examples, strength), self

        class Noted:
            def model(self) -> Any:
                model = fitted.model()
                notes._models.append(model)
                notes.learned_from[id(model)] = frozenset(example.paper for example in examples)
                return model

        return Noted()

    def owning(self, models: ResultModels, values: Sequence[Any]) -> list[float]:
        self._show(values, models.own)
        return OWNING(models, values)

    def finding(self, read: Sequence[ReadResult], judge: Any) -> tuple[Result, ...]:
        values = [each.own_signals for each in read]
        self._show(values, judge.results.own)
        self._show(values, judge.results.record)
        return find_results(read, judge)

    def _show(self, values: Sequence[Any], model: Any) -> None:
        self.shown += [(self._paper_of[id(value)], self.learned_from[id(model)]) for value in values]


OWNING: Callable[[ResultModels, Sequence[Any]], list[float]] = ResultModels.own_probabilities


def watched(papers: Sequence[ResultPaper], monkeypatch: pytest.MonkeyPatch) -> Notes:
    notes = Notes(papers)
    monkeypatch.setattr(annotations.result_training, "fit_signals", notes.fitting)
    monkeypatch.setattr(annotations.result_training, "find_results", notes.finding)
    monkeypatch.setattr(ResultModels, "own_probabilities", lambda models, values: notes.owning(models, values))
    return notes


def learned(papers: Sequence[ResultPaper], monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], list[Any]]:
    """The examples of the last two models of a fit: whose the values are, and whether the records are right."""
    notes, trainer = watched(papers, monkeypatch), ResultTrainer(papers)
    trainer.fit(trainer.papers)
    own, record = notes.examples[-2:]
    return own, record


def test_no_model_is_shown_a_paper_that_it_was_fitted_on(
    papers: list[ResultPaper], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes, trainer = watched(papers, monkeypatch), ResultTrainer(papers)
    found = trainer.cross_validated(trainer.papers, FOLDS)
    assert sorted(found) == trainer.papers
    assert len(notes.shown) > 3 * len(papers)
    assert [paper for paper, learned_from in notes.shown if paper in learned_from] == []


def test_the_owner_is_learned_and_wrong_records_are_less_sure(papers: list[ResultPaper]) -> None:
    trainer = ResultTrainer(papers)
    for paper, results in trainer.cross_validated(trainer.papers, FOLDS).items():
        own, cited, chart = sorted(results, key=lambda each: each.value)
        assert (own.own, cited.own) == (True, False), paper
        assert min(own.confidence, cited.confidence) > 0.6 > chart.confidence


def test_the_order_of_papers_plays_no_part(papers: list[ResultPaper]) -> None:
    trainer, turned = ResultTrainer(papers), ResultTrainer(papers[::-1])
    assert trainer.fit(trainer.papers).models() == turned.fit(turned.papers).models()
    assert trainer.cross_validated(trainer.papers, FOLDS) == turned.cross_validated(turned.papers[::-1], FOLDS)


def test_a_judge_of_results_gives_what_the_models_give(papers: list[ResultPaper]) -> None:
    trainer = ResultTrainer(papers)
    models = trainer.fit(trainer.papers).models()
    judge, values = judge_of_results(models), [each.own_signals for each in papers[0].read]
    assert judge.own_results(values) == models.own_probabilities(values)
    assert judge.results_from == models.accepted_from == 0.5


def test_whose_a_value_is_is_learned_from_results_with_a_known_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    unclear = Seen(None, line=4, signals=("unclear",))
    own_chart = Seen(True, right=False, line=5, signals=("axis",))
    seen = (OWN, CITED, CHART, unclear, own_chart)
    own, record = learned([paper_of(number, *seen) for number in range(6)], monkeypatch)
    assert {(frozenset(each.signals), each.right) for each in own} == {
        (frozenset({"in.table", RULES_LOG_ODDS}), True),
        (frozenset({"in.table", "cited", RULES_LOG_ODDS}), False),
    }
    assert not any("unclear" in each.signals for each in record), "nor can it be told whether the record is right"
    assert {each.right for each in record if "axis" in each.signals} == {False}


def test_a_record_with_the_wrong_owner_is_a_wrong_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """One paper's cited values look like its own: held out, the first model takes them for these."""
    rival = Seen(False, line=2, signals=("in.table",))
    papers = [paper_of(number, OWN, CITED) for number in range(6)]
    _, record = learned([*papers, paper_of(6, OWN, rival)], monkeypatch)
    taken = [each.right for each in record if each.paper == "2001.00006" and each.signals["own.is-own"]]
    assert sorted(taken) == [False, True]


def test_values_without_a_label_teach_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    papers = [paper_of(number, OWN, CITED, CHART) for number in range(6)]
    silent = ResultPaper("2001.00009", papers[0].read, PaperVerdicts((), ()))
    own, record = learned([*papers, silent], monkeypatch)
    assert {each.paper for each in (*own, *record)} == {paper.paper for paper in papers}


def test_values_of_one_line_weigh_as_much_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = paper_of(0, *[OWN] * 4, CITED)
    own, _ = learned([wide, *(paper_of(number, OWN, CITED, CHART) for number in range(1, 6))], monkeypatch)
    weights = [each.weight for each in own if each.paper == wide.paper]
    assert weights == pytest.approx([0.25, 0.25, 0.25, 0.25, 1.0])


def test_a_paper_of_many_lines_weighs_no_more_than_one_of_fifteen(monkeypatch: pytest.MonkeyPatch) -> None:
    long = paper_of(0, *(Seen(line % 2 == 0, line=line, signals=("in.table",)) for line in range(60)))
    own, _ = learned([long, *(paper_of(number, OWN, CITED, CHART) for number in range(1, 6))], monkeypatch)
    assert sum(each.weight for each in own if each.paper == long.paper) == pytest.approx(MOST_LINES)
    assert {each.weight for each in own if each.paper != long.paper} == {1.0}


@pytest.mark.parametrize("seen", [OWN, CITED], ids=["own", "cited"])
def test_values_of_one_owner_teach_nothing(seen: Seen) -> None:
    trainer = ResultTrainer([paper_of(number, seen, CHART) for number in range(6)])
    with pytest.raises(ValueError, match="right and wrong examples are needed"):
        trainer.fit(trainer.papers)


def test_values_that_are_all_right_teach_nothing_of_records() -> None:
    clear = [paper_of(n, Seen(True, line=1, rules_own=4.0), Seen(False, line=2, rules_own=-4.0)) for n in range(6)]
    trainer = ResultTrainer(clear)
    with pytest.raises(ValueError, match="right and wrong examples are needed"):
        trainer.fit(trainer.papers)


def test_a_paper_without_values_is_read_too(papers: list[ResultPaper]) -> None:
    trainer = ResultTrainer([*papers, ResultPaper("2001.00099", (), PaperVerdicts((), ()))])
    assert trainer.cross_validated(trainer.papers, FOLDS)["2001.00099"] == ()
