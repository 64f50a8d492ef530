"""Runs as gold and exports have them, for tests of how the one is judged by the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from annotations.evaluation import Evaluation, evaluate
from annotations.gold_files import Record


def gold_run(
    accelerator: str | None = None, count: float | None = None, hours: float | None = None, **more: Any
) -> Record:
    return {"accelerator": accelerator, "count": count, "count_unit": "devices", "hours": hours, **more}


def found_run(
    paper: str, accelerator: str | None = None, count: float | None = None, hours: float | None = None, **more: Any
) -> Record:
    return {
        "kind": "training_run",
        "arxiv_id": paper,
        "accelerator": accelerator,
        "accelerator_count": count,
        "duration_hours": hours,
        **more,
    }


def write_gold(path: Path, gold: dict[str, list[Record]]) -> Path:
    path.write_text("".join(json.dumps({"arxiv_id": paper, "runs": runs}) + "\n" for paper, runs in gold.items()))
    return path


def judged(folder: Path, gold: dict[str, list[Record]], *records: Record) -> Evaluation:
    return evaluate(write_gold(folder / "runs.jsonl", gold), list(records))
