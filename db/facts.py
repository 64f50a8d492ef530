"""What a fact is: its columns, its key, and the claim rows of an extraction. Needs no database.

A *claim* is what one extractor version says of one PDF. A *fact* is what the claims of successive
extractions are about; reviews attach to facts. **How a review finds its fact again** is fixed here:

1. A fact's key is ``paper key : digest``. The digest is over the kind, the page, the words quoted
   (casefolded, letters and digits only) and an ordinal: the how-manieth record of that kind, on that page,
   with those words, by place: the quote's offset in the text, then the box of the evidence from the top down and
   from the left (and only where both are the same, the extractor's order). For a result, its model, benchmark and
   metric stand in place of page and words. Neither the paper's version nor the extractor's, nor any number that was
   read, nor the confidence in it, goes in or decides the ordinal.
2. After a re-extraction, or with a new version of the paper, a review whose key is found again is carried
   on and overrides the machine's value.
3. If the machine's value is no longer the one that the reviewer saw, the review still overrides,
   and is shown as ``stale``.
4. If no fact in force has its key (of a withdrawn paper, none is), or the fact's kind has no such field, the
   review stands, changes nothing and is shown as ``unmatched``.
5. Of several reviews of one fact and field the latest (then the greater id) is in force; a review of a
   field and one of the whole record are independent, save that a rejected record is gone with all its fields.
6. A PDF without an arXiv id is a paper ``sha256:…``. Once it is had under an id as well, its reviews count there.

"on 8 V100-GPUs" and "On 8 V100 GPUs" on one page are one fact; the same words on another page are another.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from db.errors import RecordError
from extractors.records import (
    MAX_QUOTE_CHARACTERS,
    Box,
    CountUnit,
    Evidence,
    Extraction,
    PaperMetadata,
    Stage,
    TrainingCompute,
    TrainingRun,
)

_LONGEST_PAPER_KEY = 100
_MOST_BOXES = 200
"""Of one record; a few hold its hardware and times."""
_LARGEST_INTEGER = 2**53
"""Greater whole numbers are not exact in JSON, and no paper has so many devices."""
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Kind(StrEnum):
    TRAINING_RUN = "training_run"
    TRAINING_COMPUTE = "training_compute"
    RESULT = "result"


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
}
"""The fields that a claim states and a review may correct, over all kinds."""

_FIELD_VALUES: Mapping[str, frozenset[str]] = {"stage": frozenset(Stage), "count_unit": frozenset(CountUnit)}
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
    Kind.RESULT: ("model", "benchmark", "metric", "value", "own"),
}

ClaimRow = dict[str, Any]
"""A row of the table ``claims`` but for its id and extractor version."""


def paper_key(metadata: PaperMetadata, sha256: str | None) -> str:
    """The arXiv id without version; for a PDF without one, ``sha256:`` and its digest."""
    if metadata.arxiv_id and len(metadata.arxiv_id) > _LONGEST_PAPER_KEY:
        raise RecordError(f"not an arXiv id: {metadata.arxiv_id[:80]!r}…")
    if metadata.arxiv_id:
        return clean_text(metadata.arxiv_id)
    if sha256:
        return f"sha256:{sha256}"
    raise RecordError("a paper needs an arXiv id or a PDF")


def digest(value: object) -> str:
    """sha256 over the value's one JSON form: the same content gives the same id everywhere."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def fact_digest(kind: str, page: int, words: str, ordinal: int) -> str:
    """The part of a fact's key that does not name the paper; see the rule at the top."""
    return digest([kind, page, plain_words(words), ordinal])[:32]


def result_digest(model: str | None, benchmark: str, metric: str, ordinal: int) -> str:
    """``fact_digest`` of a result: wherever it stands, model, benchmark and metric tell it from others.

    ("ResNet-50", "imagenet", "top1_accuracy") and ("resnet 50", …) are one fact, (None, …) is another.
    """
    named = None if model is None else plain_words(model)
    return digest([Kind.RESULT, named, plain_words(benchmark), plain_words(metric), ordinal])[:32]


def plain_words(text: str) -> str:
    """Casefolded letters and digits: "On 8 V100-GPUs" -> "on8v100gpus"."""
    return _NEITHER_LETTER_NOR_DIGIT.sub("", unicodedata.normalize("NFKC", text).casefold())


