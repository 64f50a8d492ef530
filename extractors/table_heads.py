"""What the heads and row labels of a table announce: a time of training, its unit, a count, hardware.

The rules are data (``patterns/heads.jsonl``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.judge import RULES_LOG_ODDS, SentenceSignals
from extractors.patterns import load_text_rules
from extractors.quantities import hours_per
from extractors.records import Cell, PrintedNumber, Table

BRACKETS = "brackets"
"""Label of times that stand in brackets behind another value."""
TIME_LABELS = ("training-time", "device-time", "time")

TRAINS = re.compile(r"\b(?:re|pre-?|fine-?)?\s?(?:train|tun)(?:ed|ing|s)?\b|\bsearch|\btraining", re.IGNORECASE)
MEASURES = re.compile(r"infer|latenc|throughput|\btest|\bspeeds?\b|\bfps\b|decod", re.IGNORECASE)
REPORTS_THROUGHPUT = re.compile(r"throughput|\bMFU\b|FLOPS?/s|FLOPS\b.*per GPU|iteration time", re.IGNORECASE)
"""Times in such a table are reckoned from a rate."""

_LOG_ODDS = {"training-time": 1.5, "device-time": 1.2, "time": 0.4, BRACKETS: 0.8}
"""Set by hand, by what announces a time."""
_UNANNOUNCED_LOG_ODDS = -3.0
_BRACKETED_TIME = re.compile(r"\(\s?\d[\d.,]*\s?(?:secs?|mins?|hrs?|hours?|days?|[smhd])\s?\)")
_UNIT = re.compile(
    r"[(\[]\s?(?:in\s)?(?P<short>(?-i:[hdms])|hrs?|wks?|min|secs?)\s?[.)\]]"
    r"|(?P<long>\b(?:hours?|hrs?|days?|weeks?|months?|years?|minutes?|mins?|seconds?|secs?)\b)",
    re.IGNORECASE,
)
_TIME_UNIT = re.compile(
    r"(?P<device>(?:GPU|TPU|device|core|chip|card)s?)?[\s-]*"
    r"(?P<unit>seconds?|secs?|(?-i:[smhd])|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?)",
    re.IGNORECASE,
)
_UNIT_AT_END = re.compile(r"[\s-]*(?:hours?|hrs?|days?|weeks?|months?|years?|time)$", re.IGNORECASE)
_NUMBERS = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Announced:
    """A head or row label that announces what its cells hold."""

    label: str
    rules: tuple[str, ...]
    head: str
    """Its words; empty for times in brackets."""


def head_label(text: str) -> tuple[str, str] | None:
    """``(label, rule id)`` of what a head or row label announces; None for anything else.

    "Training time (h)" -> training-time      "Inference time (ms)" -> other      "#GPUs" -> count      "BLEU" -> None
    """
    return next(((rule.label, rule.id) for rule in load_text_rules("heads") if rule.pattern.search(text)), None)


def label_of(text: str) -> str | None:
    """The label alone."""
    announced = head_label(text)
    return announced[0] if announced else None


def announced_time(cell: Cell, trains: bool, in_brackets: bool) -> Announced | None:
    """The head over a cell, or the label beside it, that announces a time of training; a plain "Time" does where the
    table ``trains``."""
    for path in (cell.column_path, cell.row_path):
        head = " ".join(path)
        labels = [each for each in map(head_label, (head, *reversed(path))) if each is not None]
        if any(label == "other" for label, _ in labels):
            return None
        for label, rule in labels:
            if label in TIME_LABELS and (label != "time" or trains):
                return Announced(label, (rule,), head)
    if in_brackets and _BRACKETED_TIME.search(cell.text):
        return Announced(BRACKETS, ("table.time-in-brackets",), "")
    return None


def is_unit_of_time(unit: str | None) -> bool:
    """ "h", "days", "GPU hours", but not "ms" or "%"."""
    return unit is not None and _TIME_UNIT.fullmatch(unit) is not None


def unit_of(number: PrintedNumber, cell: Cell, head: str) -> tuple[float, str | None] | None:
    """Hours in one of the unit, and the device of a device-time: "TPU core years" -> 8760, "TPU core".

    The unit beside the number counts before that of the head, and that before the caption's; None where there is none.
    """
    device = _device_of(head)
    if number.unit:
        written = _TIME_UNIT.fullmatch(number.unit)
        return (hours_per(written["unit"]), written["device"] or device) if written else None
    for text in (head, cell.unit or ""):
        units = list(_UNIT.finditer(text))
        if units:
            return hours_per(units[-1]["short"] or units[-1]["long"]), device
    written = _TIME_UNIT.fullmatch(cell.unit or "")
    return (hours_per(written["unit"]), written["device"] or device) if written else None


def _device_of(head: str) -> str | None:
    """ "Search cost (GPU days)" -> "GPU"      "TPUv3-core-days" -> "TPUv3 core"      "Days" -> None"""
    rule = next(rule for rule in load_text_rules("heads") if rule.label == "device-time")
    match = rule.pattern.search(head)
    if match is None:
        return None
    before = re.search(r"(?:TPU|GPU)[\s-]?$", head[: match.start()])
    return (before[0] if before else "") + _UNIT_AT_END.sub("", match[0]).replace("-", " ")


def heads_of(table: Table) -> str:
    """The words of all heads of a table."""
    return " ".join(cell.text for cell in table.cells if cell.header)


def about(table: Table) -> str:
    """The words of a table's caption and notes."""
    return " ".join((table.caption, *(text for _, text in table.notes)))


def head_signals(table: Table, head: str) -> SentenceSignals:
    """A head or row label and the caption above it as a judge sees them; ``head`` is empty for times in brackets."""
    label = label_of(head) if head else BRACKETS
    seen = {"role.cell": 1.0, f"cell.{label}": 1.0}
    log_odds = _LOG_ODDS.get(label or "", _UNANNOUNCED_LOG_ODDS)
    for name, pattern, text, weight in (
        ("cell.caption-trains", TRAINS, about(table), 0.5),
        ("cell.caption-measures", MEASURES, about(table), -0.3),
        ("cell.heads-measure", REPORTS_THROUGHPUT, heads_of(table), -2.5),
    ):
        if pattern.search(text):
            seen[name] = 1.0
            log_odds += weight
    seen[RULES_LOG_ODDS] = log_odds
    return SentenceSignals(_NUMBERS.sub("NUMBER", f"{head} {table.caption}".lower()), seen)
