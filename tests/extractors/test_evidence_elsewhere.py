"""What a record rests on beside its own sentence: cells, heads and captions of a table, names that stand elsewhere."""

from documents import document_of, page_of
from readings import accepted, read_in_tables, words_under

from extractors.evidence import with_names
from extractors.judge import RulesJudge
from extractors.runs import find_runs, read_mentions

SETUP = "4.1 Implementation details"


def test_of_a_caption_only_the_words_of_the_hardware_that_trains_are_boxed() -> None:
    caption = "Table 1: Costs. Inference is measured on V100 GPUs; training time is on 32 TPUv3 cores in all rows."
    document = page_of([["Model", "Top-1", "Training time (h)"], ["Alder", "71.2", "12.5"]], caption=caption)
    (run,) = read_in_tables(document)
    assert (run.accelerator, run.accelerator_count) == ("Google TPU v3", 32)
    assert sorted(words_under(document, run)) == ["12.5", "32 TPUv3 cores"]


def test_a_device_time_beside_the_duration_is_boxed_too() -> None:
    document = page_of(
        [
            ["Model", "Cores", "Top-1", "TPU v3 core years", "Training time (days)"],
            ["Alder", "2048", "71.2", "22.4", "4.0"],
            ["Birch", "512", "73.9", "15.5", "11.0"],
        ]
    )
    runs = read_in_tables(document)
    assert [round(run.device_hours or 0) for run in runs] == [196224, 135780]
    for run, boxed in zip(runs, ({"2048", "22.4", "4.0"}, {"512", "15.5", "11.0"}), strict=True):
        covered = set(words_under(document, run))
        assert boxed <= covered
        assert covered - boxed <= {"TPU v3 core years", "Cores"}


def test_a_head_that_names_what_its_cells_count_is_boxed() -> None:
    rows = [["Model", "#TPUv4", "Days", "Top-1"], ["Alder", "4", "1", "79.7"], ["Birch", "32", "5", "73.4"]]
    document = page_of(rows, caption="Table 1: Models that we trained on few chips.")
    runs = read_in_tables(document)
    assert [sorted(words_under(document, run)) for run in runs] == [["#TPUv4", "1", "4"], ["#TPUv4", "32", "5"]]


def test_a_caption_that_counts_what_a_row_names_is_boxed_with_it() -> None:
    rows = [["Model", "Hardware", "Training time (h)"], ["Alder", "V100", "12.5"], ["Birch", "A100", "30"]]
    document = page_of(rows, caption="Table 1: Costs of training on 8 GPUs each.")
    run = next(run for run in read_in_tables(document) if run.accelerator == "NVIDIA Tesla V100")
    assert run.accelerator_count == 8
    assert sorted(words_under(document, run)) == ["12.5", "8 GPUs", "V100"]


def test_a_name_that_stands_in_another_paragraph_is_boxed_too() -> None:
    document = document_of(
        (SETUP, "Inference was timed on a V100 GPU."),
        (SETUP, "Training ran on V100 GPUs of our cluster."),
        (SETUP, "We trained the big model on 8 GPUs for 3 days."),
    )
    mentions = read_mentions(document, ())
    runs = with_names(find_runs(mentions, RulesJudge()).runs, mentions.places)
    (run,) = (run for run in runs if run.duration_hours == 72)
    assert run.accelerator == "NVIDIA Tesla V100"
    assert sorted(words_under(document, run)) == ["3 days.", "8 GPUs", "V100 GPUs"]


def test_a_makers_name_before_the_product_is_boxed_with_it() -> None:
    document = document_of((SETUP, "We trained all our networks on NVIDIA K80 GPUs for 3 days."))
    (run,) = accepted(document)
    assert sorted(words_under(document, run)) == ["3 days.", "NVIDIA K80 GPUs"]


def test_a_company_before_a_time_is_no_maker_of_it() -> None:
    document = document_of((SETUP, "We trained on 8 V100 GPUs, and at Google training took 3 days."))
    (run,) = accepted(document)
    assert sorted(words_under(document, run)) == ["3 days.", "8 V100 GPUs,"]
