"""What a killed run has unpacked from tars goes away with the next run, and a living run keeps what it unpacks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from homes import Home

UNPACK_AND_WAIT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db.engine import open_database
from flows.discovery import IngestRequest, discover
from flows.ingest import EarlierRuns
from flows.settings import load_settings
from flows.sources.http import PoliteSession

settings, now = load_settings(), datetime.now(UTC)
history = EarlierRuns(open_database(settings.database), now)
request = IngestRequest(tars=(Path(sys.argv[1]),))
with discover(request, settings, PoliteSession(settings.arxiv), history, now.date()) as discovery:
    print(next(discovery.papers).pdf_path, flush=True)
    sys.stdin.read()
"""


def _tar(folder: Path, papers: Path) -> Path:
    tar = folder / "arXiv_pdf_1912_001.tar"
    with tarfile.open(tar, "w") as archive:
        archive.add(papers / "1912.99001.pdf", "1912/1912.99001.pdf")
    return tar


def test_only_what_killed_runs_have_unpacked_is_removed(home: Home, few_papers: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    home.ingest(empty)
    command = [sys.executable, "-c", UNPACK_AND_WAIT, str(_tar(tmp_path, few_papers))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=home.environment, text=True, **pipes) as unpacking:
        assert unpacking.stdout is not None
        unpacked = Path(unpacking.stdout.readline().strip())
        try:
            assert unpacked.is_relative_to(home.path)
            home.ingest(empty)
            assert unpacked.exists(), "its run still needs it"
        finally:
            unpacking.kill()
    home.ingest(empty)
    assert not unpacked.parent.exists()


def test_a_run_leaves_nothing_unpacked(undisturbed: Home, few_papers: Path, tmp_path: Path) -> None:
    home = Home(Path(shutil.copytree(undisturbed.path, tmp_path / "home")))
    ran = home.burden("ingest", "--from-tar", _tar(tmp_path, few_papers), "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["papers_unchanged"] == 1
    assert list((home.path / "pdf" / "tmp").iterdir()) == []
