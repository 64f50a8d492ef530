"""Reading a contribution's form: whatever is sent, it is a record or words that say why it is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.fields import FIELDS, Kind, checked_value
from db.submissions import What
from extractors.lexicon.catalogue import load_catalogue
from portal.contribute.addresses import AddressError, arxiv_id, email_address
from portal.contribute.differences import closest, described
from portal.contribute.proposals import new_record, read_records, typed_records
from portal.desk.decisions import DecisionError, Form

CATALOGUE = load_catalogue()
NAMES = sorted(
    {f"r{number}.{name}" for number in (0, 7) for name in ("kind", "what", "fact", "page", "quote", "x")}
    | {f"r0.field.{name}" for kind in Kind for name in FIELDS[kind]}
    | {f"r0.was.{name}" for kind in Kind for name in FIELDS[kind]}
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [*Kind, *What, "8", "3.5 days", "2 x 8", "1e400", "-1", "p100", "yes", "imagenet", "\x00", "\ud800", "９"]
    ),
)


@given(st.dictionaries(st.sampled_from(NAMES), TEXTS), st.sampled_from(list(Kind)))
def test_any_form_gives_records_that_can_be_stored_or_words(sent: dict[str, str], kind: Kind) -> None:
    form = Form({"r0.kind": str(kind)} | sent)
    try:
        read = read_records(typed_records(form), None, CATALOGUE)
    except DecisionError as refused:
        assert str(refused)
        return
    for one in read:
        if one.item is None:
            assert one.errors or one.typed.is_blank
            continue
        assert one.item.page and 1 <= one.item.page <= 9999 and one.item.quote
        for name, value in one.item.proposed.items():
            assert value is not None and checked_value(name, value, "") == value


def test_a_new_record_is_blank_and_says_nothing() -> None:
    for kind in Kind:
        blank = new_record([], kind)
        (read,) = read_records([blank], None, CATALOGUE)
        assert blank.is_blank and read.item is None and not read.errors


@pytest.mark.parametrize("page", ["0", "-1", "１", "10000", "1.5", "", "²"])
def test_a_page_is_a_number_from_one(page: str) -> None:
    typed = {"r0.kind": "training_run", "r0.field.accelerator": "v100", "r0.quote": "a V100", "r0.page": page}
    (read,) = read_records(typed_records(Form(typed)), None, CATALOGUE)
    assert "page" in read.errors and read.item is None


@pytest.mark.parametrize(
    ("written", "id_"),
    [
        ("1706.03762", "1706.03762"),
        (" arXiv:1706.03762v5 ", "1706.03762"),
        ("https://arxiv.org/pdf/2104.99017v5.pdf", "2104.99017"),
        ("cs.CL/0112017", "cs/0112017"),
        ("hep-th/9901001v2", "hep-th/9901001"),
    ],
)
def test_ids_are_found_in_what_people_paste(written: str, id_: str) -> None:
    assert arxiv_id(written) == id_


@pytest.mark.parametrize(
    "written", ["", "Attention is all you need", "17.03762", "1713.00001", "1706.037621", "../etc", "sha256:ab"]
)
def test_what_is_no_id_is_refused(written: str) -> None:
    with pytest.raises(AddressError):
        arxiv_id(written)


@given(st.text(max_size=60))
def test_an_address_has_nothing_that_ends_a_line(written: str) -> None:
    try:
        found = email_address(written)
    except AddressError:
        return
    assert found is None or (found.isascii() and found.isprintable() and found.count("@") == 1 and " " not in found)


def test_a_record_is_described_and_none_is_closest_to_nothing() -> None:
    assert (
        described(Kind.RESULT, {"benchmark": "imagenet", "metric": "top1_accuracy", "model": "R"})
        == "Result: imagenet, top1 accuracy, R"
    )
    assert described(Kind.TRAINING_RUN, {"stage": "unspecified", "model": None}) == "Training run"
    assert closest(Kind.RESULT, {"model": "R"}, []) is None
