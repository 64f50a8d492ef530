"""The burden of values as they stand in the form."""

from datetime import date

from db.fields import Kind
from extractors.lexicon.catalogue import load_catalogue
from portal.desk.live_burden import read_form

CATALOGUE = load_catalogue()


def reading(**typed):
    return read_form(Kind.TRAINING_RUN, typed, date(2017, 6, 12), CATALOGUE, "arXiv:1706.03762")


def test_a_run_as_typed_gives_its_burden_with_interval_and_method():
    read = reading(accelerator="P100", accelerator_count="8", duration_hours="3.5 d", count_unit="devices")
    assert read.shown["duration_hours"] == "84 h" and read.shown["accelerator"] == "NVIDIA Tesla P100"
    assert read.burden.flop == "2.6 × 10¹⁹"
    assert read.burden.interval == "2.3 × 10¹⁹ to 2.6 × 10¹⁹"
    assert read.burden.method == "8 devices x 10.6 TFLOP/s fp32 x 84 h"


def test_a_typed_range_widens_the_interval_unless_its_ends_are_typed_too():
    read = reading(accelerator="P100", accelerator_count="8", duration_hours="10-14 days")
    assert (read.values["duration_hours_low"], read.values["duration_hours_high"]) == (240, 336)
    read = reading(accelerator="P100", duration_hours="10-14 days", duration_hours_low="11 d")
    assert (read.values["duration_hours_low"], read.values["duration_hours_high"]) == (264, 336)


def test_what_is_missing_is_told():
    assert "training time" in reading(accelerator="P100", accelerator_count="8").burden.reason


def test_a_value_that_can_not_be_read_is_told_beside_its_field_and_gives_no_burden():
    read = reading(accelerator="P100", accelerator_count="many", duration_hours="84 h")
    assert "whole number" in read.errors["accelerator_count"] and read.burden is None


def test_an_unknown_accelerator_gets_a_proposed_row_and_names_it_may_mean():
    read = reading(accelerator="V1000", accelerator_count="8", duration_hours="84")
    assert "not in the catalogue" in read.burden.reason
    assert "NVIDIA Tesla V100" in read.proposal.candidates
    assert read.proposal.row.startswith("V1000,") and "arXiv:1706.03762" in read.proposal.row
    assert reading(accelerator="GPU").proposal is None and reading(accelerator="V100").proposal is None
