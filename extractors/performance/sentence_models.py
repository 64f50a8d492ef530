"""The model whose result a sentence states: "OakNet-50 achieves 76.1%", "compared to 75.2% by ElmNet (big)"."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from extractors.lexicon.benchmarks import find_datasets
from extractors.lexicon.catalogue import load_catalogue
from extractors.performance.stated import Stated

_REACH, _NEAR_MEASURE = 160, 60
_SHORTEST_NAME, _PAIR = 3, 2
_NAMED = (
    r"(?P<model>(?:[A-Z][a-z]{2,10}\s(?=[A-Z]-CNN))?(?<![\w./-])(?:[A-Z](?=[\w./+-]*[A-Z\d])|[a-z](?=[a-z]?[A-Z]))"
    r"[\w./+-]{1,40}(?:\s?\([\w.+-]{1,16}\)|\s(?:base|big|large|small)\b)?)"
)
_NAME = re.compile(_NAMED)
_SUBJECT = re.compile(
    _NAMED
    + r"(?:\s(?:models?|network|detector|architecture|alone|itself|also|further|then|now|only|can|could|even)){0,3}"
    r"(?:\s?(?:\[\d[\d,\s]{0,20}\]|\([^()]{0,40}\)))?\s"
    r"(?:(?:achiev|obtain|reach|attain|get|yield|scor|ha[sd]\b|produc|giv|deliver|hit|establish|perform)\w*"
    r"|(?:outperform|surpass|exceed|improv)\w*[^.;]{0,90}?,\s(?:attain|achiev|reach|obtain|establish|sett)ing\b)"
)
_OF_IT = re.compile(
    rf"\b(?:of|by|for|from|with)\s(?:the\s|our\s|an?\s)?(?:[\w-]{{1,14}}\s){{0,2}}?{_NAMED}\s(?:model\s)?"
    r"(?:is|was|from|to|at|of|\()\s?$"
)
_BESIDE = re.compile(
    rf"{_NAMED}(?:'s\s|\s?(?:\[\d[\d,\s]{{0,20}}\]\s?)?"
    r"(?:\(|\s|:\s|\swith\s|\sis\s|,\s|\s(?:baseline|model|method|detector|system|network)\s\())(?:an?\s|the\s)?$"
)
_BEHIND = re.compile(
    r"[\s,]{1,2}(?:(?:at|in)\s\S{1,12}\s|(?:achieved|obtained|reported|reached)\s){0,2}(?:by|of|for)\s(?:the\s|our\s|an?\s)?"
    + _NAMED
)
_NO_MODEL = re.compile(r"FLOP|^F1\b|^(?:m?AP|BLEU|EM|WER|FPS|SOTA|IoU)")
_LISTED = re.compile(r"\s?(?:,|,?\s?\band\b|/)\s?")
_FIRST_PART = re.compile(r"[-\s/.(\d]")
_COMPARED = re.compile(r"\b(?:than|over|to|with|against|from|as)\s(?:the\s|\w{1,12}\s)?$", re.IGNORECASE)
_WITH_PART = re.compile(_NAMED.replace("model", "whole") + r"\s(?:with|using)\s(?:an?\s|the\s)?$")


def model_of(text: str, stated: Stated, begin: int) -> str | None:
    """The name tied to a number of the sentence ``text``; ``begin``: where the number before it ends.

    "OakNet-50 achieves 76.1%" -> OakNet-50      "75.2% top-1 by ElmNet" -> ElmNet      "OakNet-50 (76.1%)" -> OakNet-50
    "our model achieves 76.1%" -> None           "76.1% on CIFAR-10" -> None            "75.2% on V100 GPUs" -> None
    """
    number, measure = stated.number, stated.measure
    near = 0 <= measure.start - number.end < _NEAR_MEASURE
    start = max(begin, number.start - _REACH)
    subject = max(_SUBJECT.finditer(text, start, number.start), key=lambda tie: tie.start(), default=None)
    if len(stated.run.numbers) > 1 and "change" not in stated.run.separators and len(measure.names) < _PAIR:
        return _one_of_several(text, stated, subject, _BESIDE.search(text, start, stated.run.start))
    ties = [_BEHIND.match(text, measure.end if near else number.end), _BESIDE.search(text, start, number.start)]
    if begin == 0 or measure.start >= begin:
        ties.append(_OF_IT.search(text, start, number.start))
    ties.append(subject)
    return next((name for tie in ties if tie and (name := _name_of(text, tie))), None)


def _one_of_several(
    text: str, stated: Stated, subject: re.Match[str] | None, beside: re.Match[str] | None
) -> str | None:
    """Which of several models a number is of: "OakNet-50 and OakNet-101 achieve 76.1% and 77.4%", "better than OakNet
    (76.1% vs. 75.0%)"; None where it is left open."""
    if "against" in stated.run.separators:
        compared = beside and _COMPARED.search(text, 0, beside.start())
        if stated.place == 0:
            return _name_of(text, subject) if subject else _name_of(text, beside) if beside and not compared else None
        return _name_of(text, beside) if beside and compared else None
    if not subject:
        return None
    count = len(stated.run.numbers)
    listed = list(_NAME.finditer(text, max(0, subject.start() - _REACH), subject.end("model")))
    first = len(listed) - 1
    while first > 0 and _LISTED.fullmatch(text, listed[first - 1].end(), listed[first].start()):
        first -= 1
    names = [each["model"] for each in listed[first:]]
    if len(names) not in (1, count):
        return None
    return (
        _name_of(text, subject) if len(names) == 1 else names[stated.place] if _is_model(names[stated.place]) else None
    )


def _name_of(text: str, tie: re.Match[str]) -> str | None:
    """The name of a match, with what it is a part of: "Maple R-CNN with OakNet-50"."""
    name = tie["model"].rstrip(".,")
    if not _is_model(name):
        return None
    whole = _WITH_PART.search(text, 0, tie.start("model"))
    return text[whole.start("whole") : tie.start("model")] + name if whole and _is_model(whole["whole"]) else name


def names_another(text: str) -> bool:
    """Whether words between two numbers name a model, so that the second is not of the first one's."""
    return any(not _NO_MODEL.search(name) and not find_datasets(name) for name in _NAME.findall(text))


def _is_model(name: str) -> bool:
    first = _FIRST_PART.split(name, maxsplit=1)[0].lower()
    if len(name) < _SHORTEST_NAME or first in _not_models() or _NO_MODEL.search(name):
        return False
    return not find_datasets(name) and not any(load_catalogue().mentions(name))


@cache
def _not_models() -> frozenset[str]:
    return frozenset(json.loads(files("extractors.patterns").joinpath("not_models.json").read_text(encoding="utf-8")))
