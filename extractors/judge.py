"""What decides how likely a sentence tells of this paper's own training, and a record is right.

The extractors state *signals*: what they saw, as named numbers. A ``Judge`` turns them into probabilities. A trained
one is handed in (``models``); ``RulesJudge`` does with the weights that are set by hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Signals = Mapping[str, float]
"""What was seen, by name: flags are 1 or absent."""

RULES_LOG_ODDS = "rules.log_odds"
"""The signal under which the rules' own verdict stands, for sentences and for records."""


_MOST_LOG_ODDS = 5.0


@dataclass(frozen=True, slots=True)
class SentenceSignals:
    """A sentence, caption or table head as a judge sees it."""

    words: str
    """In lower case, mentions by their kind: "trained on NUMBER HARDWARE for TIME"."""
    signals: Signals


class Judge(Protocol):
    """Turns signals into probabilities."""

    @property
    def accepted_from(self) -> float:
        """Records of at least this confidence are accepted, the others are candidates for curators."""

    @property
    def surest_from(self) -> float:
        """The surest record of a paper is accepted from this confidence on: most papers that come so near do report."""

    @property
    def candidate_from(self) -> float:
        """Mentions of less probability make no record, not even a candidate."""

    @property
    def results_from(self) -> float:
        """Results of at least this confidence are accepted."""

    def own_training(self, sentences: Sequence[SentenceSignals]) -> Sequence[float]:
        """Log-odds that each sentence tells of the training of this paper's own models."""

    def mentions(self, mentions: Sequence[Signals]) -> Sequence[float]:
        """The probability of each mention of hardware or of a time that a run of this paper's own is meant."""

    def confidences(self, records: Sequence[Signals]) -> Sequence[float]:
        """The probability of each record that all it states is right."""

    def own_results(self, values: Sequence[Signals]) -> Sequence[float]:
        """The probability of each result that it is the paper's own, not quoted from others."""

    def result_confidences(self, results: Sequence[Signals]) -> Sequence[float]:
        """The probability of each result that benchmark, metric, value and whose it is are right."""


class RulesJudge:
    """The rules alone, with weights set by hand; their confidences are not calibrated."""

    accepted_from = 0.5
    surest_from = 0.5
    candidate_from = 0.2
    results_from = 0.5

    def own_training(self, sentences: Sequence[SentenceSignals]) -> Sequence[float]:
        return [sentence.signals[RULES_LOG_ODDS] for sentence in sentences]

    def mentions(self, mentions: Sequence[Signals]) -> Sequence[float]:
        return [probability(mention[RULES_LOG_ODDS]) for mention in mentions]

    def confidences(self, records: Sequence[Signals]) -> Sequence[float]:
        return [probability(record[RULES_LOG_ODDS]) for record in records]

    def own_results(self, values: Sequence[Signals]) -> Sequence[float]:
        return [probability(value[RULES_LOG_ODDS]) for value in values]

    def result_confidences(self, results: Sequence[Signals]) -> Sequence[float]:
        return [probability(result[RULES_LOG_ODDS]) for result in results]


def probability(log_odds: float) -> float:
    """The probability that log-odds stand for."""
    return 1 / (1 + math.exp(-max(-20.0, min(20.0, log_odds))))


def bounded(log_odds: float) -> float:
    """Log-odds as a signal between -1 and 1, which ±5 and beyond give."""
    return max(-1.0, min(1.0, log_odds / _MOST_LOG_ODDS))


def log_odds_of(probability: float) -> float:
    """The inverse of ``probability``, within ±20."""
    inside = min(max(probability, 2e-9), 1 - 2e-9)
    return math.log(inside / (1 - inside))
