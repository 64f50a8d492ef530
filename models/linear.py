"""Fitted linear models as plain weights: what is needed to judge, without scikit-learn, whose import takes seconds.

``fitting`` makes them; ``models/trained`` holds them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractors.judge import RULES_LOG_ODDS, SentenceSignals, Signals, probability

LONGEST_GRAM_WORDS = 2
_MOST_RULES_LOG_ODDS = 5.0
_RULES_SCALE = 2.5
"""Keeps the rules' verdict within ±2, so that regularisation treats it like the flags."""


def inputs(signals: Signals) -> dict[str, float]:
    """Signals as a model reads them: the rules' log-odds bounded and scaled, the rest as it is."""
    read = dict(signals)
    if RULES_LOG_ODDS in read:
        bounded = max(-_MOST_RULES_LOG_ODDS, min(_MOST_RULES_LOG_ODDS, read[RULES_LOG_ODDS]))
        read[RULES_LOG_ODDS] = bounded / _RULES_SCALE
    return read


def grams(words: str) -> list[str]:
    """The words of a sentence and its pairs of neighbours."""
    split = words.split()
    return [
        " ".join(split[start : start + length])
        for length in range(1, LONGEST_GRAM_WORDS + 1)
        for start in range(len(split) - length + 1)
    ]


@dataclass(frozen=True, slots=True)
class SignalsModel:
    """Logistic regression over signals; a signal without weight counts nothing."""

    intercept: float
    weights: Mapping[str, float]

    def probabilities(self, records: Sequence[Signals]) -> list[float]:
        """The probability of each record."""
        return [probability(self.intercept + _weighted(self.weights, inputs(signals))) for signals in records]


@dataclass(frozen=True, slots=True)
class RoleModel:
    """Multinomial logistic regression over the signals of a sentence and the TF-IDF of its words and pairs of words."""

    intercepts: Mapping[str, float]
    """By role."""
    signal_weights: Mapping[str, Mapping[str, float]]
    gram_weights: Mapping[str, Mapping[str, float]]
    idf: Mapping[str, float]
    """Of each word and pair that is known; counted once a sentence."""

    def roles(self, sentence: SentenceSignals) -> dict[str, float]:
        """The probability of each role of a sentence; they add up to 1."""
        known = {gram: self.idf[gram] for gram in grams(sentence.words) if gram in self.idf}
        length = math.sqrt(sum(weight * weight for weight in known.values())) or 1.0
        tfidf = {gram: weight / length for gram, weight in known.items()}
        signals = inputs(sentence.signals)
        scores = {
            role: intercept + _weighted(self.signal_weights[role], signals) + _weighted(self.gram_weights[role], tfidf)
            for role, intercept in self.intercepts.items()
        }
        greatest = max(scores.values())
        powers = {role: math.exp(score - greatest) for role, score in scores.items()}
        total = sum(powers.values())
        return {role: power / total for role, power in powers.items()}


def _weighted(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    return sum(_products(weights, values))


def _products(weights: Mapping[str, float], values: Mapping[str, float]) -> Iterator[float]:
    for name, value in values.items():
        weight = weights.get(name)
        if weight is not None:
            yield weight * value
