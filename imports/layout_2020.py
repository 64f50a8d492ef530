"""The study's tables of 2020: a file a benchmark, without burdens; three more files hold rates of hardware.

Hardware burden = rate of all devices x training time, with the rate by ``rates_2020`` and the time by ``times``. On
ImageNet errors are stated; accuracy = 100 - error. Network operations are not stated, and not reckoned here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from imports.cells import MAX_NOTE_CHARACTERS, RowReader
from imports.csv_files import Table
from imports.links import arxiv_id_in
from imports.operations import read_operations
from imports.rates_2020 import Hardware, one_rate_gflops, read_hardware, total_rate_gflops
from imports.records import ImportedFile, ImportedModel, ImportedResult, Repair
from imports.times import SECONDS_PER_HOUR, StatedTime, read_training_time

SOURCE = "authors-2020"
COLUMNS = frozenset({"year", "time_sec", "hw_gflops", "gpu", "#gpu"})
ERRORS = {"top1_error": "top1_accuracy", "top5_error": "top5_accuracy"}
METRICS_BY_BENCHMARK: Mapping[str, Mapping[str, str]] = {
    "imagenet": ERRORS,
    "coco": {"box_ap": "box_ap", "ap50": "box_ap50", "ap75": "box_ap75"},
    "squad1.1": {"em": "em", "f1": "f1"},
    "conll2003": {"f1": "f1"},
    "wmt14-en-de": {"bleu": "bleu"},
    "wmt14-en-fr": {"bleu": "bleu"},
}
MODEL = ("method", "model")
TITLE_AND_LINK = (("title", "url"), ("title", "paper"), ("paper", "url"))
WORDS_OF_TIME = ("hw time", "training_time", "time")
OPERATIONS = ("flops", "#flops")
MULTIPLY_ADDS = ("multiadds", "#multiply-adds")
PARAMETERS = ("#params", "#param", "params")
FLOP_PER_GFLOP = 1e9
_TRAINED_ELSEWHERE = re.compile(r"not\s+trained\s+in\s+this\s+paper|\b(?:with|on)\s+cifar", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Columns:
    """How a file names its columns; what it lacks is ""."""

    model: str
    title: str
    link: str
    words_of_time: str
    operations: str
    multiply_adds: str
    parameters: str

    @classmethod
    def of(cls, columns: frozenset[str]) -> _Columns:
        def first(names: tuple[str, ...]) -> str:
            return next((name for name in names if name in columns), "")

        title, link = next((pair for pair in TITLE_AND_LINK if set(pair) <= columns), ("", ""))
        return cls(
            first(MODEL), title, link, first(WORDS_OF_TIME), first(OPERATIONS), first(MULTIPLY_ADDS), first(PARAMETERS)
        )


def read_layout_2020(
    table: Table, benchmark: str, benchmarks_by_line: Mapping[int, str | None], rates: Mapping[str, float]
) -> ImportedFile:
    """All models of a file. ``benchmarks_by_line`` tells what rows say of their data, where a column says it."""
    columns = _Columns.of(table.columns)
    repairs: list[Repair] = list(table.repairs)
    skipped = list(table.skipped)
    models: list[ImportedModel] = []
    for row in table.rows:
        if benchmarks_by_line.get(row.line, benchmark) != benchmark:
            skipped.append((row.line, f"of other data than the file's {benchmark}"))
            continue
        model = _model(RowReader(row, repairs), columns, benchmark, rates)
        if model is None:
            skipped.append((row.line, "names neither a model nor a paper"))
        else:
            models.append(model)
    return ImportedFile(SOURCE, table.path.name, table.sha256, tuple(models), tuple(repairs), tuple(sorted(skipped)))


def _model(reader: RowReader, columns: _Columns, benchmark: str, rates: Mapping[str, float]) -> ImportedModel | None:
    if (named := reader.named(columns.model, columns.title)) is None:
        return None
    model, title = named
    hardware = read_hardware(reader)
    stated = read_training_time(reader, columns.words_of_time, "time_sec", hardware.count)
    operations = read_operations(reader, columns.operations, columns.multiply_adds)
    url = reader.link(columns.link)
    comment = reader.text("comments", MAX_NOTE_CHARACTERS)
    elsewhere = bool(_TRAINED_ELSEWHERE.search(comment or ""))
    if elsewhere:
        reader.repair("comments", "trained-elsewhere", comment or "", "left out of fits")
    device_hours = f"{stated.device_hours:g} device-hours" if stated.device_hours else ""
    return ImportedModel(
        row_number=reader.row.line,
        model=model,
        title=title,
        url=url,
        arxiv_id=arxiv_id_in(url),
        year=reader.year("year"),
        results=_results(reader, benchmark),
        hardware_burden_flop=_burden_flop(reader, hardware, stated, rates),
        operations_per_pass_flop=operations.per_pass_flop,
        training_compute_flop=operations.training_compute_flop,
        parameters=reader.number(columns.parameters),
        accelerator=hardware.name,
        accelerator_count=hardware.count,
        duration_hours=stated.hours,
        included=not elsewhere,
        note="; ".join(note for note in (comment, device_hours) if note) or None,
    )


def _results(reader: RowReader, benchmark: str) -> tuple[ImportedResult, ...]:
    results: list[ImportedResult] = []
    for column, metric in METRICS_BY_BENCHMARK[benchmark].items():
        value = reader.percent(column)
        if value is not None:
            results.append(ImportedResult(benchmark, metric, round(100 - value, 9) if column in ERRORS else value))
    return tuple(results)


def _burden_flop(reader: RowReader, hardware: Hardware, stated: StatedTime, rates: Mapping[str, float]) -> float | None:
    """All devices' rate x time, or one device's rate x device-time."""
    if stated.hours is not None:
        rate, hours = total_rate_gflops(reader, hardware, rates), stated.hours
    elif stated.device_hours is not None:
        rate, hours = one_rate_gflops(hardware, rates), stated.device_hours
    else:
        return None
    return None if rate is None else rate * FLOP_PER_GFLOP * hours * SECONDS_PER_HOUR
