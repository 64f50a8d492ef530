"""The page on the analysis tells the truth: its examples run, in order, and its queries find something."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from analysis.points import POINT_COLUMNS
from analysis.records import Fit
from db.arrivals import ExtractedPaper
from db.engine import Engine, open_database
from db.imports import store_import
from db.migrate import upgrade
from db.store import save_extractions
from extractors.records import Box, BurdenEstimate, Evidence, Extraction, PaperMetadata, TrainingRun
from flows.analysis import AnalysisRequest, analyze
from imports.records import ImportedFile, ImportedModel, ImportedResult

PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Seven invented models with results; those of the page are of papers, here the import stands in for them. And one
    without results, which a paper and Epoch AI's table both have."""
    url = f"sqlite:///{tmp_path / 'burden.sqlite'}"
    engine = open_database(url)
    upgrade(engine)
    models = tuple(
        ImportedModel(
            row_number=number + 2,
            model=f"Heron-{number}",
            year=2015.0 + number,
            results=(ImportedResult("imagenet", "top1_accuracy", 70.0 + 2 * number + 0.3 * (number % 2)),),
            hardware_burden_flop=10.0 ** (17 + 0.7 * number),
        )
        for number in range(7)
    )
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    store_import(engine, ImportedFile("herons", "herons.csv", "0" * 64, models), new_year)
    evidence = Evidence(1, Box(1.0, 1.0, 2.0, 2.0), "We train Wader on 8 V100 for 60 hours.", 0, 38, ("run.x",))
    run = TrainingRun(evidence, model="Wader", accelerator="NVIDIA Tesla V100", accelerator_count=8, duration_hours=60)
    burden = BurdenEstimate(2.7e19, 2.6e19, 2.8e19, None, "8 devices x 15.7 TFLOP/s fp32 x 60 h")
    paper = ExtractedPaper(PaperMetadata("2401.00001", 1, "Waders"), 1, Extraction("a" * 64, 1, (run,), ()), (burden,))
    save_extractions(engine, [paper], "x1", "e1", new_year)
    wader = ImportedModel(
        2,
        "WADER",
        arxiv_id="2401.00001",
        training_compute_flop=9e18,
        accelerator="NVIDIA Tesla V100 SXM2 32 GB",
        accelerator_count=8,
    )
    store_import(engine, ImportedFile("epoch", "all_ai_models.csv", "1" * 64, (wader,)), new_year)
    return url


def test_the_examples_run_one_after_the_other(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {"database": database}
    for example in EXAMPLES:
        exec(example.replace('"db"', '"herons"'), names)
    assert isinstance(names["law"], Fit) and names["law"].n == 7
    told = capsys.readouterr().out
    assert "Heron-6" in told and "n = 7, slope 0.0" in told and "10^" in told
    assert "epoch: 1 of 1 models paired, accelerator 100 %, burden / training compute 3.0" in told


def test_the_queries_find_something(database: str) -> None:
    engine: Engine = open_database(database)
    analyze(engine, AnalysisRequest())
    assert len(QUERIES) == 2
    for query in QUERIES:
        with engine.connect() as connection:
            assert connection.execute(text(query.replace("'db'", "'herons'"))).all()


def test_the_nightly_analysis_compares_models_that_have_no_results(database: str) -> None:
    models = analyze(open_database(database), AnalysisRequest()).analysis.models
    assert models is not None
    assert [(pair.imported.model, pair.rule, pair.same_accelerator) for pair in models.pairs] == [
        ("WADER", "same name", True)
    ]
    of_herons = analyze(open_database(database), AnalysisRequest(sources=("herons",))).analysis.models
    assert of_herons is not None and not of_herons.pairs


def test_every_column_is_told() -> None:
    section = PAGE.partition("| column | holds |")[2].partition("\n\n")[0]
    assert re.findall(r"`(\w+)`", section.replace("`year` as", "")) == sorted(
        POINT_COLUMNS, key=lambda name: section.index(f"`{name}`")
    )
