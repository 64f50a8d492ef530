"""Imported files: stored whole or not at all, superseded by a later content, never overwritten."""

from __future__ import annotations

import math
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from waiting_processes import interrupted_at, is_ready, let_go, run_at_once, waiting

from db.errors import DatabaseError, RecordError
from db.imports import ImportOutcome, Overlap, store_import
from imports.records import ImportedFile, ImportedModel, ImportedResult, Repair

TABLES = ("imports", "imported_models", "imported_results")

RESNET = ImportedModel(
    row_number=4,
    model="ResNet-50",
    title="Deep Residual Learning",
    url="https://example.org",
    arxiv_id="1512.03385",
    published=date(2015, 12, 10),
    year=2015.9,
    results=(ImportedResult("imagenet", "top1_accuracy", 76.0), ImportedResult("imagenet", "top5_accuracy", 93.0)),
    hardware_burden_flop=3e18,
    network_operations_flop=1e18,
    operations_per_pass_flop=4e9,
    training_compute_flop=2e18,
    parameters=2.5e7,
    accelerator="P100",
    accelerator_count=8,
    duration_hours=29,
    note="of the second table",
)
FILE = ImportedFile(
    source="authors-2022",
    name="imagenet.csv",
    sha256="a" * 64,
    models=(RESNET, ImportedModel(row_number=9, model="Unknown", included=False)),
    repairs=(Repair(4, "days", "range-to-midpoint", "1-2", "1.5"),),
    skipped=((5, "no model and no result"),),
)


def counts(engine: Engine, sample: Any) -> list[int]:
    return [len(sample.rows(engine, f"SELECT * FROM {table}")) for table in TABLES]


def in_force(engine: Engine, sample: Any) -> list[tuple[Any, ...]]:
    columns = "source, file_name, SUBSTR(sha256, 1, 1), row_number"
    rows = sample.rows(engine, f"SELECT {columns} FROM imported_models_v1 ORDER BY source, file_name, row_number")
    return [tuple(row.values()) for row in rows]


def test_what_goes_in_comes_out(engine: Engine, sample: Any) -> None:
    assert store_import(engine, FILE, sample.noon) == ImportOutcome(1, True, None, 2, 2)
    resnet, unknown = sample.rows(engine, "SELECT * FROM imported_models_v1 ORDER BY row_number")
    told = {name: getattr(RESNET, name) for name in RESNET.__dataclass_fields__ if name != "results"}
    told |= {"source": "authors-2022", "file_name": "imagenet.csv", "sha256": "a" * 64, "basis": "imported"}
    assert {name: resnet[name] for name in told} == told | {"published": resnet["published"]}
    assert str(resnet["published"]) == "2015-12-10"
    assert {name for name, value in unknown.items() if value is not None} == {
        *("source", "file_name", "sha256", "imported_at", "basis", "row_number", "model", "included")
    }
    results = sample.rows(engine, "SELECT * FROM imported_results_v1 ORDER BY metric")
    assert [(row["row_number"], row["metric"], row["value"], row["basis"]) for row in results] == [
        (4, "top1_accuracy", 76.0, "imported"), (4, "top5_accuracy", 93.0, "imported")
    ]  # fmt: skip
    (kept,) = sample.rows(engine, "SELECT repairs, skipped FROM imports")
    assert "range-to-midpoint" in kept["repairs"] and kept["skipped"] == '[[5, "no model and no result"]]'


def test_the_same_file_again_stores_nothing(engine: Engine, sample: Any) -> None:
    first = store_import(engine, FILE, sample.noon)
    before = counts(engine, sample)
    again = store_import(engine, FILE, sample.noon + timedelta(days=1))
    assert (again.import_id, again.is_new, again.superseded_import_id) == (first.import_id, False, None)
    assert counts(engine, sample) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "b" * 64},
        {"models": (replace(RESNET, parameters=2.6e7),)},
        {"models": (replace(RESNET, results=RESNET.results[:1]),)},
        {"models": (replace(RESNET, published=date(2015, 12, 11)),)},
        {"repairs": ()},
        {"skipped": ()},
    ],
)
def test_other_bytes_or_another_reading_of_them_supersede(engine: Engine, sample: Any, changes: Any) -> None:
    first = store_import(engine, FILE, sample.noon)
    other = replace(FILE, **changes)
    second = store_import(engine, other, sample.noon)
    assert second.is_new and second.superseded_import_id == first.import_id
    assert len(in_force(engine, sample)) == len(other.models)
    assert counts(engine, sample)[0] == 2


