"""The trained judge: sentence roles, mentions and records weighed by fitted models (``models/trained``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from extractors.judge import SentenceSignals, Signals, log_odds_of
from models.linear import RoleModel, SignalsModel

OWN = "own"
"""The role of a sentence that tells of the training of this paper's own models."""
WEIGHTS_FILE = "judge.json"
_CANDIDATE_FROM = 0.1


@dataclass(frozen=True, slots=True)
class TrainedJudge:
    """A judge made of three models, each fitted on what the one before says of papers that it was not fitted on."""

    roles: RoleModel
    """Of a sentence: own training, speed, others' work, or none of these."""
    mention: SignalsModel
    """Of a mention of hardware or time: that a run of this paper's own is meant."""
    record: SignalsModel
    """Of a record: that all it states is right."""
    accepted_from: float
    surest_from: float
    candidate_from: float = _CANDIDATE_FROM

    def own_training(self, sentences: Sequence[SentenceSignals]) -> Sequence[float]:
        return [log_odds_of(self.roles.roles(sentence)[OWN]) for sentence in sentences]

    def mentions(self, mentions: Sequence[Signals]) -> Sequence[float]:
        return self.mention.probabilities(mentions)

    def confidences(self, records: Sequence[Signals]) -> Sequence[float]:
        return self.record.probabilities(records)

    def as_json(self) -> str:
        """All weights, in a form that is the same for the same weights."""
        return json.dumps(asdict(self), sort_keys=True, indent=0, ensure_ascii=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> TrainedJudge:
        """The judge that ``as_json`` wrote; ``ValueError`` for anything else."""
        try:
            held: Mapping[str, Any] = json.loads(text)
            return cls(
                RoleModel(**held["roles"]),
                SignalsModel(**held["mention"]),
                SignalsModel(**held["record"]),
                float(held["accepted_from"]),
                float(held["surest_from"]),
                float(held["candidate_from"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not the weights of a trained judge: {error!r}") from error


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
