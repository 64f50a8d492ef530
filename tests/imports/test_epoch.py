"""An invented table like Epoch AI's."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from imports.csv_files import ImportFailure
from imports.epoch import read_epoch
from imports.records import ImportedModel

PRESENT = (
    "Model,Organization,Publication date,Reference,Link,Parameters,Training compute (FLOP),Training compute notes,"
    "Training time (hours),Training hardware,Hardware quantity,Finetune compute (FLOP),Confidence\n"
)


def written(folder: Path, text: str) -> Path:
    path = folder / "models.csv"
    path.write_text(text, newline="")
    return path


def test_the_present_header(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        PRESENT + 'Heron-S,Herons,2021-07-02,"Herons, again",https://arxiv.org/abs/2104.99017v2,2.74e7,4.1e20,'
        '"8 Heron 100 for 76 h,\nat 40 %",76.0,Heron 100,8.0,1e18,Likely\n',
    )
    file = read_epoch(path)
    assert (file.source, file.name) == ("epoch", "models.csv")
    (model,) = file.models
    assert model == ImportedModel(
        row_number=2,
        model="Heron-S",
        title="Herons, again",
        url="https://arxiv.org/abs/2104.99017v2",
        arxiv_id="2104.99017",
        published=date(2021, 7, 2),
        year=pytest.approx(2021 + 182 / 365),
        training_compute_flop=4.1e20,
        parameters=2.74e7,
        accelerator="Heron 100",
        accelerator_count=8,
        duration_hours=76,
        note="confidence: Likely; fine-tuning besides: 1e+18 FLOP; 8 Heron 100 for 76 h, at 40 %",
    )
    assert [repair.rule for repair in file.repairs] == ["text-cleaned"]


HEADINGS = {
    "large_scale_ai_models.csv": (  # 2024
        "System,Domain,Task,Organization,Authors,Publication date,Reference,Link,Parameters,Parameters notes,"
        "Training compute (FLOP),Training compute notes,Training dataset,Training dataset size (datapoints),"
        "Dataset size notes,Abstract,Confidence,Model accessibility,Code accessibility,Accessibility notes,"
        "Country (from Organization),Organization categorization (from Organization),Training dataset notes,"
        "Dataset accessibility,Training hardware,Finetune compute notes,Hardware quantity,Citations"
    ),
    "notable_ai_models.csv": (  # 2026
        "Model,Organization,Publication date,Domain,Task,Parameters,Parameters notes,Training compute (FLOP),"
        "Training compute notes,Training dataset,Training dataset size (total),Dataset size notes,Confidence,Link,"
        "Reference,Citations,Authors,Abstract,Organization categorization,Country (of organization),"
        "Notability criteria,Notability criteria notes,Epochs,Training time (hours),Training time notes,"
        "Training hardware,Hardware quantity,Hardware utilization (MFU),Training compute cost (2023 USD),"
        "Compute cost notes,Training power draw (W),Base model,Finetune compute (FLOP),Finetune compute notes,"
        "Batch size,Batch size notes,Model accessibility,Training code accessibility,Inference code accessibility,"
        "Accessibility notes,Numerical format,Frontier model,Hardware acquisition cost,Hardware utilization (HFU),"
        "Training compute cost (cloud),Training compute cost (upfront),Open model weights?"
    ),
    "all_ai_models.csv": (  # 2026
        "Model,Domain,Task,Organization,Authors,Publication date,Reference,Link,Citations,Notability criteria,"
        "Notability criteria notes,Parameters,Parameters notes,Training compute (FLOP),Training compute notes,"
        "Training dataset size (total),Dataset size notes,Training time (hours),Training time notes,"
        "Training hardware,Approach,Confidence,Abstract,Epochs,WikiText and Penn Treebank data,Model accessibility,"
        "Country (of organization),Base model,Finetune compute (FLOP),Finetune compute notes,Hardware quantity,"
        "Hardware utilization (MFU),Last modified,Training cloud compute vendor,Training data center,Archived links,"
        "Batch size,Batch size notes,Organization categorization,Foundation model,Training compute lower bound,"
        "Training compute upper bound,Training chip-hours,Training code accessibility,Accessibility notes,"
        "Possibly over 1e23 FLOP,Training compute cost (2023 USD),Utilization notes,Numerical format,Frontier model,"
        "Training power draw (W),Training compute estimation method,Hugging Face developer id,"
        "Post-training compute (FLOP),Post-training compute notes,Hardware utilization (HFU),Open model weights?"
    ),
}
"""As Epoch AI's own files have them."""


