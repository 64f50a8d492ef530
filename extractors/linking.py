"""Which hardware a time goes with: that of its own sentence, paragraph or section, or the paper's only one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from extractors.judgement import Place
from extractors.names import Hardware
from extractors.quantities import Quantity, QuantityKind
from extractors.records import CountUnit
from extractors.statements import Names, Statement, hardware_of_device_time, named, surest
from extractors.table_statements import TableTime


class Relation(StrEnum):
    """How a time and its hardware belong together."""

    SENTENCE = "sentence"
    PASSAGE = "passage"
    SECTION = "section"
    ONLY = "only"
    """The paper trains on one kind of hardware only."""
    ITSELF = "itself"
    """A device-time names its device."""
    ROW = "row"
    """The cells of a table's row, or its heads."""
    CAPTION = "caption"
    NAMED = "named"
    """A sentence that speaks of the table."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Link:
    """The hardware that a time goes with, if any, and why."""

    hardware: Hardware | None
    relation: Relation
    statement: Statement | None = None
    """Where the text says so; None for what a table itself says."""

    @classmethod
    def of(cls, statement: Statement, relation: Relation) -> Link:
        return cls(statement.hardware, relation, statement)


def link_time(times: Sequence[Quantity], place: Place, statements: Sequence[Statement], confidence: float) -> Link:
    """The hardware that times of a sentence go with; a device-time names it itself, a plain "on GPU" is better than
    nothing."""
    link = _nearest(times[0], place, statements)
    statement = link.statement
    if len(times) == 1 and times[0].kind is QuantityKind.DEVICE_TIME:
        itself = hardware_of_device_time(times[0])
        if itself and (statement is None or (itself.specific and itself.name != statement.hardware.name)):
            return Link.of(Statement(place, itself, confidence), Relation.ITSELF)
        if itself and itself.unit and statement and statement.place is place and statement.hardware.unit is None:
            hardware = replace(statement.hardware, unit=itself.unit)
            return Link.of(replace(statement, hardware=hardware), Relation.SENTENCE)
    if statement is None and place.sentence.hardware:
        return Link.of(Statement(place, place.sentence.hardware[0], confidence), Relation.SENTENCE)
    return link


def _nearest(time: Quantity, place: Place, statements: Sequence[Statement]) -> Link:
    same_sentence = [statement for statement in statements if statement.place is place]
    if same_sentence:
        return Link.of(min(same_sentence, key=lambda each: _distance(each.hardware, time)), Relation.SENTENCE)
    sure = surest(statements)
    in_passage = [statement for statement in sure if statement.place.passage is place.passage]
    before = [statement for statement in in_passage if statement.place.sentence.start < place.sentence.start]
    if before:
        return Link.of(_last_counted(before), Relation.PASSAGE)
    if in_passage:
        return Link.of(in_passage[0], Relation.PASSAGE)
    in_section = [
        statement
        for statement in sure
        if statement.place.passage.section == place.passage.section
        and statement.place.passage.start < place.passage.start
    ]
    if in_section:
        return Link.of(_last_counted(in_section), Relation.SECTION)
    return _only(sure)


def _last_counted(statements: Sequence[Statement]) -> Statement:
    """The last with a count, else the last."""
    return next((each for each in reversed(statements) if each.hardware.count), statements[-1])


def _only(sure: Sequence[Statement]) -> Link:
    """The one kind of hardware that the paper trains on, the counted mention before the others."""
    names = {statement.hardware.name for statement in sure}
    counts = {statement.hardware.count for statement in sure if statement.hardware.count}
    if len(names) != 1 or len(counts) > 1:
        return Link(None, Relation.NONE)
    return Link.of(max(sure, key=lambda each: each.hardware.count is not None), Relation.ONLY)


def _distance(hardware: Hardware, time: Quantity) -> int:
    return max(hardware.start - time.end, time.start - hardware.end)


def link_table(time: TableTime, statements: Sequence[Statement], names: Names) -> Link:
    """The hardware of a table's row or caption, or that a device-time names; what these leave open, a sentence that
    speaks of the table says, else the paper's only statement."""
    sure = surest(statements)
    itself = hardware_of_device_time(time.time) if time.time.kind is QuantityKind.DEVICE_TIME else None
    if time.hardware is not None:
        unit = time.hardware.unit or (itself.unit if itself else None)
        return _counted(time, named(replace(time.hardware, unit=unit), names), sure)
    if itself is not None and named(itself, names).specific:
        return Link(named(itself, names), Relation.ITSELF)
    speaking = [statement for statement in sure if time.table.number and _speaks_of(statement, time.table.number)]
    if speaking:
        return Link.of(max(speaking, key=lambda each: each.hardware.count is not None), Relation.NAMED)
    only = _only(sure)
    return Link(itself, Relation.ITSELF) if only.hardware is None and itself is not None else only


def _counted(time: TableTime, hardware: Hardware, sure: Sequence[Statement]) -> Link:
    """A table's own hardware, counted by the text's only count of it, or one where a head in the singular names it."""
    relation = Relation.CAPTION if time.in_caption else Relation.ROW
    if hardware.count is not None:
        return Link(hardware, relation)
    counts = {each.hardware.count for each in sure if each.hardware.name == hardware.name} - {None}
    if len(counts) == 1:
        match = next(each for each in sure if each.hardware.name == hardware.name and each.hardware.count)
        counted = replace(match.hardware, rules=(*hardware.rules, "link.count-of-name"))
        return Link.of(replace(match, hardware=counted), Relation.ONLY)
    if not counts and time.one_device:
        hardware = replace(hardware, count=1, unit=CountUnit.DEVICES, rules=(*hardware.rules, "table.one-device"))
    return Link(hardware, relation)


def _speaks_of(statement: Statement, table: str) -> bool:
    mention = rf"\b(?:Table|Tab\.)\s?{re.escape(table)}\b"
    return re.search(mention, statement.place.text, re.IGNORECASE) is not None
