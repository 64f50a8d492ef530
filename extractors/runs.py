"""Mentions to training runs: which time goes with which hardware, in which stage, and on what evidence.

1. Each sentence is judged (``judgement``), and its hardware becomes statements (``statements``).
2. A time that passes takes the hardware of its own sentence, of its paragraph, of its section or, where the
   paper names only one, of the paper.
3. Runs that say the same, or less than another of the same hardware, are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from extractors.judgement import (
    ACCEPTED_FROM,
    CANDIDATE_FROM,
    Place,
    confidence_of,
    judged,
    may_be_training_time,
)
from extractors.mentions import sentences_of
from extractors.names import Hardware
from extractors.patterns import load_text_rules
from extractors.quantities import Quantity, QuantityKind
from extractors.records import (
    MAX_QUOTE_CHARACTERS,
    Box,
    Document,
    Evidence,
    Role,
    Stage,
    Status,
    TrainingCompute,
    TrainingRun,
    UnknownHardware,
)
from extractors.statements import MOST_STATEMENTS, Statement, hardware_of_device_time, hardware_statements

_PRIOR_TIME = -2.0
_PRIOR_COMPUTE = -0.3
_SMALLEST_TRAINING_FLOP = 1e16
"""Amounts below are of one pass of a network."""
_MIXED_PRECISION = re.compile(
    r"mixed[- ]precision|half[- ]precision|\bfp16\b|\bbf16\b|bfloat16|float16|tensor cores", re.IGNORECASE
)
_USES = re.compile(r"\b(?:we|our|train\w*|pre-?train\w*|fine-?tun\w*|us(?:e|ed|ing))\b", re.IGNORECASE)
_NOT_OURS = re.compile(r"\b(?:not|n't|without|earlier|previous|prior|et al|unlike|future)\b", re.IGNORECASE)
_READ_ROLES = (Role.BODY, Role.CAPTION, Role.FOOTNOTE, Role.TITLE)


@dataclass(frozen=True, slots=True)
class _Found:
    """A run, and where in its passage its first own word stands: the order in which runs are told."""

    run: TrainingRun
    anchor: int


def find_runs(
    document: Document,
) -> tuple[tuple[TrainingRun, ...], tuple[TrainingCompute, ...], tuple[UnknownHardware, ...]]:
    """Training runs, stated training computing, and names of hardware that the catalogue lacks."""
    places = [place for passage in document.passages if passage.role in _READ_ROLES for place in judged(passage)]
    statements = hardware_statements(places)
    timed = list(islice(_timed(places, statements), MOST_STATEMENTS))
    used = {id(statement) for statement, _ in timed}
    found = [run for _, run in timed]
    found += [_found(statement.place, statement) for statement in statements if id(statement) not in used]
    if any(_trains_in_mixed_precision(passage.text) for passage in document.passages if passage.role is Role.BODY):
        found = [replace(each, run=replace(each.run, mixed_precision=True)) for each in found]
    return _merged(found), tuple(_computes(places)), tuple(_unknown_hardware(places))


def _unknown_hardware(places: Sequence[Place]) -> list[UnknownHardware]:
    first: dict[str, UnknownHardware] = {}
    for place in places:
        for item in place.sentence.hardware:
            if not item.known and item.name not in first:
                evidence = _evidence(place, [(item.start, item.end)], item.rules)
                first[item.name] = UnknownHardware(item.name, evidence.page, evidence.quote)
    return [first[name] for name in sorted(first)]


def _timed(places: Sequence[Place], statements: Sequence[Statement]) -> Iterator[tuple[Statement | None, _Found]]:
    """A run for each time statement, with the statement of hardware that it goes with."""
    for place in places:
        times = [time for time in place.sentence.times if may_be_training_time(time, place.sentence)]
        confidence = confidence_of(_PRIOR_TIME + place.log_odds)
        if confidence < CANDIDATE_FROM:
            continue
        for together in _said_of_one_run(times):
            statement = _statement_for(together, place, statements, confidence)
            yield statement, _found(place, statement, together, confidence)


def _said_of_one_run(times: Sequence[Quantity]) -> list[list[Quantity]]:
    """One duration and one device-time in a sentence are of one run; other times each of a run of their own."""
    if len(times) == 2 and {time.kind for time in times} == {QuantityKind.DURATION, QuantityKind.DEVICE_TIME}:
        return [list(times)]
    return [[time] for time in times]


def _statement_for(
    times: Sequence[Quantity], place: Place, statements: Sequence[Statement], confidence: float
) -> Statement | None:
    """The hardware that times go with; a device-time names it itself, a plain "on GPU" is better than nothing."""
    statement = _nearest_statement(times[0], place, statements)
    if len(times) == 1 and times[0].kind is QuantityKind.DEVICE_TIME:
        named = hardware_of_device_time(times[0])
        if named and (statement is None or (named.specific and named.name != statement.hardware.name)):
            return Statement(place, named, confidence)
        if named and named.unit and statement and statement.place is place and statement.hardware.unit is None:
            return replace(statement, hardware=replace(statement.hardware, unit=named.unit))
    if statement is None and place.sentence.hardware:
        return Statement(place, place.sentence.hardware[0], confidence)
    return statement


def _nearest_statement(time: Quantity, place: Place, statements: Sequence[Statement]) -> Statement | None:
    """In the time's sentence, else before it in its paragraph, its section, or the only one of the paper."""
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
    in_section = [
        statement
        for statement in accepted
        if statement.place.passage.section == place.passage.section
        and statement.place.passage.start < place.passage.start
    ]
    if in_section:
        return in_section[-1]
    kinds = {(statement.hardware.name, statement.hardware.count) for statement in accepted}
    return accepted[0] if len(kinds) == 1 else None


