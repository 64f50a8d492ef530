"""Mentions become training runs: whose hardware, which time, and with what evidence."""

import pytest
from documents import document_of
from readings import accepted, facts, findings

from extractors.records import CountUnit, Role, Stage, Status

SETUP = "4.1 Implementation details"


def test_base_and_big_models_are_two_runs_of_the_same_machine() -> None:
    document = document_of(
        (
            "5.2 Hardware and schedule",
            "We trained our models on one machine with 8 NVIDIA P100 GPUs. The base models took 12 hours to train. "
            "The big models were trained for 300,000 steps (3.5 days).",
        )
    )
    assert facts(document) == [("NVIDIA Tesla P100", 8, 12.0), ("NVIDIA Tesla P100", 8, 84.0)]


def test_a_time_finds_the_hardware_of_another_paragraph_of_its_section() -> None:
    document = document_of(
        ("5 Training", "All networks were trained on 4 Tesla K40 GPUs."), ("5 Training", "Training took about a week.")
    )
    assert facts(document) == [("NVIDIA Tesla K40", 4, 168.0)]


def test_a_time_without_hardware_stands_alone() -> None:
    assert facts(document_of(("3 Training", "Training our model takes 4-5 days."))) == [(None, None, 108.0)]


def test_plain_gpus_take_the_only_name_that_the_paper_trains_on() -> None:
    document = document_of(
        (SETUP, "All our models are trained on NVIDIA M40 GPUs."),
        (SETUP, "We trained the large model with 8 GPUs for 37 days."),
    )
    assert ("NVIDIA Tesla M40", 8, 888.0) in facts(document)


def test_plain_gpus_stay_plain_where_the_paper_names_two() -> None:
    document = document_of(
        (SETUP, "The encoder was trained on one V100."),
        (SETUP, "The decoder was trained on one A100."),
        ("5 Ablations", "We trained the ablations with SGD on 4 GPUs."),
    )
    assert ("GPU", 4, None) in facts(document)


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("5 Speed", "Inference runs at 30 FPS on a single Titan X GPU."),
        ("4 Experiments", "At test time the model takes 0.8 s per image on a Tesla V100."),
        ("1 Introduction", "Smith et al. (2019) trained their largest encoder on 512 V100 GPUs for 3 weeks."),
        ("2 Related work", "Their authors trained it on 64 TPU v3 chips for 4 days."),
        ("1 Introduction", "With modern GPUs such as the A100 this would take 3 months."),
        ("Acknowledgements", "We thank NVIDIA for the donation of a Titan X GPU."),
        ("4 Data", "Our dataset contains clicks collected over 3 months."),
        ("4 Data", "We trained on 960 hours of speech."),
        ("2 Life", "He finished a four-year term in three years."),
        ("4 Setup", "We did not train on 8 V100 GPUs."),
    ],
)
def test_what_is_not_the_papers_own_training_gives_no_run(section: str, text: str) -> None:
    assert facts(document_of((section, text))) == []


def test_references_are_not_read() -> None:
    assert facts(document_of(("References", "Training on 8 V100 GPUs took 3 days.", Role.REFERENCE))) == []


def test_captions_and_footnotes_are_read() -> None:
    document = document_of(
        ("4 Experiments", "^1 All models were trained on 4 RTX 2080 Ti GPUs for 30 hours.", Role.FOOTNOTE)
    )
    assert facts(document) == [("NVIDIA GeForce RTX 2080 Ti", 4, 30.0)]


def test_device_time_is_kept_as_stated_and_never_turned_into_hours() -> None:
    (run,) = accepted(document_of(("3 Search", "Our architecture search took 3150 GPU days.")))
    assert (run.device_hours, run.duration_hours, run.stage) == (75_600, None, Stage.SEARCH)


def test_a_duration_and_a_device_time_of_one_sentence_are_one_run() -> None:
    document = document_of((SETUP, "We trained on 512 H100 GPUs for 31 days, that is 380,000 GPU hours."))
    ((run),) = accepted(document)
    assert (run.accelerator_count, run.duration_hours, run.device_hours) == (512, 744, 380_000)


def test_devices_of_each_node_are_multiplied_only_where_the_nodes_are_counted() -> None:
    many = document_of((SETUP, "We trained the model on 25 nodes. Each node has 8 V100 GPUs."))
    some = document_of((SETUP, "We trained the model on a cluster. Each node has 8 V100 GPUs."))
    assert facts(many) == [("NVIDIA Tesla V100", 200, None)]
    assert facts(some) == [("NVIDIA Tesla V100", None, None)]


def test_what_says_less_than_another_statement_is_no_run_of_its_own() -> None:
    document = document_of(
        (SETUP, "We trained on V100 GPUs."),
        (SETUP, "We trained on 8 V100 GPUs."),
        (SETUP, "We trained on 8 V100 GPUs for 2 days."),
    )
    assert facts(document) == [("NVIDIA Tesla V100", 8, 48.0)]


def test_a_range_of_time_keeps_its_ends() -> None:
    (run,) = accepted(document_of((SETUP, "Training on 8 GPUs took 10-14 days.")))
    assert (run.duration_hours_low, run.duration_hours, run.duration_hours_high) == (240, 288, 336)


