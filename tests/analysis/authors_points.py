"""The rows of imported files as points, without a database between."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.points import points_table
from imports.records import ImportedFile

METRICS = {
    "imagenet": "top1_accuracy",
    "coco": "box_ap",
    "squad1.1": "em",
    "conll2003": "f1",
    "wmt14-en-fr": "bleu",
    "wmt14-en-de": "bleu",
}
"""Which metric of each benchmark the study fits."""


def imported_points(files: Iterable[ImportedFile]) -> pd.DataFrame:
    """One point a result of each row that its source takes for fits."""
    return points_table(
        {
            "source": file.source,
            "basis": "imported",
            "point_key": f"{file.source}|{file.name}|{model.row_number}|{result.benchmark}|{result.metric}",
            "model": model.model,
            "benchmark": result.benchmark,
            "metric": result.metric,
            "value": result.value,
            "error_fraction": 1 - result.value / 100,
            "year": model.year,
            "hardware_burden_flop": model.hardware_burden_flop,
            "network_operations_flop": model.network_operations_flop,
            "operations_per_pass_flop": model.operations_per_pass_flop,
        }
        for file in files
        for model in file.models
        if model.included
        for result in model.results
    )
