"""The published tables of «The Computational Limits of Deep Learning», of 2020 and of 2022."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from imports import layout_2020, layout_2022
from imports.csv_files import ForeignTable, ImportFailure, Table, nothing_read, read_table
from imports.layout_2020 import read_layout_2020
from imports.layout_2022 import read_layout_2022
from imports.rates_2020 import kind_of_rates, read_rates
from imports.recognition import layout_of, recognise
from imports.records import ImportedFile

__all__ = ["ImportFailure", "read_computer_progress"]

RATE_FILES = ("gpu.csv", "tpu.csv", "cpu.csv")


def read_computer_progress(path: Path) -> tuple[ImportedFile, ...]:
    """Every table of a folder (its sub-folders are not read), by name; or one file, which then must be one.

    What else ends in .csv in a folder is returned without models, and with the cause in ``not_models``; ``broken``
    tells what should have been read from what is no table of the study. The rates of hardware that tables of 2020 need
    are looked for beside them; where these are broken, so are those.
    """
    if not path.is_dir():
        table = read_table(path)
        if kind_of_rates(table.columns):
            raise ForeignTable(path, "a table of hardware rates, not of models")
        return (_read(table, _rates_beside(path)),)
    tables: list[Table] = []
    read: list[ImportedFile] = []
    for csv_file in _csv_files(path):
        try:
            tables.append(read_table(csv_file))
        except ImportFailure as failure:
            read.append(_without_models(failure))
    rates = read_rates(tables)
    broken_rates = ", ".join(file.name for file in read if file.broken and file.name.lower() in RATE_FILES)
    for table in tables:
        try:
            if kind_of_rates(table.columns):
                raise ForeignTable(table.path, "a table of hardware rates: used for the tables of 2020")
            file = _read(table, rates)
            if broken_rates and file.source == layout_2020.SOURCE:
                raise ImportFailure(table.path, f"its hardware rates cannot be read, see {broken_rates}")
            read.append(file)
        except ImportFailure as failure:
            read.append(_without_models(failure, table.sha256))
    if not any(file.models for file in read):
        worst = sorted(read, key=lambda file: not file.broken)
        causes = "; ".join(f"{file.name}: {file.not_models}" for file in worst[:6])
        raise ImportFailure(path, f"no table of the study among its CSV files. {causes or 'There is none'}")
    return tuple(sorted(read, key=lambda file: file.name))


def _read(table: Table, rates: Mapping[str, float]) -> ImportedFile:
    recognised = recognise(table)
    if recognised.source == layout_2022.SOURCE:
        file = read_layout_2022(table, recognised.benchmark)
    else:
        file = read_layout_2020(table, recognised.benchmark, recognised.benchmarks_by_line, rates)
    if not file.models:
        raise nothing_read(table.path, file.skipped, table.columns)
    return replace(file, repairs=(*recognised.repairs, *file.repairs))


def _rates_beside(path: Path) -> dict[str, float]:
    tables: list[Table] = []
    for name in RATE_FILES:
        if (path.parent / name).is_file():
            tables.append(read_table(path.parent / name))
    return read_rates(tables)


def _csv_files(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.suffix.lower() == ".csv" and file.is_file())
    except OSError as error:
        raise ImportFailure(folder, f"cannot be listed: {error.strerror or error}") from error


def _without_models(failure: ImportFailure, sha256: str = "") -> ImportedFile:
    place = "" if failure.line is None else f"line {failure.line}: "
    cause = f"{place}{failure.cause}"
    return ImportedFile("", failure.path.name, sha256, (), not_models=cause, broken=_is_broken(failure))


def _is_broken(failure: ImportFailure) -> bool:
    """A fault of the file, not of its kind; where only the header could be read, that tells the kind."""
    if isinstance(failure, ForeignTable):
        return False
    columns = failure.columns
    return columns is None or layout_of(columns) is not None or failure.path.name.lower() in RATE_FILES
