"""The fields of one line, each checked as it is read: errors name the file, the line and the field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from annotations.lines import EvaluationError, Record, number
from annotations.places import Place
from extractors.records import Box


@dataclass(frozen=True, slots=True)
class LineFields:
    """A line of a file, at ``place`` ("runs.jsonl, line 2")."""

    place: str
    row: Record

    def refuse(self, field: str, expected: str) -> NoReturn:
        if field not in self.row:
            raise EvaluationError(f"{self.place}: {field} is missing")
        raise EvaluationError(f"{self.place}: {field} {self.row[field]!r:.80} is not {expected}")

    def _get(self, field: str) -> Any:
        if field not in self.row:
            self.refuse(field, "there")
        return self.row[field]

    def text(self, field: str) -> str:
        value = self._get(field)
        if not isinstance(value, str) or not value:
            self.refuse(field, "a name")
        return value

    def text_or_none(self, field: str) -> str | None:
        return None if self._get(field) is None else self.text(field)

    def nothing(self, field: str) -> None:
        if self._get(field) is not None:
            self.refuse(field, "null")

    def one_of(self, field: str, names: Sequence[str]) -> str:
        value = self._get(field)
        if not isinstance(value, str) or value not in names:
            self.refuse(field, f"one of {', '.join(names)}")
        return value

    def flag(self, field: str) -> bool:
        value = self._get(field)
        if not isinstance(value, bool):
            self.refuse(field, "true or false")
        return value

    def flag_or_none(self, field: str) -> bool | None:
        return None if self._get(field) is None else self.flag(field)

    def amount(self, field: str) -> float:
        """A number as it stands: a whole one stays whole."""
        value = self._get(field)
        if isinstance(value, bool) or not isinstance(value, int | float) or number(value) is None:
            self.refuse(field, "a number")
        return value

    def whole(self, field: str, least: int) -> int:
        value = self._get(field)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.refuse(field, f"a whole number from {least} on")
        return value

    def whole_or_none(self, field: str, least: int) -> int | None:
        return None if self._get(field) is None else self.whole(field, least)

    def where(self) -> Place:
        """Page, box, offsets and digest; a digest needs a page, a box and the number of letters."""
        digest = self.text_or_none("digest")
        if digest is not None and not re.fullmatch(r"[0-9a-f]{12}", digest):
            self.refuse("digest", "12 hex digits")
        start, end = self._offsets()
        letters = self.whole_or_none("letters", least=1)
        place = Place(self.whole_or_none("page", least=1), self._box(), start, end, digest, letters)
        if digest is None:
            for field in ("box", "offsets", "letters"):
                if self.row[field] is not None:
                    self.refuse(field, "null, as the digest is")
        elif place.page is None or place.box is None or letters is None:
            self.refuse("digest", "of any use without page, box and letters")
        return place

    def _box(self) -> Box | None:
        value = self._get("box")
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 4 or any(number(side) is None for side in value):
            self.refuse("box", "[x0, y0, x1, y1]")
        box = Box(*map(float, value))
        if box.x0 > box.x1 or box.y0 > box.y1:
            self.refuse("box", "[x0, y0, x1, y1] with x0 <= x1 and y0 <= y1")
        return box

    def _offsets(self) -> tuple[int, int] | tuple[None, None]:
        value = self._get("offsets")
        if value is None:
            return None, None
        if not isinstance(value, list) or len(value) != 2 or any(type(each) is not int for each in value):
            self.refuse("offsets", "[start, end]")
        start, end = value
        if not 0 <= start < end:
            self.refuse("offsets", "[start, end] with 0 <= start < end")
        return start, end
