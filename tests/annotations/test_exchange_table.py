"""Facts to a spreadsheet and decisions back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from exchanged import WORDS, facts, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.exchange.facts import Decisions, OpenFact
from annotations.exchange.table import COLUMNS, guarded, read_table, table_text, unguarded
from annotations.exchange.written import ExchangeError, written
from db.fields import FIELDS
from db.reviews import Decision

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Row = dict[str, str]
Change = Callable[[Row], None]


def filled_in(made: list[OpenFact], fill: Change, separator: str = ",", start: str = "") -> bytes:
    """The export as a spreadsheet saves it, after ``fill`` went over its rows."""
    rows = list(csv.DictReader(io.StringIO("".join(table_text(made)), newline="")))
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        fill(row)
        writer.writerow(row)
    return (start + out.getvalue()).encode()


def decided(of: str, /, **cells: str) -> Change:
    def fill(row: Row) -> None:
        if row["field"] == of:
            row.update(cells)

    return fill


def read(data: bytes) -> Decisions:
    return read_table(data, "facts.csv", "ada", NOON)


def test_decisions_come_back_with_what_was_seen() -> None:
    fact = replace(run(), latest={"duration_hours": "abcd", "": "ef01"})
    (review,) = read(filled_in([fact], decided("duration_hours", decision="accept", reason="p. 7"))).reviews
    assert (review.decision, review.field, review.seen) == (Decision.ACCEPT, "duration_hours", {"duration_hours": 84.0})
    assert (review.reviewer, review.reviewed_at, review.reason, review.fact_key) == ("ada", NOON, "p. 7", fact.fact_key)

    back = read(filled_in([fact], decided("(record)", decision="Reject")))
    assert (back.reviews[0].field, back.reviews[0].seen) == (None, fact.values)
    assert back.seen == {(fact.fact_key, ""): "ef01"}
    assert back.left_out == ("10 rows without a decision",)


def test_a_correction_is_of_the_fields_type() -> None:
    fact = run()
    (count,) = read(filled_in([fact], decided("accelerator_count", decision="correct", corrected_value="16"))).reviews
    assert count.value == 16 and isinstance(count.value, int)
    (mixed,) = read(filled_in([fact], decided("mixed_precision", decision="correct", corrected_value="yes"))).reviews
    assert mixed.value is True
    (none,) = read(filled_in([fact], decided("model", decision="correct", corrected_value="not stated"))).reviews
    assert none.value is None and none.decision is Decision.CORRECT


@pytest.mark.parametrize(("separator", "start"), [(";", ""), ("\t", ""), (",", "\ufeff"), (";", "\ufeff")])
def test_what_spreadsheets_make_of_the_file_is_read(separator: str, start: str) -> None:
    data = filled_in([run()], decided("model", decision="accept"), separator, start)
    assert len(read(data).reviews) == 1


def test_cells_left_out_at_the_end_of_a_line_are_empty_and_moved_columns_are_found() -> None:
    columns = ["as_exported", "fact_key", "field", "decision", "corrected_value", "reason"]
    rows = csv.DictReader(io.StringIO("".join(table_text([run()])), newline=""))
    row = next(row for row in rows if row["field"] == "model")
    out = io.StringIO()
    csv.writer(out).writerows([columns, [row["as_exported"], row["fact_key"], "model", "accept"]])
    assert read(out.getvalue().encode()).reviews[0].field == "model"


def test_a_spreadsheet_that_reshaped_a_number_does_not_change_what_was_seen() -> None:
    shown = decided("duration_hours", decision="accept", value_in_force="8,40E+01", machine_value="84,00")
    (review,) = read(filled_in([run()], shown)).reviews
    assert review.seen == {"duration_hours": 84.0}


@pytest.mark.parametrize(
    ("field", "cells", "said"),
    [
        ("duration_hours", {"decision": "correct", "corrected_value": "3,5"}, "decimal comma"),
        ("accelerator_count", {"decision": "correct", "corrected_value": "1.000"}, "groups of thousands"),
        ("accelerator_count", {"decision": "correct", "corrected_value": "8.5"}, "whole number"),
        ("duration_hours", {"decision": "correct", "corrected_value": "3 days"}, "no number"),
        ("duration_hours", {"decision": "correct", "corrected_value": "-3"}, "above zero"),
        ("stage", {"decision": "correct", "corrected_value": "trained"}, "one of finetuning"),
        ("model", {"decision": "correct"}, "without corrected_value"),
        ("model", {"decision": "accept", "corrected_value": "Big"}, "beside accept"),
        ("model", {"corrected_value": "Big"}, "without a decision"),
        ("model", {"decision": "ok"}, "write accept, correct or reject"),
        ("(record)", {"decision": "correct", "corrected_value": "8"}, "this row is of the record"),
        ("model", {"decision": "accept", "as_exported": "{}"}, "as_exported was changed"),
        ("model", {"decision": "accept", "fact_key": "2401"}, "not a fact's key"),
        ("model", {"decision": "accept", "field": "flop"}, "has no field 'flop'"),
        (
            "(record)",
            {"decision": "accept", "as_exported": '{"kind": "training_run", "values": [1]}'},
            "values by field, not list",
        ),
    ],
)
def test_what_could_be_meant_in_two_ways_is_refused_with_its_line(field: str, cells: Row, said: str) -> None:
    with pytest.raises(ExchangeError, match=r"facts\.csv, line \d+: ") as refused:
        read(filled_in([run()], decided(field, **cells)))
    assert said in str(refused.value)


def test_every_bad_row_is_named_at_once() -> None:
    def fill(row: Row) -> None:
        row["decision"] = "maybe"

    with pytest.raises(ExchangeError) as refused:
        read(filled_in([run(), run(ordinal=1)], fill))
    assert len(str(refused.value).split("\n")) == 21 and str(refused.value).endswith("… and 2 more rows")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("fact_key;decision\r\nModèle;x".encode("cp1252"), "not UTF-8"),
        ("fact_key,decision".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04", "a spreadsheet"),
        (b"a,b\n1,2\n", "no column field"),
        (b"", "no column field"),
    ],
)
def test_other_files_are_refused_by_name(data: bytes, said: str) -> None:
    with pytest.raises(ExchangeError, match=said):
        read(data)


def test_other_csv_files_of_the_process_keep_their_limit() -> None:
    usual = csv.field_size_limit()
    read(filled_in([run()], decided("duration_hours", decision="accept")))
    with pytest.raises(ExchangeError):
        read(b"a,b\n")
    assert csv.field_size_limit() == usual


@pytest.mark.parametrize("separator", [";", "|", "\t"])
@pytest.mark.parametrize("sign", "=+-@")
def test_no_cell_begins_with_a_formula_whatever_separates_cells(separator: str, sign: str) -> None:
    hostile = f"Base{separator}{sign}cmd|'/C calc'!A0\n{sign}2\r{sign}3"
    fact = replace(run(f"On 8 GPUs{separator}{sign}1", model=hostile), title=hostile)
    for line in "".join(table_text([fact])).splitlines():
        cells = [cell.strip('"') for cell in line.split(separator)]
        assert not [cell for cell in cells if cell.startswith(tuple("=+-@"))], line
    (review,) = read(filled_in([fact], decided("model", decision="accept"))).reviews
    assert review.seen == {"model": hostile}


@given(WORDS)
def test_text_is_never_a_formula_and_comes_back(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(text)) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(facts(), min_size=1, max_size=3, unique_by=lambda fact: fact.fact_key), st.sampled_from(",;\t"))
def test_all_values_come_back_as_they_went(made: list[OpenFact], separator: str) -> None:
    def accept(row: Row) -> None:
        row["decision"] = "accept"

    back = read(filled_in(made, accept, separator))
    seen = {(each.fact_key, each.field or ""): each.seen for each in back.reviews}
    for fact in made:
        assert seen[fact.fact_key, ""] == fact.values
        for field in FIELDS[fact.kind]:
            assert seen[fact.fact_key, field] == {field: fact.values[field]}
            assert back.seen[fact.fact_key, field] == fact.latest.get(field)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts(), facts())
def test_corrections_to_any_value_come_back_as_they_were_meant(fact: OpenFact, other: OpenFact) -> None:
    meant = {f: other.values[f] for f in FIELDS[other.kind] if f in fact.values and other.values[f] is not None}

    def correct(row: Row) -> None:
        if row["field"] in meant:
            row["decision"], row["corrected_value"] = "correct", guarded(written(meant[row["field"]]))

    back = {each.field: each.value for each in read(filled_in([fact], correct)).reviews}
    assert back == meant
