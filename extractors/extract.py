"""One PDF to all that is read in it."""

from __future__ import annotations

from extractors.evidence import with_names
from extractors.joining import find_links
from extractors.judge import Judge, RulesJudge
from extractors.pdf import read_pdf
from extractors.performance.context import PaperContext
from extractors.properties import find_properties
from extractors.records import Extraction
from extractors.results import find_results, read_results
from extractors.runs import find_runs, read_mentions
from extractors.tables import find_tables


def extract(pdf: bytes, judge: Judge | None = None) -> Extraction:
    """Everything that the rules find in ``pdf``, weighed by ``judge``; by the rules' own weights without one.

    Raises ``PaperError`` with the cause where the PDF can't be read.
    """
    judge = judge or RulesJudge()
    document = read_pdf(pdf)
    tables = find_tables(document)
    mentions = read_mentions(document, tables)
    findings = find_runs(mentions, judge)
    runs = with_names(findings.runs, mentions.places)
    context = PaperContext(document)
    results = find_results(read_results(document, tables, context), judge)
    properties = find_properties(document, tables)
    return Extraction(
        sha256=document.sha256,
        page_count=len(document.pages),
        runs=runs,
        training_compute=findings.training_compute,
        results=results,
        properties=properties,
        links=find_links(document, tables, results, runs, findings.training_compute, properties, context),
        unknown_hardware=findings.unknown_hardware,
        stamp=document.stamp,
        tables=tables,
    )
