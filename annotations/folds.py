"""Folds by paper: papers are never parted, and the same papers fall into the same folds whatever their order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

OUTER_FOLDS = 8
INNER_FOLDS = 5

_Model = TypeVar("_Model")


def paper_folds(papers: Sequence[str], count: int, salt: str) -> list[set[str]]:
    """Parts of near equal size."""
    drawn = sorted(papers, key=lambda paper: hashlib.sha256(f"{salt} {paper}".encode()).hexdigest())
    return [fold for start in range(count) if (fold := set(drawn[start::count]))]


def out_of_fold(papers: Sequence[str], salt: str, fit: Callable[[set[str]], _Model]) -> dict[str, _Model]:
    """For each paper a model that was fitted on the others' folds."""
    models = {}
    for fold in paper_folds(papers, INNER_FOLDS, salt):
        model = fit(set(papers) - fold)
        models.update(dict.fromkeys(fold, model))
    return models
