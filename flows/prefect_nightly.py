"""What runs every night as Prefect flows: the main job, then the analysis of what it left in the database.

Importing this module imports Prefect, which takes seconds: only what runs a flow does so.
"""

from __future__ import annotations

from pathlib import Path

from flows.prefect_ingest import ingest_flow  # isort: skip  (sets what Prefect reads when it is imported)

from prefect import flow
from prefect.logging import get_run_logger

from db.engine import open_database
from flows.analysis import AnalysisOutcome, AnalysisRequest, NoPointsError, analyze
from flows.discovery import IngestRequest
from flows.settings import load_settings
from flows.tally import Tally


@flow(name="analyze")
def analyze_flow(request: AnalysisRequest, folder: Path | None = None) -> AnalysisOutcome | None:
    """``flows.analysis.analyze`` of the database that is set where the flow runs; None while it has no point."""
    try:
        return analyze(open_database(load_settings().database), request, folder)
    except NoPointsError as nothing:
        get_run_logger().warning("%s", nothing)
        return None


@flow(name="nightly")
def nightly_flow(
    papers: IngestRequest, analysis: AnalysisRequest, folder: Path | None = None, jobs: int | None = None
) -> tuple[Tally, AnalysisOutcome | None]:
    """Papers first; the analysis runs once they are in. Papers that fail do not hold it up."""
    tally = ingest_flow(papers, jobs)
    return tally, analyze_flow(analysis, folder)
