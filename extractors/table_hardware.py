"""The hardware that the cells of a table's row, its heads or its caption name and count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extractors.lexicon.catalogue import load_catalogue
from extractors.mentions import find_mentions
from extractors.names import Hardware
from extractors.records import Cell, CountUnit, Table
from extractors.table_heads import MEASURES, TRAINS, label_of

_CLAUSE_END = re.compile(r"[;.]\s+|\s-\s")
_NOT_A_NAME = re.compile(r"[#\W]+|\b(?:cores?|chips?|number|num|no|of)\b", re.IGNORECASE)
_ONE_DEVICE = re.compile(r"\W*(?:GPU|TPU|device|accelerator|card)(?: (?:type|model|name))?\W*", re.IGNORECASE)
_MOST_COUNT = 200_000


@dataclass(frozen=True, slots=True)
class TableHardware:
    """Hardware, and the cells that name or count it; none where a head or the caption does."""

    hardware: Hardware
    cells: tuple[Cell, ...] = ()
    one: bool = False
    """A name without a count under a head in the singular ("GPU"): one card, unless the text counts them."""


def row_hardware(table: Table, cell: Cell) -> TableHardware | None:
    """Hardware that the cells beside ``cell`` (in a table on its side, those below it) or its heads name and count."""
    body = [other for other in table.cells if not other.header and other is not cell]
    beside = [(other, other.column_path) for other in body if other.row == cell.row]
    below = [(other, other.row_path) for other in body if other.column == cell.column and _announces(other.row_path)]
    return _in_cells(beside) or _in_cells(below) or _first((*cell.column_path, *cell.row_path))


def caption_hardware(about: str) -> Hardware | None:
    """What the caption or a note names: in a clause that tells of training first, named and counted before plain.

    "Infer-time is measured on V100; train-time is on 32 TPU cores" -> 32 cores of TPU
    """
    clauses = [clause for clause in _CLAUSE_END.split(about) if TRAINS.search(clause) or not MEASURES.search(clause)]
    found = [
        (bool(TRAINS.search(clause)), replace(item, count=None) if item.each_machine else item)
        for clause in clauses
        for item in _mentioned(clause)
    ]
    best = max(found, key=lambda each: (each[0], each[1].specific, each[1].count is not None), default=None)
    return best[1] if best else None


def _announces(path: Sequence[str]) -> bool:
    return label_of(" ".join(path)) in ("count", "hardware")


def _first(texts: Iterable[str]) -> TableHardware | None:
    mentioned = _mentioned(" ".join(texts))
    return TableHardware(mentioned[0]) if mentioned else None


def _mentioned(text: str) -> list[Hardware]:
    """Named or counted hardware."""
    return [item for sentence in find_mentions(text) for item in sentence.hardware if item.specific or item.count]


def _in_cells(cells: Sequence[tuple[Cell, tuple[str, ...]]]) -> TableHardware | None:
    """Of cells, each with the path of its heads: a count under "#GPUs", a name under "Hardware" or anywhere."""
    hardware: Hardware | None = None
    counted: Hardware | None = None
    one = False
    used: list[Cell] = []
    for cell, path in cells:
        head = path[-1] if path else ""
        label = label_of(head)
        if label == "count" and cell.numbers:
            read = _counted(cell, head) if counted is None else None
            counted = counted or read
        elif label in ("hardware", "count", None):
            read = next((item for item in _mentioned(cell.text) if item.specific), None) if hardware is None else None
            hardware = hardware or read
            one = one or (read is not None and read.count is None and _ONE_DEVICE.fullmatch(head) is not None)
        else:
            continue
        if read is not None:
            used.append(cell)
    if hardware is None or counted is None:
        only = hardware or counted
        return TableHardware(only, tuple(used), one) if only else None
    if hardware.count is None:
        hardware = replace(hardware, count=counted.count, unit=counted.unit, rules=(*hardware.rules, *counted.rules))
    return TableHardware(hardware, tuple(used))


def _counted(cell: Cell, head: str) -> Hardware | None:
    """ "2048" under "TPU v3 Cores" -> 2048 cores of TPU v3      "8" under "#GPUs" -> 8 of GPU"""
    value = cell.numbers[0].value
    if len(cell.numbers) != 1 or not value.is_integer() or not 1 <= value <= _MOST_COUNT:
        return None
    lower = head.lower()
    unit = CountUnit.CORES if "core" in lower else CountUnit.CHIPS if "chip" in lower else CountUnit.DEVICES
    named = load_catalogue().find(" ".join(_NOT_A_NAME.sub(" ", head).split()))
    plain = "GPU" if unit is CountUnit.DEVICES and "tpu" not in lower else "TPU"
    name = named.name if named else plain
    return Hardware(name, named is not None, 0, 0, int(value), unit, ("table.count",))
