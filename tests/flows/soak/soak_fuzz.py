"""5,000 mutated PDFs, 5,000 mutated feeds and 5,000 hostile tars: no crash of the run, no hang, no file outside.

SOAK_MUTATIONS=500 SOAK_SEED=3 python -m pytest -s tests/flows/soak/soak_fuzz.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from db.engine import open_database
from db.migrate import upgrade
from soak.fuzzing import fuzz_feeds, fuzz_pdfs, fuzz_tars
from soak.samples import every_kind_of_feed, small_pdfs

MUTATIONS = int(os.environ.get("SOAK_MUTATIONS", "5000"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
LONGEST_SECONDS = 60.0

pytestmark = pytest.mark.timeout(3 * 3600)


def test_mutated_pdfs(tmp_path: Path) -> None:
    outcomes = fuzz_pdfs(SEED, MUTATIONS, small_pdfs(), tmp_path)
    print(f"{MUTATIONS} PDFs: {dict(outcomes)}")
    assert outcomes.total() == MUTATIONS
    assert outcomes["read"] > MUTATIONS / 4 and not outcomes["crash"]
    assert outcomes["timeout"] <= 1 + MUTATIONS // 1000, "the machine may have been stopped meanwhile"


def test_mutated_feeds(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'burden.sqlite'}")
    upgrade(engine)
    outcomes = fuzz_feeds(SEED, MUTATIONS, every_kind_of_feed(), engine, LONGEST_SECONDS)
    print(f"{MUTATIONS} feeds: {dict(outcomes)}")
    assert min(outcomes["papers"], outcomes["refused as a whole"]) > MUTATIONS / 20


def test_hostile_tars(tmp_path: Path) -> None:
    outcomes = fuzz_tars(SEED, MUTATIONS, small_pdfs()[0], tmp_path, LONGEST_SECONDS)
    print(f"{MUTATIONS} tars: {dict(outcomes)}")
    assert min(outcomes["member"], outcomes["refused member"], outcomes["damaged tar"]) > MUTATIONS / 20
