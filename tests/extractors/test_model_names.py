"""Which model a sentence says is trained."""

from __future__ import annotations

import pytest
from documents import document_of
from hypothesis import given
from hypothesis import strategies as st

from extractors.judge import RulesJudge
from extractors.model_names import model_in
from extractors.runs import find_runs, read_mentions


@pytest.mark.parametrize(
    ("sentence", "model"),
    [
        ("Training AlderNet-50 on 8 GPUs took 2 days.", "AlderNet-50"),
        ("The big models were trained for 3.5 days.", "big models"),
        ("We fine-tuned BirchBERT-large on one card.", "BirchBERT-large"),
        ("HazelNet V2 is then pre-trained for 12 hours.", "HazelNet V2"),
        ("ElmConv models take about 10 hours.", "ElmConv"),
        ("We train on ImageNet with 8 V100 GPUs.", None),
        ("Training V100 GPUs to their limit took a day.", None),
        ("Each model took 2 days.", None),
        ("The network was trained with PyTorch.", None),
    ],
)
def test_a_word_of_training_ties_a_name_to_the_run(sentence: str, model: str | None) -> None:
    assert model_in(sentence, len(sentence) - 8) == model


def test_of_two_models_the_nearest_before_the_time() -> None:
    sentence = "Training AlderNet took 3 days on 8 GPUs, and training BirchNet took 9 days."
    assert model_in(sentence, sentence.index("3 days")) == "AlderNet"
    assert model_in(sentence, sentence.index("9 days")) == "BirchNet"


def test_two_models_of_equal_cost_are_two_runs() -> None:
    text = "Training AlderNet took 3 days on 8 V100 GPUs. Training BirchNet took 3 days on 8 V100 GPUs."
    runs = find_runs(read_mentions(document_of(("4 Training", text)), ()), RulesJudge()).runs
    assert [(run.model, run.duration_hours) for run in runs] == [("AlderNet", 72), ("BirchNet", 72)]


@given(st.text(st.sampled_from("Aa1-/. (trainedBM"), max_size=600))
def test_any_text_gives_a_short_name_or_none(text: str) -> None:
    model = model_in(text, len(text) // 2)
    assert model is None or (model in text and len(model) < 60)
