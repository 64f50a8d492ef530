"""Exports: one shape of record, whichever way it comes, in every format."""

from __future__ import annotations

import csv
import io
import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.errors import RecordError
from db.exchange import COLUMNS, FORMATS, extraction_records, write_records, write_records_file
from db.facts import fact_key, result_digest
from db.queries import exported_records
from db.reviews import Decision, Review, add_review
from extractors.records import Box, Evidence, Stage, Status, TrainingRun

REPOSITORY = Path(__file__).parents[2]


def written(records: Any, what: str, file_format: str) -> bytes:
    stream = io.BytesIO()
    write_records(records, what, file_format, stream)
    return stream.getvalue()


def test_a_run_is_exported_in_the_shape_that_people_build_on(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), metadata=sample.metadata("1706.03762", 5)))
    (line,) = written(exported_records(engine, "runs"), "runs", "jsonl").splitlines()
    quote = "We train on 8 P100 GPUs for 84 hours."
    assert json.loads(line) == {
        "kind": "training_run",
        "arxiv_id": "1706.03762",
        "version": 5,
        "model": "Base",
        "stage": "training",
        "accelerator": "NVIDIA Tesla P100",
        "accelerator_count": 8,
        "count_unit": "devices",
        "duration_hours": 84.0,
        "duration_hours_low": None,
        "duration_hours_high": None,
        "device_hours": None,
        "mixed_precision": False,
        "hardware_burden_flop": 2.6e19,
        "hardware_burden_low": 2.6e19 * 0.9,
        "hardware_burden_high": 2.6e19 * 1.1,
        "precision_aware_flop": 5.2e19,
        "method": "8 devices x 10.6 TFLOP/s fp32 x 84 h",
        "reason": None,
        "joined_models": [],
        "page": 7,
        "bbox": [108.0, 300.1, 504.0, 322.9],
        "boxes": [[7, 108.0, 300.1, 180.1, 311.0], [8, 72.0, 80.0, 99.9, 90.0]],
        "evidence": quote,
        "rules": ["count.x", "t"],
        "confidence": 0.94,
        "basis": "machine",
        "fact_key": fact_key("1706.03762", "training_run", 7, quote, 0),
    }
    assert b'"accelerator_count": 8,' in line and b'"page": 7,' in line and b'"boxes": [[7, 108.0,' in line


def test_stated_operations_are_a_kind_of_their_own(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(compute=(sample.compute(),)))
    (record,) = exported_records(engine, "facts")
    assert {name: record[name] for name in ("kind", "arxiv_id", "version", "model", "flop", "page", "bbox")} == {
        "kind": "training_compute",
        "arxiv_id": "2401.00001",
        "version": 1,
        "model": "Base",
        "flop": 2.3e19,
        "page": 8,
        "bbox": [1.0, 2.0, 3.0, 4.0],
    }


def test_a_result_is_exported_in_the_shape_that_people_build_on(engine: Engine, sample: Any) -> None:
    result = sample.result(split="val", ensemble=False, crops=1)
    sample.save(engine, sample.paper(results=(result,), metadata=sample.metadata("1706.03762", 5)))
    (line,) = written(exported_records(engine, "results"), "results", "jsonl").splitlines()
    record = json.loads(line)
    key = record.pop("fact_key")
    assert record == {
        "kind": "result",
        "arxiv_id": "1706.03762",
        "version": 5,
        "model": "Base",
        "benchmark": "imagenet",
        "metric": "top1_accuracy",
        "value": 76.5,
        "own": True,
        "split": "val",
        "ensemble": False,
        "extra_training_data": None,
        "crops": 1,
        "page": 8,
        "bbox": [108.0, 200.0, 504.0, 210.0],
        "boxes": [[8, 108.0, 200.0, 504.0, 210.0]],
        "evidence": "Table 2: accuracy on ImageNet.",
        "rules": ["table.cell"],
        "confidence": 0.9,
        "basis": "machine",
    }
    assert key == "1706.03762:" + result_digest("Base", "imagenet", "top1_accuracy", 0)


def test_a_property_is_exported_in_the_shape_that_people_build_on(engine: Engine, sample: Any) -> None:
    epochs = sample.property("epochs", 90, stage="finetuning", benchmark="imagenet")
    sample.save(engine, sample.paper(sample.run(), properties=(epochs,)))
    (record,) = exported_records(engine, "properties")
    assert list(record) == list(COLUMNS["properties"])[:-1]
    stated = {"model": "Base", "property": "epochs", "quantity": 90.0, "benchmark": "imagenet", "stage": "finetuning"}
    place = {"kind": "model_property", "page": 6, "bbox": [228.0, 90.0, 278.0, 100.0], "basis": "machine"}
    assert {name: record[name] for name in stated | place} == stated | place
    assert [each["kind"] for each in exported_records(engine, "facts")] == ["training_run", "model_property"]


