"""The nightly analysis lays models beside those of imports, whose accelerators the catalogue knows."""

from __future__ import annotations

import pytest

from flows.analysis import accelerator_family


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("NVIDIA Tesla V100", "V100"),
        ("NVIDIA Tesla V100 SXM2 32 GB", "V100"),
        ("NVIDIA A100 SXM4 80 GB", "A100"),
        ("Google TPU v3", "TPU v3"),
        ("Cloud TPU v3", "TPU v3"),
        ("Zephyr Q9", "zephyrq9"),
        ("GPU", None),
        ("TPU", None),
        ("", None),
    ],
)
def test_cards_of_one_family_are_one_accelerator(name: str, family: str | None) -> None:
    assert accelerator_family(name) == family
