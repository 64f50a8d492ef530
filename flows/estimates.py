"""Burdens of runs that have none yet: corrected since, or reckoned by an older catalogue."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from db.dating import dated
from db.engine import Engine
from db.queries import pending_estimates
from db.store import save_estimates
from flows.papers import catalogue
from models.burden import estimate_burden, estimator_version

_AT_A_TIME = 1000


def bring_estimates_up_to_date(engine: Engine, *paper_keys: str) -> None:
    """Estimate what a newer catalogue or a correction has left without an estimate; of these papers, or of all."""
    version = estimator_version(catalogue())
    saved = 1
    while saved:  # what is saved is no longer pending
        pending = list(islice(pending_estimates(engine, version, *paper_keys), _AT_A_TIME))
        estimates = [
            (each, estimate_burden(each.run, dated(each.published, each.paper_key), catalogue())) for each in pending
        ]
        saved = save_estimates(engine, estimates, version, datetime.now(UTC))
