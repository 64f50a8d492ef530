"""What curators type, as values."""

import csv
from datetime import UTC, datetime
from importlib import resources
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.fields import FIELD_TYPES, Kind
from db.submission_reading import Item
from db.submissions import What
from extractors.lexicon.catalogue import load_catalogue, parse_catalogue
from portal.contribute.approval import APPROVE, decided
from portal.contribute.differences import Difference
from portal.desk.accelerator_rows import candidates, proposed_row
from portal.desk.adding import page_of
from portal.desk.decisions import Author, DecisionError
from portal.desk.typed_values import TypedError, read_typed
from portal.desk.value_words import in_words

CATALOGUE = load_catalogue()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("duration_hours", "3.5 d", 84.0),
        ("duration_hours", "3.5 days", 84.0),
        ("duration_hours", "2 weeks", 336.0),
        ("duration_hours", "84h", 84.0),
        ("duration_hours", " 84 ", 84.0),
        ("duration_hours", "1,000 h", 1000.0),
        ("duration_hours", "3 days 4 hours", 76.0),
        ("duration_hours", "90 min", 1.5),
        ("duration_hours", "one week", 168.0),
        ("device_hours", "3150 GPU days", 75600.0),
        ("device_hours", "200 h", 200.0),
        ("accelerator_count", "8", 8),
        ("accelerator_count", "8x", 8),
        ("accelerator_count", "8 GPUs", 8),
        ("accelerator_count", "2 x 8", 16),
        ("accelerator_count", "2×8", 16),
        ("accelerator_count", "1,024", 1024),
        ("accelerator_count", "eight", 8),
        ("crops", "10", 10),
        ("flop", "1.2e21", 1.2e21),
        ("flop", "3.1 × 10^20", 3.1e20),
        ("flop", "3.1 x 10^20 FLOPs", 3.1e20),
        ("flop", "3.1·10²⁰", 3.1e20),
        ("flop", "10^21", 1e21),
        ("flop", "3640 petaflop/s-days", 3640 * 1e15 * 86400),
        ("quantity", "2.5M", 2_500_000.0),
        ("quantity", "4.1 billion", 4.1e9),
        ("quantity", "25,600,000", 25_600_000.0),
        ("quantity", "90", 90.0),
        ("value", "76.3%", 76.3),
        ("value", "28.4", 28.4),
        ("value", "−1.5", -1.5),
        ("own", "yes", True),
        ("own", "n", False),
        ("stage", "pre", "pretraining"),
        ("stage", "Finetuning", "finetuning"),
        ("count_unit", "chips", "chips"),
        ("benchmark", "imagenet", "imagenet"),
        ("model", "  Transformer   (big) ", "Transformer (big)"),
        ("accelerator", "nvidia gtx-1080ti", "NVIDIA GeForce GTX 1080 Ti"),
        ("accelerator", "gpu", "GPU"),
        ("accelerator", "Zephyr Q9", "Zephyr Q9"),
        ("duration_hours", "-", None),
        ("model", "", None),
        ("own", "?", None),
    ],
)
def test_what_is_typed_is_read(field, text, value):
    typed = read_typed(field, text, CATALOGUE).value
    assert typed == (pytest.approx(value) if isinstance(value, float) else value)
    assert type(typed) is type(value)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("duration_hours", "300k steps", "is no time"),
        ("duration_hours", "3,5 d", "is no time"),
        ("duration_hours", "about 3 days", "is no time"),
        ("duration_hours", "0.4 s per step", "no time"),
        ("duration_hours", "3150 GPU days", "device-hours"),
        ("duration_hours", "0", "above zero"),
        ("accelerator_count", "many", "whole number"),
        ("accelerator_count", "2.5", "whole number"),
        ("accelerator_count", "9" * 30, "whole number"),
        ("accelerator_count", "10^99 x 10^99 x 10^99 x 10^99", "too large"),
        ("flop", "fast", "is no number"),
        ("flop", "1e999", "finite number"),
        ("flop", "125 TFLOP/s", "is no number"),
        ("value", "good", "percent"),
        ("stage", "x", "is none of pretraining"),
        ("own", "perhaps", "neither yes nor no"),
        ("model", "m" * 201, "at most 200"),
        ("colour", "red", "no field"),
    ],
)
def test_what_is_no_value_is_refused_in_words(field, text, said):
    with pytest.raises(TypedError, match=said):
        read_typed(field, text, CATALOGUE)


