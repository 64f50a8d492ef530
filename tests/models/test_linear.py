"""Probabilities of a tiny model, reckoned by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.judge import RULES_LOG_ODDS, SentenceSignals
from models.linear import RoleModel, SignalsModel, grams, inputs

ROLES = RoleModel(
    intercepts={"none": 0.5, "own": 0.0},
    signal_weights={"none": {"table": 0.25}, "own": {"table": -0.25, RULES_LOG_ODDS: 2.0}},
    gram_weights={"none": {"on NUMBER": 1.0}, "own": {"trained": 2.0}},
    idf={"trained": 3.0, "on NUMBER": 4.0},
)


def of_log_odds(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def test_words_and_their_neighbours() -> None:
    assert grams("trained on NUMBER") == ["trained", "on", "NUMBER", "trained on", "on NUMBER"]
    assert grams("trained") == ["trained"]
    assert grams("") == []


def test_signals_add_up_to_log_odds() -> None:
    model = SignalsModel(-1.0, {"table": 0.5, "depth": 2.0})
    found = model.probabilities([{"table": 1.0, "depth": 0.25}, {}, {"table": 1.0}])
    assert found == pytest.approx([0.5, of_log_odds(-1.0), of_log_odds(-0.5)])


def test_a_signal_that_the_model_has_not_met_counts_nothing() -> None:
    model = SignalsModel(-1.0, {"table": 0.5})
    assert model.probabilities([{"table": 1.0, "new": 9.0}]) == model.probabilities([{"table": 1.0}])
    seen, with_new = SentenceSignals("trained", {"table": 1.0}), SentenceSignals("trained", {"table": 1.0, "new": 9.0})
    assert ROLES.roles(with_new) == ROLES.roles(seen)


@pytest.mark.parametrize(("log_odds", "scaled"), [(2.5, 1.0), (-1.25, -0.5), (5.0, 2.0), (80.0, 2.0), (-80.0, -2.0)])
def test_the_rules_verdict_is_bounded_and_scaled(log_odds: float, scaled: float) -> None:
    signals = {RULES_LOG_ODDS: log_odds, "depth": 7.0}
    assert inputs(signals) == {RULES_LOG_ODDS: scaled, "depth": 7.0}
    assert signals[RULES_LOG_ODDS] == log_odds, "what was seen stays as it is"
    assert SignalsModel(0.0, {RULES_LOG_ODDS: 1.0}).probabilities([signals]) == pytest.approx([of_log_odds(scaled)])


def test_a_role_by_words_alone() -> None:
    """TF-IDF of two known grams is 3/5 and 4/5: 0.5 + 0.8 for none, 1.2 for own."""
    found = ROLES.roles(SentenceSignals("trained on NUMBER cards", {}))
    assert found == pytest.approx({"none": of_log_odds(1.3 - 1.2), "own": of_log_odds(1.2 - 1.3)})


def test_a_word_counts_once_a_sentence() -> None:
    once, twice = SentenceSignals("trained on NUMBER", {}), SentenceSignals("trained trained on NUMBER", {})
    assert ROLES.roles(twice) == ROLES.roles(once)


def test_a_role_by_words_and_signals() -> None:
    """TF-IDF of one known gram is 1: 0.5 + 0.25 for none, 2 - 0.25 + 2 * 0.4 for own."""
    found = ROLES.roles(SentenceSignals("trained", {"table": 1.0, RULES_LOG_ODDS: 1.0}))
    assert found["own"] == pytest.approx(of_log_odds(2.55 - 0.75))


@pytest.mark.parametrize("words", ["", "no word of it is known"])
def test_without_a_known_word_the_intercepts_decide(words: str) -> None:
    assert ROLES.roles(SentenceSignals(words, {}))["none"] == pytest.approx(of_log_odds(0.5))


WEIGHTS = st.floats(-1e3, 1e3)
NAMES = st.sampled_from(["a", "b", "a b", RULES_LOG_ODDS])


@given(
    intercepts=st.dictionaries(st.sampled_from(["own", "speed", "others", "none"]), WEIGHTS, min_size=1),
    weights=st.dictionaries(NAMES, WEIGHTS),
    signals=st.dictionaries(NAMES, WEIGHTS),
    words=st.lists(st.sampled_from(["a", "b", "c"])),
)
def test_roles_add_up_to_1(
    intercepts: dict[str, float], weights: dict[str, float], signals: dict[str, float], words: list[str]
) -> None:
    by_role = {
        role: {name: weight * place for name, weight in weights.items()} for place, role in enumerate(intercepts)
    }
    model = RoleModel(intercepts, by_role, by_role, {name: abs(weight) for name, weight in weights.items()})
    found = model.roles(SentenceSignals(" ".join(words), signals))
    assert found.keys() == intercepts.keys()
    assert all(0 <= share <= 1 for share in found.values())
    assert sum(found.values()) == pytest.approx(1)
