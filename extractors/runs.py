"""Mentions to training runs: which time goes with which hardware, in which stage, on what evidence, and how surely.

1. ``read_mentions``: the sentences that mention hardware, time or computing, and the times that stand in tables.
2. ``find_runs``: a judge says how likely each sentence tells of this paper's own training (``judgement``); its hardware
   becomes statements (``statements``), times take their hardware (``linking``), and each record its confidence.
3. Runs that say the same, or less than another of the same hardware, are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from extractors.evidence import Span, evidence_in_table, evidence_of
from extractors.judge import RULES_LOG_ODDS, Judge, Signals, probability
from extractors.judgement import Place, judged, may_be_training_time, places_of
from extractors.linking import Link, Relation, link_table, link_time
from extractors.mention_signals import RULED_OUT, PaperSignals
from extractors.mentions import sentences_of
from extractors.merging import FoundRun, merged, with_status
from extractors.model_names import model_in
from extractors.names import Hardware
from extractors.quantities import Quantity, QuantityKind
from extractors.record_signals import Support, beside_the_others, run_signals, table_run_signals
from extractors.records import (
    Document,
    Evidence,
    Role,
    Stage,
    Status,
    Table,
    TrainingCompute,
    TrainingRun,
    UnknownHardware,
)
from extractors.stages import stage_in, telling_stage
from extractors.statements import MOST_STATEMENTS, Statement, hardware_statements, only_names
from extractors.table_statements import TableTime, table_times

_PRIOR_TIME = -2.0
_CITED_ROW = 3.0
"""Log-odds against the row of a table that is marked as another paper's, unless the caption says what it was run on."""
_PRIOR_COMPUTE = -0.3
_MANY_DEVICES = 16
_LONGEST_OF_MANY_HOURS = 3000.0
"""Four months; nobody lets a cluster train one model for longer."""
_SMALLEST_TRAINING_FLOP = 1e16
"""Amounts below are of one pass of a network."""
_MIXED_PRECISION = re.compile(
    r"mixed[- ]precision|half[- ]precision|\bfp16\b|\bbf16\b|bfloat16|float16|tensor cores", re.IGNORECASE
)
_USES = re.compile(r"\b(?:we|our|train\w*|pre-?train\w*|fine-?tun\w*|us(?:e|ed|ing))\b", re.IGNORECASE)
_NOT_OURS = re.compile(r"\b(?:not|n't|without|earlier|previous|prior|et al|unlike|future)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a document says of hardware, time and computing, before anyone judges it."""

    document: Document
    places: tuple[Place, ...]
    table_times: tuple[TableTime, ...]
    mixed_precision: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is read of a paper's computing."""

    runs: tuple[TrainingRun, ...]
    training_compute: tuple[TrainingCompute, ...]
    unknown_hardware: tuple[UnknownHardware, ...]


def read_mentions(document: Document, tables: Sequence[Table]) -> Mentions:
    """The part of the work that takes time and needs no judge."""
    body = (passage.text for passage in document.passages if passage.role is Role.BODY)
    return Mentions(
        document,
        tuple(places_of(document)),
        tuple(table_times(tables, document.text)),
        any(_trains_in_mixed_precision(text) for text in body),
    )


def find_runs(mentions: Mentions, judge: Judge) -> Findings:
    """Training runs, stated training computing, and names of hardware that the catalogue lacks."""
    places = judged(mentions.places, judge)
    return Findings(
        merged(with_confidence(found_runs(mentions, places, judge), judge)),
        tuple(_computes(places, judge)),
        tuple(_unknown_hardware(places)),
    )


def found_runs(mentions: Mentions, places: Sequence[Place], judge: Judge) -> list[FoundRun]:
    """Every run that the text or a table may state, before confidence and merging."""
    statements = hardware_statements(places, judge)
    support = Support(statements)
    timed = list(islice(_timed(places, statements, support, judge), MOST_STATEMENTS))
    used = {id(statement) for statement, _ in timed}
    found = [run for _, run in timed]
    found += [
        _found(statement.place, Link.of(statement, Relation.SENTENCE), support)
        for statement in statements
        if id(statement) not in used
    ]
    found += _in_tables(mentions, places, statements, support, judge)
    found = [
        replace(each, signals=signals)
        for each, signals in zip(found, beside_the_others([each.signals for each in found]), strict=True)
    ]
    if mentions.mixed_precision:
        found = [replace(each, run=replace(each.run, mixed_precision=True)) for each in found]
    return found


def with_confidence(found: Sequence[FoundRun], judge: Judge) -> list[FoundRun]:
    """The same runs, each with the judge's confidence, and accepted or not."""
    confidences = judge.confidences([each.signals for each in found])
    sure = [
        replace(each, run=replace(each.run, confidence=round(float(confidence), 4)))
        for each, confidence in zip(found, confidences, strict=True)
    ]
    return with_status(sure, judge.accepted_from, judge.surest_from)


def _status(confidence: float, judge: Judge) -> Status:
    return Status.ACCEPTED if confidence >= judge.accepted_from else Status.CANDIDATE


def _timed(
    places: Sequence[Place], statements: Sequence[Statement], support: Support, judge: Judge
) -> Iterator[tuple[Statement | None, FoundRun]]:
    """A run for each time statement, with the statement of hardware that it goes with."""
    mentions = time_mentions(places)
    sure = judge.mentions([mention.signals for mention in mentions])
    for mention, confidence in zip(mentions, sure, strict=True):
        if confidence >= judge.candidate_from:
            link = link_time(mention.times, mention.place, statements, float(confidence))
            yield link.statement, _found(mention.place, link, support, mention, float(confidence))


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A duration, a device-time or both of one run, and what speaks for them."""

    place: Place
    times: Sequence[Quantity]
    signals: Signals


def time_mentions(places: Sequence[Place]) -> list[TimeMention]:
    """Every time that may be one of training."""
    paper = PaperSignals(places)
    found = []
    for place in places:
        times = [time for time in place.sentence.times if may_be_training_time(time, place.sentence)]
        for together in _said_of_one_run(times):
            signals = paper.of_times(place, together, _PRIOR_TIME)
            if signals[RULES_LOG_ODDS] > RULED_OUT:
                found.append(TimeMention(place, together, signals))
    return found


def _said_of_one_run(times: Sequence[Quantity]) -> list[list[Quantity]]:
    """One duration and one device-time in a sentence are of one run; other times each of a run of their own."""
    if len(times) == 2 and {time.kind for time in times} == {QuantityKind.DURATION, QuantityKind.DEVICE_TIME}:
        return [list(times)]
    return [[time] for time in times]


def _found(
    place: Place, link: Link, support: Support, mention: TimeMention | None = None, confidence: float = 1.0
) -> FoundRun:
    """A run of the hardware that is linked over the times of ``mention``, if any."""
    times = mention.times if mention else ()
    statement = link.statement
    spans = [(time.start, time.end) for time in times]
    further: list[Span] = []
    rules: tuple[str, ...] = ()
    if statement:
        hardware = statement.hardware
        rules = hardware.rules
        if statement.place is place:
            spans.append((hardware.start, hardware.end))
        else:
            further.append((statement.place, hardware.start, hardware.end))
    rules = (*rules, *(cue.rule for cue in place.sentence.cues))
    stage = _stage(place, spans[0][0], statement)
    model = model_in(place.text, spans[0][0] - place.sentence.start)
    run = _run(evidence_of(place, spans, rules, *further), link.hardware, times, stage, model)
    return FoundRun(run, spans[0][0], run_signals(link, mention.signals if mention else {}, times, confidence, support))


def _in_tables(
    mentions: Mentions, places: Sequence[Place], statements: Sequence[Statement], support: Support, judge: Judge
) -> Iterator[FoundRun]:
    """A run for each time in a table, of the hardware of its row, its caption or the text."""
    odds = judge.own_training([time.seen for time in mentions.table_times])
    names = only_names(statements, places)
    for time, log_odds in zip(mentions.table_times, odds, strict=True):
        heads = (float(log_odds) + time.seen.signals[RULES_LOG_ODDS]) / 2
        confidence = probability(heads - (_CITED_ROW if time.cited and not time.in_caption else 0.0))
        if confidence < judge.candidate_from:
            continue
        link = link_table(time, statements, names)
        times = [each for each in (time.time, time.second_time) if each is not None]
        if _is_of_devices(times, link.hardware):
            times = [replace(times[0], kind=QuantityKind.DEVICE_TIME)]
        further: list[Span] = []
        rules = (*time.rules, *(link.hardware.rules if link.hardware else ()))
        if link.statement:
            further.append((link.statement.place, link.statement.hardware.start, link.statement.hardware.end))
        stage = _stage_in_table(time)
        run = _run(evidence_in_table(mentions.document, time, rules, *further), link.hardware, times, stage, time.model)
        yield FoundRun(run, 0, table_run_signals(time, link, confidence, support))


def _is_of_devices(times: Sequence[Quantity], hardware: Hardware | None) -> bool:
    """Whether hours in a table that no run lasts, of many devices, are theirs together: 5,500 h beside 128 GPUs."""
    many = hardware is not None and (hardware.count or 0) >= _MANY_DEVICES
    return many and len(times) == 1 and times[0].duration.hours > _LONGEST_OF_MANY_HOURS


def _run(
    evidence: Evidence,
    hardware: Hardware | None,
    times: Sequence[Quantity],
    stage: Stage,
    model: str | None = None,
) -> TrainingRun:
    wall_clock = next((time.duration for time in times if time.kind is QuantityKind.DURATION), None)
    device_time = next((time.duration for time in times if time.kind is QuantityKind.DEVICE_TIME), None)
    return TrainingRun(
        evidence=evidence,
        accelerator=hardware.name if hardware else None,
        accelerator_count=hardware.count if hardware else None,
        count_unit=hardware.unit if hardware else None,
        duration_hours=wall_clock.hours if wall_clock else None,
        duration_hours_low=wall_clock.low_hours if wall_clock else None,
        duration_hours_high=wall_clock.high_hours if wall_clock else None,
        device_hours=device_time.hours if device_time else None,
        model=model,
        stage=stage,
    )


def _stage(place: Place, anchor: int, statement: Statement | None) -> Stage:
    """By the stage word of the sentence that stands nearest to the run's own words, else of the hardware's, else
    of the heading."""
    near = stage_in(place.text, anchor - place.sentence.start)
    if near is None and statement:
        near = stage_in(statement.place.text, statement.hardware.start - statement.place.sentence.start)
    if near is None and place.passage.section:
        near = stage_in(place.passage.section)
    return near or Stage.UNSPECIFIED


def _stage_in_table(time: TableTime) -> Stage:
    """By the heads over a time, else the labels beside it, else the caption; plain "training" gives way to the next."""
    return telling_stage(" ".join(time.cell.column_path), " ".join(time.cell.row_path), time.table.caption)


def _trains_in_mixed_precision(text: str) -> bool:
    """Whether a sentence says that this paper trains so; "earlier work used fp16" says it of others."""
    if not _MIXED_PRECISION.search(text):
        return False
    sentences = (text[start:end] for start, end in sentences_of(text))
    saying = (sentence for sentence in sentences if _MIXED_PRECISION.search(sentence))
    return any(_USES.search(sentence) and not _NOT_OURS.search(sentence) for sentence in saying)


def _computes(places: Sequence[Place], judge: Judge) -> Iterator[TrainingCompute]:
    """Training computing that the paper states for its own models, in FLOP."""
    for place in places:
        confidence = probability(_PRIOR_COMPUTE + place.log_odds)
        for compute in place.sentence.compute:
            if compute.flop >= _SMALLEST_TRAINING_FLOP and confidence >= judge.candidate_from:
                yield TrainingCompute(
                    evidence=evidence_of(place, [(compute.start, compute.end)], ("compute.stated",)),
                    flop=compute.flop,
                    confidence=round(confidence, 4),
                    status=_status(confidence, judge),
                )


def _unknown_hardware(places: Sequence[Place]) -> list[UnknownHardware]:
    first: dict[str, UnknownHardware] = {}
    for place in places:
        for item in place.sentence.hardware:
            if not item.known and item.name not in first:
                evidence = evidence_of(place, [(item.start, item.end)], item.rules)
                first[item.name] = UnknownHardware(item.name, evidence.page, evidence.quote)
    return [first[name] for name in sorted(first)]
