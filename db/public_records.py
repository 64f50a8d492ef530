"""One paper or one model as everyone sees it: facts in force with their evidence, and what was decided on them.

Nobody's name is in it: who reviewed is ``curator``, and free words of reviews are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from db.fields import Kind
from db.paper_records import Burden, Value

MOST_FACTS = 2_000
"""Of one paper that are shown."""


@dataclass(frozen=True, slots=True)
class PublicReview:
    fact_key: str
    field: str | None
    """None: the whole record."""
    decision: str
    """``accept``, ``correct``, ``reject`` or ``withdraw``."""
    value: Value
    """What a correction put in force; None: the paper does not state it."""
    reviewed_at: datetime
    in_force: bool
    withdrawn: bool
    reviewer: str = "curator"


@dataclass(frozen=True, slots=True)
class PublicFact:
    """An accepted record in force."""

    fact_key: str
    kind: Kind
    values: Mapping[str, Value]
    """In force, by field."""
    machine_values: Mapping[str, Value]
    """As the machine read them; of a fact that a curator added, as it was added."""
    corrected: tuple[str, ...]
    """The fields whose value in force is another than the machine's."""
    confidence: float
    basis: str
    """``machine`` or ``curated``."""
    added: bool
    """By a curator."""
    page: int
    quote: str
    rules: tuple[str, ...]
    burden: Burden | None
    """Of a training run: flop, low, high, method (the steps in words), reason where there is none."""
    joined_models: tuple[Mapping[str, Any], ...]
    """``model``, ``benchmark``, ``rule`` and ``confidence`` of each."""
    reviews: tuple[PublicReview, ...]
    """The latest first."""


@dataclass(frozen=True, slots=True)
class PublicPaper:
    paper_key: str
    arxiv_id: str | None
    version: int | None
    """The version that was read; None where it is not known, or the paper has no arXiv id."""
    title: str
    authors: tuple[str, ...]
    published: date | None
    categories: tuple[str, ...]
    license_url: str | None
    page_count: int
    facts: tuple[PublicFact, ...]
    """In the order of kind and place."""
    facts_left_out: int
    """Beyond ``MOST_FACTS``."""
    history: tuple[PublicReview, ...]
    """All reviews of the paper, the latest first, also of rejected facts; none while a second curator is to review
    the paper independently of the first."""
    models: tuple[Mapping[str, Any], ...]
    """Its rows of ``public_models``."""
    summary: Mapping[str, Any]
    """Its row of ``public_papers``."""


@dataclass(frozen=True, slots=True)
class PublicModel:
    row: Mapping[str, Any]
    """Of ``public_models``."""
    points: tuple[Mapping[str, Any], ...]
    """Its rows of ``public_points``."""
    facts: tuple[PublicFact, ...]
    """Of a paper's model: the runs, stated computing, own results and properties that are of it."""
    paper_key: str | None
    """Of a paper that was read; ``/papers/{key}`` has it."""
    import_file: str | None
    import_row: int | None
    """Of an imported model: where its row is."""


def model(engine: Engine, model_id: str) -> PublicModel | None:
    """None where there is no such model."""
    raise NotImplementedError


def public_paper(engine: Engine, paper_key: str) -> PublicPaper | None:
    """None where there is no such paper, where it was never read, or where it was withdrawn."""
    raise NotImplementedError
