"""All that people said, row by row, out of one database and into another: reviews, added facts, comments, settlements.

A row is a mapping of JSON values with ``type`` and the columns of its table, as they are stored: with its id, who,
when, why, what was seen. The same row twice is one row; one that has the id of a stored row and says something else is
refused. Papers that the other database does not know are noted there by key and title, until a source tells more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from db import desk_schema, schema
from db.added_claims import ADDED_BY
from db.annotation_columns import LEFT_OUT_OF_CLAIM, SAID, Row, Said, all_checked, column_names
from db.engine import is_sqlite, lock_papers, writing
from db.errors import RecordError
from db.paper_rows import refresh_rows

_ROWS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class StoredRows:
    """How many rows of each type were new, and how many were there already."""

    new: Mapping[str, int]
    there: Mapping[str, int]
    unknown_papers: tuple[str, ...]
    """Papers that were noted by key and title, since the database did not know them."""
    paper_keys: tuple[str, ...]
    """Of all rows."""


def annotation_rows(engine: Engine, papers: Sequence[str] = ()) -> Iterator[Row]:
    """Everything that people said of these papers (none named: of all), in order of time, all read at one moment."""
    with engine.connect().execution_options(isolation_level=_one_moment(engine)) as connection:
        held = [
            (row[said.moment], rank, str(row[said.key]), name, row)
            for rank, (name, said) in enumerate(SAID.items())
            for row in _rows(connection, name, said, set(papers))
        ]
        for _, _, _, name, row in sorted(held, key=lambda each: each[:3]):
            yield {"type": name, **{column: _as_json(value) for column, value in row.items()}}


def store_annotation_rows(engine: Engine, rows: Sequence[tuple[str, Row]], at: datetime) -> StoredRows:
    """Take rows in, each with its place in words, in ONE transaction; ``RecordError``, and none stored, if one is bad.

    The database keeps their ids and times, so that the latest is in force whatever order they come in. ``at``: now.
    """
    read = all_checked(rows)
    papers = sorted({row["paper_key"] for _, _, row in read})
    with writing(engine) as connection:
        lock_papers(connection, papers)
        unknown = _note_papers(connection, [row for _, _, row in read])
        new: dict[str, int] = defaultdict(int)
        there: dict[str, int] = defaultdict(int)
        for name, said in SAID.items():
            of_type = [(where, row) for where, type_name, row in read if type_name == name]
            fresh = _fresh(connection, name, said, of_type)
            new[name], there[name] = len(fresh), len(of_type) - len(fresh)
            if name == "added_fact":
                _insert_claims(connection, fresh)
            _insert(connection, said.table, [{key: row[key] for key in column_names(said.table)} for row in fresh])
        refresh_rows(connection, papers, at)
    return StoredRows(dict(new), dict(there), tuple(unknown), tuple(papers))


def paper_keys_with_facts(engine: Engine) -> list[str]:
    """Papers of which an extraction is in force, sorted."""
    in_force = schema.documents_in_force
    with engine.connect() as connection:
        return sorted(set(connection.scalars(select(in_force.c.paper_key))))


def _one_moment(engine: Engine) -> Any:
    return "SERIALIZABLE" if is_sqlite(engine) else "REPEATABLE READ"


def _rows(connection: Connection, name: str, said: Said, papers: set[str]) -> Iterator[Row]:
    table, of_paper = said.table, schema.papers
    columns: list[Any] = [*table.c, of_paper.c.title.label("paper_title")]
    source: Any = table.outerjoin(of_paper, of_paper.c.paper_key == table.c.paper_key)
    if name == "added_fact":
        claims, documents, extractions = schema.claims, schema.documents, schema.extractions
        own = set(column_names(table)) | LEFT_OUT_OF_CLAIM
        columns += [column for column in claims.c if column.name not in own]
        columns += [
            documents.c.byte_count.label("document_byte_count"),
            extractions.c.page_count.label("document_page_count"),
        ]
        source = source.join(claims, claims.c.claim_id == table.c.claim_id)
        source = source.join(documents, documents.c.document_sha256 == claims.c.document_sha256).join(
            extractions,
            (extractions.c.document_sha256 == claims.c.document_sha256)
            & (extractions.c.extractor_version == claims.c.extractor_version),
        )
    links = _links(connection) if name == "added_fact" else {}
    for row in connection.execute(select(*columns).select_from(source)).mappings():
        if papers and row["paper_key"] not in papers:
            continue
        yield {**row, "links": links.get(row["claim_id"], [])} if name == "added_fact" else dict(row)


def _links(connection: Connection) -> dict[str, list[list[Any]]]:
    """``[model, benchmark, rule, confidence]`` of the added facts that are of models of the results."""
    links, added = schema.claim_models, desk_schema.added_facts
    found: dict[str, list[list[Any]]] = defaultdict(list)
    query = select(links).join(added, added.c.claim_id == links.c.claim_id).order_by(links.c.model, links.c.benchmark)
    for row in connection.execute(query).mappings():
        found[row["claim_id"]].append([row["model"], row["benchmark"], row["rule"], row["confidence"]])
    return found


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _note_papers(connection: Connection, rows: Iterable[Row]) -> list[str]:
    """Papers of the rows that the database does not know, which it then does by key and title."""
    titles = {row["paper_key"]: row["paper_title"] or "" for row in rows}
    table = schema.papers
    known: set[str] = set()
    keys = sorted(titles)
    for start in range(0, len(keys), _ROWS_A_QUERY):
        portion = keys[start : start + _ROWS_A_QUERY]
        known |= set(connection.scalars(select(table.c.paper_key).where(table.c.paper_key.in_(portion))))
    unknown = [key for key in keys if key not in known]
    nothing: Row = {"described_version": 0, "abstract": "", "authors": [], "categories": [], "withdrawn": False}
    _insert(
        connection,
        table,
        [
            nothing | {"paper_key": key, "arxiv_id": None if key.startswith("sha256:") else key, "title": titles[key]}
            for key in unknown
        ],
    )
    return unknown


def _fresh(connection: Connection, name: str, said: Said, rows: Sequence[tuple[str, Row]]) -> list[Row]:
    """The rows that are not stored yet; ``RecordError`` where one says something else than the stored one of its id."""
    wanted = {row[said.key] for _, row in rows}
    stored = {row[said.key]: row for row in _stored(connection, said, sorted(wanted))}
    fresh: dict[str, Row] = {}
    compared = [column for column in column_names(said.table) if name != "double_review" or column == "paper_key"]
    for where, row in rows:
        other = stored.get(row[said.key]) or fresh.get(row[said.key])
        if other is None:
            fresh[row[said.key]] = row
            continue
        differing = [column for column in compared if other[column] != row[column]]
        if differing:
            raise RecordError(
                f"{where}: {name} {row[said.key]} is known with another {' and '.join(differing)}: nothing was stored"
            )
    return list(fresh.values())


def _stored(connection: Connection, said: Said, keys: Sequence[str]) -> Iterator[RowMapping]:
    for start in range(0, len(keys), _ROWS_A_QUERY):
        portion = keys[start : start + _ROWS_A_QUERY]
        yield from connection.execute(select(said.table).where(said.table.c[said.key].in_(portion))).mappings().all()


def _insert_claims(connection: Connection, rows: Sequence[Row]) -> None:
    """The claims that added facts are, with what they hang on."""
    claim_columns = [column for column in column_names(schema.claims) if column not in LEFT_OUT_OF_CLAIM]
    ordered = sorted(rows, key=lambda row: str(row["document_sha256"]))
    if not ordered:
        return
    first = min(row["added_at"] for row in ordered)
    _insert(connection, schema.extractors, [{"extractor_version": ADDED_BY, "first_used_at": first}])
    _insert(
        connection,
        schema.documents,
        [
            {
                "document_sha256": row["document_sha256"],
                "byte_count": row["document_byte_count"],
                "recorded_at": row["added_at"],
            }
            for row in ordered
        ],
    )
    _insert(
        connection,
        schema.extractions,
        [
            {
                "document_sha256": row["document_sha256"],
                "extractor_version": ADDED_BY,
                "extracted_at": row["added_at"],
                "page_count": row["document_page_count"],
                "stamp": None,
                "unknown_hardware": [],
            }
            for row in ordered
        ],
    )
    claims = [{column: row[column] for column in claim_columns} | {"extractor_version": ADDED_BY} for row in ordered]
    _insert(connection, schema.claims, claims)
    _insert(
        connection,
        schema.claim_models,
        [
            {"claim_id": row["claim_id"], "model": model, "benchmark": benchmark, "rule": rule, "confidence": sure}
            for row in ordered
            for model, benchmark, rule, sure in row["links"] or ()
        ],
    )


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        dialect = sqlite if is_sqlite(connection) else postgresql
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))
