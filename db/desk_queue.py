"""The queue of the curators' desk: papers by what a decision is worth, read from ``desk_papers``.

A paper that waits for the second of two independent reviews is open to everybody but the one who has settled it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, false, func, not_, or_, select, true

from db import desk_schema, schema
from db.queries import HardwareName, hardware_name

_desk = desk_schema.desk_papers
_papers = schema.papers
_twice = desk_schema.double_reviews
_settlements = desk_schema.settlements
_in_hand = desk_schema.paper_claims
_users = desk_schema.users


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Which papers are asked for; without any, those that are open."""

    benchmark: str = ""
    """The paper has a result of its own on it."""
    field: str = ""
    """A category of arXiv: "cs.CL"."""
    year_from: int | None = None
    year_to: int | None = None
    """Of the first version; the year is included."""
    unknown_hardware: bool = False
    """The paper names hardware that the catalogue lacks."""
    disagreements: bool = False
    stale: bool = False
    """The machine has come to read something else than a review was made for."""
    double_review: bool = False
    """The paper was chosen for two independent reviews."""
    settled: bool | None = False
    """None: settled ones and open ones."""
    search: str = ""
    """Words of the title or the id, in the order in which they stand there."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A paper with what the queue says of it."""

    paper_key: str
    arxiv_id: str | None
    title: str
    year: int | None
    benchmarks: tuple[str, ...]
    open_facts: int
    reviewed_facts: int
    uncertain_facts: int
    """Of the open ones."""
    worth: float
    influence: float
    pulls_at: str
    """The benchmark at whose line it has its influence; empty for none."""
    unknown_hardware: tuple[str, ...]
    stale_reviews: int
    disagreements: int
    settled: bool
    double_review: bool
    claimed_by: str | None
    """Who has the paper in hand."""


@dataclass(frozen=True, slots=True)
class Progress:
    papers: int
    settled: int
    facts: int
    """To be decided, or decided."""
    reviewed: int


def queue(
    engine: Engine,
    filters: QueueFilters,
    offset: int,
    limit: int,
    *,
    viewer: str = "",
    now: datetime | None = None,
) -> list[QueueRow]:
    """So many papers from ``offset`` on, those worth most first; for ``viewer``, without what they are done with.

    Who has a paper in hand is told as of ``now``; without it, nobody has.
    """
    keys = _matching(select(_desk.c.paper_key, _desk.c.worth), filters, viewer)
    keys = keys.order_by(_desk.c.worth.desc(), _desk.c.paper_key.desc()).limit(limit).offset(offset)
    return _rows(engine, keys, now)


def queue_length(engine: Engine, filters: QueueFilters, *, viewer: str = "") -> int:
    """How many papers the whole queue has."""
    with engine.connect() as connection:
        return connection.scalar(_matching(select(func.count()).select_from(_desk), filters, viewer)) or 0


def second_reviews(engine: Engine, viewer: str, limit: int, now: datetime) -> list[QueueRow]:
    """Papers that somebody else has settled and ``viewer`` is to review independently, those worth most first."""
    row = desk_schema.desk_papers.alias()
    half_done = (
        select(_twice.c.paper_key)
        .join(_settlements, _settlements.c.paper_key == _twice.c.paper_key)
        .join(row, and_(row.c.paper_key == _twice.c.paper_key, row.c.document_sha256 == _settlements.c.document_sha256))
        .group_by(_twice.c.paper_key)
        .having(func.count(_settlements.c.reviewer.distinct()) == 1, func.max(_settlements.c.reviewer) != viewer)
    )
    keys = select(_desk.c.paper_key, _desk.c.worth).where(_desk.c.paper_key.in_(half_done))
    return _rows(engine, keys.order_by(_desk.c.worth.desc(), _desk.c.paper_key.desc()).limit(limit), now)


def queue_progress(engine: Engine) -> Progress:
    """How far the desk has come with all papers."""
    count = func.coalesce(func.sum(_desk.c.open_facts + _desk.c.reviewed_facts), 0)
    reviewed = func.coalesce(func.sum(_desk.c.reviewed_facts), 0)
    query = select(_desk.c.settled, func.count(), count, reviewed).group_by(_desk.c.settled)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return Progress(
        papers=sum(papers for _, papers, _, _ in rows),
        settled=sum(papers for settled, papers, _, _ in rows if settled),
        facts=sum(int(facts) for _, _, facts, _ in rows),
        reviewed=sum(int(reviewed) for _, _, _, reviewed in rows),
    )


