"""Points with a known law, as rows of other people's tables that were imported: any number of models of a benchmark."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from db.engine import Engine, open_database
from db.imports import store_import
from db.migrate import upgrade
from db.public_refresh import bring_public_rows_up_to_date
from imports.records import ImportedFile, ImportedModel, ImportedResult

SLOPE, INTERCEPT = 0.08, -1.0
HOSTILE_NAME = '=HYPERLINK("http://evil.example")</text><script>alert(1)</script>'
"""Of the first model."""
HOSTILE_CARD = '<img src=x onerror="alert(1)">'
"""Its accelerator."""
MOMENT = datetime(2026, 11, 27, 3, tzinfo=UTC)


def made_import(count: int, source: str = "authors-2022", *, seed: int = 1, scatter: float = 0.05) -> ImportedFile:
    """Models on ImageNet: log10(1/err) = INTERCEPT + SLOPE log10(C), C from 10^16 to 10^23 FLOP.

    Every tenth has no burden, and every second network operations, a third of the burden.
    """
    random = np.random.default_rng(seed)
    log10_burden = random.uniform(16, 23, count)
    error = np.clip(10 ** -(INTERCEPT + SLOPE * log10_burden + random.normal(0, scatter, count)), 0.011, 0.989)
    models = [
        ImportedModel(
            row_number=index + 2,
            model=HOSTILE_NAME if index == 0 else f"Net {index}",
            title=f"Paper {index} on deep nets",
            arxiv_id=f"{12 + index % 12:02d}01.{index:05d}",
            year=2012.0 + 12 * (float(log10_burden[index]) - 16) / 7,
            results=(ImportedResult("imagenet", "top1_accuracy", round(100 * (1 - float(error[index])), 6)),),
            hardware_burden_flop=None if index % 10 == 9 else float(10 ** log10_burden[index]),
            network_operations_flop=float(10 ** log10_burden[index] / 3) if index % 2 else None,
            accelerator=HOSTILE_CARD if index == 0 else "NVIDIA Tesla V100",
        )
        for index in range(count)
    ]
    return ImportedFile(source, f"{source}-{count}.csv", f"{seed:032x}{count:032x}", tuple(models))


def add_points(engine: Engine, count: int, source: str = "authors-2022", seed: int = 1) -> None:
    store_import(engine, made_import(count, source, seed=seed), MOMENT)
    bring_public_rows_up_to_date(engine, MOMENT)


def database_with(url: str, **counts: int) -> Engine:
    """A new database with so many models of each source; ``_`` in a name stands for ``-``."""
    engine = open_database(url)
    upgrade(engine)
    for seed, (source, count) in enumerate(counts.items(), start=1):
        add_points(engine, count, source.replace("_", "-"), seed)
    return engine
