"""A small database with all that a release must keep, and much that it must not."""

from __future__ import annotations

from datetime import UTC, date, datetime

from db.accounts import Role, add_user
from db.arrivals import ExtractedPaper
from db.desk import add_comment
from db.engine import Engine
from db.fits import AnalysisRecord, StoredCoefficient, StoredFit, fit_points, store_analysis
from db.imports import store_import
from db.queries import exported_records
from db.reviews import Decision, Review, add_review
from db.store import save_extractions
from extractors.records import (
    Box,
    BurdenEstimate,
    Evidence,
    Extraction,
    ModelLink,
    ModelProperty,
    PaperMetadata,
    Property,
    Result,
    TrainingRun,
)
from imports.records import ImportedFile, ImportedModel, ImportedResult

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPEN, CLOSED, NAMELESS = "2401.00001", "2401.00002", "sha256:" + "c" * 64
OPEN_QUOTE = 'We train on 8 P100 GPUs for 84 hours, "all in all"; ask ada.lovelace@example.org.'
CLOSED_QUOTE = "Under another licence we trained on 64 V100s for nine days."
HOSTILE_TITLE = '=HYPERLINK("http://bad.example"), a, "b"\r\nand <script>alert(1)</script>'
CURATOR, OTHER_CURATOR = "quarterdeck-curator", "mizzenmast-curator"
ADDRESS = "somebody@private.example"
SECRETS = (CURATOR, OTHER_CURATOR, ADDRESS, "ada.lovelace@", "private words", "hash-of-a-password")
"""Words that stand in the database and may stand in no file of a release."""


def _evidence(quote: str, page: int = 7, line: int = 0) -> Evidence:
    box = Box(72.0, 80.0 + 12 * line, 300.0, 90.0 + 12 * line)
    return Evidence(page, box, quote, 1000 * line, 1000 * line + len(quote), ("count.x",), ((page, box),))


def _paper(arxiv_id: str | None, letter: str, title: str, licence: str | None, quote: str) -> ExtractedPaper:
    metadata = PaperMetadata(
        arxiv_id, 1, title, "An abstract.", ("Grace Hopper",), ("cs.LG",), date(2024, 1, 2), license_url=licence
    )
    run = TrainingRun(_evidence(quote), "NVIDIA Tesla P100", 8, duration_hours=84.0, model="Base", confidence=0.94)
    result = Result(
        _evidence("Table 2: accuracy", 8, 3), "imagenet", "top1_accuracy", 76.5, True, "Base", confidence=0.9
    )
    weights = ModelProperty(
        _evidence("Base has 25M weights.", 6, 5), Property.PARAMETERS, 2.5e7, "Base", confidence=0.8
    )
    links = (ModelLink("training_run", 0, "Base", "join.same-name", 0.9),)
    extraction = Extraction(letter * 64, 10, (run,), results=(result,), properties=(weights,), links=links)
    estimate = BurdenEstimate(2.6e19, 2.3e19, 2.6e19, 5.2e19, "8 devices x 10.6 TFLOP/s fp32 x 84 h")
    return ExtractedPaper(metadata, 12_345, extraction, [estimate])


def fill(engine: Engine) -> None:
    """Papers under several licences, reviews by people, imports with and without a licence, an analysis."""
    nonexclusive = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
    papers = (
        _paper(OPEN, "a", HOSTILE_TITLE, "http://creativecommons.org/licenses/by/4.0/", OPEN_QUOTE),
        _paper(CLOSED, "b", "Closed", nonexclusive, CLOSED_QUOTE),
        _paper(None, "c", "Found in a folder", None, CLOSED_QUOTE),
    )
    save_extractions(engine, papers, "x1", "e1", NOON)
    add_user(engine, CURATOR, Role.CURATOR, "hash-of-a-password", NOON)
    facts = {record["kind"]: record for record in exported_records(engine, "facts") if record["arxiv_id"] == OPEN}
    run, result = facts["training_run"]["fact_key"], facts["result"]["fact_key"]
    add_review(engine, Review(run, "model", Decision.CORRECT, CURATOR, NOON, f"Bigger {ADDRESS}", "private words"))
    add_review(engine, Review(result, None, Decision.ACCEPT, OTHER_CURATOR, NOON, reason="private words"))
    add_comment(engine, OPEN, run.partition(":")[2], CURATOR, NOON, f"private words to {ADDRESS}")
    for source, name in (("authors-2022", "imagenet.csv"), ("epoch", "all_ai_models.csv")):
        models = (
            ImportedModel(
                2, f"Model of {source}", arxiv_id=OPEN, note=f"from {ADDRESS}", hardware_burden_flop=1e19,
                results=(ImportedResult("imagenet", "top1_accuracy", 76.0),),
            ),
        )  # fmt: skip
        store_import(engine, ImportedFile(source, name, source[0] * 64, models), NOON)
    subject = ("db", "imagenet", "top1_accuracy", "polynomial", "hardware_burden_flop", "ordinary least squares")
    slope = StoredCoefficient("slope", 0.1, 0.01, 0.01, 0.08, 0.12)
    fits = (StoredFit(*subject, n=5, coefficients=(slope,), record={"by": CURATOR}),)
    store_analysis(engine, AnalysisRecord(NOON, "1.0", "d", {"sources": []}, list(fit_points(engine)), fits))
