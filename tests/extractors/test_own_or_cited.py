"""Whose a value in a table is: the paper's own, or quoted from others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from documents import document_of
from result_tables import A_PAPER, Rows, readings, results, table_of_results

from extractors.judge import RULES_LOG_ODDS
from extractors.performance.names import PaperNames, is_cited, name_keys
from extractors.performance.own_in_text import own_signals
from extractors.records import Document, Role

TOP1 = "Top-1 on ImageNet."


def own(
    rows: Rows,
    caption: str = TOP1,
    *,
    labels: int = 1,
    notes: Sequence[tuple[str, str]] = (),
    paper: Document = A_PAPER,
) -> dict[str | None, bool]:
    """Of each model whether the rules take its value for the paper's own."""
    table = table_of_results(rows, caption, labels=labels, notes=notes)
    return {result.model: result.own for result in results(table, paper=paper)}


def signals(rows: Rows, caption: str = TOP1, *, paper: Document = A_PAPER, labels: int = 1) -> list[set[str]]:
    """What is seen of each value."""
    table = table_of_results(rows, caption, labels=labels)
    return [set(each.own_signals) for each in readings(table, paper=paper)]


CITATIONS = [
    "AlderNet [4]",
    "AlderNet [4, 12]",
    "AlderNet [4-6]",
    "AlderNet (Lund et al., 2016)",
    "AlderNet (Lund & Berg, 2016a)",
    "Lund et al. (2016)",
    "Lund and Berg (2016)",
    "AlderNet (2016)",
    "AlderNet, Lund et al.",
]


@pytest.mark.parametrize("label", CITATIONS)
def test_a_row_that_cites_is_quoted_and_one_of_ours_is_not(label: str) -> None:
    assert is_cited(label)
    rows = [["Model", "Top-1"], [label, "76.1"], ["Ours", "78.2"]]
    assert list(own(rows).values()) == [False, True]


@pytest.mark.parametrize("label", ["AlderNet", "AlderNet-2016", "AlderNet (ours)", "AlderNet [ours]", "B (16)", "2016"])
def test_a_label_without_citation(label: str) -> None:
    assert not is_cited(label)


@pytest.mark.parametrize("label", ["CedarNet (ours)", "Our CedarNet", "CedarNet, this work", "Proposed CedarNet"])
def test_rows_that_say_so_are_the_paper_s_own_among_cited_ones(label: str) -> None:
    rows = [["Model", "Top-1"], ["AlderNet [4]", "76.1"], ["BirchNet [5]", "77.1"], [label, "78.2"]]
    assert list(own(rows, "Comparison with others on ImageNet.").values()) == [False, False, True]


def test_citations_in_a_column_of_their_own_are_the_rows_() -> None:
    rows = [
        ["Model", "Reference", "Top-1"],
        ["AlderNet", "[4]", "76.1"],
        ["BirchNet", "Lund et al. (2016)", "77.2"],
        ["Ours", "-", "78.2"],
    ]
    assert list(own(rows, labels=2).values()) == [False, False, True]


def test_citations_behind_the_values_are_the_rows_() -> None:
    rows = [
        ["Model", "Top-1", "Source"],
        ["AlderNet", "76.1", "[4]"],
        ["BirchNet", "77.2", "[5]"],
        ["Ours", "78.2", ""],
    ]
    assert own(rows) == {"AlderNet": False, "BirchNet": False, "Ours": True}


def test_a_model_of_others_that_the_paper_calls_its_own_version_is_its_own() -> None:
    rows = [["Model", "Top-1"], ["AlderNet [4]", "76.1"], ["Our AlderNet-L [4]", "77.1"], ["Ours", "77.3"]]
    assert own(rows, "Comparison on ImageNet.") == {"AlderNet": False, "AlderNet-L": True, "Ours": True}


