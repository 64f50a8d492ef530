"""Schemathesis asks the API for all that its own description allows, and much that it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from live_site import Site

CASES_AN_OPERATION = "25"


def test_no_request_breaks_it_and_every_answer_is_as_described(site: Site, tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "schemathesis"
    settings = tmp_path / "schemathesis.toml"
    settings.write_text("")  # none of whoever runs the tests
    asked = [
        *("--phases", "examples,coverage,fuzzing", "--max-examples", CASES_AN_OPERATION, "--seed", "1"),
        *("--checks", "all", "--continue-on-failure", "--request-timeout", "60", "--no-color", "--workers", "1"),
    ]
    ran = subprocess.run(
        [program, "--config-file", settings, "run", f"{site.url}/api/v1/openapi.json", *asked],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": ""},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert "No issues found" in ran.stdout