BLEU = {"benchmark": "wmt14-en-de", "metric": "bleu"}


def joined(model: str, benchmark: str | None, rule: str, confidence: float | None) -> dict[str, Any]:
    return {"model": model, "benchmark": benchmark, "rule": rule, "confidence": confidence}


def test_records_say_of_which_models_results_they_are(engine: Engine, sample: Any) -> None:
    """Null stands for all benchmarks of the model; names join only what the machine linked to nothing."""
    results = (
        sample.result(),
        sample.result(28.0, **BLEU),
        sample.result(80.0, "Big", 10),
        sample.result(80.1, "Big", 20),
        sample.result(81.0, "Unsure", 30, status="candidate"),
    )
    runs = (
        sample.run(model=None),
        sample.run(page=8),
        sample.run(model="ours", page=9),
        sample.run(status="candidate"),
    )
    links = (
        sample.link("training_run", 0, rule="join.all-models", confidence=0.7),
        sample.link("training_run", 0, "Big", rule="join.all-models", confidence=0.7),
        sample.link("training_run", 0, "Unsure"),
        sample.link("training_run", 2, rule="join.named", confidence=0.8, benchmark="imagenet"),
        sample.link("training_run", 2, rule="join.paragraph", confidence=0.6, benchmark="wmt14-en-de"),
        sample.link("training_run", 2, "Big", benchmark="imagenet"),
        sample.link("training_run", 3),
        sample.link("training_compute", 0, "Big", benchmark="wmt14-en-de"),
        sample.link("model_property", 0, benchmark="wmt14-en-de"),
    )
    others = {"compute": (sample.compute(),), "properties": (sample.property("epochs", 90),)}
    paper = sample.paper(*runs, results=results, links=links, **others)
    fresh = list(extraction_records(sample.metadata(), paper.extraction, paper.estimates, candidates=True))
    assert [record["joined_models"] for record in fresh if record["kind"] != "result"] == [
        [joined("Base", None, "join.all-models", 0.7), joined("Big", None, "join.all-models", 0.7)],
        [joined("Base", None, "join.equal-name", None)],
        [
            joined("Base", "imagenet", "join.named", 0.8),
            joined("Base", "wmt14-en-de", "join.paragraph", 0.6),
            joined("Big", None, "join.same-name", 0.9),
        ],
        [],
        [],
        [joined("Base", "wmt14-en-de", "join.same-name", 0.9)],
    ]
    assert "joined_models" not in next(record for record in fresh if record["kind"] == "result")
    sample.save(engine, paper)
    assert list(exported_records(engine, "facts", candidates=True)) == fresh
    for what in ("runs", "properties"):
        held = {record["fact_key"]: record for record in fresh}
        assert all(record == held[record["fact_key"]] for record in exported_records(engine, what))


def test_joins_in_exports_are_those_in_force(engine: Engine, sample: Any) -> None:
    results = (sample.result(), sample.result(28.0, **BLEU), sample.result(80.0, "Big", 10))
    sample.save(engine, sample.paper(sample.run(), results=results, links=(sample.link("training_run", 0),)))
    (run,) = exported_records(engine, "runs")
    result = next(record for record in exported_records(engine, "results") if record["metric"] == "bleu")
    assert run["joined_models"] == [joined("Base", None, "join.same-name", 0.9)]
    add_review(engine, Review(result["fact_key"], "model", Decision.CORRECT, "ada", sample.noon, "Base-de"))
    (run,) = exported_records(engine, "runs")
    assert run["joined_models"] == [
        joined("Base", None, "join.same-name", 0.9),
        joined("Base-de", None, "join.same-name", 0.9),
    ]
    add_review(engine, Review(run["fact_key"], "model", Decision.CORRECT, "ada", sample.noon, "Big"))
    (run,) = exported_records(engine, "runs")
    assert run["joined_models"] == [joined("Big", None, "join.curated", 1.0)]


def test_a_paper_with_a_link_to_nothing_has_no_records(sample: Any) -> None:
    extraction = sample.paper(sample.run(), links=(sample.link("training_run", 1),)).extraction
    with pytest.raises(RecordError, match="link of training_run 1 to 'Base': there is no such record"):
        list(extraction_records(sample.metadata(), extraction, [sample.estimate()]))


