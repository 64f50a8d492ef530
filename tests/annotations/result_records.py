"""Results and joins as gold and exports have them, for tests of how the one is judged by the other."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from annotations.evaluation import Evaluation, evaluate
from annotations.gold_files import Record

TOP1 = {"benchmark": "imagenet", "metric": "top1_accuracy"}


def gold_value(value: float, own: bool | None = True, paper: str = "1", **more: Any) -> Record:
    return {"arxiv_id": paper, **TOP1, "value": value, "own": own, **more}


def found_result(value: float, own: bool = True, paper: str = "1", **more: Any) -> Record:
    return {"kind": "result", "arxiv_id": paper, **TOP1, "value": value, "own": own, **more}


def judged_results(
    folder: Path, records: list[Record], main: list[Record] | None = None, full: list[Record] | None = None
) -> Evaluation:
    """Against values of main tables, of papers read in full, or both."""
    runs, results, in_full = folder / "runs.jsonl", folder / "results.csv", folder / "full.jsonl"
    runs.write_text("")
    with results.open("w", newline="") as file:
        columns = ["arxiv_id", "benchmark", "metric", "value", "page", "printed"]
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(main or [])
    papers = dict.fromkeys(row["arxiv_id"] for row in full or [])
    in_full.write_text(
        "".join(
            json.dumps({"arxiv_id": paper, "results": [row for row in full or [] if row["arxiv_id"] == paper]}) + "\n"
            for paper in papers
        )
    )
    return evaluate(runs, records, results if main is not None else None, in_full if full is not None else None)
