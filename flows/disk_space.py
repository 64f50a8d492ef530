"""How much room is left on the disks that hold what nights add to."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.settings import Settings

FREE_DISK_GB = "free_disk_gb"
"""What ``least_free_gb`` gave at the end of a night, among its measures."""


def least_free_gb(settings: Settings, releases_folder: Path | None = None) -> float:
    """In 10⁹ bytes, of the disk of the home, of an SQLite file, of the PDFs or of the releases, whichever has least.

    ``OSError`` where the system does not say, as of a network's disk that is away. PostgreSQL's disk is its own affair.
    """
    file = settings.sqlite_file
    folders = [settings.home, settings.pdf_folder, releases_folder or settings.releases_folder]
    folders += [file.parent] if file else []
    return min(shutil.disk_usage(nearest_existing(folder)).free for folder in folders) / 1e9


def nearest_existing(path: Path) -> Path:
    """The path, or that of its parents which is there: /data/burden/pdfs, on a fresh disk -> /data"""
    return next(folder for folder in (path, *path.parents) if folder.exists())
