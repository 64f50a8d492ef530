"""What an import read, repaired and left out, as data and as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from imports.records import ImportedFile, Repair
from imports.repairs import RULES, shown

EXAMPLES_PER_RULE = 3
SKIPPED_SHOWN = 10


def import_report(files: Iterable[ImportedFile]) -> dict[str, Any]:
    """Counts a file: models, results, points by what is known of their computing; repairs by rule; skipped rows.

    A point is a model on a benchmark, with however many metrics.
    """
    return {"files": [_of_file(file) for file in files], "rules": RULES}


def import_report_text(files: Iterable[ImportedFile]) -> str:
    """The same for a terminal, with the sentence of each rule that was used."""
    lines: list[str] = []
    for file in import_report(files)["files"]:
        if file["not_models"]:
            what = "could not be read" if file["broken"] else "passed over"
            lines += [f"{file['name']}: {what}: {file['not_models']}", ""]
            continue
        lines.append(f"{file['name']} ({file['source']}, sha256 {file['sha256'][:12]})")
        lines.append(
            f"  {file['models']} models, {file['left_out_of_fits']} left out of fits; {file['results']} results; "
            f"{file['points']} points, with hardware burden {file['points_with_burden']}, with network operations "
            f"{file['points_with_network_operations']}, with operations per pass "
            f"{file['points_with_operations_per_pass']}; models with training compute by another convention: "
            f"{file['models_with_training_compute']}"
        )
        for repair in file["repairs"]:
            lines.append(f"  {repair['count']} x {repair['rule']}: {repair['sentence']}")
            lines += [f"      {example}" for example in repair["examples"]]
        for row in file["skipped"][:SKIPPED_SHOWN]:
            lines.append(f"  line {row['line']} skipped: {row['cause']}")
        if len(file["skipped"]) > SKIPPED_SHOWN:
            lines.append(f"  {len(file['skipped']) - SKIPPED_SHOWN} more rows skipped")
        lines.append("")
    return "\n".join(lines)


def broken_files(files: Iterable[ImportedFile]) -> list[str]:
    """A line for each file that should have been read and could not be."""
    return [f"{shown(file.name)}: could not be read: {file.not_models}" for file in files if file.broken]


def _of_file(file: ImportedFile) -> dict[str, Any]:
    points = [model for model in file.models for _ in {result.benchmark for result in model.results}]
    return {
        "name": shown(file.name),
        "source": file.source,
        "sha256": file.sha256,
        "not_models": file.not_models,
        "broken": file.broken,
        "models": len(file.models),
        "models_with_training_compute": sum(model.training_compute_flop is not None for model in file.models),
        "results": sum(len(model.results) for model in file.models),
        "points": len(points),
        "points_with_burden": sum(point.hardware_burden_flop is not None for point in points),
        "points_with_network_operations": sum(point.network_operations_flop is not None for point in points),
        "points_with_operations_per_pass": sum(point.operations_per_pass_flop is not None for point in points),
        "left_out_of_fits": sum(not model.included for model in file.models),
        "repairs": _by_rule(file.repairs),
        "skipped": [{"line": line, "cause": cause} for line, cause in file.skipped],
    }


def _by_rule(repairs: tuple[Repair, ...]) -> list[dict[str, Any]]:
    """Most frequent first, and by name among equals."""
    by_rule: dict[str, list[Repair]] = {}
    for repair in repairs:
        by_rule.setdefault(repair.rule, []).append(repair)
    return [
        {
            "rule": rule,
            "sentence": RULES[rule],
            "count": len(found),
            "examples": [_example(repair) for repair in found[:EXAMPLES_PER_RULE]],
        }
        for rule, found in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _example(repair: Repair) -> str:
    column = f", {repair.column}" if repair.column else ""
    return f"line {repair.row_number}{column}: {repair.before or 'empty'} -> {repair.after or 'unknown'}"
