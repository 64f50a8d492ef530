"""Judges are fitted and judged on different papers, and the threshold is chosen without the papers that it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from documents import document_of

import annotations.folds
import annotations.training
from annotations.lines import Record
from annotations.training import CrossValidation, Fitted, Thresholds, Trainer, TrainingPaper
from extractors.judge import RulesJudge
from extractors.judgement import judged
from extractors.merging import FoundRun
from extractors.records import Status
from extractors.runs import found_runs, read_mentions
from models.fitting import MENTION_C, RECORD_C, RoleExample, fit_roles, fit_signals

CARDS = ("V100", "P100", "K40", "A100")
OUTER, INNER = 3, 3
SAID = (
    ("own", "4 Experimental setup", "We trained our models on {count} NVIDIA {card} GPUs for {days} days."),
    (
        "speed",
        "5 Speed",
        "Our training code takes {days} hours on a single Titan X GPU, as a benchmark of speed shows.",
    ),
    ("others", "2 Related work", "The authors of the earlier encoder trained it on {many} TPU v3 chips for 2 weeks."),
)


def invented_paper(number: int) -> TrainingPaper:
    """One run of its own, one measurement, and one run of others; gold has the first only."""
    paper, card = f"2001.{number:05}", CARDS[number % len(CARDS)]
    words = {"count": number + 2, "card": card, "days": number + 1, "many": 64 + number}
    mentions = read_mentions(document_of(*((section, text.format(**words)) for _, section, text in SAID)), ())
    roles = [RoleExample(paper, place.seen, role) for place, (role, _, _) in zip(mentions.places, SAID, strict=True)]
    return TrainingPaper(paper, mentions, [gold_run(card, number + 2, 24.0 * (number + 1))], tuple(roles))


def gold_run(card: str, count: int, hours: float) -> Record:
    return {"accelerator": card, "count": count, "hours": hours, "device_hours": None}


def is_right(found: FoundRun) -> bool:
    return found.run.accelerator is not None and found.run.accelerator.endswith(CARDS)


@pytest.fixture(scope="module")
def papers() -> list[TrainingPaper]:
    return [invented_paper(number) for number in range(12)]


class Marked:
    """What was fitted, and a note of the papers that each model made of it was fitted on."""

    def __init__(self, fitted: Any, learned_from: frozenset[str], notes: Notes) -> None:
        self._fitted, self._learned_from, self._notes = fitted, learned_from, notes

    def model(self) -> Any:
        model = self._fitted.model()
        self._notes.models.append(model)
        self._notes.learned_from[id(model)] = self._learned_from
        return model


class Notes:
    """Who was fitted on which papers, and who read which."""

    def __init__(self, papers: Sequence[TrainingPaper]) -> None:
        self._paper_of_passage = {
            id(passage): each.paper for each in papers for passage in each.mentions.document.passages
        }
        self.models: list[Any] = []
        """Kept, so that no other object takes the id of one."""
        self.learned_from: dict[int, frozenset[str]] = {}
        self.examples: dict[str, list[Counter[str]]] = {"roles": [], "mentions": [], "records": []}
        """How many of each paper a model was fitted on."""
        self.readings: list[tuple[str, frozenset[str]]] = []

    def fitting(self, fit: Callable[..., Any]) -> Callable[..., Any]:
        """Of ``fit_roles`` and ``fit_signals``."""

        def noted(examples: Sequence[Any], *strength: float) -> Any:
            counted = Counter(example.paper for example in examples)
            self.examples[{(): "roles", (MENTION_C,): "mentions", (RECORD_C,): "records"}[strength]].append(counted)
            return Marked(fit(examples, *strength), frozenset(counted), self)

        return noted

    def reading(self, read: Callable[..., Any]) -> Callable[..., Any]:
        """Of ``judged``, which takes the places of a paper and a judge."""

        def noted(places: Sequence[Any], judge: Any) -> Any:
            self.note(self._paper_of_passage[id(places[0].passage)], judge)
            return read(places, judge)

        return noted

    def finding(self, find: Callable[..., Any]) -> Callable[..., Any]:
        """Of ``found_runs``, which takes a paper's mentions, its places and a judge."""

        def noted(mentions: Any, places: Sequence[Any], judge: Any) -> Any:
            self.note(self._paper_of_passage[id(mentions.document.passages[0])], judge)
            return find(mentions, places, judge)

        return noted

    def note(self, paper: str, judge: Any) -> None:
        for model in (judge.roles, judge.mention, judge.record):
            if id(model) in self.learned_from:
                self.readings.append((paper, self.learned_from[id(model)]))


class WatchedTrainer(Trainer):
    """Keeps what it fitted, and which papers each pair of thresholds was chosen from."""

    def __init__(self, papers: Sequence[TrainingPaper]) -> None:
        super().__init__(papers)
        self.chosen_from: list[frozenset[str]] = []
        self.fitted: dict[frozenset[str], Fitted] = {}

    def fit(self, papers: Sequence[str]) -> Fitted:
        self.fitted[frozenset(papers)] = fitted = super().fit(papers)
        return fitted

    def thresholds(self, found: Mapping[str, Sequence[FoundRun]]) -> Thresholds:
        self.chosen_from.append(frozenset(found))
        return 0.4 + len(self.chosen_from) / 100, 0.4