def test_models_may_stand_over_columns() -> None:
    rows = [["", "AlderNet [4]", "CedarNet (ours)"], ["Top-1", "76.1", "78.2"]]
    assert own(rows, "ImageNet.") == {"AlderNet": False, "CedarNet": True}


def test_the_heading_of_a_group_says_it_for_its_rows() -> None:
    rows = [
        ["Model", "Top-1"],
        ["Others [4, 5]"],
        ["AlderNet", "76.1"],
        ["BirchNet", "77.1"],
        ["Ours"],
        ["CedarNet", "78.2"],
    ]
    assert own(rows) == {"AlderNet": False, "BirchNet": False, "CedarNet": True}


def test_an_uncited_row_among_cited_ones_is_the_paper_s_own() -> None:
    rows = [["Model", "Top-1"], ["AlderNet [4]", "76.1"], ["BirchNet [5]", "77.1"], ["CedarNet", "78.2"]]
    assert own(rows) == {"AlderNet": False, "BirchNet": False, "CedarNet": True}


def test_a_table_without_any_citation_is_the_paper_s_own() -> None:
    rows = [["Model", "Top-1"], ["AlderNet-S", "76.1"], ["AlderNet-L", "77.1"], ["12 layers", "77.2"]]
    assert set(own(rows, "Ablation of depth on ImageNet.").values()) == {True}


def test_a_table_all_of_whose_rows_cite_is_of_models_that_the_paper_ran() -> None:
    rows = [["Model", "Top-1"], ["AlderNet [4]", "76.1"], ["BirchNet [5]", "77.1"], ["CedarNet [6]", "78.3"]]
    assert set(own(rows, "Networks that we trained on ImageNet.").values()) == {True}


def test_what_people_reach_is_no_own_result() -> None:
    rows = [["Model", "F1"], ["Human", "91.2"], ["Alder [3]", "88.8"], ["Ours", "90.9"]]
    assert own(rows, "SQuAD 1.1.") == {"Human": False, "Alder": False, "Ours": True}


@pytest.mark.parametrize(
    ("mark", "note", "expected"),
    [
        ("†", "Our implementation.", True),
        ("†", "Our re-implementation.", True),
        ("*", "We trained these ourselves, reproduced with the code of the authors.", True),
        ("†", "Reported by the authors.", False),
        ("†", "With longer schedule.", False),
        ("‡", "Our implementation.", False),
    ],
)
def test_a_note_tells_of_rows_that_the_paper_ran_itself(mark: str, note: str, expected: bool) -> None:
    label = f"AlderNet [4] {'†' if mark == '‡' else mark}"
    rows = [["Model", "Top-1"], [label, "76.1"], ["BirchNet [5]", "77.1"], ["Ours", "78.3"]]
    assert list(own(rows, notes=[(mark, note)]).values()) == [expected, False, True]


@pytest.mark.parametrize(
    "words",
    [
        *("(our impl.)", "(our reproduction)", "(our run)", "(our training)"),
        *("(reproduced)", "(re-implemented)", "(retrained)", "(trained by us)", "(reproduced by us)"),
    ],
)
def test_a_cited_row_that_was_run_again_is_the_paper_s_own(words: str) -> None:
    rows = [["Model", "Top-1"], [f"AlderNet [4] {words}", "76.1"], ["BirchNet [5]", "77.1"], ["Ours", "78.3"]]
    assert list(own(rows).values()) == [True, False, True]
    assert list(own(rows[:2] + rows[3:]).values()) == [True, True]
    assert list(own(rows, "Comparison with the state of the art on ImageNet.").values()) == [True, False, True]


def test_a_row_that_others_ran_again_is_quoted() -> None:
    rows = [["Model", "Top-1"], ["AlderNet [4] (reproduced by Lund et al.)", "76.1"], ["Ours", "78.3"]]
    assert list(own(rows).values()) == [False, True]


