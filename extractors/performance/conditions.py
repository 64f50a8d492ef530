"""Under what conditions a result was had: one model or several, how many crops, more data than the benchmark's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_ENSEMBLE = re.compile(
    r"\bensembl|\bfusion\b|\b(?:[2-9]|\d\d)\s?(?:×\s|x\s)?(?:\w+\s){0,2}(?:nets|models)\b|\b[2-9]\s?×\s[A-Z]",
    re.IGNORECASE,
)
_SINGLE = re.compile(r"\bsingle[\s-]?(?:model|network|net)|\(single\)|\b1\s(?:net|model)\b", re.IGNORECASE)
_CROPS = re.compile(
    r"\b(?P<count>\d{1,3})[\s-]?crops?\b|\b(?P<one>single|one|center|centre|1)[\s-]crop\b", re.IGNORECASE
)
_SEVERAL_CROPS = re.compile(r"\d\s?/\s?\d{1,3}[\s-]?crops?")
_NO_EXTRA = re.compile(
    r"\b(?:without|no)\s(?:using\s)?(?:any\s)?(?:extra|external|additional|outside)\s(?:training\s)?data"
    r"|\bw/o (?:extra )?data",
    re.IGNORECASE,
)
_EXTRA = re.compile(
    r"\b(?:extra|external|additional|outside|unlabell?ed)\s(?:training\s|labell?ed\s)?(?:data|images|examples)"
    r"|\bjft\b|jft-?\d|image-?net[\s-]?2[12]k|\bIN-?2[12]k|\binstagram|\big-?\d|\blaion"
    r"|pre-?trained on (?:the )?(?:jft|image-?net-?2)",
    re.IGNORECASE,
)


def ensemble_in(texts: Iterable[str]) -> bool | None:
    """By the first text that says: "Ensemble of 5 LSTMs" -> True, "single model" -> False, "ResNet-50" -> None."""
    return next((found for text in texts if (found := _ensemble(text)) is not None), None)


def crops_in(texts: Iterable[str]) -> int | None:
    """By the first text that says: "10-crop" -> 10, "single crop" -> 1; "multi-crop" leaves it open."""
    return next((found for text in texts if (found := _crops(text)) is not None), None)


def extra_data_in(texts: Iterable[str]) -> bool | None:
    """By the first text that says: "JFT-300M" -> True, "without extra data" -> False."""
    return next((found for text in texts if (found := _extra_data(text)) is not None), None)


@lru_cache(maxsize=4000)
def _ensemble(text: str) -> bool | None:
    several, one = _ENSEMBLE.search(text), _SINGLE.search(text)
    return several is not None if bool(several) != bool(one) else None


@lru_cache(maxsize=4000)
def _crops(text: str) -> int | None:
    counts = {int(match["count"]) if match["count"] else 1 for match in _CROPS.finditer(text)}
    return counts.pop() if len(counts) == 1 and not _SEVERAL_CROPS.search(text) else None


@lru_cache(maxsize=4000)
def _extra_data(text: str) -> bool | None:
    return False if _NO_EXTRA.search(text) else True if _EXTRA.search(text) else None
