"""A release is whole, says whose its rows are, holds nobody's name, and comes out the same every time."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas
import pytest
from made_database import CLOSED, CLOSED_QUOTE, HOSTILE_TITLE, NAMELESS, NOON, OPEN, SECRETS
from sqlalchemy import text

from db.engine import Engine
from db.nights import anything_new_since
from db.release_store import release_rows, releases
from db.reviews import Decision, Review, add_review
from releases import data_files, making
from releases.errors import ReleaseError
from releases.files import write_tables
from releases.making import MadeRelease, rebuild_release
from releases.tables import TABLES

Make = Callable[..., MadeRelease]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def table(made: MadeRelease, name: str) -> list[dict[str, str]]:
    with (made.folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_release_has_every_table_in_both_formats_and_its_descriptions(make: Make) -> None:
    made = make()
    expected = {f"data/{each.name}.{kind}" for each in TABLES for kind in ("csv", "parquet")}
    expected |= {"README.md", "LICENSE.md", "CITATION.cff", "data-dictionary.csv", "datapackage.json", "croissant.json"}
    assert set(contents(made.folder)) == expected | {"SHA256SUMS"}
    assert {name: made.row_counts[name] for name in ("papers", "training_runs", "results", "reviews", "fits")} == {
        "papers": 3, "training_runs": 3, "results": 3, "reviews": 2, "fits": 1,
    }  # fmt: skip
    checked = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=made.folder, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_rows_are_those_of_the_views(make: Make, engine: Engine, file_format: str) -> None:
    made = make()
    read = {"csv": pandas.read_csv, "parquet": pandas.read_parquet}[file_format]
    runs = read(made.folder / "data" / f"training_runs.{file_format}")
    with engine.connect() as connection:
        view = connection.execute(text("SELECT * FROM training_runs_v1 ORDER BY arxiv_id")).mappings().all()
    for name in ("arxiv_id", "model", "accelerator", "hardware_burden_flop", "page", "basis", "fact_key"):
        found = [str(value) for value in runs[name]]
        assert [text.replace("[e-mail address]", "") for text in found] == [
            str(row[name]).replace("somebody@private.example", "") for row in view
        ]


def test_a_title_that_is_made_to_break_tables_comes_whole(make: Make) -> None:
    made = make()
    titles = {row["arxiv_id"]: row["title"] for row in table(made, "papers")}
    assert titles[OPEN] == "'" + HOSTILE_TITLE  # a spreadsheet takes it for text
    papers = pandas.read_parquet(made.folder / "data" / "papers.parquet").set_index("arxiv_id")
    assert papers.title[OPEN] == HOSTILE_TITLE
    assert list(papers.categories[OPEN]) == ["cs.LG"]


def test_no_file_has_an_account_a_reviewer_an_address_or_words_of_curators(make: Make) -> None:
    made = make(permitted=("authors-2022",))
    for path, content in contents(made.folder).items():
        if path.endswith(".parquet"):
            content = pandas.read_parquet(made.folder / path).to_csv().encode()
        found = [secret for secret in SECRETS if secret.encode() in content]
        assert not found, f"{path} has {found}"
    assert {row["decision"] for row in table(made, "reviews")} == {"correct", "accept"}


def test_no_value_of_reviews_is_a_digest_over_the_reviewer(make: Make, engine: Engine) -> None:
    made = make()
    with engine.connect() as connection:
        identities = connection.scalars(text("SELECT review_id FROM reviews")).all()
    assert identities
    for path, content in contents(made.folder).items():
        if path.endswith(".csv"):
            assert not [each for each in identities if each.encode() in content], path
    assert not {"review_id", "withdraws"} & table(made, "reviews")[0].keys()


def test_stored_rows_hold_no_more_than_the_files(make: Make, engine: Engine) -> None:
    make()
    for each in TABLES:
        stored = b"\n".join(release_rows(engine, "2026-11-27", each.name))
        assert not [secret for secret in SECRETS if secret.encode() in stored]


def test_words_of_a_paper_are_there_only_under_an_open_licence(make: Make) -> None:
    made = make()
    quotes = {row["arxiv_id"]: row["evidence"] for row in table(made, "training_runs")}
    assert quotes[OPEN].startswith("We train on 8 P100 GPUs") and "[e-mail address]" in quotes[OPEN]
    assert quotes[CLOSED] == quotes[NAMELESS] == ""
    places = {row["arxiv_id"]: (row["page"], row["document_sha256"]) for row in table(made, "training_runs")}
    assert places[CLOSED] == ("7", "b" * 64)
    assert not [path for path, content in contents(made.folder).items() if CLOSED_QUOTE.encode() in content]


def test_every_row_says_whose_it_is_and_unlicensed_rows_stay_behind(make: Make) -> None:
    made = make()
    licences = {row["attribution"]: row["licence"] for row in table(made, "sources")}
    for each in TABLES:
        assert all(row["attribution"] in licences for row in table(made, each.name)), each.name
    assert {row["arxiv_id"]: row["attribution"] for row in table(made, "papers")} == {
        OPEN: "arxiv", CLOSED: "arxiv", NAMELESS: "burden",
    }  # fmt: skip
    assert {row["source"] for row in table(made, "imported_models")} == {"epoch"}
    assert {row["source"]: row["rows_released"] for row in table(made, "imports")} == {
        "authors-2022": "false", "epoch": "true",
    }  # fmt: skip
    assert made.left_behind == {"authors-2022": 3}  # a model, its result, its point
    assert "3 rows of `authors-2022`" in (made.folder / "LICENSE.md").read_text()


def test_with_its_makers_permission_a_source_is_released(make: Make) -> None:
    made = make(permitted=("authors-2022",))
    assert {row["source"] for row in table(made, "fit_points")} == {"db", "epoch", "authors-2022"}
    assert not made.left_behind
    with pytest.raises(ReleaseError, match="no terms of 'nobody'"):
        make("2026-11-28", permitted=("nobody",))


def test_the_same_rows_give_the_same_bytes(make: Make, engine: Engine, tmp_path: Path) -> None:
    first = make()
    again = make(folder="again")
    assert contents(first.folder) == contents(again.folder)
    assert make().folder == first.folder  # and where it is already, nothing happens


def test_an_earlier_release_is_made_again_after_its_facts_have_changed(
    make: Make, engine: Engine, tmp_path: Path
) -> None:
    before = make()
    key = table(before, "training_runs")[0]["fact_key"]
    add_review(engine, Review(key, None, Decision.REJECT, "somebody", NOON))
    after = make("2026-11-28")
    assert after.row_counts["training_runs"] == before.row_counts["training_runs"] - 1
    again = rebuild_release(engine, tmp_path / "again", "2026-11-27")
    assert contents(again.folder) == contents(before.folder)
    with pytest.raises(ReleaseError, match="another release 2026-11-27"):
        make(folder="other")


def test_what_is_reviewed_while_a_release_is_written_is_new_since_it(
    make: Make, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = make()
    assert not anything_new_since(engine, releases(engine)[0].made_at)
    key = table(before, "training_runs")[0]["fact_key"]

    def reviewed_meanwhile(*arguments: Any) -> Any:
        add_review(engine, Review(key, None, Decision.REJECT, "somebody", datetime.now(UTC)))
        return write_tables(*arguments)

    monkeypatch.setattr(making, "write_tables", reviewed_meanwhile)
    assert make("2026-11-28").row_counts["training_runs"] == before.row_counts["training_runs"]
    assert anything_new_since(engine, releases(engine)[0].made_at)


def test_another_pyarrow_is_told_and_nothing_is_written_under_the_name(
    make: Make, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = make()
    monkeypatch.setattr(making, "parquet_writer", lambda: "pyarrow 99.0.0")
    monkeypatch.setattr(data_files, "_PARQUET_OPTIONS", {**data_files._PARQUET_OPTIONS, "compression_level": 9})
    with pytest.raises(ReleaseError, match=r"pyarrow \d+\.\S+, and pyarrow 99\.0\.0 gives the same rows"):
        rebuild_release(engine, tmp_path / "again", "2026-11-27")
    assert list((tmp_path / "again").iterdir()) == []
    again = rebuild_release(engine, tmp_path / "again", "2026-11-27", with_parquet=False)
    kept = {path: content for path, content in contents(before.folder).items() if not path.endswith(".parquet")}
    assert contents(again.folder) == kept


def test_a_release_that_fails_half_way_leaves_nothing(
    make: Make, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(making, "write_checksums", fail)
        with pytest.raises(OSError):
            make()
    assert list((tmp_path / "releases").iterdir()) == []
    with pytest.raises(ReleaseError, match="there is no release"):
        rebuild_release(engine, tmp_path / "releases", "2026-11-27")
    make()


@pytest.mark.parametrize("name", ["", "today", "2026-13-01", "../2026-11-27", "2026-11-27/x", "2026-11-27.UP"])
def test_a_release_is_named_by_a_day(make: Make, name: str) -> None:
    with pytest.raises(ReleaseError, match="named by a day"):
        make(name)


def test_a_folder_with_other_files_is_left_as_it_is(make: Make, engine: Engine, tmp_path: Path) -> None:
    there = tmp_path / "releases" / "2026-11-27"
    there.mkdir(parents=True)
    (there / "mine.txt").write_text("mine")
    with pytest.raises(ReleaseError, match="there already"):
        make()
    assert contents(there) == {"mine.txt": b"mine"}
    assert releases(engine) == []  # the name is free still
    (there / "mine.txt").unlink()
    there.rmdir()
    make()


@pytest.mark.parametrize("harm", ["changed", "missing"])
@pytest.mark.parametrize("file", ["data/papers.csv", "data/papers.parquet", "README.md"])
def test_a_damaged_folder_is_made_whole(make: Make, engine: Engine, tmp_path: Path, harm: str, file: str) -> None:
    made = make()
    whole = contents(made.folder) | {"data/notes.txt": b"mine"}
    (made.folder / "data" / "notes.txt").write_text("mine")
    if harm == "changed":
        (made.folder / file).write_bytes(whole[file][:-1])
    else:
        (made.folder / file).unlink()
    rebuild_release(engine, tmp_path / "releases", "2026-11-27")
    assert contents(made.folder) == whole
    assert [path.name for path in (tmp_path / "releases").iterdir()] == ["2026-11-27"]


def test_parquet_is_added_later_and_stays_where_it_is_not_made(make: Make, engine: Engine, tmp_path: Path) -> None:
    whole = contents(make().folder)
    folder = tmp_path / "again"
    again = rebuild_release(engine, folder, "2026-11-27", with_parquet=False).folder
    assert len(contents(again)) < len(whole)
    rebuild_release(engine, folder, "2026-11-27")
    assert contents(again) == whole
    (again / "data" / "papers.csv").unlink()
    (again / "data" / "fits.parquet").write_bytes(b"")
    rebuild_release(engine, folder, "2026-11-27", with_parquet=False)
    assert contents(again) == {path: content for path, content in whole.items() if path != "data/fits.parquet"}


def test_what_killed_runs_left_is_removed(make: Make, tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = tmp_path / "releases" / f".2026-11-26.2.{dead.pid}.part"
    (left / "data").mkdir(parents=True)
    others = [left.with_name(f".2026-11-26.{os.getppid()}.part"), left.with_name(f".mine.{dead.pid}.part")]
    for path in others:
        path.mkdir()
    make()
    assert set(left.parent.iterdir()) == {*others, left.with_name("2026-11-27")}


def test_the_dictionary_tells_every_column_in_order(make: Make) -> None:
    made = make()
    with (made.folder / "data-dictionary.csv").open(encoding="utf-8", newline="") as lines:
        told = list(csv.DictReader(lines))
    for each in TABLES:
        with (made.folder / "data" / f"{each.name}.csv").open(encoding="utf-8", newline="") as lines:
            head = next(csv.reader(lines))
        assert [row["column"] for row in told if row["table"] == each.name] == head
    assert all(row["meaning"] and row["type"] for row in told)


def test_checksums_and_descriptions_tell_the_same_digests(make: Make) -> None:
    made = make()
    package = json.loads((made.folder / "datapackage.json").read_text())
    croissant = json.loads((made.folder / "croissant.json").read_text())
    told = {file["contentUrl"]: file["sha256"] for file in croissant["distribution"]}
    for resource in package["resources"]:
        digest = hashlib.sha256((made.folder / resource["path"]).read_bytes()).hexdigest()
        assert resource["hash"] == f"sha256:{digest}" and told[resource["path"]] == digest