@pytest.mark.parametrize(
    "heading", ["As reported in the original papers", "Numbers from the literature", "Reported by their authors"]
)
def test_rows_below_a_heading_that_names_other_papers_are_quoted(heading: str) -> None:
    quoted = [["AlderNet", "76.1"], ["BirchNet", "77.1"]]
    rows = [["Model", "Top-1"], [heading], *quoted, ["Our runs"], ["HazelNet", "75.1"]]
    assert own(rows) == {"AlderNet": False, "BirchNet": False, "HazelNet": True}
    assert own([["Model", "Top-1"], ["On one machine"], *quoted]) == {"AlderNet": True, "BirchNet": True}


def test_a_table_all_of_whose_rows_cite_is_quoted_where_its_caption_says_so() -> None:
    rows = [["Model", "Top-1"], ["AlderNet [4]", "76.1"], ["BirchNet [5]", "77.1"], ["CedarNet [6]", "78.3"]]
    for caption in ("ImageNet, as reported in the original papers.", "ImageNet results taken from their papers."):
        assert set(own(rows, caption).values()) == {False}
    assert set(own(rows, "ImageNet, trained for this paper.").values()) == {True}


@pytest.mark.parametrize("words", ["(our impl.)", "(reproduced)", "(re-trained)", "re-implementation", "trained by us"])
def test_words_for_a_run_of_one_s_own_are_seen(words: str) -> None:
    again, quoted = signals([["Model", "Top-1"], [f"AlderNet [4] {words}", "76.1"], ["BirchNet [5]", "77.1"]])
    assert "own.rerun" in again
    assert "own.rerun" not in quoted


@pytest.mark.parametrize("words", ["(reported in the paper)", "(official)", "(from leaderboard)", "(published)"])
def test_a_row_that_says_that_it_was_reported_elsewhere_is_quoted(words: str) -> None:
    rows = [["Model", "Top-1"], [f"AlderNet {words}", "76.1"], ["BirchNet [5]", "77.1"], ["Ours", "78.3"]]
    assert list(own(rows).values()) == [False, False, True]


PROPOSES = document_of(
    ("", "CedarNet: Trees in Images", Role.TITLE),
    "We evaluate on ImageNet. It beats AlderNet [3] and BirchNet [4].",
    "As AlderNet [3] and BirchNet [4] it has leaves. AlderNet [3] is old, and so is BirchNet [4].",
)


def test_the_name_that_the_paper_gives_its_model_tells_it_from_those_that_it_cites() -> None:
    rows = [["Model", "Top-1"], ["AlderNet", "76.1"], ["BirchNet", "77.1"], ["CedarNet", "78.3"]]
    caption = "Comparison with the state of the art on ImageNet."
    assert own(rows, caption, paper=PROPOSES) == {"AlderNet": False, "BirchNet": False, "CedarNet": True}


@pytest.mark.parametrize(
    ("title", "text", "names"),
    [
        ("CedarNet: Trees in Images", "", {"cedarnet"}),
        ("Trees with CedarNet-B7", "", {"cedarnet", "cedarnetb7"}),
        ("Trees", "In this paper we propose a network, CedarNet, for trees.", {"cedarnet"}),
        ("Trees", "We introduce our hazel-like CedarNet-L here.", {"cedarnet", "cedarnetl"}),
        ("Trees", "A network that we call CedarNet.", {"cedarnet"}),
        ("Trees", "It is dubbed ResCedar.", {"rescedar"}),
        ("Trees", "CedarNet [3] is well known.", set()),
        ("Trees", "We propose trees. CedarNet is old.", set()),
        ("Training on ImageNet", "We present results on ImageNet and COCO.", set()),
    ],
)
def test_names_that_a_paper_introduces(title: str, text: str, names: set[str]) -> None:
    document = document_of(("", title, Role.TITLE), text or "Leaves.")
    assert PaperNames(document).own == names


