"""The judge of results: labelled values to two models, whose the values are and whether the records are right.

The second learns from what the first says of papers that it was not fitted on. Papers are never parted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotations.folds import out_of_fold, paper_folds
from annotations.value_labels import PaperVerdicts
from extractors.judge import Signals
from extractors.records import Result
from extractors.results import ReadResult, find_results, with_certainty
from models.fitting import FittedSignals, SignalsExample, fit_signals
from models.judge import OWN, ResultModels, TrainedJudge
from models.linear import RoleModel, SignalsModel

_OWN_C = 0.3
_RECORD_C = 0.3
"""Inverse strengths of the regularisation."""
_LINES_OF_A_PAPER = 15.0
"""Lines of tables that a paper may weigh: some hold hundreds alike."""
_ACCEPTED_FROM = 0.5
_UNFITTED = SignalsModel(0.0, {})
_NO_ROLES = RoleModel({OWN: 0.0}, {OWN: {}}, {OWN: {}}, {})


@dataclass(frozen=True)
class ResultPaper:
    """A paper's values, as the machine read them, and what is known of them."""

    paper: str
    read: tuple[ReadResult, ...]
    verdicts: PaperVerdicts


@dataclass(frozen=True)
class FittedResults:
    """The two fitted models."""

    own: FittedSignals
    record: FittedSignals

    def models(self) -> ResultModels:
        return ResultModels(self.own.model(), self.record.model(), _ACCEPTED_FROM)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A value with what is known of it and what it weighs."""

    read: ReadResult
    right: bool | None
    own: bool | None
    weight: float


class ResultTrainer:
    """Fits judges of results on sets of papers."""

    def __init__(self, papers: Iterable[ResultPaper]) -> None:
        self._papers = {paper.paper: paper for paper in papers}
        self._judged = {name: _weighed(paper) for name, paper in self._papers.items()}

    @property
    def papers(self) -> list[str]:
        return sorted(self._papers)

    def fit(self, papers: Sequence[str]) -> FittedResults:
        """The two models, fitted on ``papers``; ``ValueError`` where their values are all own or all right."""
        own_models = out_of_fold(papers, "own", lambda rest: _owners(self._fit_own(sorted(rest)).model()))
        return FittedResults(self._fit_own(papers), self._fit_record(papers, own_models))

    def cross_validated(self, papers: Sequence[str], count: int) -> dict[str, tuple[Result, ...]]:
        """The results of each paper, as a judge that was fitted on the others finds them."""
        found: dict[str, tuple[Result, ...]] = {}
        for fold in paper_folds(papers, count, "results"):
            judge = judge_of_results(self.fit([paper for paper in papers if paper not in fold]).models())
            found.update((paper, find_results(self._papers[paper].read, judge)) for paper in fold)
        return found

    def _fit_own(self, papers: Sequence[str]) -> FittedSignals:
        examples = [
            SignalsExample(paper, each.read.own_signals, each.own, each.weight)
            for paper in papers
            for each in self._judged[paper]
            if each.own is not None and each.right
        ]
        return fit_signals(examples, _OWN_C)

    def _fit_record(self, papers: Sequence[str], own_models: Mapping[str, ResultModels]) -> FittedSignals:
        examples = []
        for paper in papers:
            judged = self._judged[paper]
            own = own_models[paper].own_probabilities([each.read.own_signals for each in judged])
            for each, probability in zip(judged, own, strict=True):
                right = _is_right(each, probability)
                if right is not None:
                    signals: Signals = with_certainty(each.read.signals, probability)
                    examples.append(SignalsExample(paper, signals, right, each.weight))
        return fit_signals(examples, _RECORD_C)


def _owners(own: SignalsModel) -> ResultModels:
    """Models that know whose a value is, and no more."""
    return ResultModels(own, _UNFITTED, _ACCEPTED_FROM)


def judge_of_results(models: ResultModels) -> TrainedJudge:
    """A judge that knows of results only."""
    return TrainedJudge(_NO_ROLES, _UNFITTED, _UNFITTED, 1.0, 1.0, results=models)


def _is_right(each: _Judged, own_probability: float) -> bool | None:
    """Whether the record would be right with the likelier owner; None where that is not known."""
    if not each.right:
        return each.right
    return None if each.own is None else each.own == (own_probability >= 0.5)


def _weighed(paper: ResultPaper) -> list[_Judged]:
    """Values in one line of a table share a weight of 1, and all lines of a paper one of ``_LINES_OF_A_PAPER``."""
    lines = Counter(_line(read) for read in paper.read)
    share = min(1.0, _LINES_OF_A_PAPER / max(1, len(lines)))
    verdicts = [paper.verdicts.of(read.result) for read in paper.read]
    return [
        _Judged(read, verdict.right, verdict.own, share / lines[_line(read)])
        for read, verdict in zip(paper.read, verdicts, strict=True)
    ]


def _line(read: ReadResult) -> tuple[int, float, str | None]:
    return read.result.evidence.page, read.result.evidence.box.y0, read.result.model
