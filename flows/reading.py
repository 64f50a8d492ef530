"""The readers that worker processes run: the extractors, with the judge that weighs what they saw."""

from __future__ import annotations

from extractors.drawing import draw_evidence, draw_tables
from extractors.extract import extract
from extractors.judge import RulesJudge
from extractors.records import Extraction
from models.judge import load_judge


def read(pdf: bytes) -> Extraction:
    """Everything in a PDF, weighed by the trained judge; ``PaperError`` where it can't be read."""
    return extract(pdf, load_judge())


def read_by_rules(pdf: bytes) -> Extraction:
    """The same, weighed by the rules alone: what the trained judge is compared with."""
    return extract(pdf, RulesJudge())


def read_and_draw_tables(pdf: bytes) -> Extraction:
    """As ``read``, with pictures of the pages with tables."""
    return draw_tables(pdf, read(pdf))


def read_and_draw_evidence(pdf: bytes) -> Extraction:
    """As ``read``, with pictures of the pages with evidence of accepted records."""
    return draw_evidence(pdf, read(pdf))


def read_and_draw_candidates(pdf: bytes) -> Extraction:
    """As ``read``, with pictures of the pages with evidence of accepted records and of candidates."""
    return draw_evidence(pdf, read(pdf), candidates=True)
