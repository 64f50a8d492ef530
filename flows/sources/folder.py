"""PDFs in a folder."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from extractors.records import FailureCause, PaperError, PaperMetadata
from flows.sources import FoundPaper, SourceError
from flows.sources.identifiers import arxiv_id_of_file

log = logging.getLogger(__name__)


def papers_in_folder(path: Path) -> Iterator[FoundPaper]:
    """Every PDF in ``path`` and the folders within it, sorted by name.

    A file named by its arXiv id (``1706.03762v5.pdf``, ``cs_0112017.pdf``) has that id; any other
    has none. A link that leads out of the folder is not followed: it comes with its ``failure``.
    """
    if not path.is_dir():
        raise SourceError(f"no such folder: {path}")
    root = path.resolve()
    for folder, subfolders, files in os.walk(root, onerror=_cannot_list):
        subfolders.sort()
        for name in sorted(files):
            if name.lower().endswith(".pdf"):
                yield _found(root, Path(folder, name))


def _found(root: Path, file: Path) -> FoundPaper:
    arxiv_id, version = arxiv_id_of_file(file.stem)
    failure = None
    if not file.resolve().is_relative_to(root):
        failure = PaperError(FailureCause.NOT_A_PDF, f"{file} is a link out of the folder, which is not followed")
    elif not file.is_file():
        failure = PaperError(FailureCause.NOT_A_PDF, f"{file} is no file")
    return FoundPaper(PaperMetadata(arxiv_id, version), "folder", pdf_path=file, failure=failure)


def _cannot_list(error: OSError) -> None:
    log.warning("passed over the folder %s: %s", error.filename, error.strerror)