def test_joins_in_other_formats(sample: Any, tmp_path: Path) -> None:
    """CSV has them as JSON, Parquet as a list of structs."""
    from pyarrow import parquet

    paper = sample.paper(sample.run(), results=(sample.result(),), links=(sample.link("training_run", 0),))
    records = list(extraction_records(sample.metadata(), paper.extraction, paper.estimates))
    expected = [joined("Base", None, "join.same-name", 0.9)]
    row, other = csv.DictReader(io.StringIO(written(records, "facts", "csv").decode()))
    assert (json.loads(row["joined_models"]), other["joined_models"]) == (expected, "")
    write_records_file(records, "facts", "parquet", tmp_path / "facts.parquet")
    assert parquet.read_table(tmp_path / "facts.parquet")["joined_models"].to_pylist() == [expected, None]


@pytest.mark.parametrize("candidates", [False, True])
def test_a_fresh_extraction_and_the_database_give_the_same_records(
    engine: Engine, sample: Any, candidates: bool
) -> None:
    unknown = sample.run(accelerator=None, accelerator_count=None, count_unit=None, model=None, duration_hours=1 / 3)
    runs = (sample.run(), unknown, sample.run(mixed_precision=True, status="candidate", stage="unspecified"))
    estimates = (sample.estimate(), sample.estimate(None), sample.estimate(1e300 / 3))
    compute = (sample.compute(), sample.compute(status="candidate"))
    results = (sample.result(1 / 3, None), sample.result(-2.5, own=False, ensemble=True, crops=144, status="candidate"))
    properties = (sample.property("epochs", 1 / 3, model=None), sample.property("parameters", 1e12, status="candidate"))
    for metadata in (sample.metadata(version=None), sample.metadata(arxiv_id=None, version=None)):
        digit = "a" if metadata.arxiv_id else "b"
        others = {"compute": compute, "results": results, "properties": properties}
        paper = sample.paper(*runs, metadata=metadata, sha256=digit * 64, estimates=estimates, **others)
        sample.save(engine, paper)
        fresh = list(extraction_records(metadata, paper.extraction, estimates, candidates))
        held = [
            record
            for record in exported_records(engine, "facts", candidates)
            if record["arxiv_id"] == fresh[0]["arxiv_id"]
        ]
        assert len(fresh) == (9 if candidates else 5)
        assert held == fresh
        assert [list(record) for record in held] == [list(record) for record in fresh]
        assert sum(record.get("status") == "candidate" for record in fresh) == (4 if candidates else 0)


_QUANTITIES = st.none() | st.floats(min_value=5e-324, max_value=1e308)
_RUNS = st.builds(
    TrainingRun,
    evidence=st.builds(
        Evidence,
        page=st.integers(1, 2000),
        box=st.builds(Box, *[st.floats(-1e4, 1e4)] * 4),
        quote=st.text(max_size=80),
        start=st.integers(0, 10**7),
        end=st.integers(0, 10**7),
        rules=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        boxes=st.lists(st.tuples(st.integers(1, 2000), st.builds(Box, *[st.floats(-1e4, 1e4)] * 4)), max_size=3).map(
            tuple
        ),
    ),
    accelerator=st.none() | st.text(max_size=20),
    accelerator_count=st.none() | st.integers(1, 2**53),
    duration_hours=_QUANTITIES,
    device_hours=_QUANTITIES,
    model=st.none() | st.text(max_size=20),
    stage=st.sampled_from(Stage),
    mixed_precision=st.booleans(),
    confidence=st.floats(0, 1),
    status=st.sampled_from(Status),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(_RUNS, max_size=4), flop=_QUANTITIES)
def test_no_record_changes_on_its_way_through_the_database(
    engine: Engine, sample: Any, runs: list[TrainingRun], flop: float | None
) -> None:
    metadata = sample.metadata(arxiv_id=None, version=None)
    estimates = tuple(sample.estimate(flop and flop / 4) for _ in runs)
    paper = sample.paper(*runs, metadata=metadata, sha256=secrets.token_hex(32), estimates=estimates)
    sample.save(engine, paper)
    fresh = list(extraction_records(metadata, paper.extraction, estimates, candidates=True))
    mine = f"sha256:{paper.extraction.sha256}"
    assert [record for record in exported_records(engine, "facts", True) if record["arxiv_id"] == mine] == fresh
    assert len({record["fact_key"] for record in fresh}) == len(runs)


