"""Schemathesis asks the API for all that its own description allows, and much that it does not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from live_site import Site
from made_papers import run, save_paper

from extractors.records import PaperMetadata
from releases.making import ReleaseOrder, make_release

CASES_AN_OPERATION = "15"


@pytest.mark.timeout(600)
def test_no_request_breaks_it_and_every_answer_is_as_described(open_site: Callable[..., Site], tmp_path: Path) -> None:
    site = open_site()
    for arxiv_id, letter in (("1706.03762", "d"), ("cs/0112017", "e")):  # of the description's examples
        metadata = PaperMetadata(arxiv_id, 5, "Found", published=date(2017, 6, 12))
        save_paper(site, metadata, letter * 64, [run("We train on 8 P100 GPUs for 84 hours.", model="Base")])
    folder = site.settings.releases_folder
    make_release(site.engine, folder, ReleaseOrder("2026-11-27"), site.services.catalogue)
    settings = tmp_path / "schemathesis.toml"
    settings.write_text("")  # none of whoever runs the tests
    asked = [
        *("--phases", "examples,coverage,fuzzing", "--max-examples", CASES_AN_OPERATION, "--seed", "1"),
        *("--checks", "all", "--continue-on-failure", "--request-timeout", "60", "--no-color", "--workers", "1"),
    ]
    program = Path(sys.executable).parent / "schemathesis"
    ran = subprocess.run(
        [program, "--config-file", settings, "run", f"{site.url}/api/v1/openapi.json", *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert "Tested: 14" in ran.stdout
