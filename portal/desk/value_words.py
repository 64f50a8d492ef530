"""Values as a curator reads them: the text in a field's input, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.fields import Kind

LABELS: Mapping[str, str] = {
    "model": "Model",
    "stage": "Stage",
    "accelerator": "Accelerator",
    "accelerator_count": "Count",
    "count_unit": "Counted as",
    "duration_hours": "Training time",
    "duration_hours_low": "Time, low end",
    "duration_hours_high": "Time, high end",
    "device_hours": "Device-hours",
    "mixed_precision": "Mixed precision",
    "flop": "Training computing (FLOP)",
    "benchmark": "Benchmark",
    "metric": "Metric",
    "value": "Value (%)",
    "own": "The paper's own",
    "split": "Split",
    "ensemble": "Ensemble",
    "extra_training_data": "Extra training data",
    "crops": "Crops",
    "property": "Property",
    "quantity": "Quantity",
}

KIND_NAMES: Mapping[Kind, str] = {
    Kind.TRAINING_RUN: "training run",
    Kind.TRAINING_COMPUTE: "stated computing",
    Kind.RESULT: "result",
    Kind.MODEL_PROPERTY: "property",
}

NOT_SAID = "-"

_HOURS = ("duration_hours", "duration_hours_low", "duration_hours_high", "device_hours")
_LARGE_FROM = 1e6


def in_words(name: str, value: Any) -> str:
    """The value as it can be read, and typed again.

    ("duration_hours", 84.0) -> "84 h"      ("flop", 3.1e20) -> "3.1e20"      ("own", True) -> "yes"
    ("quantity", 25600000.0) -> "25,600,000"  ("value", 28.4) -> "28.4"         (any, None) -> "-"
    """
    if value is None:
        return NOT_SAID
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if name in _HOURS:
        return f"{_written_out(value)} h"
    if name == "tflops":
        return f"{_written_out(value)} TFLOP/s"
    if name == "value":
        return _written_out(value)
    figure = _figure(value)
    return f"{int(figure):,}" if name == "quantity" and figure.isdigit() else figure


def _figure(value: int | float) -> str:
    """A whole number of up to fifteen digits is written out; others are as short as they can be: 3.1e20."""
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.12g}".replace("e+", "e") if abs(value) >= _LARGE_FROM else _written_out(value)


def _written_out(value: int | float) -> str:
    """84, 27.666667, 0.0125: never with a power of ten."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
