"""What a fact is: its key, and the claim rows of an extraction. Needs no database.

A *claim* is what one extractor version says of one PDF. A *fact* is what the claims of successive
extractions are about; reviews attach to facts. **How a review finds its fact again** is fixed here:

1. A fact's key is ``paper key : digest``. The digest is over the kind, the page, the words quoted
   (casefolded, letters and digits only) and an ordinal: the how-manieth record of that kind, on that page,
   with those words, by place: the quote's offset in the text, then the box of the evidence from the top down and
   from the left (and only where both are the same, the extractor's order). For a result, its model, benchmark and
   metric stand in place of page and words: the ordinal counts all results with these three, own and quoted, of
   whatever split, down the paper. For a property, its name goes in beside page and words: "25M parameters" and
   "90 epochs" of one sentence are two facts, each the first of its name, wherever their boxes lie. Neither the
   paper's version nor the extractor's, nor any number that was read, nor the confidence in it, goes in or decides
   the ordinal.
2. After a re-extraction, or with a new version of the paper, a review whose key is found again is carried
   on and overrides the machine's value.
3. If the machine's value is no longer the one that the reviewer saw, the review still overrides,
   and is shown as ``stale``.
4. If no fact in force has its key (of a withdrawn paper, none is), or the fact's kind has no such field, the
   review stands, changes nothing and is shown as ``unmatched``.
5. Of several reviews of one fact and field the latest (then the greater id) that stands is in force; a review of a
   field and one of the whole record are independent, save that a rejected record is gone with all its fields. A review
   stands until a withdrawal names it (``withdraws``); a withdrawal itself never stands. So undoing brings the review
   before into force again, undoing twice the one before that, and with none left the machine's value.
6. A PDF without an arXiv id is a paper ``sha256:…``. Once it is had under an id as well, its reviews count there.
7. What a curator adds is a fact like any other; its ordinal goes on from those of all records alike that were ever
   read in the paper's PDFs. It stays in force through re-extractions and new versions of the paper. Should the machine
   come to state it, too, so that the keys are the same, the curator's row stands for both.

"on 8 V100-GPUs" and "On 8 V100 GPUs" on one page are one fact; the same words on another page are another.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from db.errors import RecordError
from db.fields import FIELD_TYPES, FIELDS, NEVER_UNKNOWN, Kind, checked_value, clean_text
from extractors.records import (
    MAX_QUOTE_CHARACTERS,
    Box,
    Evidence,
    Extraction,
    ModelProperty,
    PaperMetadata,
    Result,
    TrainingCompute,
    TrainingRun,
)

_LONGEST_PAPER_KEY = 100
_MOST_BOXES = 200
"""Of one record; a few hold its hardware and times."""
_ONE_JSON_FORM = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")

ClaimRow = dict[str, Any]
"""A row of the table ``claims`` but for its id and extractor version."""
LinkRow = dict[str, Any]
"""A row of the table ``claim_models`` with the claim's ``position`` in place of its id."""

_Record = TrainingRun | TrainingCompute | Result | ModelProperty
_KINDS: Mapping[type[_Record], Kind] = {
    TrainingRun: Kind.TRAINING_RUN,
    TrainingCompute: Kind.TRAINING_COMPUTE,
    Result: Kind.RESULT,
    ModelProperty: Kind.MODEL_PROPERTY,
}


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
    return hashlib.sha256(_ONE_JSON_FORM.encode(value).encode("ascii")).hexdigest()


def fact_digest(kind: str, page: int, words: str, ordinal: int) -> str:
    """The part of a fact's key that does not name the paper; see the rule at the top."""
    return digest([kind, page, plain_words(words), ordinal])[:32]


def result_digest(model: str | None, benchmark: str, metric: str, ordinal: int) -> str:
    """``fact_digest`` of a result: wherever it stands, model, benchmark and metric tell it from others.

    ("ResNet-50", "imagenet", "top1_accuracy") and ("resnet 50", …) are one fact, (None, …) is another.
    """
    named = None if model is None else plain_words(model)
    return digest([Kind.RESULT, named, plain_words(benchmark), plain_words(metric), ordinal])[:32]


