"""The lexicon of training sets: what papers call them, how large they are, and for which benchmark they train."""

from __future__ import annotations

import pytest

from extractors.lexicon.benchmarks import load_datasets
from extractors.lexicon.training_sets import joined_sets, load_training_sets, training_sets_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pre-trained on ImageNet-21k, then on ImageNet", ["imagenet-21k", "imagenet-1k"]),
        ("ILSVRC 2012, ImageNet-1K and ImageNet1k", ["imagenet-1k"] * 3),
        ("CIFAR10 and CIFAR-100", ["cifar-10", "cifar-100"]),
        ("on COCO train2017", ["coco-train2017"]),
        ("on MS COCO trainval35k", ["coco", "coco-train2017"]),
        ("on MS-COCO", ["coco"]),
        ("WMT 2014 English-to-German and WMT'14 En-Fr", ["wmt14-en-de", "wmt14-en-fr"]),
        ("SQuAD v1.1 and SQuAD 2.0", ["squad-1.1", "squad-2.0"]),
        ("CoNLL-2003", ["conll-2003"]),
        ("tested on ImageNet-A, ImageNet-ReaL and ImageNetV2", []),
        ("a NetImage of coconuts", []),
    ],
)
def test_sets_are_found_as_papers_write_them(text: str, names: list[str]) -> None:
    assert [each.training_set.name for each in training_sets_in(text)] == names


def test_a_name_without_its_release_is_weak() -> None:
    assert [each.weak for each in training_sets_in("COCO 2017 or COCO")] == [False, True]


def test_only_and_joins_sets() -> None:
    text = "on CIFAR-10 (C10) and CIFAR-100, later with ImageNet"
    assert [each.training_set.name for each in joined_sets(text, training_sets_in(text))] == ["cifar-10", "cifar-100"]


def test_each_set_of_a_benchmark_has_a_size_and_a_benchmark_that_is_known() -> None:
    known = {each.benchmark for each in load_datasets()}
    for each in load_training_sets():
        assert each.source.startswith("http")
        if each.role == "benchmark":
            assert each.benchmark in known
            assert each.examples is not None
            assert each.examples > 1000
        else:
            assert each.benchmark is None
