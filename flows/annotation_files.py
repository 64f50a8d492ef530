"""Files of annotations: written whole or not at all, and what an import did, in words."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from annotations.exchange.transfer import Outcome
from annotations.exchange.written import ExchangeError
from flows.terminal import console, print_table, printable

_MOST_LISTED = 50
_WORDS = {
    "review": "reviews",
    "added_fact": "added facts",
    "comment": "comments",
    "settlement": "settled papers",
    "double_review": "papers for double review",
}


def write_pieces(path: Path, pieces: Iterable[str]) -> int:
    """Write the text as it comes, to a file that appears whole or not at all; how many bytes."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        size = part.stat().st_size
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return size


def annotator_names(given: Iterable[str]) -> dict[str, str]:
    """("7=ada", "ben@example.org=ben") -> {"7": "ada", "ben@example.org": "ben"}        "ada" is refused"""
    names: dict[str, str] = {}
    for pair in given:
        who, equals, name = pair.partition("=")
        if not (who and equals and name):
            raise ExchangeError(f"--annotator {pair!r}: write ID=NAME, as 7=ada")
        names[who] = name
    return names


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """For ``--json``."""
    conflicts = [asdict(each) | {"reviewed_at": each.reviewed_at.isoformat()} for each in outcome.conflicts]
    return {
        "stored": {name: count for name, count in outcome.stored.items() if count},
        "there_already": {name: count for name, count in outcome.already.items() if count},
        "conflicts": conflicts,
        "left_out": list(outcome.left_out),
        "unknown_papers": list(outcome.unknown_papers),
    }


def print_outcome(outcome: Outcome) -> None:
    """What was stored, was there already, was left out, or contradicts."""
    if outcome.conflicts:
        console().print(
            f"Nothing was stored: {len(outcome.conflicts)} reviews contradict what somebody said since the export."
            " Export anew, or store them all the same with --override.",
            highlight=False,
        )
        rows = [
            (
                each.fact_key,
                each.field or "(record)",
                str(each.decision),
                each.reviewer,
                f"{each.reviewed_at:%Y-%m-%d %H:%M}",
            )
            for each in outcome.conflicts[:_MOST_LISTED]
        ]
        print_table(("fact", "field", "decision", "reviewer", "when"), rows)
        return
    console().print(f"stored: {_counted(outcome.stored)}", highlight=False)
    if any(outcome.already.values()):
        console().print(f"there already: {_counted(outcome.already)}", highlight=False)
    if outcome.unknown_papers:
        console().print(
            f"{len(outcome.unknown_papers)} papers are not read yet: what was said of them counts once they are",
            highlight=False,
        )
    for words in outcome.left_out[:_MOST_LISTED]:
        console().print(f"left out: {printable(words)}", highlight=False, markup=False)


def _counted(counts: Any) -> str:
    said = [f"{count:,} {_WORDS.get(name, name)}" for name, count in counts.items() if count]
    return ", ".join(said) or "nothing new"