@pytest.fixture(scope="module")
def watched(papers: list[TrainingPaper]) -> tuple[WatchedTrainer, Notes, CrossValidation, int]:
    """A cross-validation with notes of all that went on, and how often it told of its progress."""
    notes, trainer, told = Notes(papers), WatchedTrainer(papers), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(annotations.folds, "INNER_FOLDS", INNER)
        patch.setattr(annotations.training, "fit_roles", notes.fitting(fit_roles))
        patch.setattr(annotations.training, "fit_signals", notes.fitting(fit_signals))
        patch.setattr(annotations.training, "judged", notes.reading(judged))
        patch.setattr(annotations.training, "found_runs", notes.finding(found_runs))
        validation = trainer.cross_validated(trainer.papers, OUTER, lambda: told.append(1))
    return trainer, notes, validation, len(told)


Watched = tuple[WatchedTrainer, Notes, CrossValidation, int]


def test_every_paper_is_read_once(watched: Watched) -> None:
    trainer, _, validation, told = watched
    assert sorted(validation.found) == sorted(validation.thresholds) == trainer.papers
    assert all(any(map(is_right, found)) for found in validation.found.values())
    assert told == OUTER


def test_no_judge_and_no_part_of_one_reads_a_paper_that_it_was_fitted_on(watched: Watched) -> None:
    _, notes, _, _ = watched
    assert len(notes.readings) > OUTER * INNER * 12
    assert [paper for paper, learned_from in notes.readings if paper in learned_from] == []


def test_papers_are_never_parted(watched: Watched) -> None:
    """Three sentences, each with hardware and a time: all of a paper are learned from, or none."""
    _, notes, _, _ = watched
    for kind, examples in (("roles", 3), ("mentions", 6)):
        assert {times for counted in notes.examples[kind] for times in counted.values()} == {examples}


def test_thresholds_are_chosen_from_the_papers_that_they_are_not_for(watched: Watched) -> None:
    trainer, _, validation, _ = watched
    everyone = frozenset(trainer.papers)
    held_out = [everyone - others for others in trainer.chosen_from]
    assert len(held_out) == OUTER
    assert sorted(paper for fold in held_out for paper in fold) == trainer.papers
    assert {len(fold) for fold in held_out} == {12 // OUTER}
    for number, fold in enumerate(held_out, start=1):
        assert {validation.thresholds[paper] for paper in fold} == {(0.4 + number / 100, 0.4)}
        assert everyone - fold in trainer.fitted, "the judge that reads the fold learns from all others"


def test_wrong_records_are_less_sure_than_right_ones(papers: list[TrainingPaper], watched: Watched) -> None:
    _, _, validation, _ = watched
    found = [each for paper in papers for each in validation.found[paper.paper]]
    right = [each.run.confidence for each in found if is_right(each)]
    wrong = [each.run.confidence for each in found if not is_right(each)]
    assert wrong and len(right) == len(papers)
    assert min(right) > 0.6 > 0.4 > max(wrong)


def test_runs_are_accepted_by_the_thresholds_of_their_paper(watched: Watched) -> None:
    trainer, _, validation, _ = watched
    paper = trainer.papers[0]
    wrong, right = sorted(run.confidence for run in validation.runs(paper))

    def accepted(accepted_from: float, surest_from: float) -> list[float]:
        judged_anew = replace(validation, thresholds={paper: (accepted_from, surest_from)}).runs(paper)
        assert len(judged_anew) == 2
        return [run.confidence for run in judged_anew if run.status is Status.ACCEPTED]

    assert accepted(wrong, wrong) == [right, wrong]
    assert accepted(0.99, right) == [right]
    assert accepted(0.99, 0.99) == []


def test_the_order_of_papers_plays_no_part_in_the_folds(
    papers: list[TrainingPaper], watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotations.folds, "INNER_FOLDS", INNER)
    trainer, _, validation, _ = watched
    turned = WatchedTrainer(papers[::-1])
    monkeypatch.setattr(turned, "fit", lambda papers: trainer.fitted[frozenset(papers)])
    assert turned.cross_validated(turned.papers[::-1], OUTER) == validation


def test_the_same_papers_give_the_same_judge(papers: list[TrainingPaper], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotations.folds, "INNER_FOLDS", INNER)
    trainer = Trainer(papers)
    judge = trainer.fit(trainer.papers).judge((0.5, 0.4))
    assert judge.as_json() == Trainer(papers[::-1]).fit(trainer.papers).judge((0.5, 0.4)).as_json()
    assert (judge.accepted_from, judge.surest_from) == (0.5, 0.4)
    assert judge != trainer.fit(trainer.papers[1:]).judge((0.5, 0.4))


@pytest.mark.parametrize(
    ("right", "wrong", "both"),
    [
        (0.9, 0.1, False),
        (0.52, 0.38, False),
        (0.34, 0.28, False),  # the surest of its paper, of which less is asked
        (0.47, 0.55, True),  # not the surest: a right run and a wrong one are better than the wrong one or none
    ],
)
def test_thresholds_are_those_that_accept_right_runs_and_refuse_wrong_ones(
    papers: list[TrainingPaper], right: float, wrong: float, both: bool
) -> None:
    found = {}
    for paper in papers[:3]:
        by_rules = found_runs(paper.mentions, judged(paper.mentions.places, RulesJudge()), RulesJudge())
        found[paper.paper] = tuple(
            replace(each, run=replace(each.run, confidence=right if is_right(each) else wrong)) for each in by_rules
        )
    chosen = Trainer(papers).thresholds(found)
    validation = CrossValidation(found, dict.fromkeys(found, chosen))
    for paper in found:
        accepted = {run.confidence for run in validation.runs(paper) if run.status is Status.ACCEPTED}
        assert accepted == ({right, wrong} if both else {right}), chosen
