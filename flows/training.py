"""`burden train`: PDFs at hand and gold data to a judge, with its figures on papers that it was not fitted on."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from annotations.evaluation import Evaluation, evaluate
from annotations.folds import OUTER_FOLDS
from annotations.gold_files import read_gold_runs
from annotations.recovery import pdf_of
from annotations.result_training import FittedResults, ResultPaper, ResultTrainer
from annotations.role_examples import RoleExamples, role_examples
from annotations.standoff import (
    GOLD_RESULTS,
    GOLD_ROLES,
    GOLD_RUNS,
    ResultFact,
    RoleLabel,
    RunFact,
    load_gold_results,
    load_gold_runs,
    load_roles,
)
from annotations.training import CrossValidation, Fitted, Trainer, TrainingPaper
from annotations.value_labels import GOLD_VALUES, PaperVerdicts, ValueLabel, load_value_labels
from db.exchange import Record, extraction_records
from extractors.pdf import read_pdf
from extractors.performance.context import PaperContext
from extractors.records import Extraction, PaperError, PaperMetadata, Result
from extractors.results import ReadResult, read_results
from extractors.runs import Mentions, read_mentions
from extractors.tables import find_tables
from extractors.version import EXTRACTOR_VERSION
from flows.papers import estimated
from models.fitting import save_fitted
from models.judge import WEIGHTS_FILE, TrainedJudge

SKOPS_FILE = "judge.skops"
CARD_FILE = "card.md"
TRAINED_FOLDER = Path(__file__).parent.parent / "models" / "trained"
_PACKAGES = ("scikit-learn", "skops", "numpy", "scipy")
_TELLING_WEIGHTS = 12


class TrainingError(Exception):
    """A judge can't be trained from what is at hand."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Papers read for training, and those that could not be."""

    papers: tuple[TrainingPaper, ...]
    results: tuple[ResultPaper, ...]
    """The same papers' values of benchmarks."""
    versions: dict[str, int | None]
    missing: tuple[str, ...]
    """Papers of the gold data without a PDF in the folder."""
    unreadable: tuple[str, ...]
    labels_not_found: int


