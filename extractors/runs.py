"""Mentions to training runs: whose hardware it is, what for, and which time goes with which machine.

1. Each sentence is judged by its cues and its section: does it tell of this paper's own training?
2. A hardware statement that passes opens runs; a time statement that passes closes them, taking the hardware
   of its own sentence, of its paragraph, of its section or, where the paper names only one, of the paper.
3. Runs that say the same, or less than another of the same hardware, are one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.mentions import SHORTEST_RUN_HOURS, Cue, Sentence, find_mentions
from extractors.names import Hardware
from extractors.patterns import load_section_rules
from extractors.quantities import Quantity, QuantityKind
from extractors.records import (
    Box,
    CountUnit,
    Document,
    Evidence,
    Passage,
    Role,
    Stage,
    Status,
    TrainingCompute,
    TrainingRun,
)

ACCEPTED_FROM = 0.5
"""Records of at least this confidence are accepted; those from ``CANDIDATE_FROM`` on are kept as candidates."""
CANDIDATE_FROM = 0.2
_SURE_FROM = 0.7
"""A name lends itself to a plain "GPU" elsewhere only where it is this sure to be the paper's own."""
MAX_QUOTE_CHARACTERS = 500

_PRIOR_NAMED_COUNTED = -0.1
_PRIOR_NAMED = -0.8
_PRIOR_DEVICE_COUNTED = -0.8
_PRIOR_ONE_DEVICE = -1.4
_PRIOR_TIME = -2.0
_PRIOR_COMPUTE = 0.0
_SMALLEST_TRAINING_FLOP = 1e16
"""Amounts below are of one pass of a network."""
_NEIGHBOUR_SHARE = 0.35
"""Of the weight of a cue in the sentence before or after."""

_FURTHER_SHARE = 0.4
"""Of the weight of a second cue of the same label in a sentence."""

