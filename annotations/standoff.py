"""Gold facts as stand-off records: what was read and where it stands in which paper, without the paper's words.

A record leads to its words by page and box, by offsets in ``Document.text``, and by a digest of their letters and
digits, so that a reader of PDFs that has changed is noticed (``recovery.py``). ``docs/annotation.md`` is the guide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from annotations.line_fields import LineFields
from annotations.lines import EvaluationError, Record, bare_id, json_lines
from annotations.places import Place
from extractors.records import CountUnit, Stage

GOLD_FOLDER = Path(__file__).parent / "gold"
GOLD_RUNS = GOLD_FOLDER / "runs.jsonl"
GOLD_RESULTS = GOLD_FOLDER / "results.jsonl"
GOLD_ROLES = GOLD_FOLDER / "roles.jsonl"
GOLD_JOINS = GOLD_FOLDER / "joins.jsonl"

RUN_FIELDS = ("model", "stage", "accelerator", "count", "count_unit", "hours", "device_hours")
TRAINING_FLOP = "training_flop"
NO_RUNS = "none"
"""The field of the record that says: this paper was read, and it reports no training hardware or time."""
ROLES = ("own", "speed", "others", "none")
KINDS = ("sentence", "cell")
READERS = ("first", "second")
READINGS = ("main", "full")

_NAMES: dict[str, tuple[str, ...]] = {
    "model": (),
    "accelerator": (),
    "stage": tuple(Stage),
    "count_unit": tuple(CountUnit),
}
"""Fields that hold names, with those that are allowed; none for any."""

Value = str | float | None


@dataclass(frozen=True, slots=True)
class RunFact:
    """One field of one training run, or of one stated amount of computing; facts of one ``record`` belong together."""

    paper: str
    version: int | None
    record: int
    """Within the paper, from 1; 0 for ``NO_RUNS``."""
    field: str
    value: Value
    optional: bool
    """Only one of two readers has it: finding it is neither right nor wrong."""
    place: Place

    def as_record(self) -> Record:
        return _flat(self, ("record", "field", "value", "optional"))


@dataclass(frozen=True, slots=True)
class ResultFact:
    """A value of a benchmark, in percent."""

    paper: str
    version: int | None
    record: int
    reading: str
    """``main``: own values of the main tables; ``full``: every value of the paper."""
    benchmark: str
    metric: str
    value: float
    is_best: bool | None
    """The best of the paper's own; None where the reading does not say."""
    own: bool | None
    """Of the paper's own models, cited (False), or unclear (None)."""
    printed: str | None
    """The number as the page has it."""
    table: str | None
    place: Place

    def as_record(self) -> Record:
        return _flat(self, ("record", "reading", "benchmark", "metric", "value", "is_best", "own", "printed", "table"))


@dataclass(frozen=True, slots=True)
class RoleLabel:
    """What a sentence, or a cell that is a table's head or label, tells of computing, by one reader."""

    paper: str
    version: int | None
    record: int
    """Number of the sentence or cell within the paper; both readers' labels of it have the same."""
    kind: str
    role: str
    unsure: bool
    reader: str
    place: Place

    def as_record(self) -> Record:
        return _flat(self, ("record", "kind", "role", "unsure", "reader"))


@dataclass(frozen=True, slots=True)
class JoinedRun:
    """A training run of a model whose result a paper gives. Unknown is None."""

    accelerator: str | None
    accelerator_count: float | None
    duration_hours: float | None
    device_hours: float | None
    stage: str | None
    page: int | None


@dataclass(frozen=True, slots=True)
class JoinFact:
    """Which runs of a paper trained the model of one of its results."""

    paper: str
    record: int
    model: str | None
    benchmark: str
    metric: str
    value: float
    result_page: int | None
    runs: tuple[JoinedRun, ...]
    """None: the paper gives no run of this model."""
    sure: bool
    """False: another reader might join otherwise; scored neither way."""


Fact = RunFact | ResultFact | RoleLabel
FactType = TypeVar("FactType", RunFact, ResultFact, RoleLabel, JoinFact)


def _flat(fact: Fact, names: Iterable[str]) -> Record:
    """As a line of the file: the place's fields last."""
    own = {name: getattr(fact, name) for name in names}
    return {"paper": fact.paper, "version": fact.version, **own, **fact.place.as_record()}


def load_gold_runs(path: Path = GOLD_RUNS) -> tuple[RunFact, ...]:
    """Facts of training runs; ``EvaluationError`` names file, line and field of the first that is wrong."""
    facts = _load(path, _run_fact, lambda fact: (fact.paper, fact.record, fact.field))
    negative = {fact.paper for fact in facts if fact.field == NO_RUNS}
    torn = next((fact for fact in facts if fact.paper in negative and fact.field in RUN_FIELDS), None)
    if torn:
        raise EvaluationError(f"{path}: field: {torn.paper} has a run and a record of {NO_RUNS!r}")
    return facts


def load_gold_results(path: Path = GOLD_RESULTS) -> tuple[ResultFact, ...]:
    """Values of benchmarks, of both readings."""
    return _load(path, _result_fact, lambda fact: (fact.paper, fact.record))


