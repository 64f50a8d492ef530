"""The main job as a Prefect flow, for those who want its runs scheduled and watched. Thin on purpose.

Importing this module imports Prefect, which takes seconds: only what runs a flow does so.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice

# Prefect reads these once, when it is imported. Its own start-up limit is too short for a busy machine.
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "0")
os.environ.setdefault("DO_NOT_TRACK", "1")

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.discovery import IngestRequest
from flows.ingest import Workplace, ingest, process_papers
from flows.settings import load_settings
from flows.sources import FoundPaper, failing_last
from flows.tally import Tally

PAPERS_A_TASK = 50
PAPERS_A_WORKER = 10
"""At least, of a task: workers wait for the last paper of each."""


@flow(name="ingest")
def ingest_flow(
    request: IngestRequest, jobs: int | None = None, runner: str | None = None, scheduler: str | None = None
) -> Tally:
    """``flows.ingest.ingest`` with a task for every 50 papers. Settings are read where the flow runs."""
    settings = load_settings(jobs=jobs, runner=runner, scheduler=scheduler)
    return ingest(request, settings, process=_in_batches)


def _in_batches(papers: Iterable[FoundPaper], workplace: Workplace) -> None:
    """One batch after the other, as arXiv wants one connection; within a batch, papers are read in parallel."""

    @task(name="read papers", cache_policy=NO_CACHE)
    def read_batch(batch: list[FoundPaper]) -> None:
        process_papers(batch, workplace)

    size = max(PAPERS_A_TASK, PAPERS_A_WORKER * workplace.runner.workers)
    with failing_last(papers) as drawn:
        while batch := list(islice(drawn, size)):
            read_batch(batch)
