"""Papers' records as there might be of 100,000 papers: about 12 claims a paper, a few dozen for one in a hundred."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import date, timedelta

from db.arrivals import ExtractedPaper
from extractors.lexicon.catalogue import Catalogue
from extractors.records import (
    Box,
    CountUnit,
    Evidence,
    Extraction,
    ModelLink,
    ModelProperty,
    PaperMetadata,
    Property,
    Result,
    Stage,
    Status,
    TrainingCompute,
    TrainingRun,
    UnknownHardware,
)
from imports.records import ImportedFile, ImportedModel, ImportedResult
from models.burden import estimate_burden

_ACCELERATORS = ("NVIDIA Tesla V100", "NVIDIA A100", "NVIDIA Tesla P100", "NVIDIA GeForce RTX 2080 Ti", "Google TPU v3")
_BENCHMARKS = (
    ("imagenet", "top1_accuracy", "cs.CV"),
    ("coco", "box_ap", "cs.CV"),
    ("cifar10", "accuracy", "cs.LG"),
    ("wmt14-en-de", "bleu", "cs.CL"),
    ("squad1.1", "f1", "cs.CL"),
    ("conll2003", "f1", "cs.CL"),
    ("librispeech-test-clean", "wer", "eess.AS"),
)
_WORDS = "deep residual attention scaling sparse efficient contrastive transformer diffusion networks learning".split()
_FIRST_DAY = date(2012, 1, 1)
_DAYS = 14 * 365


def made_up_papers(count: int, catalogue: Catalogue, seed: int = 1) -> Iterator[ExtractedPaper]:
    """The same papers for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - data, not secrets
    for number in range(count):
        yield _paper(number, chance, catalogue)


def _paper(number: int, chance: random.Random, catalogue: Catalogue) -> ExtractedPaper:
    published = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
    benchmark, metric, category = chance.choice(_BENCHMARKS)
    models = [f"{chance.choice(_WORDS).capitalize()}Net-{size}" for size in ("S", "B", "L")[: chance.randint(1, 3)]]
    rich = chance.random() < 0.01
    runs = tuple(_run(chance, chance.choice(models), row) for row in range(chance.choice((0, 1, 1, 1, 2, 3))))
    rows = chance.randint(24, 48) if rich else chance.randint(3, 14)
    results = tuple(_result(chance, benchmark, metric, models, row) for row in range(rows))
    properties = tuple(_property(chance, models[0], row) for row in range(chance.randint(0, 4)))
    compute = (_compute(chance, models[0]),) if chance.random() < 0.05 else ()
    links = tuple(
        ModelLink("training_run", index, run.model or models[0], "join.same-name", 0.8)
        for index, run in enumerate(runs)
    )
    links += tuple(
        ModelLink("model_property", index, models[0], "join.same-name", 0.8) for index in range(len(properties))
    )
    unknown = ()
    if chance.random() < 0.02:
        name = f"Zephyr Q{chance.randrange(40)}"
        unknown = (UnknownHardware(name, 5, f"All models were trained on 64 {name} accelerators."),)
    metadata = PaperMetadata(
        arxiv_id=f"{published:%y%m}.{number % 100_000:05d}",
        version=1,
        title=" ".join(chance.choices(_WORDS, k=7)).capitalize(),
        abstract="",
        authors=("A. Example", "B. Example"),
        categories=(category, "cs.LG"),
        published=published,
        updated=published,
    )
    sha256 = hashlib.sha256(f"made up {number}".encode()).hexdigest()
    extraction = Extraction(sha256, 12, runs, compute, results, properties, links, unknown)
    return ExtractedPaper(
        metadata, 900_000, extraction, tuple(estimate_burden(run, published, catalogue) for run in runs)
    )


def _evidence(page: int, row: int, quote: str, rule: str) -> Evidence:
    box = Box(100.0, 80.0 + 12 * row, 500.0, 90.0 + 12 * row)
    return Evidence(page, box, quote, 1000 * row, 1000 * row + len(quote), (rule,), ((page, box),))


def _confidence(chance: random.Random) -> float:
    """Mostly sure."""
    return round(chance.betavariate(6, 1), 3)


def _run(chance: random.Random, model: str, row: int) -> TrainingRun:
    accelerator, devices, hours = chance.choice(_ACCELERATORS), 2 ** chance.randint(0, 8), chance.randint(4, 400)
    return TrainingRun(
        evidence=_evidence(6, row, f"We train {model} on {devices} {accelerator} for {hours} hours.", "count.devices"),
        accelerator=accelerator,
        accelerator_count=devices,
        count_unit=CountUnit.DEVICES,
        duration_hours=float(hours),
        model=model,
        stage=Stage.TRAINING,
        confidence=_confidence(chance),
        status=chance.choice((Status.ACCEPTED, Status.ACCEPTED, Status.CANDIDATE)),
    )


def _compute(chance: random.Random, model: str) -> TrainingCompute:
    flop = 10 ** chance.uniform(18, 24)
    quote = f"Training {model} took {flop:.1e} FLOPs."
    return TrainingCompute(_evidence(7, 0, quote, "flop"), flop, model, confidence=_confidence(chance))


def _result(chance: random.Random, benchmark: str, metric: str, models: list[str], row: int) -> Result:
    own = row < len(models)
    model = models[row] if own else f"Their model {row}"
    value = round(chance.uniform(20, 99), 2)
    return Result(
        evidence=_evidence(8, row, f"{model} {value}", "table.cell"),
        benchmark=benchmark,
        metric=metric,
        value=value,
        own=own,
        model=model,
        confidence=_confidence(chance),
    )


def _property(chance: random.Random, model: str, row: int) -> ModelProperty:
    of_kind = list(Property)[row % len(Property)]
    quantity = 10 ** chance.uniform(6, 10)
    quote = f"{model} has {of_kind} {quantity:.2e}."
    return ModelProperty(
        _evidence(5, row, quote, "property.sentence"), of_kind, quantity, model, confidence=_confidence(chance)
    )


def made_up_imports(count: int, seed: int = 6) -> ImportedFile:
    """A file of so many models with results on ImageNet, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - data, not secrets
    models = tuple(
        ImportedModel(
            row_number,
            f"{chance.choice(_WORDS).capitalize()} {row_number}",
            year=chance.uniform(2012, 2026),
            hardware_burden_flop=10 ** chance.uniform(15, 24) if chance.random() < 0.5 else None,
            parameters=10 ** chance.uniform(6, 11),
            accelerator=chance.choice(_ACCELERATORS),
            results=(ImportedResult("imagenet", "top1_accuracy", chance.uniform(50, 90)),),
        )
        for row_number in range(2, count + 2)
    )
    digest = hashlib.sha256(f"{count} made up, {seed}".encode()).hexdigest()
    return ImportedFile("made-up", "models.csv", digest, models)
