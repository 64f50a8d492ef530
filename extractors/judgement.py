"""Does a sentence tell of this paper's own training? Cues, neighbours and the section add up to log-odds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.mentions import SHORTEST_RUN_HOURS, Cue, Sentence, find_mentions
from extractors.patterns import load_text_rules
from extractors.quantities import Quantity, QuantityKind
from extractors.records import Passage

ACCEPTED_FROM = 0.5
"""Records of at least this confidence are accepted; those from ``CANDIDATE_FROM`` on are kept as candidates."""
CANDIDATE_FROM = 0.2

_NEIGHBOUR_SHARE = 0.35
"""Of the weight of a cue in the sentence before or after."""
_FURTHER_SHARE = 0.4
"""Of the weight of a second cue of the same label in a sentence."""
_LONGEST_RUN_HOURS = 8760.0
"""Longer times are of projects and people."""
_MOST_DEVICE_HOURS = 1e10
"""A million devices for a year; more is a slip of the pen or of the reader."""


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence in its passage, judged."""

    passage: Passage
    sentence: Sentence
    log_odds: float
    """That the sentence tells of this paper's own training, before it is asked what of."""

    @property
    def text(self) -> str:
        return self.passage.text[self.sentence.start : self.sentence.end]


def judged(passage: Passage) -> list[Place]:
    """The sentences of a passage that mention anything, each with its log-odds."""
    sentences = find_mentions(passage.text)
    return [
        Place(passage, sentence, _log_odds(sentences, index) + _section_weight(passage.section))
        for index, sentence in enumerate(sentences)
    ]


def _log_odds(sentences: Sequence[Sentence], index: int) -> float:
    """The cues of the sentence at ``index``, and a share of its neighbours'.

    Words of time speak for training only beside words of training and a time that a run may take:
    not "2 s on a K20 to process an image".
    """
    cues = sentences[index].cues
    takes_time = any(may_be_training_time(time, sentences[index]) for time in sentences[index].times)
    labels = {cue.label for cue in cues if takes_time or cue.label != "time"}
    total = sum(_weight_of(label, cues) for label in sorted(labels))
    for neighbour in (index - 1, index + 1):
        if 0 <= neighbour < len(sentences):
            weights = [cue.weight for cue in sentences[neighbour].cues if cue.label in ("training", "others")]
            total += _NEIGHBOUR_SHARE * sum(weights)
    return total


def confidence_of(odds: float) -> float:
    """The probability that log-odds stand for."""
    return 1 / (1 + math.exp(-max(-20.0, min(20.0, odds))))


def may_be_training_time(time: Quantity, sentence: Sentence) -> bool:
    """Between a minute and a year, in a sentence that speaks of time taken, of training or of hardware."""
    if time.kind is QuantityKind.DEVICE_TIME:
        return time.duration.hours <= _MOST_DEVICE_HOURS and "cpu" not in (time.device or "").lower()
    if time.kind is QuantityKind.TIME_PER_STEP:
        return False
    if not SHORTEST_RUN_HOURS <= time.duration.hours <= _LONGEST_RUN_HOURS:
        return False
    labels = {cue.label for cue in sentence.cues}
    return "training" in labels and ("time" in labels or bool(sentence.hardware))


def _weight_of(label: str, cues: Sequence[Cue]) -> float:
    """The cues of one label say much the same: the strongest counts in full, the others for a part."""
    weights = sorted((cue.weight for cue in cues if cue.label == label), key=abs, reverse=True)
    return weights[0] + _FURTHER_SHARE * sum(weights[1:])


def _section_weight(section: str | None) -> float:
    """What the heading adds: the first section rule that matches."""
    if not section:
        return 0.0
    return next((rule.weight for rule in load_text_rules("sections") if rule.pattern.search(section)), 0.0)
