"""Machine beside people, model by model: who is paired with whom, and how their training compares."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.model_comparison import Agreement, Compared, compare_models
from db.stated_models import StatedModel


def _own(model: str | None, run: str | None = "run-1", benchmark: str = "imagenet", **stated: Any) -> StatedModel:
    paper = stated.pop("arxiv_id", "2001.00001")
    return StatedModel("db", f"{paper}|{model}|{benchmark}", paper, model, run, **stated)


def _theirs(model: str | None, row: int = 2, **stated: Any) -> StatedModel:
    return StatedModel(
        stated.pop("source", "epoch"), f"models.csv|{row}", stated.pop("arxiv_id", "2001.00001"), model, **stated
    )


def _names(*models: StatedModel) -> list[tuple[str | None, str | None, str]]:
    return [(pair.own.model, pair.imported.model, pair.rule) for pair in compare_models(models).pairs]


def test_a_model_is_known_by_its_name_however_it_is_spaced() -> None:
    models = (_own("Transformer (big)"), _own("Transformer (base)"), _theirs("transformer-BIG"), _theirs("Wader", 3))
    assert _names(*models) == [("Transformer (big)", "transformer-BIG", "same name")]


@pytest.mark.parametrize(
    "ours",
    [
        (_own("Ours"), _own("Rival, quoted", run=None)),
        (_own("Ours"), _own("Ours", benchmark="coco"), _own(None)),
        (_own("Ours", run="run-1"), _own("OURS", run="run-2")),
    ],
    ids=["of two only one has a run", "one run by its names and without", "one model with two runs"],
)
def test_under_other_names_the_only_one_of_the_paper_is_it(ours: tuple[StatedModel, ...]) -> None:
    ((own, _, rule),) = _names(*ours, _theirs("Heron"))
    assert (own or "").casefold() == "ours" and rule == "only one of the paper"


def test_runs_without_a_name_are_the_only_model_where_nothing_has_one() -> None:
    assert _names(_own(None), _theirs("Heron")) == [(None, "Heron", "only one of the paper")]


@pytest.mark.parametrize(
    "models",
    [
        (_own("Ours"), _own("Ours, deep"), _theirs("Heron")),
        (_own("Ours"), _own(None, run="run-2"), _theirs("Heron")),
        (_own("Ours"), _theirs("Heron"), _theirs("Heron, deep", 3)),
        (_own("Ours", run=None), _theirs("Heron")),
        (_own("Heron", arxiv_id="2001.00002"), _theirs("Heron")),
        (_own(None, run=None), _theirs(None), _theirs("(*)", 3)),
    ],
    ids=["two of ours", "a run of none and one of ours", "two of theirs", "no run", "other papers", "no names"],
)
def test_where_it_may_be_another_there_is_no_pair(models: tuple[StatedModel, ...]) -> None:
    assert not _names(*models)


def test_of_a_models_rows_that_with_a_run_and_the_largest_burden_counts() -> None:
    rows = (
        _own("Heron", benchmark="coco", hardware_burden_flop=1e18),
        _own("Heron", benchmark="imagenet", hardware_burden_flop=1e19),
        _own("Heron", run=None, benchmark="wmt14-en-de", network_operations_flop=1e21),
    )
    (pair,) = compare_models((*rows, _theirs("Heron"))).pairs
    assert pair.own.key.endswith("imagenet")


def test_burden_over_training_compute_is_one_over_utilisation() -> None:
    ours = _own("Heron", accelerator_count=8, hardware_burden_flop=3e21, network_operations_flop=2e21)
    (pair,) = compare_models((ours, _theirs("Heron", accelerator_count=8, training_compute_flop=1e21))).pairs
    assert pair.log10_ratio(Compared.BURDEN_BESIDE_COMPUTE) == pytest.approx(0.47712, abs=1e-5)
    assert pair.log10_ratio(Compared.OPERATIONS_BESIDE_COMPUTE) == pytest.approx(0.30103, abs=1e-5)
    assert pair.log10_ratio(Compared.HARDWARE_BURDEN) is None
    assert (pair.same_count, pair.same_accelerator) == (True, None)


def test_an_accelerator_is_one_of_those_that_the_import_names() -> None:
    named = ("NVIDIA V100", "nvidia-v100", "NVIDIA A100,NVIDIA V100", "NVIDIA A100", None)
    models = [_theirs("Heron", row, accelerator=name) for row, name in enumerate(named)]
    pairs = compare_models((_own("Heron", accelerator="NVIDIA V100"), *models)).pairs
    assert [pair.same_accelerator for pair in pairs] == [True, True, True, False, None]


def test_what_a_name_means_can_be_handed_in() -> None:
    models = (_own("Heron", accelerator="V100"), _theirs("Heron", accelerator="NVIDIA Tesla V100 SXM2 32 GB"))
    assert compare_models(models).pairs[0].same_accelerator is False
    assert compare_models(models, lambda name: "V100" if "V100" in name else None).pairs[0].same_accelerator is True


def test_each_import_is_summed_up() -> None:
    models = [_theirs("Unknown", 9, arxiv_id="2001.00009"), _theirs("Other", 1, source="authors-2022")]
    for number, (count, hours) in enumerate(((8, 10.0), (8, 15.0), (16, 100.0), (None, None))):
        paper = f"2002.0000{number}"
        models.append(_own("Heron", arxiv_id=paper, accelerator="P100", accelerator_count=count, duration_hours=hours))
        theirs = {"accelerator": "P100" if number else "K80", "accelerator_count": 8, "duration_hours": 10}
        models.append(_theirs("Heron" if number else "Known otherwise", number, arxiv_id=paper, **theirs))
    authors, epoch = compare_models(models).summaries
    assert (authors.source, authors.models, authors.pairs) == ("authors-2022", 1, 0)
    assert (authors.accelerator, authors.count) == (Agreement(0, None), Agreement(0, None))
    assert all((spread.n, spread.median) == (0, None) for spread in authors.ratios.values())
    assert (epoch.source, epoch.models, epoch.pairs, epoch.same_name) == ("epoch", 5, 4, 3)
    assert (epoch.accelerator, epoch.count) == (Agreement(4, 0.75), Agreement(3, pytest.approx(2 / 3)))
    hours = epoch.ratios[Compared.HOURS]
    assert (hours.n, hours.within_factor_two) == (3, pytest.approx(2 / 3))
    assert (hours.median, hours.upper_quartile) == (pytest.approx(0.17609, abs=1e-5), pytest.approx(0.58805, abs=1e-5))
    assert list(epoch.ratios) == list(Compared)
