#!/usr/bin/env python3
"""Typeset the sample papers, the same bytes each time: ``samples/tex/*.tex`` to ``samples/papers/*.pdf``, and the
papers of tables, ``samples/tables/tex/*.tex``, to ``samples/tables/*.pdf``.

Needs pdflatex with natbib, booktabs, lineno, pgfplots, extsizes, siunitx, algorithms and CJK (Debian:
texlive-latex-extra, texlive-fonts-recommended, texlive-science, latex-cjk-chinese,
latex-cjk-chinese-arphic-gbsn00lp). Standard library only.

    python samples/build.py               all papers
    python samples/build.py 1912.99001    some of them
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent
SHARED = SAMPLES / "tex"
PAPERS = SAMPLES / "papers"
TABLES = SAMPLES / "tables"

PLACES = {SHARED: PAPERS, TABLES / "tex": TABLES}
"""Where sources are, and where what is typeset of them goes. All share ``sample.sty``."""

TRUNCATED = ("2305.99016", "2002.99009", 30_000)
"""A paper that broke off while it was downloaded: its id, whose bytes it has, and how many of them."""

SETTINGS = {"SOURCE_DATE_EPOCH": "1577836800", "FORCE_SOURCE_DATE": "1", "TEXINPUTS": f".:{SHARED}:"}


def typeset(source: Path, pdf: Path) -> None:
    """Run pdflatex twice, so that references and line numbers settle; its own words on failure."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"-output-directory={folder}", source.name]
        for _ in range(2):
            run = subprocess.run(  # noqa: S603
                command,
                cwd=source.parent,
                env=os.environ | SETTINGS,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            if run.returncode:
                sys.exit(f"{source.name} can't be typeset:\n" + "\n".join(run.stdout.splitlines()[-20:]))
        shutil.copyfile(Path(folder) / f"{source.stem}.pdf", pdf)


def main(wanted: list[str]) -> None:
    if shutil.which("pdflatex") is None:
        sys.exit(
            "pdflatex is not installed; the typeset papers are in samples/papers, so nothing needs it but a change"
        )
    for sources, papers in PLACES.items():
        papers.mkdir(exist_ok=True)
        for source in sorted(sources.glob("[0-9]*.tex")):
            if not wanted or source.stem in wanted:
                pdf = papers / f"{source.stem}.pdf"
                typeset(source, pdf)
                print(f"{pdf.name}  {pdf.stat().st_size / 1000:.0f} kB")
    broken, whole, length = TRUNCATED
    (PAPERS / f"{broken}.pdf").write_bytes((PAPERS / f"{whole}.pdf").read_bytes()[:length])


if __name__ == "__main__":
    main(sys.argv[1:])
