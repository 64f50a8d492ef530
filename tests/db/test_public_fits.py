"""Everyone sees the fits of the newest run of each set of options, part by part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from db.fits import AnalysisRecord, StoredCoefficient, StoredFit, store_analysis
from db.public_fits import newest_fits


def analysis(sample: Any, day: int, slopes: dict[str, float | None], **options: Any) -> AnalysisRecord:
    fits = [
        StoredFit(
            *("db", benchmark, "top1_accuracy", "polynomial", "hardware_burden_flop", "ordinary least squares"),
            n=5,
            coefficients=() if slope is None else (StoredCoefficient("slope", slope),),
            cause=None if slope else "too few points",
        )
        for benchmark, slope in slopes.items()
    ]
    return AnalysisRecord(sample.noon + timedelta(days=day), "1.0", f"digest {day}", options, [], fits)


def test_the_newest_of_each_set_of_options_the_latest_first(engine: Engine, sample: Any) -> None:
    assert newest_fits(engine).total == 0
    store_analysis(engine, analysis(sample, 1, {"imagenet": 0.1}, sources=[]))
    store_analysis(engine, analysis(sample, 2, {"imagenet": 0.2, "coco": None}, sources=["db"]))
    store_analysis(engine, analysis(sample, 3, {"imagenet": 0.3, "cifar10": 0.4}, sources=[]))
    found = newest_fits(engine)
    told = [(row["benchmark"], row["slope"], row["cause"]) for row in found.rows]
    assert told == [
        ("imagenet", 0.3, None),
        ("cifar10", 0.4, None),
        ("imagenet", 0.2, None),
        ("coco", None, "too few points"),
    ]
    assert found.total == 4
    assert found.rows[0]["made_at"] == sample.noon + timedelta(days=3)
    assert found.rows[2]["options"] == {"sources": ["db"]}
    assert [row["slope"] for row in newest_fits(engine, offset=1, limit=2).rows] == [0.4, 0.2]
    assert [row["slope"] for row in newest_fits(engine, benchmark="imagenet", source="db").rows] == [0.3, 0.2]
    assert newest_fits(engine, source="epoch").total == 0
