"""The model that a sentence says is trained: "Training ResNet-50 took …", "the big models were trained for …".

A name is a word with a second capital or a digit in it ("BERT", "ViT-G/14", "ConvS2S"), or "the big model". Only what a
word of training ties to it is taken; a sentence that leaves it open gives none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from extractors.lexicon.catalogue import load_catalogue

_WORD = r"(?<![\w./-])[A-Z](?=[\w./-]*[A-Z\d])[\w./-]{1,40}(?![\w./-])"
_SIZE = r"(?:base|big|large|small|tiny|medium)"
_SUBJECT = (
    rf"(?P<model>{_WORD}(?:\s(?:\({_SIZE}\)|{_SIZE}\b|[VB]\d{{1,2}}\b))?"
    r"|(?:base|big|large|larger|largest|small|smaller|smallest|tiny|best) models?\b)"
)
_TIES = (
    re.compile(
        r"(?:[Tt]rain|[Tt]un)(?:ing|ed)?\s(?:of\s)?(?:(?:a|an|the|our|both|all|each|one)\s)?(?:(?:single|full|own)\s)?"
        + _SUBJECT
    ),
    re.compile(
        rf"{_SUBJECT}(?:\s(?:models?|networks?|variants?))?\s(?:is|was|are|were|has been|have been|can be)\s"
        r"(?:(?:then|all|also)\s)?(?:pre-?|fine-?|re)?(?:trained|tuned)\b"
    ),
    re.compile(
        rf"{_SUBJECT}(?:\s(?:models?|networks?))?\s(?:takes?|took|requires?|required|needs?|needed|converges?|finishes)\b"
    ),
)
_FIRST_PART = re.compile(r"[-\s/.(]")


def model_in(sentence: str, anchor: int) -> str | None:
    """The model whose training a sentence tells of, nearest before ``anchor`` (the run's own words) else behind it.

    "Training ResNet-50 on 8 GPUs took 2 days." -> ResNet-50      "The big models were trained for days." -> big models
    "We train on ImageNet with 8 V100 GPUs." -> None              "Each model took 2 days." -> None
    """
    ties = [
        (match.start("model"), name)
        for pattern in _TIES
        for match in pattern.finditer(sentence)
        for name in _names(match)
    ]
    if not ties:
        return None
    return min(ties, key=lambda tie: (tie[0] > anchor, abs(anchor - tie[0])))[1]


def _names(match: re.Match[str]) -> Iterator[str]:
    name = match["model"].rstrip(".")
    if name[:1].islower():
        yield name
        return
    first = _FIRST_PART.split(name, maxsplit=1)[0].lower()
    if first not in _not_models() and not any(load_catalogue().mentions(name)):
        yield name


@cache
def _not_models() -> frozenset[str]:
    return frozenset(json.loads(files("extractors.patterns").joinpath("not_models.json").read_text(encoding="utf-8")))
