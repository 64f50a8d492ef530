"""Epoch AI's public table of models (epoch.ai/data, CC BY): computing, hardware and parameters; no results.

Its training compute is an estimate of the operations done, by another convention than the hardware burden, and is kept
apart from it. ``all_ai_models.csv`` has all models, ``notable_ai_models.csv`` and ``large_scale_ai_models.csv`` have
some of them, under the same headings. These have changed over the years: ``COLUMNS`` holds those known.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from imports.cells import MAX_NOTE_CHARACTERS, RowReader
from imports.csv_files import ImportFailure, Table, nothing_read, read_table
from imports.links import arxiv_id_in
from imports.records import ImportedFile, ImportedModel, Repair

SOURCE = "epoch"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "model": ("model", "system", "model name", "name"),
    "published": ("publication date", "release date", "date"),
    "title": ("reference", "paper title", "title"),
    "link": ("link", "reference link", "paper link", "url"),
    "parameters": ("parameters", "parameter count"),
    "training compute": (
        "training compute (flop)",
        "training compute (flops)",
        "training_compute (flop)",
        "training compute",
    ),
    "finetune compute": ("finetune compute (flop)", "finetune compute (flops)", "fine-tune compute (flop)"),
    "hours": ("training time (hours)", "training time (hour)", "training time hours"),
    "hardware": ("training hardware", "hardware model", "hardware"),
    "chip hours": ("training chip-hours", "training time (chip hours)"),
    "quantity": ("hardware quantity", "number of hardware units", "hardware count"),
    "confidence": ("confidence",),
    "method": ("training compute estimation method",),
    "notes": ("training compute notes", "compute notes"),
}
"""What is read -> its names in headers, in lower case, the present one first. A link's cell may hold several links."""
_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?)(?:[ T]\d\d:\d\d.{0,20})?)?)?", re.ASCII)


def read_epoch(path: Path) -> ImportedFile:
    """All models of the table. ``ImportFailure`` for a file that is no CSV, or has no column for model or date."""
    table = read_table(path)
    columns = _columns_of(table)
    repairs: list[Repair] = list(table.repairs)
    skipped = list(table.skipped)
    models: list[ImportedModel] = []
    for row in table.rows:
        model = _model(RowReader(row, repairs), columns)
        if model is None:
            skipped.append((row.line, "names no model"))
        else:
            models.append(model)
    if not models:
        raise nothing_read(path, skipped, table.columns)
    return ImportedFile(SOURCE, path.name, table.sha256, tuple(models), tuple(repairs), tuple(sorted(skipped)))


def year_of(day: date) -> float:
    """A day as a year with a fraction: 2017-07-02 -> 2017.4986."""
    return day.year + (day.timetuple().tm_yday - 1) / (366 if calendar.isleap(day.year) else 365)


def _columns_of(table: Table) -> dict[str, str]:
    found = {meaning: next((name for name in names if name in table.columns), "") for meaning, names in COLUMNS.items()}
    for needed, called in (("model", "model"), ("published", "date of publication")):
        if not found[needed]:
            known = ", ".join(repr(name) for name in COLUMNS[needed])
            raise ImportFailure(table.path, f"no column for the {called} ({known}); its header is: {table.header}", 1)
    return found


def _model(reader: RowReader, columns: Mapping[str, str]) -> ImportedModel | None:
    name = reader.text(columns["model"])
    if name is None:
        return None
    published, year = _published(reader, columns["published"])
    finetuning = reader.number(columns["finetune compute"])
    confidence = reader.text(columns["confidence"])
    method = reader.text(columns["method"])
    count = reader.number(columns["quantity"])
    notes = (
        f"confidence: {confidence}" if confidence else None,
        f"estimated by: {method}" if method else None,
        f"fine-tuning besides: {finetuning:g} FLOP" if finetuning else None,
        reader.text(columns["notes"], MAX_NOTE_CHARACTERS),
    )
    return ImportedModel(
        row_number=reader.row.line,
        model=name,
        title=reader.text(columns["title"]),
        url=reader.link(columns["link"]),
        arxiv_id=arxiv_id_in(reader.raw(columns["link"])),
        published=published,
        year=year,
        training_compute_flop=reader.number(columns["training compute"]),
        parameters=reader.number(columns["parameters"]),
        accelerator=reader.text(columns["hardware"]),
        accelerator_count=count,
        duration_hours=_hours(reader, columns, count),
        note="; ".join(note for note in notes if note) or None,
    )


def _hours(reader: RowReader, columns: Mapping[str, str], count: float | None) -> float | None:
    """Hours as the cell has them; else chip-hours by the number of chips, where both are known."""
    hours = reader.number(columns["hours"])
    chip_hours = reader.number(columns["chip hours"])
    if hours is not None or chip_hours is None or count is None:
        return hours
    reader.repair(columns["chip hours"], "device-time-divided", f"{chip_hours:g}", f"{chip_hours / count:g}")
    return chip_hours / count


def _published(reader: RowReader, column: str) -> tuple[date | None, float | None]:
    """ "2017-06-12" -> that day; "2017-06" -> no day, 2017.46; "June 2017" -> unknown."""
    written = reader.raw(column)
    if not written:
        return None, None
    match = _DATE.fullmatch(written)
    try:
        if match is None or not 1950 <= int(match["year"]) < 2100:
            raise ValueError(written)
        year = int(match["year"])
        if match["day"]:
            day = date(year, int(match["month"]), int(match["day"]))
            return day, year_of(day)
        middle = year_of(date(year, int(match["month"]), 16)) if match["month"] else year + 0.5
    except ValueError:
        reader.repair(column, "unreadable-date", written, "")
        return None, None
    reader.repair(column, "date-to-midpoint", written, f"{middle:.3f}")
    return None, middle
