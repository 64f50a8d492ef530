"""Under what conditions a result was had: one model or several, how many crops, more data than the benchmark's own."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ENSEMBLE = re.compile(
    r"\bensembl|\bfusion\b|\b(?:[2-9]|\d\d)\s?(?:×\s|x\s)?(?:\w+\s){0,2}(?:nets|models)\b|\b[2-9]\s?×\s[A-Z]",
    re.IGNORECASE,
)
_SINGLE = re.compile(r"\bsingle[\s-]?(?:model|network|net)|\(single\)|\b1\s(?:net|model)\b", re.IGNORECASE)
_CROPS = re.compile(
    r"\b(?P<count>\d{1,3})[\s-]?crops?\b|\b(?P<one>single|one|center|centre|1)[\s-]crop\b", re.IGNORECASE
)
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
    for text in texts:
        several, one = _ENSEMBLE.search(text), _SINGLE.search(text)
        if bool(several) != bool(one):
            return several is not None
    return None


def crops_in(texts: Iterable[str]) -> int | None:
    """By the first text that says: "10-crop" -> 10, "single crop" -> 1; "multi-crop" leaves it open."""
    for text in texts:
        counts = {int(match["count"]) if match["count"] else 1 for match in _CROPS.finditer(text)}
        if len(counts) == 1 and not re.search(r"\d\s?/\s?\d{1,3}[\s-]?crops?", text):
            return counts.pop()
    return None


def extra_data_in(texts: Iterable[str]) -> bool | None:
    """By the first text that says: "JFT-300M" -> True, "without extra data" -> False."""
    for text in texts:
        if _NO_EXTRA.search(text):
            return False
        if _EXTRA.search(text):
            return True
    return None
