"""The rules by which cells are repaired: a name and a sentence each, so that a report can say what was done and why.

They were set down before any line was fitted to what they yield.
"""

from __future__ import annotations

MAX_SHOWN_CHARACTERS = 120

RULES = {
    "read-as-cp1252": "The file is not UTF-8 and was read as cp1252.",
    "surplus-empty-cells": "Empty cells beyond the last column were dropped.",
    "text-cleaned": "Line breaks, control characters and runs of spaces in a text became one space.",
    "text-shortened": "A text longer than its bound was cut.",
    "link-refused": "A link that is not http or https was dropped.",
    "model-from-title": "The model has no name: the paper's title stands for it.",
    "pair-from-file-name": "No cell says which languages are translated: the name of the file does.",
    "leading-zero": "A number was written with zeros in front.",
    "thousands-separator": "A number was written with commas or spaces between its thousands.",
    "power-of-ten": "A number was written as a multiple of a power of ten.",
    "decimal-comma": "No thousands begin with «0,»: the comma was read as a decimal point.",
    "scale-letter": "A number was written with a letter for its scale: K, M, B or T.",
    "percent-sign": "A number was written with a percent sign.",
    "approximate-sign": "A number was written with a sign for «about».",
    "range-to-midpoint": "A range became its midpoint.",
    "unreadable-number": "A cell that should hold a number holds none; it counts as unknown.",
    "not-positive": "A number that must be positive is not; it counts as unknown.",
    "score-out-of-range": "A score or error outside 0 to 100 percent counts as unknown.",
    "implausible-year": "A year outside 1950 to 2100 counts as unknown.",
    "unreadable-date": "A date that is not year, month and day, or a beginning of it, counts as unknown.",
    "date-to-midpoint": "A date without its day or month became the middle of that month or year.",
    "operations-implausible": "Fewer than 100,000 operations for a pass are none: the number counts as unknown.",
    "training-compute-in-operations-column": (
        "More than 10^15 operations are no single pass: the number was taken for the computing of all training."
    ),
    "computing-in-time-column": "A number beyond 10^12 without a unit is no time; it counts as unknown.",
    "number-in-name-column": "A number stands where hardware is named, as its row was shifted; it names nothing.",
    "count-in-other-column": "The number of devices stands under another kind than the device's name, and was moved.",
    "device-time-divided": "Device-time («10 GPU days») was divided by the number of devices.",
    "time-from-words": "The seconds are missing or differ by over 2 % from the time in words: the words count.",
    "seconds-without-time": (
        "The words state steps, a rate of work or a comparison, from which no time follows: the seconds beside them "
        "count as unknown."
    ),
    "rate-from-table": "The rate is not stated: number of devices times the rate in the authors' tables of hardware.",
    "rate-of-one-device": "The stated rate is that of one device: it was multiplied by the number of devices.",
    "rate-contradicts-table": (
        "The stated rate differs by over 10 % both from one device's in the authors' tables and from that times the "
        "number of devices: the table counts."
    ),
    "trained-elsewhere": (
        "The comment says that the model was not trained in this paper, or on other data: the row is left out of fits."
    ),
}


def shown(text: str) -> str:
    """A cell as messages and reports may show it: at most 120 characters, what does not print is escaped."""
    cut = text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in cut)
