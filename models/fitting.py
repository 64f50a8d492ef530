"""Fitting the judge's models with scikit-learn, and keeping them with skops.

Small data, so small models: logistic regressions, whose weights anyone can read. Deterministic: no random draws.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from extractors.judge import SentenceSignals, Signals
from models.judge import OWN
from models.linear import RoleModel, SignalsModel, grams, inputs

FEWEST_PAPERS = 3
"""In which a word or pair of words must stand to be known."""
ROLE_C = 0.5
MENTION_C = 0.3
RECORD_C = 1.0
"""Inverse strengths of the regularisation."""
_MOST_ITERATIONS = 5000


@dataclass(frozen=True, slots=True)
class RoleExample:
    """A sentence or table head with the role that careful reading gave it."""

    paper: str
    sentence: SentenceSignals
    role: str


@dataclass(frozen=True, slots=True)
class SignalsExample:
    """Signals of a mention or record, and whether gold bears it out."""

    paper: str
    signals: Signals
    right: bool
    weight: float = 1.0
    """Examples that say the same of one paper share a weight of 1."""


@dataclass(frozen=True, slots=True)
class FittedRoles:
    words: TfidfVectorizer
    signals: DictVectorizer
    regression: LogisticRegression

    def model(self) -> RoleModel:
        """The weights alone."""
        known = self.words.get_feature_names_out()
        names = self.signals.get_feature_names_out()
        roles = [str(role) for role in self.regression.classes_]
        coefficients, intercepts = self.regression.coef_, self.regression.intercept_
        if len(roles) == 2:  # scikit-learn keeps the second role's only
            coefficients = np.vstack([np.zeros_like(coefficients[0]), coefficients[0]])
            intercepts = np.array([0.0, intercepts[0]])
        rows = dict(zip(roles, coefficients, strict=True))
        return RoleModel(
            intercepts=dict(zip(roles, map(_short, intercepts), strict=True)),
            gram_weights={role: _named(known, row[: len(known)]) for role, row in rows.items()},
            signal_weights={role: _named(names, row[len(known) :]) for role, row in rows.items()},
            idf=_named(known, self.words.idf_),
        )


@dataclass(frozen=True, slots=True)
class FittedSignals:
    signals: DictVectorizer
    regression: LogisticRegression

    def model(self) -> SignalsModel:
        """The weights alone."""
        weights = _named(self.signals.get_feature_names_out(), self.regression.coef_[0])
        return SignalsModel(_short(self.regression.intercept_[0]), weights)


def fit_roles(examples: Sequence[RoleExample]) -> FittedRoles:
    """Role of a sentence from its words and signals; ``ValueError`` where no example is of own training, or all are."""
    if len({example.role == OWN for example in examples}) < 2:
        raise ValueError("sentences of own training and others are needed")
    words = TfidfVectorizer(
        analyzer=grams, binary=True, vocabulary=_known(examples), lowercase=False, token_pattern=None
    )
    signals = DictVectorizer()
    tfidf = words.fit_transform([example.sentence.words for example in examples])
    seen = signals.fit_transform([inputs(example.sentence.signals) for example in examples])
    regression = LogisticRegression(C=ROLE_C, max_iter=_MOST_ITERATIONS)
    regression.fit(csr_matrix(hstack([tfidf, seen])), [example.role for example in examples])
    return FittedRoles(words, signals, regression)


def fit_signals(examples: Sequence[SignalsExample], inverse_strength: float) -> FittedSignals:
    """Whether a mention or record is right, from its signals; ``ValueError`` where all examples are or none is."""
    if len({example.right for example in examples}) < 2:
        raise ValueError("right and wrong examples are needed")
    signals = DictVectorizer()
    seen = signals.fit_transform([inputs(example.signals) for example in examples])
    regression = LogisticRegression(C=inverse_strength, max_iter=_MOST_ITERATIONS)
    regression.fit(
        seen,
        [example.right for example in examples],
        sample_weight=np.array([example.weight for example in examples]),
    )
    return FittedSignals(signals, regression)


def save_fitted(path: Path, roles: FittedRoles, **signals: FittedSignals) -> None:
    """All estimators in one skops file, which opens without running what is in it; those of signals by their names."""
    kept: dict[str, Any] = {
        "roles_words": roles.words.vocabulary_,
        "roles_idf": roles.words.idf_,
        "roles_signals": roles.signals,
        "roles": roles.regression,
    }
    for name, fitted in signals.items():
        kept[f"{name}_signals"] = fitted.signals
        kept[name] = fitted.regression
    skops.io.dump(kept, path)


def _known(examples: Sequence[RoleExample]) -> list[str]:
    """Words and pairs of words that stand in enough papers."""
    papers: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        for gram in grams(example.sentence.words):
            papers[gram].add(example.paper)
    return sorted(gram for gram, held in papers.items() if len(held) >= FEWEST_PAPERS)


def _named(names: Sequence[str], values: Sequence[float]) -> Mapping[str, float]:
    return {str(name): _short(value) for name, value in zip(names, values, strict=True)}


def _short(value: float) -> float:
    """Six digits: the same weights on every machine, and a file that people can read."""
    return float(f"{value:.6g}")
