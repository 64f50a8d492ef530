"""What the database kept of curators' saves, held against what they were told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from curators_at_work import Place, Said, Save

from db.desk import paper_records, refresh_desk_papers
from db.engine import Engine

Row = dict[str, Any]
_QUEUE_ROW = "SELECT * FROM desk_papers ORDER BY paper_key"
_ADDED = (
    "SELECT a.paper_key, a.reviewer, a.reason, c.fact_digest, c.accelerator_count FROM added_facts AS a"
    " JOIN claims AS c ON c.claim_id = a.claim_id"
)


@dataclass(frozen=True)
class Kept:
    """The rows of people in the database."""

    reviews: tuple[Row, ...]
    added: tuple[Row, ...]
    comments: tuple[Row, ...]

    @classmethod
    def of(cls, engine: Engine) -> Kept:
        return cls(
            rows(engine, "SELECT * FROM reviews ORDER BY reviewed_at"),
            rows(engine, _ADDED),
            rows(engine, "SELECT * FROM comments"),
        )

    def reviews_of(self, save: Save) -> list[Row]:
        """By the mark that a save wrote into them; of an undo, which writes none, by the ids that were answered."""
        if save.action == "undo":
            return [row for row in self.reviews if row["review_id"] in save.ids]
        return [row for row in self.reviews if row["reason"] == save.mark]

    def added_of(self, save: Save) -> list[Row]:
        return [row for row in self.added if row["reason"] == save.mark]

    def comments_of(self, save: Save) -> list[Row]:
        return [row for row in self.comments if row["text"] == save.mark]


def rows(engine: Engine, query: str) -> tuple[Row, ...]:
    with engine.connect() as connection:
        return tuple(dict(row) for row in connection.exec_driver_sql(query).mappings())


def whole(save: Save, kept: Kept) -> bool:
    """Whether all of a save is there, and exactly once."""
    reviews, added = kept.reviews_of(save), kept.added_of(save)
    if any(row["reviewer"] != save.curator or row["paper_key"] != save.paper for row in (*reviews, *added)):
        return False
    if save.action == "comment":
        return [row["author"] for row in kept.comments_of(save)] == [save.curator]
    if save.action == "add":
        (fact,) = added if len(added) == 1 else (None,)
        return (
            fact is not None
            and str(fact["accelerator_count"]) == save.form["field.accelerator_count"]
            and [_said(row) for row in reviews] == [(fact["fact_digest"], "", "accept", None)]
        )
    told = not save.acknowledged or sorted(row["review_id"] for row in reviews) == sorted(save.ids)
    return told and Counter(map(_said, reviews)) == Counter(save.says)


def absent(save: Save, kept: Kept) -> bool:
    return not (kept.reviews_of(save) or kept.added_of(save) or kept.comments_of(save))


def _said(row: Row) -> Said:
    value = row["value_number"] if row["value_number"] is not None else row["value_text"]
    return row["fact_digest"], row["field"], row["decision"], value


def faults(saves: Sequence[Save], engine: Engine) -> list[str]:
    """All in which the database and what curators were told differ; empty where everything is as it should be."""
    kept = Kept.of(engine)
    found = [
        f"{save.mark} ({save.action} of {save.paper}): answered {save.status} {save.answer}"
        for save in saves
        if save.status not in (200, 409)
    ]
    by_mark: dict[str, list[Save]] = defaultdict(list)
    for save in saves:
        by_mark[save.mark].append(save)
    for mark, tries in by_mark.items():
        last = tries[-1]
        if last.acknowledged and not whole(last, kept):
            found.append(f"{mark} ({last.action}): acknowledged, and not there exactly once")
        if not last.acknowledged and not absent(last, kept):
            found.append(f"{mark} ({last.action}): refused, and there all the same")
    found += _rows_of_nobody(saves, kept)
    history = _Histories(kept)
    for save in saves:
        if save.acknowledged and not save.overriding:
            found += history.untold(save)
        if save.status == 409:
            found += history.unfounded(save)
    found += history.not_in_force(engine, {save.paper for save in saves})
    return found + _queue_faults(engine)


def _rows_of_nobody(saves: Iterable[Save], kept: Kept) -> list[str]:
    """Reviews, facts and comments that no acknowledged save made."""
    done = [save for save in saves if save.acknowledged]
    ids = {review_id for save in done for review_id in save.ids}
    marks = {save.mark for save in done}
    adding = {save.mark for save in done if save.action == "add"}
    return [
        *(
            f"review {row['review_id']} of {row['reviewer']}: nobody was told that it is saved"
            for row in kept.reviews
            if row["review_id"] not in ids and row["reason"] not in adding
        ),
        *(f"added fact {row['reason']!r}: nobody was told" for row in kept.added if row["reason"] not in marks),
        *(f"comment {row['text']!r}: nobody was told" for row in kept.comments if row["text"] not in marks),
    ]


class _Histories:
    """The reviews of each paper, fact and field in the order in which they were saved."""

    def __init__(self, kept: Kept) -> None:
        self._of: dict[tuple[str, Place], list[Row]] = defaultdict(list)
        for row in kept.reviews:
            self._of[row["paper_key"], (row["fact_digest"], row["field"])].append(row)

    def untold(self, save: Save) -> list[str]:
        """Reviews of a save that came over another one, which their curator had not seen and was not told of."""
        found = []
        for place, seen in save.seen.items():
            before = []
            for row in self._of[save.paper, place]:
                if row["review_id"] in save.ids:
                    break
                before.append(row)
            if before and _standing(before) != seen:
                found.append(f"{save.mark}: saved over {_standing(before)} of {place}, had seen {seen}, was not told")
        return found

    def unfounded(self, save: Save) -> list[str]:
        """A conflict that names no field of the save on which anything ever stood against it."""
        told = {(each["fact"], each["field"]) for each in save.answer.get("conflicts", ())}
        named = {(digest, "" if name == "record" else name) for digest, name in told}
        for place in named & set(save.seen):
            states = [
                _standing(self._of[save.paper, place][:end]) for end in range(1, len(self._of[save.paper, place]) + 1)
            ]
            if any(state != save.seen[place] for state in states):
                return []
        return [f"{save.mark}: told of a conflict {save.answer.get('conflicts')} that there never was"]

    def not_in_force(self, engine: Engine, papers: Iterable[str]) -> list[str]:
        """Fields of which the desk shows another review than the last that stands."""
        found = []
        for paper in sorted(papers):
            records = paper_records(engine, paper)
            shown = {
                (paper, (fact.fact_key.rpartition(":")[2], name)): review_id
                for fact in (records.facts if records else ())
                for name, review_id in fact.latest.items()
            }
            standing = {place: _standing(of) for place, of in self._of.items() if place[0] == paper}
            for place in shown.keys() | standing.keys():
                if shown.get(place) != standing.get(place):
                    found.append(f"{place}: {shown.get(place)} is shown, {standing.get(place)} stands")
        return found


def _standing(history: Sequence[Row]) -> str | None:
    """The latest review that no withdrawal names."""
    withdrawn = {row["withdraws"] for row in history}
    standing = [row for row in history if row["decision"] != "withdraw" and row["review_id"] not in withdrawn]
    return str(standing[-1]["review_id"]) if standing else None


def _queue_faults(engine: Engine) -> list[str]:
    """Rows of the queue that are not what they would be if they were reckoned anew."""
    kept = rows(engine, _QUEUE_ROW)
    refresh_desk_papers(engine)
    anew = rows(engine, _QUEUE_ROW)
    return [
        f"queue row of {old['paper_key']}: {old} is {new} when reckoned anew"
        for old, new in zip(kept, anew, strict=True)
        if {**old, "refreshed_at": None} != {**new, "refreshed_at": None}
    ]
