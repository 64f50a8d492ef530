"""Under what conditions a result was had: several models' answers together, how many crops, more data."""

from __future__ import annotations

import pytest
from result_tables import readings, table_of_results

from extractors.performance.conditions import crops_in, ensemble_in, extra_data_in
from extractors.records import Result


@pytest.mark.parametrize(
    ("text", "ensemble"),
    [
        ("Ensemble of 5 LSTMs", True),
        ("Alder ensembles", True),
        ("ensembling", True),
        ("Late fusion", True),
        ("2 nets", True),
        ("7 models", True),
        ("12 big models", True),
        ("3 × models", True),
        ("2 × Alder", True),
        ("single model", False),
        ("Single-model", False),
        ("single network", False),
        ("Alder (single)", False),
        ("1 net", False),
        ("AlderNet-50", None),
        ("1 of 2 models, single model", None),
        ("single-model and ensemble", None),
        ("assembled", None),
        ("single-scale", None),
        ("2 modelled trees", None),
        ("", None),
    ],
)
def test_several_models_are_told_from_one(text: str, ensemble: bool | None) -> None:
    assert ensemble_in([text]) is ensemble


@pytest.mark.parametrize(
    ("text", "crops"),
    [
        ("10-crop", 10),
        ("10 crops", 10),
        ("144 crops", 144),
        ("single crop", 1),
        ("Single-crop", 1),
        ("1-crop", 1),
        ("one crop", 1),
        ("center crop", 1),
        ("centre-crop", 1),
        ("10-crop, 10 crops each", 10),
        ("multi-crop", None),
        ("crops", None),
        ("random crop", None),
        ("1-crop and 10-crop", None),
        ("10/12 crops", None),
        ("1000 crops", None),
        ("10 cropped", None),
        ("224 × 224", None),
    ],
)
def test_crops_are_counted_where_one_number_of_them_is_named(text: str, crops: int | None) -> None:
    assert crops_in([text]) == crops


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("JFT-300M", True),
        ("Alder + JFT", True),
        ("ImageNet-21k", True),
        ("ImageNet 22K", True),
        ("IN-22k", True),
        ("Instagram-1B", True),
        ("IG-3.6B", True),
        ("LAION-400M", True),
        ("pre-trained on JFT", True),
        ("extra data", True),
        ("extra training data", True),
        ("with external data", True),
        ("unlabeled images", True),
        ("unlabelled data", True),
        ("without extra data", False),
        ("no extra training data", False),
        ("w/o extra data", False),
        ("without any external data", False),
        ("no additional training data, not even JFT", False),
        ("ImageNet", None),
        ("ImageNet-1k", None),
        ("training data", None),
        ("big-2 data", None),
        ("extra layers", None),
    ],
)
def test_more_data_than_the_benchmark_s_own_is_told(text: str, extra: bool | None) -> None:
    assert extra_data_in([text]) is extra


def test_the_nearest_text_that_says_counts() -> None:
    assert ensemble_in(["AlderNet", "ensemble", "single model"]) is True
    assert ensemble_in(["single model, ensemble", "single model"]) is False
    assert crops_in(["AlderNet", "10-crop", "single crop"]) == 10
    assert crops_in(["1-crop or 10-crop", "single crop"]) == 1
    assert extra_data_in(["AlderNet", "no extra data", "JFT"]) is False
    assert extra_data_in(["+ JFT", "no extra data"]) is True
    assert (ensemble_in([]), crops_in([]), extra_data_in([])) == (None, None, None)


def of(*rows: tuple[str, ...], head: str = "Top-1", caption: str = "ImageNet.") -> list[Result]:
    table = table_of_results([["Model", head], *rows], caption)
    return [each.result for each in readings(table)]


def test_a_row_s_own_words_are_nearer_than_its_head_and_the_caption() -> None:
    caption = "Single-crop results of single models on ImageNet, without extra data."
    plain, ensemble, more = of(
        ("Alder", "76.1"), ("Alder, ensemble of 5, 10 crops", "79.1"), ("Alder, JFT-300M", "80.1"), caption=caption
    )
    assert (plain.ensemble, plain.crops, plain.extra_training_data) == (False, 1, False)
    assert (ensemble.ensemble, ensemble.crops, ensemble.extra_training_data) == (True, 10, False)
    assert (more.ensemble, more.crops, more.extra_training_data) == (False, 1, True)


def test_crops_and_ensembles_are_read_from_heads_and_headings() -> None:
    (by_head,) = of(("Alder", "76.1"), head="10-crop Top-1")
    assert by_head.crops == 10
    one, several = of(("Single model",), ("Alder", "76.1"), ("Ensemble",), ("Alder", "78.1"))
    assert (one.ensemble, several.ensemble) == (False, True)


def test_conditions_that_nobody_names_are_unknown() -> None:
    (result,) = of(("Alder", "76.1"))
    assert (result.ensemble, result.crops, result.extra_training_data, result.split) == (None, None, None, None)
