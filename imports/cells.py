"""Cells as texts, numbers and links. What a cell says otherwise than plainly is read by a named rule and recorded."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from imports.csv_files import Row
from imports.records import Repair
from imports.repairs import RULES, shown

MAX_NAME_CHARACTERS = 300
MAX_NOTE_CHARACTERS = 1000

_PLAIN = r"(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})"
_NUMBER = re.compile(rf"[+-]?{_PLAIN}(?:[eE][+-]?\d{{1,3}})?", re.ASCII)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3}){1,6}(?:\.\d{1,20})?|(?: \d{3}){1,6})", re.ASCII)
_DECIMAL_COMMA = re.compile(r"0,\d{1,20}", re.ASCII)
_POWER = re.compile(
    rf"(?:(?P<factor>{_PLAIN})\s?[x×*·]\s?)?10\s?(?:\^|\*\*)\s?\{{?(?P<power>[+-]?\d{{1,2}})\}}?", re.ASCII
)
_SCALED = re.compile(rf"(?P<number>{_PLAIN})\s?(?P<scale>[kKMBGT])", re.ASCII)
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12}
_RANGE = re.compile(rf"(?P<low>{_PLAIN})\s?(?:-|–|~|to)\s?(?P<high>{_PLAIN})", re.ASCII)


def read_number(text: str) -> tuple[float | None, str | None]:
    """The number that a cell states, and the rule that it took if it is not written plainly.

    "1.84E+09" -> 1.84e9         "1,280,000" -> 1.28e6 by "thousands-separator"     "06.07" -> 6.07 by "leading-zero"
    "10-14" -> 12 by "range-to-midpoint"    "n/a", "1,5", "inf" -> None by "unreadable-number"     "" -> None, no rule
    "0,855" -> 0.855 by "decimal-comma": no thousands begin with 0; "1,5" may be two numbers, "00,855" is none
    """
    written = text.strip()
    if not written:
        return None, None
    value, rule = _number(written)
    if value is None or not math.isfinite(value):
        return None, "unreadable-number"
    return value, rule


def _number(written: str) -> tuple[float | None, str | None]:
    if _NUMBER.fullmatch(written):
        return float(written), "leading-zero" if re.match(r"[+-]?0\d", written) else None
    if _THOUSANDS.fullmatch(written):
        return float(re.sub("[, ]", "", written)), "thousands-separator"
    if _DECIMAL_COMMA.fullmatch(written):
        return float(written.replace(",", ".")), "decimal-comma"
    if power := _POWER.fullmatch(written):
        return float(f"{float(power['factor'] or 1)}e{power['power']}"), "power-of-ten"
    if scaled := _SCALED.fullmatch(written):
        return float(scaled["number"]) * _SCALES[scaled["scale"].lower()], "scale-letter"
    if (ends := _RANGE.fullmatch(written)) and float(ends["low"]) < float(ends["high"]):
        return (float(ends["low"]) + float(ends["high"])) / 2, "range-to-midpoint"
    if written[0] in "~≈" and _NUMBER.fullmatch(written[1:].strip()):
        return float(written[1:]), "approximate-sign"
    if written[-1] == "%" and _NUMBER.fullmatch(written[:-1].strip()):
        return float(written[:-1]), "percent-sign"
    return None, None


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the cells of one row and records what it repaired in ``repairs``. A column that is absent is unknown."""

    row: Row
    repairs: list[Repair]

    def repair(self, column: str, rule: str, before: str, after: str) -> None:
        if rule not in RULES:
            raise ValueError(f"no rule of that name: {rule}")
        self.repairs.append(Repair(self.row.line, column, rule, shown(before), shown(after)))

    def raw(self, column: str | None) -> str:
        """The cell without spaces around it; "" where it is empty or the column absent."""
        return self.row.cells.get(column or "", "").strip()

    def text(self, column: str | None, limit: int = MAX_NAME_CHARACTERS) -> str | None:
        """A text on one line, without control characters."""
        written = self.raw(column)
        if written.isprintable() and "  " not in written and len(written) <= limit:
            return written or None
        printable = "".join(character if character.isprintable() else " " for character in written)
        cleaned = " ".join(printable.split())
        if cleaned != written:
            self.repair(column or "", "text-cleaned", written, cleaned)
        if len(cleaned) > limit:
            self.repair(column or "", "text-shortened", f"{len(cleaned)} characters", f"{limit} characters")
            cleaned = cleaned[: limit - 1] + "…"
        return cleaned or None

    def named(self, name_column: str, title_column: str) -> tuple[str, str | None] | None:
        """Model and title, the title standing for a name that is missing; None where a row has neither."""
        title, name = self.text(title_column), self.text(name_column)
        if name is None and title is not None:
            self.repair(name_column, "model-from-title", "", title)
        model = name or title
        return None if model is None else (model, title)

    def link(self, column: str | None) -> str | None:
        """A link that a page may show: http or https, without spaces; the first where a cell holds several."""
        written = self.raw(column)
        match = re.match(r"https?://[^\s\"'<>]{1,500}", written, re.IGNORECASE)
        if match is None or not match[0].isprintable():
            if written:
                self.repair(column or "", "link-refused", written, "")
            return None
        return match[0].rstrip(",;")

    def number(self, column: str | None) -> float | None:
        """A positive number; everything that this study counts is."""
        written = self.raw(column)
        if not written:
            return None
        value, rule = read_number(written)
        if value is not None and value <= 0:
            value, rule = None, "not-positive"
        if rule:
            self.repair(column or "", rule, written, "" if value is None else f"{value:g}")
        return value

    def year(self, column: str) -> float | None:
        value = self.number(column)
        if value is not None and not 1950 <= value < 2100:
            self.repair(column, "implausible-year", self.raw(column), "")
            return None
        return value

    def percent(self, column: str) -> float | None:
        """A score or an error in percent, above 0 and up to 100."""
        value = self.number(column)
        if value is not None and value > 100:
            self.repair(column, "score-out-of-range", self.raw(column), "")
            return None
        return value
