"""Tables of results, properties and points on a terminal: a line a record, and where it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from db.fields import Kind, lower_is_better
from flows.terminal import aligned, print_records, printable, shortened

Record = Mapping[str, Any]
Column = tuple[str, bool, Callable[[Record], object]]
"""Title, whether words stand in it, and what."""

MOST_RESULTS = 40
"""That are shown after the runs of the papers that were read."""

_OF_RUNS = (Kind.TRAINING_RUN, Kind.TRAINING_COMPUTE)
_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"))


def _field(title: str, name: str) -> Column:
    return title, True, lambda record: record.get(name)


def _number(title: str, name: str, shown: Callable[[float], str]) -> Column:
    return title, False, lambda record: None if record.get(name) is None else shown(record[name])


def _value(value: float) -> str:
    """Percent and points, with a blank for a hundredth that is none: 76.53 -> "76.53"    28.4 -> "28.4 " """
    exact = f"{value:.2f}"
    return f"{exact[:-1]} " if exact.endswith("0") else exact


def _flop(value: float) -> str:
    return f"{value:.2g}"


def quantity_in_words(quantity: float) -> str:
    """2.56e7 -> "25.6M"    4.1e9 -> "4.1G"    1281167 -> "1.28M"    90.0 -> "90"    3e17 -> "3e+17" """
    if not 1e6 <= quantity < 1e15:
        return f"{quantity:.6g}"
    scale, letter = next((scale, letter) for scale, letter in _SCALES if quantity >= scale)
    return f"{quantity / scale:.3g}{letter}"


def _join(record: Record) -> str:
    """ "join.same-name", 0.9 -> "same-name 0.90"        nothing joined -> "no run", "not joined" """
    if not record["join_rule"]:
        return str(record["join_status"])
    rule = str(record["join_rule"]).removeprefix("join.")
    return rule if record["join_confidence"] is None else f"{rule} {record['join_confidence']:.2f}"


_PAPER, _MODEL, _BENCHMARK = _field("paper", "arxiv_id"), _field("model", "model"), _field("benchmark", "benchmark")
_METRIC, _VALUE = _field("metric", "metric"), _number("value", "value", _value)
_PAGE, _STATUS = _number("page", "page", str), _field("status", "status")
_OWN: Column = ("own", True, lambda record: {True: "own", False: "cited"}.get(record["own"]))

_RESULTS = (_PAPER, _MODEL, _BENCHMARK, _METRIC, _VALUE, _OWN, _field("split", "split"), _PAGE, _STATUS)
_PROPERTIES = (
    _PAPER,
    _MODEL,
    _field("property", "property"),
    _number("quantity", "quantity", quantity_in_words),
    _BENCHMARK,
    _field("stage", "stage"),
    _PAGE,
    _STATUS,
)
_POINTS = (
    _PAPER,
    _MODEL,
    _BENCHMARK,
    _METRIC,
    _VALUE,
    _number("burden, FLOP", "hardware_burden_flop", _flop),
    _number("stated, FLOP", "stated_training_flop", _flop),
    _number("network, FLOP", "network_operations_flop", _flop),
    _number("parameters", "parameters", quantity_in_words),
    ("join", True, _join),
    _number("page", "result_page", str),
)
_COLUMNS: Mapping[str, Sequence[Column]] = {
    Kind.RESULT: _RESULTS,
    Kind.MODEL_PROPERTY: _PROPERTIES,
    "analysis_point": _POINTS,
}


def print_exported(records: Iterable[Record]) -> None:
    """The records of an export: runs with their evidence, then each other kind in a table of its own."""
    by_kind = defaultdict(list)
    for record in records:
        by_kind[record["kind"]].append(record)
    others = {kind: by_kind.pop(kind) for kind in _COLUMNS if kind in by_kind}
    runs = [record for held in by_kind.values() for record in held]
    if runs or not others:
        print_records(runs)
    for number, (kind, held) in enumerate(others.items()):
        if runs or number:
            print()
        _print_lines(held, _COLUMNS[kind])


def print_read(records: Sequence[Record]) -> None:
    """What was read in papers: their runs with evidence, then the best of their own results, and what is not shown."""
    runs = [record for record in records if record["kind"] in _OF_RUNS]
    own = [record for record in records if record["kind"] == Kind.RESULT and record["own"]]
    cited = sum(record["kind"] == Kind.RESULT and not record["own"] for record in records)
    properties = sum(record["kind"] == Kind.MODEL_PROPERTY for record in records)
    shown = best_results(own, MOST_RESULTS)
    if runs or not records:
        print_records(runs)
    if runs and shown:
        print()
    if shown:
        _print_lines(shown, [column for column in _RESULTS if column is not _OWN])
    left_out = (
        (len(own) - len(shown), "own result", "own results"),
        (cited, "result quoted from others", "results quoted from others"),
        (properties, "property of a model", "properties of models"),
    )
    told = [f"{count:,} {one if count == 1 else several}" for count, one, several in left_out if count]
    if told and (runs or shown):
        print()
    if told:
        print(f"not shown: {', '.join(told)} (--format jsonl has all)")


def best_results(results: Iterable[Record], most: int) -> list[Record]:
    """At most so many: the best of each paper, benchmark and metric before the second best of any.

    They come in the order of papers and benchmarks, best first; of a metric such as word error rate that is the lowest.
    """
    groups = defaultdict(list)
    for record in results:
        groups[record["arxiv_id"], record["benchmark"], record["metric"]].append(record)
    for (_, _, metric), held in groups.items():
        held.sort(key=lambda record: record["value"], reverse=not lower_is_better(metric))
    places = sorted((place, number) for number, held in enumerate(groups.values()) for place in range(len(held)))
    taken = Counter(number for _, number in places[:most])
    return [record for number, held in enumerate(groups.values()) for record in held[: taken[number]]]


def _print_lines(records: Sequence[Record], columns: Iterable[Column]) -> None:
    """A line a record; a column that no record fills is left out."""
    filled = [column for column in columns if any(column[2](record) is not None for record in records)]
    rows = [[_cell(content(record)) for _, _, content in filled] for record in records]
    for line in aligned([title for title, _, _ in filled], rows, [words for _, words, _ in filled]):
        print(line)


def _cell(content: object) -> str:
    return "" if content is None else shortened(printable(str(content)))
