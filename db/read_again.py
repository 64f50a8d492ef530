"""Papers that a version of the extractor has read after another: what the database said of them before, and says now.

The moment before is that of each paper, or of a few that were read one after the other: just before the reading that is
in force now. So it does not matter how many runs a re-reading took, nor what else happened meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from db.added_claims import ADDED_BY
from db.columns import UtcDateTime
from db.exchange import Record, fact_record
from db.joins import Join, joined_models
from db.narrowed import Narrowed, narrowed_to

_PAPERS_AT_ONCE = 50
_READ_AGAIN = """
SELECT *
FROM (
    SELECT
        d.paper_key,
        d.extracted_at AS read_at,
        (
            SELECT MAX(e.extracted_at)
            FROM extractions AS e
            WHERE e.document_sha256 = d.document_sha256 AND e.extracted_at < d.extracted_at
                AND e.extractor_version NOT IN (:version, :curators)
        ) AS before_at,
        (
            SELECT MAX(f.failed_at)
            FROM failures AS f
            WHERE f.paper_key = d.paper_key AND f.document_sha256 = d.document_sha256
                AND f.extractor_version <> :version AND f.failed_at < d.extracted_at
        ) AS failed_at
    FROM documents_in_force AS d
    JOIN papers AS p ON p.paper_key = d.paper_key AND NOT p.withdrawn
    WHERE d.extractor_version = :version
) AS found
WHERE before_at IS NOT NULL OR failed_at IS NOT NULL
ORDER BY read_at, paper_key
"""
_TIMES = {"read_at": UtcDateTime, "before_at": UtcDateTime, "failed_at": UtcDateTime}


@dataclass(frozen=True, slots=True)
class PaperReadAgain:
    """A paper that this version has read after another had read it, or had failed on it."""

    paper_key: str
    read_at: datetime
    before_at: datetime
    """When it was last read before, or failed on."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a version of the extractor said of a paper, and what came of it."""

    extractor_version: str
    claims: tuple[Mapping[str, Any], ...]
    """The machine's own, candidates too."""
    burdens: Mapping[str | None, float | None]
    """``hardware_burden_flop`` by the model that the runs name, reviews applied."""
    records: tuple[Record, ...] = ()
    """As ``burden export facts --candidates`` gives them without reviews and added facts; only of papers asked for."""


@dataclass(frozen=True, slots=True)
class ReviewedFact:
    """A review in force, and how it stood to what the machine said."""

    review_id: str
    fact_key: str
    field: str | None
    decision: str
    reviewer: str
    reason: str
    state_before: str | None
    """None: it came after the paper was read again."""
    state: str


@dataclass(frozen=True, slots=True)
class PaperBeforeAndNow:
    paper_key: str
    before: Reading | None
    """None: no other version could read it."""
    now: Reading
    reviews: tuple[ReviewedFact, ...] = field(default=())


def papers_read_again(engine: Engine, extractor_version: str) -> list[PaperReadAgain]:
    """The papers of which the PDF in force counts as this version read it, and another had tried it; in order of time.

    v1 read by the older, v1 by this -> read again        v1 read by the older, v2 by this -> revised, not read again
    """
    query = text(_READ_AGAIN).bindparams(version=extractor_version, curators=ADDED_BY).columns(**_TIMES)
    with engine.connect() as connection:
        return [
            PaperReadAgain(row.paper_key, row.read_at, row.before_at or row.failed_at)
            for row in connection.execute(query)
        ]


def before_and_now(
    engine: Engine, papers: Sequence[PaperReadAgain], with_records_of: Collection[str] = ()
) -> Iterator[PaperBeforeAndNow]:
    """Both readings of each paper, in the order given."""
    with engine.connect() as connection:
        for portion in _portions(papers):
            keys = [paper.paper_key for paper in portion]
            just_before = _just_before(portion[0])
            before = _readings(connection, keys, just_before, with_records_of)
            now = _readings(connection, keys, None, with_records_of)
            reviews = _reviews(connection, keys, just_before)
            for key in keys:
                if key in now:  # or it was withdrawn meanwhile
                    yield PaperBeforeAndNow(key, before.get(key), now[key], tuple(reviews[key]))


def _just_before(paper: PaperReadAgain) -> datetime:
    return paper.read_at - timedelta(microseconds=1)


