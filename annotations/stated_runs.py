"""What a gold run and an exported record state, in the same words, and in which fields two of them differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from annotations.gold_files import Record, number
from annotations.run_scoring import RunScorer, near_hours
from extractors.records import Box

STATED_FIELDS = ("accelerator", "count", "hours", "device_hours")


@dataclass(frozen=True, slots=True)
class StatedRun:
    """A training run as gold or an export has it. Unknown is None."""

    accelerator: str | None = None
    count: float | None = None
    count_unit: str | None = None
    hours: float | None = None
    device_hours: float | None = None
    model: str | None = None
    stage: str | None = None
    page: int | None = None
    box: Box | None = None
    text: str | None = None
    """The gold quote, or the exported evidence."""
    confidence: float | None = None
    """Of an exported record."""

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``; the box as ``[x0, y0, x1, y1]``."""
        return {**asdict(self), "box": self.box and self.box.as_list()}

    @property
    def in_words(self) -> str:
        """As "8 x NVIDIA Tesla P100, 84 h", "256 cores of Google TPU v3", "GPU, 75,600 device-hours", "nothing"."""
        name = self.accelerator
        if self.count is not None and self.count_unit in ("cores", "chips", "machines"):
            name = f"{self.count:g} {self.count_unit} of {name or 'unnamed hardware'}"
        elif self.count is not None:
            name = f"{self.count:g} x {name or 'unnamed hardware'}"
        hours = None if self.hours is None else _duration(self.hours)
        device_hours = None if self.device_hours is None else f"{_figure(self.device_hours)} device-hours"
        return ", ".join(filter(None, (name, hours, device_hours))) or "nothing"


def gold_run(run: Record) -> StatedRun:
    """A run of ``read_gold_runs``."""
    return StatedRun(
        accelerator=run.get("accelerator") or None,
        count=number(run.get("count")),
        count_unit=text_or_none(run.get("count_unit")),
        hours=number(run.get("hours")),
        device_hours=number(run.get("device_hours")),
        model=text_or_none(run.get("model")),
        stage=text_or_none(run.get("stage")),
        page=page_or_none(run.get("page")),
        box=box_or_none(run.get("box")),
        text=text_or_none(run.get("quote")),
    )


def exported_run(record: Record) -> StatedRun:
    """A ``training_run`` of ``read_export``; what can't be read of page, box or confidence counts as unknown."""
    return StatedRun(
        accelerator=record.get("accelerator") or None,
        count=number(record.get("accelerator_count")),
        count_unit=text_or_none(record.get("count_unit")),
        hours=number(record.get("duration_hours")),
        device_hours=number(record.get("device_hours")),
        model=text_or_none(record.get("model")),
        stage=text_or_none(record.get("stage")),
        page=page_or_none(record.get("page")),
        box=box_or_none(record.get("bbox")),
        text=text_or_none(record.get("evidence")),
        confidence=number(record.get("confidence")),
    )


def differing_fields(gold: StatedRun, other: StatedRun, scorer: RunScorer) -> tuple[str, ...]:
    """Those of ``STATED_FIELDS`` that are not the same; unknown is the same as unknown only.

    "8 x NVIDIA V100, 24 h", "8 x Tesla V100-SXM2, 24.5 h" -> ()
    "8 x NVIDIA V100, 24 h", "4 x NVIDIA V100" -> ("count", "hours")
    """
    same = {
        "accelerator": scorer.family(gold.accelerator) == scorer.family(other.accelerator),
        "count": gold.count == other.count,
        "hours": _same_time(gold.hours, other.hours),
        "device_hours": _same_time(gold.device_hours, other.device_hours),
    }
    return tuple(field for field in STATED_FIELDS if not same[field])


def stated_fields(run: StatedRun) -> frozenset[str]:
    """Those of ``STATED_FIELDS`` that are known."""
    return frozenset(field for field in STATED_FIELDS if getattr(run, field) is not None)


def _same_time(gold: float | None, other: float | None) -> bool:
    if gold is None or other is None:
        return gold is other
    return near_hours(gold, other)


def _duration(hours: float) -> str:
    """84.0 -> "84 h"    0.25 -> "15 min"    0.0019444 -> "7 s" """
    for unit, in_hours in (("h", 1.0), ("min", 1 / 60)):
        if hours >= in_hours:
            return f"{_figure(hours / in_hours)} {unit}"
    return f"{_figure(hours * 3600)} s"


def _figure(value: float) -> str:
    """75600.0 -> "75,600"    4.5 -> "4.5"    84.0 -> "84" """
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def page_or_none(value: object) -> int | None:
    read = number(value)
    return int(read) if read is not None and read >= 1 else None


def box_or_none(value: object) -> Box | None:
    corners = [number(corner) for corner in value] if isinstance(value, list) else []
    known = [corner for corner in corners if corner is not None]
    return Box(*known) if len(known) == len(corners) == 4 else None