def test_files_of_other_names_or_sources_stand_beside_each_other(engine: Engine, sample: Any) -> None:
    models = FILE.models[:1]
    cifar = (replace(RESNET, results=(ImportedResult("cifar10", "accuracy", 95.0),)),)
    for changes in (
        {},
        {"name": "cifar.csv", "models": cifar, "sha256": "b" * 64},
        {"source": "authors-2020", "sha256": "c" * 64},
    ):
        outcome = store_import(engine, replace(FILE, **{"models": models, **changes}), sample.noon)
        assert (outcome.is_new, outcome.superseded_import_id, outcome.overlaps) == (True, None, ())
    assert in_force(engine, sample) == [
        ("authors-2020", "imagenet.csv", "c", 4),
        ("authors-2022", "cifar.csv", "b", 4),
        ("authors-2022", "imagenet.csv", "a", 4),
    ]


COPY = "imagenet (1).csv"
LATER = (replace(RESNET, parameters=2.6e7), ImportedModel(row_number=9, model="Heron"))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sha256": "b" * 64},
        {"sha256": "b" * 64, "repairs": (Repair(1, "", "pair-from-file-name", COPY, "imagenet"),), "skipped": ()},
    ],
)
def test_a_copy_under_another_name_is_not_stored(engine: Engine, sample: Any, changes: Any) -> None:
    first = store_import(engine, FILE, sample.noon)
    copy = store_import(engine, replace(FILE, name=COPY, **changes), sample.noon)
    assert copy == replace(first, is_new=False, copy_of="imagenet.csv")
    assert counts(engine, sample) == [1, 2, 2]


def test_the_same_bytes_read_otherwise_under_another_name_are_told(engine: Engine, sample: Any) -> None:
    store_import(engine, FILE, sample.noon)
    other = replace(FILE, name=COPY, models=LATER)
    copy = store_import(engine, other, sample.noon)
    assert (copy.is_new, copy.copy_of, copy.reads_otherwise) == (False, "imagenet.csv", True)
    taken = store_import(engine, other, sample.noon, ["imagenet.csv"])
    assert (taken.is_new, taken.copy_of, taken.replaced_import_ids) == (True, None, (1,))
    assert {row[1] for row in in_force(engine, sample)} == {COPY}


def test_what_becomes_a_copy_of_another_file_is_in_force_once(engine: Engine, sample: Any) -> None:
    store_import(engine, FILE, sample.noon)
    second = store_import(engine, replace(FILE, name=COPY, sha256="b" * 64, models=LATER), sample.noon)
    copy = store_import(engine, replace(FILE, name=COPY), sample.noon)
    assert (copy.import_id, copy.superseded_import_id, copy.is_new) == (1, second.import_id, False)
    assert {row[1] for row in in_force(engine, sample)} == {"imagenet.csv"}
    assert store_import(engine, replace(FILE, name=COPY), sample.noon).superseded_import_id is None


def test_most_of_another_files_models_on_a_benchmark_are_told_of(engine: Engine, sample: Any) -> None:
    top1 = ImportedResult("imagenet", "top1_accuracy", 70.0)
    models = tuple(ImportedModel(row, f"Heron {row}", url="https://x.org", results=(top1,)) for row in range(1, 11))
    older = replace(FILE, models=models)
    store_import(engine, older, sample.noon)
    stored = [
        store_import(engine, replace(FILE, name=f"{name}.csv", sha256=name * 64, models=rows), sample.noon).overlaps
        for name, rows in {
            "b": models[5:],
            "c": (*models[:5], *(replace(each, model=f"Gull {each.row_number}") for each in models[5:])),
            "d": tuple(replace(each, results=(replace(top1, benchmark="coco"),)) for each in models),
            "e": tuple(
                replace(each, results=(replace(top1, value=71.0),), model=each.model.upper()) for each in models
            ),
        }.items()
    ]
    assert stored[:3] == [(Overlap(1, "imagenet.csv", 5, 1.0),), (), ()]
    assert [(each.file_name, each.shared_count) for each in stored[3]] == [("imagenet.csv", 10), ("b.csv", 5)]
    again = store_import(engine, older, sample.noon)
    assert not again.is_new and [each.file_name for each in again.overlaps] == ["e.csv", "b.csv"]


