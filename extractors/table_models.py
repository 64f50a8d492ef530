"""What a table calls the models in its rows and columns."""

from __future__ import annotations

import re

from extractors.records import Cell
from extractors.table_heads import label_of

CITATION = re.compile(r"\[\d+\]|\((?:[A-Z][\w'’-]+)[^()]*\d{4}[a-z]?\)|\bet al\b")
_NAMES_A_MODEL = re.compile(r"[A-Za-z]{3}|[A-Z][A-Za-z]")
_AMOUNT = re.compile(r"\W*\d[\d.,]*\s?(?:[kKMB]\s)?(?:epochs?|steps?|iterations?|x|×)")
_ANY_VALUE = re.compile(r"values?|settings?|results?|total|mean|average", re.IGNORECASE)
_MOST_MODEL_CHARACTERS = 120


def model_of_row(cell: Cell) -> str | None:
    """What its row is called, else its column: the label that looks most like a name, of several the innermost.

    "Field-M | spectral" -> Field-M      "Transformers | DeiT-B" -> DeiT-B      "Alder | each" -> Alder
    """
    for path in (cell.row_path, cell.column_path):
        labels = [text for text in reversed(path) if _may_name_a_model(text)]
        if labels:
            return CITATION.sub("", max(labels, key=_name_likeness)).strip()[:_MOST_MODEL_CHARACTERS] or None
    return None


def _may_name_a_model(label: str) -> bool:
    """Not what announces something, is a number, or is a word for any value."""
    names = _NAMES_A_MODEL.search(label) and not _AMOUNT.match(label) and not _ANY_VALUE.fullmatch(label.strip())
    return bool(names) and label_of(label) is None


def _name_likeness(label: str) -> int:
    if re.search(r"\d|.[A-Z]", label):
        return 2
    return int(label[:1].isupper())
