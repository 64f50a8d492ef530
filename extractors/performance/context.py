"""What the paper around a table says of its benchmark: the section, sentences that refer to the table, the whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from functools import cached_property

from extractors.lexicon.benchmarks import Dataset, DatasetMention, Metric, find_datasets, load_datasets
from extractors.records import Document, Role, Table

_TABLE_REFERENCE = re.compile(r"\bTab(?:le|\.)s?\s?(?:~\s?)?(?P<number>[A-Z]?\.?\d+|[IVX]+)\b")
_REFERENCE_REACH = 250
"""Characters on either side of a reference to a table that speak of it."""
_MOST_TEXT = 400_000
_ACCURACIES = re.compile(r"\baccurac", re.IGNORECASE)
_ERRORS = re.compile(r"\berrors?\b", re.IGNORECASE)
_FAR_MORE = 2
_BEGINNING = 1_500
"""Characters of title and abstract."""
_MAIN_SHARE, _MOST_OF_ALL, _FEWEST_MENTIONS = 0.6, 0.85, 4
"""Of the mentions of data sets of a task, for the paper's main benchmark of it."""


class PaperContext:
    """A document's words, looked into only where a table leaves something open."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._held: dict[Dataset, bool] = {}

    @cached_property
    def _body(self) -> Sequence[tuple[str, str | None, int]]:
        roles = (Role.BODY, Role.CAPTION, Role.TITLE, Role.HEADING)
        return [
            (passage.text, passage.section, passage.page)
            for passage in self._document.passages
            if passage.role in roles
        ]

    @cached_property
    def text(self) -> str:
        """Of the body, captions and headings."""
        return "\n".join(text for text, _, _ in self._body)[:_MOST_TEXT]

    @cached_property
    def _references(self) -> dict[str, list[tuple[str, str | None]]]:
        found: dict[str, list[tuple[str, str | None]]] = {}
        for text, section, _ in self._body:
            for match in _TABLE_REFERENCE.finditer(text):
                near = text[max(0, match.start() - _REFERENCE_REACH) : match.end() + _REFERENCE_REACH]
                found.setdefault(match["number"], []).append((near, section))
        return found

    @cached_property
    def _counts(self) -> Counter[Dataset]:
        return Counter(
            mention.dataset
            for text, _, _ in self._body
            for mention in find_datasets(text)
            if not mention.hint or self.holds(mention.dataset)
        )

    def words_about(self, table: Table) -> str:
        """What the paper says beside its references to a table."""
        return " ".join(near for near, _ in self._references.get(table.number or "", []))

    def sections_of(self, table: Table) -> str:
        """The headings under which the paper refers to a table."""
        return " ".join(section for _, section in self._references.get(table.number or "", []) if section)

    def measures_otherwise(self, metric: Metric) -> bool:
        """Whether title and beginning tell that the paper is of another measure: AP of a paper on pose estimation."""
        return metric.paper_unless.search(self._beginning) is not None and "detect" not in self._beginning.lower()

    @cached_property
    def speaks_of_accuracy(self) -> bool:
        """Whether the paper speaks of accuracies far more than of errors."""
        return len(_ACCURACIES.findall(self.text)) > _FAR_MORE * len(_ERRORS.findall(self.text))

    @cached_property
    def _beginning(self) -> str:
        return self.text[:_BEGINNING]

    @cached_property
    def names_a_benchmark(self) -> bool:
        """Whether the paper speaks of any benchmark at all: most do not, and their tables need no look.

        The context of a hint is enough: "We train on LibriSpeech", where only the heads of tables say "test-clean".
        """
        lowered = self.text.lower()
        return any(
            self.holds(dataset)
            or (
                any(root in lowered for root in dataset.roots)
                and any(pattern.search(self.text) for pattern, hint in dataset.patterns if not hint)
            )
            for dataset in load_datasets()
            if dataset.benchmark
        )

    def holds(self, dataset: Dataset) -> bool:
        """Whether the paper speaks of what the data set's hints need."""
        if dataset not in self._held:
            self._held[dataset] = dataset.context.search(self.text) is not None
        return self._held[dataset]

    def benchmark_of(self, table: Table, tasks: Set[str]) -> tuple[DatasetMention, str] | None:
        """The benchmark of a table whose own words name none: by the section it is told of in, by what is said beside
        a reference to it, else the paper's main one for ``tasks``."""
        references = self._references.get(table.number or "", [])
        for texts, source in (
            ([section for _, section in references if section], "section"),
            ([near for near, _ in references], "reference"),
            (self._texts_of({section for _, section in references if section}), "section text"),
        ):
            counts = Counter(
                mention.dataset for text in texts for mention in find_datasets(text) if self._may_be(mention, tasks)
            )
            if counts:
                best, count = counts.most_common(1)[0]
                if best.benchmark and count > _MAIN_SHARE * sum(counts.values()):
                    return DatasetMention(best, 0, 0, False), source
                if source == "section":
                    return None
        of_task = Counter({each: count for each, count in self._counts.items() if each.task in tasks})
        if not of_task:
            return None
        best, count = of_task.most_common(1)[0]
        share = count / sum(of_task.values())
        if not best.benchmark or share < _MAIN_SHARE or count < _FEWEST_MENTIONS:
            return None
        return DatasetMention(best, 0, 0, False), "paper" if share >= _MOST_OF_ALL else "paper in part"

    def _texts_of(self, sections: Set[str]) -> list[str]:
        return [text for text, section, _ in self._body if section in sections]

    def _may_be(self, mention: DatasetMention, tasks: Set[str]) -> bool:
        return mention.dataset.task in tasks and (not mention.hint or self.holds(mention.dataset))
