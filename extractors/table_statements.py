"""Times of training that stand in tables, each with the hardware that its row, its heads or the caption name.

A *time cell* stands under a head or beside a label that speaks of training time ("Training time (h)", "GPU days"), or
of plain time in a table that tells of training. What a column of epochs counts up is one training: its longest time is
taken.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.judge import SentenceSignals
from extractors.judgement import MOST_DEVICE_HOURS
from extractors.names import Hardware
from extractors.quantities import Duration, Quantity, QuantityKind, find_times
from extractors.records import Cell, PrintedNumber, Table
from extractors.table_hardware import caption_hardware, row_hardware
from extractors.table_heads import (
    BRACKETS,
    MEASURES,
    REPORTS_THROUGHPUT,
    TRAINS,
    Announced,
    about,
    announced_time,
    head_signals,
    heads_of,
    is_unit_of_time,
    label_of,
    unit_of,
)
from extractors.table_models import ModelLabels

MOST_TIME_CELLS = 60
"""Of one table; a larger one reports measurements."""

_TIMES_IN_BRACKETS = re.compile(
    r"(?:train\w*|wall-?\s?clock|search)[^.]{0,80}\b(?:brackets|parenthes[ei]s)"
    r"|\b(?:brackets|parenthes[ei]s)[^.]{0,80}(?:train\w*|wall-?\s?clock|search)[\w\s-]{0,20}time",
    re.IGNORECASE,
)
_OF_DATA = re.compile(r"\b(?:datasets?|corpus|corpora|speech|speakers?|audio|utterances?|recordings?)\b", re.IGNORECASE)
_AMOUNT_OF_DATA = re.compile(
    r"\bdata ?sets? sizes?|\bhours of\b|amounts? of (?:\w+ )?data|datasets? used", re.IGNORECASE
)
_PART_OF_DATA = re.compile(r"\btrain\w*\s?[(\[]", re.IGNORECASE)
"""In a table of data, "Train (h)" says how much of it there is."""
_CITATION = re.compile(r"\[\d+\]|\((?:[A-Z][\w'’-]+)[^()]*\d{4}[a-z]?\)|\bet al\b")
_SHORTEST_PLAIN_HOURS = 0.2
"""Below, a time that no head calls one of training is of a test."""
_LONGEST_HOURS = 8760.0


@dataclass(frozen=True, slots=True)
class TableTime:
    """One training's time in a table, and what the table says of it."""

    table: Table
    cell: Cell
    """Holds the time."""
    time: Quantity
    """``start`` and ``end`` are offsets in ``cell.text``."""
    second_time: Quantity | None
    """The device-time of the same row where ``time`` is a duration."""
    hardware: Hardware | None
    hardware_cells: tuple[Cell, ...]
    """Cells that name or count the hardware, if the row or its heads do; empty where the caption or nothing does."""
    one_device: bool
    """The row names the hardware under a head in the singular and does not count it."""
    in_caption: bool
    """The hardware is the caption's."""
    model: str | None
    seen: SentenceSignals
    """The head and its table as a judge sees them."""
    rules: tuple[str, ...]
    cited: bool
    """The row is marked as another paper's."""
    measured: bool
    """The table reports throughput, from which such times are reckoned."""
    times: int
    """How many times this table states."""


@dataclass(frozen=True, slots=True)
class _TimeCell:
    """A cell with a time, and what announces it."""

    cell: Cell
    time: Quantity
    announced: Announced


def table_times(tables: Sequence[Table], text: str) -> list[TableTime]:
    """Times of training in all tables, in reading order; ``text`` is the paper's, which may explain what stands in
    brackets."""
    in_brackets = bool(_TIMES_IN_BRACKETS.search(text))
    return [time for table in tables for time in _times_in(table, in_brackets)]


def _times_in(table: Table, in_brackets: bool) -> list[TableTime]:
    numbered = [cell for cell in table.cells if not cell.header and any(map(str.isdigit, cell.text))]
    if not any(announced_time(cell, True, in_brackets) for cell in numbered):
        return []  # most tables: their captions need not be read for hardware
    named = caption_hardware(about(table))
    trains = _tells_of_training(table, named)
    of_data = _OF_DATA.search(about(table)) is not None
    rows: dict[int, list[_TimeCell]] = defaultdict(list)
    for cell in numbered:
        announced = announced_time(cell, trains, in_brackets)
        if announced and of_data and _PART_OF_DATA.search(announced.head):
            continue
        time = _time_of(cell, announced) if announced else None
        if announced and time and _plausible(time, announced.label):
            rows[cell.row].append(_TimeCell(cell, time, announced))
    count = sum(map(len, rows.values()))
    if not 0 < count <= MOST_TIME_CELLS:
        return []
    models = ModelLabels(table)
    times = [time for held in rows.values() for time in _of_row(table, held, named, models, count)]
    return _without_progress(table, times)


