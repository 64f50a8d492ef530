"""Label Studio's export, task by task: what each finished annotation says, by region."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from annotations.exchange.label_studio import FORMAT, LABELS, REASON, VALUE, VERDICT
from annotations.exchange.written import ExchangeError


@dataclass(slots=True)
class Region:
    """What one annotator says with one region."""

    label: str = ""
    start: int = 0
    end: int = 0
    said: str | None = None
    verdict: str = ""
    reason: str = ""


@dataclass(slots=True)
class Annotation:
    """One annotation of one task, its regions by id."""

    where: str
    text: str
    ours: Mapping[str, Any]
    reviewer: str
    at: datetime
    regions: dict[str, Region] = field(default_factory=dict)
    relations: list[tuple[str, str]] = field(default_factory=list)


def annotations_of(
    task: Mapping[str, Any], where: str, reviewer: str | None, annotators: Mapping[str, str], left_out: list[str]
) -> Iterator[Annotation]:
    """The finished annotations of a task, in order of time."""
    if "annotations" not in task or not isinstance(task.get("data"), dict):
        raise ExchangeError(f"{where}: no annotations and data: export as JSON, not as JSON-MIN or CSV")
    ours = task["data"].get("burden")
    if isinstance(ours, str):
        ours = json.loads(ours)
    if not isinstance(ours, dict) or ours.get("format") != FORMAT:
        raise ExchangeError(f"{where}: no task of `burden annotations export --format label-studio`")
    done = [each for each in task["annotations"] if not each.get("was_cancelled")]
    if not done:
        left_out.append(f"{where}: no finished annotation")
    for each in sorted(done, key=lambda one: str(one.get("updated_at") or one.get("created_at"))):
        place = f"{where}, annotation {each.get('id')}"
        at = _moment(each.get("updated_at") or each.get("created_at"), place)
        who = _name(each.get("completed_by"), reviewer, annotators, place)
        annotation = Annotation(place, task["data"]["text"], ours, who, at)
        _fill(annotation, each["result"])
        yield annotation


def _moment(written_at: object, where: str) -> datetime:
    """With a time zone, as Label Studio writes it."""
    try:
        at = datetime.fromisoformat(str(written_at))
    except ValueError as error:
        raise ExchangeError(f"{where}: updated_at {written_at!r} is no moment") from error
    if at.tzinfo is None:
        raise ExchangeError(f"{where}: updated_at {written_at!r} has no time zone")
    return at


def _name(who: object, reviewer: str | None, annotators: Mapping[str, str], where: str) -> str:
    number = who.get("id") if isinstance(who, dict) else who
    address = who.get("email") if isinstance(who, dict) else None
    known = annotators.get(str(number)) or annotators.get(str(address)) or reviewer
    if known:
        return known
    if number is None:
        raise ExchangeError(f"{where}: it does not say who completed it: name the reviewer")
    return f"label-studio-{number}"


def _fill(annotation: Annotation, result: list[Mapping[str, Any]]) -> None:
    for each in result:
        if each["type"] == "relation":
            annotation.relations.append((each["from_id"], each["to_id"]))
            continue
        region = annotation.regions.setdefault(each["id"], Region())
        value, tag = each["value"], each["from_name"]
        if tag == LABELS:
            (region.label,) = value["labels"]
            region.start, region.end = _offsets(annotation, value)
        elif tag in (VALUE, REASON):
            said = value["text"]
            said = said if isinstance(said, str) else "\n".join(said)
            if tag == VALUE:
                region.said = said
            else:
                region.reason = said
        elif tag == VERDICT:
            (region.verdict,) = value["choices"]
    annotation.regions = {name: region for name, region in annotation.regions.items() if region.label}


def _offsets(annotation: Annotation, value: Mapping[str, Any]) -> tuple[int, int]:
    """In characters; older versions of Label Studio count those beyond the basic plane twice."""
    start, end, said = int(value["start"]), int(value["end"]), value.get("text")
    if said is None or annotation.text[start:end] == said:
        return start, end
    doubled = annotation.text.encode("utf-16-le")
    if doubled[2 * start : 2 * end] == str(said).encode("utf-16-le"):
        before = len(doubled[: 2 * start].decode("utf-16-le"))
        return before, before + len(str(said))
    raise ExchangeError(f"{annotation.where}: a region says {str(said)[:60]!r}, which does not stand at {start}")
