"""Files of one record a line, with errors that name the file and the line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class EvaluationError(ValueError):
    """A file that can't be evaluated: which, where, and why."""


def bare_id(arxiv_id: object) -> str:
    """Without version: "1706.03762v5" -> "1706.03762"."""
    return re.sub(r"v\d+$", "", str(arxiv_id).strip())


def number(value: object) -> float | None:
    """A number, or the number that a string says; None for anything else, infinite ones among it.

    "8" -> 8.0        "a week", "nan", 10**400 -> None
    """
    try:
        read = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def json_lines(path: Path) -> Iterator[tuple[str, Record]]:
    """Each object of a file of JSON lines, with its place in words: ``("runs.jsonl, line 2", {...})``."""
    for index, line in enumerate(text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}, line {index}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise EvaluationError(f"{place}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise EvaluationError(f"{place}: an object is expected, not {type(row).__name__}")
        yield place, row


def text_of(path: Path) -> str:
    """What a UTF-8 file holds."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path}: not UTF-8 text ({error})") from error
