"""Keys of facts: what they stand on, and what never moves them."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from db.errors import RecordError
from db.facts import claim_rows, result_digest
from extractors.records import Box, TrainingRun

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


@pytest.mark.parametrize(("field", "value"), [("stage", "train"), ("count_unit", "gpus")])
def test_an_extraction_with_a_word_that_the_field_can_not_have_is_refused(sample: Any, field: str, value: str) -> None:
    with pytest.raises(RecordError, match=f"page 7: {field} should be one of .*, not '{value}'"):
        claim_rows(sample.paper(sample.run(**{field: value})).extraction)
