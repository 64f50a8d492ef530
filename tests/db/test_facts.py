"""Keys of facts: what they stand on, and what never moves them."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from db.errors import RecordError
from db.facts import claim_rows, link_rows, result_digest
from extractors.records import Box, Evidence, ModelProperty, Result, TrainingRun

SENTENCE = "We trained the small model on V100 GPUs, the large one on 16 A100 GPUs and its heads on a K80."


def runs_of_one_sentence(sample: Any) -> list[TrainingRun]:
    """Three runs of one sentence, the second on its second line and the third further right on it."""
    read = [
        ("NVIDIA V100", None, 0.5, Box(300.0, 100.0, 380.0, 110.0)),
        ("NVIDIA A100", 16, 0.9, Box(108.0, 112.0, 180.0, 122.0)),
        ("NVIDIA Tesla K80", 1, 0.7, Box(250.0, 112.0, 290.0, 122.0)),
    ]
    runs = []
    for accelerator, count, confidence, box in read:
        run = sample.run(quote=SENTENCE, accelerator=accelerator, accelerator_count=count, confidence=confidence)
        runs.append(replace(run, evidence=replace(run.evidence, box=box)))
    return runs


def keys(sample: Any, runs: list[TrainingRun]) -> dict[str, tuple[str, int]]:
    """Fact digest and ordinal by accelerator."""
    rows = claim_rows(sample.paper(*runs).extraction)
    return {row["accelerator"]: (row["fact_digest"], row["ordinal"]) for row in rows}


def test_records_of_one_sentence_are_counted_by_their_place(sample: Any) -> None:
    runs = runs_of_one_sentence(sample)
    before = keys(sample, runs)
    assert {name: ordinal for name, (_, ordinal) in before.items()} == {
        "NVIDIA V100": 0,
        "NVIDIA A100": 1,
        "NVIDIA Tesla K80": 2,
    }
    for order in permutations(runs):
        assert keys(sample, list(order)) == before


def test_another_confidence_or_value_leaves_every_key_in_place(sample: Any) -> None:
    """A later extractor that also reads the count of the first run is surer of it, and names it first."""
    small, large, heads = runs_of_one_sentence(sample)
    surer = replace(small, accelerator_count=4, duration_hours=1.0, model="Small", confidence=0.95)
    assert keys(sample, [surer, heads, large]) == keys(sample, [small, large, heads])


def test_the_same_words_twice_on_a_page_are_counted_down_the_text(sample: Any) -> None:
    first = sample.run()
    second = replace(
        first, accelerator="GPU", evidence=replace(first.evidence, start=5000, box=Box(1.0, 2.0, 3.0, 4.0))
    )
    assert keys(sample, [second, first]) == keys(sample, [first, second])
    assert keys(sample, [second, first])["GPU"][1] == 1


def test_a_results_key_stands_on_model_benchmark_and_metric() -> None:
    key = result_digest("ResNet-50", "imagenet", "top1_accuracy", 0)
    assert key == result_digest("resnet 50", "ImageNet", "top1_accuracy", 0)
    others = [
        ("ResNet-101", "imagenet", "top1_accuracy", 0),
        (None, "imagenet", "top1_accuracy", 0),
        ("ResNet-50", "cifar10", "top1_accuracy", 0),
        ("ResNet-50", "imagenet", "top5_accuracy", 0),
        ("ResNet-50", "imagenet", "top1_accuracy", 1),
    ]
    assert key not in {result_digest(*other) for other in others}


def placed(record: Any, start: int, page: int, top: float) -> Any:
    box = Box(100.0, top, 140.0, top + 9.0)
    return replace(record, evidence=Evidence(page, box, f"Words at {start}.", start, start + 15))


def test_results_of_one_model_and_metric_are_counted_down_the_paper(sample: Any) -> None:
    """In a table on two pages, below it on another split, quoted in the text after it, read in any order."""
    results: list[Result] = [
        placed(sample.result(76.0), 100, 4, 700.0),
        placed(sample.result(76.1), 100, 5, 80.0),
        placed(sample.result(76.2, split="test-dev"), 900, 5, 60.0),
        placed(sample.result(75.0, "base", own=False), 2000, 6, 50.0),
    ]
    other = [sample.result(80.0, "Big"), sample.result(80.0, metric="top5_accuracy")]
    keys = {
        result_digest("Base", "imagenet", "top1_accuracy", ordinal): record.value
        for ordinal, record in enumerate(results)
    }
    for order in permutations(results):
        rows = claim_rows(sample.paper(results=(*other, *order)).extraction)
        read = {row["fact_digest"]: row["value"] for row in rows if row["value"] != 80.0}
        assert read == keys
        assert len({row["fact_digest"] for row in rows}) == 6


def test_properties_of_one_sentence_are_told_apart_by_name_then_by_place(sample: Any) -> None:
    """A later extractor that also reads the epochs there moves no key, though its box is the same."""

    def digests(*properties: ModelProperty) -> dict[float, str]:
        rows = claim_rows(sample.paper(properties=properties).extraction)
        return {row["quantity"]: row["fact_digest"] for row in rows}

    small, big = (placed(sample.property("parameters", count), 500, 6, 90.0) for count in (2.5e7, 6e7))
    big = replace(big, evidence=replace(big.evidence, box=Box(300.0, 90.0, 340.0, 99.0)))
    epochs = replace(small, property="epochs", quantity=90.0)
    before = digests(small, big)
    after = digests(epochs, big, small)
    assert {quantity: after[quantity] for quantity in before} == before
    assert len(set(after.values())) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"properties": ("depth", 50.0)},
            "page 6: property should be one of epochs, .*, not 'depth'",
        ),
        ({"properties": ("epochs", 0.0)}, "model_property on page 6: quantity should be a finite number above zero"),
        ({"properties": ("epochs", None)}, "model_property on page 6: quantity can't be unknown"),
        ({"results": {"value": float("nan")}}, "result on page 8: value should be a finite number"),
        ({"results": {"benchmark": ""}}, "result on page 8: benchmark can't be unknown"),
        ({"results": {"own": None}}, "result on page 8: own can't be unknown"),
        ({"results": {"crops": 1.5}}, "result on page 8: crops should be a whole number"),
    ],
)
def test_a_result_or_property_that_says_nothing_is_refused(sample: Any, changes: dict[str, Any], said: str) -> None:
    if "results" in changes:
        paper = sample.paper(results=(sample.result(**changes["results"]),))
    else:
        name, quantity = changes["properties"]
        paper = sample.paper(properties=(replace(sample.property("epochs", 1), property=name, quantity=quantity),))
    with pytest.raises(RecordError, match=said):
        claim_rows(paper.extraction)


def test_a_link_leads_to_its_claim_and_of_two_the_surer_counts(sample: Any) -> None:
    links = (
        sample.link("model_property", 1, "Big"),
        sample.link("training_run", 0, confidence=0.6, rule="join.a"),
        sample.link("training_run", 0, confidence=0.8, rule="join.b"),
        sample.link("training_run", 0, confidence=0.8, rule="join.c"),
        sample.link("training_run", 0, confidence=0.3, rule="join.d", benchmark="imagenet"),
        sample.link("training_compute", 0),
    )
    properties = (sample.property("epochs", 1), sample.property("parameters", 2))
    extraction = sample.paper(
        sample.run(), compute=(sample.compute(),), results=(sample.result(),), properties=properties, links=links
    ).extraction
    claims = claim_rows(extraction)
    found = [(claims[row.pop("position")], *row.values()) for row in link_rows(extraction)]
    assert [(claim["kind"], *rest) for claim, *rest in found] == [
        ("training_run", "Base", "", "join.b", 0.8),
        ("training_run", "Base", "imagenet", "join.d", 0.3),
        ("training_compute", "Base", "", "join.same-name", 0.9),
        ("model_property", "Big", "", "join.same-name", 0.9),
    ]
    assert found[3][0]["property"] == "parameters"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"index": 1}, "link of training_run 1 to 'Base': there is no such record"),
        ({"index": -1}, "there is no such record"),
        ({"kind": "result"}, "none that is linked"),
        ({"kind": "rumour"}, "there is no such record"),
        ({"model": ""}, "needs the name of a model"),
        ({"confidence": float("nan")}, "confidence should be from 0 to 1"),
    ],
)
def test_a_link_from_nowhere_or_to_no_model_is_refused(sample: Any, changes: dict[str, Any], said: str) -> None:
    link = replace(sample.link("training_run", 0), **changes)
    with pytest.raises(RecordError, match=said):
        link_rows(sample.paper(sample.run(), results=(sample.result(),), links=(link,)).extraction)


@pytest.mark.parametrize(("field", "value"), [("stage", "train"), ("count_unit", "gpus")])
def test_an_extraction_with_a_word_that_the_field_can_not_have_is_refused(sample: Any, field: str, value: str) -> None:
    with pytest.raises(RecordError, match=f"page 7: {field} should be one of .*, not '{value}'"):
        claim_rows(sample.paper(sample.run(**{field: value})).extraction)
