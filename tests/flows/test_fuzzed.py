"""Some hundred spoiled PDFs, feeds and tars cost themselves only. `make soak` has 5,000 of each."""

from __future__ import annotations

from pathlib import Path

from soak.fuzzing import fuzz_feeds, fuzz_pdfs, fuzz_tars
from soak.samples import every_kind_of_feed, small_pdfs

from db.engine import open_database
from db.migrate import upgrade

SEED = 5
LONGEST_SECONDS = 30.0
"""Far more than any takes, and less than a hang."""


def test_spoiled_pdfs_cost_themselves_only(tmp_path: Path) -> None:
    outcomes = fuzz_pdfs(SEED, 120, small_pdfs(), tmp_path)
    assert outcomes["read"] > 10 and outcomes.total() == 120
    assert not outcomes["memory"] and not outcomes["crash"]


def test_spoiled_feeds_give_papers_that_the_database_holds_or_are_refused(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'burden.sqlite'}")
    upgrade(engine)
    outcomes = fuzz_feeds(SEED, 300, every_kind_of_feed(), engine, LONGEST_SECONDS)
    assert outcomes["papers"] > 30 and outcomes["refused as a whole"] > 30


def test_hostile_tars_write_in_their_folder_only(tmp_path: Path) -> None:
    outcomes = fuzz_tars(SEED, 300, small_pdfs()[0], tmp_path, LONGEST_SECONDS)
    assert outcomes["member"] > 30 and outcomes["refused member"] > 30 and outcomes["damaged tar"] > 30
