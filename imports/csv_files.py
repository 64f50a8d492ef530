"""CSV files as rows of plain texts, each with its line: no types are guessed, what cannot be read is named."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imports.records import Repair
from imports.repairs import shown

MAX_FILE_BYTES = 64_000_000
MAX_CELL_CHARACTERS = 100_000
"""Below the 131,072 at which the csv module gives up by itself."""


class ImportFailure(Exception):
    """A file that cannot be imported; ``str()`` names it, the line and the cause."""

    def __init__(self, path: Path, cause: str, line: int | None = None, columns: frozenset[str] | None = None) -> None:
        super().__init__(f"{path}{'' if line is None else f', line {line}'}: {cause}")
        self.path = path
        self.cause = cause
        self.line = line
        self.columns = columns
        """Of a file that could be read as far as its header, in lower case."""


class ForeignTable(ImportFailure):
    """A sound table, but none of the kind that is imported."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by column name in lower case; ``line`` is where the row begins."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file with a header. Empty rows, repeated rows and rows of another width are in ``skipped``."""

    path: Path
    sha256: str
    columns: frozenset[str]
    """In lower case, without those that have no name."""
    header: str
    """As the file writes it, shortened for messages."""
    rows: tuple[Row, ...]
    repairs: tuple[Repair, ...]
    skipped: tuple[tuple[int, str], ...]


def read_table(path: Path) -> Table:
    """The rows of a comma-separated file with one header row.

    ``ImportFailure`` where there is no file, no text, no CSV (as after a quote that is never closed), no header or no
    row.
    """
    data = _bytes_of(path)
    text, encoding_repairs = _text_of(path, data)
    lines = _rows_of(path, text)
    first = next(lines, None)
    if first is None:
        raise ImportFailure(path, "the file is empty")
    names = [name.strip().lower() for name in first[1]]
    columns = frozenset(name for name in names if name)
    header = shown(",".join(first[1]))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise ImportFailure(path, f"the header names a column twice: {', '.join(twice)}", first[0], columns)
    rows: list[Row] = []
    repairs = list(encoding_repairs)
    skipped: list[tuple[int, str]] = []
    lines_by_cells: dict[tuple[str, ...], int] = {}
    for line, cells in lines:
        surplus = cells[len(names) :]
        kept = tuple(cells[: len(names)])
        if not any(cell.strip() for cell in cells):
            skipped.append((line, "empty row"))
        elif len(cells) < len(names) or any(cell.strip() for cell in surplus):
            skipped.append((line, f"{len(cells)} cells, but the header has {len(names)}"))
        elif kept in lines_by_cells:
            skipped.append((line, f"the same as line {lines_by_cells[kept]}"))
        else:
            lines_by_cells[kept] = line
            if surplus:
                repairs.append(Repair(line, "", "surplus-empty-cells", f"{len(cells)} cells", f"{len(kept)} cells"))
            rows.append(Row(line, {name: cell for name, cell in zip(names, kept, strict=True) if name}))
    if not rows:
        raise nothing_read(path, skipped, columns)
    return Table(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        columns=columns,
        header=header,
        rows=tuple(rows),
        repairs=tuple(repairs),
        skipped=tuple(skipped),
    )


def nothing_read(path: Path, skipped: Sequence[tuple[int, str]], columns: frozenset[str]) -> ImportFailure:
    """For a file of which every row was skipped, with the cause of the first."""
    line, cause = skipped[0] if skipped else (None, "there is none under the header")
    return ImportFailure(path, f"no row could be read: {cause}", line, columns)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise ImportFailure(path, "not a regular file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ImportFailure(path, f"cannot be read: {error.strerror or error}") from error
    if len(data) > MAX_FILE_BYTES:
        raise ImportFailure(path, f"larger than {MAX_FILE_BYTES // 1_000_000} MB")
    if _is_utf16(data):
        raise ImportFailure(path, "the text is in UTF-16: save it as UTF-8", 1)
    nul = data.find(b"\0")
    if nul >= 0:
        raise ImportFailure(path, "holds NUL bytes: no text in UTF-8", data.count(b"\n", 0, nul) + 1)
    return data


def _is_utf16(data: bytes) -> bool:
    """By its byte order mark; else where every other byte of the beginning is NUL, as of Latin letters.

    b"a\\0,\\0b\\0", b"\\xff\\xfea\\0" -> True     b"a,b", b"a,\\0b" -> False
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    even, odd = (half.count(0) / (len(half) or 1) for half in (data[0:1000:2], data[1:1000:2]))
    return max(even, odd) > 0.9 and min(even, odd) < 0.1


def _text_of(path: Path, data: bytes) -> tuple[str, list[Repair]]:
    """UTF-8, with or without a byte order mark; else cp1252, which spreadsheets on Windows write."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        bad = data[error.start : error.end]
    try:
        return data.decode("cp1252"), [Repair(line, "", "read-as-cp1252", bad.hex(), bad.decode("cp1252"))]
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ImportFailure(path, "no text in UTF-8 or cp1252", line) from error


def _rows_of(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line at which it begins: a quoted cell may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportFailure(path, f"not a CSV: {error}", line) from error
        if max(map(len, cells), default=0) > MAX_CELL_CHARACTERS:
            raise ImportFailure(path, f"a cell of more than {MAX_CELL_CHARACTERS:,} characters", line)
        yield line, cells