def _portions(papers: Sequence[PaperReadAgain]) -> Iterator[Sequence[PaperReadAgain]]:
    """Papers that one moment is right for: before the first of them was read again, and after all were read before."""
    first = 0
    for following in range(1, len(papers) + 1):
        if (
            following == len(papers)
            or following - first >= _PAPERS_AT_ONCE
            or papers[following].before_at > _just_before(papers[first])
        ):
            yield papers[first:following]
            first = following


def _readings(
    connection: Connection, keys: Sequence[str], at: datetime | None, with_records_of: Collection[str]
) -> dict[str, Reading]:
    everything = narrowed_to(connection, keys, at)
    machine = narrowed_to(connection, keys, at, machine_alone=True)
    claims = _by_paper(machine.rows(connection, "SELECT * FROM claims_in_force ORDER BY paper_key, position"))
    burdens = _by_paper(
        everything.rows(connection, "SELECT arxiv_id AS paper_key, model, hardware_burden_flop FROM burden_v1")
    )
    wanted = sorted(set(keys) & set(with_records_of))
    records = _records(connection, narrowed_to(connection, wanted, at, machine_alone=True)) if wanted else {}
    return {
        read["paper_key"]: Reading(
            extractor_version=read["extractor_version"],
            claims=tuple(claims[read["paper_key"]]),
            burdens={row["model"]: row["hardware_burden_flop"] for row in burdens[read["paper_key"]]},
            records=tuple(records.get(read["paper_key"], ())),
        )
        for read in everything.rows(connection, "SELECT paper_key, extractor_version FROM documents_in_force")
        if read["paper_key"] in keys
    }


def _reviews(connection: Connection, keys: Sequence[str], just_before: datetime) -> dict[str, list[ReviewedFact]]:
    query = "SELECT * FROM reviews_v1 WHERE in_force ORDER BY arxiv_id, fact_key, field, review_id"
    now = narrowed_to(connection, keys).rows(connection, query)
    found: dict[str, list[ReviewedFact]] = defaultdict(list)
    if not now:
        return found
    states = "SELECT review_id, arxiv_id, state FROM reviews_v1"
    before = {
        (row["arxiv_id"], row["review_id"]): row["state"]
        for row in narrowed_to(connection, keys, just_before).rows(connection, states)
    }
    for row in now:
        names = ("review_id", "fact_key", "field", "decision", "reviewer", "reason", "state")
        state_before = before.get((row["arxiv_id"], row["review_id"]))
        found[row["arxiv_id"]].append(ReviewedFact(**{name: row[name] for name in names}, state_before=state_before))
    return found


def _records(connection: Connection, narrowed: Narrowed) -> dict[str, list[Record]]:
    """The papers' records as an export has them, with what they are joined to."""
    benchmarks: dict[tuple[str, str], set[str]] = defaultdict(set)
    results = (
        "SELECT DISTINCT paper_key, model, benchmark FROM corrected_claims WHERE kind = 'result'"
        " AND status = 'accepted' AND model IS NOT NULL AND benchmark IS NOT NULL"
    )
    for row in narrowed.rows(connection, results):
        benchmarks[row["paper_key"], row["model"]].add(row["benchmark"])
    joins: dict[tuple[str, str], list[Join]] = defaultdict(list)
    linked = (
        "SELECT DISTINCT paper_key, claim_id, result_model, result_benchmark, join_rule, join_confidence"
        " FROM linked_results WHERE result_benchmark IS NOT NULL"
    )
    for row in narrowed.rows(connection, linked):
        join = Join(row["result_model"], row["result_benchmark"], row["join_rule"], row["join_confidence"])
        joins[row["paper_key"], row["claim_id"]].append(join)
    found: dict[str, list[Record]] = defaultdict(list)
    for row in narrowed.rows(connection, "SELECT * FROM facts_in_force ORDER BY paper_key, position"):
        paper = row["paper_key"]
        of_paper = {model: held for (key, model), held in benchmarks.items() if key == paper}
        joined = joined_models(joins[paper, row["claim_id"]], of_paper)
        found[paper].append(fact_record({**row, "joined_models": joined}))
    return found


def _by_paper(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["paper_key"]].append(row)
    return found
