"""The kinds of records, their fields, and which values a field can have. Needs no database."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from db.errors import RecordError
from extractors.records import CountUnit, Property, Stage

_LARGEST_INTEGER = 2**53
"""Greater whole numbers are not exact in JSON, and no paper has so many devices."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Kind(StrEnum):
    TRAINING_RUN = "training_run"
    TRAINING_COMPUTE = "training_compute"
    RESULT = "result"
    MODEL_PROPERTY = "model_property"


FIELD_TYPES: Mapping[str, type] = {
    "model": str,
    "stage": str,
    "accelerator": str,
    "accelerator_count": int,
    "count_unit": str,
    "duration_hours": float,
    "duration_hours_low": float,
    "duration_hours_high": float,
    "device_hours": float,
    "mixed_precision": bool,
    "flop": float,
    "benchmark": str,
    "metric": str,
    "value": float,
    "own": bool,
    "split": str,
    "ensemble": bool,
    "extra_training_data": bool,
    "crops": int,
    "property": str,
    "quantity": float,
}
"""The fields that a claim states and a review may correct, over all kinds."""

_FIELD_VALUES: Mapping[str, frozenset[str]] = {
    "stage": frozenset(Stage),
    "count_unit": frozenset(CountUnit),
    "property": frozenset(Property),
}
"""Fields of which only these values have a meaning."""

FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TRAINING_RUN: (
        "model",
        "stage",
        "accelerator",
        "accelerator_count",
        "count_unit",
        "duration_hours",
        "duration_hours_low",
        "duration_hours_high",
        "device_hours",
        "mixed_precision",
    ),
    Kind.TRAINING_COMPUTE: ("model", "flop"),
    Kind.RESULT: (
        "model",
        "benchmark",
        "metric",
        "value",
        "own",
        "split",
        "ensemble",
        "extra_training_data",
        "crops",
    ),
    Kind.MODEL_PROPERTY: ("model", "property", "quantity", "benchmark", "stage"),
}

NEVER_UNKNOWN: Mapping[Kind, tuple[str, ...]] = {
    Kind.RESULT: ("benchmark", "metric", "value", "own"),
    Kind.MODEL_PROPERTY: ("property", "quantity"),
}
"""Without which a claim says nothing. (A review may still take them away.)"""

LOWER_IS_BETTER_WORDS = ("error", "wer")
"""A metric with one of these words in its id is the better, the lower it is. SQL has them as the view
``lower_is_better_words``."""


def lower_is_better(metric: str) -> bool:
    """``wer``, ``top1_error`` -> True        ``bleu``, ``answer_f1`` -> False: a word counts only whole."""
    return any(word in LOWER_IS_BETTER_WORDS for word in metric.casefold().split("_"))


def clean_text(text: str) -> str:
    """Text that every database takes: NUL and lone surrogates become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def letters_of(text: str | None) -> str:
    """Letters and digits alone, case folded: what stays when spaces, hyphens and quotation marks change.

    "8× V100-GPUs" -> "8v100gpus"      "Transformer (big)", "transformer-BIG" -> "transformerbig"      None -> ""
    """
    return "".join(filter(str.isalnum, (text or "").casefold()))


def checked_value(field: str, value: Any, where: str) -> Any:
    """The value in the field's type; ``RecordError`` where it is of another type, or one that the field can't have.

    ("count_unit", "chips") -> "chips"      ("accelerator_count", 8.0) -> 8      ("model", "") -> None
    ("count_unit", "gpus"), ("accelerator_count", 0), ("duration_hours", inf), ("model", 8) are refused
    """
    if value is None:
        return None
    wanted = FIELD_TYPES[field]
    if wanted is str and isinstance(value, str):
        return _checked_text(field, str(value), where)
    if wanted is bool and isinstance(value, bool):
        return value
    if wanted in (int, float) and isinstance(value, int | float) and not isinstance(value, bool):
        return _checked_number(field, value, where)
    raise RecordError(f"{where}: {field} should be {wanted.__name__}, not {value!r}")


def _checked_text(field: str, value: str, where: str) -> str | None:
    allowed = _FIELD_VALUES.get(field)
    if value and allowed is not None and value not in allowed:
        raise RecordError(f"{where}: {field} should be one of {', '.join(sorted(allowed))}, not {value[:80]!r}")
    return clean_text(value) or None


def _checked_number(field: str, value: int | float, where: str) -> int | float:
    signed = field == "value"
    if not math.isfinite(value) or (value <= 0 and not signed):
        raise RecordError(f"{where}: {field} should be a finite number above zero, or unknown (None), not {value!r}")
    if FIELD_TYPES[field] is float:
        return float(value)
    if value != int(value) or value > _LARGEST_INTEGER:
        raise RecordError(f"{where}: {field} should be a whole number up to 2^53, not {value!r}")
    return int(value)


def seen_record(seen: Any, where: str) -> dict[str, str | float | bool | None] | None:
    """A record as a reviewer saw it, to be kept; ``RecordError`` for what is no mapping of fields to single values.

    {"model": "Base", "own": True, "flop": None} -> itself
    ["model"], {"model": ["Base"]}, {"flop": inf} are refused
    """
    if seen is None:
        return None
    if not isinstance(seen, Mapping) or not all(isinstance(name, str) for name in seen):
        raise RecordError(f"{where}: what was seen should be values by field, not {type(seen).__name__}")
    for name, value in seen.items():
        if not (value is None or isinstance(value, str | bool) or _is_number(value)):
            raise RecordError(f"{where}: what was seen of {name[:40]!r} should be one value, not {value!r:.80}")
    return {clean_text(name): clean_text(value) if isinstance(value, str) else value for name, value in seen.items()}


def _is_number(value: Any) -> bool:
    """A number that both databases and JSON can hold."""
    if isinstance(value, int):
        return abs(value) <= _LARGEST_INTEGER
    return isinstance(value, float) and math.isfinite(value)


def typed_value(field: str, value_text: str | None, value_number: float | None) -> str | float | bool | None:
    """A review's stored value in its field's type.

    ("own", None, 1.0) -> True      ("accelerator_count", None, 8.0) -> 8      ("model", "Base", None) -> "Base"
    """
    if value_number is None:
        return value_text
    of_type = FIELD_TYPES.get(field, float)
    if of_type is bool:
        return bool(value_number)
    return int(value_number) if of_type is int and value_number.is_integer() else value_number
