"""A part of a whole over all papers, with its interval: what is right of what can be judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from annotations.bootstrap import Bounds, Resampled, divided, drawn_papers, interval, where_any


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the whole is right."""

    share: float
    """0 of nothing."""
    part: int
    whole: int
    interval: Bounds
    resampled: Resampled = field(compare=False, repr=False)
    """The share in each resample of papers."""

    @property
    def in_words(self) -> str:
        """As "0.812 (0.70–0.91)"."""
        return f"{self.share:.3f} ({self.interval[0]:.2f}–{self.interval[1]:.2f})"


def share_over_papers(parts_and_wholes: Iterable[tuple[int, int]]) -> Share:
    """The share over all papers, of which each has its part and its whole."""
    counts = np.array(list(parts_and_wholes), dtype=float).reshape(-1, 2)
    part, whole = (int(total) for total in counts.sum(axis=0))
    drawn = drawn_papers(len(counts)) @ counts
    resampled = where_any(divided(drawn[:, 0], drawn[:, 1]), drawn[:, 1])
    return Share(part / whole if whole else 0.0, part, whole, interval(resampled), resampled)
