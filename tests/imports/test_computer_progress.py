"""Invented tables in the study's layouts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from imports.computer_progress import read_computer_progress
from imports.csv_files import ImportFailure
from imports.records import ImportedFile, ImportedModel, ImportedResult

HARDWARE = [f"{kind}_{part}" for kind in ("gpu", "tpu", "cpu") for part in ("model", "amount", "ptp_gflops")]
STAGES = [
    f"{stage}_{part}"
    for stage in ("training", "pretraining", "finetuning")
    for part in ("time_total", "time_total_sec", "time_tpu_core_days", *HARDWARE)
]
LAYOUT_2022 = [
    *("name", "year", "parameters", "title", "paper_with_code", "paper_link", "flops", "multiadds", "training_dataset"),
    *STAGES,
    *("network_operations", "hardware_burden", "comments", "relevant"),
]
LAYOUT_2020 = [
    *(
        "dataset",
        "year",
        "method",
        "title",
        "BLEU",
        "#flops",
        "#multiply-adds",
        "gpu",
        "tpu",
        "cpu",
        "#gpu",
        "#tpu",
        "#cpu",
    ),
    *("hw time", "hw_gflops", "time_sec", "paper"),
]
IMAGENET_2020 = [
    *("paper", "url", "year", "model", "top1_error", "top5_error", "flops", "multiadds", "#params", "training_time"),
    *("time_sec", "gpu", "#gpu", "tpu", "#tpu", "hw_gflops", "comments"),
]
GPUS = "Manufacturer,GPU,GFLOPS\nHeron,Heron 100,1000\nHeron,Heron 200,2000\n"
CPUS = "CPU,GFLOPS(FP32)\nTern E5,400\n"
TPUS = "Release Year,TPU,GFLOPS (FP32)\n2017,Gull v2,40000\n2020,Gull v4,\n"


def table(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, fieldnames=list(columns), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def sheet_2022(scores: Iterable[str], *rows: Mapping[str, str]) -> str:
    parts = ({"name": "name", "year": "year", "title": "paper"}, {"title": "title"}, {"relevant": "relevant"})
    return table([*LAYOUT_2022, *scores], [*parts, *rows])


def imported(folder: Path, name: str, text: str) -> ImportedFile:
    (folder / "gpu.csv").write_text(GPUS)
    (folder / "tpu.csv").write_text(TPUS)
    (folder / "cpu.csv").write_text(CPUS)
    (folder / name).write_text(text, newline="")
    (file,) = read_computer_progress(folder / name)
    return file


def rules(file: ImportedFile) -> list[str]:
    return [repair.rule for repair in file.repairs]


GULL = {
    "name": "Gull-L",
    "year": "2021",
    "title": "Gulls\nof the North",
    "paper_link": "https://arxiv.org/pdf/2104.99017v2.pdf",
    "multiadds": "4.0E+09",
    "training_dataset": "ImageNet 1K",
    "pretraining_time_total": "10 days",
    "pretraining_time_total_sec": "8.64E+05",
    "pretraining_tpu_model": "Cloud Gull v2",
    "pretraining_tpu_amount": "16",
    "finetuning_time_total": "12 hours",
    "finetuning_time_total_sec": "4.32E+04",
    "finetuning_tpu_model": "Cloud Gull v2",
    "finetuning_tpu_amount": "16",
    "network_operations": "3.0E+19",
    "hardware_burden": "5.0E+20",
    "(TOP 1 score)": "84.50",
    "(TOP 5 score)": "97.1",
}
IMAGENET_SCORES = ("(TOP 1 score)", "(TOP 5 score)")


def test_a_sheet_of_2022(tmp_path: Path) -> None:
    file = imported(tmp_path, "any.csv", sheet_2022(IMAGENET_SCORES, GULL))
    assert (file.source, file.name, len(file.sha256)) == ("authors-2022", "any.csv", 64)
    assert file.models == (
        ImportedModel(
            row_number=5,
            model="Gull-L",
            title="Gulls of the North",
            url="https://arxiv.org/pdf/2104.99017v2.pdf",
            arxiv_id="2104.99017",
            year=2021,
            results=(
                ImportedResult("imagenet", "top1_accuracy", 84.5),
                ImportedResult("imagenet", "top5_accuracy", 97.1),
            ),
            hardware_burden_flop=5e20,
            network_operations_flop=3e19,
            operations_per_pass_flop=8e9,
            accelerator="Cloud Gull v2",
            accelerator_count=16,
            duration_hours=252,
        ),
    )


def test_a_sheet_without_its_rows_of_heads_loses_no_model_without_a_name(tmp_path: Path) -> None:
    nameless = {**GULL, "name": "", "title": "Gulls of the South"}
    file = imported(tmp_path, "any.csv", table([*LAYOUT_2022, *IMAGENET_SCORES], [nameless, GULL]))
    assert [model.model for model in file.models] == ["Gulls of the South", "Gull-L"]
    assert file.skipped == ()


def test_flops_go_before_multiply_adds(tmp_path: Path) -> None:
    both = {**GULL, "flops": "7.5E+09"}
    (model,) = imported(tmp_path, "any.csv", sheet_2022(IMAGENET_SCORES, both)).models
    assert model.operations_per_pass_flop == 7.5e9


def test_a_row_that_is_not_relevant_is_left_out_of_fits(tmp_path: Path) -> None:
    no = {**GULL, "name": "Tern", "relevant": "no"}
    file = imported(tmp_path, "any.csv", sheet_2022(IMAGENET_SCORES, GULL, no))
    assert [(model.model, model.included) for model in file.models] == [("Gull-L", True), ("Tern", False)]


def test_stages_on_different_hardware_have_no_common_number(tmp_path: Path) -> None:
    mixed = {**GULL, "finetuning_tpu_model": "Cloud Gull v4", "finetuning_tpu_amount": "4"}
    (model,) = imported(tmp_path, "any.csv", sheet_2022(IMAGENET_SCORES, mixed)).models
    assert (model.accelerator, model.accelerator_count) == ("Cloud Gull v2 + Cloud Gull v4", None)


def test_core_days_and_device_time_without_a_number_are_noted_only(tmp_path: Path) -> None:
    core_days = {"name": "Tern", "year": "2021", "training_time_tpu_core_days": "500", "(BOX AP)": "50"}
    gpu_days = {"name": "Heron", "year": "2021", "training_time_total": "8 GPU days", "(BOX AP)": "51"}
    file = imported(tmp_path, "any.csv", sheet_2022(["(BOX AP)"], core_days, gpu_days))
    assert [(model.duration_hours, model.note) for model in file.models] == [
        (None, "training: 500 TPU core-days"),
        (None, "training: 192 device-hours"),
    ]


@pytest.mark.parametrize(
    ("scores", "name", "benchmark"),
    [
        (["(BOX AP)"], "any.csv", "coco"),
        (["(EM score)", "(F1 score)"], "any.csv", "squad1.1"),
        (["(F1 score)"], "any.csv", "conll2003"),
        (["(BLEU)"], "machine-translation-on-wmt2014-en-fr.csv", "wmt14-en-fr"),
        (["(BLEU)"], "mt_English-German.csv", "wmt14-en-de"),
    ],
)
def test_scores_tell_the_benchmark_and_the_name_only_the_pair(
    tmp_path: Path, scores: list[str], name: str, benchmark: str
) -> None:
    row = {"name": "Heron", "year": "2019", **dict.fromkeys(scores, "41.5")}
    file = imported(tmp_path, name, sheet_2022(scores, row))
    assert {result.benchmark for model in file.models for result in model.results} == {benchmark}
    assert rules(file) == (["pair-from-file-name"] if scores == ["(BLEU)"] else [])


def test_a_table_of_other_data_or_of_no_known_pair_is_refused(tmp_path: Path) -> None:
    (tmp_path / "image-classification-on-imagenet.csv").write_text(
        sheet_2022(IMAGENET_SCORES, {**GULL, "training_dataset": "CIFAR-10"}), newline=""
    )
    with pytest.raises(ImportFailure, match="line 5: most cells of training_dataset name other data than imagenet"):
        read_computer_progress(tmp_path / "image-classification-on-imagenet.csv")
    (tmp_path / "bleu.csv").write_text(sheet_2022(["(BLEU)"], {"name": "Heron", "(BLEU)": "41"}), newline="")
    with pytest.raises(ImportFailure, match="neither cells nor file name say which"):
        read_computer_progress(tmp_path / "bleu.csv")


def test_a_pair_taken_from_the_file_name_is_told_of_a_sheet_of_2020_too(tmp_path: Path) -> None:
    file = imported(tmp_path, "wmt2014-en-fr.csv", translation(dataset=""))
    assert [result.benchmark for model in file.models for result in model.results] == ["wmt14-en-fr"]
    assert rules(file) == ["pair-from-file-name"]


def translation(**cells: str) -> str:
    known = {"dataset": "WMT2014 English-French", "year": "2016", "method": "Heron", "BLEU": "38.5"}
    return table(LAYOUT_2020, [{**known, **cells}])


HERONS = {"gpu": "Heron 100", "#gpu": "8"}
HOSTED = {"gpu": "Heron 100", "#gpu": "1", "#cpu": "2", "time_sec": "3600"}


@pytest.mark.parametrize(
    ("cells", "flop", "rule"),
    [
        ({**HERONS, "hw_gflops": "8000", "time_sec": "3600"}, 8e12 * 3600, []),
        ({**HERONS, "hw_gflops": "8.4E+03", "time_sec": "3600"}, 8.4e12 * 3600, []),
        ({**HERONS, "hw_gflops": "1000", "time_sec": "3600"}, 8e12 * 3600, ["rate-of-one-device"]),
        ({**HERONS, "hw_gflops": "16000", "time_sec": "3600"}, 8e12 * 3600, ["rate-contradicts-table"]),
        ({**HERONS, "time_sec": "3600"}, 8e12 * 3600, ["rate-from-table"]),
        ({"gpu": "Heron 900", "#gpu": "8", "hw_gflops": "9000", "time_sec": "3600"}, 9e12 * 3600, []),
        ({"gpu": "Heron 900", "#gpu": "8", "time_sec": "3600"}, None, []),
        ({"gpu": "Heron 100", "hw_gflops": "1000", "time_sec": "3600"}, None, []),
        ({"gpu": "Heron 100", "time_sec": "3600"}, None, []),
        ({"#gpu": "8", "time_sec": "3600"}, None, []),
        ({**HOSTED, "cpu": "Tern E5", "hw_gflops": "1800"}, 1.8e12 * 3600, []),
        ({**HOSTED, "cpu": "Tern E5"}, 1.8e12 * 3600, ["rate-from-table"]),
        ({**HOSTED, "cpu": "Tern E5", "hw_gflops": "3000"}, 1.8e12 * 3600, ["rate-contradicts-table"]),
        ({**HOSTED, "cpu": "Tern E9", "hw_gflops": "3000"}, 3e12 * 3600, []),
        (
            {"cpu": "Tern E5", "#gpu": "3", "time_sec": "3600"},
            1.2e12 * 3600,
            ["count-in-other-column", "rate-from-table"],
        ),
        ({"tpu": "Gull v2", "#tpu": "16", "hw_gflops": "40000", "time_sec": "10"}, 6.4e15, ["rate-of-one-device"]),
        ({"tpu": "Gull v4", "#tpu": "16", "hw_gflops": "40000", "time_sec": "10"}, 6.4e15, ["rate-of-one-device"]),
        ({"tpu": "Gull v2", "#gpu": "2", "hw_gflops": "80000", "time_sec": "10"}, 8e14, ["count-in-other-column"]),
    ],
)
def test_the_rate_of_all_devices(tmp_path: Path, cells: dict[str, str], flop: float | None, rule: list[str]) -> None:
    file = imported(tmp_path, "any.csv", translation(**cells))
    assert file.models[0].hardware_burden_flop == (None if flop is None else pytest.approx(flop))
    assert rules(file) == rule


@pytest.mark.parametrize(
    ("words", "seconds", "hours", "rule"),
    [
        ("10-14 days", "1036800", 288, ["range-to-midpoint"]),
        ("18.5 days", "1209600", 444, ["time-from-words"]),
        ("4.5 days", "3.89E+05", 108, []),
        ("27hrs 40mins", "", 27 + 40 / 60, ["time-from-words"]),
        ("10 GPU days", "1.08E+05", 30, ["device-time-divided"]),
        ("36000", "36000", 10, []),
        ("", "36000", 10, []),
        ("24 minutes per epoch", "18000", 5, []),
        ("95 imgs/sec", "1.47E+09", None, ["seconds-without-time"]),
        ("300k steps", "", None, []),
        ("9.13E+20", "", None, ["computing-in-time-column"]),
    ],
)
def test_training_times(tmp_path: Path, words: str, seconds: str, hours: float | None, rule: list[str]) -> None:
    cells = {**HERONS, "hw_gflops": "8000", "hw time": words, "time_sec": seconds}
    file = imported(tmp_path, "any.csv", translation(**cells))
    assert file.models[0].duration_hours == (None if hours is None else pytest.approx(hours))
    assert file.models[0].hardware_burden_flop == (None if hours is None else pytest.approx(8e12 * hours * 3600))
    assert rules(file) == rule


def test_device_time_needs_no_number_of_devices(tmp_path: Path) -> None:
    (model,) = imported(tmp_path, "any.csv", translation(gpu="Heron 200", **{"hw time": "2 GPU days"})).models
    assert (model.duration_hours, model.hardware_burden_flop) == (None, pytest.approx(2e12 * 2 * 86400))


def test_computing_of_all_training_is_no_pass(tmp_path: Path) -> None:
    file = imported(tmp_path, "any.csv", translation(**{"#flops": "2.30E+19", "#multiply-adds": "100"}))
    assert (file.models[0].operations_per_pass_flop, file.models[0].training_compute_flop) == (None, 2.3e19)
    assert rules(file) == ["training-compute-in-operations-column", "operations-implausible"]


def test_errors_become_accuracies_and_comments_are_heeded(tmp_path: Path) -> None:
    rows = [
        {"paper": "Herons", "model": "Heron-S", "year": "2017", "top1_error": "24.7", "top5_error": "07.8"},
        {"paper": "Herons", "year": "", "top1_error": "104", "comments": "not trained in this paper"},
        {"year": "2017", "top1_error": "20"},
    ]
    file = imported(tmp_path, "any.csv", table(IMAGENET_2020, rows))
    assert file.models[0].results == (
        ImportedResult("imagenet", "top1_accuracy", 75.3),
        ImportedResult("imagenet", "top5_accuracy", 92.2),
    )
    assert (file.models[1].model, file.models[1].results, file.models[1].included) == ("Herons", (), False)
    assert file.skipped == ((4, "names neither a model nor a paper"),)
    assert sorted(rules(file)) == ["leading-zero", "model-from-title", "score-out-of-range", "trained-elsewhere"]


def test_rows_of_other_data_are_left_out(tmp_path: Path) -> None:
    other = {"dataset": "WMT2014 English-German", "method": "Tern", "BLEU": "28"}
    french = {"dataset": "WMT2014 English-French", "BLEU": "38"}
    rows = [{**french, "method": "Heron"}, other, {**french, "method": "Gull"}]
    file = imported(tmp_path, "any.csv", table(LAYOUT_2020, rows))
    assert [model.model for model in file.models] == ["Heron", "Gull"]
    assert file.skipped == ((3, "of other data than the file's wmt14-en-fr"),)


def test_a_folder_is_read_past_foreign_files(tmp_path: Path) -> None:
    imported(tmp_path, "b.csv", translation(**HERONS, time_sec="3600"))
    (tmp_path / "a.csv").write_text("city,people\nReykjavik,140000\n")
    (tmp_path / "c.csv").write_bytes(b"\x89PNG\x00\x00")
    (tmp_path / "notes.txt").write_text("no table")
    files = read_computer_progress(tmp_path)
    assert [(file.name, len(file.models)) for file in files] == [
        ("a.csv", 0),
        ("b.csv", 1),
        ("c.csv", 0),
        ("cpu.csv", 0),
        ("gpu.csv", 0),
        ("tpu.csv", 0),
    ]
    assert files[1].models[0].hardware_burden_flop == pytest.approx(8e12 * 3600)
    causes = {file.name: file.not_models or "" for file in files}
    assert "no table of the study" in causes["a.csv"]
    assert "city,people" in causes["a.csv"]
    assert "NUL" in causes["c.csv"]
    assert "rates" in causes["gpu.csv"]
    assert [file.name for file in files if file.broken] == ["c.csv"]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b'dataset,year\n1,"never closed\n', "line 2: not a CSV"),
        (b"dataset,\0year\n", "line 1: holds NUL bytes"),
        (b"", "the file is empty"),
        ((",".join(LAYOUT_2020) + "\n").encode(), "no row could be read"),
        ((",".join([*LAYOUT_2020, "year"]) + "\n").encode(), "line 1: the header names a column twice: year"),
    ],
)
def test_a_broken_file_of_a_folder_is_told_from_a_foreign_one(tmp_path: Path, data: bytes, cause: str) -> None:
    imported(tmp_path, "b.csv", translation(**HERONS, time_sec="3600"))
    (tmp_path / "a.csv").write_bytes(data)
    (tmp_path / "cities.csv").write_text("city,people,city\nReykjavik,140000,1\n")
    (tmp_path / "towns.csv").write_text("town,people\n")
    files = {file.name: file for file in read_computer_progress(tmp_path)}
    assert cause in (files["a.csv"].not_models or "")
    assert [name for name, file in files.items() if file.broken] == ["a.csv"]
    assert files["b.csv"].models


def test_tables_of_2020_are_not_read_without_rates_that_are_broken(tmp_path: Path) -> None:
    imported(tmp_path, "b.csv", translation(**HERONS, time_sec="3600"))
    (tmp_path / "a.csv").write_text(sheet_2022(IMAGENET_SCORES, GULL), newline="")
    (tmp_path / "gpu.csv").write_text('Manufacturer,GPU,GFLOPS\nHeron,"Heron 100,1000\n')
    files = {file.name: file for file in read_computer_progress(tmp_path)}
    assert [name for name, file in files.items() if file.broken] == ["b.csv", "gpu.csv"]
    assert files["b.csv"].not_models == "its hardware rates cannot be read, see gpu.csv"
    assert files["a.csv"].models


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("cities.csv", "city,people\nReykjavik,140000\n", "no table of the study: lacks .*hardware_burden"),
        ("gpu.csv", GPUS, "a table of hardware rates"),
        ("empty_2020.csv", ",".join(LAYOUT_2020) + "\n", "no row could be read: there is none"),
        ("cut_2020.csv", ",".join(LAYOUT_2020) + "\n2017,Heron\n", "line 2: no row could be read: 2 cells"),
        ("score.csv", "year,time_sec,hw_gflops,gpu,#gpu\n2017,1,1,x,1\n", "no column of scores"),
    ],
)
def test_a_file_that_is_foreign_is_refused(tmp_path: Path, name: str, text: str, cause: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ImportFailure, match=cause):
        read_computer_progress(tmp_path / name)


def test_a_folder_without_any_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailure, match="There is none"):
        read_computer_progress(tmp_path)
    (tmp_path / "cities.csv").write_text("city,people\nReykjavik,140000\n")
    with pytest.raises(ImportFailure, match=r"cities\.csv: line 1: no table of the study"):
        read_computer_progress(tmp_path)
