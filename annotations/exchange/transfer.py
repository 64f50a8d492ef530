"""Annotations between a database and files of any format: what is stored, was there already, or contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from annotations.exchange.facts import Decisions, OpenFact, open_facts
from annotations.exchange.json_lines import lines, read_lines
from annotations.exchange.label_studio import tasks, tasks_text
from annotations.exchange.label_studio_reviews import read_label_studio
from annotations.exchange.table import read_table, table_text
from annotations.exchange.written import ExchangeError
from db.annotation_rows import annotation_rows, paper_keys_with_facts, store_annotation_rows
from db.desk import paper_records
from db.engine import Engine
from db.facts import split_fact_key
from db.reviews import Conflict, Review, save_reviews

_NOBODY = ""
_LARGEST_FILE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did."""

    stored: Mapping[str, int]
    """New rows by what they are: review, added_fact, comment, settlement, double_review."""
    already: Mapping[str, int]
    conflicts: tuple[Conflict, ...] = ()
    """Facts that somebody reviewed since the export; if there is one, nothing was stored."""
    left_out: tuple[str, ...] = ()
    unknown_papers: tuple[str, ...] = ()
    paper_keys: tuple[str, ...] = field(default=())
    """Of which something was stored."""


def exported_text(engine: Engine, file_format: str, papers: Sequence[str], model_version: str) -> Iterator[str]:
    """The file, piece by piece; of these papers, or of all if none is named."""
    if file_format == "jsonl":
        return lines(annotation_rows(engine, papers))
    if file_format == "label-studio":
        return tasks_text(tasks(_facts(engine, papers), model_version))
    return table_text(_facts(engine, papers))


def _facts(engine: Engine, papers: Sequence[str]) -> Iterator[OpenFact]:
    """What is in force; of papers that two review independently, what the machine reads."""
    for key in papers or paper_keys_with_facts(engine):
        records = paper_records(engine, key)
        if records is not None and records.double_review:
            records = paper_records(engine, key, hide_reviews_of_others_than=_NOBODY)
        if records is None:
            raise ExchangeError(f"no paper {key} in the database: `burden ingest` reads it")
        yield from open_facts(records)


def import_file(
    engine: Engine,
    path: Path,
    file_format: str,
    *,
    reviewer: str | None,
    annotators: Mapping[str, str],
    now: datetime,
    override: bool = False,
) -> Outcome:
    """Take a file in, whole or not at all."""
    with path.open("rb") as stream:
        data = stream.read(_LARGEST_FILE_BYTES + 1)
    if len(data) > _LARGEST_FILE_BYTES:
        raise ExchangeError(f"{path}: more than {_LARGEST_FILE_BYTES // 2**20} MiB: split it")
    if file_format == "jsonl":
        rows = store_annotation_rows(engine, read_lines(data, path.name), now)
        return Outcome(rows.new, rows.there, unknown_papers=rows.unknown_papers, paper_keys=rows.paper_keys)
    if file_format == "label-studio":
        return store_decisions(engine, read_label_studio(data, path.name, reviewer, annotators), override)
    if not reviewer:
        raise ExchangeError(f"{path}: a table does not say who filled it in: name the reviewer")
    return store_decisions(engine, read_table(data, path.name, reviewer, now), override)


def store_decisions(engine: Engine, decisions: Decisions, override: bool) -> Outcome:
    """Save reviews and added facts; what is in force already, said by the same person, is left as it is."""
    fresh, already = _not_said_yet(engine, decisions.reviews)
    seen = {(each.fact_key, each.field or ""): decisions.seen.get((each.fact_key, each.field or "")) for each in fresh}
    papers = sorted({split_fact_key(each.fact_key)[0] for each in fresh} | {fact.paper_key for fact in decisions.added})
    before = _added_facts(engine, papers)
    saved, conflicts = save_reviews(engine, fresh, seen, override=override, added=decisions.added)
    if conflicts:
        return Outcome({}, {"review": already}, tuple(conflicts), decisions.left_out)
    new = len(_added_facts(engine, papers) - before)
    stored = {"review": len(set(saved)), "added_fact": new}
    there = {"review": already, "added_fact": len(decisions.added) - new}
    return Outcome(stored, there, (), decisions.left_out, paper_keys=tuple(papers))


def _added_facts(engine: Engine, papers: Sequence[str]) -> set[str]:
    """Keys of what curators added."""
    records = (paper_records(engine, paper) for paper in papers)
    return {fact.fact_key for each in records if each for fact in each.facts if fact.added}


def _not_said_yet(engine: Engine, reviews: Sequence[Review]) -> tuple[list[Review], int]:
    """Reviews but for those that the same person's review in force says already; how many these are."""
    said: dict[tuple[str, str | None], tuple[object, ...]] = {}
    for paper in sorted({split_fact_key(review.fact_key)[0] for review in reviews}):
        records = paper_records(engine, paper)
        for fact in records.facts if records else ():
            for held in fact.reviews:
                if held.in_force:
                    said[fact.fact_key, held.field] = held.reviewer, str(held.decision), held.value
    fresh = [review for review in reviews if said.get((review.fact_key, review.field)) != _as_said(review)]
    return fresh, len(reviews) - len(fresh)


def _as_said(review: Review) -> tuple[object, ...]:
    value = review.value
    if review.decision == "accept" and review.field and review.seen:
        value = review.seen.get(review.field)
    return review.reviewer, str(review.decision), value