def test_records_come_in_the_order_of_papers_and_of_the_text(engine: Engine, sample: Any) -> None:
    for number in ("2401.00002", "cs/0112017", "2401.00001", "Z9", "a1"):
        paper = sample.paper(sample.run(), metadata=sample.metadata(number), sha256=f"{ord(number[-1]):064x}")
        sample.save(engine, paper)
    expected = ["2401.00001", "2401.00002", "Z9", "a1", "cs/0112017"]
    for what in ("facts", "runs", "burden"):
        found = [record["arxiv_id"] for record in exported_records(engine, what)]
        assert found == sorted(found)
    assert set(found) <= set(expected)


def test_burden_is_exported_by_paper_and_model(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(stage="pretraining"), sample.run(stage="finetuning", page=9)))
    (record,) = exported_records(engine, "burden")
    assert list(record) == list(COLUMNS["burden"])
    assert (record["kind"], record["published"], record["model"]) == ("burden", "2024-01-02", "Base")
    assert record["hardware_burden_flop"] == pytest.approx(5.2e19)


@pytest.mark.parametrize("what", list(COLUMNS))
@pytest.mark.parametrize("file_format", FORMATS)
def test_every_export_has_a_row_a_record_in_every_format(
    engine: Engine, sample: Any, what: str, file_format: str, tmp_path: Path
) -> None:
    others = {"results": (sample.result(ensemble=True),), "properties": (sample.property("epochs", 90),)}
    paper = sample.paper(sample.run(), sample.run(page=9), compute=(sample.compute(),), **others)
    sample.save(engine, paper)
    records = list(exported_records(engine, what))
    assert records
    path = tmp_path / f"export.{file_format}"
    assert write_records_file(iter(records), what, file_format, path) == len(records)
    if file_format == "jsonl":
        assert [json.loads(line) for line in path.read_text().splitlines()] == records
    elif file_format == "csv":
        with path.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
        assert [row["arxiv_id"] for row in rows] == [record["arxiv_id"] for record in records]
    else:
        from pyarrow import parquet

        table = parquet.read_table(path)
        assert table.column_names == list(COLUMNS[what])
        read = [{name: row[name] for name in record} for row, record in zip(table.to_pylist(), records, strict=True)]
        assert read == [dict(record, **_dates(record)) for record in records]


def _dates(record: dict[str, Any]) -> dict[str, Any]:
    from datetime import date

    return {"published": date.fromisoformat(record["published"])} if "published" in record else {}


def test_a_spreadsheet_takes_no_papers_text_for_a_formula(sample: Any) -> None:
    run = sample.run(quote='=HYPERLINK("http://x", "8 GPUs"),\nline', model="@SUM(A1)", accelerator="-V100")
    extraction = sample.paper(run).extraction
    records = extraction_records(sample.metadata(), extraction, [sample.estimate()])
    (row,) = csv.DictReader(io.StringIO(written(records, "runs", "csv").decode()))
    assert row["evidence"] == '\'=HYPERLINK("http://x", "8 GPUs"),\nline'
    assert (row["model"], row["accelerator"]) == ("'@SUM(A1)", "'-V100")
    assert (row["version"], row["mixed_precision"], row["device_hours"]) == ("1", "false", "")
    assert json.loads(row["bbox"]) == [108.0, 300.1, 504.0, 322.9]
    assert json.loads(row["boxes"]) == [[7, 108.0, 300.1, 180.1, 311.0], [8, 72.0, 80.0, 99.9, 90.0]]


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, sample: Any, file_format: str) -> None:
    path = tmp_path / "runs.out"
    path.write_text("of yesterday")
    extraction = sample.paper(sample.run()).extraction

    def broken() -> Any:
        yield from extraction_records(sample.metadata(), extraction, [sample.estimate()])
        raise OSError("the source broke")

    with pytest.raises(OSError, match="the source broke"):
        write_records_file(broken(), "runs", file_format, path)
    assert path.read_text() == "of yesterday"
    assert [file.name for file in tmp_path.iterdir()] == ["runs.out"]


@pytest.mark.parametrize(("what", "file_format"), [("run", "jsonl"), ("runs", "xlsx")])
def test_an_unknown_export_or_format_is_refused(what: str, file_format: str) -> None:
    with pytest.raises(ValueError, match=r"no such .* \(there are .*\)"):
        write_records([], what, file_format, io.BytesIO())


def test_records_can_be_written_without_loading_the_database_or_arrow() -> None:
    program = "import sys, db.exchange; print({'sqlalchemy', 'alembic', 'pyarrow'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
