"""What the heads and labels of a table announce of a model: parameters, operations, epochs, training examples.

The rules are data (``patterns/property_heads.jsonl``); they are asked of a head without its unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from extractors.patterns import load_text_rules
from extractors.property.amounts import SCALE_WORD, power_of

OTHER = "other"
"""Label of heads that speak of something else: a ratio, a part of the model, computing of training."""

_SCALE = re.compile(
    r"[(\[{]\s?(?:in\s|[×x*·]\s?)?(?P<bracketed>(?-i:[kKMBGT])|" + SCALE_WORD + r")s?\.?\s?[)\]}]"
    r"|(?:\bin\s|[×x*·]\s?)(?P<plain>" + SCALE_WORD + r")"
    r"|[,/]?\s(?P<letter>(?-i:[MBG]))$"
    r"|\b(?P<word>mio\.?|millions?|billions?)(?=\s|$)",
    re.IGNORECASE,
)
_ARROWS = re.compile(r"[↓↑⇓⇑†‡*:]|\s\.$")
_LONGEST_HEAD = 60


@dataclass(frozen=True, slots=True)
class AnnouncedProperty:
    """What a head or label says its cells hold."""

    label: str
    """Of the rule: ``parameters``, ``flop``, ``multiply-adds``, ``epochs``, ``training_examples``."""
    rule: str
    power: int | None
    """Power of ten of the head's unit: 6 for "(M)"; None where it has none."""
    head: str
    """The words that announce it, as they stand."""


@lru_cache(maxsize=4096)
def announced_property(path: tuple[str, ...]) -> AnnouncedProperty | None:
    """What the heads over a cell, or the labels beside it, announce; None for nothing, and for a head that also says
    that it is of something else.

    "#Params (M)" -> parameters, 6      "GFLOPs" -> flop, 9      "Params | Ratio" -> None      "Top-1" -> None
    """
    power = None
    found: tuple[str, str, str] | None = None
    for head in path:
        if len(head) > _LONGEST_HEAD:
            continue
        bare, scale = _without_scale(head)
        announced = _announced(bare)
        if announced is None:
            if scale is not None and not bare:
                power = scale
            continue
        label, rule, own_scale = announced
        if label == OTHER:
            return None
        found = (label, rule, head)
        power = own_scale if own_scale is not None else scale
    return AnnouncedProperty(found[0], found[1], power, found[2]) if found else None


def power_in_caption(caption: str, label: str) -> int | None:
    """The unit that a caption gives a property: "Number of parameters (in millions)." -> 6."""
    word = {
        "parameters": r"param(?:eter)?s?",
        "flop": r"FLOPs?",
        "multiply-adds": r"(?:MAdds?|mult\w*-?\s?adds?|MACs)",
    }.get(label)
    if word is None:
        return None
    match = re.search(rf"\b#?{word}\b[\w\s]{{0,20}}[(\[]?\s?in\s(?P<scale>{SCALE_WORD})", caption, re.IGNORECASE)
    return power_of(match["scale"]) if match else None


def _without_scale(head: str) -> tuple[str, int | None]:
    power = None
    match = _SCALE.search(head)
    if match is not None:
        power = power_of(next(filter(None, match.groups())))
        head = f"{head[: match.start()]} {head[match.end() :]}"
    return " ".join(_ARROWS.sub(" ", head).split()), power


def _announced(bare: str) -> tuple[str, str, int | None] | None:
    """Label and rule of the first rule that matches, and the unit that its words hold ("GFLOPs")."""
    for rule in load_text_rules("property_heads"):
        match = rule.pattern.search(bare)
        if match is not None:
            scale = match.groupdict().get("scale")
            return rule.label, rule.id, power_of(scale) if scale else None
    return None
