"""Hardware and counts in sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.lexicon.catalogue import Accelerator, load_catalogue
from extractors.mentions import find_mentions, sentences_of


def counted(text: str) -> list[tuple[str, int | None, str | None]]:
    return [
        (hardware.name, hardware.count, hardware.unit.value if hardware.unit else None)
        for sentence in find_mentions(text)
        for hardware in sentence.hardware
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We train on 8 NVIDIA P100 GPUs.", ("NVIDIA Tesla P100", 8, "devices")),
        ("trained on eight V100s", ("NVIDIA Tesla V100", 8, "devices")),
        ("on 8 × A100-80GB cards", ("NVIDIA A100", 8, "devices")),
        ("on 8 × 32 GB V100 GPUs", ("NVIDIA Tesla V100", 8, "devices")),
        ("across 8, 32GB NVIDIA V100 GPUs", ("NVIDIA Tesla V100", 8, "devices")),
        ("on a single GeForce GTX 1080 Ti", ("NVIDIA GeForce GTX 1080 Ti", 1, "devices")),
        ("on NVIDIA K80 GPUs", ("NVIDIA Tesla K80", None, None)),
        ("with an 8-GPU implementation", ("GPU", 8, "devices")),
        ("on 32 nodes with 8 GPUs each", ("GPU", 256, "devices")),
        ("on two 8-GPU machines", ("GPU", 16, "devices")),
        ("on 3 GPUs (GTX Titan X)", ("NVIDIA GeForce GTX Titan X", 3, "devices")),
        ("using an NVIDIA V100 (4 GPUs)", ("NVIDIA Tesla V100", 4, "devices")),
        ("on a TPUv3-512", ("Google TPU v3", 512, "cores")),
        ("on one Cloud TPU v2-8", ("Google TPU v2", 8, "cores")),
        ("on 32 TPU v3 cores", ("Google TPU v3", 32, "cores")),
        ("on 1,024 TPU-v4 chips", ("Google TPU v4", 1024, "chips")),
        ("using TPUv2 with 128 cores", ("Google TPU v2", 128, "cores")),
        ("20 replicas running each on a NVIDIA K40 GPU", ("NVIDIA Tesla K40", 20, "devices")),
        ("on a server with 4x NVIDIA RTX A6000 GPUs", ("NVIDIA RTX A6000", 4, "devices")),
        ("on a v3-128 TPU pod", ("Google TPU v3", 128, "cores")),
        ("on an NVIDIA DGX-1 with eight Tesla V100 GPUs", ("NVIDIA Tesla V100", 8, "devices")),
        ("a single GPU (Tesla K80)", ("NVIDIA Tesla K80", 1, "devices")),
        ("on an 8-card V100 machine", ("NVIDIA Tesla V100", 8, "devices")),
        ("on 560 DGX A100 nodes", ("NVIDIA A100", 560, "machines")),
        ("on 2 × 8 A100 GPUs", ("NVIDIA A100", 16, "devices")),
        ("on 16k H100 GPUs", ("NVIDIA H100", 16_000, "devices")),
        ("on 2 TPU v3-8s", ("Google TPU v3", 16, "cores")),
        ("with CUDA 11 V100 GPUs", ("NVIDIA Tesla V100", None, None)),
        ("as Table 3 V100 GPUs", ("NVIDIA Tesla V100", None, None)),
        ("In 2017 GPUs were used", ("GPU", None, None)),
        ("for ResNet-50 GPU training", ("GPU", None, None)),
        ("in 10^4 GPU hours", ("GPU", None, None)),
        ("with a GPU cluster", ("GPU", None, None)),
        ("with 2 images per GPU", ("GPU", None, None)),
        ("on 64 Zephyr Q9 accelerators", ("Zephyr Q9", 64, "devices")),
    ],
)
def test_hardware_with_its_count(text: str, expected: tuple[str, int | None, str | None]) -> None:
    assert counted(text) == [expected]


def test_hardware_that_the_catalogue_lacks_is_marked_unknown() -> None:
    ((hardware,),) = [sentence.hardware for sentence in find_mentions("We used 64 Zephyr Q9 accelerators.")]
    assert not hardware.known


@pytest.mark.parametrize(
    "accelerator", [each for each in load_catalogue() if each.kind != "cpu"], ids=lambda each: each.name
)
def test_every_name_of_the_catalogue_is_found_in_a_sentence(accelerator: Accelerator) -> None:
    for alias in (accelerator.name, *accelerator.aliases):
        assert [name for name, _, _ in counted(f"We trained on 8 {alias} for 3 days.")] == [accelerator.name], alias


@pytest.mark.parametrize(
    "text",
    [
        "Tesla invented it in Graz.",
        "ResNet-101 and A10 in Table 4",
        "the T4 template of 1080 pixels",
        "a 720p video of 30 minutes",
    ],
)
def test_words_that_only_look_like_hardware_are_none(text: str) -> None:
    assert counted(text) == []


def test_a_sentence_does_not_end_at_an_abbreviation() -> None:
    text = "As in Smith et al. (2017), Fig. 3 shows it. We trained for 3.5 days. 8 GPUs were used."
    assert [text[start:end].strip() for start, end in sentences_of(text)] == [
        "As in Smith et al. (2017), Fig. 3 shows it.",
        "We trained for 3.5 days.",
        "8 GPUs were used.",
    ]


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_and_every_mention_lies_in_its_sentence(text: str) -> None:
    for sentence in find_mentions("We trained on 8 V100 GPUs for 3 days. " + text):
        assert 0 <= sentence.start <= sentence.end
        for mention in (*sentence.hardware, *sentence.times, *sentence.compute):
            assert sentence.start <= mention.start <= mention.end <= sentence.end


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece", ["8 GPUs with 8 GPUs ", "1-", "GPU ", "V100 (", "3 days ", "[1] ", "10^", "nodes with "]
)
def test_hostile_repetition_is_read_to_its_end(piece: str) -> None:
    text = piece * (30_000 // len(piece)) + ". We trained on 8 V100 GPUs."
    assert find_mentions(text)[-1].hardware[-1].count == 8