def fact_key(paper: str, kind: str, page: int, quote: str, ordinal: int) -> str:
    """``fact_key("1706.03762", "training_run", 7, "… on 8 P100 GPUs …", 0) -> "1706.03762:5f3b…"``."""
    return f"{paper}:{fact_digest(kind, page, quote, ordinal)}"


def split_fact_key(key: str) -> tuple[str, str]:
    """``("1706.03762", "5f3b…")``; ``RecordError`` for what is not a fact's key."""
    paper, colon, tail = key.rpartition(":")
    if not paper or not colon or len(tail) != 32 or set(tail) - set("0123456789abcdef"):
        raise RecordError(f"not a fact's key: {key[:80]!r} (expected PAPER:32 hexadecimal digits)")
    return paper, tail


def claim_rows(extraction: Extraction) -> list[ClaimRow]:
    """The claims of an extraction, runs first; ``position`` is the place in that order."""
    records: list[TrainingRun | TrainingCompute] = [*extraction.runs, *extraction.training_compute]
    rows = [_claim_row(extraction.sha256, record, position) for position, record in enumerate(records)]
    seen: Counter[tuple[str, int, str]] = Counter()
    for row in sorted(rows, key=_place):
        same = (row["kind"], row["page"], plain_words(row["quote"]))
        row["ordinal"] = seen[same]
        row["fact_digest"] = fact_digest(row["kind"], row["page"], row["quote"], seen[same])
        seen[same] += 1
    return rows


def _place(row: ClaimRow) -> tuple[float, ...]:
    """Where the evidence stands, which is all that ordinals may follow; see the rule at the top."""
    return row["quote_start"], *(row[f"bbox_{side}_points"] for side in ("y0", "x0", "y1", "x1"))


def value_digest(kind: str, values: Mapping[str, Any]) -> str:
    """Digest of what a record states, its evidence and confidence left out: did the machine's value change?"""
    return digest([kind, [values.get(field) for field in FIELDS[Kind(kind)]]])


def clean_text(text: str) -> str:
    """Text that every database takes: NUL and lone surrogates become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


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


def _claim_row(sha256: str, record: TrainingRun | TrainingCompute, position: int) -> ClaimRow:
    kind = Kind.TRAINING_RUN if isinstance(record, TrainingRun) else Kind.TRAINING_COMPUTE
    where = f"PDF {sha256[:12]}, {kind} on page {record.evidence.page}"
    row: ClaimRow = dict.fromkeys(FIELD_TYPES)
    for field in FIELDS[kind]:
        row[field] = checked_value(field, getattr(record, field), where)
    if not 0.0 <= record.confidence <= 1.0:
        raise RecordError(f"{where}: confidence should be from 0 to 1, not {record.confidence!r}")
    row.update(
        document_sha256=sha256,
        kind=str(kind),
        position=position,
        value_digest=value_digest(kind, row),
        confidence=float(record.confidence),
        status=str(record.status),
        basis="machine",
        **_evidence_columns(record.evidence, where),
    )
    return row


def _evidence_columns(evidence: Evidence, where: str) -> dict[str, Any]:
    quote = clean_text(evidence.quote)
    if len(quote) > MAX_QUOTE_CHARACTERS:
        raise RecordError(f"{where}: the quote has {len(quote)} characters, at most {MAX_QUOTE_CHARACTERS} may be kept")
    left, top, right, bottom = _checked_place(evidence.page, evidence.box, where)
    return {
        "page": evidence.page,
        "bbox_x0_points": left,
        "bbox_y0_points": top,
        "bbox_x1_points": right,
        "bbox_y1_points": bottom,
        "quote": quote,
        "quote_start": evidence.start,
        "quote_end": evidence.end,
        "rules": [clean_text(rule) for rule in evidence.rules],
        "evidence_boxes": _box_lists(evidence, where),
    }


def _box_lists(evidence: Evidence, where: str) -> list[list[int | float]] | None:
    """``[page, x0, y0, x1, y1]`` of each box around words of the evidence; None where it does not tell its words."""
    if len(evidence.boxes) > _MOST_BOXES:
        raise RecordError(f"{where}: the evidence has {len(evidence.boxes)} boxes, at most {_MOST_BOXES} may be kept")
    return [[page, *_checked_place(page, box, where)] for page, box in evidence.boxes] or None


def _checked_place(page: int, box: Box, where: str) -> list[float]:
    """The box's sides, rounded."""
    sides = box.as_list()
    if page < 1 or not all(map(math.isfinite, sides)):
        raise RecordError(f"{where}: page {page} with box {sides} is no place in a PDF")
    return sides
