"""All that people said, out of one database and into another."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from annotations.exchange.json_lines import lines, read_lines
from annotations.exchange.written import ExchangeError
from db import public_schema
from db.added_facts import AddedFact, add_fact
from db.annotation_rows import annotation_rows, store_annotation_rows
from db.desk import add_comment, paper_records, settle_paper
from db.engine import open_database
from db.errors import RecordError
from db.facts import fact_key
from db.fields import FIELD_TYPES, Kind
from db.queries import exported_records
from db.reviews import Decision, Review, add_review
from extractors.records import Box

PAPER = "2401.00001"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
QUOTE = "We train on 8 P100 GPUs for 84 hours."
KEY = fact_key(PAPER, "training_run", 7, QUOTE, 0)
Row = dict[str, Any]


@pytest.fixture
def new_database(empty_database: Path, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    opened: list[Engine] = []

    def make() -> Engine:
        path = tmp_path / f"other-{len(opened)}.sqlite"
        shutil.copy(empty_database, path)
        opened.append(open_database(f"sqlite:///{path}"))
        return opened[-1]

    yield make
    for engine in opened:
        engine.dispose()


def taken_in(engine: Engine, data: str) -> dict[str, int]:
    """How many rows were new, by type."""
    new = store_annotation_rows(engine, read_lines(data.encode(), "a.jsonl"), NOW).new
    return {name: count for name, count in new.items() if count}


def text_of(engine: Engine) -> str:
    return "".join(lines(annotation_rows(engine)))


def said(engine: Engine, sample: Any) -> None:
    """Something of each type."""
    sample.save(engine, sample.paper(sample.run(), results=(sample.result(),)))

    def at(hours: float) -> datetime:
        return sample.noon + timedelta(hours=hours)  # type: ignore[no-any-return]

    add_review(engine, Review(KEY, None, Decision.ACCEPT, "ada", at(1), reason="p. 7", seen={"model": "Base"}))
    add_review(engine, Review(KEY, "accelerator_count", Decision.CORRECT, "ben", at(2), 16))
    add_review(engine, Review(KEY, "accelerator_count", Decision.WITHDRAW, "ben", at(3)))
    add_review(engine, Review(KEY, "mixed_precision", Decision.CORRECT, "ada", at(3.5), True))
    place = (7, Box(1.0, 2.0, 3.0, 4.0))
    values = {"accelerator": "NVIDIA A100", "accelerator_count": 4}
    quote = "Fine-tuning takes 4 A100 GPUs – naïve ‘quotes’."
    add_fact(engine, AddedFact(PAPER, Kind.TRAINING_RUN, values, 7, [place], quote, "ada", at(4), "missed"))
    add_comment(engine, PAPER, KEY.rpartition(":")[2], "ben", at(5), "which\nstage?")
    settle_paper(engine, PAPER, "ada", at(6), "done")


def test_nothing_is_lost_on_the_way_and_back(engine: Engine, new_database: Callable[[], Engine], sample: Any) -> None:
    said(engine, sample)
    exported = text_of(engine)
    other = new_database()
    assert taken_in(other, exported) == {"review": 5, "added_fact": 1, "comment": 1, "settlement": 1}
    assert text_of(other) == exported
    assert taken_in(other, exported) == {}, "the same file twice changes nothing"
    assert taken_in(engine, text_of(other)) == {}, "and none of it is new where it came from"


def test_rows_stand_in_order_of_time(engine: Engine, sample: Any) -> None:
    said(engine, sample)
    moments = ("reviewed_at", "added_at", "at", "settled_at", "chosen_at")
    when = [next(row[name] for name in moments if name in row) for row in annotation_rows(engine)]
    assert when == sorted(when) and len(when) == 8


def test_reviews_may_come_before_the_paper_and_in_any_order(
    engine: Engine, new_database: Callable[[], Engine], sample: Any
) -> None:
    said(engine, sample)
    expected = list(exported_records(engine, "runs"))
    head, *rest = text_of(engine).splitlines(keepends=True)
    Random(8).shuffle(rest)
    other = new_database()
    taken_in(other, head + "".join(rest))
    sample.save(other, sample.paper(sample.run(), results=(sample.result(),)))
    assert list(exported_records(other, "runs")) == expected
    records, stored = paper_records(engine, PAPER), paper_records(other, PAPER)
    assert records is not None and stored is not None
    assert (stored.comments, stored.settlements) == (records.comments, records.settlements)


def test_what_everybody_sees_of_the_papers_follows(
    engine: Engine, new_database: Callable[[], Engine], sample: Any
) -> None:
    said(engine, sample)
    other = new_database()
    sample.save(other, sample.paper(sample.run(), results=(sample.result(),)))
    taken_in(other, text_of(engine))
    assert seen_by_everybody(other) == seen_by_everybody(engine)


def seen_by_everybody(engine: Engine) -> dict[str, set[str]]:
    tables = (public_schema.public_papers, public_schema.public_models, public_schema.public_accelerators)
    with engine.connect() as connection:
        return {
            table.name: {str(dict(row)) for row in connection.execute(select(table)).mappings()} for table in tables
        }


def test_papers_that_are_not_known_are_noted_by_title(
    engine: Engine, new_database: Callable[[], Engine], sample: Any
) -> None:
    said(engine, sample)
    other = new_database()
    outcome = store_annotation_rows(other, read_lines(text_of(engine).encode(), "a.jsonl"), NOW)
    assert outcome.unknown_papers == (PAPER,)
    (paper,) = sample.rows(other, "SELECT arxiv_id, title, extraction_status FROM papers_v1")
    assert paper == {"arxiv_id": PAPER, "title": "A paper", "extraction_status": "known"}


def test_only_the_papers_named_go_out(engine: Engine, sample: Any) -> None:
    said(engine, sample)
    assert list(annotation_rows(engine, ["2401.99999"])) == []
    assert len(list(annotation_rows(engine, [PAPER]))) == 8


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"decision": "perhaps"}, "decision is 'perhaps'"),
        ({"field": "colour"}, "no such field"),
        ({"fact_digest": "xyz"}, "not a fact's key"),
        ({"reviewed_at": "2026-03-01T12:00:00"}, "without a time zone"),
        ({"reviewed_at": 5}, "no moment"),
        ({"reviewer": " "}, "needs a reviewer"),
        ({"reviewer": None}, "can't be null"),
        ({"value_number": "8"}, "value_number is '8'"),
        ({"reason": "a\x00b"}, "no database takes"),
        ({"extra": 1}, "what is extra?"),
        ({"paper_key": "../../users"}, "no paper's id"),
        ({"value_number": 10**400}, "value_number is 1"),
        ({"reviewed_at": "0001-01-01T00:00:00+14:00"}, "out of all calendars"),
        ({"seen": ["model"]}, "values by field, not list"),
        ({"seen": {"model": "a\x00b"}}, "seen has characters"),
    ],
)
def test_a_malformed_line_is_named_and_nothing_is_stored(
    engine: Engine, new_database: Callable[[], Engine], sample: Any, change: Row, problem: str
) -> None:
    said(engine, sample)
    rows = list(annotation_rows(engine))
    last = max(index for index, row in enumerate(rows) if row["type"] == "review")
    rows[last] |= change
    other = new_database()
    with pytest.raises(RecordError, match=rf"a\.jsonl, line {last + 2}") as refused:
        store_annotation_rows(other, read_lines("".join(lines(rows)).encode(), "a.jsonl"), NOW)
    assert problem in str(refused.value)
    assert list(annotation_rows(other)) == [] == sample.rows(other, "SELECT * FROM papers")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"page": 2**31}, "page has 10 digits"),
        ({"page": 0}, "a page from 1"),
        ({"accelerator_count": -8}, "accelerator_count should be a finite number above zero"),
        ({"stage": "trained"}, "stage should be one of"),
        ({"confidence": 1.5}, "confidence from 0 to 1"),
        ({"basis": "machine"}, "basis is curated"),
        ({"rules": "curator"}, "rules is 'curator', not a list of words"),
        ({"evidence_boxes": [[7, 1, 2, 3]]}, "not a list of [page, x0, y0, x1, y1]"),
        ({"evidence_boxes": {"a": 1}}, "not a list of [page, x0, y0, x1, y1]"),
        ({"links": [["Base", "imagenet"]]}, "links is"),
    ],
)
def test_an_added_fact_that_no_page_could_show_is_named_and_nothing_is_stored(
    engine: Engine, new_database: Callable[[], Engine], sample: Any, change: Row, problem: str
) -> None:
    said(engine, sample)
    rows = list(annotation_rows(engine))
    place = next(index for index, row in enumerate(rows) if row["type"] == "added_fact")
    rows[place] |= change
    other = new_database()
    with pytest.raises(RecordError, match=rf"a\.jsonl, line {place + 2}") as refused:
        store_annotation_rows(other, read_lines("".join(lines(rows)).encode(), "a.jsonl"), NOW)
    assert problem in str(refused.value)
    assert list(annotation_rows(other)) == []


def test_an_id_that_says_something_else_is_refused_and_nothing_is_stored(engine: Engine, sample: Any) -> None:
    said(engine, sample)
    before = text_of(engine)
    rows = list(annotation_rows(engine))
    changed = next(row for row in rows if row["type"] == "review") | {"reason": "because"}
    fresh = changed | {"review_id": "0" * 32}
    with pytest.raises(RecordError, match="known with another reason: nothing was stored"):
        store_annotation_rows(engine, [("line 1", fresh), ("line 2", changed)], NOW)
    assert text_of(engine) == before


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "it is empty"),
        (b'{"type": "review"}', "line 1: no export of annotations"),
        (b'{"type": "burden-annotations", "format": 2}', "line 1: format 2, this program reads 1"),
        (b'{"type": "burden-annotations", "format": 1}\n{', "line 2: not JSON"),
        (b'{"type": "burden-annotations", "format": 1}\n[1]', "line 2: an object is expected"),
        (b'{"type": "burden-annotations", "format": 1}\n\n{"type": "user"}', "line 3: type is 'user'"),
        (b'{"type": "burden-annotations", "format": 1}\n{"type": NaN}', "line 2: not JSON (NaN"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_lines_that_are_none_of_ours_are_named(data: bytes, problem: str) -> None:
    with pytest.raises(ExchangeError, match=r"^a\.jsonl") as refused:
        read_lines(data, "a.jsonl")
    assert problem in str(refused.value)


def test_files_may_be_put_one_behind_the_other() -> None:
    head = '{"type": "burden-annotations", "format": 1}\n'
    row = '{"type": "comment"}\n'
    assert [where for where, _ in read_lines((head + row + head + row).encode(), "a")] == ["a, line 2", "a, line 4"]


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20)
HEX = st.text("0123456789abcdef", min_size=32, max_size=32)


@st.composite
def reviews(draw: st.DrawFn) -> Row:
    paper = draw(st.sampled_from([PAPER, "cs/0112017", "sha256:" + "b" * 64]))
    at = draw(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
    seen = st.dictionaries(TEXTS, TEXTS | st.booleans() | st.none() | st.floats(-1e300, 1e300), max_size=3)
    return {
        "type": "review",
        "review_id": draw(HEX),
        "paper_key": paper,
        "fact_digest": draw(HEX),
        "field": draw(st.sampled_from(["", *FIELD_TYPES])),
        "decision": str(draw(st.sampled_from(list(Decision)))),
        "reviewer": draw(TEXTS.filter(str.strip)),
        "reviewed_at": at.isoformat(),
        "value_text": draw(st.none() | TEXTS),
        "value_number": draw(st.none() | st.floats(-1e300, 1e300)),
        "reason": draw(TEXTS),
        "claim_id": draw(st.none() | TEXTS),
        "seen": draw(st.none() | seen),
        "withdraws": draw(st.none() | HEX),
        "paper_title": "",
    }


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(reviews(), max_size=8, unique_by=lambda row: row["review_id"]))
def test_whatever_was_said_comes_back_the_same(new_database: Callable[[], Engine], made: list[Row]) -> None:
    other = new_database()
    store_annotation_rows(other, read_lines("".join(lines(made)).encode(), "a.jsonl"), NOW)
    back = [row for _, row in read_lines(text_of(other).encode(), "b.jsonl")]
    assert back == sorted(made, key=lambda row: (datetime.fromisoformat(row["reviewed_at"]), row["review_id"]))
