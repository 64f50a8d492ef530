"""`burden train`: PDFs at hand and gold data to a judge, with its figures on papers that it was not fitted on."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from annotations.calibration import Calibration, calibrate
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
from extractors.records import Extraction, PaperError, PaperMetadata, Result, Status
from extractors.results import ReadResult, read_results
from extractors.runs import Mentions, read_mentions
from extractors.tables import find_tables
from extractors.version import EXTRACTOR_VERSION
from flows.papers import estimated
from flows.review_labels import ReviewedPdf
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
    reviewed_papers: int = 0
    """Of ``results``, those whose labels are curators' decisions."""
    reviewed_records: int = 0
    """On which these decided."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A judge, and how those did that were fitted without the papers that they read."""

    fitted: Fitted
    fitted_results: FittedResults
    judge: TrainedJudge
    records: tuple[Record, ...]
    """Of every paper, candidates too, by a judge that was fitted on other papers."""
    evaluation: Evaluation
    results_calibration: Calibration
    """Of the same records: those of results of which it is known whether they are right."""


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


def read_corpus(
    folder: Path,
    jobs: int,
    done: Callable[[str], None],
    expect: Callable[[int], None],
    reviewed: Iterable[ReviewedPdf] = (),
) -> Corpus:
    """Every paper of the gold data whose PDF is in ``folder``, and the reviewed ones that the gold data lack.

    ``TrainingError`` if none of the gold data is at hand.
    """
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
    missing = sorted(gold.keys() - at_hand.keys())
    by_curators = {each.labels.paper_key: each for each in reviewed if each.labels.paper_key not in gold}
    known: dict[str, list[Record] | None] = {**gold}
    for paper, each in by_curators.items():
        at_hand[paper], known[paper] = each.path, each.labels.runs
        labels[paper], values[paper] = each.labels.roles, each.labels.values
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
            runs = known[paper]
            if runs is not None:
                papers.append(TrainingPaper(paper, read.mentions, runs, read.examples.examples))
            verdicts = PaperVerdicts(values.get(paper, ()), result_facts[paper])
            results.append(ResultPaper(paper, read.results, verdicts))
    papers.sort(key=lambda each: each.paper)
    results.sort(key=lambda each: each.paper)
    learned = [by_curators[each.paper].labels for each in results if each.paper in by_curators]
    return Corpus(
        papers=tuple(papers),
        results=tuple(results),
        versions=versions,
        missing=tuple(missing),
        unreadable=tuple(sorted(unreadable)),
        labels_not_found=not_found,
        reviewed_papers=len(learned),
        reviewed_records=sum(each.decided for each in learned),
    )


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
    evaluation = evaluate(GOLD_RUNS, list(records), GOLD_RESULTS, GOLD_RESULTS, papers=trainer.papers)
    calibration = _calibration(corpus.results, held_out_results)
    return Trained(fitted, fitted_results, judge, records, evaluation, calibration)


def _calibration(papers: Sequence[ResultPaper], found: Mapping[str, Sequence[Result]]) -> Calibration:
    """The calibration over results of which labels or gold say whether they are right, and whose."""
    judged, candidates = [], 0
    for paper in papers:
        known = [(result, _is_right(result, paper.verdicts)) for result in found[paper.paper]]
        judged.append([(result.confidence, right) for result, right in known if right is not None])
        candidates += sum(right is not None and result.status is Status.CANDIDATE for result, right in known)
    return calibrate(judged, candidates)[0]


def _is_right(result: Result, verdicts: PaperVerdicts) -> bool | None:
    verdict = verdicts.of(result)
    if not verdict.right:
        return verdict.right
    return None if verdict.own is None else verdict.own == result.own


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
    labels = load_value_labels()
    values = [label for paper in corpus.papers for label in labels.get(paper.paper, ())]
    results = trained.judge.results
    return _CARD.format(
        papers=len(corpus.papers),
        missing=len(corpus.missing) + len(corpus.unreadable),
        roles=", ".join(f"{role} {count}" for role, count in roles.most_common()),
        values=_labelled(values),
        verdicts=_verdicts(corpus.results),
        digest=_data_digest(),
        reviews=_reviews(corpus),
        reading=EXTRACTOR_VERSION,
        python=platform.python_version(),
        packages=", ".join(f"{package} {version(package)}" for package in _PACKAGES),
        accepted=trained.judge.accepted_from,
        surest=trained.judge.surest_from,
        candidate=trained.judge.candidate_from,
        results_accepted=results.accepted_from,
        folds=OUTER_FOLDS,
        rows=_rows(trained.evaluation.rows()),
        calibration=_calibrated(trained.evaluation.calibration),
        result_rows=_rows(_result_rows(trained.evaluation)),
        results_calibration=_calibrated(trained.results_calibration),
        mention=_telling(trained.judge.mention.weights),
        record=_telling(trained.judge.record.weights),
        own=_telling(results.own.weights),
        result=_telling(results.record.weights),
    )