@pytest.mark.parametrize("written", ["0000012", "9" * 5000, "0", "4", "-1", "²", ""])
def test_a_page_that_the_paper_does_not_have_is_refused_where_records_are_added_and_approved(written):
    paper = SimpleNamespace(page_count=3)
    with pytest.raises(DecisionError, match="pages 1 to 3"):
        page_of({"page": written}, paper)
    item = Item(0, What.ADD, Kind.RESULT, "", {}, None, None, "", None, None)
    form = {"decide.0": APPROVE, "page.0": written}
    with pytest.raises(DecisionError, match="pages 1 to 3"):
        decided(form, [Difference(item, "", None, (), False)], paper, lambda page: [], Author("ada", NOON), 1)


def test_the_last_page_is_one_of_the_paper():
    assert page_of({"page": " 3 "}, SimpleNamespace(page_count=3)) == 3


@pytest.mark.parametrize(
    ("text", "value", "ends"), [("10-14 days", 288, (240, 336)), ("3.5 d", 84, (84, 84)), ("-", None, (None, None))]
)
def test_a_training_time_takes_the_ends_of_its_range_along(text, value, ends):
    typed = read_typed("duration_hours", text, CATALOGUE)
    assert (typed.value, tuple(typed.others.values())) == (value, ends)
    assert read_typed("duration_hours_low", text, CATALOGUE).others == {}


def test_an_unknown_accelerator_is_kept_and_gets_a_row_to_fill_in():
    assert "not in the catalogue" in read_typed("accelerator", "Zephyr Q9", CATALOGUE).note
    with resources.files("extractors.lexicon").joinpath("accelerators.csv").open(encoding="utf-8") as file:
        head = file.readline()
    row = next(csv.DictReader([head, proposed_row("GeForce RTX 9999, new", "https://arxiv.org/abs/2401.00001")]))
    assert (row["name"], row["maker"], row["kind"]) == ("GeForce RTX 9999, new", "NVIDIA", "gpu")
    assert row["fp32_tflops"] == "" and "2401.00001" in row["note"]
    filled = (head + proposed_row("Zephyr Q9", "x").replace("Zephyr Q9,,", "Zephyr Q9,Zephyr,")).encode()
    with pytest.raises(ValueError, match="source is empty"):
        parse_catalogue(filled, "proposed")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("1080", "NVIDIA GeForce GTX 1080"),
        ("tpu v3", "Google TPU v3"),
        ("titn xp", "NVIDIA Titan Xp"),
        ("nvidia", None),
        ("zzzz", None),
    ],
)
def test_names_are_completed_from_the_catalogue(typed, first):
    assert next(iter(candidates(typed, CATALOGUE)), None) == first


@given(st.data(), st.sampled_from([name for name, kind in FIELD_TYPES.items() if kind is float]))
def test_what_is_shown_can_be_typed_again(data, field):
    value = data.draw(st.floats(1e-3, 1e25 if field in ("flop", "quantity") else 1e9))
    shown = in_words(field, value)
    again = read_typed(field, shown, CATALOGUE).value
    assert again == pytest.approx(value, rel=1e-3)
    assert in_words(field, again) == shown


@given(st.sampled_from(sorted(FIELD_TYPES)), st.text(max_size=60))
def test_no_text_is_a_surprise(field, text):
    try:
        read_typed(field, text, CATALOGUE)
    except TypedError as refused:
        assert str(refused)
