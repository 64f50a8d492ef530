"""Reading gold annotations and exports, with errors that name the file and the line."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]

_RUN_NUMBERS = ("count", "hours", "device_hours")
_EXPORTED_NUMBERS = ("accelerator_count", "duration_hours", "device_hours", "hardware_burden_flop", "value")
_EXPORTED_NAMES = ("accelerator", "benchmark", "metric")
_RESULT_COLUMNS = ("arxiv_id", "benchmark", "metric", "value")


class EvaluationError(ValueError):
    """A file that can't be evaluated: which, where, and why."""


def bare_id(arxiv_id: object) -> str:
    """Without version: "1706.03762v5" -> "1706.03762"."""
    return re.sub(r"v\d+$", "", str(arxiv_id).strip())


def number(value: object) -> float | None:
    """A number, or the number that a string says; None for anything else, infinite ones among it.

    "8" -> 8.0        "a week", "nan", 10**400 -> None
    """
    try:
        read = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def read_gold_runs(path: Path) -> dict[str, list[Record]]:
    """Training runs by paper: ``{"arxiv_id": "1706.03762", "runs": [{"accelerator": ..., "count": 8, ...}]}`` a line.

    No runs say that the paper reports no training hardware or time.
    """
    papers: dict[str, list[Record]] = {}
    for place, row in _json_lines(path):
        paper = _new_paper(row, papers, place)
        papers[paper] = _items(row, "runs", place)
        for run in papers[paper]:
            _check_values(run, ("accelerator",), _RUN_NUMBERS, place)
    return papers


def read_gold_results(path: Path) -> list[Record]:
    """Values of the papers' own models: ``arxiv_id,benchmark,metric,value`` a line."""
    reader = csv.DictReader(_text(path).splitlines(keepends=True))
    missing = [column for column in _RESULT_COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise EvaluationError(f"{path}, line 1: columns missing: {', '.join(missing)}")
    rows = []
    for row in reader:
        value = number(row["value"])
        if value is None:
            raise EvaluationError(f"{path}, line {reader.line_num}: value {row['value']!r} is not a number")
        rows.append({**row, "arxiv_id": bare_id(row["arxiv_id"]), "value": value})
    return rows


def read_gold_full(path: Path) -> dict[str, list[Record]]:
    """Every value of a few papers, own (true), cited (false) or unclear (null): ``{"arxiv_id", "results": [...]}``."""
    papers: dict[str, list[Record]] = {}
    for place, row in _json_lines(path):
        paper = _new_paper(row, papers, place)
        papers[paper] = _items(row, "results", place)
        for result in papers[paper]:
            if not {"benchmark", "metric", "value", "own"} <= result.keys():
                raise EvaluationError(f"{place}: a result has no benchmark, metric, value or own")
            value, own = result["value"], result["own"]
            if number(value) is None or own not in (True, False, None):
                raise EvaluationError(f"{place}: value {value!r:.80} or own {own!r:.80} can't be read")
            _check_values(result, ("benchmark", "metric"), (), place)
    return papers


def read_export(path: Path) -> list[Record]:
    """Exported records, one a line, as ``burden export facts`` writes them."""
    return [check_record(row, place) for place, row in _json_lines(path)]


def check_record(record: Record, place: str) -> Record:
    """The record itself, or ``EvaluationError`` if its paper, its kind or a value that is scored can't be read."""
    if not isinstance(record.get("kind"), str) or not isinstance(record.get("arxiv_id"), str):
        raise EvaluationError(f"{place}: a record needs a kind and an arxiv_id")
    _check_values(record, _EXPORTED_NAMES, _EXPORTED_NUMBERS, place)
    return record


def _check_values(row: Record, names: Iterable[str], numbers: Iterable[str], place: str) -> None:
    """``EvaluationError`` where a name is not text, or a number none or not finite; either may be absent or null."""
    for key in names:
        if not isinstance(row.get(key), str | None):
            raise EvaluationError(f"{place}: {key} {row[key]!r:.80} is not a name")
    for key in numbers:
        if row.get(key) is not None and number(row[key]) is None:
            raise EvaluationError(f"{place}: {key} {row[key]!r:.80} is not a number")


def _json_lines(path: Path) -> Iterator[tuple[str, Record]]:
    for index, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}, line {index}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise EvaluationError(f"{place}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise EvaluationError(f"{place}: an object is expected, not {type(row).__name__}")
        yield place, row


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path}: not UTF-8 text ({error})") from error


def _new_paper(row: Record, papers: dict[str, list[Record]], place: str) -> str:
    if not isinstance(row.get("arxiv_id"), str):
        raise EvaluationError(f"{place}: arxiv_id is missing")
    paper = bare_id(row["arxiv_id"])
    if paper in papers:
        raise EvaluationError(f"{place}: {paper} has a line already")
    return paper


def _items(row: Record, key: str, place: str) -> list[Record]:
    items = row.get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise EvaluationError(f"{place}: {key} is not a list of objects")
    return items