def test_mixed_precision_is_noted() -> None:
    document = document_of(
        (SETUP, "We trained on 8 V100 GPUs for 2 days."), (SETUP, "We use mixed precision training.")
    )
    assert [run.mixed_precision for run in accepted(document)] == [True]


def test_evidence_is_the_sentence_and_the_box_of_the_words_it_rests_on() -> None:
    document = document_of((SETUP, "We were lucky. We trained on 8 V100 GPUs for 2 days."))
    (run,) = accepted(document)
    evidence = run.evidence
    assert evidence.quote == "We trained on 8 V100 GPUs for 2 days."
    assert document.text[evidence.start : evidence.end] == evidence.quote
    first, last = evidence.quote.split().index("8"), evidence.quote.split().index("days.")
    assert (evidence.box.x0, evidence.box.x1) == (10.0 * (3 + first), 10.0 * (3 + last) + 9)
    assert evidence.rules[0] == "count.number"


def test_doubtful_statements_are_candidates_not_lost() -> None:
    runs = findings(document_of(("3 The desk", "There are 4 RTX 2080 Ti cards in it."))).runs
    assert [run.status for run in runs] == [Status.CANDIDATE]
    assert 0 < runs[0].confidence < 0.5


def test_total_training_computing_is_read_and_operations_of_a_pass_are_not() -> None:
    document = document_of(
        ("6 Cost", "Training the big model took 2.3 × 10^19 FLOPs."), ("6 Cost", "A forward pass needs 4 × 10^9 FLOPs.")
    )
    assert [compute.flop for compute in findings(document).training_compute] == [2.3e19]


def test_unknown_hardware_is_reported_by_its_written_name() -> None:
    found = findings(document_of((SETUP, "We trained on 64 Zephyr Q9 accelerators for 19 days.")))
    assert [(item.name, item.page) for item in found.unknown_hardware] == [("Zephyr Q9", 1)]
    assert "Zephyr Q9 accelerators" in found.unknown_hardware[0].quote
    assert (found.runs[0].accelerator, found.runs[0].accelerator_count) == ("Zephyr Q9", 64)


def test_device_time_brings_its_own_hardware_and_unit() -> None:
    (gpu,) = accepted(document_of((SETUP, "Training the network took 3150 GPU days.")))
    (cores,) = accepted(document_of((SETUP, "Training the network took 1000 TPU v3 core hours.")))
    assert gpu.accelerator == "GPU"
    assert (cores.accelerator, cores.count_unit, cores.device_hours) == ("Google TPU v3", CountUnit.CORES, 1000)


def test_time_of_cpus_is_not_time_of_the_accelerator() -> None:
    (run,) = accepted(document_of((SETUP, "We trained on one V100 and preprocessing took 2000 CPU hours.")))
    assert (run.accelerator, run.device_hours) == ("NVIDIA Tesla V100", None)


def test_only_gpus_written_is_gpu_not_nothing() -> None:
    assert facts(document_of((SETUP, "We trained on GPUs for 3 days."))) == [("GPU", None, 72.0)]


def test_the_stage_is_that_of_the_nearest_word() -> None:
    text = "Pretraining took 4 days on 64 V100 GPUs and finetuning took 3 hours on 8 A100 GPUs."
    assert [run.stage for run in accepted(document_of((SETUP, text)))] == [Stage.PRETRAINING, Stage.FINETUNING]


def test_beam_search_is_no_search_of_networks() -> None:
    (run,) = accepted(document_of((SETUP, "We trained on 8 V100 GPUs for 3 days and decode with beam search.")))
    assert run.stage is Stage.TRAINING


def test_two_stages_with_the_same_figures_are_two_runs() -> None:
    document = document_of(
        (SETUP, "We pretrain the model on 8 V100 GPUs for 24 hours."),
        (SETUP, "We then fine-tune the model on 8 V100 GPUs for 24 hours."),
    )
    assert [run.stage for run in accepted(document)] == [Stage.PRETRAINING, Stage.FINETUNING]


def test_mixed_precision_of_others_is_not_noted() -> None:
    document = document_of(
        (SETUP, "We trained on 8 V100 GPUs for 2 days."),
        (SETUP, "Earlier work used mixed precision, which we do not use."),
    )
    assert [run.mixed_precision for run in accepted(document)] == [False]


def test_runs_of_one_sentence_are_told_in_its_order_whatever_their_confidence() -> None:
    text = "We trained the small model on V100 GPUs and the large model on 16 A100 GPUs."
    assert [name for name, _, _ in facts(document_of((SETUP, text)))] == ["NVIDIA Tesla V100", "NVIDIA A100"]


def test_the_quote_of_a_long_sentence_is_a_window_around_the_words_it_rests_on() -> None:
    padding = "and it was a long story of which much was told, " * 6
    (run,) = accepted(document_of((SETUP, f"We trained, {padding} on 8 V100 GPUs for 3 days, {padding} and no more.")))
    assert "8 V100 GPUs for 3 days" in run.evidence.quote
    assert len(run.evidence.quote) <= 500


def test_a_paper_that_repeats_itself_without_end_is_read_within_bounds() -> None:
    sentences = " ".join(f"We trained on {number + 2} V100 GPUs for {number + 1} hours." for number in range(3_000))
    runs = findings(document_of((SETUP, sentences))).runs
    assert 100 < len(runs) <= 1_000
