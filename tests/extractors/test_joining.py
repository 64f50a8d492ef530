"""Which run, computing or property is of which model of the results: as far as its words reach, and no farther."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest
from documents import document_of, page_of, table_of
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import findings

from extractors.joining import MOST_LINKS, find_links
from extractors.judge import RulesJudge
from extractors.performance.context import PaperContext
from extractors.properties import find_properties
from extractors.records import (
    Box,
    CountUnit,
    Document,
    Evidence,
    ModelLink,
    ModelProperty,
    Property,
    Result,
    Stage,
    Status,
    Table,
    TrainingCompute,
    TrainingRun,
)
from extractors.results import find_results, read_results
from extractors.tables import find_tables

Record = TrainingRun | TrainingCompute | ModelProperty
Paragraph = str | tuple[str, str]
Joins = dict[str, dict[int, str]]
"""By model: the number of each record that is joined to it, and the rule."""

BOX = Box(0, 0, 9, 9)
SETUP = "4 Set-up"
TRAINING = "Training took 3 days on 8 A100 GPUs."


def result(model: str | None, benchmark: str = "imagenet", table: str = "1", **others: Any) -> Result:
    evidence = Evidence(1, BOX, f"Table {table}: {model} | Top-1 | 76.3", 0, 0)
    return replace(Result(evidence, benchmark, "top1_accuracy", 76.3, True, model), **others)


def run(words: str = TRAINING, count: int | None = 8, hours: float | None = 72.0, **others: Any) -> TrainingRun:
    """Told by these words: a sentence of the document, or a row of a table."""
    unit = CountUnit.DEVICES if count else None
    told = TrainingRun(said(words), "NVIDIA A100", count, unit, hours, hours, hours, stage=Stage.TRAINING)
    return replace(told, **{"confidence": 1.0, **others})


def compute(words: str, flop: float = 1e20, **others: Any) -> TrainingCompute:
    return replace(TrainingCompute(said(words), flop, confidence=1.0), **others)


def parameters(words: str, quantity: float = 25e6, model: str | None = None, **others: Any) -> ModelProperty:
    return replace(ModelProperty(said(words), Property.PARAMETERS, quantity, model, confidence=1.0), **others)


def said(words: str) -> Evidence:
    return Evidence(1, BOX, words, 0, 0)


def placed(document: Document, record: Any) -> Any:
    """The record with the offsets of its sentence in the document."""
    start = document.text.find(record.evidence.quote)
    if start < 0:
        assert " | " in record.evidence.quote, f"no {record.evidence.quote!r} in the document"
        return record
    evidence = replace(record.evidence, start=start, end=start + len(record.evidence.quote))
    return replace(record, evidence=evidence)


def links(
    paragraphs: Sequence[Paragraph], results: Sequence[Result | str], *records: Record, tables: Sequence[Table] = ()
) -> tuple[ModelLink, ...]:
    document = document_of(*(each if isinstance(each, tuple) else (SETUP, each) for each in paragraphs))
    held = [placed(document, record) for record in records]
    return find_links(
        document,
        tables,
        [result(each) if isinstance(each, str) else each for each in results],
        [each for each in held if isinstance(each, TrainingRun)],
        [each for each in held if isinstance(each, TrainingCompute)],
        [each for each in held if isinstance(each, ModelProperty)],
        PaperContext(document),
    )


def joins(
    paragraphs: Sequence[Paragraph], results: Sequence[Result | str], *records: Record, tables: Sequence[Table] = ()
) -> Joins:
    found: Joins = defaultdict(dict)
    for link in links(paragraphs, results, *records, tables=tables):
        found[link.model][link.index] = link.rule.removeprefix("join.")
    return dict(found)


def on_benchmarks(
    paragraphs: Sequence[Paragraph], results: Sequence[Result | str], *records: Record
) -> set[tuple[str, int, str | None]]:
    """Model, number of the record, and the one benchmark on which it holds."""
    return {(link.model, link.index, link.benchmark) for link in links(paragraphs, results, *records)}


OAKS = ("OakNet-50", "OakNet-101", "PineNet")


def test_a_run_in_a_row_is_of_the_model_of_that_row() -> None:
    rows = [run(f"{name} | Time (h) | 12", hours=12.0 * at, model=name) for at, name in enumerate(OAKS, start=1)]
    assert joins([], OAKS, *rows) == {
        "OakNet-50": {0: "same-name"},
        "OakNet-101": {1: "same-name"},
        "PineNet": {2: "same-name"},
    }


def test_rows_of_two_tables_may_space_a_name_otherwise() -> None:
    assert joins([], OAKS, run("OakNet 50 | Time (h) | 12", model="OakNet 50")) == {"OakNet-50": {0: "same-name"}}


def test_a_row_that_says_more_than_the_name_is_of_the_model_that_it_names() -> None:
    row = run("OakNet-50 (fp16) | Time (h) | 12", model="OakNet-50 (fp16)")
    assert joins([], OAKS, row) == {"OakNet-50": {0: "named"}}


@pytest.mark.parametrize("model", [None, "AlderNet"], ids=["none", "another"])
def test_a_row_of_no_model_of_the_results_joins_nothing(model: str | None) -> None:
    assert joins([], OAKS, run("AlderNet | Time (h) | 12", model=model)) == {}


def test_a_sentence_is_of_the_model_that_it_names() -> None:
    sentence = "We trained OakNet-50 for 3 days."
    assert joins([sentence], OAKS, run(sentence)) == {"OakNet-50": {0: "named"}}


def test_a_family_is_all_its_models() -> None:
    sentence = "We trained OakNet for 3 days."
    assert joins([sentence], OAKS, run(sentence)) == {"OakNet-50": {0: "named"}, "OakNet-101": {0: "named"}}


def test_a_sentence_of_a_model_that_no_result_has_joins_nothing() -> None:
    sentence = "We trained AlderNet for 3 days."
    assert joins([sentence], OAKS, run(sentence, model="AlderNet")) == {}


def test_a_size_is_all_models_of_that_size() -> None:
    sentence = "The large models took 3 days."
    models = ["Alder-Base", "Alder-Large", "Birch-Large"]
    assert joins([sentence], models, run(sentence)) == {
        "Alder-Large": {0: "class-of-models"},
        "Birch-Large": {0: "class-of-models"},
    }


def test_a_sentence_without_names_is_of_the_model_in_the_sentence_before() -> None:
    assert joins([f"PineNet has 50 layers. {TRAINING}"], OAKS, run()) == {"PineNet": {0: "paragraph"}}


def test_a_paragraph_is_of_the_model_that_heads_it() -> None:
    assert joins([f"PineNet: We use warm-up. {TRAINING}"], OAKS, run()) == {"PineNet": {0: "paragraph"}}


def test_a_section_is_of_the_model_that_its_heading_names() -> None:
    assert joins([("4.1 PineNet", f"We use warm-up. {TRAINING}")], OAKS, run()) == {"PineNet": {0: "paragraph"}}


def test_a_statement_of_one_model_goes_before_one_that_may_be_of_all() -> None:
    named = "We trained OakNet-50 for a day."
    paragraphs = ["All models were trained on 8 A100 GPUs for 3 days.", named]
    assert joins(paragraphs, OAKS, run(paragraphs[0]), run(named, hours=24.0)) == {
        "OakNet-50": {1: "named"},
        "OakNet-101": {0: "all-models"},
        "PineNet": {0: "all-models"},
    }


def test_what_is_said_of_all_models_is_of_all() -> None:
    sentence = "All our models were trained on 8 A100 GPUs for 3 days."
    assert joins([sentence], OAKS, run(sentence)) == {model: {0: "all-models"} for model in OAKS}


def test_the_only_statement_is_of_all_models() -> None:
    assert joins([TRAINING], OAKS, run()) == {model: {0: "only-statement"} for model in OAKS}


def test_general_statements_that_disagree_join_nothing() -> None:
    other = "We trained on 4 A100 GPUs for 2 days."
    assert joins([TRAINING, other], OAKS, run(), run(other, 4, 48.0)) == {}


def test_general_statements_that_say_the_same_do_not_disagree() -> None:
    again = "In all, 3 days were needed."
    assert joins([TRAINING, again], ["OakNet-50"], run(), run(again)) == {
        "OakNet-50": {0: "only-statement", 1: "only-statement"}
    }


def test_a_statement_that_tells_less_does_not_contradict() -> None:
    less = "We trained on 4 A100 GPUs."
    assert joins([TRAINING, less], ["OakNet-50"], run(), run(less, 4, None)) == {"OakNet-50": {0: "only-statement"}}


def test_what_is_said_of_all_goes_before_what_is_said_of_none() -> None:
    general, other = "All models were trained on 8 A100 GPUs for 3 days.", "We trained on 4 A100 GPUs for 2 days."
    found = joins([general, other], ["OakNet-50"], run(general), run(other, 4, 48.0))
    assert found == {"OakNet-50": {0: "all-models"}}


def test_stages_stand_side_by_side() -> None:
    pretraining, tuning = "We pretrained for 3 days on 8 A100 GPUs.", "We fine-tuned for 2 hours on one A100 GPU."
    stages = run(pretraining, stage=Stage.PRETRAINING), run(tuning, 1, 2.0, stage=Stage.FINETUNING)
    assert joins([pretraining, tuning], ["OakNet-50"], *stages) == {
        "OakNet-50": {0: "only-statement", 1: "only-statement"}
    }


@pytest.mark.parametrize(
    "ablation",
    [
        ("5 Ablation study", "We trained on 4 A100 GPUs for 2 days."),
        ("5 Results", "For ablations we use less. We trained on 4 A100 GPUs for 2 days."),
        ("5 Results", "We trained on 4 A100 GPUs for 2 days to measure latency."),
    ],
    ids=["section", "sentence before", "measured"],
)
def test_ablations_give_way(ablation: tuple[str, str]) -> None:
    sentence = ablation[1].removeprefix("For ablations we use less. ")
    other = run(sentence, 4, 48.0)
    assert joins([TRAINING, ablation], ["OakNet-50"], run(), other) == {"OakNet-50": {0: "only-statement"}}
    assert joins([ablation], ["OakNet-50"], other) == {"OakNet-50": {0: "only-statement"}}, "where there are others"


def test_a_heading_that_names_a_benchmark_is_of_the_models_with_results_on_it() -> None:
    results = [result("OakNet-50"), result("PineNet", "cifar10")]
    assert joins([("4.1 CIFAR-10", TRAINING)], results, run()) == {"PineNet": {0: "benchmark"}}


@pytest.mark.parametrize("section", ["4.3 Semantic segmentation", "4.3 SVHN"])
def test_a_heading_that_names_another_task_or_other_data_is_of_none(section: str) -> None:
    results = [result("OakNet-50"), result("PineNet", "coco")]
    assert joins([(section, TRAINING)], results, run()) == {}


def test_a_heading_that_names_a_task_is_of_the_models_with_results_in_it() -> None:
    results = [result("OakNet-50"), result("PineNet", "coco")]
    assert joins([("4.2 Object detection", TRAINING)], results, run()) == {"PineNet": {0: "benchmark"}}


def test_a_run_on_other_data_is_not_of_a_model_that_it_does_not_name() -> None:
    sentence = "Training on LSUN took 3 days on 8 A100 GPUs."
    assert joins([sentence], OAKS, run(sentence)) == {}


def test_a_link_holds_for_one_benchmark_where_the_run_does() -> None:
    results = [result("OakNet-50"), result("OakNet-50", "cifar10"), result("PineNet", "cifar10")]
    assert on_benchmarks([("4.1 CIFAR-10", TRAINING)], results, run()) == {
        ("OakNet-50", 0, "cifar10"),
        ("PineNet", 0, None),
    }
    assert on_benchmarks([TRAINING], results, run()) == {("OakNet-50", 0, None), ("PineNet", 0, None)}


def test_a_named_model_has_a_run_on_each_benchmark() -> None:
    long, short = "OakNet-50 took 3 days on ImageNet.", "OakNet-50 took 5 hours on CIFAR-10."
    results = [result("OakNet-50"), result("OakNet-50", "cifar10")]
    assert on_benchmarks([long, short], results, run(long), run(short, hours=5.0)) == {
        ("OakNet-50", 0, "imagenet"),
        ("OakNet-50", 1, "cifar10"),
    }


@pytest.mark.parametrize(
    ("stage", "joined"),
    [
        (Stage.PRETRAINING, {"OakNet-50", "PineNet"}),
        (Stage.SEARCH, {"OakNet-50", "PineNet"}),
        (Stage.TRAINING, {"OakNet-50"}),
        (Stage.FINETUNING, {"OakNet-50"}),
    ],
)
def test_pretraining_and_search_reach_models_on_every_benchmark(stage: Stage, joined: set[str]) -> None:
    sentence = "We used ImageNet for 3 days on 8 A100 GPUs."
    results = [result("OakNet-50"), result("PineNet", "coco")]
    assert joins([sentence], results, run(sentence, stage=stage)).keys() == joined


def test_pretraining_on_other_data_is_of_all_models() -> None:
    sentence = "We pretrained on LSUN for 3 days."
    found = joins([sentence], OAKS, run(sentence, stage=Stage.PRETRAINING))
    assert found == {model: {0: "only-statement"} for model in OAKS}


BOTH = "OakNet-50 took 2 days, and PineNet 7 days."


def test_of_two_models_and_two_times_in_a_sentence_each_has_its_own() -> None:
    assert joins([BOTH], OAKS, run(BOTH, hours=48.0), run(BOTH, hours=168.0)) == {
        "OakNet-50": {0: "named"},
        "PineNet": {1: "named"},
    }


def test_of_two_models_and_one_time_in_a_sentence_both_have_it() -> None:
    assert joins([BOTH], OAKS, run(BOTH)) == {"OakNet-50": {0: "named"}, "PineNet": {0: "named"}}


def test_of_two_models_and_three_times_it_is_not_told_which() -> None:
    three = [run(BOTH, hours=hours) for hours in (1.0, 2.0, 3.0)]
    assert joins([BOTH], OAKS, *three) == {name: dict.fromkeys(range(3), "named") for name in ("OakNet-50", "PineNet")}


def test_of_two_data_sets_and_two_times_in_a_sentence_each_has_its_own() -> None:
    sentence = "The ImageNet runs took 3 days and the CIFAR-10 runs 5 hours."
    results = [result("OakNet-50"), result("OakNet-50", "cifar10"), result("PineNet", "cifar10")]
    assert on_benchmarks([sentence], results, run(sentence), run(sentence, hours=5.0)) == {
        ("OakNet-50", 0, "imagenet"),
        ("OakNet-50", 1, "cifar10"),
        ("PineNet", 1, None),
    }


def test_the_time_on_data_without_results_is_of_no_model() -> None:
    sentence = "The ImageNet runs took 3 days and the JFT runs a month."
    assert joins([sentence], OAKS, run(sentence), run(sentence, hours=720.0)) == {
        model: {0: "benchmark"} for model in OAKS
    }


def test_runs_of_two_stages_in_a_sentence_are_not_parted() -> None:
    tuning = run(BOTH, hours=168.0, stage=Stage.FINETUNING)
    found = joins([BOTH], OAKS, run(BOTH, hours=48.0), tuning)
    assert found == {name: {0: "named", 1: "named"} for name in ("OakNet-50", "PineNet")}


def test_a_run_on_processors_beside_runs_on_gpus_joins_nothing() -> None:
    sentence = "OakNet-50 took 9 days on 16 CPUs."
    slow = run(sentence, 16, 216.0, accelerator="CPU")
    assert joins([TRAINING, sentence], ["OakNet-50"], run(), slow) == {"OakNet-50": {0: "only-statement"}}
    assert joins([sentence], ["OakNet-50"], slow) == {"OakNet-50": {0: "named"}}, "in a paper without GPUs it does"


def test_a_card_alone_joins_where_it_is_said_of_all_models_or_of_one() -> None:
    alone, of_all, named = "We used an A100.", "All models were trained on A100 GPUs.", "PineNet ran on A100 GPUs."
    assert joins([alone], OAKS, run(alone, None, None)) == {}
    assert joins([of_all], OAKS, run(of_all, None, None)) == {model: {0: "all-models"} for model in OAKS}
    assert joins([named], OAKS, run(named, None, None)) == {"PineNet": {0: "named"}}


def test_a_setting_is_of_the_models_in_tables_of_that_setting() -> None:
    sentence = "In the mobile setting, training took 3 days."
    tables = [
        replace(table_of([["", "Top-1"]], f"Table {number}: {title} on ImageNet."), number=number)
        for number, title in (("1", "Mobile models"), ("2", "Full models"))
    ]
    results = [result("OakNet-50"), result("PineNet", table="2")]
    assert joins([sentence], results, run(sentence), tables=tables) == {"OakNet-50": {0: "class-of-models"}}


def test_a_run_that_is_stated_again_reaches_as_far_as_either_place() -> None:
    again = said("PineNet took 3 days.")
    paragraphs = [TRAINING, again.quote]
    document = document_of(*((SETUP, each) for each in paragraphs))
    start = document.text.index(again.quote)
    told_twice = run(also_stated=(replace(again, start=start, end=start + len(again.quote)),))
    assert joins(paragraphs, OAKS, told_twice)["PineNet"] == {0: "named"}
    assert joins(paragraphs, OAKS, told_twice)["OakNet-50"] == {0: "only-statement"}


def test_a_run_of_a_named_model_does_not_reach_farther_because_it_is_stated_again() -> None:
    sentence = "OakNet-50 took 3 days on 8 A100 GPUs."
    told_twice = run(sentence, also_stated=(said(TRAINING),))
    assert joins([sentence, TRAINING], OAKS, told_twice) == {"OakNet-50": {0: "named"}}


def test_stated_computing_joins_as_runs_do() -> None:
    named, general = "OakNet-50 took 1e20 FLOP.", "Training takes 3e20 FLOP."
    assert joins([named], OAKS, compute(named)) == {"OakNet-50": {0: "named"}}
    assert joins([general], OAKS, compute(general)) == {model: {0: "only-statement"} for model in OAKS}


def test_computing_and_runs_do_not_stand_in_for_one_another() -> None:
    named = "OakNet-50 took 1e20 FLOP."
    found = links([TRAINING, named], ["OakNet-50"], run(), compute(named))
    assert {(link.kind, link.rule) for link in found} == {
        ("training_run", "join.only-statement"),
        ("training_compute", "join.named"),
    }


def test_properties_join_by_the_label_of_their_row() -> None:
    rows = [parameters(f"{name} | Params (M) | 25.6", at * 1e6, name) for at, name in enumerate(OAKS, start=1)]
    found = links([], OAKS, *rows)
    assert {link.kind for link in found} == {"model_property"}
    assert joins([], OAKS, *rows) == {name: {at: "same-name"} for at, name in enumerate(OAKS)}


def test_properties_of_two_kinds_stand_side_by_side() -> None:
    size = parameters("OakNet-50 | Params (M) | 25.6", model="OakNet-50")
    epochs = parameters("We train for 90 epochs.", 90.0, property=Property.EPOCHS)
    assert joins(["We train for 90 epochs."], ["OakNet-50"], size, epochs) == {
        "OakNet-50": {0: "same-name", 1: "only-statement"}
    }


def test_a_property_on_a_benchmark_is_of_results_on_it() -> None:
    sentence = "We train for 300 epochs."
    results = [result("OakNet-50"), result("OakNet-50", "cifar10"), result("PineNet", "coco")]
    epochs = parameters(sentence, 300.0, property=Property.EPOCHS, benchmark="cifar10")
    assert on_benchmarks([sentence], results, epochs) == {("OakNet-50", 0, "cifar10")}


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [("PineNet took 3 days.", "named"), ("All models took 3 days.", "all-models"), (TRAINING, "only-statement")],
)
def test_a_join_is_no_surer_than_its_record_and_the_nearer_the_surer(sentence: str, rule: str) -> None:
    [sure] = links([sentence], ["PineNet"], run(sentence))
    [unsure] = links([sentence], ["PineNet"], run(sentence, confidence=0.5))
    assert sure.rule == unsure.rule == f"join.{rule}"
    assert sure.confidence == pytest.approx(2 * unsure.confidence)
    assert {"named": 0.85, "all-models": 0.7, "only-statement": 0.6}[rule] < sure.confidence < 1.0


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(result("PineNet", own=False), id="cited"),
        pytest.param(result("PineNet", status=Status.CANDIDATE), id="candidate"),
        pytest.param(result(None), id="without a name"),
    ],
)
def test_only_models_of_own_accepted_results_are_joined(other: Result) -> None:
    assert joins([TRAINING], [other], run()) == {}
    assert joins([TRAINING], [other, result("OakNet-50")], run()).keys() == {"OakNet-50"}


def test_a_candidate_is_joined_to_nothing_and_contradicts_nothing() -> None:
    other = "We trained on 4 A100 GPUs for 2 days."
    candidate = run(other, 4, 48.0, status=Status.CANDIDATE)
    assert joins([TRAINING, other], ["OakNet-50"], candidate, run()) == {"OakNet-50": {1: "only-statement"}}


def test_a_paper_without_results_has_no_links() -> None:
    assert links([TRAINING], [], run()) == ()


def read(document: Document) -> Joins:
    """All that is read in a document and its tables, joined: by model, kinds and numbers of what is of it."""
    tables, judge, context = find_tables(document), RulesJudge(), PaperContext(document)
    found = findings(document, tables)
    results = find_results(read_results(document, tables, context), judge)
    properties = find_properties(document, tables)
    joined: Joins = defaultdict(dict)
    for link in find_links(document, tables, results, found.runs, found.training_compute, properties, context):
        if link.kind == "training_run":
            joined[link.model][int(found.runs[link.index].duration_hours or 0)] = link.rule
        else:
            joined[link.model][int(properties[link.index].quantity)] = link.rule
    return dict(joined)


def test_sizes_times_and_accuracies_in_one_row_are_of_one_model() -> None:
    document = page_of(
        [
            ["Model", "Params (M)", "Training time (h)", "Top-1 (%)"],
            ["OakNet-50", "25.6", "12", "76.3"],
            ["OakNet-101", "44.5", "30", "78.1"],
        ],
        ("4 Experiments", "We train all models on 8 V100 GPUs. Table 1 gives accuracies on ImageNet."),
        caption="Table 1: Top-1 accuracy on ImageNet.",
    )
    by_label = "join.same-name"
    assert read(document) == {
        "OakNet-50": {12: by_label, 25_600_000: by_label},
        "OakNet-101": {30: by_label, 44_500_000: by_label},
    }


def test_times_in_a_sentence_are_of_the_models_of_a_table() -> None:
    document = page_of(
        [["Model", "Top-1 (%)"], ["OakNet-50", "76.3"], ["OakNet-101", "78.1"]],
        ("4 Experiments", "Training OakNet-50 took 2 days and OakNet-101 7 days on 8 V100 GPUs."),
        caption="Table 1: Top-1 accuracy on ImageNet.",
    )
    assert read(document) == {"OakNet-50": {48: "join.named"}, "OakNet-101": {168: "join.named"}}


SENTENCES = st.sampled_from(
    [
        TRAINING,
        BOTH,
        "All our models took 3 days.",
        "The large models took 3 days on ImageNet.",
        "PineNet took 3 days.",
        "In the mobile setting, OakNet took 3 days on COCO.",
        "AlderNet | Time (h) | 12",
    ]
)
MODELS = st.sampled_from([*OAKS, "Pine-Large", "AlderNet", "", "†", "The", None])
BENCHMARKS = st.sampled_from(["imagenet", "coco", "cifar10"])
STATUSES = st.sampled_from(Status)


@st.composite
def papers(draw: st.DrawFn) -> tuple[list[tuple[str, str]], list[Result], list[Record]]:
    """Sentences under headings, results, and runs, computing and properties that the sentences tell."""
    sentences = draw(st.lists(SENTENCES, min_size=1, max_size=5, unique=True))
    headings = st.sampled_from([SETUP, "4.1 PineNet", "4.2 COCO", "5 Ablations"])
    results = [
        result(draw(MODELS), draw(BENCHMARKS), own=draw(st.booleans()), status=draw(STATUSES))
        for _ in range(draw(st.integers(0, 8)))
    ]
    records: list[Record] = []
    for _ in range(draw(st.integers(0, 6))):
        words, status, model = draw(st.sampled_from(sentences)), draw(STATUSES), draw(MODELS)
        shared = {"status": status, "model": model, "confidence": draw(st.sampled_from([0.4, 0.9]))}
        kind = draw(st.sampled_from(["run", "compute", "property"]))
        if kind == "run":
            hours = draw(st.sampled_from([None, 24.0, 72.0]))
            records.append(run(words, hours=hours, stage=draw(st.sampled_from(Stage)), **shared))
        elif kind == "compute":
            records.append(compute(words, **shared))
        else:
            records.append(parameters(words, benchmark=draw(st.none() | BENCHMARKS), **shared))
    return [(draw(headings), sentence) for sentence in sentences], results, records


@settings(max_examples=300, deadline=None)
@given(papers())
def test_links_never_point_outside_what_was_read(
    paper: tuple[list[tuple[str, str]], list[Result], list[Record]],
) -> None:
    paragraphs, results, records = paper
    held = {
        "training_run": [each for each in records if isinstance(each, TrainingRun)],
        "training_compute": [each for each in records if isinstance(each, TrainingCompute)],
        "model_property": [each for each in records if isinstance(each, ModelProperty)],
    }
    found = links(paragraphs, results, *records)
    for link in found:
        record = held[link.kind][link.index]
        of_model = [each for each in results if each.model == link.model]
        good = {each.benchmark for each in of_model if each.own and each.status is Status.ACCEPTED}
        assert record.status is Status.ACCEPTED
        assert good and (link.benchmark is None or link.benchmark in good)
        assert 0 < link.confidence <= record.confidence
    told = [(link.kind, link.index, link.model, link.benchmark) for link in found]
    assert len(set(told)) == len(told)
    for kind, index, model, benchmark in told:
        assert benchmark is None or (kind, index, model, None) not in told, "on all benchmarks, or on some"


@settings(max_examples=100, deadline=None)
@given(papers(), st.data())
def test_the_order_of_results_plays_no_part(
    paper: tuple[list[tuple[str, str]], list[Result], list[Record]], data: st.DataObject
) -> None:
    paragraphs, results, records = paper
    turned = data.draw(st.permutations(results))
    assert set(links(paragraphs, turned, *records)) == set(links(paragraphs, results, *records))


def test_there_are_no_more_links_than_are_bounded_and_soon() -> None:
    sentence = "All our models took 3 days."
    models = [f"Oak{number}Net" for number in range(300)]
    began = perf_counter()
    found = links([sentence], models, *(run(sentence) for _ in range(60)))
    assert len(found) == MOST_LINKS
    assert perf_counter() - began < 20
