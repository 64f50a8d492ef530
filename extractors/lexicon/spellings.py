"""How one hardware name is written in many ways: what of its spelling matters, and what does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

WORD = re.compile(r"(?<![A-Za-z0-9])\d+[xX](?=[A-Za-z])|[A-Za-z0-9]+")
"""A word of a text; the count in "8xA100" is a word of its own."""

_NOISE = frozenset(
    (
        *("nvidia", "nvidias", "geforce", "tesla", "google", "googles", "cloud", "amd", "intel", "huawei", "amazon"),
        *("gpu", "gpus", "graphics", "card", "cards", "accelerator", "accelerators", "processor", "processors"),
        *("device", "devices", "cpu", "cpus", "the", "r", "tm"),
    )
)
_GLUED_NOISE = re.compile(r"^(?:nvidia|google|amd|geforce|tesla)+(?=[a-z]*\d)|(?:gpus?|cards?)$")
_MEMORY = re.compile(r"\b\d+(?:\.\d+)?[\s-]?(?:gib|gb|g)\b")
_PACKAGING = re.compile(r"pcie?|pci|sxm\d?|hbm\d?e?|nvlink|ecc|vram|memory|ram|of|with")


@lru_cache(maxsize=20_000)
def squash(text: str) -> str:
    """Letters and digits alone: "GTX-1080 Ti" -> "gtx1080ti"."""
    return re.sub(r"[^a-z0-9]", "", _plain(text))


def spelling_key(text: str) -> str:
    """Squashed, without makers and words such as GPU: "Nvidia GeForce GTX 1080 Ti GPU" -> "gtx1080ti"."""
    return "".join(_words(_plain(text)))


def lookup_keys(text: str) -> Iterator[str]:
    """Keys to look a written name up by, the most faithful first; then without memory size, packaging, plural.

    "V100 PCIe 32 GB" -> "v100pcie32gb", "v100pcie", "v100"      "TPUv3-256" -> "tpuv3256", "tpuv3"
    """
    plain = _plain(text)
    yield "".join(_words(plain))
    sizeless = _words(_MEMORY.sub(" ", plain))
    bare = [word for word in sizeless if not _PACKAGING.fullmatch(word)]
    tries = ["".join(sizeless), "".join(bare)]
    if bare and bare[0].startswith("tpu") and bare[-1].isdigit():
        tries.append("".join(bare[:-1]))
    for spelling in tries:
        yield spelling
        yield _GLUED_NOISE.sub("", spelling)
        yield singular(spelling)


def singular(squashed: str) -> str:
    return squashed.removesuffix("s")


def first_words(text: str) -> Iterator[str]:
    """Words, in lower case, that this spelling may begin with in a text.

    "GTX 1080 Ti" -> "gtx", "gtx1080", "gtx1080ti", and these with a plural s
    """
    words = WORD.findall(text.lower())
    for count in range(1, len(words) + 1):
        glued = "".join(words[:count])
        yield glued
        if len(glued) > 1:
            yield glued + "s"


def _plain(text: str) -> str:
    """Lower case, without trade marks; "V100s" is many V100, "V100S" is a card of that name."""
    text = unicodedata.normalize("NFKC", re.sub("[®™©]", " ", text))
    return re.sub(r"(?<=\d)s\b", "", text).lower()


def _words(plain: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", plain) if word and word not in _NOISE]
