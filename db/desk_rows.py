"""The rows of ``desk_papers``: what of a paper is still to be decided, and what a decision is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects import postgresql, sqlite

from db import desk_schema
from db.columns import JsonText
from db.double_review import reviewed_independently
from db.engine import is_sqlite, lock_papers, writing
from db.influences import Pull, pulls, worth
from db.narrowed import Narrowed, in_hand, narrowed_to

_NOBODY = ""
"""No reviewer has this name."""
SURE = 0.8
"""An open fact of less confidence counts as uncertain."""

_PAPERS = """
SELECT d.paper_key, d.document_sha256, d.extractor_version, d.unknown_hardware, p.title, p.published, p.categories
FROM documents_in_force AS d
JOIN papers AS p ON p.paper_key = d.paper_key
WHERE NOT p.withdrawn
"""
# is_left: as the paper's page counts what is left to decide; is_asked: what points of the analysis may rest on
_FACTS = f"""
SELECT
    paper_key,
    SUM(CASE WHEN is_decided = 1 AND is_left = 0 THEN 1 ELSE 0 END) AS reviewed_facts,
    SUM(is_left) AS open_facts,
    SUM(CASE WHEN is_left = 1 AND is_decided = 0 AND confidence < {SURE} THEN 1 ELSE 0 END) AS uncertain_facts,
    SUM(CASE WHEN is_decided = 0 AND is_asked = 1 THEN 1 - ABS(2 * confidence - 1) ELSE 0 END) AS uncertainty
