"""Values as other tools show and return them: text that reads back to the very same value, or is refused by name."""

from __future__ import annotations

import re
from typing import Any

from db.errors import RecordError
from db.fields import FIELD_TYPES, checked_value

NOT_STATED = "not stated"
"""What stands for a field of which the paper says nothing."""
Value = str | float | bool | None

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d+)?|[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_MOST_SHOWN = 60


class ExchangeError(ValueError):
    """A file that can't be taken in: which, where, and what to do."""


def written(value: Any) -> str:
    """The value as text; nothing for None.

    8 -> "8"        84.0 -> "84"        2.3e19 -> "2.3e+19"        True -> "yes"        None -> ""
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else repr(value)


def read_value(field: str, text: str, where: str) -> Value:
    """The value that a person wrote for the field; ``ExchangeError`` for what could be meant in two ways.

    ("accelerator_count", "8") -> 8        ("own", "Yes") -> True        ("model", "not stated") -> None
    ("duration_hours", "3,5") is refused: 3.5, or 35 as some read it? ("accelerator_count", "1.000") is, too.
    """
    text = text.strip() if FIELD_TYPES[field] is not str else text
    if text.strip().casefold() == NOT_STATED:
        return None
    try:
        value: Value = checked_value(field, _typed(field, text, where), where)
    except RecordError as error:
        raise ExchangeError(str(error)) from error
    return value


def _typed(field: str, text: str, where: str) -> Value:
    of_type = FIELD_TYPES[field]
    if of_type is str:
        return text
    shown = text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
    if of_type is bool:
        flag = _FLAGS.get(text.casefold())
        if flag is None:
            raise ExchangeError(f'{where}: {field} is {shown!r}: write "yes", "no" or "{NOT_STATED}"')
        return flag
    number = _NUMBER.fullmatch(text)
    ambiguous = _GROUPED.fullmatch(text)
    if ambiguous and (not number or of_type is int):
        raise ExchangeError(
            f"{where}: {field} is {shown!r}, with a decimal comma or groups of thousands: write plain digits and a"
            " decimal point, as 1234.5"
        )
    if not number:
        raise ExchangeError(
            f'{where}: {field} is {shown!r}, no number: write plain digits, as 1234.5 or 2.3e19, or "{NOT_STATED}"'
        )
    return float(text)
