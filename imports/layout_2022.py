"""The study's tables of August 2022: a sheet a benchmark, with stated burdens.

Under the header stand three rows more with its parts. ``hardware_burden``, ``network_operations`` and the scores
(percent) are taken as they stand: the printed fits follow from them. Times and hardware are stated by stage
(pretraining, training, fine-tuning). The column ``relevant`` of the ImageNet sheet is empty throughout; a row would be
left out of fits where it said no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from imports.cells import MAX_NOTE_CHARACTERS, RowReader, read_number
from imports.csv_files import Row, Table
from imports.links import arxiv_id_in
from imports.operations import read_operations
from imports.records import ImportedFile, ImportedModel, ImportedResult
from imports.times import read_training_time

SOURCE = "authors-2022"
COLUMNS = frozenset({"name", "year", "paper_link", "flops", "multiadds", "network_operations", "hardware_burden"})
METRICS_BY_BENCHMARK: Mapping[str, Mapping[str, str]] = {
    "imagenet": {"(top 1 score)": "top1_accuracy", "(top 5 score)": "top5_accuracy"},
    "coco": {"(box ap)": "box_ap", "(ap50)": "box_ap50", "(ap75)": "box_ap75"},
    "squad1.1": {"(em score)": "em", "(f1 score)": "f1"},
    "conll2003": {"(f1 score)": "f1"},
    "wmt14-en-de": {"(bleu)": "bleu"},
    "wmt14-en-fr": {"(bleu)": "bleu"},
}
"""SacreBLEU has a column of its own and is another measure than the BLEU that the study fits."""
HEADER_ROWS = 3
HEADER_TITLES = frozenset({"", "paper", "title"})
STAGES = ("pretraining", "training", "finetuning")
NOT_RELEVANT = frozenset({"0", "no", "n", "false", "not relevant", "irrelevant"})


def read_layout_2022(table: Table, benchmark: str) -> ImportedFile:
    """All models of a sheet."""
    repairs = list(table.repairs)
    skipped = list(table.skipped)
    models: list[ImportedModel] = []
    for position, row in enumerate(table.rows):
        if position < HEADER_ROWS and _goes_on_with_the_header(row):
            continue
        model = _model(RowReader(row, repairs), METRICS_BY_BENCHMARK[benchmark], benchmark)
        if model is None:
            skipped.append((row.line, "names neither a model nor a paper"))
        else:
            models.append(model)
    return ImportedFile(SOURCE, table.path.name, table.sha256, tuple(models), tuple(repairs), tuple(sorted(skipped)))


def _goes_on_with_the_header(row: Row) -> bool:
    """A sheet may lack these rows: what has a title is a model, also without a name.

    name "name", title "paper"; name "", title "title" -> True     name "", title "Gulls of the North" -> False
    """
    name, title = (row.cells.get(column, "").strip().lower() for column in ("name", "title"))
    return name in ("", "name") and title in HEADER_TITLES


def _model(reader: RowReader, metrics: Mapping[str, str], benchmark: str) -> ImportedModel | None:
    if (named := reader.named("name", "title")) is None:
        return None
    model, title = named
    operations = read_operations(reader, "flops", "multiadds")
    training = _training(reader)
    url = reader.link("paper_link")
    notes = [reader.text("comments", MAX_NOTE_CHARACTERS), training.note]
    return ImportedModel(
        row_number=reader.row.line,
        model=model,
        title=title,
        url=url,
        arxiv_id=arxiv_id_in(url),
        year=reader.year("year"),
        results=tuple(
            ImportedResult(benchmark, metric, value)
            for column, metric in metrics.items()
            if (value := reader.percent(column)) is not None
        ),
        hardware_burden_flop=reader.number("hardware_burden"),
        network_operations_flop=reader.number("network_operations"),
        operations_per_pass_flop=operations.per_pass_flop,
        training_compute_flop=operations.training_compute_flop,
        parameters=reader.number("parameters"),
        accelerator=training.accelerator,
        accelerator_count=training.count,
        duration_hours=training.hours,
        included=reader.raw("relevant").lower() not in NOT_RELEVANT,
        note="; ".join(note for note in notes if note) or None,
    )


@dataclass(frozen=True, slots=True)
class _Training:
    accelerator: str | None = None
    count: float | None = None
    hours: float | None = None
    note: str | None = None


def _training(reader: RowReader) -> _Training:
    """All stages of a row as one: names side by side, hours summed, the number of devices where the stages agree."""
    stages = [stage for name in STAGES if (stage := _stage(reader, name)) != _Training()]
    accelerators = dict.fromkeys(stage.accelerator for stage in stages if stage.accelerator)
    counts = {stage.count for stage in stages if stage.count is not None}
    hours = [stage.hours for stage in stages if stage.hours is not None]
    return _Training(
        accelerator=" + ".join(accelerators) or None,
        count=counts.pop() if len(counts) == 1 else None,
        hours=sum(hours) if hours else None,
        note="; ".join(stage.note for stage in stages if stage.note) or None,
    )


def _stage(reader: RowReader, stage: str) -> _Training:
    """GPUs and TPUs of a stage; its CPUs where it names nothing else."""
    named = [_hardware(reader, stage, kind) for kind in ("gpu", "tpu", "cpu")]
    used = [hardware for hardware in named[:2] if hardware != (None, None)] or [named[2]]
    names = [name for name, _ in used if name]
    counts = [count for _, count in used if count is not None]
    count = counts[0] if len(counts) == 1 else None
    stated = read_training_time(reader, f"{stage}_time_total", f"{stage}_time_total_sec", count)
    core_days = reader.number(f"{stage}_time_tpu_core_days")
    notes = [
        f"{stage}: {core_days:g} TPU core-days" if core_days else "",
        f"{stage}: {stated.device_hours:g} device-hours" if stated.device_hours else "",
    ]
    return _Training(" + ".join(names) or None, count, stated.hours, "; ".join(filter(None, notes)) or None)


def _hardware(reader: RowReader, stage: str, kind: str) -> tuple[str | None, float | None]:
    name_column = f"{stage}_{kind}_model"
    written = reader.raw(name_column)
    count = reader.number(f"{stage}_{kind}_amount")
    if read_number(written)[0] is not None:
        reader.repair(name_column, "number-in-name-column", written, "")
        return None, count
    return reader.text(name_column), count
