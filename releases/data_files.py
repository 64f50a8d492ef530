"""Writing the rows of a table as CSV and as Parquet, so that the same rows give the same bytes.

Parquet is written with every option fixed; its bytes still depend on pyarrow's version, which names itself in the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from db.exchange import spreadsheet_text
from releases.csv_text import csv_line
from releases.dictionary import ColumnType
from releases.rows import Row, row_of

if TYPE_CHECKING:
    import pyarrow

ROWS_A_GROUP = 20_000
_PARQUET_OPTIONS: Mapping[str, Any] = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 3,
    "data_page_version": "1.0",
    "data_page_size": 1_048_576,
    "write_batch_size": 1_024,
    "use_dictionary": True,
    "write_statistics": True,
    "store_schema": False,
}

Columns = Sequence[tuple[str, ColumnType]]


def parquet_writer() -> str:
    """What writes Parquet here: files of another one have other bytes."""
    import pyarrow

    return f"pyarrow {pyarrow.__version__}"


def write_csv(columns: Columns, rows: Iterable[bytes], stream: BinaryIO) -> int:
    """UTF-8 with a head, lines ended by a line feed; how many rows. Unknown is an empty cell."""
    stream.write(csv_line(name for name, _ in columns).encode())
    count = 0
    for stored in rows:
        stream.write(csv_line(_cell(value) for value in row_of(stored)).encode())
        count += 1
    return count


def _cell(value: Any) -> str:
    """None -> ""    true -> "true"    ["cs.CV"] -> '["cs.CV"]'    "=1+1" -> "'=1+1"    1e19 -> "1e+19" """
    if value is None:
        return ""
    if isinstance(value, str):
        return spreadsheet_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else _json(value)


def write_parquet(columns: Columns, rows: Iterable[bytes], stream: BinaryIO) -> int:
    """Row groups of ``ROWS_A_GROUP``; how many rows. Lists of texts are lists, other JSON is text."""
    import pyarrow
    from pyarrow import parquet

    types = _arrow_types()
    schema = pyarrow.schema([(name, types[kind]) for name, kind in columns])
    count = 0
    with parquet.ParquetWriter(stream, schema, **_PARQUET_OPTIONS) as writer:
        for group in _groups(rows):
            arrays = [
                pyarrow.array([_arrow_value(row[place], kind) for row in group], types[kind])
                for place, (_, kind) in enumerate(columns)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), row_group_size=ROWS_A_GROUP)
            count += len(group)
    return count


def _groups(rows: Iterable[bytes]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while group := [row_of(stored) for stored in islice(remaining, ROWS_A_GROUP)]:
        yield group


def _arrow_types() -> dict[ColumnType, pyarrow.DataType]:
    import pyarrow

    return {
        ColumnType.TEXT: pyarrow.string(),
        ColumnType.INTEGER: pyarrow.int64(),
        ColumnType.NUMBER: pyarrow.float64(),
        ColumnType.BOOLEAN: pyarrow.bool_(),
        ColumnType.DATE: pyarrow.date32(),
        ColumnType.MOMENT: pyarrow.timestamp("ms", tz="UTC"),
        ColumnType.TEXTS: pyarrow.list_(pyarrow.string()),
        ColumnType.JSON: pyarrow.string(),
    }


def _arrow_value(value: Any, kind: ColumnType) -> Any:
    return value if value is None or kind not in _ARROW_VALUES else _ARROW_VALUES[kind](value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


_ARROW_VALUES: Mapping[ColumnType, Callable[[Any], Any]] = {
    ColumnType.DATE: date.fromisoformat,
    ColumnType.MOMENT: datetime.fromisoformat,
    ColumnType.JSON: _json,
}
