"""What became of records that were read again, counted."""

from __future__ import annotations

from typing import Any

import pytest

from annotations.reading_changes import ReadingChanges, What
from db.fields import FIELD_TYPES, Kind
from db.read_again import PaperBeforeAndNow, Reading, ReviewedFact

RUN = Kind.TRAINING_RUN


def claim(fact: str, status: str = "accepted", **values: Any) -> dict[str, Any]:
    stated = dict.fromkeys(FIELD_TYPES) | values
    return {
        **stated,
        "kind": str(RUN),
        "fact_digest": fact,
        "value_digest": repr(sorted(values.items())),
        "status": status,
        "page": 3,
        "quote": f"Words of {fact}.",
    }


def changes(before: list[dict[str, Any]] | None, now: list[dict[str, Any]], **of_now: Any) -> ReadingChanges:
    made = ReadingChanges()
    earlier = None if before is None else Reading("older", tuple(before), of_now.pop("burdens_before", {}))
    burdens = of_now.pop("burdens", {})
    made.add(PaperBeforeAndNow("2401.00001", earlier, Reading("newer", tuple(now), burdens), **of_now))
    return made


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([claim("a", model="Net")], [claim("a", model="Net")], {What.SAME: 1}),
        ([claim("a", model="Net")], [claim("b", model="Net")], {What.ELSEWHERE: 1}),
        ([claim("a", model="Net")], [claim("a", model="Big Net")], {What.CHANGED: 1}),
        ([claim("a", model="Net")], [claim("b", model="Big Net")], {What.WENT: 1, What.CAME: 1}),
        ([claim("a", model="Net")], [claim("a", "candidate", model="Net")], {What.HELD_BACK: 1}),
        ([claim("a", "candidate", model="Net")], [claim("a", model="Net")], {What.ACCEPTED: 1}),
        ([claim("a", "candidate", model="Net")], [claim("a", "candidate", model="Big Net")], {}),
        (None, [claim("a", model="Net")], {What.CAME: 1}),
        # a further row above moves the ordinals of those below: what is found with its values has not changed
        (
            [claim("first", flop=1.0), claim("second", flop=2.0)],
            [claim("first", flop=9.0), claim("second", flop=1.0), claim("third", flop=2.0)],
            {What.ELSEWHERE: 2, What.CAME: 1},
        ),
        # of two that say the same, one went
        ([claim("a", flop=1.0), claim("b", flop=1.0)], [claim("a", flop=1.0)], {What.SAME: 1, What.WENT: 1}),
    ],
)
def test_each_record_counts_once(
    before: list[dict[str, Any]] | None, now: list[dict[str, Any]], expected: dict[What, int]
) -> None:
    made = changes(before, now)
    assert made.records.get(RUN, {}) == expected
    assert made.papers_unchanged == (set(expected) <= {What.SAME})
    assert made.papers_first_read == (before is None)


def test_fields_count_where_a_value_is_stated_on_either_side() -> None:
    before = [claim("a", accelerator_count=8, duration_hours=24.0, model="Net")]
    told = changes(before, [claim("a", accelerator_count=16, duration_hours=24.0, stage="training")]).to_dict()
    fields = {row["field"]: {name: row[name] for name in ("same", "changed", "came", "went")} for row in told["fields"]}
    assert fields == {
        "model": {"same": 0, "changed": 0, "came": 0, "went": 1},
        "stage": {"same": 0, "changed": 0, "came": 1, "went": 0},
        "accelerator_count": {"same": 0, "changed": 1, "came": 0, "went": 0},
        "duration_hours": {"same": 1, "changed": 0, "came": 0, "went": 0},
    }
    [fact] = told["facts"]
    assert fact["fields"] == ["model", "stage", "accelerator_count"] and fact["quote"] == "Words of a."


def review(fact: str, state: str, state_before: str | None) -> ReviewedFact:
    return ReviewedFact(fact, f"2401.00001:{fact * 32}", None, "accept", "ada", "", state_before, state)


def test_reviews_are_lost_where_the_reading_before_had_their_fact() -> None:
    reviews = (
        review("a", "unmatched", "matched"),
        review("b", "unmatched", "unmatched"),  # lost long ago
        review("c", "unmatched", None),  # made just before this paper's turn came: its fact was still there
        review("d", "stale", "matched"),
        review("e", "stale", "stale"),
        review("f", "matched", "unmatched"),
    )
    told = changes([claim("a" * 32), claim("c" * 32)], [], reviews=reviews).to_dict()["reviews"]
    assert (told["in_force"], told["lost"], told["stale_now"], told["found_again"]) == (6, 2, 1, 1)
    assert [(each["what"], each["fact_key"][-1]) for each in told["moved"]] == [
        ("lost", "a"),
        ("lost", "c"),
        ("stale now", "d"),
    ]


def test_burdens_are_told_from_what_came_or_went_to_the_smallest_change() -> None:
    before = {"Net": 1e20, "Big Net": 1e21, "Same": 5e19, "Gone": 1e18, "Never": None}
    now = {"Net": 1.5e20, "Big Net": 1e20, "Same": 5e19, "New": 3e19, "Never": None}
    told = changes([], [], burdens_before=before, burdens=now).to_dict()["burdens"]
    assert {name: told[name] for name in ("same", "changed", "came", "went", "by_a_factor_of_two")} == {
        "same": 1,
        "changed": 2,
        "came": 1,
        "went": 1,
        "by_a_factor_of_two": 1,
    }
    assert [row["model"] for row in told["largest"]] == ["Gone", "New", "Big Net", "Net"]
    assert told["median_ratio"] == pytest.approx(0.8)
