"""Two readers that stand in for versions of the extractor. Both say what was recorded of a PDF, the newer otherwise.

They load nothing that reads PDFs, so that tests of what becomes of two readings cost no reading.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from extractors.records import Extraction, FailureCause, PaperError, TrainingRun

if TYPE_CHECKING:
    import pytest

FOLDER_VARIABLE = "TESTS_RECORDED_READINGS"
FAILED_BEFORE = b"\n%the older version fails on this\n"
FAILS_NOW = b"\n%the newer version fails on this\n"
WAITS = b"\n%the newer version waits\n"
DROPPED_HOURS = 84.0
"""A run of so many hours is not read by the newer version."""
DOUBLED = "NVIDIA Tesla V100"
"""Of these the newer version reads twice as many."""


def record(pdf: bytes, extraction: Extraction, folder: Path) -> None:
    """Have both readers say this of the PDF."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    (folder / sha256).write_bytes(pickle.dumps(replace(extraction, sha256=sha256)))


def use(version: str, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process read papers by ``older`` or ``newer``, and store what is read under this version."""
    import flows.ingest
    import flows.rereading
    import flows.rereading_report
    import flows.runners
    from flows.workers import read_papers

    for module in (flows.ingest, flows.rereading, flows.rereading_report):
        monkeypatch.setattr(module, "READING_VERSION", version)
    monkeypatch.setattr(flows.runners, "read_papers", partial(read_papers, reader=f"{__name__}:{reader}"))


def older(pdf: bytes) -> Extraction:
    if pdf.endswith(FAILED_BEFORE):
        raise PaperError(FailureCause.BROKEN, "no page can be opened")
    recorded: Extraction = pickle.loads((_folder() / hashlib.sha256(pdf).hexdigest()).read_bytes())
    return recorded


def newer(pdf: bytes) -> Extraction:
    if pdf.endswith(FAILS_NOW):
        raise PaperError(FailureCause.NO_TEXT, "no text on any page")
    while pdf.endswith(WAITS) and not (_folder() / "go").exists():
        Event().wait(0.01)
    extraction = older(pdf.removesuffix(FAILED_BEFORE))
    kept = [index for index, run in enumerate(extraction.runs) if run.duration_hours != DROPPED_HOURS]
    places = {old: new for new, old in enumerate(kept)}
    return replace(
        extraction,
        sha256=hashlib.sha256(pdf).hexdigest(),
        runs=tuple(_altered(extraction.runs[index]) for index in kept),
        links=tuple(
            replace(link, index=places[link.index]) if link.kind == "training_run" else link
            for link in extraction.links
            if link.kind != "training_run" or link.index in places
        ),
    )


def _altered(run: TrainingRun) -> TrainingRun:
    if run.accelerator != DOUBLED or run.accelerator_count is None:
        return run
    return replace(run, accelerator_count=2 * run.accelerator_count)


def _folder() -> Path:
    return Path(os.environ[FOLDER_VARIABLE])
