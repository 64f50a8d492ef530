"""Reading the database: what is already done, what is in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    Executable,
    RowMapping,
    Select,
    Table,
    bindparam,
    exists,
    select,
    text,
)

from db import schema
from db.columns import JsonText
from db.engine import is_sqlite
from db.errors import RecordError
from db.exchange import COLUMNS, SUMMARY_KINDS, Record, fact_record, summary_record
from db.fields import FIELDS, Kind, checked_value
from db.joins import Join, joined_models
from db.narrowed import CLAIM_TYPES, narrowed_to
from db.store import PendingEstimate
from extractors.records import Box, CountUnit, Evidence, FailureCause, Stage, Status, TrainingRun

_KEYS_A_QUERY = 500
_ROWS_A_FETCH = 1_000
_EXPORTED_KINDS = {
    "runs": [Kind.TRAINING_RUN],
    "results": [Kind.RESULT],
    "properties": [Kind.MODEL_PROPERTY],
    "facts": list(Kind),
}
_SUMMARY_VIEWS = {
    "burden": ("burden_v1", ("arxiv_id", "COALESCE(model, '')")),
    "points": ("analysis_points_v1", ("arxiv_id", "COALESCE(model, '')", "benchmark", "metric")),
}
"""The view of an export, and the order of its rows."""


@dataclass(frozen=True, slots=True)
class HardwareName:
    """A name of hardware that the catalogue lacked when a paper was read, where the paper has it first."""

    name: str
    page: int | None = None
    quote: str | None = None
    """Page and sentence are None where only the name was stored, as earlier versions did."""


def extracted(engine: Engine, sha256s: Iterable[str], extractor_version: str) -> set[str]:
    """Those of the documents that this extractor version has read with success."""
    table = schema.extractions
    query = select(table.c.document_sha256).where(table.c.extractor_version == extractor_version)
    return {row["document_sha256"] for row in _by_keys(engine, query, table, "document_sha256", sha256s)}


def failed(engine: Engine, sha256s: Iterable[str], extractor_version: str) -> dict[str, FailureCause]:
    """Those of the documents that this extractor version could not read, with the cause."""
    table = schema.failures
    query = select(table.c.document_sha256, table.c.cause).where(table.c.extractor_version == extractor_version)
    wanted = set(sha256s)
    done = extracted(engine, wanted, extractor_version)
    rows = _by_keys(engine, query, table, "document_sha256", wanted - done)
    return {row["document_sha256"]: FailureCause(row["cause"]) for row in rows}


def documents_of(engine: Engine, arxiv_ids: Iterable[str]) -> dict[tuple[str, int | None], str]:
    """``(arxiv_id, version) -> sha256`` of the PDFs already had, so that none is fetched twice."""
    table = schema.paper_versions
    query = select(table).order_by(table.c.recorded_at, table.c.document_sha256)
    rows = _by_keys(engine, query, table, "paper_key", arxiv_ids)
    return {(row["paper_key"], row["version"] or None): row["document_sha256"] for row in rows}


def has_document(engine: Engine, document_sha256: str) -> bool:
    """Whether any paper has this PDF."""
    had = schema.paper_versions
    query = select(had.c.paper_key).where(had.c.document_sha256 == document_sha256).limit(1)
    with engine.connect() as connection:
        return connection.scalar(query) is not None


_NOT_HAD = (str(FailureCause.DOWNLOAD), str(FailureCause.NOT_A_PDF))


def failed_downloads(engine: Engine, since: datetime) -> list[str]:
    """Papers (``2406.01234v2``) whose PDF was first missed after ``since`` and has not been had to this day.

    Also those in whose place a web page came: arXiv says so when it is being repaired.
    """
    missed, had = schema.failures, schema.paper_versions
    had_by_now = exists().where(had.c.paper_key == missed.c.paper_key, had.c.version == missed.c.version)
    query = (
        select(missed.c.paper_key, missed.c.version)
        .where(missed.c.cause.in_(_NOT_HAD), missed.c.failed_at >= since, ~had_by_now)
        .where(missed.c.document_sha256 == "")
        .order_by(missed.c.paper_key, missed.c.version)
        .distinct()
    )
    with engine.connect() as connection:
        return [f"{key}v{version}" if version else key for key, version in connection.execute(query)]


def pending_estimates(engine: Engine, estimator_version: str, *paper_keys: str) -> Iterator[PendingEstimate]:
    """Training runs in force without an estimate of this version: corrected since, or a new catalogue.

    Of these papers, or of all.
    """
    query = (
        "SELECT * FROM corrected_claims AS f WHERE f.kind = 'training_run' AND NOT EXISTS ("
        " SELECT 1 FROM burden_estimates AS e WHERE e.claim_id = f.claim_id"
        " AND e.corrections = f.corrections AND e.estimator_version = :estimator_version)"
    )
    rows: Iterable[dict[str, Any]]
    if not paper_keys:
        rows = stream(engine, text(query).bindparams(estimator_version=estimator_version).columns(**CLAIM_TYPES))
    else:
        query += " AND f.paper_key IN :papers"
        with engine.connect() as connection:
            narrowed = narrowed_to(connection, paper_keys)
            rows = narrowed.rows(connection, query, estimator_version=estimator_version)
    for row in rows:
        run, published = _training_run(row), row["published"]
        yield PendingEstimate(row["claim_id"], row["corrections"], run, published, row["paper_key"])


def exported_records(engine: Engine, what: str, candidates: bool = False) -> Iterator[Record]:
    """The records of an export of ``exchange.COLUMNS`` that are in force, in a fixed order.

    ``candidates`` adds facts that are not accepted, marked ``"status": "candidate"``.
    """
    if what not in COLUMNS:
        raise ValueError(f"no such export: {what!r} (there are {', '.join(COLUMNS)})")
    bytewise = "" if is_sqlite(engine) else ' COLLATE "C"'
    if what in SUMMARY_KINDS:
        view, order = _SUMMARY_VIEWS[what]
        ordered = ", ".join(f"{term}{bytewise}" for term in order)
        query = text(f"SELECT * FROM {view} ORDER BY {ordered}")  # noqa: S608
        types = {name: of_type for name, of_type in CLAIM_TYPES.items() if name in COLUMNS[what]}
        for row in stream(engine, query.columns(**types)):
            yield summary_record(what, row)
        return
    statuses = list(Status) if candidates else [Status.ACCEPTED]
    for row in _joined_facts(engine, _EXPORTED_KINDS[what], statuses, bytewise):
        yield fact_record(row)


def _joined_facts(
    engine: Engine, kinds: Sequence[Kind], statuses: Sequence[Status], bytewise: str
) -> Iterator[dict[str, Any]]:
    """Rows of ``facts_in_force`` with their ``joined_models``, all read at one moment and held paper by paper."""
    order = f"ORDER BY paper_key{bytewise}"
    of_kinds: BindParameter[Any] = bindparam("kinds", list(map(str, kinds)), expanding=True)
    of_statuses: BindParameter[Any] = bindparam("statuses", list(map(str, statuses)), expanding=True)
    results = text(
        "SELECT * FROM (SELECT DISTINCT paper_key, model, benchmark FROM corrected_claims WHERE kind = 'result'"  # noqa: S608
        f" AND status = 'accepted' AND model IS NOT NULL AND benchmark IS NOT NULL) AS found {order}"
    )
    joins = text(
        "SELECT * FROM (SELECT DISTINCT paper_key, claim_id, result_model, result_benchmark, join_rule, join_confidence"  # noqa: S608
        f" FROM linked_results WHERE kind IN :kinds AND result_benchmark IS NOT NULL) AS found {order}"
    )
    facts = text(
        f"SELECT * FROM facts_in_force WHERE kind IN :kinds AND status IN :statuses {order}, position"  # noqa: S608
    )
    with _at_one_moment(engine) as connection:
        rows = merge(
            _marked("result", connection, results),
            _marked("join", connection, joins.bindparams(of_kinds)),
            _marked("fact", connection, facts.bindparams(of_kinds, of_statuses).columns(**CLAIM_TYPES)),
            key=_paper_of,
        )
        for _, of_paper in groupby(rows, key=_paper_of):
            benchmarks: dict[str, set[str]] = defaultdict(set)
            joined: dict[str, list[Join]] = defaultdict(list)
            for mark, row in of_paper:
                if mark == "result":
                    benchmarks[row["model"]].add(row["benchmark"])
                elif mark == "join":
                    join = Join(row["result_model"], row["result_benchmark"], row["join_rule"], row["join_confidence"])
                    joined[row["claim_id"]].append(join)
                else:
                    yield {**row, "joined_models": joined_models(joined[row["claim_id"]], benchmarks)}


def _marked(mark: str, connection: Connection, query: Executable) -> Iterator[tuple[str, RowMapping]]:
    """The rows of a query as they come, each with the mark by which it is known among others."""
    return ((mark, row) for row in connection.execute(query).mappings())


def _paper_of(marked: tuple[str, RowMapping]) -> str:
    return str(marked[1]["paper_key"])


def _at_one_moment(engine: Engine) -> Connection:
    """A connection whose queries all see the same, and whose rows come as they are asked for."""
    connection = engine.connect().execution_options(yield_per=_ROWS_A_FETCH)
    return connection if is_sqlite(engine) else connection.execution_options(isolation_level="REPEATABLE READ")


def unknown_hardware(engine: Engine) -> Iterator[tuple[str, tuple[HardwareName, ...]]]:
    """Of every paper that was read: its key, and the unknown hardware in the version and extraction in force."""
    bytewise = "" if is_sqlite(engine) else ' COLLATE "C"'
    query = text(
        f"SELECT paper_key, unknown_hardware FROM documents_in_force ORDER BY paper_key{bytewise}"  # noqa: S608
    )
    for row in stream(engine, query.columns(unknown_hardware=JsonText)):
        yield row["paper_key"], tuple(hardware_name(item) for item in row["unknown_hardware"])


def hardware_name(item: str | Mapping[str, Any]) -> HardwareName:
    """As an extraction has it: a mapping, or the name alone, as earlier versions stored it."""
    return HardwareName(item) if isinstance(item, str) else HardwareName(item["name"], item["page"], item["quote"])


def _training_run(row: Mapping[str, Any]) -> TrainingRun:
    """The run as the database has it in force; a stored value that its field can't have counts as unknown."""
    box = Box(row["bbox_x0_points"], row["bbox_y0_points"], row["bbox_x1_points"], row["bbox_y1_points"])
    evidence = Evidence(
        page=row["page"],
        box=box,
        quote=row["quote"],
        start=row["quote_start"],
        end=row["quote_end"],
        rules=tuple(row["rules"]),
        boxes=tuple((page, Box(*sides)) for page, *sides in row["evidence_boxes"] or ()),
    )
    values = {field: _value_or_unknown(field, row[field]) for field in FIELDS[Kind.TRAINING_RUN]}
    values["count_unit"] = CountUnit(values["count_unit"]) if values["count_unit"] else None
    values["stage"] = Stage(values["stage"] or Stage.UNSPECIFIED)
    values["mixed_precision"] = bool(values["mixed_precision"])
    return TrainingRun(evidence=evidence, confidence=row["confidence"], status=Status(row["status"]), **values)


def _value_or_unknown(field: str, value: Any) -> Any:
    """The value, or None for one that would be refused today: "gpus" as a unit. One bad row stops no run."""
    try:
        return checked_value(field, value, "stored value")
    except RecordError:
        return None


def _by_keys(
    engine: Engine, query: Select[Any], table: Table, column: str, keys: Iterable[str]
) -> Iterator[RowMapping]:
    """The query's rows whose ``column`` is one of the keys, asked for in portions."""
    remaining = iter(sorted(set(keys)))
    with engine.connect() as connection:
        while portion := list(islice(remaining, _KEYS_A_QUERY)):
            yield from connection.execute(query.where(table.c[column].in_(portion))).mappings()


def stream(engine: Engine, query: Executable) -> Iterator[dict[str, Any]]:
    """Rows as they come, so that an export of any size stays small in memory."""
    with engine.connect().execution_options(yield_per=_ROWS_A_FETCH) as connection:
        for row in connection.execute(query).mappings():
            yield dict(row)
