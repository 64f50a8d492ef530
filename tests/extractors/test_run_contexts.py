"""What stands around a mention decides whose it is; facts told twice are told once."""

import pytest
from documents import document_of
from readings import Facts, accepted, facts, findings

from extractors.records import Stage, Status

SETUP = "4.1 Implementation details"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (
            "We trained with synchronous updates across four GPUs instead of asynchronous updates across 32 GPUs.",
            ("GPU", 4, None),
        ),
        ("We trained on 8 A100 GPUs rather than on 64 V100 GPUs.", ("NVIDIA A100", 8, None)),
        ("We train our detector on four GPUs, while Cornice requires ten GPUs.", ("GPU", 4, None)),
        (
            "We trained on 8 A100 GPUs for 3 days compared to 64 V100 GPUs for 9 days.",
            ("NVIDIA A100", 8, 72.0),
        ),
        (
            "We trained on 8 A100 GPUs for 3 days, much less compared to Alder (approx. 9 days).",
            ("NVIDIA A100", 8, 72.0),
        ),
        ("The model was trained on 2600 hours of calls using 8 V100 GPUs.", ("NVIDIA Tesla V100", 8, None)),
        (
            "Our model was trained on 8 V100 GPUs and needs 10 hours to reach below 45 perplexity.",
            ("NVIDIA Tesla V100", 8, None),
        ),
    ],
)
def test_what_is_another_s_or_no_time_of_training_stands_beside_the_own_run(text: str, own: Facts) -> None:
    assert facts(document_of((SETUP, text))) == [own]


@pytest.mark.parametrize(
    "text",
    [
        "The acoustic model was trained on 2600 hours.",
        "The acoustic model was trained on about 2600 hours of internal data.",
        "We used 4 A100 GPUs with 40 GB to run the decoding experiments.",
        "We would need 64 A100 GPUs to train it.",
        "The small model can be run on one V100 GPU.",
    ],
)
def test_what_is_data_decoding_or_only_thought_of_is_no_run(text: str) -> None:
    assert facts(document_of((SETUP, text))) == []


def test_words_that_exclude_a_mention_leave_no_candidate_either() -> None:
    text = "We trained on 8 A100 GPUs rather than on 64 V100 GPUs."
    assert [run.accelerator_count for run in findings(document_of((SETUP, text))).runs] == [8]


def test_the_same_words_before_the_mention_that_is_meant_do_not_harm_it() -> None:
    """What is excluded ends with its clause."""
    text = "Rather than wait, we bought cards: training ran for 3 days on 8 A100 GPUs."
    assert facts(document_of((SETUP, text))) == [("NVIDIA A100", 8, 72.0)]


def test_device_hours_that_are_the_count_times_the_hours_join_that_run() -> None:
    document = document_of(
        (SETUP, "Training our model takes 26 minutes on 16 H100 GPUs."),
        (SETUP, "The training of our model costs 7 H100 GPU hours in total."),
    )
    (run,) = accepted(document)
    assert (run.accelerator, run.accelerator_count, run.device_hours) == ("NVIDIA H100", 16, 7.0)
    assert run.duration_hours == pytest.approx(26 / 60)


def test_device_hours_that_are_not_stay_a_run_of_their_own() -> None:
    document = document_of(
        (SETUP, "Training our model takes 26 minutes on 16 H100 GPUs."),
        (SETUP, "The training of our model costs 70 H100 GPU hours in total."),
    )
    assert [run.device_hours for run in accepted(document)] == [None, 70.0]


def test_the_same_figures_of_training_and_of_finetuning_are_one_run() -> None:
    document = document_of(
        (SETUP, "We train the model on 8 V100 GPUs for 24 hours."),
        (SETUP, "Fine-tuning the model took 24 hours on 8 V100 GPUs."),
    )
    assert facts(document) == [("NVIDIA Tesla V100", 8, 24.0)]


def test_cpus_count_where_no_accelerator_is_named() -> None:
    (run,) = accepted(document_of((SETUP, "Each experiment used 450 CPU workers and lasted 2 to 5 days.")))
    assert (run.accelerator, run.accelerator_count) == ("CPU", 450)
    assert (run.duration_hours_low, run.duration_hours, run.duration_hours_high) == (48.0, 84.0, 120.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We trained the agent on 8 V100 and 64 CPUs for 3 days.", ("NVIDIA Tesla V100", 8, 72.0)),
        ("We trained the agent on one GPU and 64 CPUs for 3 days.", ("GPU", 1, 72.0)),
        ("We trained the agent on 64 CPU cores for 3 days.", (None, None, 72.0)),
    ],
)
def test_cpus_beside_an_accelerator_and_cores_of_them_are_passed_over(text: str, expected: Facts) -> None:
    assert facts(document_of((SETUP, text))) == [expected]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We trained on a workstation with an Intel Xeon CPU, GeForce GTX Titan X, and 64 GB RAM.", 1),
        ("We trained on a server with Intel Xeon CPUs and V100 GPUs.", None),
    ],
)
def test_the_card_among_the_parts_of_a_machine_is_one_unless_in_the_plural(text: str, count: int | None) -> None:
    assert [run.accelerator_count for run in accepted(document_of((SETUP, text)))] == [count]


def test_plain_gpus_are_a_run_only_where_nothing_more_is_said() -> None:
    alone = document_of((SETUP, "We train all networks on GPUs."))
    more = document_of((SETUP, "We train all networks on GPUs."), (SETUP, "The encoder is trained on 4 V100 GPUs."))
    assert facts(alone) == [("GPU", None, None)]
    assert [run.accelerator for run in findings(more).runs] == ["NVIDIA Tesla V100"]


def test_minutes_behind_hours_are_read_as_one_time() -> None:
    assert facts(document_of((SETUP, "Training ran for 2h 30m on 8 A100 GPUs."))) == [("NVIDIA A100", 8, 2.5)]


@pytest.mark.xfail(strict=True, reason="the weight of before.they-need is less than that of the cues of training")
def test_what_another_s_model_requires_is_no_run_though_named_and_timed() -> None:
    text = "We train on four V100 GPUs, while Cornice requires ten Titan X GPUs for 9 days."
    assert facts(document_of((SETUP, text))) == [("NVIDIA Tesla V100", 4, None)]


def test_what_would_be_needed_is_no_run_where_the_word_stands_behind() -> None:
    assert facts(document_of((SETUP, "Training it on 64 A100 GPUs would take 3 months."))) == []


def test_a_doubtful_mention_stays_a_candidate() -> None:
    runs = findings(document_of((SETUP, "We train our detector on four GPUs, while Cornice requires ten GPUs."))).runs
    assert [(run.accelerator_count, run.status) for run in runs] == [(4, Status.ACCEPTED), (10, Status.CANDIDATE)]
    assert {run.stage for run in runs} == {Stage.TRAINING}
