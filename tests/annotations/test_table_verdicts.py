"""The verdicts on tables are whole, and the docs say what they add up to."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
TABLES_IN_A_SAMPLE = 60


def verdicts() -> list[dict[str, Any]]:
    lines = (PROJECT / "annotations" / "table_verdicts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_each_sample_is_whole_and_says_what_is_wrong() -> None:
    for _, held in groupby(verdicts(), key=lambda verdict: (verdict["seed"], verdict["revision"])):
        sample = list(held)
        assert [verdict["number_in_sample"] for verdict in sample] == list(range(TABLES_IN_A_SAMPLE))
        for verdict in sample:
            assert verdict["paper"] and verdict["page"] >= 1 and 0 <= verdict["cells_right"] <= verdict["cells"]
            faultless = verdict["extent_right"] and verdict["cells_right"] == verdict["cells"]
            assert faultless or verdict["fault"]


def test_the_docs_state_the_sums() -> None:
    page = (PROJECT / "docs" / "tables.md").read_text(encoding="utf-8")
    for (seed, revision), held in groupby(verdicts(), key=lambda verdict: (verdict["seed"], verdict["revision"])):
        sample = list(held)
        extents = sum(verdict["extent_right"] for verdict in sample)
        right, cells = (sum(verdict[name] for verdict in sample) for name in ("cells_right", "cells"))
        whole = sum(verdict["cells_right"] == verdict["cells"] for verdict in sample)
        row = f"| {seed} | {revision} | {extents} of 60 | {right:,} of {cells:,} ({right / cells:.1%}) | {whole} |"
        assert row.replace("%)", " %)") in page
