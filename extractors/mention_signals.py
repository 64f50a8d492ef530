"""What speaks for and against a mention of hardware or of a time: its sentence, and how it stands among its paper's.

A paper's own hardware is told in the sentence that tells most surely of training; a paper that measures speed all over
names hardware that it does not train on.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from extractors.judge import RULES_LOG_ODDS, bounded
from extractors.judgement import Place
from extractors.names import Hardware
from extractors.patterns import TextRule, load_text_rules
from extractors.quantities import Quantity, QuantityKind

_SHORT_HOURS = 1.0
_LONG_HOURS = 1500.0
_FEW = 5
_OF_SENTENCE = ("has.time", "has.counted", "has.one", "has.step-time", "has.moment")
RULED_OUT = -8.0
"""Log-odds of a mention that the words around it exclude, and of less."""


class PaperSignals:
    """What a paper as a whole says of its mentions; its places are judged already."""

    def __init__(self, places: Sequence[Place]) -> None:
        by_name: dict[str, list[float]] = defaultdict(list)
        for place in places:
            for hardware in place.sentence.hardware:
                if hardware.specific or hardware.count:
                    by_name[hardware.name].append(place.log_odds)
        self._by_name = dict(by_name)
        odds = [each for name in by_name.values() for each in name]
        self._best = max(odds, default=0.0)
        measuring = sum(any(cue.label == "inference" for cue in place.sentence.cues) for place in places)
        self._common = {
            "paper.best": bounded(self._best),
            "paper.mentions": math.log1p(len(odds)) / 3,
            "paper.inference": measuring / max(1, len(places)),
            "paper.names": math.log1p(len(by_name)) / 2,
            "paper.times": math.log1p(sum(len(place.sentence.times) for place in places)) / 3,
        }

    def of_hardware(self, place: Place, hardware: Hardware, prior: float) -> dict[str, float]:
        """Signals of a mention of hardware; ``prior`` is the rules' own before they read the sentence."""
        same_name = self._by_name.get(hardware.name, [place.log_odds])
        return {
            **self._of_place(place, prior, hardware.start, hardware.end, time=False),
            **hardware_signals(hardware),
            "paper.behind-best": bounded(place.log_odds - self._best),
            "name.best": bounded(max(same_name)),
            "name.behind-best": bounded(place.log_odds - max(same_name)),
            "name.mentions": math.log1p(len(same_name)) / 2,
            "name.share": len(same_name) / max(1, sum(map(len, self._by_name.values()))),
        }

    def of_times(self, place: Place, times: Sequence[Quantity], prior: float) -> dict[str, float]:
        """Signals of the times of one run."""
        return {
            **self._of_place(place, prior, times[0].start, times[-1].end, time=True),
            **times_signals(times),
            "times.in-sentence": min(1.0, (len(place.sentence.times) - 1) / _FEW),
            "hardware.in-sentence": min(1.0, len(place.sentence.hardware) / _FEW),
        }

    def _of_place(self, place: Place, prior: float, start: int, end: int, time: bool) -> dict[str, float]:
        contexts = contexts_of(place, start, end, time)
        rules = prior + place.seen.signals[RULES_LOG_ODDS] + sum(rule.weight for rule in contexts)
        return {
            **self._common,
            **{name: 1.0 for name in _OF_SENTENCE if name in place.seen.signals},
            RULES_LOG_ODDS: rules,
            "rules": bounded(rules),
            "own": bounded(place.log_odds),
            **{rule.id: 1.0 for rule in contexts},
        }


def contexts_of(place: Place, start: int, end: int, time: bool) -> list[TextRule]:
    """The rules whose words stand right before or behind a mention in its sentence; some are of times only."""
    text = place.passage.text
    sides = {"before": text[place.sentence.start : start], "after": text[end : place.sentence.end]}
    if time:
        sides.update({f"{side}-time": words for side, words in sides.items()})
    return [rule for rule in load_text_rules("contexts") if rule.pattern.search(sides.get(rule.label, ""))]


def hardware_signals(hardware: Hardware) -> dict[str, float]:
    """Whether it is named, and how it is counted."""
    counted = "count.none" if hardware.count is None else "count.one" if hardware.count == 1 else "count.many"
    seen = {"hardware.named" if hardware.specific else "hardware.plain": 1.0, counted: 1.0}
    if not hardware.specific and hardware.count is None:
        seen["hardware.only-kind"] = 1.0
    return seen


def times_signals(times: Sequence[Quantity]) -> dict[str, float]:
    """The kinds of the times of one run, and whether they are very short, very long or a range."""
    seen = {f"time.{time.kind.value}": 1.0 for time in times}
    if not times:
        seen["time.none"] = 1.0
    for time in times:
        if time.kind is QuantityKind.DURATION:
            if time.duration.hours < _SHORT_HOURS:
                seen["time.short"] = 1.0
            elif time.duration.hours > _LONG_HOURS:
                seen["time.long"] = 1.0
            if time.duration.low_hours < time.duration.high_hours:
                seen["time.range"] = 1.0
    return seen
