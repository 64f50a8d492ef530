"""One PDF to all that is read in it."""

from __future__ import annotations

from extractors.evidence import with_names
from extractors.judge import Judge, RulesJudge
from extractors.pdf import read_pdf
from extractors.records import Extraction
from extractors.results import find_results, read_results
from extractors.runs import find_runs, read_mentions
from extractors.tables import find_tables


def extract(pdf: bytes, judge: Judge | None = None) -> Extraction:
    """Everything that the rules find in ``pdf``, weighed by ``judge``; by the rules' own weights without one.

    Raises ``PaperError`` with the cause where the PDF can't be read.
    """
    document = read_pdf(pdf)
    tables = find_tables(document)
    mentions = read_mentions(document, tables)
    judge = judge or RulesJudge()
    findings = find_runs(mentions, judge)
    return Extraction(
        sha256=document.sha256,
        page_count=len(document.pages),
        runs=with_names(findings.runs, mentions.places),
        training_compute=findings.training_compute,
        results=find_results(read_results(document, tables), judge),
        unknown_hardware=findings.unknown_hardware,
        stamp=document.stamp,
        tables=tables,
    )
