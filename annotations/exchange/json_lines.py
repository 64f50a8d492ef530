"""The product's own lines: all that people said, a line a review, added fact, comment or settlement, in order of time.

The first line says what the file is. Nothing is lost on the way into another database and back, ids and times
included; the same file twice changes nothing; files may be put one behind the other.

    {"type": "burden-annotations", "format": 1}
    {"type": "review", "review_id": "5f3b…", "paper_key": "1706.03762", "field": "accelerator_count", "decision": …}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from annotations.exchange.written import ExchangeError
from db.annotation_columns import TYPES
from db.errors import told_together

FORMAT = 1
_HEAD = {"type": "burden-annotations", "format": FORMAT}


def lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The file's lines."""
    for row in (_HEAD, *rows):
        yield json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"


def read_lines(data: bytes, name: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows with their places in words; ``ExchangeError`` names every malformed line, up to twenty."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExchangeError(f"{name}: not UTF-8 text ({error})") from error
    rows: list[tuple[str, dict[str, Any]]] = []
    errors: list[str] = []
    headed = False
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            row = _object(line, where)
            if row.get("type") == _HEAD["type"]:
                headed = True
                _check_head(row, where)
            elif not headed:
                raise ExchangeError(f"{where}: no export of annotations: its first line is {json.dumps(_HEAD)}")
            else:
                rows.append((where, _of_known_type(row, where)))
        except ExchangeError as error:
            errors.append(str(error))
            if not headed:
                break
    if errors:
        raise ExchangeError(told_together(errors, "lines"))
    if not headed:
        raise ExchangeError(f"{name}: it is empty")
    return rows


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ExchangeError(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict):
        raise ExchangeError(f"{where}: an object is expected, not {type(row).__name__}")
    return row


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _check_head(row: dict[str, Any], where: str) -> None:
    if row.get("format") != FORMAT:
        raise ExchangeError(f"{where}: format {row.get('format')!r:.40}, this program reads {FORMAT}: upgrade it")


def _of_known_type(row: dict[str, Any], where: str) -> dict[str, Any]:
    if row.get("type") not in TYPES:
        raise ExchangeError(f"{where}: type is {row.get('type')!r:.40}, not one of {', '.join(TYPES)}")
    return row