def test_files_without_results_overlap_by_their_models(engine: Engine, sample: Any) -> None:
    models = tuple(ImportedModel(row, f"Heron {row}", arxiv_id="2401.00001") for row in range(1, 11))
    notable = replace(FILE, source="epoch", name="notable.csv", models=models[:3])
    whole = replace(FILE, source="epoch", name="all.csv", sha256="b" * 64, models=models)
    assert store_import(engine, notable, sample.noon).overlaps == ()
    assert store_import(engine, whole, sample.noon).overlaps == (Overlap(1, "notable.csv", 3, 1.0),)
    for _ in range(2):
        outcome = store_import(engine, whole, sample.noon, ["notable.csv"])
        assert (outcome.import_id, outcome.is_new, outcome.overlaps) == (2, False, ())
    assert len(in_force(engine, sample)) == 10
    assert store_import(engine, notable, sample.noon).overlaps == (Overlap(2, "all.csv", 3, 1.0),)


def test_a_file_takes_the_place_of_those_named(engine: Engine, sample: Any) -> None:
    store_import(engine, FILE, sample.noon)
    newer = replace(FILE, name="imagenet-2023.csv", sha256="b" * 64, models=LATER)
    outcome = store_import(engine, newer, sample.noon, ["imagenet.csv", "imagenet-2023.csv"])
    assert (outcome.is_new, outcome.superseded_import_id, outcome.replaced_import_ids) == (True, None, (1,))
    assert {row[1] for row in in_force(engine, sample)} == {"imagenet-2023.csv"}
    (gone,) = sample.rows(engine, "SELECT model_count, skipped FROM imports WHERE import_id = 3")
    assert gone == {"model_count": 0, "skipped": '[[0, "in its place: import 2 (imagenet-2023.csv)"]]'}
    with pytest.raises(RecordError, match=r"no file 'imagnet\.csv' of this source to replace; in force: imagenet-2023"):
        store_import(engine, replace(newer, models=()), sample.noon, ["imagnet.csv"])
    assert counts(engine, sample)[0] == 3


def test_an_earlier_content_can_be_put_in_force_again(engine: Engine, sample: Any) -> None:
    for digit in "aba":
        store_import(engine, replace(FILE, sha256=digit * 64), sample.noon)
    assert {row[2] for row in in_force(engine, sample)} == {"a"}


def test_a_file_without_a_row_takes_those_of_before_out_of_force(engine: Engine, sample: Any) -> None:
    store_import(engine, FILE, sample.noon)
    store_import(engine, replace(FILE, sha256="e" * 64, models=()), sample.noon)
    assert in_force(engine, sample) == []


NAN, INFINITE = math.nan, math.inf


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hardware_burden_flop": NAN}, r"row 4: hardware_burden_flop .*nan"),
        ({"year": INFINITE}, r"row 4: year .*inf"),
        ({"parameters": 0.0}, r"row 4: parameters .*above zero"),
        ({"duration_hours": -1.0}, r"row 4: duration_hours .*above zero"),
        ({"results": (ImportedResult("imagenet", "top1_accuracy", NAN),)}, r"row 4: value .*nan"),
        ({"results": (ImportedResult("", "top1_accuracy", 76.0),)}, r"row 4: .*benchmark"),
        ({"results": RESNET.results[:1] * 2}, r"row 4: imagenet top1_accuracy stands there twice"),
        ({"row_number": 9}, r"row 9: .*twice"),
        ({"row_number": 0}, r"row 0: .*from 1"),
        ({"model": "x" * 1001}, r"row 4: model has 1001 characters"),
    ],
)
def test_a_row_that_must_not_go_in_is_named_and_nothing_is_stored(
    engine: Engine, sample: Any, changes: Any, said: str
) -> None:
    models = (*FILE.models[1:], replace(RESNET, **changes))
    with pytest.raises(RecordError, match=rf"^authors-2022, imagenet\.csv, {said}"):
        store_import(engine, replace(FILE, models=models), sample.noon)
    assert counts(engine, sample) == [0, 0, 0]


