"""Bringing the public tables up to date: papers one by one as something of them changes, or all that are behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Table, text

from db import public_schema
from db.bulk import append_rows
from db.engine import lock_papers, writing
from db.narrowed import Narrowed, in_hand
from db.public_import_rows import rows_of_imports
from db.public_rows import rows_of_papers
from db.public_shapes import OWN_SOURCE, TITLE_CHARACTERS, PublicRows
from db.public_stamp import note_rules, rules_have_changed, stamp_change

_PAPERS_AT_ONCE = 50
"""With more, views take longer for each on SQLite; with fewer, what every query costs weighs more."""
_OF_PAPERS: Sequence[Table] = (
    public_schema.public_points,
    public_schema.public_models,
    public_schema.public_accelerators,
    public_schema.public_papers,
)
_THAT_COUNT = f"""
SELECT d.paper_key, d.document_sha256, d.extractor_version, SUBSTR(p.title, 1, {TITLE_CHARACTERS}) AS title, p.published
FROM documents_in_force AS d
JOIN papers AS p ON p.paper_key = d.paper_key
WHERE NOT p.withdrawn
"""  # noqa: S608
_SHOWN = "SELECT paper_key, document_sha256, extractor_version, title, published FROM public_papers"
_OUTDATED = f"""
SELECT paper_key FROM ({_THAT_COUNT} EXCEPT {_SHOWN}) AS unshown
UNION
SELECT paper_key FROM ({_SHOWN} EXCEPT {_THAT_COUNT}) AS gone
"""  # noqa: S608
_IMPORTS_THAT_COUNT = """
SELECT DISTINCT m.import_id
FROM imports_in_force AS i JOIN imported_models AS m ON m.import_id = i.import_id
ORDER BY m.import_id
"""
_IMPORTS_SHOWN = "SELECT DISTINCT import_id FROM public_models WHERE import_id IS NOT NULL ORDER BY import_id"


def refresh_public_papers(connection: Connection, papers: Iterable[str], at: datetime) -> None:
    """Make the rows of these papers anew from what this transaction has written, whoever else is at work."""
    wanted = sorted(set(papers))
    lock_papers(connection, wanted)
    with in_hand(connection, wanted) as narrowed:
        refresh_public_rows(connection, narrowed, at)


def refresh_public_rows(connection: Connection, narrowed: Narrowed, at: datetime) -> None:
    """As ``refresh_public_papers``, of papers that the caller has in hand."""
    made = rows_of_papers(connection, narrowed)
    for table in _OF_PAPERS:
        connection.execute(table.delete().where(table.c.paper_key.in_(narrowed.papers)))
    _insert(connection, made)
    stamp_change(connection, at)


def refresh_public_imports(connection: Connection, at: datetime) -> None:
    """Make the rows of all imported files anew."""
    made = rows_of_imports(connection)
    for table in (public_schema.public_points, public_schema.public_models):
        connection.execute(table.delete().where(table.c.source != OWN_SOURCE))
    _insert(connection, made)
    stamp_change(connection, at)


def bring_public_rows_up_to_date(
    engine: Engine, at: datetime, tell: Callable[[int, int], None] = lambda done, papers: None
) -> int:
    """Bring in what is new, read anew, renamed or withdrawn, and all where the rules have changed; how many papers.

    Each portion is a transaction of its own: where it is interrupted, the next call goes on. ``tell(done, papers)`` is
    called before each, since of tens of thousands of papers all together take minutes.
    """
    with engine.connect() as connection:
        changed = rules_have_changed(connection)
    if changed:
        _forget_all(engine)
    with engine.connect() as connection:
        outdated = sorted(connection.scalars(text(_OUTDATED)))
        imports_differ = list(connection.scalars(text(_IMPORTS_THAT_COUNT))) != list(
            connection.scalars(text(_IMPORTS_SHOWN))
        )
    for first in range(0, len(outdated), _PAPERS_AT_ONCE):
        tell(first, len(outdated))
        with writing(engine) as connection:
            refresh_public_papers(connection, outdated[first : first + _PAPERS_AT_ONCE], at)
    if imports_differ:
        with writing(engine) as connection:
            refresh_public_imports(connection, at)
    return len(outdated)


def _forget_all(engine: Engine) -> None:
    """Papers stay listed until their turn comes; imported files are made anew whole."""
    papers = public_schema.public_papers
    with writing(engine) as connection:
        connection.execute(papers.update().values(document_sha256=""))
        for table in (public_schema.public_points, public_schema.public_models):
            connection.execute(table.delete().where(table.c.source != OWN_SOURCE))
        note_rules(connection)


def _insert(connection: Connection, made: PublicRows) -> None:
    for table in reversed(_OF_PAPERS):
        rows = sorted(
            getattr(made, table.name), key=lambda row: [str(row[column.name]) for column in table.primary_key]
        )
        append_rows(connection, table, rows)
