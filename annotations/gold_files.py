"""Reading gold annotations and exports, with errors that name the file and the line."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from annotations.lines import EvaluationError, Record, bare_id, json_lines, number, text_of
from annotations.standoff import ResultFact, is_standoff, load_gold_results, load_gold_runs, runs_by_paper

__all__ = [
    "EvaluationError",
    "Record",
    "bare_id",
    "check_record",
    "number",
    "read_export",
    "read_gold_full",
    "read_gold_results",
    "read_gold_runs",
]

_RUN_NUMBERS = ("count", "hours", "device_hours")
_EXPORTED_NUMBERS = ("accelerator_count", "duration_hours", "device_hours", "hardware_burden_flop", "value")
_EXPORTED_NAMES = ("accelerator", "benchmark", "metric")
_RESULT_COLUMNS = ("arxiv_id", "benchmark", "metric", "value")


def read_gold_runs(path: Path) -> dict[str, list[Record]]:
    """Training runs by paper: ``{"arxiv_id": "1706.03762", "runs": [{"accelerator": ..., "count": 8, ...}]}`` a line.

    No runs say that the paper reports no training hardware or time. Stand-off records are put together to the same.
    """
    if _holds_standoff(path):
        return runs_by_paper(load_gold_runs(path))
    papers: dict[str, list[Record]] = {}
    for place, row in json_lines(path):
        paper = _new_paper(row, papers, place)
        papers[paper] = _items(row, "runs", place)
        for run in papers[paper]:
            _check_values(run, ("accelerator",), _RUN_NUMBERS, place)
    return papers


def read_gold_results(path: Path) -> list[Record]:
    """Values of the papers' own models: ``arxiv_id,benchmark,metric,value`` a line, or stand-off records."""
    if text_of(path).lstrip().startswith("{"):
        return [_result(fact) | {"arxiv_id": bare_id(fact.paper)} for fact in _results(path, "main")]
    reader = csv.DictReader(text_of(path).splitlines(keepends=True))
    missing = [column for column in _RESULT_COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise EvaluationError(f"{path}, line 1: columns missing: {', '.join(missing)}")
    rows = []
    for row in reader:
        value = number(row["value"])
        if value is None:
            raise EvaluationError(f"{path}, line {reader.line_num}: value {row['value']!r} is not a number")
        rows.append({**row, "arxiv_id": bare_id(row["arxiv_id"]), "value": value, "own": True})
    return rows


def read_gold_full(path: Path) -> dict[str, list[Record]]:
    """Every value of a few papers, own (true), cited (false) or unclear (null): ``{"arxiv_id", "results": [...]}``.

    Or stand-off records, of which those of the full reading are taken.
    """
    if _holds_standoff(path):
        held: dict[str, list[Record]] = {}
        for fact in _results(path, "full"):
            held.setdefault(bare_id(fact.paper), []).append(_result(fact))
        return held
    papers: dict[str, list[Record]] = {}
    for place, row in json_lines(path):
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
    return [check_record(row, place) for place, row in json_lines(path)]


def check_record(record: Record, place: str) -> Record:
    """The record itself, or ``EvaluationError`` if its paper, its kind or a value that is scored can't be read."""
    if not isinstance(record.get("kind"), str) or not isinstance(record.get("arxiv_id"), str):
        raise EvaluationError(f"{place}: a record needs a kind and an arxiv_id")
    _check_values(record, _EXPORTED_NAMES, _EXPORTED_NUMBERS, place)
    joined = record.get("joined_models") or []
    if not isinstance(joined, list) or not all(map(_is_join, joined)):
        raise EvaluationError(f"{place}: joined_models {joined!r:.80} is not a list of objects with a model's name")
    return record


def _is_join(joined: object) -> bool:
    """``{"model": "Net-50", "benchmark": "imagenet"}``, with a benchmark that is null or absent for all of them."""
    return (
        isinstance(joined, dict)
        and isinstance(joined.get("model"), str)
        and isinstance(joined.get("benchmark"), str | None)
    )


def _check_values(row: Record, names: Iterable[str], numbers: Iterable[str], place: str) -> None:
    """``EvaluationError`` where a name is not text, or a number none or not finite; either may be absent or null."""
    for key in names:
        if not isinstance(row.get(key), str | None):
            raise EvaluationError(f"{place}: {key} {row[key]!r:.80} is not a name")
    for key in numbers:
        if row.get(key) is not None and number(row[key]) is None:
            raise EvaluationError(f"{place}: {key} {row[key]!r:.80} is not a number")


def _holds_standoff(path: Path) -> bool:
    return any(is_standoff(row) for _, row in islice(json_lines(path), 1))


def _results(path: Path, reading: str) -> Iterable[ResultFact]:
    return (fact for fact in load_gold_results(path) if fact.reading == reading)


def _result(fact: ResultFact) -> Record:
    names = ("benchmark", "metric", "value", "own", "printed", "table")
    box = fact.place.box.as_list() if fact.place.box else None
    return {name: getattr(fact, name) for name in names} | {"page": fact.place.page, "box": box}


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
