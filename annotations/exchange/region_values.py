"""What the words of a region say for a field, where the annotator typed no value."""

from __future__ import annotations

from annotations.exchange.written import ExchangeError, Value, read_value
from db.fields import FIELD_TYPES
from extractors.names import find_names
from extractors.quantities import QuantityKind, find_times, number_of

_TIMES = {
    "duration_hours": QuantityKind.DURATION,
    "duration_hours_low": QuantityKind.DURATION,
    "duration_hours_high": QuantityKind.DURATION,
    "device_hours": QuantityKind.DEVICE_TIME,
}


def stated_value(field: str, words: str, where: str) -> Value:
    """The value that the words state; ``ExchangeError`` where they state none for sure.

    ("duration_hours", "3.5 days") -> 84.0        ("accelerator", "8 V100s") -> "NVIDIA V100"
    ("accelerator_count", "eight") -> 8           ("duration_hours", "long") is refused: type the value
    """
    if field in _TIMES:
        hours = {time.duration.hours for time in find_times(words) if time.kind is _TIMES[field]}
        if len(hours) == 1:
            return read_value(field, repr(hours.pop()), where)
    elif field == "accelerator":
        names = {name.name for name in find_names(words) if name.specific}
        return names.pop() if len(names) == 1 else read_value(field, words, where)
    elif FIELD_TYPES[field] is int:
        number = number_of(words.strip())
        if number is not None:
            return read_value(field, repr(number), where)
    try:
        return read_value(field, words, where)
    except ExchangeError as error:
        raise ExchangeError(f"{error}; or type it into the region's value") from error