FROM (
    SELECT
        f.paper_key,
        f.confidence,
        CASE WHEN f.is_reviewed OR f.is_added = 1 THEN 1 ELSE 0 END AS is_decided,
        CASE
            WHEN f.record_decision IS NOT NULL OR (f.kind = 'result' AND NOT COALESCE(f.own, TRUE)) THEN 0
            WHEN f.status = 'accepted' OR f.is_reviewed THEN 1
            ELSE 0
        END AS is_left,
        CASE
            WHEN f.kind IN ('training_run', 'training_compute') THEN 1
            WHEN f.kind = 'result' AND f.own THEN 1
            WHEN f.kind = 'model_property'
                AND EXISTS (SELECT 1 FROM claim_models AS m WHERE m.claim_id = f.claim_id) THEN 1
            ELSE 0
        END AS is_asked
    FROM reviewed_claims AS f
) AS facts
GROUP BY paper_key
"""  # noqa: S608
_BENCHMARKS = """
SELECT DISTINCT paper_key, benchmark FROM corrected_claims WHERE kind = 'result' AND own AND benchmark IS NOT NULL
"""
_STALE = """
SELECT arxiv_id AS paper_key, COUNT(*) AS number
FROM reviews_v1
WHERE in_force AND state = 'stale'
GROUP BY arxiv_id
"""
_DISAGREEMENTS = "SELECT paper_key, COUNT(*) AS number FROM disagreements GROUP BY paper_key"
_SETTLED = """
SELECT DISTINCT s.paper_key
FROM settlements AS s
JOIN documents_in_force AS d ON d.paper_key = s.paper_key AND d.document_sha256 = s.document_sha256
"""


SEARCHED_CHARACTERS = 300
"""Of a title: an index takes no texts of any length."""
_THAT_COUNT = f"""
SELECT d.paper_key, d.document_sha256, d.extractor_version, SUBSTR(p.title, 1, {SEARCHED_CHARACTERS}) AS title
FROM documents_in_force AS d
JOIN papers AS p ON p.paper_key = d.paper_key
WHERE NOT p.withdrawn
"""  # noqa: S608
_LISTED = "SELECT paper_key, document_sha256, extractor_version, title FROM desk_papers"
_OUTDATED = f"""
SELECT paper_key FROM ({_THAT_COUNT} EXCEPT {_LISTED}) AS unlisted
UNION
SELECT paper_key FROM ({_LISTED} EXCEPT {_THAT_COUNT}) AS gone
"""  # noqa: S608
_PAPERS_AT_ONCE = 500


def bring_queue_up_to_date(engine: Engine, at: datetime) -> int:
    """Bring in papers that are new, read anew or renamed, and drop those that count no more; how many there were.

    Each portion is a transaction of its own: where it is interrupted, the next call goes on.
    """
    with engine.connect() as connection:
        outdated = sorted(connection.scalars(text(_OUTDATED)))
    for first in range(0, len(outdated), _PAPERS_AT_ONCE):
        with writing(engine) as connection:
            refresh_papers(connection, outdated[first : first + _PAPERS_AT_ONCE], at)
    return len(outdated)


def refresh_papers(connection: Connection, papers: Iterable[str], at: datetime) -> None:
    """Bring the rows of these papers up to date with what this transaction has written, whoever else is at work."""
    wanted = sorted(set(papers))
    lock_papers(connection, wanted)
    with in_hand(connection, wanted) as narrowed:
        refresh_desk_rows(connection, narrowed, at)


def refresh_desk_rows(connection: Connection, narrowed: Narrowed, at: datetime) -> None:
    """As ``refresh_papers``, of papers that the caller has in hand."""
    rows = _rows(connection, narrowed, at)
    table = desk_schema.desk_papers
    gone = sorted(set(narrowed.papers) - {row["paper_key"] for row in rows})
    if gone:
        connection.execute(table.delete().where(table.c.paper_key.in_(gone)))
    if rows:
        dialect = sqlite if is_sqlite(connection) else postgresql
        insert = dialect.insert(table)
        changed = {name: insert.excluded[name] for name in rows[0] if name != "paper_key"}
        connection.execute(insert.on_conflict_do_update(index_elements=["paper_key"], set_=changed), rows)


def _rows(connection: Connection, narrowed: Narrowed, at: datetime) -> list[dict[str, Any]]:
    """While a paper waits for the second of two independent reviews, it is counted as if nobody had reviewed it."""
    blind = reviewed_independently(connection, narrowed)
    settled = {row["paper_key"] for row in narrowed.rows(connection, _SETTLED)} - blind
    counted = [] if blind.issuperset(narrowed.papers) else list(_counted(connection, narrowed))
    if blind:
        counted = [paper for paper in counted if paper["paper_key"] not in blind]
        counted += _counted(connection, narrowed_to(connection, blind, reviewer=_NOBODY))
    pulled = pulls(connection, narrowed.papers)
    return [
        {
            **_standing_row(paper, pulled.get(paper["paper_key"], Pull())),
            "settled": paper["paper_key"] in settled,
            "refreshed_at": at,
        }
        for paper in sorted(counted, key=lambda paper: str(paper["paper_key"]))
    ]


def _counted(connection: Connection, narrowed: Narrowed) -> Iterator[dict[str, Any]]:
    """What the views say of each of the papers that count."""
    facts = _by_paper(narrowed.rows(connection, _FACTS))
    stale = _by_paper(narrowed.rows(connection, _STALE))
    disagreements = _by_paper(narrowed.rows(connection, _DISAGREEMENTS))
    benchmarks: dict[str, set[str]] = defaultdict(set)
    for row in narrowed.rows(connection, _BENCHMARKS):
        benchmarks[row["paper_key"]].add(row["benchmark"])
    types = {"unknown_hardware": JsonText, "categories": JsonText}
    for paper in narrowed.rows(connection, _PAPERS, types):
        key = paper["paper_key"]
        if key in narrowed.papers:
            yield {
                **paper,
                **facts.get(key, {}),
                "stale_reviews": stale.get(key, {}).get("number"),
                "disagreements": disagreements.get(key, {}).get("number"),
                "benchmarks": benchmarks[key],
            }


def _standing_row(counted: Mapping[str, Any], pull: Pull) -> dict[str, Any]:
    uncertainty = round(float(counted.get("uncertainty") or 0), 9)
    names = {item if isinstance(item, str) else item["name"] for item in counted["unknown_hardware"]}
    numbers = ("open_facts", "uncertain_facts", "reviewed_facts", "stale_reviews", "disagreements")
    return {
        "paper_key": counted["paper_key"],
        "title": counted["title"][:SEARCHED_CHARACTERS],
        "document_sha256": counted["document_sha256"],
        "extractor_version": counted["extractor_version"],
        **{name: int(counted.get(name) or 0) for name in numbers},
        "uncertainty": uncertainty,
        "influence": pull.influence,
        "pulls_at": pull.benchmark,
        "worth": worth(uncertainty, pull.influence),
        "benchmarks": _joined(counted["benchmarks"]),
        "fields": _joined(category.casefold() for category in counted["categories"]),
        "year": _year(counted["published"]),
        "has_unknown_hardware": bool(names),
        "unknown_hardware": sorted(names),
    }


def _by_paper(rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {row["paper_key"]: row for row in rows}


def _joined(names: Iterable[str]) -> str:
    """{"imagenet", "coco"} -> ",coco,imagenet,"        {} -> "" """
    held = sorted(names)
    return f",{','.join(held)}," if held else ""


def _year(published: date | None) -> int | None:
    return published.year if published else None
