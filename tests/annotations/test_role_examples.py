"""Labels lead to their sentence or table head again, and gold facts overrule them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from documents import document_of, table_of

from annotations.places import Place
from annotations.role_examples import RoleExamples, role_examples
from annotations.standoff import RoleLabel, RunFact
from extractors.judge import SentenceSignals
from extractors.mentions import sentences_of
from extractors.records import Box, Document, Table
from extractors.runs import Mentions, read_mentions
from extractors.table_heads import head_signals

SETUP = "4 Experimental setup"
OWN = "We trained our models on 8 V100 GPUs for 3 days."
SPEED = "At test time the network needs 0.8 s per image on a Titan X."
MUTE = "The weather was fine."
DOCUMENT = document_of((SETUP, OWN), (SETUP, SPEED), (SETUP, MUTE))
TABLE = table_of([["Model", "Training time (h)", "Inference time (ms)"], ["Small", "12", "31"]], "Table 1: Costs.")


def place_of(document: Document, text: str) -> Place:
    start = document.text.index(text)
    line = [passage.text for passage in document.passages].index(text)
    return Place.of(text, 1, Box(0.0, 20.0 * line, 500.0, 20.0 * line + 10), start, start + len(text))


def label(place: Place, role: str, reader: str = "first", record: int = 1) -> RoleLabel:
    kind = "cell" if place.start is None else "sentence"
    return RoleLabel("2001.00001", 1, record, kind, role, False, reader, place)


def fact(place: Place, optional: bool = False) -> RunFact:
    return RunFact("2001.00001", 1, 1, "accelerator", "V100", optional, place)


def seen_in(mentions: Mentions, text: str) -> SentenceSignals:
    return next(place.seen for place in mentions.places if place.text == text)


def examples_of(document: Document, *records: RoleLabel | RunFact, table: Table = TABLE) -> RoleExamples:
    labels = [each for each in records if isinstance(each, RoleLabel)]
    facts = [each for each in records if isinstance(each, RunFact)]
    return role_examples(read_mentions(document, [table]), [table], labels, facts)


def test_a_label_leads_to_its_sentence() -> None:
    found = examples_of(DOCUMENT, label(place_of(DOCUMENT, OWN), "own"), label(place_of(DOCUMENT, SPEED), "speed"))
    assert [(each.paper, each.role) for each in found.examples] == [("2001.00001", "own"), ("2001.00001", "speed")]
    mentions = read_mentions(DOCUMENT, ())
    assert [each.sentence for each in found.examples] == [seen_in(mentions, OWN), seen_in(mentions, SPEED)]
    assert found.not_found == 0


@pytest.mark.parametrize("before", ["Abstract of a few words.", "Two sentences. They stand before all others."])
def test_a_label_is_found_again_where_the_text_has_moved(before: str) -> None:
    moved = document_of(("1 Introduction", before), (SETUP, OWN), (SETUP, SPEED))
    found = examples_of(moved, label(place_of(DOCUMENT, SPEED), "speed"))
    assert [each.sentence for each in found.examples] == [seen_in(read_mentions(moved, ()), SPEED)]
    assert found.not_found == 0


def test_a_label_is_found_again_where_spaces_and_signs_are_others() -> None:
    respelled = "We trained our models on 8  V100 GPUs, for 3 days."
    changed = document_of((SETUP, respelled))
    found = examples_of(changed, label(place_of(DOCUMENT, OWN), "own"))
    assert [each.sentence for each in found.examples] == [seen_in(read_mentions(changed, ()), respelled)]


def test_a_label_whose_sentence_is_gone_or_says_nothing_is_counted() -> None:
    shorter = document_of((SETUP, SPEED), (SETUP, MUTE))
    found = examples_of(shorter, label(place_of(DOCUMENT, OWN), "own"), label(place_of(DOCUMENT, MUTE), "none"))
    assert found == RoleExamples((), not_found=2)


def test_a_sentence_on_which_a_gold_run_rests_is_own_whatever_its_label() -> None:
    labels = [label(place_of(DOCUMENT, OWN), "none"), label(place_of(DOCUMENT, SPEED), "speed")]
    found = examples_of(DOCUMENT, *labels, fact(place_of(DOCUMENT, OWN)))
    assert [each.role for each in found.examples] == ["own", "speed"]
    assert [each.role for each in examples_of(DOCUMENT, *labels).examples] == ["none", "speed"]


def test_an_optional_fact_and_one_that_takes_more_than_the_sentence_prove_nothing() -> None:
    both = f"{OWN} {SPEED}"
    document = document_of((SETUP, both))
    starts = [document.passages[0].start + first for first, _ in sentences_of(both)]
    assert len(starts) == 2
    whole = Place.of(both, 1, Box(0, 0, 500, 10), 0, len(both))
    first = Place.of(OWN, 1, Box(0, 0, 500, 10), 0, len(OWN))
    for proof in (fact(first, optional=True), fact(whole)):
        assert [each.role for each in examples_of(document, label(first, "none"), proof).examples] == ["none"]


def test_only_the_first_readers_labels_are_learned_from() -> None:
    place = place_of(DOCUMENT, OWN)
    found = examples_of(DOCUMENT, label(place, "own"), label(place, "others", reader="second"))
    assert [each.role for each in found.examples] == ["own"]
    assert found.not_found == 0


def test_a_label_of_a_cell_leads_to_its_tables_head() -> None:
    heads = [cell for cell in TABLE.cells if cell.text.endswith(")")]
    labels = [
        label(Place.of(cell.text, cell.page, replace(cell.box, x1=cell.box.x1 + 1)), role)
        for cell, role in zip(heads, ("own", "speed"), strict=True)
    ]
    found = examples_of(DOCUMENT, *labels)
    assert [(each.sentence, each.role) for each in found.examples] == [
        (head_signals(TABLE, "Training time (h)"), "own"),
        (head_signals(TABLE, "Inference time (ms)"), "speed"),
    ]
    assert found.examples[0].sentence.signals["cell.training-time"] == 1.0
    assert "table 1: costs." not in found.examples[0].sentence.words and "costs" in found.examples[0].sentence.words


def test_a_label_of_a_cell_that_no_table_has_is_counted() -> None:
    place = Place.of("Training time (h)", 2, Box(50, 0, 90, 10))
    assert examples_of(DOCUMENT, label(place, "own")) == RoleExamples((), not_found=1)
