"""What speaks for a value in a table being the paper's own, and what for it being quoted from others."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.judge import RULES_LOG_ODDS
from extractors.performance.cells import CellValue
from extractors.performance.context import PaperContext
from extractors.performance.names import PaperNames, is_cited, name_keys
from extractors.records import Cell, CellMark, Table

_OURS = re.compile(r"\bours?\b|\bthis (?:work|paper)\b|\bpropos|\bwe\b|post-submission", re.IGNORECASE)
_RERUN = re.compile(
    r"\bour (?:impl|re-?impl|run|repro|setup|eval|train|test|baseline|version|result)\w*"
    r"|\bre-?(?:implement|produc|train|run)\w*(?!\w|\s(?:by|from|in)\s(?!us\b|our|this\b))"
    r"|\(our\b|trained by us|\brepro\b|\bre-?impl",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"reported (?:in|by|from)|taken from|copied|quoted|from (?:the )?(?:original )?(?:papers?|leaderboard|literature)"
    r"|leaderboard"
    r"|published|\bcited|as (?:in|reported)|official|model zoo|\bresults (?:from|of)\b",
    re.IGNORECASE,
)
_FROM_PAPERS = re.compile(
    r"(?:reported|stated|given|published|results|numbers|taken|copied|quoted) (?:in|by|from) (?:the |their )?"
    r"(?:original |respective |corresponding |own )?(?:papers?|publications?|authors|literature|works?\b)",
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
    r"ablat|effects?\b|impact|influence|varying|variants?|variations?|different|choice|w/o|without|design|sensitivity"
    r"|number of"
    r"|scaling|hyper|config|settings?|contribution|component|analysis|stage",
    re.IGNORECASE,
)
_BASELINE = re.compile(r"\bbaseline", re.IGNORECASE)
_HUMAN = re.compile(r"\bhuman|\boracle|\brandom\b", re.IGNORECASE)
_LEADERBOARD = re.compile(r"\bteam|\brank|\bplace\b|\byear\b", re.IGNORECASE)
_NAMED = re.compile(r"[A-Z][A-Za-z]*[A-Z\d]|[A-Z][a-z]{2,}|[a-z][A-Z]")
_ALL_CITED, _SOME_CITED = 0.95, 0.25
_OFTEN, _FAMILY = 2, 3
_MOST_ROWS = 60

_HAND_WEIGHTS = {
    "own.ours": 3.0,
    "own.ours-in-column": 3.0,
    "own.ours-in-group": 2.0,
    "own.rerun": 3.8,
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


@dataclass(frozen=True, slots=True)
class _ColumnSays:
    """The heads over a value."""

    ours: bool
    cited: bool
    reported: bool
    own_name: bool


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
        self._columns: dict[tuple[str, ...], _ColumnSays] = {}
        self._lines_seen: dict[tuple[object, ...], frozenset[str]] = {}

    def of(self, value: CellValue, model: str | None) -> dict[str, float]:
        """Flags for one value, and the rules' verdict as log-odds."""
        cell = value.cell
        seen = dict.fromkeys(self._of_line(cell, self._column(cell.column_path), model) | self._of_table, 1.0)
        if CellMark.BOLD in cell.marks:
            seen["own.bold"] = 1.0
        seen["own.place"] = cell.row / max(1, self.table.row_count)
        seen["own.share-cited"] = self._share_cited
        seen[RULES_LOG_ODDS] = _PRIOR + sum(weight for name, weight in _HAND_WEIGHTS.items() if name in seen)
        return seen

    def _column(self, path: tuple[str, ...]) -> _ColumnSays:
        if path not in self._columns:
            text = " ".join(path)
            own_name = not name_keys(text).isdisjoint(self.names.own)
            self._columns[path] = _ColumnSays(_says(_OURS, text), is_cited(text), _says(_REPORTED, text), own_name)
        return self._columns[path]

    def _of_line(self, cell: Cell, column: _ColumnSays, model: str | None) -> frozenset[str]:
        """The flags of a line and of the heads over a value, reckoned once for all values that share them."""
        labels = _row_words(self._rows[cell.row])
        notes = " ".join(text for mark, text in self.table.notes if mark in labels or mark in cell.text)
        key = (cell.row, cell.row_path, column, model, notes)
        if key not in self._lines_seen:
            flags = self._flags(cell, column, model, labels, notes)
            self._lines_seen[key] = frozenset(name for name, present in flags if present)
        return self._lines_seen[key]

    def _flags(
        self, cell: Cell, column: _ColumnSays, model: str | None, labels: str, notes: str
    ) -> Iterator[tuple[str, bool]]:
        beside = " ".join(cell.row_path)
        group = " ".join(text for text in cell.row_path if text not in labels)
        cited, baseline, ours = is_cited(beside), _says(_BASELINE, beside), _says(_OURS, beside)
        keys = name_keys(model or beside)
        own_name = not keys.isdisjoint(self.names.own)
        times_cited = max((self.names.cited[key] for key in keys), default=0)
        rivals_own = self._has_own_name or self._has_ours
        rival = _says(_NAMED, beside) and not own_name and not (ours or column.ours) and rivals_own
        ablates = not self._of_table.isdisjoint(("own.ablation", "own.section-ablates"))
        yield "own.ours", ours
        yield "own.ours-in-column", column.ours
        yield "own.ours-in-group", _says(_OURS, group)
        yield "own.ours-by-note", _says(_OURS, notes)
        yield "own.not-ours-among-ours", self._has_ours and not (ours or column.ours)
        yield "own.rerun", _says(_RERUN, f"{beside} {notes}")
        yield "own.reported", column.reported or _says(_REPORTED, f"{beside} {notes}")
        yield "own.cited", cited
        yield "own.cited-first", cited and is_cited(cell.row_path[0])
        yield "own.cited-with-ours", cited and ours
        yield "own.cited-baseline", cited and baseline
        yield "own.cited-in-ablation", cited and ablates and "own.comparison" not in self._of_table
        yield "own.cited-rerun-in-text", cited and "own.rerun-in-text" in self._of_table
        yield "own.cited-in-column", column.cited
        yield "own.cited-in-group", is_cited(group)
        yield "own.cited-in-row", not cited and is_cited(labels)
        yield "own.all-cited", cited and self._share_cited >= _ALL_CITED and not self._is_of_papers
        yield "own.below-cited", not cited and self._is_below_cited(cell.row)
        yield "own.uncited-among-cited", not cited and self._share_cited > _SOME_CITED
        yield "own.others-in-group", _says(_OTHERS, group) or _says(_FROM_PAPERS, group)
        yield "own.name-of-paper", own_name
        yield "own.name-of-paper-in-column", column.own_name
        yield "own.name-in-abstract", not keys.isdisjoint(self.names.in_beginning)
        yield "own.name-cited", times_cited > 0
        yield "own.name-cited-often", times_cited > _OFTEN
        yield "own.name-cited-in-table", not cited and not keys.isdisjoint(self._keys_cited_here)
        yield "own.no-name", model is None
        yield "own.rival", rival
        yield "own.uncited-rival", rival and not cited
        yield "own.rival-cited-in-text", rival and times_cited > 0
        yield "own.rival-in-ablation", rival and ablates
        yield "own.baseline", baseline
        yield "own.human", _says(_HUMAN, beside)
        yield "own.adds", beside.lstrip()[:1] in ("+", "-", "w")
        yield "own.family", self._families[_first_word(beside)] >= _FAMILY

    @cached_property
    def _of_table(self) -> frozenset[str]:
        """The flags that all values of the table share."""
        caption, about = self.table.caption, self._about
        flags = (
            ("own.comparison", _says(_COMPARES, caption)),
            ("own.ablation", _says(_ABLATES, caption)),
            ("own.rerun-in-caption", _says(_RERUN, caption)),
            ("own.reported-in-caption", _says(_REPORTED, caption)),
            ("own.rerun-in-text", _says(_RERUN, about)),
            ("own.reported-in-text", _says(_REPORTED, about)),
            ("own.comparison-in-text", _says(_COMPARES, about)),
            ("own.section-ablates", _says(_ABLATES, self._sections)),
            ("own.leaderboard", _says(_LEADERBOARD, " ".join(cell.text for cell in self.table.cells if cell.header))),
            ("own.cites-nobody", self._share_cited == 0),
            ("own.table-has-ours", self._has_ours),
            ("own.nobodys", not self._has_own_name and not self._has_ours and self._share_cited == 0),
        )
        return frozenset(name for name, present in flags if present)

    @cached_property
    def _is_of_papers(self) -> bool:
        """Whether the caption says that values are given as the papers that are cited report them."""
        return _says(_FROM_PAPERS, self.table.caption)

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
    def _families(self) -> Counter[str]:
        return Counter(_first_word(line) for line in self._lines)


def _says(pattern: re.Pattern[str], text: str) -> bool:
    return bool(text) and pattern.search(text) is not None


def _first_word(label: str) -> str:
    return re.split(r"[\s\-_(\[]", label.strip(), maxsplit=1)[0].lower()


def _row_words(row: Sequence[Cell]) -> str:
    return " ".join(cell.text for cell in row if not cell.numbers)
