"""Hardware that a paper says it trained on: named or counted, with its machines multiplied and plain "GPUs" named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.judgement import CANDIDATE_FROM, Place, confidence_of
from extractors.lexicon.catalogue import load_catalogue
from extractors.names import Hardware
from extractors.quantities import Quantity
from extractors.records import CountUnit, Passage

_SURE_FROM = 0.7
"""A name lends itself to a plain "GPU" elsewhere only where it is this sure to be the paper's own."""
_PRIOR_NAMED_COUNTED = -0.1
_PRIOR_NAMED = -0.8
_PRIOR_DEVICE_COUNTED = -0.8
_PRIOR_ONE_DEVICE = -1.4
MOST_STATEMENTS = 500
"""A paper with more is no paper, and would cost time that grows with their square."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Hardware that a sentence says was used for training."""

    place: Place
    hardware: Hardware
    confidence: float


def hardware_statements(places: Sequence[Place]) -> list[Statement]:
    """Named hardware, and counted devices, with the probability that this paper trained on them."""
    found: list[Statement] = []
    machines = _Machines()
    for place in places:
        machines.see(place)
        for hardware in place.sentence.hardware:
            if hardware.each_machine:
                hardware = replace(hardware, count=machines.times(hardware.count, place))
            if not hardware.specific and not hardware.count:
                continue
            confidence = confidence_of(_prior(hardware) + place.log_odds)
            if confidence >= CANDIDATE_FROM:
                found.append(Statement(place, hardware, confidence))
    own = [statement for statement in found if id(statement.hardware) not in machines.multiplied]
    return _with_names(own, places)[:MOST_STATEMENTS]


def hardware_of_device_time(time: Quantity) -> Hardware | None:
    """The hardware that a device-time names itself: "3150 GPU days", "1.2M A100 hours", "1000 TPU v3 core hours"."""
    if not time.device:
        return None
    accelerator = load_catalogue().find(time.device)
    plain = "TPU" if "tpu" in time.device.lower() else "GPU" if "gpu" in time.device.lower() else None
    name = accelerator.name if accelerator else plain
    if name is None:
        return None
    unit = CountUnit.CORES if "core" in time.device.lower() else None
    return Hardware(name, accelerator is not None, time.start, time.end, None, unit, ("time.names-device",))


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
    return _PRIOR_DEVICE_COUNTED if hardware.count != 1 else _PRIOR_ONE_DEVICE


def _with_names(statements: Sequence[Statement], places: Sequence[Place]) -> list[Statement]:
    """Plain "GPU" and "TPU" by the one name that the paper gives to what it trains on, if there is just one.

    A TPU's version counts wherever the paper names it.
    """
    sure = {
        statement.hardware.name
        for statement in statements
        if statement.hardware.specific and statement.confidence >= _SURE_FROM
    }
    mentioned = {hardware.name for place in places for hardware in place.sentence.hardware if hardware.specific}
    names = {
        "GPU": {name for name in sure if _kind(name) == "gpu"},
        "TPU": {name for name in mentioned if _kind(name) == "tpu"},
    }
    return [_named(statement, names) for statement in statements]


def _kind(name: str) -> str | None:
    accelerator = load_catalogue().named(name)
    return accelerator.kind if accelerator else None


def _named(statement: Statement, names: Mapping[str, set[str]]) -> Statement:
    hardware = statement.hardware
    candidates = names.get(hardware.name, set())
    if hardware.specific or len(candidates) != 1:
        return statement
    (name,) = candidates
    return replace(statement, hardware=replace(hardware, name=name, rules=(*hardware.rules, "link.only-name")))