def _distance(hardware: Hardware, time: Quantity) -> int:
    return max(hardware.start - time.end, time.start - hardware.end)


def _found(
    place: Place, statement: Statement | None, times: Sequence[Quantity] = (), confidence: float = 1.0
) -> _Found:
    """A run of the hardware of ``statement`` over ``times``: at most one duration and one device-time."""
    hardware = statement.hardware if statement else None
    if statement:
        confidence = min(confidence, statement.confidence)
    wall_clock = next((time.duration for time in times if time.kind is QuantityKind.DURATION), None)
    device_time = next((time.duration for time in times if time.kind is QuantityKind.DEVICE_TIME), None)
    spans = [(time.start, time.end) for time in times]
    if hardware and statement and statement.place is place:
        spans.append((hardware.start, hardware.end))
    rules = (*(hardware.rules if hardware else ()), *(cue.rule for cue in place.sentence.cues))
    run = TrainingRun(
        evidence=_evidence(place, spans, rules),
        accelerator=hardware.name if hardware else None,
        accelerator_count=hardware.count if hardware else None,
        count_unit=hardware.unit if hardware else None,
        duration_hours=wall_clock.hours if wall_clock else None,
        duration_hours_low=wall_clock.low_hours if wall_clock else None,
        duration_hours_high=wall_clock.high_hours if wall_clock else None,
        device_hours=device_time.hours if device_time else None,
        stage=_stage(place, spans[0][0], statement),
        confidence=round(confidence, 4),
        status=_status(confidence),
    )
    return _Found(run, spans[0][0])


def _status(confidence: float) -> Status:
    return Status.ACCEPTED if confidence >= ACCEPTED_FROM else Status.CANDIDATE


def _stage(place: Place, anchor: int, statement: Statement | None) -> Stage:
    """By the stage word of the sentence that stands nearest to the run's own words, else of the hardware's, else
    of the heading."""
    near = _nearest_stage(place.text, anchor - place.sentence.start)
    if near is None and statement:
        near = _nearest_stage(statement.place.text, statement.hardware.start - statement.place.sentence.start)
    if near is None and place.passage.section:
        near = _nearest_stage(place.passage.section, 0)
    return near or Stage.UNSPECIFIED


