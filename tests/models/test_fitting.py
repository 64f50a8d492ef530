"""Fitting on a handful of invented examples: the same each time, and nothing learned from a single paper's words."""

from __future__ import annotations

from pathlib import Path

import pytest
import skops.io

from extractors.judge import SentenceSignals
from models.fitting import FEWEST_PAPERS, RoleExample, SignalsExample, fit_roles, fit_signals, save_fitted

PAPERS = tuple(f"paper {number}" for number in range(6))
SAYINGS = {
    "own": ("we trained on NUMBER HARDWARE for TIME", {"training": 1.0}),
    "speed": ("it runs at NUMBER frames on HARDWARE", {"speed": 1.0}),
    "none": ("they thank the maker of HARDWARE", {}),
}
ROLES = [
    RoleExample(paper, SentenceSignals(words, signals), role)
    for paper in PAPERS
    for role, (words, signals) in SAYINGS.items()
]
RECORDS = [
    SignalsExample(paper, {"support": share, "table": 1.0}, right)
    for paper in PAPERS
    for share, right in ((0.9, True), (0.8, True), (0.3, False))
]


def said(paper: str, words: str, role: str = "none") -> RoleExample:
    return RoleExample(paper, SentenceSignals(words, {}), role)


def test_the_same_examples_give_the_same_weights() -> None:
    assert fit_roles(ROLES).model() == fit_roles(ROLES).model()
    assert fit_signals(RECORDS, 1.0).model() == fit_signals(RECORDS, 1.0).model()


def test_the_examples_are_learned() -> None:
    roles, records = fit_roles(ROLES).model(), fit_signals(RECORDS, 1.0).model()
    for role, (words, signals) in SAYINGS.items():
        found = roles.roles(SentenceSignals(words, signals))
        assert max(found, key=found.__getitem__) == role
    right, wrong = records.probabilities([{"support": 0.9, "table": 1.0}, {"support": 0.3, "table": 1.0}])
    assert right > wrong


def test_words_are_known_from_three_papers_on() -> None:
    assert FEWEST_PAPERS == 3
    often = [said("paper 1", "kangaroo court") for _ in range(9)] + [said("paper 2", "kangaroo court")]
    assert {"kangaroo", "court", "kangaroo court"}.isdisjoint(fit_roles([*ROLES, *often]).model().idf)
    third = said("paper 3", "court kangaroo")
    known = fit_roles([*ROLES, *often, third]).model()
    assert {"kangaroo", "court"} <= known.idf.keys()
    assert "kangaroo court" not in known.idf and "court kangaroo" not in known.idf
    assert known.gram_weights["none"]["kangaroo"] > known.gram_weights["own"]["kangaroo"]


def test_an_example_of_half_weight_counts_half() -> None:
    halves = [SignalsExample(one.paper, one.signals, one.right, weight=0.5) for one in RECORDS for _ in range(2)]
    once, doubled = fit_signals(RECORDS, 1.0).model(), fit_signals(RECORDS * 2, 1.0).model()
    of_halves = fit_signals(halves, 1.0).model()
    assert of_halves.weights == pytest.approx(once.weights, abs=1e-3)
    assert of_halves.weights["support"] != pytest.approx(doubled.weights["support"], abs=1e-2)


@pytest.mark.parametrize("right", [True, False])
def test_records_that_are_all_right_or_all_wrong_teach_nothing(right: bool) -> None:
    examples = [SignalsExample(paper, {"table": 1.0}, right) for paper in PAPERS]
    with pytest.raises(ValueError, match="right and wrong examples are needed"):
        fit_signals(examples, 1.0)


def test_sentences_of_one_role_teach_nothing() -> None:
    with pytest.raises(ValueError, match="sentences of own training and others are needed"):
        fit_roles([example for example in ROLES if example.role == "own"])


def test_two_roles_are_enough() -> None:
    model = fit_roles([example for example in ROLES if example.role != "none"]).model()
    for role in ("own", "speed"):
        words, signals = SAYINGS[role]
        assert model.roles(SentenceSignals(words, signals))[role] > 0.5


def test_what_is_kept_opens_without_trusting_anything(tmp_path: Path) -> None:
    roles, records = fit_roles(ROLES), fit_signals(RECORDS, 1.0)
    path = tmp_path / "judge.skops"
    save_fitted(path, roles, mention=fit_signals(RECORDS, 0.1), record=records)
    assert skops.io.get_untrusted_types(file=path) == []
    kept = skops.io.load(path)
    assert kept["record"].coef_.tolist() == records.regression.coef_.tolist()
    assert kept["mention"].coef_.tolist() != kept["record"].coef_.tolist()
    assert kept["roles_words"].keys() == roles.model().idf.keys()


def test_models_of_signals_are_kept_by_the_names_that_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / "judge.skops"
    save_fitted(path, fit_roles(ROLES), own_result=fit_signals(RECORDS, 0.3), result=fit_signals(RECORDS, 1.0))
    kept = skops.io.load(path)
    assert kept.keys() == {
        *("roles_words", "roles_idf", "roles_signals", "roles"),
        *("own_result_signals", "own_result", "result_signals", "result"),
    }
    assert kept["own_result_signals"].get_feature_names_out().tolist() == ["support", "table"]