def new_hardware(engine: Engine) -> Iterator[tuple[str, tuple[HardwareName, ...]]]:
    """Of every paper of the queue that names hardware which the catalogue lacked when it was read, key and names."""
    read = schema.extractions
    of_reading = and_(
        read.c.document_sha256 == _desk.c.document_sha256, read.c.extractor_version == _desk.c.extractor_version
    )
    query = (
        select(_desk.c.paper_key, read.c.unknown_hardware).join(read, of_reading).where(_desk.c.has_unknown_hardware)
    )
    with engine.connect() as connection:
        for key, names in connection.execute(query.order_by(_desk.c.paper_key)):
            yield key, tuple(hardware_name(item) for item in names)


def _matching(query: Select[Any], filters: QueueFilters, viewer: str) -> Select[Any]:
    desk = _desk.c
    conditions: list[ColumnElement[bool]] = []
    if filters.settled is False:
        conditions += [not_(desk.settled), not_(_is_settled_by(viewer)) if viewer else true()]
    elif filters.settled:
        conditions.append(or_(desk.settled, _is_settled_by(viewer)) if viewer else desk.settled)
    if filters.benchmark:
        conditions.append(desk.benchmarks.contains(f",{filters.benchmark.casefold()},", autoescape=True))
    if filters.field:
        conditions.append(desk.fields.contains(f",{filters.field.casefold()},", autoescape=True))
    if filters.year_from is not None:
        conditions.append(desk.year >= filters.year_from)
    if filters.year_to is not None:
        conditions.append(desk.year <= filters.year_to)
    if filters.unknown_hardware:
        conditions.append(desk.has_unknown_hardware)
    if filters.disagreements:
        conditions.append(desk.disagreements > 0)
    if filters.stale:
        conditions.append(desk.stale_reviews > 0)
    if filters.double_review:
        conditions.append(desk.paper_key.in_(select(_twice.c.paper_key)))
    if filters.search:
        wanted = filters.search.lower()
        in_title = func.lower(desk.title).contains(wanted, autoescape=True)
        conditions.append(or_(in_title, desk.paper_key.contains(wanted, autoescape=True)))
    return query.where(*conditions)


def _is_settled_by(viewer: str) -> ColumnElement[bool]:
    """Of the PDF that is in force. Only a paper that is to be reviewed twice can be so and still be open."""
    row = desk_schema.desk_papers.alias()
    settled = (
        select(_twice.c.paper_key)
        .join(_settlements, _settlements.c.paper_key == _twice.c.paper_key)
        .join(row, and_(row.c.paper_key == _twice.c.paper_key, row.c.document_sha256 == _settlements.c.document_sha256))
        .where(_settlements.c.reviewer == viewer)
    )
    return _desk.c.paper_key.in_(settled)


def _rows(engine: Engine, keys: Select[Any], now: datetime | None) -> list[QueueRow]:
    """The rows of those papers: so many as are shown, whatever it took to find them."""
    found = keys.subquery()
    still_in_hand = _in_hand.c.expires_at > now if now else false()
    query = (
        select(
            *(_desk.c[name] for name in _OF_DESK),
            _papers.c.arxiv_id,
            _papers.c.title,
            _twice.c.paper_key.is_not(None).label("double_review"),
            _users.c.name.label("claimed_by"),
        )
        .select_from(found)
        .join(_desk, _desk.c.paper_key == found.c.paper_key)
        .join(_papers, _papers.c.paper_key == found.c.paper_key)
        .outerjoin(_twice, _twice.c.paper_key == found.c.paper_key)
        .outerjoin(_in_hand, and_(_in_hand.c.paper_key == found.c.paper_key, still_in_hand))
        .outerjoin(_users, _users.c.user_id == _in_hand.c.user_id)
        .order_by(found.c.worth.desc(), found.c.paper_key.desc())
    )
    with engine.connect() as connection:
        return [_row(row) for row in connection.execute(query).mappings()]


_OF_DESK: Sequence[str] = [
    each.name for each in fields(QueueRow) if each.name not in ("arxiv_id", "title", "double_review", "claimed_by")
]


def _row(row: Any) -> QueueRow:
    values = dict(row)
    values["benchmarks"] = tuple(filter(None, values["benchmarks"].split(",")))
    values["unknown_hardware"] = tuple(values["unknown_hardware"])
    values["double_review"] = bool(values["double_review"])
    return QueueRow(**values)
