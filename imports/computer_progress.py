"""The published tables of «The Computational Limits of Deep Learning», of 2020 and of 2022."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from imports import layout_2022
from imports.csv_files import ImportFailure, Table, nothing_read, read_table
from imports.layout_2020 import read_layout_2020
from imports.layout_2022 import read_layout_2022
from imports.rates_2020 import kind_of_rates, read_rates
from imports.recognition import recognise
from imports.records import ImportedFile

__all__ = ["ImportFailure", "read_computer_progress"]


def read_computer_progress(path: Path) -> tuple[ImportedFile, ...]:
    """Every table of a folder (its sub-folders are not read), by name; or one file, which then must be one.

    What else ends in .csv in a folder is returned without models, and with the cause in ``not_models``. The rates of
    hardware that tables of 2020 need are looked for beside them.
    """
    if not path.is_dir():
        table = read_table(path)
        if kind_of_rates(table.columns):
            raise ImportFailure(path, "a table of hardware rates, not of models")
        return (_read(table, _rates_beside(path)),)
    files = _csv_files(path)
    tables: list[Table] = []
    unread: list[ImportedFile] = []
    for file in files:
        try:
            tables.append(read_table(file))
        except ImportFailure as failure:
            unread.append(_without_models(file, "", failure))
    rates = read_rates(tables)
    read: list[ImportedFile] = []
    for table in tables:
        if kind_of_rates(table.columns):
            cause = ImportFailure(table.path, "a table of hardware rates: used for the tables of 2020")
            read.append(_without_models(table.path, table.sha256, cause))
            continue
        try:
            read.append(_read(table, rates))
        except ImportFailure as failure:
            unread.append(_without_models(table.path, table.sha256, failure))
    if not any(file.models for file in read):
        causes = "; ".join(f"{file.name}: {file.not_models}" for file in (*unread[:3], *read[:3]))
        raise ImportFailure(path, f"no table of the study among its CSV files. {causes or 'There is none'}")
    return tuple(sorted((*read, *unread), key=lambda file: file.name))


def _read(table: Table, rates: Mapping[str, float]) -> ImportedFile:
    recognised = recognise(table)
    if recognised.source == layout_2022.SOURCE:
        file = read_layout_2022(table, recognised.benchmark, recognised.repairs)
    else:
        file = read_layout_2020(table, recognised.benchmark, recognised.benchmarks_by_line, rates)
    if not file.models:
        raise nothing_read(table.path, file.skipped)
    return file


def _rates_beside(path: Path) -> dict[str, float]:
    tables: list[Table] = []
    for name in ("gpu.csv", "tpu.csv", "cpu.csv"):
        if (path.parent / name).is_file():
            tables.append(read_table(path.parent / name))
    return read_rates(tables)


def _csv_files(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.suffix.lower() == ".csv" and file.is_file())
    except OSError as error:
        raise ImportFailure(folder, f"cannot be listed: {error.strerror or error}") from error


def _without_models(path: Path, sha256: str, failure: ImportFailure) -> ImportedFile:
    place = "" if failure.line is None else f"line {failure.line}: "
    return ImportedFile("", path.name, sha256, (), not_models=f"{place}{failure.cause}")
