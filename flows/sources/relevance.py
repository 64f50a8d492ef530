"""What counts as a deep-learning paper."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_CATEGORIES = ("cs.LG", "cs.CV", "cs.CL", "cs.NE", "cs.SD", "eess.AS", "stat.ML")


@dataclass(frozen=True, slots=True)
class RelevanceFilter:
    """Terms of which at least one stands in the title or abstract of a relevant paper."""

    terms: tuple[str, ...]
