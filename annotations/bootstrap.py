"""Intervals of a figure over papers: what it would have been had other papers been drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
_SEED = 20200710

Bounds = tuple[float, float]
"""Of a 95 % interval."""
Resampled = NDArray[np.float64]
"""A figure in each resample; NaN where the papers drawn have nothing that it could be taken of."""


def drawn_papers(papers: int, resamples: int = RESAMPLES) -> NDArray[np.int64]:
    """How often each paper is drawn, a row a resample.

    Seeded, so that the same export gives the same intervals, and two exports are judged on the same draws.
    """
    if papers == 0:
        return np.zeros((resamples, 0), dtype=np.int64)
    return np.random.default_rng(_SEED).multinomial(papers, np.full(papers, 1 / papers), size=resamples)


def interval(resampled: Resampled) -> Bounds:
    """The middle 95 % of a figure over the resamples that say something of it; (0, 0) if none does."""
    said = resampled[~np.isnan(resampled)]
    if said.size == 0:
        return 0.0, 0.0
    low, high = np.quantile(said, (0.025, 0.975))
    return float(low), float(high)


def where_any(figure: Resampled, whole: NDArray[np.float64]) -> Resampled:
    """The figure, NaN where it is taken of nothing."""
    return np.where(whole == 0, np.nan, figure)


def ratios(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of hits, predicted and gold in the last axis; nothing of nothing is 0."""
    hits, predicted, gold = counts[..., 0], counts[..., 1], counts[..., 2]
    precision, recall = divided(hits, predicted), divided(hits, gold)
    return precision, recall, divided(2 * precision * recall, precision + recall)


def divided(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Element by element; nothing of nothing is 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole != 0)
