from __future__ import annotations

import csv
import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from synthetic import HOSTILE_NAME, invented_analysis, invented_points, shared_analysis, shared_report

from analysis.output import MANIFEST, OutputError, csv_bytes, json_bytes, report_files, write_report
from analysis.records import Computing, Estimator, Form

PROJECT = Path(__file__).resolve().parents[2]
FEW = ("csv", "json")


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shared_report()[name].decode())))


def test_a_report_has_every_format_and_names_its_files(tmp_path: Path) -> None:
    files = write_report(invented_analysis(invented_points(12)), tmp_path / "new" / "report")
    names = {path.relative_to(tmp_path / "new" / "report").as_posix() for path in files}
    assert {
        "index.html",
        "report.md",
        "fits.csv",
        "fits.json",
        "points.csv",
        "projections.csv",
        "comparison.csv",
    } <= names
    assert {Path(name).suffix for name in names if name.startswith("figures/")} == {".svg", ".png"}
    assert all(path.is_file() for path in files)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"report"}


def test_the_same_points_in_any_order_give_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from synthetic import invented_analysis, two_sources\n"
        "from analysis.output import write_report\n"
        "points = two_sources().iloc[::-1].reset_index(drop=True)\n"
        "write_report(invented_analysis(points), Path(sys.argv[1]))\n"
    )
    (tmp_path / "matplotlibrc").write_text("font.size: 20\nsvg.fonttype: path\naxes.grid: False\n")
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "1",
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "SOURCE_DATE_EPOCH": "1",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "tests" / "analysis")]),
    }
    elsewhere = tmp_path / "elsewhere"
    subprocess.run([sys.executable, "-c", program, str(elsewhere)], env=environment, check=True, cwd=tmp_path)
    here = shared_report()
    assert {Path(name).suffix for name in here} == {".html", ".md", ".csv", ".json", ".svg", ".png"}
    assert {path.relative_to(elsewhere).as_posix() for path in elsewhere.rglob("*.*")} == {*here, MANIFEST}
    assert [name for name, contents in here.items() if (elsewhere / name).read_bytes() != contents] == []


def test_numbers_of_fits_come_back_to_the_last_digit() -> None:
    wanted = {
        (each.subject.source, each.subject.benchmark, each.subject.computing.value): each
        for each in shared_analysis().laws.fits
        if each.subject.estimator is Estimator.ORDINARY and each.subject.form is Form.POLYNOMIAL
    }
    found = [
        row for row in rows("fits.csv") if row["estimator"] == "ordinary least squares" and row["form"] == "polynomial"
    ]
    fitted = {(row["source"], row["benchmark"], row["computing"]): row for row in found if not row["refused"]}
    assert fitted.keys() == wanted.keys()
    for key, row in fitted.items():
        slope = wanted[key].coefficient("slope")
        assert float(row["slope"]) == slope.value
        assert float(row["slope_hc3_standard_error"]) == slope.hc3_standard_error
        assert int(row["n"]) == wanted[key].n
    refused = [row for row in rows("fits.csv") if row["benchmark"] == "coco"]
    assert refused and all(row["refused"] and row["reason"] and not row["slope"] for row in refused)


def test_points_come_back_as_they_were_with_unknown_left_empty() -> None:
    points = shared_analysis().points.sort_values("point_key").reset_index(drop=True)
    found = pd.read_csv(io.BytesIO(shared_report()["points.csv"]))
    np.testing.assert_array_equal(found["hardware_burden_flop"], points["hardware_burden_flop"])
    assert found["model"].isna().sum() == points["model"].isna().sum()
    assert all(cell.lower() not in ("nan", "none") for row in rows("points.csv") for cell in row.values())


def test_no_text_of_a_csv_is_a_formula() -> None:
    for name in ("points.csv", "comparison.csv", "projections.csv", "fits.csv"):
        for row in csv.reader(io.StringIO(shared_report()[name].decode())):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), (name, cell)
                assert not cell.startswith("-") or float(cell) < 0, (name, cell)
    assert f"'{HOSTILE_NAME}" in {row["model"] for row in rows("points.csv")}
    written = csv_bytes(iter([{"a": "-1+1", "b": -1.5, "c": " =x", "d": float("inf")}]), ["a", "b", "c", "d"])
    assert written == b"a,b,c,d\n'-1+1,-1.5,' =x,\n"


