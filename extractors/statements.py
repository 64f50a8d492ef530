"""Hardware that a paper says it trained on: named or counted, with its machines multiplied and plain "GPUs" named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.judge import RULES_LOG_ODDS, Judge, Signals
from extractors.judgement import Place
from extractors.lexicon.catalogue import load_catalogue
from extractors.mention_signals import RULED_OUT, PaperSignals
from extractors.names import Hardware
from extractors.quantities import Quantity
from extractors.records import CountUnit, Passage

_LEAST_SURE = 0.25
_SURE_NAME = 0.45
_BESIDE_THE_SUREST = 0.6
"""A statement lends itself to what stands elsewhere where it is this likely, and by this share of the likeliest."""
_PRIOR_NAMED_COUNTED = -0.1
_PRIOR_NAMED = -0.8
_PRIOR_DEVICE_COUNTED = -0.8
_PRIOR_ONE_DEVICE = -1.4
_PRIOR_UNCOUNTED_DEVICES = -2.2
_PARTS = re.compile(r"\s?(?:cores?|chips?)$", re.IGNORECASE)
_NAMES_DEVICE = "time.names-device"
MOST_STATEMENTS = 500
"""A paper with more is no paper, and would cost time that grows with their square."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Hardware that a sentence says was used for training."""

    place: Place
    hardware: Hardware
    confidence: float
    rules: float = 0.0
    """The rules' own verdict, as a signal between -1 and 1."""


@dataclass(frozen=True, slots=True)
class HardwareMention:
    """Hardware in a sentence, with its machines multiplied, and what speaks for it."""

    place: Place
    hardware: Hardware
    signals: Signals


def hardware_statements(places: Sequence[Place], judge: Judge) -> list[Statement]:
    """Named hardware, and counted devices, with the probability that this paper trained on them."""
    mentions = hardware_mentions(places)
    sure = judge.mentions([mention.signals for mention in mentions])
    found = [
        Statement(mention.place, mention.hardware, float(confidence), mention.signals["rules"])
        for mention, confidence in zip(mentions, sure, strict=True)
        if confidence >= judge.candidate_from
    ]
    names = only_names(found, places)
    return [replace(each, hardware=named(each.hardware, names)) for each in found[:MOST_STATEMENTS]]


def hardware_mentions(places: Sequence[Place]) -> list[HardwareMention]:
    """Every name, and every plain "GPUs", counted or not."""
    found: list[HardwareMention] = []
    machines = _Machines()
    paper = PaperSignals(places)
    for place in places:
        machines.see(place)
        for hardware in place.sentence.hardware:
            if hardware.each_machine:
                hardware = replace(hardware, count=machines.times(hardware.count, place))
            if hardware.specific or hardware.count or not hardware.each_machine:
                signals = paper.of_hardware(place, hardware, _prior(hardware))
                if signals[RULES_LOG_ODDS] > RULED_OUT:
                    found.append(HardwareMention(place, hardware, signals))
    return [mention for mention in found if id(mention.hardware) not in machines.multiplied]


def hardware_of_device_time(time: Quantity) -> Hardware | None:
    """The hardware that a device-time names itself: "3150 GPU days", "1.2M A100 hours", "1000 TPU v3 core hours"."""
    if not time.device:
        return None
    accelerator = load_catalogue().find(_PARTS.sub("", time.device))
    plain = "TPU" if "tpu" in time.device.lower() else "GPU" if "gpu" in time.device.lower() else None
    name = accelerator.name if accelerator else plain
    if name is None:
        return None
    unit = CountUnit.CORES if "core" in time.device.lower() else None
    return Hardware(name, accelerator is not None, time.start, time.end, None, unit, (_NAMES_DEVICE,))


class _Machines:
    """How many machines the paragraph speaks of: "25 nodes … each node has 8 GPUs"."""

    def __init__(self) -> None:
        self._passage: Passage | None = None
        self._count: int | None = None
        self._hardware: Hardware | None = None
        self.multiplied: set[int] = set()
        """Ids of the mentions that count machines whose devices another mention counts."""

    def see(self, place: Place) -> None:
        counted = [item for item in place.sentence.hardware if item.unit is CountUnit.MACHINES and item.count]
        if counted:
            self._passage, self._count, self._hardware = place.passage, counted[0].count, counted[0]
        elif place.sentence.machines:
            self._passage, self._count, self._hardware = place.passage, place.sentence.machines, None

    def times(self, devices: int | None, place: Place) -> int | None:
        """Devices of all machines; None where the paragraph does not say how many machines there are."""
        if devices is None or self._count is None or self._passage is not place.passage:
            return None
        if self._hardware is not None:
            self.multiplied.add(id(self._hardware))
        return devices * self._count


def _prior(hardware: Hardware) -> float:
    """Log-odds of a mention before anything is known of its sentence."""
    if hardware.specific:
        return _PRIOR_NAMED_COUNTED if hardware.count else _PRIOR_NAMED
    if hardware.count is None:
        return _PRIOR_UNCOUNTED_DEVICES
    return _PRIOR_DEVICE_COUNTED if hardware.count != 1 else _PRIOR_ONE_DEVICE


def surest(statements: Sequence[Statement], least: float = _LEAST_SURE) -> list[Statement]:
    """Those that name or count hardware and are not much less likely than the likeliest."""
    telling = [each for each in statements if each.hardware.specific or each.hardware.count]
    best = max((each.confidence for each in telling), default=0.0)
    return [each for each in telling if each.confidence >= max(least, _BESIDE_THE_SUREST * best)]


Names = Mapping[str, frozenset[str]]
"""What a plain "GPU" or "TPU" of a paper may be called."""


def only_names(statements: Sequence[Statement], places: Sequence[Place]) -> Names:
    """The names of what the paper surely trains on, by kind; a TPU's version counts wherever the paper names it."""
    sure = {each.hardware.name for each in surest(statements, _SURE_NAME) if each.hardware.specific}
    mentioned = {hardware.name for place in places for hardware in place.sentence.hardware if hardware.specific}
    return {
        "GPU": frozenset(name for name in sure if _kind(name) == "gpu"),
        "TPU": frozenset(name for name in mentioned if _kind(name) == "tpu"),
    }


def named(hardware: Hardware, names: Names) -> Hardware:
    """Plain "GPU" and "TPU", counted or of a device-time, by the one name that the paper gives to what it trains on."""
    candidates = names.get(hardware.name, frozenset())
    used = hardware.count is not None or _NAMES_DEVICE in hardware.rules
    if hardware.specific or not used or len(candidates) != 1:
        return hardware
    (name,) = candidates
    return replace(hardware, name=name, rules=(*hardware.rules, "link.only-name"))


def _kind(name: str) -> str | None:
    accelerator = load_catalogue().named(name)
    return accelerator.kind if accelerator else None
