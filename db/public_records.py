"""One paper or one model as everyone sees it: facts in force with their evidence, and what was decided on them.

Nobody's name is in it: who reviewed is ``curator``, and free words of reviews are left out. A paper that two curators
review independently of each other is shown as the machine read it, until both are done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from db import public_schema, schema
from db.fields import Kind, clean_text
from db.paper_records import Burden, DeskFact, FactReview, PaperRecords, Value, read_paper_records

MOST_FACTS = 2_000
"""Of one paper that are shown."""
_MOST_ROWS = 1_000
"""Of one paper's models, or one model's points."""


@dataclass(frozen=True, slots=True)
class PublicReview:
    fact_key: str
    field: str | None
    """None: the whole record."""
    decision: str
    """``accept``, ``correct``, ``reject`` or ``withdraw``."""
    value: Value
    """What a correction put in force; None: the paper does not state it."""
    reviewed_at: datetime
    in_force: bool
    withdrawn: bool
    reviewer: str = "curator"


@dataclass(frozen=True, slots=True)
class PublicFact:
    """An accepted record in force."""

    fact_key: str
    kind: Kind
    values: Mapping[str, Value]
    """In force, by field."""
    machine_values: Mapping[str, Value]
    """As the machine read them; of a fact that a curator added, as it was added."""
    corrected: tuple[str, ...]
    """The fields whose value in force is another than the machine's."""
    confidence: float
    basis: str
    """``machine`` or ``curated``."""
    added: bool
    """By a curator."""
    page: int
    quote: str
    rules: tuple[str, ...]
    burden: Burden | None
    """Of a training run: flop, low, high, method (the steps in words), reason where there is none."""
    joined_models: tuple[Mapping[str, Any], ...]
    """``model``, ``benchmark``, ``rule`` and ``confidence`` of each."""
    reviews: tuple[PublicReview, ...]
    """The latest first."""


@dataclass(frozen=True, slots=True)
class PublicPaper:
    paper_key: str
    arxiv_id: str | None
    version: int | None
    """The version that was read; None where it is not known, or the paper has no arXiv id."""
    title: str
    authors: tuple[str, ...]
    published: date | None
    categories: tuple[str, ...]
    license_url: str | None
    page_count: int
    facts: tuple[PublicFact, ...]
    """In the order of kind and place."""
    facts_left_out: int
    """Beyond ``MOST_FACTS``."""
    is_being_reviewed: bool
    """By two curators independently, of whom not both are done: all is as the machine read it, and no history."""
    history: tuple[PublicReview, ...]
    """All reviews of what was read in it, the latest first, also of rejected facts."""
    models: tuple[Mapping[str, Any], ...]
    """Its rows of ``public_models``."""
    summary: Mapping[str, Any]
    """Its row of ``public_papers``."""


@dataclass(frozen=True, slots=True)
class PublicModel:
    row: Mapping[str, Any]
    """Of ``public_models``."""
    points: tuple[Mapping[str, Any], ...]
    """Its rows of ``public_points``."""
    facts: tuple[PublicFact, ...]
    """Of a paper's model: the runs, stated computing, own results and properties that are of it."""
    paper_key: str | None
    """Of a paper that was read; of an imported model, if the paper was read, too."""
    version: int | None
    """Of that paper, as it was read; None where it is not known."""
    import_file: str | None
    import_row: int | None
    """Of an imported model: where its row is."""


def model(engine: Engine, model_id: str) -> PublicModel | None:
    """None where there is no such model."""
    models, papers = public_schema.public_models, public_schema.public_papers
    with engine.connect() as connection:
        found = _rows(connection, models, model_id=clean_text(model_id))
        if not found:
            return None
        (row,) = found
        points = _rows(connection, public_schema.public_points, model_id=row["model_id"])
        of_paper = row["paper_key"] or row["arxiv_id"]
        read = _rows(connection, papers, paper_key=of_paper) if of_paper else ()
        records = _records_shown(connection, row["paper_key"]) if row["paper_key"] else None
    return PublicModel(
        row=row,
        points=points,
        facts=_facts(records, set(row["fact_keys"])) if records else (),
        paper_key=read[0]["paper_key"] if read else None,
        version=read[0]["version"] if read else None,
        import_file=row["import_file"],
        import_row=row["import_row"],
    )


