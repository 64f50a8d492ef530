"""What a table of results calls the model of each cell."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property

from extractors.performance.heads import said
from extractors.records import Cell, Table
from extractors.table_heads import label_of

_CITATION = re.compile(
    r"\s?\[\d+(?:\s?[,–-]\s?\d+){0,8}\]|\s?\((?:[A-Z][\w'’-]+)[^()]{0,80}\d{4}[a-z]?(?:\s?[,;]\s?(?:\d{4})?[a-z]?){0,3}\)"
    r"|(?<=\w)\s[A-Z][\w'’-]+ et al\.?,? \(?\d{4}[a-z]?\)?"
)
_MARKS = re.compile(r"\s?\^?[†‡§¶*⋆★]+|^[•◦○●■–-]\s?|\s\^\w{1,2}(?=\s|$)")
_OURS = re.compile(r"\s?[(\[](?:ours?|this work|proposed)[)\]]|^(?:our|the|proposed)\s(?=\w)", re.IGNORECASE)
_ADDS = re.compile(r"^(?:[+&]|w/o?\b|with(?:out)?\b|-\s?\w|\.{3}|ë|↪|→)", re.IGNORECASE)
_NAMES_MODELS = re.compile(
    r"model|method|network|architecture|approach|system|backbone|config|algorithm|\bnet\b|detector|encoder|initiali[sz]",
    re.IGNORECASE,
)
_A_NAME = re.compile(r"[A-Za-z]{3}|[A-Z][A-Za-z]|[A-Z][\d-]")
_NOT_A_NAME = re.compile(
    r"yes|no|none|n/?a|all|any|values?|settings?|results?|total|mean|average|baselines?|train(?:ing)?|test(?:ing)?|single"
    r"|(?:multi|single)-?scale|\d[\d.,]*\s?(?:[kKMB%×x]|ms|epochs?|steps|iters?|px)?",
    re.IGNORECASE,
)
_LONGEST_MEASURE = 16
"""Characters of a plain word for a metric, with what goes with it: "Test err. (%)"."""
_MOST_CHARACTERS = 120


class ModelLabels:
    """The labels of one table, read as names of models."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._headings = {cell.text for cell in table.cells if cell.header}

    def model_of(self, cell: Cell) -> str | None:
        """What its row is called, else its column; a label that only adds to the one above comes with that one.

        "PAA [14] | R-101" -> "PAA R-101"      "+ dropout" below "FractalNet" -> "FractalNet + dropout"
        "0.75 | all" under "Ours" -> "Ours"    "✓ | ✓" -> None
        """
        own = [text for text in cell.row_path if text not in self._headings]
        return self._named(own, cell.row) or self._named(list(cell.column_path), None)

    def _named(self, labels: list[str], row: int | None) -> str | None:
        names = [text for text in labels if self._may_name(text, row)]
        if not names:
            return None
        name = " ".join(plain_name(text) for text in names).strip()
        if row is not None and _ADDS.match(labels[0]):
            name = f"{self._base_above(row)} {name}".strip()
        return name[:_MOST_CHARACTERS].strip() or None

    def _may_name(self, text: str, row: int | None) -> bool:
        bare = plain_name(text)
        if not bare or _NOT_A_NAME.fullmatch(bare):
            return False
        announced = said(bare)
        if announced.metric or announced.never or label_of(text) is not None:
            return False
        if announced.plain and len(bare) <= _LONGEST_MEASURE:
            return False
        if announced.datasets and len(bare) <= max(each.end - each.start for each in announced.datasets) + 6:
            return False
        head = self._head_over.get((row, text), "") if row is not None else ""
        if said(head).cost or said(head).announces:
            return False
        return bool(_A_NAME.search(bare) or (_NAMES_MODELS.search(head) and any(map(str.isalpha, bare))))

    @cached_property
    def _head_over(self) -> dict[tuple[int | None, str], str]:
        return {(cell.row, cell.text): " ".join(cell.column_path) for cell in self._table.cells if not cell.header}

    @cached_property
    def _first_labels(self) -> dict[int, str]:
        first: dict[int, list[Cell]] = defaultdict(list)
        for cell in self._table.cells:
            if not cell.header and not cell.numbers:
                first[cell.row].append(cell)
        return {row: min(cells, key=lambda each: each.column).text for row, cells in first.items()}

    def _base_above(self, row: int) -> str:
        """The nearest label above that stands by itself."""
        for above in range(row - 1, -1, -1):
            label = self._first_labels.get(above)
            if label and not _ADDS.match(label) and self._may_name(label, above):
                return plain_name(label)
        return ""


def plain_name(label: str) -> str:
    """Without citation, marks of notes and "(ours)"; "Ours" alone stays.

    "• ConvNeXt-L" -> "ConvNeXt-L"      "GFLV2 (ours)" -> "GFLV2"      "VGG-16 [41] ^†" -> "VGG-16"
    """
    bare = _MARKS.sub("", _CITATION.sub("", label))
    bare = _OURS.sub("", bare)
    return re.sub(r"\s+", " ", bare).strip(" ,;:")