@pytest.mark.parametrize("changes", [{"source": "db"}, {"source": " "}, {"name": ""}])
def test_an_import_has_a_name_and_is_not_taken_for_papers(engine: Engine, sample: Any, changes: Any) -> None:
    with pytest.raises(RecordError, match="other than 'db'"):
        store_import(engine, replace(FILE, **changes), sample.noon)


def test_hostile_texts_are_kept_as_texts(engine: Engine, sample: Any) -> None:
    hostile = "'); DROP TABLE imports; --\x00\ud800 <script>%s %(x)s :y"
    kept = "'); DROP TABLE imports; --\ufffd\ufffd <script>%s %(x)s :y"
    row = replace(
        RESNET, model=hostile, note=hostile, accelerator=hostile, results=(ImportedResult(hostile, hostile, 1.0),)
    )
    file = replace(
        FILE, name=hostile, models=(row,), repairs=(Repair(4, hostile, "r", hostile, hostile),), skipped=((1, hostile),)
    )
    assert store_import(engine, file, sample.noon).is_new
    assert not store_import(engine, file, sample.noon).is_new
    (model,) = sample.rows(engine, "SELECT file_name, model, note, accelerator FROM imported_models_v1")
    assert set(model.values()) == {kept}
    (result,) = sample.rows(engine, "SELECT benchmark, metric FROM imported_results_v1")
    assert set(result.values()) == {kept}


def test_what_fails_half_way_leaves_what_was_in_force(engine: Engine, sample: Any) -> None:
    store_import(engine, FILE, sample.noon)
    before = in_force(engine, sample)
    with interrupted_at(engine, "INSERT INTO imported_results"):
        store_import(engine, replace(FILE, sha256="b" * 64), sample.noon)
    assert in_force(engine, sample) == before and counts(engine, sample)[0] == 1


def test_the_database_itself_takes_no_amount_that_is_not_above_zero(engine: Engine, sample: Any) -> None:
    store_import(engine, FILE, sample.noon)
    for column in ("hardware_burden_flop", "network_operations_flop", "parameters", "accelerator_count"):
        statement = f"INSERT INTO imported_models (import_id, row_number, included, {column}) VALUES (1, 77, true, 0)"
        with pytest.raises(DatabaseError, match=r"(?i)constraint"), engine.begin() as connection:
            connection.execute(text(statement))


PROGRAM = """
import sys
from datetime import UTC, datetime
from db.engine import open_database
from db.imports import store_import
from imports.records import ImportedFile, ImportedModel, ImportedResult
results = (ImportedResult("imagenet", "top1_accuracy", 70.0),)
models = tuple(ImportedModel(row, f"model {row}", results=results) for row in range(1, 400))
engine = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for digit in sys.argv[2]:
    store_import(engine, ImportedFile("epoch", "all.csv", digit * 64, models), datetime(2026, 3, 1, tzinfo=UTC))
    print("stored", flush=True)
"""


def start(url: str, digits: str) -> subprocess.Popen[str]:
    process = waiting(PROGRAM, url, digits)
    assert is_ready(process)
    return process


def test_the_same_file_from_two_processes_at_once_is_stored_once(url: str, engine: Engine, sample: Any) -> None:
    run_at_once([start(url, "a") for _ in range(2)])
    assert counts(engine, sample) == [1, 399, 399]


def test_a_killed_import_leaves_whole_files_only(url: str, engine: Engine, sample: Any) -> None:
    process = start(url, "abcdef" * 20)
    assert process.stdout is not None
    let_go(process)
    for _ in range(3):
        process.stdout.readline()
    process.kill()
    process.communicate(timeout=60)
    imports, models, results = counts(engine, sample)
    assert imports >= 3 and (models, results) == (399 * imports, 399 * imports)
    assert len(in_force(engine, sample)) == 399