def test_json_is_strict_sorted_and_holds_fits_refusals_and_their_data() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = shared_report()["fits.json"].decode()
    contents = json.loads(text, parse_constant=refuse)
    laws = shared_analysis().laws
    assert (len(contents["fits"]), len(contents["refusals"])) == (len(laws.fits), len(laws.refusals))
    assert contents["data_digest"] == shared_analysis().data_digest
    assert contents["refusals"][0]["cause"] == "too few points"
    assert list(contents) == sorted(contents)
    assert any(each["subject"]["computing"] == Computing.FILLED_BURDEN.value for each in contents["fits"])
    assert json.loads(json_bytes({"b": np.float64("nan"), "a": [np.int64(3), pd.NA]})) == {"a": [3, None], "b": None}


def test_a_later_report_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    write_report(invented_analysis(invented_points(12)), folder, ("csv", "svg"))
    write_report(invented_analysis(invented_points(3)), folder, FEW)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"fits.csv", "points.csv", "projections.csv", "comparison.csv", "fits.json", MANIFEST}
    assert len(pd.read_csv(folder / "points.csv")) == 3


def test_a_full_disk_leaves_the_old_report_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "report"
    write_report(invented_analysis(invented_points(3)), folder, FEW)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    write = Path.write_bytes

    def full(path: Path, contents: bytes) -> int:
        if path.name == "projections.csv":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, contents)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_report(invented_analysis(invented_points(12)), folder, FEW)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_an_old_report_that_cannot_be_replaced_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "report"
    write_report(invented_analysis(invented_points(3)), folder, FEW)
    rename = Path.rename

    def fails_for_new(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails_for_new)
    with pytest.raises(OutputError, match="Input/output error"):
        write_report(invented_analysis(invented_points(12)), folder, FEW)
    assert len(pd.read_csv(folder / "points.csv")) == 3


def test_a_mount_point_is_filled_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "volume"
    folder.mkdir()
    rename = Path.rename

    def busy(path: Path, target: Path) -> Path:
        if folder in (path, target):
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(path, target)

    monkeypatch.setattr(Path, "is_mount", lambda path: path == folder)
    monkeypatch.setattr(Path, "rename", busy)
    write_report(invented_analysis(invented_points(12)), folder, ("csv", "svg"))
    write_report(invented_analysis(invented_points(3)), folder, FEW)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"fits.csv", "points.csv", "projections.csv", "comparison.csv", "fits.json", MANIFEST}
    assert len(pd.read_csv(folder / "points.csv")) == 3


def test_what_killed_runs_left_is_taken_away_a_day_later(tmp_path: Path) -> None:
    old, young = (tmp_path / f".report.burden-unfinished.{name}" for name in ("old", "young"))
    for left in (old, young):
        (left / "new").mkdir(parents=True)
    os.utime(old, (0, 0))
    write_report(invented_analysis(invented_points(3)), tmp_path / "report", FEW)
    assert not old.exists() and young.exists()


def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    analysis = invented_analysis(invented_points(3))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(OutputError, match="is no report of burden"):
        write_report(analysis, tmp_path / "photos", FEW)
    (tmp_path / "file").write_text("text")
    with pytest.raises(OutputError, match="is a file"):
        write_report(analysis, tmp_path / "file", FEW)
    write_report(analysis, tmp_path / "report", FEW)
    (tmp_path / "report" / "my notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"my notes\.txt"):
        write_report(analysis, tmp_path / "report", FEW)
    assert (tmp_path / "photos" / "cat.jpg").read_bytes() == b"cat"
    assert (tmp_path / "report" / "my notes.txt").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    assert write_report(analysis, tmp_path / "empty", FEW)


def test_a_format_that_is_none_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no format pdf; there are html"):
        write_report(invented_analysis(invented_points(3)), tmp_path / "report", ("html", "pdf"))
    assert not (tmp_path / "report").exists()


def test_pictures_alone_are_a_report_too() -> None:
    names = [name for name, _ in report_files(invented_analysis(invented_points(8)), ("png",))]
    assert names and all(name.startswith("figures/") and name.endswith(".png") for name in names)
