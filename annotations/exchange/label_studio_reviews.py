"""Completed Label Studio annotations back to reviews.

    the region is there, its value as it was                  accept
    its value is another                                      correct; "not stated" chosen: correct to nothing
    the region is gone, or "wrong" is chosen                  reject; of a record's region: the whole record
    a new region with a field's label                         correct, in the record that it is tied to
    a new region with a kind's label                          an added fact, with the new fields that are tied to it

A new field is tied to the record that a relation leads to; without one, to the new record's region that holds it; else
to the only record there that lacks the field. A region without a value says the words that it holds. Who: who completed
the annotation; when: when it was last updated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from annotations.exchange.facts import RECORD, Decisions
from annotations.exchange.label_studio import WRONG
from annotations.exchange.label_studio_export import Annotation, Region, annotations_of
from annotations.exchange.region_values import stated_value
from annotations.exchange.written import NOT_STATED, ExchangeError, Value, read_value, written
from db.added_claims import AddedFact
from db.errors import RecordError, told_together
from db.facts import split_fact_key
from db.fields import FIELDS, NEVER_UNKNOWN, Kind, seen_record
from db.reviews import Decision, Review
from extractors.records import Box

_KINDS = frozenset(map(str, Kind))


def read_label_studio(data: bytes, name: str, reviewer: str | None, annotators: Mapping[str, str]) -> Decisions:
    """The decisions of an export in Label Studio's JSON format; ``ExchangeError`` names what can't be taken.

    ``annotators`` says who is who, by Label Studio's number or e-mail address; else all are ``reviewer``; without one,
    user 7 is ``label-studio-7``.
    """
    try:
        tasks = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ExchangeError(f"{name}: not JSON ({error}): export as JSON from Label Studio") from error
    if not isinstance(tasks, list):
        raise ExchangeError(f"{name}: a list of tasks is expected: export as JSON from Label Studio")
    reviews: list[Review] = []
    seen: dict[tuple[str, str], str | None] = {}
    added: list[AddedFact] = []
    errors: list[str] = []
    left_out: list[str] = []
    for number, task in enumerate(tasks, start=1):
        where = f"{name}, task {number}"
        try:
            for annotation in annotations_of(task, where, reviewer, annotators, left_out):
                decided = _decisions(annotation)
                reviews += decided.reviews
                seen |= decided.seen
                added += decided.added
        except (ExchangeError, RecordError) as error:
            errors.append(str(error))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            errors.append(f"{where}: not as Label Studio exports our tasks ({type(error).__name__}: {error})")
    if errors:
        raise ExchangeError(told_together(errors, "tasks"))
    return Decisions(tuple(reviews), seen, tuple(added), tuple(left_out))


def _decisions(annotation: Annotation) -> Decisions:
    known: Mapping[str, Mapping[str, Any]] = annotation.ours["regions"]
    gone = {
        each["fact_key"]
        for name, each in known.items()
        if each["field"] == RECORD and _record_is_out(annotation.regions.get(name), each)
    }
    reviews: list[Review] = []
    seen: dict[tuple[str, str], str | None] = {}
    fresh = dict(annotation.regions)
    for name, each in known.items():
        split_fact_key(each["fact_key"])
        region = fresh.get(name)
        if region is not None and region.label == (each["field"] or each["kind"]):
            del fresh[name]
        else:
            region = None
        if each["field"] != RECORD and each["fact_key"] in gone:
            continue
        reviews.append(_review(annotation, each, region))
        seen[each["fact_key"], each["field"]] = each.get("review")
    added: dict[str, dict[str, Value]] = {name: {} for name, each in fresh.items() if each.label in _KINDS}
    for name, region in fresh.items():
        if region.label in _KINDS:
            continue
        owner = _owner(annotation, name, region, added, gone)
        value = _new_value(annotation, region)
        if owner in added:
            if added[owner].setdefault(region.label, value) != value:
                raise ExchangeError(f"{annotation.where}: two values for {region.label} of one new record")
            continue
        fact = known[owner]
        review = _corrected(annotation, fact["fact_key"], region, value)
        reviews = [each for each in reviews if (each.fact_key, each.field) != (review.fact_key, review.field)]
        reviews.append(review)
        seen.setdefault((review.fact_key, region.label), None)
    facts = tuple(_added(annotation, fresh[name], values) for name, values in added.items())
    return Decisions(tuple(reviews), seen, facts)


def _record_is_out(region: Region | None, known: Mapping[str, Any]) -> bool:
    return region is None or region.label != known["kind"] or bool(region.verdict)


def _review(annotation: Annotation, known: Mapping[str, Any], region: Region | None) -> Review:
    name, fact_key = known["field"], known["fact_key"]
    decision, value = Decision.ACCEPT, None
    if name == RECORD:
        decision = Decision.REJECT if _record_is_out(region, known) else Decision.ACCEPT
    elif region is None or region.verdict == WRONG:
        decision = Decision.REJECT
    elif region.verdict == NOT_STATED:
        decision = Decision.CORRECT
    elif region.said is not None and region.said.strip() != written(known["value"]).strip():
        where = f"{annotation.where}, {name} of {fact_key}"
        decision, value = Decision.CORRECT, read_value(name, region.said, where)
    return Review(
        fact_key=fact_key,
        field=name or None,
        decision=decision,
        reviewer=annotation.reviewer,
        reviewed_at=annotation.at,
        value=value,
        reason=region.reason if region else "",
        seen=seen_record(known["value"] if name == RECORD else {name: known["value"]}, annotation.where),
    )


def _corrected(annotation: Annotation, fact_key: str, region: Region, value: Value) -> Review:
    return Review(
        fact_key=fact_key,
        field=region.label,
        decision=Decision.CORRECT,
        reviewer=annotation.reviewer,
        reviewed_at=annotation.at,
        value=value,
        reason=region.reason,
        seen={region.label: None},
    )


def _new_value(annotation: Annotation, region: Region) -> Value:
    words = annotation.text[region.start : region.end]
    where = f"{annotation.where}, new {region.label} {words[:60]!r}"
    if region.verdict:
        raise ExchangeError(f"{where}: a new region can't be {region.verdict!r}: remove it")
    if region.said is not None and region.said.strip():
        return read_value(region.label, region.said, where)
    return stated_value(region.label, words, where)


def _owner(
    annotation: Annotation, name: str, region: Region, added: Mapping[str, Mapping[str, Value]], gone: set[str]
) -> str:
    """Id of the region of the record that a new field is of; see the rule at the top."""
    known = annotation.ours["regions"]
    kinds = {each: annotation.regions[each].label for each in added}
    kinds |= {
        each: fact["kind"]
        for each, fact in known.items()
        if fact["field"] == RECORD and fact["fact_key"] not in gone and each in annotation.regions
    }
    able = {each for each, kind in kinds.items() if region.label in FIELDS[Kind(kind)]}
    tied = {other for pair in annotation.relations if name in pair for other in pair if other != name}
    if tied:
        able &= tied
    else:
        able = {each for each in able if _holds(annotation.regions[each], region)}
        able = {each for each in able if each in added} or {each for each in able if not _has(known, each, region)}
    if len(able) == 1:
        return able.pop()
    words = annotation.text[region.start : region.end][:60]
    several = "several records" if able else "no record that has this field"
    raise ExchangeError(
        f"{annotation.where}: the new {region.label} {words!r} belongs to {several}: tie it to one with a relation"
    )


def _holds(record: Region, part: Region) -> bool:
    return record.start <= part.start and part.end <= record.end


def _has(known: Mapping[str, Mapping[str, Any]], record: str, region: Region) -> bool:
    """Whether the record had the field at the export."""
    value = known[record]["value"]
    return value.get(region.label) is not None


def _added(annotation: Annotation, region: Region, values: Mapping[str, Value]) -> AddedFact:
    kind = Kind(region.label)
    words = annotation.text[region.start : region.end]
    where = f"{annotation.where}, new {kind} {words[:60]!r}"
    missing = [name for name in NEVER_UNKNOWN.get(kind, ()) if values.get(name) is None]
    if missing or not values:
        raise ExchangeError(f"{where}: it needs {' and '.join(missing) or 'at least one field'}")
    on = [each for each in annotation.ours["sentences"] if each["start"] <= region.start]
    sentence = max(on, key=lambda each: int(each["start"]))
    return AddedFact(
        paper_key=annotation.ours["paper_key"],
        kind=kind,
        values=dict(values),
        page=annotation.ours["page"],
        boxes=[(int(page), Box(*sides)) for page, *sides in sentence["boxes"]],
        quote=sentence["quote"],
        reviewer=annotation.reviewer,
        added_at=annotation.at,
        reason=region.reason,
    )
