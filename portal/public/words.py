"""How public pages write numbers, names and addresses."""

from __future__ import annotations

import math
import re
from datetime import date
from urllib.parse import quote

from analysis.wording import benchmark_name, metric_name, safe_url, source_name, task_title
from portal.pages import environment, flop

ARXIV = "https://arxiv.org"
SCALE_LOG10 = (14.0, 27.0)
"""FLOP at the ends of the scale on which burdens are drawn beside their figures."""
BASIS_WORDS = {
    "machine": "read by machine",
    "curated": "checked by a curator",
    "imported": "imported",
}
_RESULT = re.compile(r"(\S+) (\S+) on (\S+)")
_LARGE = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def day(value: date | str | None) -> str:
    """2017-06-12, as a date or as text -> "12 Jun 2017"        "2017" -> "2017"        None -> "" """
    if value is None:
        return ""
    try:
        at = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return f"{at.day} {at:%b %Y}"


def large(value: float | None) -> str:
    """88_100_000 -> "88.1M"        950 -> "950"        None -> "" """
    if value is None:
        return ""
    for size, letter in _LARGE:
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def flop_range(low: float | None, high: float | None) -> str:
    """(2.3e19, 2.6e19) -> "2.3 × 10¹⁹ to 2.6 × 10¹⁹"        nothing where both ends are one, or one is unknown"""
    if low is None or high is None or flop(low) == flop(high):
        return ""
    return f"{flop(low)} to {flop(high)}"


def scale_place(value: float | None) -> float | None:
    """Where a burden stands on a scale of 0 to 100, by its logarithm: 1e14 -> 0        1e27 -> 100        0 -> None"""
    if value is None or value <= 0:
        return None
    low, high = SCALE_LOG10
    return round(100 * min(max((math.log10(value) - low) / (high - low), 0), 1), 1)


def result_words(best: str | None) -> str:
    """ "76.5 top1_accuracy on imagenet" -> "76.5 % top-1 accuracy, ImageNet"        None -> "" """
    found = _RESULT.fullmatch(best or "")
    if not found:
        return best or ""
    value, metric, benchmark = found.groups()
    return f"{value} {metric_name(metric)}, {benchmark_name(benchmark)}"


def arxiv_abstract(arxiv_id: str | None, version: int | None = None) -> str:
    """ "1706.03762", 5 -> "https://arxiv.org/abs/1706.03762v5"        None -> "" """
    return f"{ARXIV}/abs/{quote(arxiv_id)}{f'v{version}' if version else ''}" if arxiv_id else ""


def arxiv_pdf(arxiv_id: str | None, version: int | None = None, page: int | None = None) -> str:
    """The PDF at arxiv.org, opened at a page: "…/pdf/1706.03762v5#page=7"."""
    if not arxiv_id:
        return ""
    return f"{ARXIV}/pdf/{quote(arxiv_id)}{f'v{version}' if version else ''}{f'#page={page}' if page else ''}"


def public_address(paper_key: str) -> str:
    """ "1706.03762" -> "/papers/1706.03762"        "sha256:4f…" -> "/papers/sha256%3A4f…" """
    return f"/papers/{quote(paper_key)}"


def register_words() -> None:
    """Make these known to templates."""
    environment().filters |= {
        "day": day,
        "large": large,
        "scale_place": scale_place,
        "result_words": result_words,
        "benchmark_name": benchmark_name,
        "metric_name": metric_name,
        "source_name": source_name,
        "safe_url": safe_url,
        "public_address": public_address,
    }
    environment().globals |= {
        "flop_range": flop_range,
        "task_title": task_title,
        "arxiv_abstract": arxiv_abstract,
        "arxiv_pdf": arxiv_pdf,
        "basis_words": BASIS_WORDS,
    }
