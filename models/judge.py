"""The trained judge: sentence roles, mentions and records weighed by fitted models (``models/trained``)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from extractors.judge import RULES_LOG_ODDS, SentenceSignals, Signals, log_odds_of, probability
from models.linear import RoleModel, SignalsModel

OWN = "own"
"""The role of a sentence that tells of the training of this paper's own models."""
WEIGHTS_FILE = "judge.json"
_CANDIDATE_FROM = 0.1
_MOST_LOG_ODDS = 5.0
"""Of the rules' verdict: surer than that they are not."""


@dataclass(frozen=True, slots=True)
class ResultModels:
    """What judges results on benchmarks; the second model is fitted on what the first says of papers held out."""

    own: SignalsModel
    """Of a value: that it is the paper's own."""
    record: SignalsModel
    """Of a record: that benchmark, metric, value and whose it is are right."""
    accepted_from: float

    def own_probabilities(self, values: Sequence[Signals]) -> list[float]:
        """Halfway between the model's log-odds and the rules' own verdict: on papers held out the two together are
        right more often than either."""
        return [
            probability((log_odds_of(fitted) + max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, value[RULES_LOG_ODDS]))) / 2)
            for fitted, value in zip(self.own.probabilities(values), values, strict=True)
        ]


_UNFITTED = SignalsModel(0.0, {})


@dataclass(frozen=True, slots=True)
class TrainedJudge:
    """A judge of runs made of three models, each fitted on what the one before says of papers that it was not fitted
    on, and of results made of two."""

    roles: RoleModel
    """Of a sentence: own training, speed, others' work, or none of these."""
    mention: SignalsModel
    """Of a mention of hardware or time: that a run of this paper's own is meant."""
    record: SignalsModel
    """Of a record: that all it states is right."""
    accepted_from: float
    surest_from: float
    candidate_from: float = _CANDIDATE_FROM
    results: ResultModels = ResultModels(_UNFITTED, _UNFITTED, 0.5)

    @property
    def results_from(self) -> float:
        return self.results.accepted_from

    def own_training(self, sentences: Sequence[SentenceSignals]) -> Sequence[float]:
        return [log_odds_of(self.roles.roles(sentence)[OWN]) for sentence in sentences]

    def mentions(self, mentions: Sequence[Signals]) -> Sequence[float]:
        return self.mention.probabilities(mentions)

    def confidences(self, records: Sequence[Signals]) -> Sequence[float]:
        return self.record.probabilities(records)

    def own_results(self, values: Sequence[Signals]) -> Sequence[float]:
        return self.results.own_probabilities(values)

    def result_confidences(self, results: Sequence[Signals]) -> Sequence[float]:
        return self.results.record.probabilities(results)

    def as_json(self) -> str:
        """All weights, in a form that is the same for the same weights."""
        return json.dumps(asdict(self), sort_keys=True, indent=0, ensure_ascii=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> TrainedJudge:
        """The judge that ``as_json`` wrote; ``ValueError`` for anything else."""
        try:
            held: Mapping[str, Any] = json.loads(text)
            _check_numbers(held)
            return cls(
                RoleModel(**held["roles"]),
                SignalsModel(**held["mention"]),
                SignalsModel(**held["record"]),
                float(held["accepted_from"]),
                float(held["surest_from"]),
                float(held["candidate_from"]),
                ResultModels(
                    SignalsModel(**held["results"]["own"]),
                    SignalsModel(**held["results"]["record"]),
                    float(held["results"]["accepted_from"]),
                ),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not the weights of a trained judge: {error!r}") from error


def _check_numbers(held: object) -> None:
    """``ValueError`` unless all that is held, however deep, are finite numbers by name."""
    if isinstance(held, Mapping):
        for each in held.values():
            _check_numbers(each)
    elif isinstance(held, bool) or not isinstance(held, int | float) or not math.isfinite(held):
        raise ValueError(f"{held!r:.40} is no finite number")


@cache
def load_judge() -> TrainedJudge:
    """The judge that comes with the package."""
    return TrainedJudge.from_json(_weights())


@cache
def judge_version() -> str:
    """Digest of its weights: what another judge has weighed is read anew."""
    return hashlib.sha256(_weights().encode("ascii")).hexdigest()[:12]


def _weights() -> str:
    return files("models").joinpath("trained", WEIGHTS_FILE).read_text(encoding="ascii")
