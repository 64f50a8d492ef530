"""Curators' decisions reach `burden train` and `burden evaluate --against-reviews`."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from homes import Home

from annotations.standoff import GOLD_RUNS, load_gold_runs
from cli import main
from db.desk import settle_paper
from db.engine import Engine, open_database
from db.queries import exported_records
from db.reviews import Decision, Review, add_review
from flows.review_labels import reviewed_pdfs
from flows.settings import Settings, load_settings
from flows.training import read_corpus

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAPERS = ("2105.99003", "2304.99011")
GOLD = load_gold_runs(GOLD_RUNS)[0].paper


@pytest.fixture
def settings(two_papers: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a copy of ``two_papers``."""
    monkeypatch.setenv("BURDEN_HOME", str(shutil.copytree(two_papers.path, tmp_path / "home")))
    monkeypatch.delenv("BURDEN_DATABASE_URL", raising=False)
    return load_settings()


def facts(engine: Engine, paper: str, what: str = "runs") -> list[dict[str, Any]]:
    return [each for each in exported_records(engine, what) if each["arxiv_id"] == paper]


def decide(engine: Engine, key: str, decision: str, field: str | None = None, value: Any = None, **seen: Any) -> None:
    at = AT + timedelta(minutes=1) if field else AT
    add_review(engine, Review(key, field, Decision(decision), "ada", at, value, seen=seen or None))


def evaluated() -> dict[str, Any]:
    ran = CliRunner().invoke(main, ["evaluate", "--against-reviews", "--json"])
    assert ran.exit_code == 0, ran.output
    figures: dict[str, Any] = json.loads(ran.stdout)
    return figures


def test_the_machine_is_measured_by_what_curators_kept(settings: Settings) -> None:
    engine = open_database(settings.database)
    assert evaluated()["facts"] == 0
    run = facts(engine, PAPERS[0])[0]
    decide(engine, run["fact_key"], "accept", accelerator=run["accelerator"])
    decide(engine, run["fact_key"], "correct", "accelerator_count", run["accelerator_count"] + 1)
    by_field = {each["field"]: (each["right"], each["judged"]) for each in evaluated()["fields"]}
    assert by_field["accelerator"] == (1, 1) and by_field["accelerator_count"] == (0, 1)
    assert by_field["whole record"] == (0, 1)
    printed = CliRunner().invoke(main, ["evaluate", "--against-reviews"])
    assert printed.exit_code == 0 and "1 facts of 1 papers" in printed.stdout


def test_gold_and_reviews_are_not_mixed(settings: Settings) -> None:
    ran = CliRunner().invoke(main, ["evaluate", "--against-reviews", "--misses"])
    assert ran.exit_code == 2 and "--against-reviews goes with --json only" in ran.output


def test_what_curators_decided_is_learned_from(settings: Settings, shared_dir: Path, tmp_path: Path) -> None:
    engine = open_database(settings.database)
    settled, open_one = (facts(engine, paper)[0] for paper in PAPERS)
    decide(engine, settled["fact_key"], "accept", accelerator=settled["accelerator"])
    decide(engine, settled["fact_key"], "correct", "accelerator_count", 77)
    decide(engine, open_one["fact_key"], "reject")
    settle_paper(engine, PAPERS[0], "ada", AT + timedelta(minutes=2))
    reviewed = list(reviewed_pdfs(settings))
    assert [each.labels.paper_key for each in reviewed] == list(PAPERS)

    pdfs = tmp_path / "gold"
    pdfs.mkdir()
    (pdfs / f"{GOLD}.pdf").symlink_to(shared_dir / "corpus" / f"{GOLD}.pdf")
    corpus = read_corpus(pdfs, 1, lambda name: None, lambda count: None, reviewed)
    assert (corpus.reviewed_papers, corpus.reviewed_records) == (2, 2)
    runs = {paper.paper: paper.gold_runs for paper in corpus.papers}
    assert sorted(runs) == sorted([GOLD, PAPERS[0]]), "of a paper in work nobody knows what is missing"
    assert 77 in [run["count"] for run in runs[PAPERS[0]]]
    assert {paper.paper for paper in corpus.results} == {GOLD, *PAPERS}
    roles = {paper.paper: [example.role for example in paper.roles] for paper in corpus.papers}
    assert "own" in roles[PAPERS[0]]

    without = read_corpus(pdfs, 1, lambda name: None, lambda count: None)
    assert [paper.paper for paper in without.papers] == [GOLD] and without.reviewed_papers == 0


def test_without_a_database_there_is_nothing_to_learn(tmp_path: Path) -> None:
    assert list(reviewed_pdfs(load_settings(home=tmp_path, database_url=None))) == []
    assert list(tmp_path.iterdir()) == [], "and none is made"
