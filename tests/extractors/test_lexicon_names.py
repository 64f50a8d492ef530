"""Hardware names as people write them, found or left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.lexicon.catalogue import load_catalogue

CATALOGUE = load_catalogue()

# as written in earlier hand-made tables, and the card that each string names
WRITTEN = {
    "GeForce Titan X": "NVIDIA Titan X",
    "Tesla V100 PCIe 32 GB": "NVIDIA Tesla V100 PCIe",
    "Tesla V100 PCIe 16 GB": "NVIDIA Tesla V100 PCIe",
    "Tesla P100 PCIe 16 GB": "NVIDIA Tesla P100 PCIe",
    "Tesla M40": "NVIDIA Tesla M40",
    "Tesla K80": "NVIDIA Tesla K80",
    "GeForce GTX 1060": "NVIDIA GeForce GTX 1060",
    "GeForce GTX 1080": "NVIDIA GeForce GTX 1080",
    "GeForce GTX 1080 Ti": "NVIDIA GeForce GTX 1080 Ti",
    "Tesla K40": "NVIDIA Tesla K40",
    "Tesla K40 ": "NVIDIA Tesla K40",
    "Tesla K40c": "NVIDIA Tesla K40",
    "GeForce Titan Xp": "NVIDIA Titan Xp",
    "GeForce GTX Titan Xp": "NVIDIA Titan Xp",
    "GeForce GTX 580": "NVIDIA GeForce GTX 580",
    "GeForce GTX Titan": "NVIDIA GeForce GTX Titan",
    "GeForce GTX Titan Black": "NVIDIA GeForce GTX Titan Black",
    "GeForce GTX Titan X": "NVIDIA GeForce GTX Titan X",
    "GeForce Titan V": "NVIDIA Titan V",
    "Tesla K20": "NVIDIA Tesla K20",
    "Tesla K20X": "NVIDIA Tesla K20X",
    "Titan X Pascal": "NVIDIA Titan X Pascal",
    "Quadro K6000": "NVIDIA Quadro K6000",
    "Quadro GP100": "NVIDIA Quadro GP100",
    "Quadro RTX 8000": "NVIDIA Quadro RTX 8000",
    "RTX A6000": "NVIDIA RTX A6000",
    "GeForce RTX 2070": "NVIDIA GeForce RTX 2070",
    "GeForce RTX 2080 Ti": "NVIDIA GeForce RTX 2080 Ti",
    "Geforce RTX 2080 Ti": "NVIDIA GeForce RTX 2080 Ti",
    "GeForce RTX 3090": "NVIDIA GeForce RTX 3090",
    "A100 SXM4 40 GB": "NVIDIA A100 SXM4 40GB",
    "Tesla P40": "NVIDIA Tesla P40",
    "k40s": "NVIDIA Tesla K40",
    "Cloud TPU v2": "Google TPU v2",
    "Cloud TPU v3": "Google TPU v3",
    "Cloud TPU v3 Pod": "Google TPU v3",
    "Cloud TPU v4": "Google TPU v4",
    "Intel Xeon E5620": "Intel Xeon E5620",
    "Intel Core i7 i7-7700K": "Intel Core i7-7700K",
    "Intel Core i7-4790": "Intel Core i7-4790",
    "Intel Xeon E5-1650 v2": "Intel Xeon E5-1650 v2",
    "Xeon E5-2690 v4": "Intel Xeon E5-2690 v4",
    "Intel Xeon E5-2690 v4": "Intel Xeon E5-2690 v4",
    "Intel Xeon E5-2697 v4": "Intel Xeon E5-2697 v4",
    "Intel Xeon Platinum 8168": "Intel Xeon Platinum 8168",
    "Intel Silver 4112": "Intel Xeon Silver 4112",
    # as papers write them
    "NVIDIA® GeForce® GTX 1080Ti GPUs": "NVIDIA GeForce GTX 1080 Ti",
    "NVidia TITAN X (Maxwell)": "NVIDIA GeForce GTX Titan X",
    "TITAN-XP": "NVIDIA Titan Xp",
    "A100-SXM4-80GB": "NVIDIA A100 SXM4 80GB",
    "A100 80GB": "NVIDIA A100",
    "P-100": "NVIDIA Tesla P100",
    "K-80": "NVIDIA Tesla K80",
    "V100s": "NVIDIA Tesla V100",
    "V100S": "NVIDIA Tesla V100S",
    "V100-SXM2-32GB": "NVIDIA Tesla V100 SXM2",
    "H100 80GB HBM3": "NVIDIA H100 SXM5",
    "Quadro R8000": "NVIDIA Quadro RTX 8000",
    "NVIDIA RTX 6000 Ada Generation": "NVIDIA RTX 6000 Ada",
    "TPUv3-256": "Google TPU v3",
    "TPU-v2": "Google TPU v2",
    "v3 TPUs": "Google TPU v3",
    "first-generation TPUs": "Google TPU v1",
    "TPU v5p": "Google TPU v5p",
    "TPU v.3": "Google TPU v3",
    "1080": "NVIDIA GeForce GTX 1080",
    "Intel(R) Xeon(R) CPU E5-2690 v4": "Intel Xeon E5-2690 v4",
}

NO_CARD = [
    "4.20E+05",
    "GPU",
    "GPUs",
    "TPU",
    "CPU",
    "NVIDIA",
    "NVIDIA GPU",
    "Ampere",
    "8",
    "32 GB",
    "",
    "RTX A1000",
    "x" * 5000,
]

# card -> what evaluation counts it as
FAMILIES = {
    "A100 PCIe 80GB": "A100",
    "A800": "A800",
    "H100 SXM5": "H100",
    "H20": "H20",
    "V100 PCIe": "V100",
    "V100S": "V100",
    "P100 PCIe": "P100",
    "K20X": "K20",
    "K40c": "K40",
    "Quadro RTX 6000": "RTX 6000",
    "RTX 6000 Ada": "A6000 Ada",
    "RTX 3090 Ti": "RTX 3090 Ti",
    "RTX 3090": "RTX 3090",
    "RTX 2080 Super": "RTX 2080",
    "RTX 2080 Ti": "RTX 2080 Ti",
    "GTX 1080": "GTX 1080",
    "GTX 1080 Ti": "GTX 1080 Ti",
    "GTX 1070 Ti": "GTX 1070",
    "GTX 980 Ti": "GTX 980 Ti",
    "Titan X Pascal": "Titan X",
    "GTX Titan X": "Titan X",
    "Titan Xp": "Titan Xp",
    "GTX Titan": "Titan",
    "Titan RTX": "Titan RTX",
    "TPU v2": "TPU v2",
    "TPU v5e": "TPU v5e",
    "TPU v6e": "TPU v6e",
    "MI250X": "MI250X",
    "Ascend 910B": "Ascend 910",
    "Gaudi2": "Gaudi2",
    "Bow IPU": "IPU",
    "CS-2": "Cerebras",
    "Xeon Phi 7250": "Xeon Phi",
    "Xeon E5620": "CPU",
}


@pytest.mark.parametrize(("written", "name"), WRITTEN.items())
def test_a_written_name_is_found(written: str, name: str) -> None:
    found = CATALOGUE.find(written)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("written", NO_CARD)
def test_what_names_no_card_is_left_alone(written: str) -> None:
    assert CATALOGUE.find(written) is None


@pytest.mark.parametrize(("written", "family"), FAMILIES.items())
def test_cards_count_in_their_family(written: str, family: str) -> None:
    found = CATALOGUE.find(written)
    assert found is not None
    assert found.family == family


def test_every_spelling_finds_its_card() -> None:
    for alias in CATALOGUE.aliases():
        assert CATALOGUE.find(alias.text) is alias.accelerator, alias.text
        mentions = list(CATALOGUE.mentions(f"trained on 8 {alias.text} for a week"))
        assert [(one.accelerator, one.weak) for one in mentions] == [(alias.accelerator, alias.weak)], alias.text


@given(
    st.sampled_from(sorted(one.name for one in CATALOGUE if not one.name.endswith("0S"))),  # "v100s" are many V100
    st.sampled_from(["{}", "{} GPU", "{} GPUs", "{} cards", " {} ", "the {}", "{} 32GB", "{} (16 GB)", "{}-24G"]),
    st.sampled_from([str, str.upper, str.lower]),
    st.sampled_from([" ", "-", "  "]),
)
def test_case_spacing_and_memory_do_not_matter(name, frame, case, gap) -> None:
    found = CATALOGUE.find(case(frame.format(name.replace(" ", gap))))
    assert found is not None
    if "32GB" not in frame and "16" not in frame and "24" not in frame:
        assert found.name == name
    else:
        assert found.family == CATALOGUE.named(name).family


@given(st.text(max_size=300))
def test_any_text_is_survived(text: str) -> None:
    for mention in CATALOGUE.mentions(text):
        assert 0 <= mention.start < mention.end <= len(text)
    CATALOGUE.find(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We use 8xA100-80GB.", [("A100-80GB", "NVIDIA A100")]),
        ("4×V100s and 2x RTX-2080Ti", [("V100s", "NVIDIA Tesla V100"), ("RTX-2080Ti", "NVIDIA GeForce RTX 2080 Ti")]),
        ("two GTX 1080Ti", [("GTX 1080Ti", "NVIDIA GeForce GTX 1080 Ti")]),
        ("a TITAN X (Pascal) GPU", [("TITAN X (Pascal", "NVIDIA Titan X Pascal")]),
        ("1day/64 k40s", [("k40s", "NVIDIA Tesla K40")]),
        ("TPUv3-512 slices", [("TPUv3", "Google TPU v3")]),
        ("NVIDIA Tesla V100S", [("NVIDIA Tesla V100S", "NVIDIA Tesla V100S")]),
        ("a 100 epochs, an A1000, V 100 and GTX-like", []),
        ("P1001, XA100B and MI2500", []),
    ],
)
def test_names_are_found_in_running_text(text: str, expected: list[tuple[str, str]]) -> None:
    found = [(text[one.start : one.end], one.accelerator.name) for one in CATALOGUE.mentions(text)]
    assert found == expected


@pytest.mark.parametrize("word", ["A10", "L4", "T4", "M40", "K20", "IPU", "Titan", "3090", "1080", "CS-2", "Gaudi"])
def test_spellings_that_mean_other_things_are_weak(word: str) -> None:
    (mention,) = CATALOGUE.mentions(f"see {word} below")
    assert mention.weak
