"""Training times as the study's tables state them: in words, and in seconds that somebody reckoned from the words."""

from __future__ import annotations

from dataclasses import dataclass

from extractors.quantities import QuantityKind, find_times
from imports.cells import RowReader, read_number

SECONDS_PER_HOUR = 3600.0
AGREEMENT = 0.02
"""The tables round seconds to three digits."""
LEAST_NUMBER_THAT_IS_NO_TIME = 1e12


@dataclass(frozen=True, slots=True)
class StatedTime:
    """Wall-clock hours, or hours summed over devices whose number is not known."""

    hours: float | None = None
    device_hours: float | None = None


def read_training_time(reader: RowReader, words_column: str, seconds_column: str, count: float | None) -> StatedTime:
    """How long a model was trained, by the words; by the seconds where no words stand, or words without a unit.

    "10-14 days" -> 288 h       "10 GPU days" on 8 devices -> 30 h, without their number 240 device-hours
    "95 imgs/sec" -> none       "24 minutes per epoch" beside 18000 s -> 5 h: the authors knew the epochs
    """
    words = reader.raw(words_column)
    seconds = reader.number(seconds_column)
    times = list(find_times(words[:200])) if words else []
    if not times:
        return StatedTime(_hours_without_time_in_words(reader, words, words_column, seconds_column, seconds))
    first = times[0]
    if first.kind is QuantityKind.TIME_PER_STEP:
        return StatedTime(_hours(seconds))
    hours = first.duration.hours
    if first.duration.low_hours != first.duration.high_hours:
        reader.repair(words_column, "range-to-midpoint", words, f"{hours:g} h")
    if first.kind is QuantityKind.DEVICE_TIME:
        if count is None:
            return StatedTime(device_hours=hours)
        hours /= count
        if count != 1:
            reader.repair(words_column, "device-time-divided", words, f"{hours:g} h on {count:g} devices")
    if seconds is None or abs(seconds / SECONDS_PER_HOUR / hours - 1) > AGREEMENT:
        before = "" if seconds is None else f"{seconds:g} s"
        reader.repair(seconds_column, "time-from-words", before, f"{hours * SECONDS_PER_HOUR:g} s: {words}")
    return StatedTime(hours)


def _hours_without_time_in_words(
    reader: RowReader, words: str, words_column: str, seconds_column: str, seconds: float | None
) -> float | None:
    number, _ = read_number(words)
    if number is not None and number > LEAST_NUMBER_THAT_IS_NO_TIME:
        reader.repair(words_column, "computing-in-time-column", words, "")
    elif words and number is None and seconds is not None:
        reader.repair(seconds_column, "seconds-without-time", f"{seconds:g} s: {words}", "")
        return None
    return _hours(seconds)


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / SECONDS_PER_HOUR
