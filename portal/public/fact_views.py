"""A paper's facts as everyone reads them: values in words, where they stand, how a burden comes about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from analysis.wording import benchmark_name, metric_name
from db.facts import split_fact_key
from db.fields import FIELDS, Kind
from db.public_records import PublicFact, PublicReview
from extractors.lexicon.catalogue import Catalogue
from extractors.records import Stage
from models.burden import BurdenSteps, Interval, burden_steps
from portal.desk.live_burden import run_of_values
from portal.desk.titles import shortened
from portal.desk.typed_values import DURATION_ENDS
from portal.desk.value_words import LABELS, in_words
from portal.pages import flop, number
from portal.public.words import arxiv_pdf, large

_LEFT_OUT = (None, False, str(Stage.UNSPECIFIED))
_ORDER = {
    Kind.TRAINING_RUN: (
        *("model", "stage", "accelerator", "accelerator_count", "count_unit", "duration_hours"),
        *("duration_hours_low", "duration_hours_high", "device_hours", "mixed_precision"),
    )
}
_LONGEST_NAME = 160
_SAME_TO = 1e-3
"""A burden is shown step by step if the steps give it to this part: the catalogue may be newer than the estimate."""
_ACCEPTED = {"accept": "accepted", "correct": "corrected", "reject": "rejected", "withdraw": "taken back"}


@dataclass(frozen=True, slots=True)
class FieldWords:
    """A field of a fact: what is in force and, where a curator corrected it, what the machine had read."""

    label: str
    value: str
    machine: str


@dataclass(frozen=True, slots=True)
class StepWords:
    """One factor of a burden: its figure, the range that it may have, and where it is from."""

    name: str
    figure: str
    interval: str
    origin: str
    source: str
    """Web address; empty for none."""


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """What was decided on a fact, and when; nobody's name is in it."""

    at: object
    what: str
    anchor: str
    stands: bool


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact with all that its page shows."""

    fact: PublicFact
    anchor: str
    title: str
    fields: tuple[FieldWords, ...]
    page_address: str
    correct_address: str
    steps: tuple[StepWords, ...]
    reviews: tuple[ReviewWords, ...]


def fact_view(
    fact: PublicFact,
    paper_key: str,
    arxiv_id: str | None,
    version: int | None,
    published: date | None,
    catalogue: Catalogue,
) -> FactView:
    """The fact, its evidence at arxiv.org, and its burden step by step."""
    digest = split_fact_key(fact.fact_key)[1]
    return FactView(
        fact=fact,
        anchor=f"fact-{digest}",
        title=_title(fact),
        fields=tuple(_fields(fact)),
        page_address=arxiv_pdf(arxiv_id, version, fact.page),
        correct_address=f"/contribute?{urlencode({'paper': paper_key, 'fact': digest})}",
        steps=tuple(_steps(fact, published, catalogue)),
        reviews=tuple(review_words(fact.reviews)),
    )


def review_words(reviews: Iterable[PublicReview]) -> list[ReviewWords]:
    """As they come: "corrected training time to 84 h", "accepted the record", "rejected the value of model"."""
    return [
        ReviewWords(
            at=review.reviewed_at,
            what=_decision(review),
            anchor=f"fact-{split_fact_key(review.fact_key)[1]}",
            stands=review.in_force,
        )
        for review in reviews
    ]


def _decision(review: PublicReview) -> str:
    label = LABELS[review.field].lower() if review.field else ""
    if review.decision == "correct" and review.field:
        said = in_words(review.field, review.value)
        words = f"corrected {label} to {said}" if review.value is not None else f"{label}: the paper does not state it"
    elif review.decision == "reject" and review.field:
        words = f"rejected the value of {label}; the right one is not known"
    else:
        words = f"{_ACCEPTED[review.decision]} {label or 'the record'}"
    return words + (" (taken back later)" if review.withdrawn else "")


def _title(fact: PublicFact) -> str:
    values = fact.values
    if values.get("model"):
        return shortened(str(values["model"]), _LONGEST_NAME)
    if fact.kind is not Kind.TRAINING_RUN:
        return "not named"
    count, hardware = values.get("accelerator_count"), values.get("accelerator")
    return f"Run on {f'{count} × ' if count else ''}{hardware}, model not named" if hardware else "Run, model not named"


def _fields(fact: PublicFact) -> Iterable[FieldWords]:
    for name in _ORDER.get(fact.kind, FIELDS[fact.kind]):
        value = fact.values.get(name)
        corrected = name in fact.corrected
        usual = (
            value in _LEFT_OUT
            or (name in DURATION_ENDS and value == fact.values.get("duration_hours"))
            or (name == "count_unit" and value == "devices")
        )
        if (usual and not corrected) or name == "model":
            continue
        yield FieldWords(
            label=LABELS[name],
            value="not stated" if value is None else in_words(name, value),
            machine=in_words(name, fact.machine_values.get(name)) if corrected else "",
        )


def _steps(fact: PublicFact, published: date | None, catalogue: Catalogue) -> Iterable[StepWords]:
    """The factors of the burden in force; none where they do not give it any more."""
    if fact.burden is None or fact.burden.flop is None:
        return ()
    steps = burden_steps(run_of_values(fact.values), published, catalogue)
    if steps is None or not steps.estimate.hardware_burden_flop:
        return ()
    if abs(steps.estimate.hardware_burden_flop / fact.burden.flop - 1) > _SAME_TO:
        return ()
    return _step_words(steps, fact)


def _whose(fact: PublicFact, *fields: str) -> str:
    """Who says what these fields state."""
    if fact.added:
        return "the paper, as a curator read it"
    return (
        "the paper, corrected by a curator"
        if set(fields) & set(fact.corrected)
        else "the paper, as the machine read it"
    )


def _step_words(steps: BurdenSteps, fact: PublicFact) -> Sequence[StepWords]:
    words = []
    if steps.count is not None:
        units = steps.unit if steps.count == 1 else f"{steps.unit}s"
        words.append(
            StepWords("Count", f"{steps.count:,} {units}", "", _whose(fact, "accelerator_count", "count_unit"), "")
        )
    if steps.devices_per_unit != Interval.exactly(1):
        per = steps.devices_per_unit
        origin = f"a {steps.unit} of {steps.accelerator.name}, in chips"
        words.append(StepWords(f"Chips a {steps.unit}", f"× {number(per.central)}", _range(per, ""), origin, ""))
    whose = _whose(fact, "duration_hours", "device_hours", *DURATION_ENDS)
    name = "Time" if steps.count is not None else f"{steps.unit.capitalize()}-hours"
    words.append(StepWords(name, f"× {_figure(steps.hours.central)} h", _range(steps.hours, " h"), whose, ""))
    rate = steps.rate_tflops
    card = steps.accelerator
    origin = f"peak of {card.name} in {card.peak_precision}"
    others = [one.name for one in steps.alternatives if one is not card]
    if others:
        origin += f"; the name may also mean {', '.join(others[:4])}{' …' if len(others) > 4 else ''}"
    words.append(StepWords("Rate", f"× {_figure(rate.central)} TFLOP/s", _range(rate, " TFLOP/s"), origin, card.source))
    words.append(StepWords("Seconds an hour", "× 3,600", "", "", ""))
    if steps.mixed_rate_tflops is not None:
        mixed = steps.mixed_rate_tflops
        words.append(
            StepWords(
                "Mixed precision",
                "",
                f"up to {_figure(mixed.high)} TFLOP/s",
                "the paper states it: the upper end takes the peak of the matrix units",
                "",
            )
        )
    return words


def _range(interval: Interval, unit: str) -> str:
    if interval.low == interval.high:
        return ""
    return f"{_figure(interval.low)} to {_figure(interval.high)}{unit}"


def _figure(value: float) -> str:
    """84, 27.67, 0.5, 1,209,600"""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def fact_words(view: FactView) -> str:
    """What it says, in a line: "parameters: 88.1M", "83.4 top-1 accuracy, ImageNet", "3.1 × 10²⁰ FLOP…"."""
    values = view.fact.values
    if view.fact.kind is Kind.TRAINING_COMPUTE:
        stated = values.get("flop")
        return f"{flop(stated if isinstance(stated, float) else None)} FLOP, as the paper states"
    if view.fact.kind is Kind.RESULT:
        return f"{in_words('value', values.get('value'))} {metric_name(str(values.get('metric')))}, " + benchmark_name(
            str(values.get("benchmark"))
        )
    quantity = values.get("quantity")
    said = large(quantity) if isinstance(quantity, float) else ""
    return f"{str(values.get('property')).replace('_', ' ')}: {said}"
