"""What speaks for and against a training run being right, as signals for the judge."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from extractors.judge import RULES_LOG_ODDS, Signals, bounded, log_odds_of
from extractors.judgement import Place
from extractors.linking import Link
from extractors.mention_signals import hardware_signals, times_signals
from extractors.merging import OF_OTHERS, RECKONED
from extractors.names import Hardware
from extractors.quantities import Quantity
from extractors.statements import Statement
from extractors.table_statements import TableTime

_MANY = 5
_SURELY_OTHERS = -3.0
_CITED_SUBJECT = re.compile(
    r"^\W*[A-Z][\w'’-]+(?:\s(?:and|&)\s[A-Z][\w'’-]+)?(?:\set al\.?,?)?\s?"
    r"(?:\[\d+(?:,\s?\d+)*\]|\((?:19|20)\d{2}[a-z]?\))"
    r"|\baccording to (?:its|their|the) authors\b"
)
_WE = re.compile(r"\b(?:we|our)\b", re.IGNORECASE)
_SURE_FROM = 0.5


class Support:
    """How often the paper says that it trains on a name, and on a number of them."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        sure = [each.hardware for each in statements if each.confidence >= _SURE_FROM]
        self._names = Counter(hardware.name for hardware in sure)
        self._counted = Counter((hardware.name, hardware.count) for hardware in sure if hardware.count)

    def signals(self, hardware: Hardware) -> dict[str, float]:
        named = self._names[hardware.name]
        counted = self._counted[hardware.name, hardware.count] if hardware.count else 0
        counts = sum(1 for name, _ in self._counted if name == hardware.name)
        return {
            "support.name": min(1.0, named / _MANY),
            "support.count": min(1.0, counted / _MANY),
            "support.share": named / max(1, sum(self._names.values())),
            "support.other-counts": min(1.0, max(0, counts - 1) / _MANY),
        }


def run_signals(
    link: Link, time: Signals, times: Sequence[Quantity], confidence: float, support: Support
) -> dict[str, float]:
    """Of a run that sentences state; ``time`` are the signals of its times and ``confidence`` what the judge made of
    them, 1 where it has none."""
    statement = link.statement
    weaker = min(confidence, statement.confidence if statement else 1.0)
    rules = [time["rules"]] if time else []
    rules += [statement.rules] if statement else []
    seen = {
        RULES_LOG_ODDS: log_odds_of(weaker),
        "sure.weaker": bounded(log_odds_of(weaker)),
        "rules.weaker": min(rules, default=0.0),
    }
    if times:
        seen["sure.time"] = bounded(log_odds_of(confidence))
        seen[f"link.{link.relation.value}"] = 1.0
        seen["times.in-sentence"] = time["times.in-sentence"]
    if statement:
        if _of_others(statement.place):
            seen[OF_OTHERS] = 1.0
        seen["sure.hardware"] = bounded(log_odds_of(statement.confidence))
        seen["hardware.beside"] = min(1.0, (len(statement.place.sentence.hardware) - 1) / _MANY)
        seen.update(_of_hardware(statement.hardware, support))
    seen.update(times_signals(times))
    return seen


def _of_others(place: Place) -> bool:
    """Whether a sentence has others for its subject and does not speak of "we": "who use 96 GPUs for 6 days"."""
    theirs = any(cue.label == "others" and cue.weight <= _SURELY_OTHERS for cue in place.sentence.cues)
    return (theirs or _CITED_SUBJECT.search(place.text) is not None) and not _WE.search(place.text)


def table_run_signals(time: TableTime, link: Link, confidence: float, support: Support) -> dict[str, float]:
    """Of a run whose time stands in a table; ``confidence`` is that of the head over it."""
    seen = {
        RULES_LOG_ODDS: log_odds_of(confidence),
        "sure.weaker": bounded(log_odds_of(confidence)),
        "table": 1.0,
    }
    for name, present in (
        ("table.cited", time.cited),
        ("table.cited-run-here", time.cited and time.in_caption),
        (RECKONED, time.measured),
    ):
        if present:
            seen[name] = 1.0
    if link.hardware:
        seen.update(_of_hardware(link.hardware, support))
    return seen


def beside_the_others(records: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """The same signals, and how each record stands among its paper's: most papers state a run, and their surest record
    is right more often than another of the same odds."""
    best = max((record["sure.weaker"] for record in records), default=0.0)
    in_text = [record for record in records if "table" not in record]
    common = {"paper.best": best, "paper.records": math.log1p(len(in_text)) / 3}
    return [{**record, **common, "paper.behind-best": record["sure.weaker"] - best} for record in records]


def _of_hardware(hardware: Hardware, support: Support) -> dict[str, float]:
    seen = {**hardware_signals(hardware), **support.signals(hardware)}
    if "link.only-name" in hardware.rules:
        seen["link.only-name"] = 1.0
    if not hardware.known:
        seen["hardware.unknown"] = 1.0
    return seen