def _reviews(corpus: Corpus) -> str:
    """As " Curators' decisions on 310 records of 24 more papers."; nothing where there were none."""
    if not corpus.reviewed_papers:
        return ""
    return f" Curators' decisions on {corpus.reviewed_records} records of {corpus.reviewed_papers} more papers."


def _labelled(values: Sequence[ValueLabel]) -> str:
    """As "3000: own 2000, cited 500, of open owner 100, no such result 400"."""
    owners = Counter(label.own for label in values if label.right)
    parts = ("own", owners[True]), ("cited", owners[False]), ("of open owner", owners[None])
    said = ", ".join(f"{name} {count}" for name, count in parts)
    return f"{len(values)}: {said}, no such result {sum(not label.right for label in values)}"


def _verdicts(papers: Iterable[ResultPaper]) -> str:
    """As "3500 of the 5000 values read, 2600 of them right"."""
    verdicts = [paper.verdicts.of(read.result) for paper in papers for read in paper.read]
    known = [verdict for verdict in verdicts if verdict.right is not None]
    return f"{len(known)} of the {len(verdicts)} values read, {sum(bool(each.right) for each in known)} of them right"


def _result_rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    """Figure, share with its interval, hits, and of how many."""
    for score in (evaluation.results, evaluation.full):
        for name, (of, share) in (score.shares() if score else {}).items():
            yield name.replace("_", " "), share.in_words, str(share.part), f"{share.whole} {of}"


def _rows(rows: Iterable[Sequence[str]]) -> str:
    """Of a table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _calibrated(calibration: Calibration) -> str:
    """As "0.056 (0.04–0.13) over 316 records, 120 of them candidates"."""
    low, high = calibration.error_interval
    return (
        f"{calibration.error:.3f} ({low:.2f}–{high:.2f}) over {calibration.records} records,"
        f" {calibration.candidates} of them candidates"
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
hardware or time in it is of such a run, and how likely a record is right; of a result on a benchmark, how likely it is
the paper's own and how likely the record is right. `burden train` makes it; the same data and versions give the same
weights.

| file | holds |
|---|---|
| `judge.json` | the weights, as `models/judge.py` reads them: no scikit-learn is loaded to read a paper |
| `judge.skops` | the same models as scikit-learn estimators, for study (`skops.io.load`) |

**Models of runs.** Three logistic regressions on top of one another, each fitted on what the one before says of papers
that it was not fitted on: sentence role (own training, speed, others, none; TF-IDF of words and pairs of words that
stand in at least three papers, and signals), mention, record.

**Models of results.** Two more, the second fitted on what the first says of papers held out: is a value the paper's own
or cited, and is the record right in benchmark, metric, value and owner? Whose a value is, is decided halfway between
the log-odds of the first model and those of the rules. The values in one line of a table weigh as much as one.

What the signals of all five are: `docs/extraction.md`.

**Data.** {papers} papers ({missing} of the gold data not at hand or unreadable). Labelled sentences and heads
(`roles.jsonl`): {roles}.
Labelled values (`values.jsonl`), {values}.
With the gold results (`results.jsonl`) of papers read in full they judge {verdicts}.
Digest of the gold files: `{digest}`.{reviews}

**Versions.** Extractors {reading}; Python {python}; {packages}.

**Thresholds.** A run is accepted from a confidence of {accepted:.2f} on, the surest of a paper from
{surest:.2f} on, chosen for the mean F1 of detection, accelerator, count, duration and run on papers held out; a
mention of less than {candidate:.2f} makes no candidate. A result is accepted from a confidence of
{results_accepted:.2f} on, and is own from a probability of 0.50 on: neither was chosen on the data.

**Figures.** {folds} folds by paper; in each the thresholds of runs, too, were chosen without the fold's papers.

| field | precision | recall | F1 (95 %) | hits | of |
|---|---|---|---|---|---|
{rows}

Expected calibration error of runs: {calibration}; ten bins of equal mass.

| results | share (95 %) | hits | of |
|---|---|---|---|
{result_rows}

Expected calibration error of results: {results_calibration}; ten bins of equal mass.

**Strongest weights.** Mentions: {mention}. Records: {record}. Own results: {own}. Records of results: {result}.

**Limits.** The rules whose verdict is one of the signals were made while looking at these papers; papers lean to vision
and language, 2014 to 2023, in English. Few tables of training costs were there to learn from. Values were labelled
where the rules once read one: what these never read was not there to learn from.
"""
