"""Numbers and foreign texts as figures and reports print them: one wording for HTML, Markdown, SVG and PNG."""

from __future__ import annotations

import math
import unicodedata
from urllib.parse import urlsplit

from analysis.records import Computing

UNKNOWN = "–"
LONGEST_TEXT = 160
LONGEST_URL = 2_000
COMPUTING_NAMES = {
    Computing.HARDWARE_BURDEN: "hardware burden",
    Computing.NETWORK_OPERATIONS: "network operations",
    Computing.OPERATIONS_PER_PASS: "operations per pass",
    Computing.FILLED_BURDEN: "hardware burden, gaps filled",
}
_SOURCES = {
    "db": "this database",
    "authors-2022": "authors, 2022",
    "authors-2020": "authors, 2020",
    "fits-2020": "authors, lines of 2020",
    "epoch": "Epoch AI",
}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BENCHMARKS = {
    "imagenet": "ImageNet",
    "coco": "MS COCO",
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "squad1.1": "SQuAD 1.1",
    "conll2003": "CoNLL 2003",
    "librispeech-test-clean": "LibriSpeech test-clean",
    "librispeech-test-other": "LibriSpeech test-other",
    "wmt14-en-fr": "WMT14 English–French",
    "wmt14-en-de": "WMT14 English–German",
}
_METRICS = {
    "top1_accuracy": "top-1 accuracy",
    "top5_accuracy": "top-5 accuracy",
    "box_ap": "box AP",
    "box_ap50": "box AP50",
    "box_ap75": "box AP75",
    "em": "exact match",
    "f1": "F1",
    "bleu": "BLEU",
    "wer": "word error rate",
}


def power_of_ten(exponent: float) -> str:
    """``10²⁰`` for 20, ``10²⁰·⁵`` for 20.5: plain characters, so that no markup of figures is in play."""
    rounded = round(exponent, 1)
    digits = f"{rounded:.0f}" if rounded == int(rounded) else f"{rounded:.1f}"
    return "10" + digits.translate(_SUPERSCRIPTS).replace(".", "·")


def flop(value: float | None) -> str:
    """``1.1 × 10²⁰`` for 1.1e20; a dash where it is unknown."""
    if not known(value) or value is None or value <= 0:
        return UNKNOWN
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × {power_of_ten(int(exponent))}"


def factor(log10_factor: float | None) -> str:
    """A factor stated by its logarithm: ``×34`` for 1.53, ``×1,500`` for 3.18, ``×10²¹`` for 21.2."""
    if log10_factor is None or not math.isfinite(log10_factor):
        return UNKNOWN
    if log10_factor >= 6 or log10_factor <= -4:
        return "×" + power_of_ten(round(log10_factor))
    rounded = float(f"{10**log10_factor:.2g}")
    return f"×{rounded:,.0f}" if rounded >= 10 else f"×{rounded:g}"


def factor_interval(low: float | None, high: float | None) -> str:
    """``×0.5 to ×2``, from the logarithms of both ends; a dash where one is unknown."""
    return UNKNOWN if low is None or high is None else f"{factor(low)} to {factor(high)}"


def share_in_percent(share: float | None) -> str:
    """``42 %`` for 0.42; a dash where it is unknown."""
    return UNKNOWN if share is None else f"{100 * share:.0f} %"


def number(value: float | None, digits: int = 3) -> str:
    """Three significant digits, ``0.0933``; a dash where it is unknown; a true minus sign."""
    if not known(value):
        return UNKNOWN
    return f"{value:.{digits}g}".replace("-", "−")


def decimal(value: float | None, places: int = 4) -> str:
    """A coefficient as tables of regressions print it: ``−0.0933``."""
    if not known(value):
        return UNKNOWN
    return f"{value:.{places}f}".replace("-", "−")


def interval(low: float | None, high: float | None, places: int = 4) -> str:
    if not known(low) and not known(high):
        return UNKNOWN
    return f"{decimal(low, places)} to {decimal(high, places)}"


def known(value: float | None) -> bool:
    return value is not None and not math.isnan(value)


def plain(text: object, longest: int = LONGEST_TEXT) -> str:
    """Foreign text in one line: no control characters or marks that turn the direction of writing, and bounded.

    "Net\\n\\x00A" -> "Net A"
    """
    if text is None or (isinstance(text, float) and math.isnan(text)):
        return ""
    kept = str(text)[: 4 * longest]
    if not (kept.isascii() and kept.isprintable()):
        kept = "".join(" " if unicodedata.category(mark)[0] in "CZ" else mark for mark in kept)
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def safe_url(url: object) -> str | None:
    """The address, if it may stand in a link: http or https with a host, no blanks or control characters, bounded."""
    if not isinstance(url, str) or len(url) > LONGEST_URL or any(unicodedata.category(mark)[0] in "CZ" for mark in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def benchmark_name(benchmark: str) -> str:
    return _BENCHMARKS.get(benchmark, plain(benchmark, 60))


def metric_name(metric: str) -> str:
    return _METRICS.get(metric, plain(metric, 40).replace("_", " "))


def task_title(benchmark: str, metric: str) -> str:
    """ "ImageNet, top-1 accuracy"."""
    return f"{benchmark_name(benchmark)}, {metric_name(metric)}"


def source_name(source: str) -> str:
    """ "db beside epoch" -> "this database, models also of Epoch AI": the same models fitted from either source."""
    own, beside, other = source.partition(" beside ")
    name = _SOURCES.get(own, plain(own, 40))
    return f"{name}, models also of {_SOURCES.get(other, plain(other, 40))}" if beside else name
