"""Reading gold annotations and exports, with errors that name the file and the line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]

_RUN_NUMBERS = ("count", "hours", "device_hours")
_RESULT_COLUMNS = ("arxiv_id", "benchmark", "metric", "value")


class EvaluationError(ValueError):
    """A file that can't be evaluated: which, where, and why."""


def bare_id(arxiv_id: object) -> str:
    """Without version: "1706.03762v5" -> "1706.03762"."""
    return re.sub(r"v\d+$", "", str(arxiv_id).strip())


def number(value: object) -> float | None:
    """A number, or the number that a string says; None for anything else."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def read_gold_runs(path: Path) -> dict[str, list[Record]]:
    """Training runs by paper: ``{"arxiv_id": "1706.03762", "runs": [{"accelerator": ..., "count": 8, ...}]}`` a line.

    No runs say that the paper reports no training hardware or time.
    """
    papers: dict[str, list[Record]] = {}
    for place, row in _json_lines(path):
        paper = _new_paper(row, papers, place)
        papers[paper] = _items(row, "runs", place)
        for run in papers[paper]:
            for key in _RUN_NUMBERS:
                if run.get(key) is not None and number(run[key]) is None:
                    raise EvaluationError(f"{place}: {key} {run[key]!r} is not a number")
            if run.get("accelerator") is not None and not isinstance(run["accelerator"], str):
                raise EvaluationError(f"{place}: accelerator {run['accelerator']!r} is not a name")
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
            if number(result["value"]) is None or result["own"] not in (True, False, None):
                raise EvaluationError(f"{place}: value {result['value']!r} or own {result['own']!r} can't be read")
    return papers


def read_export(path: Path) -> list[Record]:
    """Exported records, one a line, as ``burden export facts`` writes them."""
    return [check_record(row, place) for place, row in _json_lines(path)]


def check_record(record: Record, place: str) -> Record:
    """The record itself, or ``EvaluationError`` if nobody can tell of which paper or what kind it is."""
    if not isinstance(record.get("kind"), str) or not isinstance(record.get("arxiv_id"), str):
        raise EvaluationError(f"{place}: a record needs a kind and an arxiv_id")
    if not isinstance(record.get("accelerator"), str | None):
        raise EvaluationError(f"{place}: accelerator {record['accelerator']!r} is not a name")
    return record


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
