"""What the rules alone read in a document made for a test, and its runs in short."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.judge import RulesJudge
from extractors.records import Box, Document, Status, Table, TrainingRun
from extractors.runs import Findings, find_runs, read_mentions
from extractors.tables import find_tables

Facts = tuple[str | None, int | None, float | None]
"""Accelerator, how many, and wall-clock hours."""


def findings(document: Document, tables: Sequence[Table] = ()) -> Findings:
    return find_runs(read_mentions(document, tables), RulesJudge())


def accepted(document: Document, tables: Sequence[Table] = ()) -> list[TrainingRun]:
    return [run for run in findings(document, tables).runs if run.status is Status.ACCEPTED]


def facts(document: Document, tables: Sequence[Table] = ()) -> list[Facts]:
    """Of the accepted runs."""
    return [(run.accelerator, run.accelerator_count, run.duration_hours) for run in accepted(document, tables)]


def read_in_tables(document: Document) -> list[TrainingRun]:
    """Accepted runs of a document of which the tables are read, too."""
    return accepted(document, find_tables(document))


def words_under(document: Document, run: TrainingRun) -> list[str]:
    """The words that each box of the run's evidence covers."""
    return [_covered(document, page, box) for page, box in run.evidence.boxes]


def _covered(document: Document, page: int, box: Box) -> str:
    return " ".join(
        passage.text[start:end]
        for passage in document.passages
        for start, end, number, word in passage.pieces
        if number == page
        and min(word.x1, box.x1) > max(word.x0, box.x0)
        and min(word.y1, box.y1) > max(word.y0, box.y0)
    )