def records_shown(engine: Engine, paper_key: str) -> PaperRecords | None:
    """The paper's records as everybody may see them; None where it was never read."""
    with engine.connect() as connection:
        return _records_shown(connection, paper_key)


def public_paper(engine: Engine, paper_key: str) -> PublicPaper | None:
    """None where there is no such paper, where it was never read, or where it was withdrawn."""
    key = clean_text(paper_key)
    with engine.connect() as connection:
        shown = _rows(connection, public_schema.public_papers, paper_key=key)
        records = _records_shown(connection, key) if shown else None
        told = connection.execute(select(schema.papers).where(schema.papers.c.paper_key == key)).first()
        models = _rows(connection, public_schema.public_models, paper_key=key)
    if records is None or told is None or told.withdrawn:
        return None
    facts = _facts(records)
    return PublicPaper(
        paper_key=key,
        arxiv_id=records.arxiv_id,
        version=records.version,
        title=records.title,
        authors=tuple(told.authors),
        published=records.published,
        categories=tuple(told.categories),
        license_url=told.license_url,
        page_count=records.page_count,
        facts=facts[:MOST_FACTS],
        facts_left_out=max(0, len(facts) - MOST_FACTS),
        is_being_reviewed=records.is_reviewed_independently,
        history=_history(records),
        models=models,
        summary=shown[0],
    )


def _records_shown(connection: Connection, paper_key: str) -> PaperRecords | None:
    """While two curators review the paper independently, what the machine alone read: either may read it here."""
    records = read_paper_records(connection, paper_key)
    if records is None or not records.is_reviewed_independently:
        return records
    return read_paper_records(connection, paper_key, machine_alone=True)


def _rows(connection: Connection, table: Table, **key: str) -> tuple[dict[str, Any], ...]:
    """The rows of a key, but for what is only searched, in the order of their own keys."""
    columns = [column for column in table.columns if column.name != "search"]
    query = select(*columns).where(*(table.c[name] == value for name, value in key.items()))
    rows = connection.execute(query.order_by(*table.primary_key).limit(_MOST_ROWS)).mappings()
    return tuple(dict(row) for row in rows)


def _facts(records: PaperRecords, keys: Collection[str] | None = None) -> tuple[PublicFact, ...]:
    """The accepted ones, all or those with these keys."""
    return tuple(
        _fact(fact)
        for fact in records.facts
        if fact.status == "accepted" and not fact.rejected and (keys is None or fact.fact_key in keys)
    )


def _fact(fact: DeskFact) -> PublicFact:
    return PublicFact(
        fact_key=fact.fact_key,
        kind=fact.kind,
        values=fact.values,
        machine_values=fact.machine_values,
        corrected=tuple(name for name, value in fact.values.items() if value != fact.machine_values[name]),
        confidence=fact.confidence,
        basis=fact.basis,
        added=fact.added,
        page=fact.page,
        quote=fact.quote,
        rules=fact.rules,
        burden=fact.burden,
        joined_models=fact.joined_models,
        reviews=tuple(_review(review) for review in fact.reviews),
    )


def _history(records: PaperRecords) -> tuple[PublicReview, ...]:
    reviews = (_review(review) for fact in records.facts for review in fact.reviews)
    return tuple(sorted(reviews, key=lambda review: (review.reviewed_at, review.fact_key), reverse=True))


def _review(review: FactReview) -> PublicReview:
    return PublicReview(
        fact_key=review.fact_key,
        field=review.field,
        decision=str(review.decision),
        value=review.value,
        reviewed_at=review.reviewed_at,
        in_force=review.in_force,
        withdrawn=review.withdrawn,
    )
