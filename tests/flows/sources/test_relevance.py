"""Which papers count as deep learning."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors.records import PaperMetadata
from flows.sources import SourceError
from flows.sources.relevance import DEFAULT_CATEGORIES, RelevanceFilter, check_categories, default_filter, is_relevant


@pytest.mark.parametrize(
    "title",
    [
        "Neural Machine Translation by Jointly Learning to Align",
        "Going deeper with convolutions",
        "A Large-Scale Study of Language-Models",
        "Masked\nautoencoders are scalable",
        "Generating faces with GANs",
        "RoBERTa revisited",
        "Pre-training of image Transformers",
        "ViTDet and friends: ViT for detection",
        "Distributed training on 512 TPUs",
        "GPT-4 technical notes",
    ],
)
def test_deep_learning_papers_pass(title: str) -> None:
    assert default_filter().matches(title)


@pytest.mark.parametrize(
    "title",
    [
        "Decision trees for tabular data",
        "On the convergence of expectation maximisation",
        "Bayesian quadrature with sparse grids",
        "Survey sampling under privacy constraints",
        "A began-to-end history of kernels",  # no GAN, no word of its own
    ],
)
def test_other_papers_do_not(title: str) -> None:
    assert not default_filter().matches(title)


def test_terms_match_as_whole_words_case_and_plural_as_stated() -> None:
    terms = RelevanceFilter.from_terms(["language model", "GAN", "pretrain*", r"re:\d+ layers", "# note"])
    assert all(terms.matches(text) for text in ("Language-models", "two GANs", "pretraining", "152 layers"))
    assert not any(terms.matches(text) for text in ("language modality", "gan", "BEGAN", "unpretrained", "layers"))


def test_the_category_decides_as_well() -> None:
    physics = PaperMetadata("2406.01234", title="Neural networks", categories=("physics.comp-ph",))
    crosslisted = PaperMetadata("2406.01235", title="Neural networks", categories=("physics.comp-ph", "cs.LG"))
    assert not is_relevant(physics, DEFAULT_CATEGORIES, default_filter())
    assert is_relevant(crosslisted, DEFAULT_CATEGORIES, default_filter())
    assert is_relevant(physics, (), default_filter())


@pytest.mark.parametrize(
    ("content", "problem"),
    [("ok\nre:(\n", "line 2: not a regular expression"), ("# nothing\n", "no terms in it")],
)
def test_a_bad_terms_file_is_named(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "terms.txt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=rf"{file}: .*{problem}"):
        RelevanceFilter.from_file(file)


def test_a_missing_terms_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.txt"):
        RelevanceFilter.from_file(tmp_path / "absent.txt")


def test_a_misspelt_category_is_refused() -> None:
    check_categories([*DEFAULT_CATEGORIES, "cond-mat.dis-nn", "quant-ph", "physics.comp-ph", "astro-ph.CO"])
    with pytest.raises(SourceError, match=r"not an arXiv category: 'cs.lg', 'vision'"):
        check_categories(["cs.CV", "cs.lg", "vision"])
