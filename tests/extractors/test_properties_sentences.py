"""Properties of models in sentences: what is said, and of which model, stage and training set."""

from __future__ import annotations

import pytest
from documents import document_of, table_of
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.patterns import TextRule, load_text_rules
from extractors.properties import find_properties
from extractors.records import ModelProperty, Property, Stage, Status

RULES = [
    rule for name in ("property_heads", "property_mentions", "property_contexts") for rule in load_text_rules(name)
]


def accepted(*paragraphs: str | tuple[str, str]) -> list[ModelProperty]:
    return [each for each in find_properties(document_of(*paragraphs), ()) if each.status is Status.ACCEPTED]


def quantities(text: str, kind: Property, section: str = "4 Experiments") -> list[float]:
    return [each.quantity for each in accepted((section, text)) if each.property is kind]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_matches_its_examples_and_only_them(rule: TextRule) -> None:
    assert rule.matches
    assert rule.misses
    assert [text for text in rule.matches if not rule.pattern.search(text)] == []
    assert [text for text in rule.misses if rule.pattern.search(text)] == []


def test_each_context_is_of_a_property_and_a_side_that_are_looked_at() -> None:
    """A label that is misspelt would be a rule that never applies."""
    kinds = {rule.label for rule in load_text_rules("property_mentions")} | {"set"}
    labels = [rule.label.split() for rule in load_text_rules("property_contexts")]
    assert {kind for kind, _ in labels} <= kinds
    assert {side for _, side in labels} <= {"before", "after", "sentence", "section"}


@pytest.mark.parametrize(
    ("text", "epochs"),
    [
        ("We train all models for 300 epochs.", 300),
        ("AlderNet is trained for 90 epochs with a batch size of 256.", 90),
        ("Each model is trained 300 epochs on 32 chips.", 300),
        ("The models were trained for ten epochs.", 10),
        ("We trained our models for a total of 7.5 epochs.", 7.5),
        ("We stopped the training after 370K iterations (74 epochs).", 74),
        ("We use cosine annealing for 120 epochs.", 120),
        ("The number of training epochs is 200, and the batch size is 64.", 200),
        ("The model is trained for 1,000 epochs.", 1000),
        ("We ended training after 10 epochs.", 10),
        ("We pretrain AlderNet for 90 epochs, of which 5 epochs are warm-up.", 90),
    ],
)
def test_epochs_of_a_training(text: str, epochs: float) -> None:
    assert quantities(text, Property.EPOCHS) == [epochs]


@pytest.mark.parametrize(
    "text",
    [
        "We train with a learning rate that is decayed every 30 epochs.",
        "During training the rate is reduced after 60 epochs.",
        "We use a warm-up for 5 epochs.",
        "The training uses a 20-epoch linear warmup.",
        "We prune the trained network at epoch 60.",
        "We stop training if the loss does not decrease for 10 epochs.",
        "Lund et al. (2016) trained it for 40 epochs.",
        "They train the network for 40 epochs.",
        "Our network trains longer than 300 epochs.",
        "The model would have to be trained for 500 epochs.",
        "Training error in the first 200 epochs is shown.",
        "Training takes 12 hours per epoch.",
        "Each client saw the data for several epochs of training.",
        "We train the last stage with about 87 epochs per stage.",
    ],
)
def test_what_is_no_length_of_a_training_of_this_paper_is_left(text: str) -> None:
    assert quantities(text, Property.EPOCHS) == []


def test_stage_and_training_set_of_each_of_two_trainings() -> None:
    text = "We pre-train AlderNet on ImageNet-22K for 90 epochs and fine-tune it on ImageNet-1K for 30 epochs."
    found = [each for each in accepted(text) if each.property is Property.EPOCHS]
    assert [(each.quantity, each.stage, each.benchmark) for each in found] == [
        (90, Stage.PRETRAINING, None),
        (30, Stage.FINETUNING, "imagenet"),
    ]


def test_epochs_that_alternate_with_training_sets_go_with_their_own() -> None:
    found = accepted("We train for 400 epochs on CIFAR-10, and for 70 epochs on ImageNet.")
    epochs = [(each.quantity, each.benchmark) for each in found if each.property is Property.EPOCHS]
    assert epochs == [(400, "cifar10"), (70, "imagenet")]


def test_epochs_on_two_sets_are_said_of_both() -> None:
    found = accepted("On CIFAR-10 and CIFAR-100 we train for 300 epochs.")
    assert {each.benchmark for each in found if each.property is Property.EPOCHS} == {"cifar10", "cifar100"}


