"""An invented table like Epoch AI's."""

from __future__ import annotations

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
