"""Readers that stand in for the extractor and do what hostile PDFs do to native code."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event

from extractors.records import Extraction, FailureCause, PaperError


def read(pdf: bytes) -> Extraction:
    """Do what the bytes say: ``hang``, ``abort``, ``eat``, ``refuse``, ``bug``, ``connect`` …; else read fine."""
    kind, _, rest = pdf.partition(b" ")
    match kind:
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
        case b"once":  # killed the first time, as by one who meant another process
            mark = Path(rest.decode())
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return Extraction(sha256="once", page_count=0)
        case b"wait":
            started, go = (Path(path.decode()) for path in rest.split())
            started.touch(exist_ok=False)  # read again, it fails
            while not go.exists():
                Event().wait(0.01)
            return Extraction(sha256="waited", page_count=0)
        case b"connect":
            socket.create_connection(("127.0.0.1", int(rest)), timeout=5).close()
        case b"native":  # as native code would: past Python and all its hooks
            kernel = ctypes.CDLL(None, use_errno=True)
            number = kernel.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
            raise PaperError(FailureCause.BROKEN, f"{number} {os.strerror(ctypes.get_errno())}")
        case b"memory":
            os.close(os.open(f"/proc/{os.getppid()}/mem", os.O_RDWR))
        case b"signal":
            os.kill(os.getppid(), 0)
        case b"program":
            subprocess.run([sys.executable, "-c", ""], check=True)
        case b"refuse":
            raise PaperError(FailureCause.BROKEN, "no pages")
        case b"bug":
            raise KeyError("no such thing")
        case _:
            return Extraction(sha256=pdf.decode(), page_count=0)
