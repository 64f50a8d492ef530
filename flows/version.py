"""The version under which what is read in a PDF is stored: that of the extractors and that of the judge."""

from __future__ import annotations

from extractors.version import EXTRACTOR_VERSION
from models.judge import judge_version

READING_VERSION = f"{EXTRACTOR_VERSION}.{judge_version()}"
"""What was read under another version is read anew by the next run."""