def test_pretrained_weights_are_not_what_a_detector_is_trained_on() -> None:
    (found,) = accepted("We train all detectors for 12 epochs from ImageNet pretrained weights.")
    assert (found.quantity, found.benchmark) == (12, None)


def test_the_heading_names_the_training_set_where_the_sentence_does_not() -> None:
    (found,) = accepted(("4.1 CIFAR-10", "All models are trained for 160 epochs."))
    assert found.benchmark == "cifar10"


def test_models_of_a_search_are_not_trained_to_the_end() -> None:
    (found,) = accepted("Each child network is trained for 20 epochs.")
    assert found.stage is Stage.SEARCH


def test_the_epochs_of_each_of_two_models() -> None:
    found = accepted("AlderNet-S was trained for 600 epochs, whereas BirchNet-S was trained for 300 epochs.")
    assert [(each.model, each.quantity) for each in found] == [("AlderNet-S", 600), ("BirchNet-S", 300)]


@pytest.mark.parametrize(
    ("text", "model", "kind", "quantity"),
    [
        ("AlderNet-7 has 66M parameters.", "AlderNet-7", Property.PARAMETERS, 66e6),
        (
            "AlderNet-7 [3], a language model with 175 billion parameters, is large.",
            "AlderNet-7",
            Property.PARAMETERS,
            175e9,
        ),
        ("We compare with the 1.5 billion parameter AlderLM-2 here.", "AlderLM-2", Property.PARAMETERS, 1.5e9),
        ("The teacher is an AlderNet-16 [40] (84M parameters).", "AlderNet-16", Property.PARAMETERS, 84e6),
        ("Our 34-layer baseline has 3.6 billion FLOPs.", "34-layer baseline", Property.FORWARD_FLOP, 3.6e9),
        ("AlderNet-7 needs 300 million multiply-adds.", "AlderNet-7", Property.FORWARD_FLOP, 600e6),
        ("AlderNet-7 reaches 84.4% with 4.1 GFLOPs.", "AlderNet-7", Property.FORWARD_FLOP, 4.1e9),
        ("All our networks have 38 million parameters.", None, Property.PARAMETERS, 38e6),
    ],
)
def test_a_size_with_its_model(text: str, model: str | None, kind: Property, quantity: float) -> None:
    (found,) = accepted(text)
    assert (found.model, found.property, found.quantity) == (model, kind, pytest.approx(quantity))


def test_two_sizes_of_one_model_and_of_two() -> None:
    found = accepted("AlderNet-7 achieves 84.4% with 66M parameters and 37B FLOPs.")
    assert [(each.model, each.quantity) for each in found] == [("AlderNet-7", 66e6), ("AlderNet-7", 37e9)]
    found = accepted("We take AlderNet-S and AlderNet-L, with 86M and 307M parameters respectively.")
    assert [(each.model, each.quantity) for each in found] == [("AlderNet-S", 86e6), ("AlderNet-L", 307e6)]


@pytest.mark.parametrize(
    "text",
    [
        "The method trains models of up to 13B parameters.",
        "AlderNet-7 is better than a model with 66M parameters.",
        "AlderNet-7 has a classification layer with 36M parameters.",
        "This adds 15M parameters to AlderNet-7.",
        "AlderNet-7 has 1.5x more parameters.",
        "The device reaches 40 TFLOPs per GPU.",
        "AlderNet-7 reaches 113 teraFLOP/s.",
        "AlderNet-7 was trained with 3 × 10^21 FLOPs.",
        "We tune 12 hyper-parameters of AlderNet-7.",
    ],
)
def test_what_is_no_size_of_a_named_model_is_not_accepted(text: str) -> None:
    assert [each for each in accepted(text) if each.property in (Property.PARAMETERS, Property.FORWARD_FLOP)] == []


def test_sizes_of_all_models_that_differ_are_not_of_all() -> None:
    texts = ("All our networks have 38 million parameters.", "All our models have 12 million parameters.")
    assert accepted(*texts) == []
    table = table_of([["Model", "Params (M)"], ["AlderNet", "25"]])
    found = find_properties(document_of(texts[0]), [table])
    assert [(each.model, each.status) for each in found] == [("AlderNet", Status.ACCEPTED), (None, Status.CANDIDATE)]


