"""One PDF to all that is read in it."""

from __future__ import annotations

from extractors.pdf import read_pdf
from extractors.records import Extraction
from extractors.runs import find_runs
from extractors.tables import find_tables


def extract(pdf: bytes) -> Extraction:
    """Everything that the rules find in ``pdf``.

    Raises ``PaperError`` with the cause where the PDF can't be read.
    """
    document = read_pdf(pdf)
    runs, training_compute, unknown_hardware = find_runs(document)
    return Extraction(
        sha256=document.sha256,
        page_count=len(document.pages),
        runs=runs,
        training_compute=training_compute,
        unknown_hardware=unknown_hardware,
        stamp=document.stamp,
        tables=find_tables(document),
    )