_STAGES = (
    (Stage.FINETUNING, re.compile(r"fine-?\s?tun", re.I)),
    (Stage.PRETRAINING, re.compile(r"pre-?\s?train", re.I)),
    (Stage.SEARCH, re.compile(r"architecture search|\bsearch(?:ing|es)?\b|evolv|evolution", re.I)),
    (Stage.TRAINING, re.compile(r"\btrain", re.I)),
)
_MIXED_PRECISION = re.compile(
    r"mixed[- ]precision|half[- ]precision|\bfp16\b|\bbf16\b|bfloat16|float16|tensor cores", re.I
)
_LONGEST_RUN_HOURS = 8760.0
"""Longer times are of projects and people."""
_READ_ROLES = (Role.BODY, Role.CAPTION, Role.FOOTNOTE, Role.TITLE)


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence in its passage."""

    passage: Passage
    sentence: Sentence

    @property
    def text(self) -> str:
        return self.passage.text[self.sentence.start : self.sentence.end]


@dataclass(frozen=True, slots=True)
class _Statement:
    """Hardware that a sentence says was used for training."""

    place: _Place
    hardware: Hardware
    confidence: float


def find_runs(document: Document) -> tuple[tuple[TrainingRun, ...], tuple[TrainingCompute, ...], tuple[str, ...]]:
    """Training runs, stated training computing, and names of hardware that the catalogue lacks."""
    places = [
        _Place(passage, sentence)
        for passage in document.passages
        if passage.role in _READ_ROLES
        for sentence in find_mentions(passage.text)
    ]
    mixed = any(_MIXED_PRECISION.search(passage.text) for passage in document.passages if passage.role is Role.BODY)
    statements = _with_names(_hardware_statements(places), places)
    timed = _timed_runs(places, statements)
    used = {id(statement) for run_statements, _ in timed for statement in run_statements}
    runs = [run for _, run in timed]
    runs += [_run(statement.place, statement) for statement in statements if id(statement) not in used]
    if mixed:
        runs = [replace(run, mixed_precision=True) for run in runs]
    unknown = sorted({item.name for place in places for item in place.sentence.hardware if not item.known})
    return _merged(runs), tuple(_computes(places)), tuple(unknown)


def _log_odds(place: _Place, places: Sequence[_Place], index: int) -> float:
    """The cues of a sentence, a share of its neighbours', and of its section.

    Words of time speak for training only beside words of training and a time that a run may take:
    not "2 s on a K20 to process an image".
    """
    cues = place.sentence.cues
    takes_time = any(_may_be_training_time(time, place) for time in place.sentence.times)
    labels = {cue.label for cue in cues if takes_time or cue.label != "time"}
    total = sum(_weight_of(label, cues) for label in sorted(labels))
    for neighbour in (index - 1, index + 1):
        if 0 <= neighbour < len(places) and places[neighbour].passage is place.passage:
            weights = [cue.weight for cue in places[neighbour].sentence.cues if cue.label in ("training", "others")]
            total += _NEIGHBOUR_SHARE * sum(weights)
    return total + _section_weight(place.passage.section)


def _weight_of(label: str, cues: Sequence[Cue]) -> float:
    """The cues of one label say much the same: the strongest counts in full, the others for a part."""
    weights = sorted((cue.weight for cue in cues if cue.label == label), key=abs, reverse=True)
    return weights[0] + _FURTHER_SHARE * sum(weights[1:])


def _section_weight(section: str | None) -> float:
    """What the heading adds: the first section rule that matches."""
    if not section:
        return 0.0
    return next((rule.weight for rule in load_section_rules() if rule.pattern.search(section)), 0.0)


def _confidence(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-20.0, min(20.0, log_odds))))


def _hardware_statements(places: Sequence[_Place]) -> list[_Statement]:
    """Named hardware, and counted devices, with the probability that this paper trained on them."""
    found: list[_Statement] = []
    machines = _Machines()
    for index, place in enumerate(places):
        machines.see(place)
        log_odds = _log_odds(place, places, index)
        for hardware in place.sentence.hardware:
            if hardware.each_machine:
                hardware = replace(hardware, count=machines.times(hardware.count, place))
            if not hardware.specific and not hardware.count:
                continue
            confidence = _confidence(_prior(hardware) + log_odds)
            if confidence >= CANDIDATE_FROM:
                found.append(_Statement(place, hardware, confidence))
    return [statement for statement in found if id(statement.hardware) not in machines.multiplied]


class _Machines:
    """How many machines the paragraph speaks of: "25 nodes … each node has 8 GPUs"."""

    def __init__(self) -> None:
        self._passage: Passage | None = None
        self._count: int | None = None
        self._hardware: Hardware | None = None
        self.multiplied: set[int] = set()
        """Ids of the mentions that count machines whose devices another mention counts."""

    def see(self, place: _Place) -> None:
        counted = [item for item in place.sentence.hardware if item.unit is CountUnit.MACHINES and item.count]
        if counted:
            self._passage, self._count, self._hardware = place.passage, counted[0].count, counted[0]
        elif place.sentence.machines:
            self._passage, self._count, self._hardware = place.passage, place.sentence.machines, None

    def times(self, devices: int | None, place: _Place) -> int | None:
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


def _with_names(statements: Sequence[_Statement], places: Sequence[_Place]) -> list[_Statement]:
    """Plain "GPU" and "TPU" by the one name that the paper gives to what it trains on, if there is just one.

    A TPU's version counts wherever the paper names it.
    """
    sure = {
        statement.hardware.name
        for statement in statements
        if statement.hardware.specific and statement.confidence >= _SURE_FROM
    }
    mentioned = {hardware.name for place in places for hardware in place.sentence.hardware if hardware.specific}
    names = {"GPU": {name for name in sure if "TPU" not in name}, "TPU": {name for name in mentioned if "TPU" in name}}
    return [_named(statement, names) for statement in statements]


def _named(statement: _Statement, names: Mapping[str, set[str]]) -> _Statement:
    hardware = statement.hardware
    candidates = names.get(hardware.name, set())
    if hardware.specific or len(candidates) != 1:
        return statement
    (name,) = candidates
    return replace(statement, hardware=replace(hardware, name=name, rules=(*hardware.rules, "link.only-name")))


def _timed_runs(
    places: Sequence[_Place], statements: Sequence[_Statement]
) -> list[tuple[list[_Statement], TrainingRun]]:
    """A run for each time statement, with the statement of hardware that it goes with."""
    runs = []
    for index, place in enumerate(places):
        times = [time for time in place.sentence.times if _may_be_training_time(time, place)]
        confidence = _confidence(_PRIOR_TIME + _log_odds(place, places, index))
        if confidence < CANDIDATE_FROM:
            continue
        for together in _said_of_one_run(times):
            statement = _hardware_for(together[0], place, statements)
            runs.append(([statement] if statement else [], _run(place, statement, together, confidence)))
    return runs


def _said_of_one_run(times: Sequence[Quantity]) -> list[list[Quantity]]:
    """One duration and one device-time in a sentence are of one run; other times each of a run of their own."""
    if len(times) == 2 and {time.kind for time in times} == {QuantityKind.DURATION, QuantityKind.DEVICE_TIME}:
        return [list(times)]
    return [[time] for time in times]


def _may_be_training_time(time: Quantity, place: _Place) -> bool:
    """Between a minute and a year, in a sentence that speaks of time taken, of training or of hardware."""
    if time.kind is QuantityKind.DEVICE_TIME:
        return True
    if time.kind is QuantityKind.TIME_PER_STEP:
        return False
    if not SHORTEST_RUN_HOURS <= time.duration.hours <= _LONGEST_RUN_HOURS:
        return False
    labels = {cue.label for cue in place.sentence.cues}
    return "training" in labels and ("time" in labels or bool(place.sentence.hardware))


def _hardware_for(time: Quantity, place: _Place, statements: Sequence[_Statement]) -> _Statement | None:
    """The hardware that a time goes with: in its sentence, else before it in its paragraph, section or paper."""
    same_sentence = [statement for statement in statements if statement.place is place]
    if same_sentence:
        return min(same_sentence, key=lambda statement: _distance(statement.hardware, time))
    accepted = [statement for statement in statements if statement.confidence >= ACCEPTED_FROM]
    in_passage = [statement for statement in accepted if statement.place.passage is place.passage]
    before = [statement for statement in in_passage if statement.place.sentence.start < place.sentence.start]
    if before:
        return next((statement for statement in reversed(before) if statement.hardware.count), before[-1])
    if in_passage:
        return in_passage[0]
    start = place.passage.start
    in_section = [
        statement
        for statement in accepted
        if statement.place.passage.section == place.passage.section and statement.place.passage.start < start
    ]
    if in_section:
        return in_section[-1]
    kinds = {(statement.hardware.name, statement.hardware.count) for statement in accepted}
    return accepted[0] if len(kinds) == 1 else None


def _distance(hardware: Hardware, time: Quantity) -> int:
    return max(hardware.start - time.end, time.start - hardware.end)


def _run(
    place: _Place, statement: _Statement | None, times: Sequence[Quantity] = (), confidence: float = 1.0
) -> TrainingRun:
    """A run of the hardware of ``statement`` over ``times``: at most one duration and one device-time."""
    hardware = statement.hardware if statement else None
    if statement:
        confidence = min(confidence, statement.confidence)
    wall_clock = next((time.duration for time in times if time.kind is QuantityKind.DURATION), None)
    device_time = next((time.duration for time in times if time.kind is QuantityKind.DEVICE_TIME), None)
    rules = hardware.rules if hardware else ()
    spans = [(time.start, time.end) for time in times]
    if hardware and statement and statement.place is place:
        spans.append((hardware.start, hardware.end))
    return TrainingRun(
        evidence=_evidence(place, spans, (*rules, *(cue.rule for cue in place.sentence.cues))),
        accelerator=hardware.name if hardware else None,
        accelerator_count=hardware.count if hardware else None,
        count_unit=hardware.unit if hardware else None,
        duration_hours=wall_clock.hours if wall_clock else None,
        duration_hours_low=wall_clock.low_hours if wall_clock else None,
        duration_hours_high=wall_clock.high_hours if wall_clock else None,
        device_hours=device_time.hours if device_time else None,
        stage=_stage(place, statement),
        confidence=round(confidence, 4),
        status=Status.ACCEPTED if confidence >= ACCEPTED_FROM else Status.CANDIDATE,
    )


def _stage(place: _Place, statement: _Statement | None) -> Stage:
    for text in (place.text, statement.place.text if statement else "", place.passage.section or ""):
        for stage, pattern in _STAGES:
            if pattern.search(text):
                return stage
    return Stage.UNSPECIFIED


def _evidence(place: _Place, spans: Iterable[tuple[int, int]], rules: tuple[str, ...]) -> Evidence:
    """The sentence as quote; the box around the words that the record rests on, on their first page."""
    passage, sentence = place.passage, place.sentence
    held = [piece for start, end in spans for piece in passage.boxes(start, end)]
    if not held:
        held = list(passage.boxes(sentence.start, sentence.end))
    page = min(number for number, _ in held) if held else passage.page
    boxes = [box for number, box in held if number == page]
    start = sentence.start
    if sentence.end - start > MAX_QUOTE_CHARACTERS:
        anchor = min((begun for begun, _ in spans), default=start)
        start = max(start, min(anchor - MAX_QUOTE_CHARACTERS // 2, sentence.end - MAX_QUOTE_CHARACTERS))
    quote = passage.text[start : min(sentence.end, start + MAX_QUOTE_CHARACTERS)]
    return Evidence(
        page=page,
        box=Box.around(boxes) if boxes else Box(0.0, 0.0, 0.0, 0.0),
        quote=quote.strip(),
        start=passage.start + start,
        end=passage.start + start + len(quote),
        rules=rules,
    )


def _computes(places: Sequence[_Place]) -> Iterable[TrainingCompute]:
    """Training computing that the paper states for its own models, in FLOP."""
    for index, place in enumerate(places):
        for compute in place.sentence.compute:
            confidence = _confidence(_PRIOR_COMPUTE + _log_odds(place, places, index))
            if compute.flop >= _SMALLEST_TRAINING_FLOP and confidence >= CANDIDATE_FROM:
                yield TrainingCompute(
                    evidence=_evidence(place, [(compute.start, compute.end)], ("compute.stated",)),
                    flop=compute.flop,
                    confidence=round(confidence, 4),
                    status=Status.ACCEPTED if confidence >= ACCEPTED_FROM else Status.CANDIDATE,
                )


def _merged(runs: Sequence[TrainingRun]) -> tuple[TrainingRun, ...]:
    """Without runs that say what another says, or less; the surest statement of each stays."""
    kept: list[TrainingRun] = []
    for run in sorted(runs, key=lambda run: (-_facts(run), -run.confidence, run.evidence.start)):
        if not any(_says_no_more(run, other) for other in kept):
            kept.append(run)
    return tuple(sorted(kept, key=lambda run: (run.evidence.start, run.evidence.page, -run.confidence)))


def _facts(run: TrainingRun) -> int:
    values = (run.accelerator, run.accelerator_count, run.duration_hours, run.device_hours)
    return sum(value is not None for value in values)


def _says_no_more(run: TrainingRun, other: TrainingRun) -> bool:
    """Whether ``run`` adds nothing to ``other``, which is at least as sure."""
    if other.confidence < run.confidence and other.status is not run.status:
        return False
    pairs = (
        (run.accelerator, other.accelerator),
        (run.accelerator_count, other.accelerator_count),
        (run.duration_hours, other.duration_hours),
        (run.device_hours, other.device_hours),
    )
    return all(mine is None or mine == theirs for mine, theirs in pairs)
