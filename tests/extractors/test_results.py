"""Readings to results: judged, what a sentence repeats of a table dropped, and each stated once."""

from __future__ import annotations

import pytest
from documents import document_of
from result_tables import readings, results, table_of_results

from extractors.judge import RULES_LOG_ODDS, RulesJudge, Signals, probability
from extractors.performance.context import PaperContext
from extractors.performance.readings import ReadResult
from extractors.records import Box, Document, Evidence, Result, Status
from extractors.results import find_results, judged_results, merged_results, read_results, with_certainty

EVIDENCE = Evidence(page=1, box=Box(0, 0, 10, 10), quote="AlderNet | Top-1 | 76.1", start=0, end=0)


def result(
    value: float = 76.1,
    model: str | None = "AlderNet",
    *,
    benchmark: str = "imagenet",
    metric: str = "top1_accuracy",
    own: bool = True,
    confidence: float = 0.5,
) -> Result:
    return Result(EVIDENCE, benchmark, metric, value, own, model, confidence=confidence)


def reading(
    value: float = 76.1, model: str | None = "AlderNet", *, in_table: bool = True, own: float = 4.0, right: float = 4.0
) -> ReadResult:
    """Log-odds of ``own`` and ``right`` that the rules give."""
    return ReadResult(result(value, model), {RULES_LOG_ODDS: own}, {RULES_LOG_ODDS: right}, in_table)


def found(*read: ReadResult) -> list[tuple[float, str | None]]:
    return [(each.value, each.model) for each in find_results(read, RulesJudge())]


@pytest.mark.parametrize(("log_odds", "own"), [(4.0, True), (0.5, True), (-0.5, False), (-4.0, False)])
def test_a_value_is_the_paper_s_own_where_that_is_likelier(log_odds: float, own: bool) -> None:
    (judged,) = judged_results([reading(own=log_odds)], RulesJudge())
    assert judged.own is own


def test_a_record_that_is_likely_wrong_is_a_candidate_only() -> None:
    sure, unsure = judged_results([reading(right=4.0), reading(right=-2.0)], RulesJudge())
    assert (sure.status, unsure.status) == (Status.ACCEPTED, Status.CANDIDATE)
    assert sure.confidence > 0.5 > unsure.confidence


def test_not_to_know_whose_a_value_is_makes_its_record_less_sure() -> None:
    own, open_, cited = judged_results([reading(own=4.0), reading(own=0.1), reading(own=-4.0)], RulesJudge())
    assert own.confidence == cited.confidence > open_.confidence


def test_the_judge_that_is_handed_in_decides() -> None:
    class Contrary(RulesJudge):
        results_from = 0.9

        def own_results(self, values: list[Signals]) -> list[float]:
            return [1 - probability(value[RULES_LOG_ODDS]) for value in values]

        def result_confidences(self, results: list[Signals]) -> list[float]:
            return [0.89 if each["own.is-own"] else 0.91 for each in results]

    cited, own = judged_results([reading(own=4.0), reading(own=-4.0)], Contrary())
    assert (cited.own, cited.confidence, cited.status) == (False, 0.91, Status.ACCEPTED)
    assert (own.own, own.confidence, own.status) == (True, 0.89, Status.CANDIDATE)


def test_certainty_is_a_signal_between_nothing_and_one() -> None:
    signals = {RULES_LOG_ODDS: 1.0, "in.table": 1.0}
    open_, sure, against = (with_certainty(signals, chance) for chance in (0.5, 0.999999, 0.000001))
    assert (open_["own.certainty"], sure["own.certainty"], against["own.certainty"]) == (0.0, 1.0, 1.0)
    assert (sure["own.is-own"], against["own.is-own"]) == (1.0, 0.0)
    assert open_[RULES_LOG_ODDS] < 1.0 < sure[RULES_LOG_ODDS]
    assert sure["in.table"] == 1.0
    assert signals == {RULES_LOG_ODDS: 1.0, "in.table": 1.0}


def test_what_a_sentence_repeats_of_a_table_is_the_table_s() -> None:
    table = reading(76.1, "AlderNet")
    assert found(table, reading(76.1, "our network", in_table=False)) == [(76.1, "AlderNet")]
    assert found(table, reading(76.104, None, in_table=False)) == [(76.1, "AlderNet")]
    assert found(table, reading(76.2, None, in_table=False)) == [(76.1, "AlderNet"), (76.2, None)]


def test_a_sentence_is_kept_beside_a_table_that_was_not_accepted() -> None:
    doubted = reading(76.1, "AlderNet", right=-6.0)
    assert found(doubted, reading(76.1, "our network", in_table=False)) == [(76.1, "AlderNet"), (76.1, "our network")]


def test_sentences_of_the_same_value_and_another_benchmark_or_metric_are_kept() -> None:
    other = [
        ReadResult(each, {RULES_LOG_ODDS: 4.0}, {RULES_LOG_ODDS: 4.0}, in_table=False)
        for each in (result(benchmark="cifar10"), result(metric="top5_accuracy"))
    ]
    assert len(found(reading(), *other)) == 3


