"""A row of a view as a release has it: JSON values, nobody's words or address, and whose it is.

A stored row is a line of JSON, the values in the order of the table's columns: what files are written from, both when a
release is made and when it is made again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from releases.dictionary import ColumnType
from releases.licences import ARXIV, CATALOGUE, OF_PAPERS, OWN, Terms
from releases.tables import PAPERS, ReleaseTable

Row = list[Any]

_ADDRESS = re.compile(r"(?:[\w.+-][\w.+'\u2019-]{0,63}|\\?\{[^{}@]{1,512}\})@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}")
"""Several people's in braces, too, as papers are fond of writing them."""
_NO_ADDRESS = "[e-mail address]"
_OF_NO_PAPER = "sha256:"


def released_rows(
    table: ReleaseTable,
    rows: Iterable[Mapping[str, Any]],
    terms: Mapping[str, Terms],
    quotable: Collection[str],
    left_behind: Callable[[str], None],
) -> Iterator[bytes]:
    """The rows of a view that may be released, each as a stored row.

    ``quotable``: papers whose words may be passed on. ``left_behind`` is told the source of each row that may not.
    """
    columns = table.columns
    for row in rows:
        if "is_newest" in row and not row["is_newest"]:
            continue
        source = str(row.get("source") or OF_PAPERS)
        if table.view in _BY_SOURCE and source != OF_PAPERS and not (source in terms and terms[source].rows_released):
            left_behind(source)
            continue
        known = {**row, "attribution": _attribution(table, row)}
        if row.get("arxiv_id") not in quotable:
            known |= dict.fromkeys(table.quotes)
        yield stored_row(json_value(known[column.name], column.type) for column in columns)


_BY_SOURCE = frozenset({"fit_points_v1", "imported_models_v1", "imported_results_v1"})
"""Views whose rows belong to their source, and not to whoever wrote them down here."""


def _attribution(table: ReleaseTable, row: Mapping[str, Any]) -> str:
    """Whose a row is: a paper's title -> arxiv; a run, a fit -> burden; an imported model -> its source."""
    if table.name == PAPERS:
        return OWN if str(row["arxiv_id"]).startswith(_OF_NO_PAPER) else ARXIV
    if table.view in _BY_SOURCE:
        return OWN if row["source"] == OF_PAPERS else str(row["source"])
    if table.view == "accelerators":
        return CATALOGUE
    return str(row.get("attribution") or OWN)


def stored_row(values: Iterable[Any]) -> bytes:
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def row_of(stored: bytes) -> Row:
    row: Row = json.loads(stored)
    return row


def json_value(value: Any, kind: ColumnType) -> Any:
    """A value as JSON has it, whichever database it is from; what is no number is unknown.

    1, boolean -> true        "2026-03-01 12:00:00.5", moment -> "2026-03-01T12:00:00Z"        NaN -> null
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return _SHAPES[kind](value)


def without_addresses(value: Any) -> Any:
    """No e-mail address gets into a release, whoever wrote it where.

    "write to ada@example.org" -> "write to [e-mail address]"        "mAP@0.5", "recall@10" -> as they are
    "{ada, bob}@example.org" -> "[e-mail address]"
    """
    if isinstance(value, str):
        return _ADDRESS.sub(_NO_ADDRESS, value) if "@" in value else value
    if isinstance(value, list | tuple):
        return [without_addresses(each) for each in value]
    if isinstance(value, Mapping):
        return {name: without_addresses(each) for name, each in value.items()}
    return value


def _parsed(value: Any) -> Any:
    return without_addresses(json.loads(value) if isinstance(value, str) else value)


def _day(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value)[:10]


def _moment(value: Any) -> str:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


_SHAPES: Mapping[ColumnType, Callable[[Any], Any]] = {
    ColumnType.TEXT: lambda value: without_addresses(str(value)),
    ColumnType.INTEGER: int,
    ColumnType.NUMBER: float,
    ColumnType.BOOLEAN: bool,
    ColumnType.DATE: _day,
    ColumnType.MOMENT: _moment,
    ColumnType.TEXTS: _parsed,
    ColumnType.JSON: _parsed,
}