@dataclass(frozen=True, slots=True)
class Trained:
    """A judge, and how those did that were fitted without the papers that they read."""

    fitted: Fitted
    fitted_results: FittedResults
    judge: TrainedJudge
    records: tuple[Record, ...]
    """Of every paper, candidates too, by a judge that was fitted on other papers."""
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    labels: tuple[RoleLabel, ...]
    facts: tuple[RunFact, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    mentions: Mentions
    examples: RoleExamples
    results: tuple[ReadResult, ...]


def read_corpus(folder: Path, jobs: int, done: Callable[[str], None], expect: Callable[[int], None]) -> Corpus:
    """Every paper of the gold data whose PDF is in ``folder``; ``TrainingError`` if none is."""
    gold = read_gold_runs(GOLD_RUNS)
    labels: dict[str, list[RoleLabel]] = defaultdict(list)
    facts: dict[str, list[RunFact]] = defaultdict(list)
    values: dict[str, list[ValueLabel]] = load_value_labels()
    result_facts: dict[str, list[ResultFact]] = defaultdict(list)
    for label in load_roles():
        labels[label.paper].append(label)
    for fact in load_gold_runs():
        facts[fact.paper].append(fact)
    for result in load_gold_results():
        result_facts[result.paper].append(result)
    versions = {paper: held[0].version for paper, held in facts.items()}
    paths = {paper: pdf_of(folder, paper, versions.get(paper)) for paper in gold}
    at_hand = {paper: path for paper, path in paths.items() if path is not None}
    if not at_hand:
        raise TrainingError(f"no PDF of the {len(gold)} papers of the gold data in {folder}")
    expect(len(at_hand))
    papers, results, unreadable, not_found = [], [], [], 0
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = {
            pool.submit(_read, _Job(path, tuple(labels[paper]), tuple(facts[paper]))): paper
            for paper, path in at_hand.items()
        }
        for future in as_completed(futures):
            paper = futures[future]
            done(at_hand[paper].name)
            read = future.result()
            if read is None:
                unreadable.append(paper)
                continue
            not_found += read.examples.not_found
            papers.append(TrainingPaper(paper, read.mentions, gold[paper], read.examples.examples))
            verdicts = PaperVerdicts(values.get(paper, ()), result_facts[paper])
            results.append(ResultPaper(paper, read.results, verdicts))
    missing = sorted(gold.keys() - at_hand.keys())
    papers.sort(key=lambda each: each.paper)
    results.sort(key=lambda each: each.paper)
    return Corpus(tuple(papers), tuple(results), versions, tuple(missing), tuple(sorted(unreadable)), not_found)


def _read(job: _Job) -> _Read | None:
    try:
        document = read_pdf(job.path.read_bytes())
    except PaperError:
        return None
    tables = find_tables(document)
    mentions = read_mentions(document, tables)
    examples = role_examples(mentions, tables, job.labels, job.facts)
    return _Read(mentions, examples, read_results(document, tables, PaperContext(document)))


def train(corpus: Corpus, fold_done: Callable[[], None]) -> Trained:
    """The judge of all papers; its thresholds are those that do best on papers held out.

    ``TrainingError`` where the papers are too few to learn from.
    """
    trainer, result_trainer = Trainer(corpus.papers), ResultTrainer(corpus.results)
    try:
        held_out = trainer.cross_validated(trainer.papers, OUTER_FOLDS, fold_done)
        held_out_results = result_trainer.cross_validated(result_trainer.papers, OUTER_FOLDS)
        fitted = trainer.fit(trainer.papers)
        fitted_results = result_trainer.fit(result_trainer.papers)
    except ValueError as error:
        raise TrainingError(f"{len(corpus.papers)} papers are too few to learn from: {error}") from error
    judge = replace(fitted.judge(trainer.thresholds(held_out.found)), results=fitted_results.models())
    records = tuple(_exported(corpus, held_out, held_out_results))
    evaluation = evaluate(GOLD_RUNS, list(records), papers=trainer.papers)
    return Trained(fitted, fitted_results, judge, records, evaluation)


def _exported(corpus: Corpus, held_out: CrossValidation, results: Mapping[str, tuple[Result, ...]]) -> Iterator[Record]:
    for paper in corpus.papers:
        document = paper.mentions.document
        runs = held_out.runs(paper.paper)
        extraction = Extraction(document.sha256, len(document.pages), runs, results=results[paper.paper])
        metadata = PaperMetadata(paper.paper, corpus.versions.get(paper.paper))
        yield from extraction_records(metadata, extraction, estimated(extraction, metadata), candidates=True)


def save(folder: Path, corpus: Corpus, trained: Trained) -> list[Path]:
    """The weights, the estimators and the card; the files that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    weights, estimators, card = folder / WEIGHTS_FILE, folder / SKOPS_FILE, folder / CARD_FILE
    weights.write_text(trained.judge.as_json(), encoding="ascii")
    save_fitted(
        estimators,
        trained.fitted.roles,
        mention=trained.fitted.mention,
        record=trained.fitted.record,
        own_result=trained.fitted_results.own,
        result=trained.fitted_results.record,
    )
    card.write_text(_card(corpus, trained), encoding="utf-8")
    return [weights, estimators, card]


def save_records(path: Path, records: tuple[Record, ...]) -> None:
    """Records of papers held out, one a line, as ``burden evaluate --pred`` reads them."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def _card(corpus: Corpus, trained: Trained) -> str:
    roles = Counter(example.role for paper in corpus.papers for example in paper.roles)
    rows = "\n".join(f"| {' | '.join(row)} |" for row in trained.evaluation.rows())
    calibration = trained.evaluation.calibration
    low, high = calibration.error_interval
    return _CARD.format(
        papers=len(corpus.papers),
        missing=len(corpus.missing) + len(corpus.unreadable),
        roles=", ".join(f"{role} {count}" for role, count in roles.most_common()),
        digest=_data_digest(),
        reading=EXTRACTOR_VERSION,
        python=platform.python_version(),
        packages=", ".join(f"{package} {version(package)}" for package in _PACKAGES),
        accepted=trained.judge.accepted_from,
        surest=trained.judge.surest_from,
        candidate=trained.judge.candidate_from,
        folds=OUTER_FOLDS,
        rows=rows,
        error=f"{calibration.error:.3f} ({low:.2f}–{high:.2f})",
        records=calibration.records,
        mention=_telling(trained.judge.mention.weights),
        record=_telling(trained.judge.record.weights),
    )


def _telling(weights: Mapping[str, float]) -> str:
    """The strongest weights, by name: "rules.log_odds +1.91"."""
    strongest = sorted(weights.items(), key=lambda item: (-abs(item[1]), item[0]))[:_TELLING_WEIGHTS]
    return ", ".join(f"`{name}` {weight:+.2f}" for name, weight in strongest)


def _data_digest() -> str:
    digest = hashlib.sha256()
    for path in (GOLD_RUNS, GOLD_ROLES, GOLD_RESULTS, GOLD_VALUES):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_CARD = """\
# The trained judge

Says how likely a sentence (or a table's head) tells of the training of a paper's own models, how likely a mention of
hardware or time in it is of such a run, and how likely a record is right. `burden train` makes it; the same data and
versions give the same weights.

| file | holds |
|---|---|
| `judge.json` | the weights, as `models/judge.py` reads them: no scikit-learn is loaded to read a paper |
| `judge.skops` | the same models as scikit-learn estimators, for study (`skops.io.load`) |

**Models.** Three logistic regressions on top of one another, each fitted on what the one before says of papers that it
was not fitted on: sentence role (own training, speed, others, none; TF-IDF of words and pairs of words that stand in at
least three papers, and signals), mention, record. What the signals are: `docs/extraction.md`.

**Data.** {papers} papers ({missing} of the gold data not at hand or unreadable); labelled sentences and heads: {roles}.
Digest of the gold files: `{digest}`.

**Versions.** Extractors {reading}; Python {python}; {packages}.

**Thresholds.** A record is accepted from a confidence of {accepted:.2f} on, the surest of a paper from
{surest:.2f} on, chosen for the mean F1 of detection, accelerator, count, duration and run on papers held out; a
mention of less than {candidate:.2f} makes no candidate.

**Figures.** {folds} folds by paper; in each the threshold, too, was chosen without the fold's papers.

| field | precision | recall | F1 (95 %) | hits | of |
|---|---|---|---|---|---|
{rows}

Expected calibration error {error} over {records} records, candidates among them, ten bins of equal mass.

**Strongest weights.** Mentions: {mention}. Records: {record}.

**Limits.** The rules whose verdict is one of the signals were made while looking at these papers; papers lean to vision
and language, 2014 to 2023, in English. Few tables of training costs were there to learn from.
"""