@pytest.mark.parametrize(
    ("text", "examples", "benchmark"),
    [
        ("We use ImageNet. The models are trained on the 1.28 million training images.", 1.28e6, "imagenet"),
        ("CIFAR-10 consists of 50,000 training images and 10,000 test images.", 50000, "cifar10"),
        ("COCO 2017 contains about 118k images for training and 5k for validation.", 118000, "coco"),
        ("We train on WMT 2014 English-German, consisting of 4.5 million sentence pairs.", 4.5e6, "wmt14-en-de"),
        ("We train the network on the ImageNet 2012 training set (1.2 million images).", 1.2e6, "imagenet"),
        ("Our model is trained on 8 million synthetic training images.", 8e6, None),
    ],
)
def test_a_stated_size_of_a_training_set(text: str, examples: float, benchmark: str | None) -> None:
    found = [each for each in accepted(text) if each.property is Property.TRAINING_EXAMPLES]
    assert [(each.quantity, each.benchmark) for each in found] == [(examples, benchmark)]
    assert "property.size-from-lexicon" not in found[0].evidence.rules


@pytest.mark.parametrize(
    "text",
    [
        "On ImageNet we use 50k images of the training set as a validation set.",
        "The breakthrough of Lund et al. [7] was due to 1 million training images of ImageNet.",
        "We sample 30 training images per class.",
        "The set ALDER-7 holds 300 training images.",
        "We use ImageNet weights; ALDER-7 holds 300 training images.",
    ],
)
def test_parts_of_sets_and_sets_of_others_are_no_training_set_of_this_paper(text: str) -> None:
    assert quantities(text, Property.TRAINING_EXAMPLES) == []


@pytest.mark.parametrize(
    ("text", "name", "examples", "benchmark", "stage"),
    [
        ("We train AlderNet on ImageNet with SGD.", "imagenet-1k", 1281167, "imagenet", Stage.TRAINING),
        ("All models are trained on COCO train2017.", "coco-train2017", 118287, "coco", Stage.TRAINING),
        ("We first pre-train AlderNet on JFT-300M.", "jft-300m", 3e8, None, Stage.PRETRAINING),
        ("AlderBERT is fine-tuned on SQuAD 1.1.", "squad-1.1", 87599, "squad1.1", Stage.FINETUNING),
    ],
)
def test_a_known_training_set_has_the_size_of_the_lexicon(
    text: str, name: str, examples: float, benchmark: str | None, stage: Stage
) -> None:
    (found,) = accepted(text)
    assert (found.quantity, found.benchmark, found.stage) == (examples, benchmark, stage)
    assert {"property.size-from-lexicon", f"training-set.{name}"} <= set(found.evidence.rules)
    assert found.evidence.quote == text


@pytest.mark.parametrize(
    "text",
    [
        "We use a backbone pretrained on ImageNet.",
        "Lund et al. [3] train on ImageNet.",
        "We evaluate on ImageNet.",
        "We train on a subset of ImageNet.",
        "Our network starts from ImageNet-trained weights.",
        "They trained their models on ImageNet.",
    ],
)
def test_a_set_that_this_paper_does_not_train_on_gives_no_size(text: str) -> None:
    assert quantities(text, Property.TRAINING_EXAMPLES) == []


def test_the_paper_s_own_size_stands_before_that_of_the_lexicon() -> None:
    texts = ("We pretrain on ImageNet-21k.", "ImageNet-21k holds 13M training images.")
    found = [each.quantity for each in accepted(*texts) if each.property is Property.TRAINING_EXAMPLES]
    assert found == [13e6]


def test_what_stands_under_related_work_is_of_others() -> None:
    text = "Networks are trained on ImageNet for 90 epochs."
    assert quantities(text, Property.TRAINING_EXAMPLES, "4 Training") == [1281167]
    assert quantities(text, Property.TRAINING_EXAMPLES, "2 Related work") == []


def test_evidence_is_the_sentence_with_a_box_around_the_words() -> None:
    text = "Text before it. We train AlderNet for 300 epochs on CIFAR-10."
    (found, _) = accepted(text)
    assert found.evidence.quote == "We train AlderNet for 300 epochs on CIFAR-10."
    ((page, box),) = found.evidence.boxes
    assert (page, box.x0, box.x1) == (1, 70.0, 89.0)


@settings(max_examples=150, deadline=2000)
@given(st.text(st.sampled_from("AB1 .,(-[]9Mepochsrainutw%fFLOPmd"), max_size=900))
def test_any_text_is_read_in_bounded_time(text: str) -> None:
    for each in find_properties(document_of(text or "x"), ()):
        assert each.quantity > 0
        assert 0 <= each.confidence <= 1


@pytest.mark.parametrize(
    "piece", ["train ", "trained for ", "1,000,", "(A = 1, ", "GPT-3 and ", "FLOPs (", "on ImageNet and "]
)
def test_hostile_repetition_is_read_in_bounded_time(piece: str) -> None:
    text = piece * 2000 + "trained for 300 epochs with 12M parameters."
    assert len(find_properties(document_of(text), ())) < 50
