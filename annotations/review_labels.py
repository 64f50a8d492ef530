"""What curators decided, as the labels that the judge learns from.

- **Runs**: of a paper with which a curator was done, the kept runs, as they hold now, are what the paper says; a record
  that the machine reads and that is none of them is wrong. Runs that nobody judged are neither: they are ``optional``.
  Papers that were reviewed in part say nothing of runs, since what is missing there is not known.
- **Values of benchmarks**: each judged one says of its number, at its place, whether it is such a result and whose.
- **Sentences**: one on which a kept run stands tells of the authors' own training.

Papers of the gold files keep their gold: these were read twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from annotations.lines import Record
from annotations.places import Place
from annotations.review_scoring import same_value
from annotations.standoff import RoleLabel
from annotations.value_labels import ValueLabel
from db.fields import Kind
from db.reviewed_facts import ReviewedFact, Value

_READER = "first"
_READ_FROM = ("benchmark", "metric", "value")


@dataclass(frozen=True, slots=True)
class ReviewedPaper:
    """The labels of one paper."""

    paper_key: str
    document_sha256: str
    runs: list[Record] | None = None
    """None: not all of its runs are known."""
    values: list[ValueLabel] = field(default_factory=list)
    roles: list[RoleLabel] = field(default_factory=list)
    decided: int = 0
    """Records that were judged."""


def reviewed_papers(facts: Iterable[ReviewedFact]) -> dict[str, ReviewedPaper]:
    """By paper, those of which anything was judged."""
    by_paper: dict[str, list[ReviewedFact]] = defaultdict(list)
    for fact in facts:
        by_paper[fact.paper_key].append(fact)
    made = {paper: _labels(held) for paper, held in sorted(by_paper.items())}
    return {paper: labels for paper, labels in made.items() if labels.decided}


def _labels(facts: Sequence[ReviewedFact]) -> ReviewedPaper:
    runs = [fact for fact in facts if fact.kind is Kind.TRAINING_RUN]
    kept = [fact for fact in runs if fact.kept or (fact.kept is None and fact.judged)]
    sha256 = next((fact.document_sha256 for fact in facts if not fact.added), facts[0].document_sha256)
    return ReviewedPaper(
        paper_key=facts[0].paper_key,
        document_sha256=sha256,
        runs=[_run(fact) for fact in runs if fact.kept is not False] if facts[0].settled else None,
        values=[label for fact in facts if fact.kind is Kind.RESULT for label in _values(fact)],
        roles=[_own(fact, record) for record, fact in enumerate(kept, start=1) if not fact.added],
        decided=sum(fact.kept is not None or bool(fact.judged) or bool(fact.wrong) for fact in facts),
    )


def _run(fact: ReviewedFact) -> Record:
    """As ``runs_by_paper`` has a run."""
    values = fact.values
    run: Record = {
        "model": values["model"],
        "stage": values["stage"],
        "accelerator": values["accelerator"],
        "count": values["accelerator_count"],
        "count_unit": values["count_unit"],
        "hours": values["duration_hours"],
        "device_hours": values["device_hours"],
        "page": fact.page,
        "box": fact.box.as_list(),
    }
    if not (fact.kept or fact.judged) or fact.wrong:
        run["optional"] = True
    return run


def _own(fact: ReviewedFact, record: int) -> RoleLabel:
    place = Place.of(fact.quote, fact.page, fact.box, fact.quote_start, fact.quote_end)
    return RoleLabel(fact.paper_key, None, record, "sentence", "own", False, _READER, place)


def _values(fact: ReviewedFact) -> list[ValueLabel]:
    """What is known of the number that was read, and of what it was corrected to."""
    if fact.kept is None and not (fact.judged or fact.wrong):
        return []
    changed = [
        name for name in _READ_FROM if name in fact.judged and not same_value(fact.read[name], fact.judged[name])
    ]
    changed += [name for name in _READ_FROM if name in fact.wrong]
    known = fact.kept is not None or all(name in fact.judged for name in _READ_FROM)
    right = fact.kept is not False and not changed
    if right and not known:
        return []
    own = fact.values["own"] if fact.kept is not False and "own" not in fact.wrong else None
    labels = [_label(fact, fact.read, own if right else None, right)]
    if fact.kept is not False and changed and not fact.wrong.intersection(_READ_FROM):
        labels.append(_label(fact, fact.values, own, True))
    return [label for label in labels if label is not None]


def _label(fact: ReviewedFact, values: Mapping[str, Value], own: Value, right: bool) -> ValueLabel | None:
    benchmark, metric, value = (values[name] for name in _READ_FROM)
    if not (isinstance(benchmark, str) and isinstance(metric, str) and isinstance(value, int | float)):
        return None
    owner = own if isinstance(own, bool) else None
    return ValueLabel(fact.paper_key, 1, benchmark, metric, float(value), owner, right, fact.page, fact.box)