def _tells_of_training(table: Table, named: Hardware | None) -> bool:
    """Whether a plain "Time" or "Hours" in a table is one of training: its words say so, or devices are counted."""
    heads, words = heads_of(table), about(table)
    if _OF_DATA.search(heads) or _AMOUNT_OF_DATA.search(words):
        return False
    if TRAINS.search(words) or TRAINS.search(heads):
        return True
    counted = named is not None and named.count is not None and not MEASURES.search(words)
    labels = {label_of(cell.text) for cell in table.cells if cell.header}
    return counted or not labels.isdisjoint(("count", "hardware"))


def _time_of(cell: Cell, announced: Announced) -> Quantity | None:
    """The time that a cell states, with the unit beside its number, else that of its heads."""
    numbers = [number for number in cell.numbers if number.value > 0]
    if announced.label == BRACKETS:
        numbers = [number for number in numbers if is_unit_of_time(number.unit)]
    else:
        written = next(find_times(cell.name), None)
        if written is not None and written.kind is not QuantityKind.TIME_PER_STEP:
            return replace(written, start=0, end=len(cell.text))
    unit = unit_of(numbers[0], cell, announced.head) if numbers else None
    if unit is None:
        return None
    hours, device = unit
    duration = _duration(numbers[0], hours)
    if device:
        return Quantity(QuantityKind.DEVICE_TIME, duration, 0, len(cell.text), device)
    return Quantity(QuantityKind.DURATION, duration, 0, len(cell.text))


def _duration(number: PrintedNumber, hours: float) -> Duration:
    if number.low is not None and number.high is not None:
        return Duration.between(number.low * hours, number.high * hours)
    return Duration.exactly(number.value * hours)


def _plausible(time: Quantity, label: str) -> bool:
    if time.kind is QuantityKind.DEVICE_TIME:
        return 0 < time.duration.hours <= MOST_DEVICE_HOURS
    shortest = _SHORTEST_PLAIN_HOURS if label == "time" else 0.0
    return time.duration.hours > 0 and shortest <= time.duration.hours <= _LONGEST_HOURS


def _of_row(
    table: Table, held: Sequence[_TimeCell], named: Hardware | None, models: ModelLabels, count: int
) -> Iterator[TableTime]:
    """The times of one row: a duration and a device-time side by side are of one training."""
    kinds = {each.time.kind for each in held}
    paired = len(held) == 2 and kinds == {QuantityKind.DURATION, QuantityKind.DEVICE_TIME}
    if paired:
        held = sorted(held, key=lambda each: each.time.kind is not QuantityKind.DURATION)
    for each in held[:1] if paired else held:
        cell = each.cell
        own = row_hardware(table, cell)
        path = " ".join((*cell.row_path, *cell.column_path))
        yield TableTime(
            table=table,
            cell=cell,
            time=each.time,
            second_time=held[1].time if paired else None,
            hardware=_completed(own.hardware, named) if own else named,
            hardware_cells=own.cells if own else (),
            one_device=own is not None and own.one,
            in_caption=own is None and named is not None,
            model=models.model_of(cell),
            seen=head_signals(table, each.announced.head),
            rules=each.announced.rules,
            cited=bool(_CITATION.search(path)),
            measured=bool(REPORTS_THROUGHPUT.search(heads_of(table))),
            times=count,
        )


def _completed(hardware: Hardware, named: Hardware | None) -> Hardware:
    """What a row says of its hardware, with the name or the count that only the caption says."""
    if named is None:
        return hardware
    if not hardware.specific and named.specific:
        return replace(hardware, name=named.name, specific=True)
    if hardware.specific and hardware.count is None:
        return replace(hardware, count=named.count, unit=named.unit)
    return hardware


def _without_progress(table: Table, times: Sequence[TableTime]) -> list[TableTime]:
    """Of rows that count epochs or steps of one training, the last."""
    first = next((cell for cell in table.cells if cell.header and cell.column == 0), None)
    if first is None or label_of(first.text) != "progress":
        return list(times)
    longest: dict[int, TableTime] = {}
    for time in times:
        held = longest.get(time.cell.column)
        if held is None or time.time.duration.hours > held.time.duration.hours:
            longest[time.cell.column] = time
    return list(longest.values())
