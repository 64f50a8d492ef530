"""Which hardware a time goes with: that of its own sentence, paragraph or section, or the paper's only one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from extractors.judgement import Place
from extractors.names import Hardware
from extractors.quantities import Quantity, QuantityKind
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
    """The hardware of a table's row or caption; what these leave open, a sentence that speaks of the table says, else
    the paper's only statement."""
    sure = surest(statements)
    hardware = named(time.hardware, names) if time.hardware else None
    if hardware is not None:
        if hardware.count is None:
            counted = {each.hardware.count for each in sure if each.hardware.name == hardware.name} - {None}
            if len(counted) == 1:
                match = next(each for each in sure if each.hardware.name == hardware.name and each.hardware.count)
                hardware = replace(match.hardware, rules=(*hardware.rules, "link.count-of-name"))
                return Link.of(replace(match, hardware=hardware), Relation.ONLY)
        relation = Relation.CAPTION if time.in_caption else Relation.ROW
        return Link(hardware, relation)
    if time.table.number:
        mention = re.compile(rf"\b(?:Table|Tab\.)\s?{re.escape(time.table.number)}\b", re.IGNORECASE)
        speaking = [statement for statement in sure if mention.search(statement.place.text)]
        if speaking:
            return Link.of(max(speaking, key=lambda each: each.hardware.count is not None), Relation.NAMED)
    return _only(sure)