def test_a_name_that_is_cited_again_and_again_is_not_the_paper_s_own() -> None:
    document = document_of("We propose to train CedarNet [3]. CedarNet [3] is large. So CedarNet [3] is slow.")
    assert PaperNames(document).own == frozenset()
    assert PaperNames(document).cited["cedarnet"] == 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("as Hazel Transformers [12] do", "hazel"),
        ("a HazelNet (Lund et al., 2016) of", "hazelnet"),
        ("the eHazel network [3]", "ehazel"),
        ("HazelNet is good", None),
        ("HazelNet (a network)", None),
    ],
)
def test_a_name_before_a_citation_is_a_cited_one(text: str, name: str | None) -> None:
    cited = PaperNames(document_of(text)).cited
    assert (cited[name] == 1) if name else not cited


@pytest.mark.parametrize(
    ("label", "keys"),
    [
        ("CedarNet-B7 (600)", {"cedarnet", "cedarnetb7"}),
        ("CedarNet-50 [14]", {"cedarnet", "cedarnet50"}),
        ("CedarNet (Lund et al., 2016)", {"cedarnet"}),
        ("CedarBERT-large", {"cedarbert", "cedarbertlarge"}),
        ("Cedar-v2 + Birch", {"cedar", "cedarv2", "birch"}),
        ("12 / 24", set()),
        ("[14]", set()),
        ("", set()),
    ],
)
def test_names_are_compared_without_size_version_and_citation(label: str, keys: set[str]) -> None:
    assert name_keys(label) == keys


def test_what_the_text_says_beside_a_reference_to_the_table_is_seen() -> None:
    rows = [["Model", "Top-1"], ["AlderNet [4]", "76.1"], ["BirchNet", "77.1"]]
    paper = document_of(
        "We evaluate on ImageNet.", ("4 Ablations", "Table 1 gives our reproduction; results are taken from [4].")
    )
    cited, uncited = signals(rows, paper=paper)
    of_both = {"own.rerun-in-text", "own.reported-in-text", "own.section-ablates"}
    assert of_both <= cited
    assert of_both <= uncited
    assert "own.cited-rerun-in-text" in cited
    assert "own.cited-rerun-in-text" not in uncited
    other = document_of("We evaluate on ImageNet.", ("4 Ablations", "Table 2 gives our reproduction."))
    assert not of_both & signals(rows, paper=other)[0]


def test_each_line_is_seen_by_itself() -> None:
    rows = [
        ["Model", "Top-1"],
        ["AlderNet [4]", "76.1"],
        ["+ hints", "76.9"],
        ["Baseline", "74.1"],
        ["CedarNet (ours)", "78.2"],
    ]
    cited, adds, baseline, ours = signals(rows)
    assert {"own.cited", "own.cited-first"} <= cited
    assert {"own.adds", "own.below-cited"} <= adds
    assert "own.baseline" in baseline
    assert "own.ours" in ours
    assert not {"own.cited", "own.not-ours-among-ours"} & ours
    assert all("own.table-has-ours" in each for each in (cited, adds, baseline, ours))
    assert "own.below-cited" not in baseline | cited | ours


def test_the_verdict_of_the_rules_grows_with_what_speaks_for_it() -> None:
    """Flags alone would not do: each has its weight, for and against."""
    rows = [["Model", "Top-1"], ["AlderNet [4]", "76.1"], ["BirchNet", "77.1"], ["CedarNet (ours)", "78.2"]]
    cited, plain, ours = (each.own_signals[RULES_LOG_ODDS] for each in readings(table_of_results(rows, TOP1)))
    assert cited < 0 < plain < ours


def test_in_running_text_the_words_around_a_value_are_weighed() -> None:
    ours = own_signals({"text.we": 1.0, "depth": 0.5})
    quoted = own_signals({"text.cited": 1.0, "text.previous": 1.0, "depth": 0.5})
    assert quoted[RULES_LOG_ODDS] < 0 < own_signals({})[RULES_LOG_ODDS] < ours[RULES_LOG_ODDS]
    assert ours["text.we"] == ours["in.text"] == 1.0
    assert "depth" not in ours
