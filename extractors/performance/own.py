"""What speaks for a value in a table being the paper's own, and what for it being quoted from others."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property

from extractors.judge import RULES_LOG_ODDS
from extractors.performance.cells import CellValue
from extractors.performance.context import PaperContext
from extractors.performance.names import PaperNames, is_cited, name_keys
from extractors.records import Cell, CellMark, Table

_OURS = re.compile(r"\bours?\b|\bthis (?:work|paper)\b|\bpropos|\bwe\b|post-submission", re.IGNORECASE)
_RERUN = re.compile(
    r"\bour (?:impl|re-?impl|run|repro|setup|eval|train|test|baseline|version|result)\w*|\bre-?(?:implement|produc|train|run)\w*"
    r"|\(our\b|trained by us|\brepro\b|\bre-?impl",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"reported (?:in|by|from)|taken from|copied|quoted|from (?:the )?(?:original )?(?:papers?|leaderboard|literature)|leaderboard"
    r"|published|\bcited|as (?:in|reported)|official|model zoo|\bresults (?:from|of)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:prior|previous|published|existing|others?|state[\s-]of[\s-]the[\s-]art|literature|sota|competition|leaderboard)\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"compar|state[\s-]of[\s-]the[\s-]art|\bsota\b|\bvs\.?\b|against|previous|other|leading|best published",
    re.IGNORECASE,
)
_ABLATES = re.compile(
    r"ablat|effects?\b|impact|influence|varying|variants?|variations?|different|choice|w/o|without|design|sensitivity|number of"
    r"|scaling|hyper|config|settings?|contribution|component|analysis|stage",
    re.IGNORECASE,
)
_BASELINE = re.compile(r"\bbaseline", re.IGNORECASE)
_HUMAN = re.compile(r"\bhuman|\boracle|\brandom\b", re.IGNORECASE)
_LEADERBOARD = re.compile(r"\bteam|\brank|\bplace\b|\byear\b", re.IGNORECASE)
_NAMED = re.compile(r"[A-Z][A-Za-z]*[A-Z\d]|[A-Z][a-z]{2,}|[a-z][A-Z]")
_ALL_CITED = 0.95
_MOST_ROWS = 60

_HAND_WEIGHTS = {
    "own.ours": 3.0,
    "own.ours-in-column": 3.0,
    "own.ours-in-group": 2.0,
    "own.rerun": 3.0,
    "own.cited": -2.8,
    "own.cited-in-column": -2.0,
    "own.cited-in-group": -2.0,
    "own.cited-in-row": -1.2,
    "own.others-in-group": -1.5,
    "own.reported": -1.5,
    "own.name-of-paper": 2.0,
    "own.name-in-abstract": 0.6,
    "own.name-cited": -1.2,
    "own.cites-nobody": 1.3,
    "own.uncited-among-cited": 0.7,
    "own.ablation": 0.9,
    "own.comparison": -0.5,
    "own.no-name": 1.2,
    "own.baseline": 0.4,
    "own.human": -1.5,
    "own.all-cited": 2.5,
    "own.cited-baseline": 1.8,
    "own.cited-in-ablation": 1.0,
    "own.leaderboard": -0.6,
    "own.name-cited-in-table": -0.8,
    "own.ours-by-note": 2.0,
    "own.rival": -0.7,
    "own.uncited-rival": -0.3,
    "own.rival-in-ablation": 0.6,
}
_PRIOR = 0.4


class OwnSignals:
    """A table whose lines are told apart."""

    def __init__(self, table: Table, names: PaperNames, context: PaperContext) -> None:
        self.table = table
        self.names = names
        self._about = context.words_about(table)
        self._sections = context.sections_of(table)
        self._rows: dict[int, list[Cell]] = defaultdict(list)
        for cell in table.cells:
            self._rows[cell.row].append(cell)

    def of(self, value: CellValue, model: str | None) -> dict[str, float]:
        """Flags for one value, and the rules' verdict as log-odds."""
        seen = {name: 1.0 for name, present in self._flags(value.cell, model) if present}
        seen["own.place"] = value.cell.row / max(1, self.table.row_count)
        seen["own.share-cited"] = self._share_cited
        seen[RULES_LOG_ODDS] = _PRIOR + sum(weight for name, weight in _HAND_WEIGHTS.items() if name in seen)
        return seen

    def _flags(self, cell: Cell, model: str | None) -> list[tuple[str, bool]]:
        row = self._rows[cell.row]
        labels = _row_words(row)
        beside = " ".join(cell.row_path)
        group = " ".join(text for text in cell.row_path if text not in labels)
        column = " ".join(cell.column_path)
        notes = " ".join(text for mark, text in self.table.notes if mark in labels or mark in cell.text)
        cited = is_cited(beside)
        keys = name_keys(model or beside)
        own_name = not keys.isdisjoint(self.names.own)
        ours = bool(_OURS.search(f"{beside} {column}"))
        baseline = bool(_BASELINE.search(beside))
        all_cited = self._share_cited >= _ALL_CITED
        ablates = bool(_ABLATES.search(self.table.caption)) or bool(_ABLATES.search(self._sections))
        named = bool(_NAMED.search(beside))
        rival = named and not own_name and not ours and (self._has_own_name or self._has_ours)
        return [
            ("own.all-cited", cited and all_cited),
            ("own.cited-baseline", cited and baseline),
            ("own.cited-in-ablation", cited and ablates and not _COMPARES.search(self.table.caption)),
            ("own.rival", rival),
            ("own.ours-by-note", bool(_OURS.search(notes))),
            ("own.below-cited", not cited and self._is_below_cited(cell.row)),
            ("own.name-cited-in-table", not cited and not keys.isdisjoint(self._keys_cited_here)),
            ("own.uncited-rival", rival and not cited),
            ("own.rival-cited-in-text", rival and any(self.names.cited[key] for key in keys)),
            ("own.rival-in-ablation", rival and ablates),
            ("own.nobodys", not self._has_own_name and not self._has_ours and self._share_cited == 0),
            ("own.rerun-in-text", bool(_RERUN.search(self._about))),
            ("own.cited-rerun-in-text", cited and bool(_RERUN.search(self._about))),
            ("own.reported-in-text", bool(_REPORTED.search(self._about))),
            ("own.comparison-in-text", bool(_COMPARES.search(self._about))),
            ("own.section-ablates", bool(_ABLATES.search(self._sections))),
            ("own.leaderboard", bool(_LEADERBOARD.search(self._heads))),
            ("own.ours", bool(_OURS.search(beside))),
            ("own.ours-in-column", bool(_OURS.search(column))),
            ("own.ours-in-group", bool(_OURS.search(group))),
            ("own.rerun", bool(_RERUN.search(f"{beside} {notes}"))),
            ("own.rerun-in-caption", bool(_RERUN.search(self.table.caption))),
            ("own.reported", bool(_REPORTED.search(f"{beside} {notes} {column}"))),
            ("own.reported-in-caption", bool(_REPORTED.search(self.table.caption))),
            ("own.cited", cited),
            ("own.cited-in-column", is_cited(column)),
            ("own.cited-in-group", is_cited(group)),
            ("own.cited-in-row", not cited and is_cited(labels)),
            ("own.cited-with-ours", cited and bool(_OURS.search(beside))),
            ("own.cited-first", cited and is_cited(cell.row_path[0])),
            ("own.others-in-group", bool(_OTHERS.search(group))),
            ("own.name-of-paper", own_name),
            ("own.name-of-paper-in-column", not name_keys(column).isdisjoint(self.names.own)),
            ("own.name-in-abstract", not keys.isdisjoint(self.names.in_beginning)),
            ("own.name-cited", any(self.names.cited[key] for key in keys)),
            ("own.name-cited-often", any(self.names.cited[key] > 2 for key in keys)),
            ("own.no-name", model is None),
            ("own.cites-nobody", self._share_cited == 0),
            ("own.uncited-among-cited", not cited and self._share_cited > 0.25),
            ("own.table-has-ours", self._has_ours),
            ("own.not-ours-among-ours", self._has_ours and not _OURS.search(f"{beside} {column}")),
            ("own.comparison", bool(_COMPARES.search(self.table.caption))),
            ("own.ablation", bool(_ABLATES.search(self.table.caption))),
            ("own.baseline", baseline),
            ("own.human", bool(_HUMAN.search(beside))),
            ("own.adds", beside.lstrip()[:1] in ("+", "-", "w")),
            ("own.bold", CellMark.BOLD in cell.marks),
            ("own.family", self._families[_first_word(beside)] >= 3),
        ]

    @cached_property
    def _lines(self) -> list[str]:
        body = [row for row in self._rows.values() if any(cell.numbers for cell in row)]
        return [_row_words(row) for row in body[:_MOST_ROWS]]

    @cached_property
    def _share_cited(self) -> float:
        return sum(map(is_cited, self._lines)) / max(1, len(self._lines))

    @cached_property
    def _has_ours(self) -> bool:
        return any(_OURS.search(line) for line in self._lines)

    def _is_below_cited(self, row: int) -> bool:
        """Whether the line above is marked as another paper's."""
        above = self._rows.get(row - 1)
        return above is not None and any(cell.numbers for cell in above) and is_cited(_row_words(above))

    @cached_property
    def _keys_cited_here(self) -> frozenset[str]:
        return frozenset(key for line in self._lines if is_cited(line) for key in name_keys(line))

    @cached_property
    def _has_own_name(self) -> bool:
        return any(not name_keys(line).isdisjoint(self.names.own) for line in self._lines)

    @cached_property
    def _heads(self) -> str:
        return " ".join(cell.text for cell in self.table.cells if cell.header)

    @cached_property
    def _families(self) -> Counter[str]:
        return Counter(_first_word(line) for line in self._lines)


def _first_word(label: str) -> str:
    return re.split(r"[\s\-_(\[]", label.strip(), maxsplit=1)[0].lower()


def _row_words(row: Sequence[Cell]) -> str:
    return " ".join(cell.text for cell in row if not cell.numbers)
