"""What speaks for and against a sentence telling of this paper's own training: cues, neighbours, section, place.

Each becomes a signal for the judge. The rules' own verdict, a sum of weights set by hand, is one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.judge import RULES_LOG_ODDS, Judge, SentenceSignals
from extractors.mentions import SHORTEST_RUN_HOURS, Cue, Sentence, find_mentions
from extractors.patterns import load_text_rules
from extractors.quantities import Quantity, QuantityKind
from extractors.records import Document, Passage, Role

_READ_ROLES = (Role.BODY, Role.CAPTION, Role.FOOTNOTE, Role.TITLE)
_NEIGHBOUR_SHARE = 0.35
"""Of the weight of a cue in the sentence before or after."""
_FURTHER_SHARE = 0.4
"""Of the weight of a second cue of the same label in a sentence."""
_LONGEST_RUN_HOURS = 8760.0
"""Longer times are of projects and people."""
MOST_DEVICE_HOURS = 1e10
"""A million devices for a year; more is a slip of the pen or of the reader."""
_LONG_WORDS = 60
_SPEAKING_LABELS = ("training", "others")
"""Of cues that also say something of the sentences beside theirs."""


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence in its passage, with what was seen of it."""

    passage: Passage
    sentence: Sentence
    seen: SentenceSignals
    log_odds: float = 0.0
    """That the sentence tells of this paper's own training, before it is asked what of."""

    @property
    def text(self) -> str:
        return self.passage.text[self.sentence.start : self.sentence.end]


def places_of(document: Document) -> list[Place]:
    """The sentences of a document that mention hardware, time or computing, not yet judged."""
    pages = max(1, len(document.pages))
    return [
        place
        for passage in document.passages
        if passage.role in _READ_ROLES
        for place in _places_in(passage, passage.page / pages)
    ]


def judged(places: Sequence[Place], judge: Judge) -> list[Place]:
    """The same places, each with the judge's log-odds."""
    odds = judge.own_training([place.seen for place in places])
    return [replace(place, log_odds=float(each)) for place, each in zip(places, odds, strict=True)]


def _places_in(passage: Passage, depth: float) -> list[Place]:
    sentences = find_mentions(passage.text)
    return [
        Place(passage, sentence, SentenceSignals(sentence.words, _signals(passage, sentences, index, depth)))
        for index, sentence in enumerate(sentences)
    ]


def _signals(passage: Passage, sentences: Sequence[Sentence], index: int, depth: float) -> dict[str, float]:
    """All that was seen of the sentence at ``index``; ``depth`` is 0 at the paper's beginning and 1 at its end."""
    sentence = sentences[index]
    times = [time for time in sentence.times if may_be_training_time(time, sentence)]
    seen = {
        RULES_LOG_ODDS: _log_odds(sentences, index) + _section_weight(passage.section),
        "depth": depth,
        f"role.{passage.role.value}": 1.0,
        "mentions.in-passage": min(1.0, len(sentences) / 10),
        "length": min(1.0, len(sentence.words.split()) / _LONG_WORDS),
    }
    seen.update((cue.rule, 1.0) for cue in sentence.cues)
    for neighbour in (index - 1, index + 1):
        if 0 <= neighbour < len(sentences):
            seen.update((f"near.{cue.label}", 1.0) for cue in sentences[neighbour].cues)
            if sentences[neighbour].hardware:
                seen["near.hardware"] = 1.0
            if sentences[neighbour].times:
                seen["near.time"] = 1.0
    if passage.section:
        seen.update((rule.id, 1.0) for rule in load_text_rules("sections") if rule.pattern.search(passage.section))
    for name, present in (
        ("has.named", any(item.specific for item in sentence.hardware)),
        ("has.counted", any((item.count or 0) > 1 for item in sentence.hardware)),
        ("has.one", any(item.count == 1 for item in sentence.hardware)),
        ("has.plain", any(not item.specific for item in sentence.hardware)),
        ("has.time", bool(times)),
        ("has.device-time", any(time.kind is QuantityKind.DEVICE_TIME for time in sentence.times)),
        ("has.step-time", any(time.kind is QuantityKind.TIME_PER_STEP for time in sentence.times)),
        ("has.moment", any(time.duration.hours < SHORTEST_RUN_HOURS for time in sentence.times)),
        ("has.compute", bool(sentence.compute)),
        ("has.machines", sentence.machines is not None),
    ):
        if present:
            seen[name] = 1.0
    return seen


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
            weights = [cue.weight for cue in sentences[neighbour].cues if cue.label in _SPEAKING_LABELS]
            total += _NEIGHBOUR_SHARE * sum(weights)
    return total


def may_be_training_time(time: Quantity, sentence: Sentence) -> bool:
    """Between a minute and a year, in a sentence that speaks of time taken, of training or of hardware."""
    if time.kind is QuantityKind.DEVICE_TIME:
        return time.duration.hours <= MOST_DEVICE_HOURS and "cpu" not in (time.device or "").lower()
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
