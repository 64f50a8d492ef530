"""The same figures as the independent scorer that comes with the shared gold data."""

import csv
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from annotations.evaluation import evaluate
from annotations.gold_files import Record, read_export
from annotations.standoff import GOLD_RESULTS, GOLD_RUNS
from extractors.lexicon.catalogue import load_catalogue

NAMES = [accelerator.name for accelerator in load_catalogue() if accelerator.family]


def flawed_export(gold_folder: Path, seed: int) -> list[Record]:
    """Records such as an extractor makes: the gold ones with some lost, doubled, mistaken or invented."""
    chance = random.Random(seed)
    records: list[Record] = []
    for line in (gold_folder / "runs.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for run in [*row["runs"], {"accelerator": "GPU", "count": 3, "hours": 7.0}]:
            if chance.random() < 0.25:
                continue
            hours = run.get("hours")
            record = {
                "kind": "training_run",
                "arxiv_id": row["arxiv_id"] + chance.choice(["", "v3"]),
                "accelerator": run.get("accelerator") if chance.random() < 0.8 else chance.choice(NAMES),
                "accelerator_count": run.get("count") if chance.random() < 0.8 else chance.choice([1, 8, None]),
                "duration_hours": hours and hours * chance.choice([1, 1, 1.01, 0.98, 1.5]),
                "device_hours": run.get("device_hours") if chance.random() < 0.8 else 5.0,
                "hardware_burden_flop": chance.choice([None, 10 ** chance.uniform(17, 22)]),
                "status": chance.choice(["accepted", "accepted", "candidate"]),
            }
            records += [record] * chance.choice([1, 1, 2])
    with (gold_folder / "results.csv").open(newline="", encoding="utf-8") as rows:
        values = list(csv.DictReader(rows))
    for line in (gold_folder / "results_full.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        values += [{"arxiv_id": row["arxiv_id"], **result} for result in row["results"]]
    for value in values:
        if chance.random() < 0.7:
            shown = float(value["value"]) + chance.choice([0, 0, 0.04, 0.2])
            own = bool(value.get("own", True)) != (chance.random() < 0.15)
            kept = {key: value[key] for key in ("arxiv_id", "benchmark", "metric")}
            records.append({"kind": "result", **kept, "value": shown, "own": own})
    return records


@pytest.mark.parametrize("seed", range(4))
def test_same_figures_as_the_scorer(shared_dir: Path, tmp_path: Path, seed: int) -> None:
    gold = shared_dir / "gold"
    export = tmp_path / "export.jsonl"
    records = flawed_export(gold, seed)
    export.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    files = {"--gold": gold / "runs.jsonl", "--results": gold / "results.csv", "--full": gold / "results_full.jsonl"}
    arguments = [str(part) for pair in files.items() for part in pair]
    scorer = subprocess.run(
        [
            sys.executable,
            str(shared_dir / "eval" / "score.py"),
            *arguments,
            "--pred",
            str(export),
            "--json",
            "--misses",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    expected = json.loads(scorer.stdout)
    evaluation = evaluate(files["--gold"], read_export(export), files["--results"], files["--full"])
    report = evaluation.to_dict()
    assert {name: {key: report[name][key] for key in figures} for name, figures in expected.items()} == expected
    bundled = evaluate(GOLD_RUNS, read_export(export), GOLD_RESULTS, GOLD_RESULTS).to_dict()
    assert {name: {key: bundled[name][key] for key in figures} for name, figures in expected.items()} == expected
    differing = [json.loads(line)["arxiv_id"] for line in scorer.stderr.splitlines()]
    assert [difference.arxiv_id for difference in evaluation.differences] == differing
    assert 0 < expected["full"]["own_precision"] < 1 and 0 < expected["results"]["best_value_accuracy"] < 1
    assert 0 < expected["accelerator"]["f1"] < 1, "an export without flaws or without merit tests nothing"