def test_the_same_value_of_the_same_model_is_stated_once_by_the_surest() -> None:
    first, second = result(confidence=0.6), result(model="Alder-Net", confidence=0.9)
    assert merged_results([first, second]) == (second,)
    assert merged_results([second, first]) == (second,)
    assert merged_results([first, first]) == (first,)


@pytest.mark.parametrize(
    "other",
    [
        result(model="BirchNet"),
        result(model="AlderNet-2"),
        result(model=None),
        result(76.2),
        result(76.11),
        result(own=False),
        result(benchmark="cifar10"),
        result(metric="top5_accuracy"),
    ],
)
def test_records_that_differ_in_what_they_state_are_all_kept(other: Result) -> None:
    assert merged_results([result(), other]) == (result(), other)


def test_the_order_of_the_paper_is_kept() -> None:
    first, second, again = result(70.0, confidence=0.5), result(71.0), result(70.0, confidence=0.9)
    assert merged_results([first, second, again]) == (again, second)
    assert merged_results([]) == ()


def test_two_tables_that_give_a_model_s_value_give_one_record() -> None:
    small = table_of_results([["Model", "Top-1"], ["AlderNet-S", "76.1"], ["AlderNet-L", "76.1"]], "ImageNet.")
    again = table_of_results([["Model", "Top-1"], ["AlderNet S", "76.10"]], "ImageNet accuracy.", number="2")
    assert [(each.model, each.evidence.quote[:7]) for each in results(small, again)] == [
        ("AlderNet S", "Table 2"),
        ("AlderNet-L", "Table 1"),
    ]


def test_a_table_and_the_text_around_it() -> None:
    """The text's repetition of the table's value is dropped, its further value is not."""
    table = table_of_results([["Model", "Top-1"], ["AlderNet-S", "76.1"], ["HazelNet [3]", "74.1"]], "ImageNet.")
    paper = document_of(
        "Our AlderNet-S achieves 76.1% top-1 accuracy on ImageNet.",
        "Our AlderNet-L achieves 79.3% top-1 accuracy on ImageNet.",
    )
    assert [(each.model, each.value, each.own, each.evidence.quote) for each in results(table, paper=paper)] == [
        ("AlderNet-S", 76.1, True, "Table 1: AlderNet-S | Top-1 | 76.1"),
        ("HazelNet", 74.1, False, "Table 1: HazelNet [3] | Top-1 | 74.1"),
        ("AlderNet-L", 79.3, True, "Our AlderNet-L achieves 79.3% top-1 accuracy on ImageNet."),
    ]


def test_a_value_in_a_sentence_leads_to_its_words_and_its_box() -> None:
    text = "Our AlderNet-L achieves 79.3% top-1 accuracy on ImageNet."
    document = document_of("Leaves.", text)
    (read,) = read_results(document, (), PaperContext(document))
    evidence = read.result.evidence
    assert not read.in_table
    assert document.text[evidence.start : evidence.end] == evidence.quote == text
    assert evidence.box == dict(enumerate(document.passages[1].pieces))[3][3]
    assert evidence.rules[0] == "result.in-text"


def test_a_long_sentence_is_quoted_around_its_number() -> None:
    words = "leaves and " * 80
    document: Document = document_of(
        f"With {words}roots AlderNet-L achieves 79.3% top-1 accuracy on ImageNet with {words}bark."
    )
    (read,) = read_results(document, (), PaperContext(document))
    evidence = read.result.evidence
    assert "79.3% top-1" in evidence.quote
    assert len(evidence.quote) <= 500
    assert evidence.quote in document.text[evidence.start : evidence.end]


@pytest.mark.parametrize(
    ("sure", "less_sure"),
    [
        (("ImageNet Top-1", "Figures."), ("ImageNet", "Figures.")),
        (("ImageNet", "Top-1 accuracy."), ("ImageNet", "Accuracies.")),
        (("Top-1 acc.", "ImageNet."), ("Top-1", "ImageNet.")),
    ],
)
def test_a_reading_that_more_words_bear_out_is_surer(sure: tuple[str, str], less_sure: tuple[str, str]) -> None:
    one, other = (
        results(table_of_results([["Model", head], ["AlderNet", "76.1"]], caption))[0]
        for head, caption in (sure, less_sure)
    )
    assert one.confidence > other.confidence


def test_the_second_number_of_a_cell_and_a_row_without_name_are_less_sure() -> None:
    rows = [["Model", "Top-1/Top-5 acc."], ["AlderNet", "76.1/93.1"], ["300", "77.1/94.1"]]
    first, unnamed, second, _ = readings(table_of_results(rows, "ImageNet."))
    assert [each.result.value for each in (first, unnamed, second)] == [76.1, 77.1, 93.1]
    assert first.signals[RULES_LOG_ODDS] > unnamed.signals[RULES_LOG_ODDS] > second.signals[RULES_LOG_ODDS]
