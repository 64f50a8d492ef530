"""Readers that stand in for the extractor and do what hostile PDFs do to native code."""

from __future__ import annotations

import os
import signal

from extractors.records import Extraction, FailureCause, PaperError


def read(pdf: bytes) -> Extraction:
    """Do what the bytes say: ``hang``, ``abort``, ``exit``, ``eat``, ``refuse``, ``bug``; else read fine."""
    match pdf:
        case b"hang":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # as native code does: deaf to SIGTERM
            while True:
                pass
        case b"abort":
            os.abort()
        case b"killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"eat":
            held = [b"x" * 10_000_000 for _ in range(10_000)]
            return Extraction(sha256=str(len(held)), page_count=0)
        case b"refuse":
            raise PaperError(FailureCause.BROKEN, "no pages")
        case b"bug":
            raise KeyError("no such thing")
        case _:
            return Extraction(sha256=pdf.decode(), page_count=0)