@pytest.mark.parametrize("name", HEADINGS)
def test_the_columns_of_each_public_file_are_found_among_the_others(tmp_path: Path, name: str) -> None:
    headings = HEADINGS[name].split(",")
    cells = {
        headings[0]: "Heron-L",
        "Publication date": "2024-06-25",
        "Reference": "Herons at scale\n",
        "Link": "https://herons.example/blog \n\nhttps://arxiv.org/abs/2406.99018",
        "Parameters": "98000000000.0",
        "Training compute (FLOP)": "1.7999999999999999e+24",
        "Training hardware": "NVIDIA A100,NVIDIA H100 SXM5 80GB",
        "Hardware quantity": "512.0",
        "Training time (hours)": "2160.0",
        "Confidence": "Confident",
    }
    path = tmp_path / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([headings, [cells.get(heading, "") for heading in headings]])
    (model,) = read_epoch(path).models
    assert model == ImportedModel(
        row_number=2,
        model="Heron-L",
        title="Herons at scale",
        url="https://herons.example/blog",
        arxiv_id="2406.99018",
        published=date(2024, 6, 25),
        year=pytest.approx(2024 + 176 / 366),
        training_compute_flop=1.8e24,
        parameters=9.8e10,
        accelerator="NVIDIA A100,NVIDIA H100 SXM5 80GB",
        accelerator_count=512,
        duration_hours=2160 if "Training time (hours)" in headings else None,
        note="confidence: Confident",
    )


def test_chip_hours_stand_in_for_hours_where_the_chips_are_counted(tmp_path: Path) -> None:
    text = (
        "Model,Publication date,Training time (hours),Training chip-hours,Hardware quantity,"
        "Training compute estimation method\n"
        "A,2024-01-01,,1000,8,\nB,2024-01-01,100,1000,8,\nC,2024-01-01,,1000,,Hardware\n"
    )
    file = read_epoch(written(tmp_path, text))
    assert [(model.duration_hours, model.note) for model in file.models] == [
        (125, None), (100, None), (None, "estimated by: Hardware")
    ]  # fmt: skip
    assert [each.after for each in file.repairs if each.rule == "device-time-divided"] == ["125"]


def test_an_older_header_and_only_what_it_has(tmp_path: Path) -> None:
    file = read_epoch(written(tmp_path, "System,Publication Date,Training compute (FLOPs)\nTern,2015-03-01,2E+17\n"))
    (model,) = file.models
    assert (model.model, model.published, model.training_compute_flop) == ("Tern", date(2015, 3, 1), 2e17)
    assert (model.parameters, model.arxiv_id, model.note, model.hardware_burden_flop) == (None,) * 4


@pytest.mark.parametrize(
    ("written_date", "year", "rule"),
    [
        ("2021-06", pytest.approx(2021 + 166 / 365), "date-to-midpoint"),
        ("2021", 2021.5, "date-to-midpoint"),
        ("2021-02-30", None, "unreadable-date"),
        ("June 2021", None, "unreadable-date"),
        ("9999-01-01", None, "unreadable-date"),
    ],
)
def test_dates_that_are_no_day(tmp_path: Path, written_date: str, year: float | None, rule: str) -> None:
    file = read_epoch(written(tmp_path, f"Model,Publication date\nTern,{written_date}\n"))
    assert (file.models[0].published, file.models[0].year) == (None, year)
    assert [repair.rule for repair in file.repairs] == [rule]


def test_rows_without_a_model_are_left_out(tmp_path: Path) -> None:
    file = read_epoch(written(tmp_path, "Model,Publication date\n,2020-01-01\nTern,\nGull\n"))
    assert [(model.model, model.year) for model in file.models] == [("Tern", None)]
    assert file.skipped == ((2, "names no model"), (4, "1 cells, but the header has 2"))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            "Publication date,Link\n2020-01-01,x\n",
            r"models\.csv, line 1: no column for the model .*Publication date,Link",
        ),
        ("Model,Parameters\nTern,1\n", r"no column for the date of publication .*Model,Parameters"),
        ("Model,Publication date\n", "no row could be read"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, cause: str) -> None:
    with pytest.raises(ImportFailure, match=cause):
        read_epoch(written(tmp_path, text))