def load_roles(path: Path = GOLD_ROLES) -> tuple[RoleLabel, ...]:
    """Roles of sentences and cells, of both readers."""
    return _load(path, _role_label, lambda label: (label.paper, label.record, label.reader))


def load_gold_joins(path: Path = GOLD_JOINS) -> tuple[JoinFact, ...]:
    """Which runs trained which model of the results, a model a line."""
    return _load(path, _join_fact, lambda fact: (fact.paper, fact.record))


def write_facts(path: Path, facts: Iterable[Fact]) -> None:
    """One record a line, in the order given."""
    lines = (json.dumps(fact.as_record(), ensure_ascii=False) + "\n" for fact in facts)
    path.write_text("".join(lines), encoding="utf-8")


def is_standoff(row: Record) -> bool:
    """A line of this format, and not of one paper a line: ``{"paper": …, "record": 1, …}``."""
    return {"paper", "record"} <= row.keys()


def runs_by_paper(facts: Iterable[RunFact]) -> dict[str, list[Record]]:
    """Facts put together to runs, as ``read_gold_runs`` returns them; a paper without any has an empty list.

    Page and box are those of the first field, the model or the stage, which is placed where the quote is.
    """
    papers: dict[str, dict[int, Record]] = {}
    for fact in facts:
        runs = papers.setdefault(bare_id(fact.paper), {})
        if fact.field not in RUN_FIELDS:
            continue
        run = runs.setdefault(fact.record, dict.fromkeys(RUN_FIELDS))
        run[fact.field] = fact.value
        run.setdefault("page", fact.place.page)
        run.setdefault("box", fact.place.box.as_list() if fact.place.box else None)
        if fact.optional:
            run["optional"] = True
    amounts = {(bare_id(fact.paper), fact.record) for fact in facts if fact.field == TRAINING_FLOP}
    return {
        paper: [run for record, run in sorted(runs.items()) if (paper, record) not in amounts]
        for paper, runs in papers.items()
    }


def _load(
    path: Path, read: Callable[[LineFields], FactType], key: Callable[[FactType], tuple[object, ...]]
) -> tuple[FactType, ...]:
    seen: set[tuple[object, ...]] = set()
    facts = []
    for place, row in json_lines(path):
        fact = read(LineFields(place, row))
        if key(fact) in seen:
            raise EvaluationError(f"{place}: record: {' '.join(map(str, key(fact)))} has a line already")
        seen.add(key(fact))
        facts.append(fact)
    return tuple(facts)


def _run_fact(line: LineFields) -> RunFact:
    field = line.one_of("field", (*RUN_FIELDS, TRAINING_FLOP, NO_RUNS))
    return RunFact(
        line.text("paper"),
        line.whole_or_none("version", least=1),
        line.whole("record", least=0 if field == NO_RUNS else 1),
        field,
        _value(line, field),
        line.flag("optional"),
        line.where(),
    )


def _value(line: LineFields, field: str) -> Value:
    """A name, a number, or nothing, as the field has it."""
    if field == NO_RUNS:
        line.nothing("value")
        return None
    if field in _NAMES:
        return line.one_of("value", _NAMES[field]) if _NAMES[field] else line.text("value")
    return line.whole("value", least=1) if field == "count" else line.amount("value")


def _result_fact(line: LineFields) -> ResultFact:
    return ResultFact(
        line.text("paper"),
        line.whole_or_none("version", least=1),
        line.whole("record", least=1),
        line.one_of("reading", READINGS),
        line.text("benchmark"),
        line.text("metric"),
        line.amount("value"),
        line.flag_or_none("is_best"),
        line.flag_or_none("own"),
        line.text_or_none("printed"),
        line.text_or_none("table"),
        line.where(),
    )


def _role_label(line: LineFields) -> RoleLabel:
    return RoleLabel(
        line.text("paper"),
        line.whole_or_none("version", least=1),
        line.whole("record", least=1),
        line.one_of("kind", KINDS),
        line.one_of("role", ROLES),
        line.flag("unsure"),
        line.one_of("reader", READERS),
        line.where(),
    )


def _join_fact(line: LineFields) -> JoinFact:
    runs = line.row.get("runs")
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        line.refuse("runs", "a list of objects")
    return JoinFact(
        line.text("paper"),
        line.whole("record", least=1),
        line.text_or_none("model"),
        line.text("benchmark"),
        line.text("metric"),
        line.amount("value"),
        line.whole_or_none("result_page", least=1),
        tuple(_joined_run(LineFields(f"{line.place}, run {number}", run)) for number, run in enumerate(runs, start=1)),
        line.flag("sure"),
    )


def _joined_run(line: LineFields) -> JoinedRun:
    count, hours, device_hours = (
        None if line.row.get(name) is None else line.amount(name)
        for name in ("accelerator_count", "duration_hours", "device_hours")
    )
    accelerator, stage = line.text_or_none("accelerator"), line.text_or_none("stage")
    return JoinedRun(accelerator, count, hours, device_hours, stage, line.whole_or_none("page", least=1))
