"""`make audit` tells three things apart: nothing known, something known, nobody to ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
FINE = {"name": "click", "version": "8.1", "vulns": []}
BAD = {"name": "rich", "version": "13.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["13.1"]}]}
PRIVATE = {"name": "ours", "skip_reason": "not on the registry"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([FINE, PRIVATE], 0, "1 packages checked, 0 known vulnerabilities\nnot checked: ours\n"),
        ([FINE, BAD], 1, "rich 13.0: PYSEC-1, mended in 13.1\n2 packages checked, 1 known"),
        (None, 2, "not checked: pip-audit has had no advisories: ConnectionError: no such host"),
    ],
    ids=["fine", "vulnerable", "unreachable"],
)
def test_what_pip_audit_finds_or_does_not_reach(
    tmp_path: Path, packages: list[dict[str, object]] | None, code: int, words: str
) -> None:
    stand_in = tmp_path / "pip-audit"
    writes = f"cat > \"$output\" <<'E'\n{json.dumps({'dependencies': packages})}\nE\n" if packages else ""
    stand_in.write_text(
        '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = --output ] && output="$2"; shift; done\n'
        f'{writes}echo "ConnectionError: no such host" >&2\nexit 1\n'
    )
    stand_in.chmod(0o755)
    command = [str(PROJECT / ".ci" / "audit"), str(Path(sys.executable).parent)]
    ran = subprocess.run(command, env=os.environ | {"PIP_AUDIT": str(stand_in)}, capture_output=True, text=True)
    assert ran.returncode == code
    assert words in ran.stdout + ran.stderr