def property_digest(name: str, page: int, words: str, ordinal: int) -> str:
    """``fact_digest`` of a model's property: its name tells it from others of the same words."""
    return digest([Kind.MODEL_PROPERTY, name, page, plain_words(words), ordinal])[:32]


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
    rows = [claim_row(extraction.sha256, record, position) for position, record in enumerate(_records(extraction))]
    seen: Counter[tuple[Any, ...]] = Counter()
    for row in sorted(rows, key=_place):
        same = named_alike(row)
        row["ordinal"] = seen[same]
        row["fact_digest"] = claim_digest(row)
        seen[same] += 1
    return rows


def link_rows(extraction: Extraction) -> list[LinkRow]:
    """Which claims are of which models of the results; of several links to one model and benchmark the surest."""
    offsets: dict[str, range] = {}
    start = 0
    for kind, records in _by_kind(extraction):
        offsets[kind] = range(start, start := start + len(records))
    rows: dict[tuple[int, str, str], LinkRow] = {}
    for link in extraction.links:
        where = f"PDF {extraction.sha256[:12]}, link of {link.kind} {link.index} to {link.model[:80]!r}"
        if link.kind == Kind.RESULT or not 0 <= link.index < len(offsets.get(link.kind, ())):
            raise RecordError(f"{where}: there is no such record, or none that is linked")
        if not 0.0 <= link.confidence <= 1.0:
            raise RecordError(f"{where}: confidence should be from 0 to 1, not {link.confidence!r}")
        if not link.model:
            raise RecordError(f"{where}: a link needs the name of a model")
        row: LinkRow = {
            "position": offsets[link.kind][link.index],
            "model": clean_text(link.model),
            "benchmark": clean_text(link.benchmark or ""),
            "rule": clean_text(link.rule),
            "confidence": link.confidence,
        }
        key = row["position"], row["model"], row["benchmark"]
        if link.confidence > rows.setdefault(key, row)["confidence"]:
            rows[key] = row
    return [rows[key] for key in sorted(rows)]


def _by_kind(extraction: Extraction) -> tuple[tuple[Kind, Sequence[_Record]], ...]:
    """All records, in the order of claims."""
    return (
        (Kind.TRAINING_RUN, extraction.runs),
        (Kind.TRAINING_COMPUTE, extraction.training_compute),
        (Kind.RESULT, extraction.results),
        (Kind.MODEL_PROPERTY, extraction.properties),
    )


def _records(extraction: Extraction) -> Iterator[_Record]:
    return chain.from_iterable(records for _, records in _by_kind(extraction))


def named_alike(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What the ordinal counts over: the same for records that only their place tells apart."""
    kind = row["kind"]
    if kind == Kind.RESULT:
        named = row["model"] and plain_words(row["model"])
        return kind, named, plain_words(row["benchmark"]), plain_words(row["metric"])
    return kind, row["property"], row["page"], plain_words(row["quote"])


def claim_digest(row: Mapping[str, Any]) -> str:
    """The part of a claim's fact key that does not name the paper, from its ``ordinal`` among those named alike."""
    if row["kind"] == Kind.RESULT:
        return result_digest(row["model"], row["benchmark"], row["metric"], row["ordinal"])
    if row["kind"] == Kind.MODEL_PROPERTY:
        return property_digest(row["property"], row["page"], row["quote"], row["ordinal"])
    return fact_digest(row["kind"], row["page"], row["quote"], row["ordinal"])


def _place(row: ClaimRow) -> tuple[float, ...]:
    """Where the evidence stands, which is all that ordinals may follow; see the rule at the top."""
    return row["quote_start"], row["page"], *(row[f"bbox_{side}_points"] for side in ("y0", "x0", "y1", "x1"))


def value_digest(kind: str, values: Mapping[str, Any]) -> str:
    """Digest of what a record states, its evidence and confidence left out: did the machine's value change?"""
    return digest([kind, [values.get(field) for field in FIELDS[Kind(kind)]]])


def claim_row(sha256: str, record: _Record, position: int) -> ClaimRow:
    """A record's row but for ordinal and digest; ``RecordError`` where it has no place in the database."""
    kind = _KINDS[type(record)]
    where = f"PDF {sha256[:12]}, {kind} on page {record.evidence.page}"
    row: ClaimRow = dict.fromkeys(FIELD_TYPES)
    for field in FIELDS[kind]:
        row[field] = checked_value(field, getattr(record, field), where)
    unknown = [field for field in NEVER_UNKNOWN.get(kind, ()) if row[field] is None]
    if unknown:
        raise RecordError(f"{where}: {' and '.join(unknown)} can't be unknown")
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
