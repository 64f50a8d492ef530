"""Makes the stand-off records of ``annotations/gold`` from gold files and the PDFs that they were read in.

    python -m annotations.make_gold --gold GOLD_FOLDER --corpus PDF_FOLDER

``--gold`` holds ``runs.jsonl``, ``results.csv`` and ``results_full.jsonl`` as `burden evaluate` takes them, runs with
the words quoted; ``--corpus`` PDFs named by arXiv id. Roles of sentences have no other source:
their places are found anew.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from annotations.agreement import role_agreement
from annotations.field_words import FieldWords
from annotations.lines import EvaluationError, Record, json_lines, text_of
from annotations.number_places import place_of_number
from annotations.places import Place
from annotations.placing import QuotePlaces, Span
from annotations.recovery import pdf_of, recover
from annotations.run_scoring import RunScorer
from annotations.standoff import (
    GOLD_FOLDER,
    GOLD_RESULTS,
    GOLD_ROLES,
    GOLD_RUNS,
    NO_RUNS,
    RUN_FIELDS,
    TRAINING_FLOP,
    Fact,
    ResultFact,
    RoleLabel,
    RunFact,
    load_roles,
    write_facts,
)
from extractors.lexicon.catalogue import load_catalogue
from extractors.pdf import read_pdf
from extractors.records import Document, Table
from extractors.tables import find_tables

_STAMPED_VERSION = re.compile(r"arXiv:\S+?v(\d+)")
_FARTHEST_SENTENCES = 700
"""A longer stretch of sentences is no sentence: a table's rows, or references without a full stop."""


class PaperFacts:
    """The stand-off records of one paper."""

    def __init__(self, paper: str, document: Document, tables: Sequence[Table], words: FieldWords) -> None:
        stamp = _STAMPED_VERSION.match(document.stamp or "")
        self.paper = paper
        self.version = int(stamp[1]) if stamp else None
        self._document = document
        self._tables = tables
        self._quotes = QuotePlaces(document)
        self._words = words

    def runs(self, runs: list[Record], amounts: list[Record]) -> Iterator[RunFact]:
        """A record for each field that a run has; for a paper without any, one that says so."""
        if not runs:
            yield RunFact(self.paper, self.version, 0, NO_RUNS, None, False, Place())
        for record, run in enumerate(runs, start=1):
            spans = self._quotes.spans(run["quote"], run["page"])
            for field in RUN_FIELDS:
                if run.get(field) is not None:
                    place = self._place_of_field(field, run, spans) or Place(run["page"])
                    yield self._run_fact(record, field, run[field], bool(run.get("optional")), place)
        for record, amount in enumerate(amounts, start=len(runs) + 1):
            place, _ = place_of_number(self._document, self._tables, amount["value"], amount["page"], None, None)
            if amount.get("model") is not None:
                yield self._run_fact(record, "model", amount["model"], False, place)
            yield self._run_fact(record, TRAINING_FLOP, amount["value"], False, place)

    def _run_fact(self, record: int, field: str, value: str | float, optional: bool, place: Place) -> RunFact:
        return RunFact(self.paper, self.version, record, field, value, optional, place)

    def _place_of_field(self, field: str, run: Record, spans: list[Span]) -> Place | None:
        """In the quote's parts, then in the sentences around them; else the first part as a whole."""
        around = [self._around(span) for span in spans]
        for inside, sentences in (*zip(spans, around, strict=True), *zip(around, around, strict=True)):
            found = self._words.find(field, run, self._quotes.text(inside))
            if found:
                words = Span(inside.start + found[0], inside.start + found[1])
                return self._quotes.place(words, sentences)
        return self._quotes.place(spans[0], around[0]) if spans else None

    def _around(self, span: Span) -> Span:
        sentences = self._quotes.sentences(span)
        return sentences if sentences.end - sentences.start <= _FARTHEST_SENTENCES else span

    def results(self, results: Iterable[Record]) -> Iterator[ResultFact]:
        for record, result in enumerate(results, start=1):
            place, printed = place_of_number(
                self._document, self._tables, result["value"], result["page"], result["printed"], result["table"]
            )
            yield ResultFact(
                paper=self.paper,
                version=self.version,
                record=record,
                reading=result["reading"],
                benchmark=result["benchmark"],
                metric=result["metric"],
                value=result["value"],
                is_best=result["is_best"],
                own=result["own"],
                printed=printed,
                table=result["table"],
                place=place,
            )


def results_by_paper(gold: Path) -> dict[str, list[Record]]:
    """Values of both readings, with the same keys: of the main tables, then of the papers read in full."""
    papers: dict[str, list[Record]] = defaultdict(list)
    for row in csv.DictReader(text_of(gold / "results.csv").splitlines(keepends=True)):
        read = {"reading": "main", "own": True, "table": None, "is_best": row["is_best"] == "1"}
        papers[row["arxiv_id"]].append({**row, **read, "value": float(row["value"]), "page": int(row["page"])})
    for _, paper in json_lines(gold / "results_full.jsonl"):
        for result in paper["results"]:
            papers[paper["arxiv_id"]].append({**result, "reading": "full", "is_best": None, "printed": None})
    return papers


def refreshed(labels: Sequence[RoleLabel], document: Document, tables: Sequence[Table]) -> Iterator[RoleLabel]:
    """The labels of one paper where their words stand now; what is not found stays as it was."""
    places = {id(text.record): text.place for text in recover(document, tables, labels).texts}
    for label in labels:
        yield replace(label, place=places.get(id(label), label.place))


def make(gold: Path, corpus: Path, folder: Path) -> dict[str, Sequence[Fact]]:
    """Writes the three files into ``folder``, and returns what they hold."""
    runs: list[RunFact] = []
    results: list[ResultFact] = []
    roles: list[RoleLabel] = []
    labels: dict[str, list[RoleLabel]] = defaultdict(list)
    for label in load_roles(folder / GOLD_ROLES.name):
        labels[label.paper].append(label)
    values = results_by_paper(gold)
    words = FieldWords(RunScorer(load_catalogue()))
    for place, row in json_lines(gold / "runs.jsonl"):
        paper = row["arxiv_id"]
        path = pdf_of(corpus, paper, None)
        if path is None:
            raise EvaluationError(f"{place}: no PDF of {paper} in {corpus}")
        document = read_pdf(path.read_bytes())
        tables = find_tables(document)
        facts = PaperFacts(paper, document, tables, words)
        runs += facts.runs(row["runs"], row["training_flops"])
        results += facts.results(values.pop(paper, ()))
        roles += refreshed(labels.pop(paper, ()), document, tables)
    if values or labels:
        raise EvaluationError(f"{gold / 'runs.jsonl'}: no line for {', '.join(sorted({*values, *labels}))}")
    made: dict[str, Sequence[Fact]] = {GOLD_RUNS.name: runs, GOLD_RESULTS.name: results, GOLD_ROLES.name: roles}
    for name, facts_of_file in made.items():
        write_facts(folder / name, facts_of_file)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    options = parser.parse_args()
    for name, facts in make(options.gold, options.corpus, GOLD_FOLDER).items():
        print(f"{name}: {len(facts)} records, {sum(fact.place.is_placed for fact in facts)} of them placed")
    agreement = role_agreement(load_roles())
    print(f"roles read twice: {agreement.alike} of {agreement.items} alike, kappa {agreement.kappa:.2f}")


if __name__ == "__main__":
    main()