def _nearest_stage(text: str, anchor: int) -> Stage | None:
    distances = [
        (max(anchor - match.end(), match.start() - anchor, 0), order, rule.label)
        for order, rule in enumerate(load_text_rules("stages"))
        for match in rule.pattern.finditer(text)
    ]
    return Stage(min(distances)[2]) if distances else None


def _evidence(place: Place, spans: Sequence[tuple[int, int]], rules: tuple[str, ...]) -> Evidence:
    """The sentence as quote; the box around the words that the record rests on, on their first page."""
    passage = place.passage
    held = [piece for start, end in spans for piece in passage.boxes(start, end)]
    page = min(number for number, _ in held)
    start, end = _quoted(place, spans[0][0])
    return Evidence(
        page=page,
        box=Box.around(box for number, box in held if number == page),
        quote=passage.text[start:end],
        start=passage.start + start,
        end=passage.start + end,
        rules=rules,
    )


def _quoted(place: Place, anchor: int) -> tuple[int, int]:
    """The sentence without white space around it; of one that is too long, the half-overlapping window that holds
    ``anchor``, so that the same words are quoted wherever in the window the anchor falls."""
    start, end = place.sentence.start, place.sentence.end
    if end - start > MAX_QUOTE_CHARACTERS:
        step = MAX_QUOTE_CHARACTERS // 2
        start += max(0, (anchor - start) // step * step - step // 2)
        end = min(end, start + MAX_QUOTE_CHARACTERS)
    text = place.passage.text[start:end]
    start += len(text) - len(text.lstrip())
    return start, start + len(text.strip())


def _trains_in_mixed_precision(text: str) -> bool:
    """Whether a sentence says that this paper trains so; "earlier work used fp16" says it of others."""
    if not _MIXED_PRECISION.search(text):
        return False
    sentences = (text[start:end] for start, end in sentences_of(text))
    saying = (sentence for sentence in sentences if _MIXED_PRECISION.search(sentence))
    return any(_USES.search(sentence) and not _NOT_OURS.search(sentence) for sentence in saying)


def _computes(places: Sequence[Place]) -> Iterator[TrainingCompute]:
    """Training computing that the paper states for its own models, in FLOP."""
    for place in places:
        confidence = confidence_of(_PRIOR_COMPUTE + place.log_odds)
        for compute in place.sentence.compute:
            if compute.flop >= _SMALLEST_TRAINING_FLOP and confidence >= CANDIDATE_FROM:
                yield TrainingCompute(
                    evidence=_evidence(place, [(compute.start, compute.end)], ("compute.stated",)),
                    flop=compute.flop,
                    confidence=round(confidence, 4),
                    status=_status(confidence),
                )


def _merged(found: Sequence[_Found]) -> tuple[TrainingRun, ...]:
    """Without runs that say what another says, or less; in the order in which the document tells them."""
    kept: list[_Found] = []
    for each in sorted(found, key=lambda each: (-_facts(each.run), -each.run.confidence, *_order(each))):
        if not any(_says_no_more(each.run, other.run) for other in kept):
            kept.append(each)
    return tuple(each.run for each in sorted(kept, key=_order))


def _order(each: _Found) -> tuple[int, int]:
    return each.run.evidence.start, each.anchor


def _facts(run: TrainingRun) -> int:
    values = (run.accelerator, run.accelerator_count, run.duration_hours, run.device_hours)
    return sum(value is not None for value in values)


def _says_no_more(run: TrainingRun, other: TrainingRun) -> bool:
    """Whether ``run`` adds nothing to ``other``: each of its facts is there, in the same stage if it names one.

    A candidate never stands in for an accepted run.
    """
    if run.status is Status.ACCEPTED and other.status is Status.CANDIDATE:
        return False
    if run.stage not in (other.stage, Stage.UNSPECIFIED) and (run.duration_hours or run.device_hours):
        return False
    pairs = (
        (run.accelerator, other.accelerator),
        (run.accelerator_count, other.accelerator_count),
        (run.count_unit if run.accelerator_count else None, other.count_unit),
        (run.duration_hours, other.duration_hours),
        (run.device_hours, other.device_hours),
    )
    return all(mine is None or mine == theirs for mine, theirs in pairs)
