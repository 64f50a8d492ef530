"""Times of training in tables become runs: what announces them, and whose hardware they ran on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from documents import page_of
from readings import findings, read_in_tables

from extractors.records import Stage, Status, TrainingRun
from extractors.tables import find_tables

SETUP = ("4 Setup", "All models were trained on 8 V100 GPUs.")

Rows = Sequence[Sequence[str]]


def costs(runs: Sequence[TrainingRun]) -> list[tuple[str | None, float | None, float | None]]:
    """Model, wall-clock hours and device-hours."""
    return [(run.model, run.duration_hours, run.device_hours) for run in runs]


def columns(*heads: str, first: Sequence[str], second: Sequence[str]) -> Rows:
    """A table of two models."""
    return [["Model", *heads], ["Alder", *first], ["Birch", *second]]


@pytest.mark.parametrize(
    ("head", "values", "hours"),
    [
        ("Training time (h)", ("12.5", "30"), (12.5, 30.0)),
        ("Training time (days)", ("2", "1.5"), (48.0, 36.0)),
        ("Train time (min)", ("30", "90"), (0.5, 1.5)),
        ("Training time", ("3 days", "2h 30m"), (72.0, 2.5)),
        ("Training time (h)", ("2 days", "30"), (48.0, 30.0)),
        ("Training time (h)", ("12.5", "19.0 (+52%)"), (12.5, 19.0)),
        ("Training time (h)", ("~90", "1,200"), (90.0, 1200.0)),
        ("Wall-clock time (h)", ("12.5", "30"), (12.5, 30.0)),
    ],
)
def test_a_head_announces_the_times_below_it(head: str, values: tuple[str, str], hours: tuple[float, float]) -> None:
    rows = columns("Params (M)", head, first=("11", values[0]), second=("22", values[1]))
    runs = read_in_tables(page_of(rows, SETUP))
    assert costs(runs) == [("Alder", hours[0], None), ("Birch", hours[1], None)]
    assert [(run.accelerator, run.accelerator_count) for run in runs] == [("NVIDIA Tesla V100", 8)] * 2


@pytest.mark.parametrize(
    ("label", "values"), [("Training Time", ("12.5 h", "2 days")), ("Training Time (h)", ("12.5", "48"))]
)
def test_a_row_label_announces_the_times_beside_it(label: str, values: tuple[str, str]) -> None:
    rows = [["", "Alder", "Birch"], ["Params (M)", "11", "22"], [label, *values]]
    runs = read_in_tables(page_of(rows, SETUP))
    assert costs(runs) == [("Alder", 12.5, None), ("Birch", 48.0, None)]


def test_a_column_of_something_else_gives_no_run_beside_a_label_of_training_time() -> None:
    rows = [
        ["", "Alder", "Birch", "Speed-up"],
        ["Params (M)", "22", "11", "2.0"],
        ["Training Time (h)", "30", "20", "1.5"],
    ]
    assert costs(read_in_tables(page_of(rows, SETUP))) == [("Alder", 30.0, None), ("Birch", 20.0, None)]


@pytest.mark.parametrize(
    ("head", "hours"),
    [("GPU days", 24.0), ("Search cost (GPU days)", 24.0), ("GPU hours", 1.0), ("TPU core years", 8760.0)],
)
def test_device_time_is_kept_as_such(head: str, hours: float) -> None:
    runs = read_in_tables(page_of(columns("Error", head, first=("3.1", "4"), second=("2.9", "1.5"))))
    assert costs(runs) == [("Alder", None, 4 * hours), ("Birch", None, 1.5 * hours)]


def test_a_range_keeps_its_ends() -> None:
    rows = columns("Top-1", "Training time (days)", first=("71.2", "8-10"), second=("72.3", "12"))
    run, other = read_in_tables(page_of(rows, SETUP))
    assert (run.duration_hours_low, run.duration_hours, run.duration_hours_high) == (192.0, 216.0, 240.0)
    assert (other.duration_hours_low, other.duration_hours_high) == (288.0, 288.0)


def test_a_plain_time_is_of_training_where_the_caption_says_so() -> None:
    rows = columns("BLEU", "Time (h)", first=("27.1", "12"), second=("28.2", "20"))
    assert costs(read_in_tables(page_of(rows, caption="Table 1: Costs of training."))) == [
        ("Alder", 12.0, None),
        ("Birch", 20.0, None),
    ]
    assert read_in_tables(page_of(rows, caption="Table 1: Results.")) == []


def test_times_in_brackets_are_read_where_the_text_explains_them() -> None:
    rows = columns("Mini", "Full", first=("68.1 (5h)", "70.3 (7s)"), second=("72.3 (8h)", "74.3 (30h)"))
    explained = page_of(rows, SETUP, ("5 Results", "We give the accuracy, and the training time in brackets."))
    hours = [run.duration_hours for run in read_in_tables(explained)]
    assert hours == pytest.approx([5.0, 7 / 3600, 8.0, 30.0])
    assert costs(read_in_tables(page_of(rows, SETUP))) == [(None, None, None)]


def test_of_rows_that_count_epochs_the_last_is_the_training() -> None:
    rows = [
        ["Epochs", "Top-1", "Training time (h)"],
        ["100", "71.2", "10"],
        ["200", "72.3", "20"],
        ["300", "72.5", "30"],
    ]
    assert costs(read_in_tables(page_of(rows, SETUP))) == [(None, 30.0, None)]


def test_a_duration_and_a_device_time_side_by_side_are_of_one_run() -> None:
    rows = columns("GPU hours", "Training time (h)", first=("300", "30"), second=("200", "16"))
    assert costs(read_in_tables(page_of(rows, SETUP))) == [("Alder", 30.0, 300.0), ("Birch", 16.0, 200.0)]


def test_two_stages_in_one_row_are_two_runs() -> None:
    heads = ("Pre-training time (h)", "Fine-tuning time (h)")
    runs = read_in_tables(page_of(columns(*heads, first=("71", "3"), second=("72", "4")), SETUP))
    assert [(run.stage, run.duration_hours) for run in runs] == [
        (Stage.PRETRAINING, 71.0),
        (Stage.FINETUNING, 3.0),
        (Stage.PRETRAINING, 72.0),
        (Stage.FINETUNING, 4.0),
    ]


def test_hours_that_no_run_lasts_beside_many_devices_are_theirs_together() -> None:
    rows = columns("#GPUs", "Training time (h)", first=("128", "5,500"), second=("64", "20"))
    assert costs(read_in_tables(page_of(rows))) == [("Alder", None, 5500.0), ("Birch", 20.0, None)]


def test_the_same_hours_beside_few_devices_are_a_long_run() -> None:
    rows = columns("#GPUs", "Training time (h)", first=("4", "5,500"), second=("8", "20"))
    assert costs(read_in_tables(page_of(rows))) == [("Alder", 5500.0, None), ("Birch", 20.0, None)]


@pytest.mark.parametrize(
    ("label", "model"), [("Alder-7B", "Alder-7B"), ("Alder [3]", "Alder"), ("128", None), ("300k steps", None)]
)
def test_the_model_is_the_label_of_its_row_without_citation(label: str, model: str | None) -> None:
    rows = [["Model", "Top-1", "Training time (h)"], [label, "71.2", "12.5"], ["Birch", "72.3", "30"]]
    caption = "Table 1: Costs, all trained on 8 RTX 2080 Ti."
    assert [run.model for run in read_in_tables(page_of(rows, caption=caption))] == [model, "Birch"]


@pytest.mark.parametrize(
    ("rows", "model"),
    [
        ([["Model", "Coast", "Top-1", "Training time (h)"], ["Alder", "each", "71.2", "12.5"]], "Alder"),
        ([["Setting", "Value"], ["Optimiser", "Adam"], ["Training time", "3 days"], ["Batch", "256"]], None),
    ],
    ids=["second label", "settings"],
)
def test_what_is_no_name_of_a_model_is_none(rows: Rows, model: str | None) -> None:
    assert [run.model for run in read_in_tables(page_of(rows, SETUP))] == [model]


@pytest.mark.parametrize(
    ("heads", "first", "second"),
    [
        (("Top-1", "Inference time (ms)"), ("71.2", "12"), ("72.3", "14")),
        (("Top-1", "Inference time (h)"), ("71.2", "12"), ("72.3", "14")),
        (("Top-1", "Training time (ms)"), ("71.2", "12"), ("72.3", "14")),
        (("Top-1", "Training time"), ("71.2", "12 ms"), ("72.3", "14 ms")),
        (("Top-1", "Training time per epoch (h)"), ("71.2", "12"), ("72.3", "14")),
        (("Top-1", "Training speed (s/iter)"), ("71.2", "0.2"), ("72.3", "0.3")),
        (("Top-1", "Training time"), ("71.2", "300k steps"), ("72.3", "100k steps")),
        (("Top-1", "Training time (h)"), ("71.2", "-"), ("72.3", "n/a")),
        (("Top-1", "Training data (h)"), ("71.2", "960"), ("72.3", "100")),
        (("Top-1", "Train cost (FLOPs)"), ("71.2", "1e19"), ("72.3", "2e19")),
    ],
)
def test_other_times_are_no_runs(heads: tuple[str, str], first: tuple[str, str], second: tuple[str, str]) -> None:
    document = page_of(columns(*heads, first=first, second=second), SETUP)
    runs = findings(document, find_tables(document)).runs
    assert [(run.accelerator_count, run.duration_hours, run.device_hours) for run in runs] == [(8, None, None)]


@pytest.mark.parametrize(
    ("rows", "caption"),
    [
        ([["Corpus", "Speakers", "Hours"], ["Alder", "71", "800"]], "Table 1: Hours of speech used for training."),
        ([["Language", "Speakers", "Hours"], ["Alder", "71", "800"]], "Table 1: What we train on."),
        ([["Source", "Files", "Hours"], ["Alder", "71", "800"]], "Table 1: Training data set sizes."),
        ([["Source", "Files", "Hours"], ["Alder", "71", "800"]], "Table 1: Amounts of training data."),
        pytest.param(
            [["Language", "Train (h)", "Test (h)"], ["Alder", "800", "10"]],
            "Table 1: The speech data.",
        ),
    ],
)
def test_hours_of_data_are_no_runs(rows: Rows, caption: str) -> None:
    assert costs(read_in_tables(page_of(rows, SETUP, caption=caption))) == [(None, None, None)]


def test_times_reckoned_from_a_throughput_are_candidates_at_most() -> None:
    rows = [
        ["GPUs", "Training time (days)", "Throughput (tokens/s)", "MFU"],
        ["128", "30", "380,000", "0.41"],
        ["256", "16", "700,000", "0.39"],
    ]
    document = page_of(rows, SETUP)
    runs = findings(document, find_tables(document)).runs
    assert [run.duration_hours for run in runs if run.status is Status.ACCEPTED] == [None]
    assert [run.duration_hours for run in runs if run.status is Status.CANDIDATE] == [720.0, 384.0]


@pytest.mark.parametrize("cited", ["Alder [3]", "Alder (Lund et al., 2016)"])
def test_rows_that_cite_a_paper_are_not_accepted_unless_the_caption_says_what_they_ran_on(cited: str) -> None:
    rows = [["Model", "Top-1", "Training time (h)"], [cited, "71.2", "12.5"], ["Birch", "72.3", "30"]]
    assert costs(read_in_tables(page_of(rows, SETUP))) == [("Birch", 30.0, None)]
    here = page_of(rows, caption="Table 1: All models trained on 8 RTX 2080 Ti.")
    assert costs(read_in_tables(here)) == [("Alder", 12.5, None), ("Birch", 30.0, None)]


@pytest.mark.parametrize(
    "rows",
    [
        [["Model", "Pre-training time (h)", "Fine-tuning time (h)"], ["Alder", "71", "3"]],
        [["", "Alder"], ["Pre-training time (h)", "71"], ["Fine-tuning time (h)", "3"]],
    ],
    ids=["columns", "rows"],
)
def test_the_stage_is_that_of_the_head_not_of_the_caption(rows: Rows) -> None:
    caption = "Table 1: Costs of pre-training and fine-tuning on 8 RTX 2080 Ti."
    stages = [run.stage for run in read_in_tables(page_of(rows, caption=caption))]
    assert stages == [Stage.PRETRAINING, Stage.FINETUNING]
