"""Bad files: each is refused by name and cause, or only its bad rows are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from imports.csv_files import MAX_CELL_CHARACTERS, ImportFailure, read_table


def written(folder: Path, data: bytes | str) -> Path:
    path = folder / "table.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("data", "line", "cause"),
    [
        (b"", None, "empty"),
        (b"a,b\n1,\x002\n", 2, "NUL"),
        ("a,b\n1,2\n".encode("utf-16"), 1, "save it as UTF-8"),
        ("a,b\n1,2\n".encode("utf-16-be"), 1, "save it as UTF-8"),
        (b"\0" * 100, 1, "NUL"),
        (b"a,b\n1,2\n3,\x81\x8d\n", 3, "no text"),
        (b'a,b\n1,2\n3,"never closed\n4,5\n', 3, "not a CSV"),
        (b'a,b\n1,"2"3\n', 2, "not a CSV"),
        (b"a,b\n1," + b"x" * (MAX_CELL_CHARACTERS + 1) + b"\n", 2, "characters"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", 2, "field larger"),
        (b"a,b,A\n1,2,3\n", 1, "twice: a"),
    ],
)
def test_files_that_are_no_table_are_refused(tmp_path: Path, data: bytes, line: int | None, cause: str) -> None:
    path = written(tmp_path, data)
    with pytest.raises(ImportFailure) as failure:
        read_table(path)
    assert cause in failure.value.cause
    assert failure.value.line == line
    assert str(path) in str(failure.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailure, match=r"absent\.csv: cannot be read: No such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(ImportFailure, match="not a regular file"):
        read_table(tmp_path)


def test_bad_rows_are_left_out_with_their_line(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, 'a,b\n1,"two\nlines"\n3\n4,5,6\n,\n7,8,,\n\n7,8\n9,10\n'))
    assert [(row.line, dict(row.cells)) for row in table.rows] == [
        (2, {"a": "1", "b": "two\nlines"}),
        (7, {"a": "7", "b": "8"}),
        (10, {"a": "9", "b": "10"}),
    ]
    assert table.skipped == (
        (4, "1 cells, but the header has 2"),
        (5, "3 cells, but the header has 2"),
        (6, "empty row"),
        (8, "empty row"),
        (9, "the same as line 7"),
    )
    assert [(repair.row_number, repair.rule) for repair in table.repairs] == [(7, "surplus-empty-cells")]


def test_encodings_of_spreadsheets_are_read(tmp_path: Path) -> None:
    marked = read_table(written(tmp_path, "\ufeffmodel,b\nHeron–S,2\n"))
    assert (marked.columns, marked.repairs) == (frozenset({"model", "b"}), ())
    windows = read_table(written(tmp_path, "model,b\nx,1\nHeron–S,2\n".encode("cp1252")))
    assert windows.rows[1].cells["model"] == "Heron–S"
    assert [(repair.row_number, repair.rule) for repair in windows.repairs] == [(3, "read-as-cp1252")]
