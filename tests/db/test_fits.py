"""Runs of the analysis: stored once, points kept as intervals, and changes explained."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from waiting_processes import interrupted_at, is_ready, run_at_once, waiting

from db.errors import DatabaseError, RecordError
from db.fits import (
    POINT_TYPES,
    AnalysisRecord,
    Cause,
    StoredCoefficient,
    StoredFit,
    changes_between,
    fit_points,
    store_analysis,
)
from db.imports import store_import
from db.queries import exported_records
from db.reviews import Decision, Review, add_review
from db.store import PendingEstimate, save_estimates, upsert_papers
from imports.records import ImportedFile, ImportedModel, ImportedResult

SLOPE = StoredFit(
    source="db",
    benchmark="imagenet",
    metric="top1_accuracy",
    form="polynomial",
    computing="hardware_burden_flop",
    estimator="ordinary least squares",
    n=12,
    coefficients=(
        StoredCoefficient("slope", 0.08, 0.01, 0.02, 0.06, 0.1),
        StoredCoefficient("intercept", -0.9, 0.2, 0.3, -1.3, -0.5),
        StoredCoefficient("bend", 3.0),
    ),
    r_squared=0.7,
    aic=-20.0,
    bic=-18.0,
    record={"points": [1, 2.5], "note": "all"},
)
REFUSED = replace(
    SLOPE, benchmark="coco", n=3, coefficients=(), r_squared=None, aic=None, bic=None,
    cause="too few points", reason="3 points; a line needs 5", record={},
)  # fmt: skip


def a_point(key: str, **changes: Any) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(POINT_TYPES)
    known = {"source": "db", "basis": "machine", "point_key": key, "arxiv_id": "2401.00001", "value": 76.5}
    return {**empty, **known, "benchmark": "imagenet", "metric": "top1_accuracy", **changes}


@pytest.fixture
def record(sample: Any) -> AnalysisRecord:
    points = (a_point("a"), a_point("b", hardware_burden_flop=1e18), a_point("c", note="x"))
    return AnalysisRecord(sample.noon, "1.0", "d1", {"benchmark": None}, points, (SLOPE, REFUSED))


def states(engine: Engine, sample: Any) -> list[tuple[Any, ...]]:
    columns = "point_key, first_run, last_run"
    rows = sample.rows(engine, f"SELECT {columns} FROM point_states ORDER BY point_key, first_run")
    return [tuple(row.values()) for row in rows]


def changed(record: AnalysisRecord, digest: str, *points: dict[str, Any], **changes: Any) -> AnalysisRecord:
    return replace(record, data_digest=digest, points=points, **changes)


# --- what is stored ---


def test_a_run_is_stored_with_its_fits_and_refusals(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    run = store_analysis(engine, record)
    fit, refused = sample.rows(engine, "SELECT * FROM fits_v1 ORDER BY position")
    expected = {
        "analysis_run_id": run, "code_version": "1.0", "data_digest": "d1", "point_count": 3, "benchmark": "imagenet",
        "form": "polynomial", "computing": "hardware_burden_flop", "estimator": "ordinary least squares", "n": 12,
        "slope": 0.08, "slope_standard_error": 0.01, "slope_hc3_standard_error": 0.02, "slope_low": 0.06,
        "slope_high": 0.1, "intercept": -0.9, "intercept_standard_error": 0.2, "intercept_hc3_standard_error": 0.3,
        "intercept_low": -1.3, "intercept_high": -0.5, "slope_year": None, "slope_year_low": None, "r_squared": 0.7,
        "aic": -20.0, "bic": -18.0, "cause": None, "reason": None,
    }  # fmt: skip
    assert {name: fit[name] for name in expected} == expected
    assert json.loads(fit["record"]) == SLOPE.record and json.loads(fit["options"]) == {"benchmark": None}
    assert (refused["benchmark"], refused["n"], refused["cause"], refused["reason"]) == (
        "coco", 3, "too few points", "3 points; a line needs 5"
    )  # fmt: skip
    assert refused["slope"] is None and refused["is_newest"]


def test_the_same_data_code_and_options_are_stored_once(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    run = store_analysis(engine, record)
    again = replace(record, made_at=record.made_at + timedelta(days=1))
    assert store_analysis(engine, again) == run
    assert len(sample.rows(engine, "SELECT * FROM fits_v1")) == 2
    assert len(sample.rows(engine, "SELECT * FROM analysis_runs")) == 1


def test_other_code_or_options_make_another_run(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    first = store_analysis(engine, record)
    of_code = store_analysis(engine, replace(record, code_version="1.1"))
    of_options = store_analysis(engine, replace(record, options={"benchmark": "coco"}))
    assert len({first, of_code, of_options}) == 3
    newest = sample.rows(engine, "SELECT DISTINCT analysis_run_id FROM fits_v1 WHERE is_newest")
    assert {row["analysis_run_id"] for row in newest} == {of_code, of_options}


def test_only_what_changed_of_the_points_is_written(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    store_analysis(engine, record)
    a, b, c = record.points
    store_analysis(engine, changed(record, "d2", a, {**b, "hardware_burden_flop": 2e18}, a_point("d")))
    store_analysis(engine, changed(record, "d3", a, {**b, "hardware_burden_flop": 2e18}, a_point("d"), c))
    store_analysis(engine, replace(record, data_digest="other", options={"benchmark": "coco"}, points=()))
    assert states(engine, sample) == [
        ("a", 1, None),
        ("b", 1, 1),
        ("b", 2, None),
        ("c", 1, 1),
        ("c", 3, None),
        ("d", 2, None),
    ]


def test_sums_made_in_another_order_are_no_change(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    summed = [a_point("a", hardware_burden_flop=flop) for flop in (0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1, 0.6001)]
    assert summed[0]["hardware_burden_flop"] != summed[1]["hardware_burden_flop"]
    for digest, point in zip("abc", summed, strict=True):
        store_analysis(engine, changed(record, digest, point))
    assert states(engine, sample) == [("a", 1, 2), ("a", 3, None)]


def test_points_are_kept_as_they_were(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    """As a table of pandas hands them over: unknown numbers and texts are NaN."""
    hostile = "'); DROP TABLE point_states; --\x00\ud800 é" + "x" * 5000
    store_analysis(engine, changed(record, "d", a_point(hostile, year=2017, value=math.nan, title=math.nan)))
    (row,) = sample.rows(engine, "SELECT point_key, point_values FROM point_states")
    key = hostile.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert row["point_key"] == key
    assert json.loads(row["point_values"]) == a_point(key, year=2017.0, value=None)


def test_what_is_not_finite_in_a_fit_is_null(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    coefficient = StoredCoefficient("slope", math.inf, math.nan)
    fit = replace(SLOPE, aic=-math.inf, bic=math.nan, coefficients=(coefficient,), record={"x": [math.nan, {"y": 1.0}]})
    store_analysis(engine, replace(record, fits=(fit,)))
    (row,) = sample.rows(engine, "SELECT * FROM fits_v1")
    assert (row["slope"], row["slope_standard_error"], row["aic"], row["bic"]) == (None, None, None, None)
    assert json.loads(row["record"]) == {"x": [None, {"y": 1.0}]}


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([a_point("a"), a_point("b", value=math.inf)], "point 'b': value is infinite"),
        ([a_point("a"), a_point("a")], "point 'a' stands there twice"),
    ],
)
def test_points_that_must_not_go_in_are_named(
    engine: Engine, sample: Any, record: AnalysisRecord, points: Sequence[Any], said: str
) -> None:
    with pytest.raises(RecordError, match=said):
        store_analysis(engine, replace(record, points=points))
    assert sample.rows(engine, "SELECT * FROM analysis_runs") == []


@pytest.mark.parametrize("table", ["analysis_fits", "point_states"])
def test_what_fails_half_way_stores_no_run(engine: Engine, sample: Any, record: AnalysisRecord, table: str) -> None:
    store_analysis(engine, record)
    before = states(engine, sample)
    with interrupted_at(engine, f"INSERT INTO {table}"):
        store_analysis(engine, changed(record, "d2", a_point("z")))
    assert states(engine, sample) == before
    assert len(sample.rows(engine, "SELECT * FROM analysis_runs")) == 1
    assert len(sample.rows(engine, "SELECT * FROM fits_v1")) == 2


PROGRAM = """
import sys
from datetime import UTC, datetime
from db.engine import open_database
from db.fits import POINT_TYPES, AnalysisRecord, store_analysis
known = dict.fromkeys(POINT_TYPES) | {"source": "db", "benchmark": "b", "metric": "m", "basis": "machine"}
points = [known | {"point_key": str(number)} for number in range(300)]
engine = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
store_analysis(engine, AnalysisRecord(datetime(2026, 3, 1, tzinfo=UTC), "1", "d", {}, points, ()))
"""


def test_the_same_run_from_two_processes_at_once_is_stored_once(url: str, engine: Engine, sample: Any) -> None:
    processes = [waiting(PROGRAM, url) for _ in range(2)]
    assert all(map(is_ready, processes))
    run_at_once(processes)
    assert len(sample.rows(engine, "SELECT * FROM analysis_runs")) == 1
    assert len(states(engine, sample)) == 300


# --- what the database itself lets happen to a state ---


def test_a_state_can_be_closed_and_nothing_else(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    store_analysis(engine, record)

    def attempt(change: str) -> None:
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE point_states SET {change} WHERE point_key = 'a'"))

    for change in ("last_run = 1, values_digest = 'x'", "point_values = '{}'", "first_run = 1", "last_run = NULL"):
        with pytest.raises(DatabaseError, match="point_states is append-only"):
            attempt(change)
    attempt("last_run = 1")
    for change in ("last_run = NULL", "last_run = 1"):
        with pytest.raises(DatabaseError, match="point_states is append-only"):
            attempt(change)
    assert states(engine, sample) == [("a", 1, 1), ("b", 1, None), ("c", 1, None)]


def test_a_point_has_one_state_in_force(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    store_analysis(engine, record)
    store_analysis(engine, replace(record, code_version="2"))
    names = "options_digest, key_digest, first_run, point_key, values_digest, point_values"
    again = f"SELECT {names.replace('first_run', '2')} FROM point_states"
    with pytest.raises(DatabaseError, match=r"(?i)unique"), engine.begin() as connection:
        connection.execute(text(f"INSERT INTO point_states ({names}) {again}"))


# --- changes ---


class Nights:
    """Runs of the analysis, a day apart, over what the database holds."""

    def __init__(self, engine: Engine, noon: datetime) -> None:
        self.engine, self.noon, self.runs = engine, noon, 0

    def run(self) -> int:
        """Store the points in force, half a day after the noon of the day."""
        points = list(fit_points(self.engine))
        at = self.noon + timedelta(days=self.runs, hours=12)
        self.runs += 1
        return store_analysis(self.engine, AnalysisRecord(at, "1", f"night {self.runs}", {}, points, ()))

    def changes(self) -> list[tuple[str, str, Cause | None]]:
        """What the last night changed: kind, key, cause."""
        found = changes_between(self.engine, self.runs - 1, self.runs)
        kinds = {"came": found.came, "gone": found.gone, "changed": found.changed}
        return [(kind, change.point_key, change.cause) for kind, changes in kinds.items() for change in changes]


@pytest.fixture
def nights(engine: Engine, sample: Any) -> Nights:
    """One night is over: a paper with a run and two results was read before it."""
    results = (sample.result(), sample.result(70.0, "Big", 10))
    sample.save(engine, sample.paper(sample.run(), results=results, links=(sample.link("training_run", 0),)))
    found = Nights(engine, sample.noon)
    found.run()
    return found


BASE, BIG = (f"db|2401.00001|{model}|imagenet|top1_accuracy" for model in ("Base", "Big"))


def test_of_two_runs_over_the_same_nothing_changed(nights: Nights) -> None:
    nights.run()
    assert nights.changes() == []


def test_a_new_papers_points_came(engine: Engine, sample: Any, nights: Nights) -> None:
    new = sample.paper(results=(sample.result(),), metadata=sample.metadata("2401.00002"), sha256="b" * 64)
    sample.save(engine, new, hours=20)
    nights.run()
    assert nights.changes() == [("came", "db|2401.00002|Base|imagenet|top1_accuracy", Cause.NEW_PAPER)]


def test_a_review_changes_a_point_and_takes_one_away(engine: Engine, sample: Any, nights: Nights) -> None:
    facts = {fact["model"]: fact["fact_key"] for fact in exported_records(engine, "results")}
    at = sample.noon + timedelta(hours=20)
    add_review(engine, Review(facts["Base"], "value", Decision.CORRECT, "ada", at, 77.0))
    add_review(engine, Review(facts["Big"], None, Decision.REJECT, "ada", at))
    nights.run()
    assert nights.changes() == [("gone", BIG, Cause.REVIEW), ("changed", BASE, Cause.REVIEW)]
    (change,) = changes_between(engine, 1, 2).changed
    assert change.before is not None and change.after is not None
    differing = {name for name in POINT_TYPES if change.before[name] != change.after[name]}
    assert differing == {"value", "error_fraction", "basis"}
    assert (change.before["value"], change.after["value"]) == (76.5, 77.0)


def test_a_review_that_came_late_is_seen_by_the_basis(engine: Engine, sample: Any, nights: Nights) -> None:
    """Dated before the earlier run, and brought in from another database after it."""
    fact = next(fact for fact in exported_records(engine, "results") if fact["model"] == "Base")
    add_review(engine, Review(fact["fact_key"], "value", Decision.CORRECT, "ada", sample.noon, 77.0))
    nights.run()
    assert nights.changes() == [("changed", BASE, Cause.REVIEW)]


def test_a_paper_read_again_changes_its_points(engine: Engine, sample: Any, nights: Nights) -> None:
    results = (sample.result(75.0), sample.result(60.0, "Tiny", 20))
    sample.save(engine, sample.paper(results=results), extractor="x2", hours=20)
    nights.run()
    tiny = BIG.replace("Big", "Tiny")
    assert nights.changes() == [
        ("came", tiny, Cause.RE_READ), ("gone", BIG, Cause.RE_READ), ("changed", BASE, Cause.RE_READ)
    ]  # fmt: skip


def test_a_withdrawn_papers_points_are_gone(engine: Engine, sample: Any, nights: Nights) -> None:
    upsert_papers(engine, [sample.metadata(version=2, withdrawn=True)])
    nights.run()
    assert nights.changes() == [("gone", BASE, Cause.GONE), ("gone", BIG, Cause.GONE)]


def test_a_burden_estimated_anew_changes_its_point(engine: Engine, sample: Any, nights: Nights) -> None:
    (run,) = sample.rows(engine, "SELECT claim_id FROM training_runs_v1")
    pending = PendingEstimate(run["claim_id"], "", sample.run(), None, "2401.00001")
    save_estimates(engine, [(pending, sample.estimate(9e19))], "e2", sample.noon + timedelta(hours=20))
    nights.run()
    assert nights.changes() == [("changed", BASE, Cause.RE_ESTIMATED)]


def test_an_import_that_is_replaced_changes_its_points(engine: Engine, sample: Any, nights: Nights) -> None:
    def file(digit: str, *values: float) -> ImportedFile:
        rows = enumerate(values, start=2)
        models = (ImportedModel(row, "M", results=(ImportedResult("imagenet", "wer", value),)) for row, value in rows)
        return ImportedFile("epoch", "all.csv", digit * 64, tuple(models))

    store_import(engine, file("a", 10, 20, 30), sample.noon)
    nights.run()
    assert [kind for kind, _, cause in nights.changes() if cause is Cause.IMPORT] == ["came"] * 3
    store_import(engine, file("b", 10, 21), sample.noon)
    nights.run()
    assert nights.changes() == [
        ("gone", "epoch|all.csv|4|imagenet|wer", Cause.IMPORT),
        ("changed", "epoch|all.csv|3|imagenet|wer", Cause.IMPORT),
    ]


def test_what_happened_outside_the_two_runs_is_no_cause(engine: Engine, sample: Any, nights: Nights) -> None:
    """The paper was read before the first of them; the review came after the second."""
    upsert_papers(engine, [sample.metadata(version=2, withdrawn=True)])
    nights.run()
    fact = f"2401.00001:{'0' * 32}"
    add_review(engine, Review(fact, None, Decision.REJECT, "ada", sample.noon + timedelta(days=9)))
    assert {cause for _, _, cause in nights.changes()} == {Cause.GONE}


def test_changes_span_several_nights(engine: Engine, sample: Any, record: AnalysisRecord) -> None:
    a, b, c = record.points
    nights = [(a, b), (a, {**b, "value": 1.0}, c), ({**a, "value": 2.0}, b), ({**a, "value": 3.0}, c)]
    runs = [store_analysis(engine, changed(record, str(number), *points)) for number, points in enumerate(nights)]

    def between(first: int, last: int) -> list[list[Any]]:
        found = changes_between(engine, runs[first], runs[last])
        return [[change.point_key for change in changes] for changes in (found.came, found.gone, found.changed)]

    assert between(0, 1) == [["c"], [], ["b"]]
    assert between(0, 2) == [[], [], ["a"]]
    assert between(0, 3) == [["c"], ["b"], ["a"]]
    assert between(1, 3) == [[], ["b"], ["a"]]
    assert between(3, 3) == [[], [], []]


def test_runs_that_cannot_be_compared_are_refused(engine: Engine, record: AnalysisRecord) -> None:
    store_analysis(engine, record)
    store_analysis(engine, replace(record, options={"benchmark": "coco"}))
    store_analysis(engine, replace(record, code_version="2"))
    for earlier, later, said in ((1, 9, "no run 9"), (1, 2, "different options"), (3, 1, "later than run 1")):
        with pytest.raises(RecordError, match=said):
            changes_between(engine, earlier, later)
