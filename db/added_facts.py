"""Adding what the machine did not find. What an added fact is, is told in ``db.added_claims``."""

from __future__ import annotations

from sqlalchemy import Engine

from db.added_claims import AddedFact, insert_added_fact
from db.engine import lock_papers, writing
from db.reviews import acceptance, append_review

__all__ = ["AddedFact", "add_fact"]


def add_fact(engine: Engine, fact: AddedFact) -> str:
    """Add a fact and the reviewer's acceptance of it; its fact key.

    The same values from the same words are one fact.
    """
    with writing(engine) as connection:
        lock_papers(connection, [fact.paper_key])
        key = insert_added_fact(connection, fact)
        append_review(connection, acceptance(key, fact))
    return key
