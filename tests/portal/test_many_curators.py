"""Eight curators at once on the same few papers: everything that was acknowledged is kept, and nothing goes untold."""

from __future__ import annotations

from collections import Counter

from curators_at_work import Curator, at_once
from kept_saves import faults
from live_site import SAMPLE_PAPERS, Site

CURATORS, DECISIONS = 8, 120
PAPERS = SAMPLE_PAPERS[1:4]


def test_what_eight_curators_save_at_once_is_kept_exactly_once_or_told_as_a_conflict(site: Site) -> None:
    names = [f"curator-{number}" for number in range(CURATORS)]
    curators = [Curator(name, site.client("curator", name), PAPERS, number) for number, name in enumerate(names)]
    saves = at_once(curators, DECISIONS)
    assert faults(saves, site.engine) == []
    met = Counter(save.status for save in saves)
    assert met[200] > DECISIONS / 2 and met[409] > 0, "the curators were in each other's way"
    assert any(curator.sent_twice for curator in curators)
