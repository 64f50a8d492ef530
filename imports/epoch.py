"""Epoch AI's public table of models (epoch.ai/data, CC BY): computing, hardware and parameters; no results.

Its training compute is an estimate of the operations done, by another convention than the hardware burden, and is kept
apart from it. The names of its columns have changed over the years: ``COLUMNS`` holds those known.
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
    "quantity": ("hardware quantity", "number of hardware units", "hardware count"),
    "confidence": ("confidence",),
    "notes": ("training compute notes", "compute notes"),
}
"""What is read -> its names in headers, in lower case, the present one first."""
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
        raise nothing_read(path, skipped)
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
    url = reader.link(columns["link"])
    finetuning = reader.number(columns["finetune compute"])
    confidence = reader.text(columns["confidence"])
    notes = (
        f"confidence: {confidence}" if confidence else None,
        f"fine-tuning besides: {finetuning:g} FLOP" if finetuning else None,
        reader.text(columns["notes"], MAX_NOTE_CHARACTERS),
    )
    return ImportedModel(
        row_number=reader.row.line,
        model=name,
        title=reader.text(columns["title"]),
        url=url,
        arxiv_id=arxiv_id_in(url),
        published=published,
        year=year,
        training_compute_flop=reader.number(columns["training compute"]),
        parameters=reader.number(columns["parameters"]),
        accelerator=reader.text(columns["hardware"]),
        accelerator_count=reader.number(columns["quantity"]),
        duration_hours=reader.number(columns["hours"]),
        note="; ".join(note for note in notes if note) or None,
    )


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
