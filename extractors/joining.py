"""Which run, stated computing or property is of which model of the results.

A statement reaches as far as its words say: a row of a table is of the model of that row; a sentence that names models
is of these; one under a heading, or beside a word, that names a benchmark is of the models with results on it; "we
train on 8 GPUs" is of all models, where no other statement of the same stage disagrees. What none of these rules
joins stays unjoined.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.lexicon.benchmarks import load_datasets
from extractors.performance.context import PaperContext
from extractors.records import (
    Document,
    Evidence,
    ModelLink,
    ModelProperty,
    Result,
    Stage,
    Status,
    Table,
    TrainingCompute,
    TrainingRun,
)
from extractors.scopes import NamedModel, Scope, ScopeReader, is_in_table, named_model

MOST_LINKS = 5_000
"""Of one paper."""
_SAME_NAME, _NAMED, _CLASS, _PARAGRAPH, _BENCHMARK, _ALL, _ONLY = (
    "join.same-name",
    "join.named",
    "join.class-of-models",
    "join.paragraph",
    "join.benchmark",
    "join.all-models",
    "join.only-statement",
)
_CONFIDENCE = {
    _SAME_NAME: 0.95,
    _NAMED: 0.9,
    _CLASS: 0.8,
    _PARAGRAPH: 0.8,
    _BENCHMARK: 0.75,
    _ALL: 0.75,
    _ONLY: 0.7,
}
"""Set by hand, by what share of such joins was right in the papers with gold joins."""
_PRETRAINING, _SEARCHING, _TRAINING, _TUNING = "pretraining", "search", "training", "finetuning"
_GROUPS = {
    Stage.PRETRAINING: _PRETRAINING,
    Stage.SEARCH: _SEARCHING,
    Stage.TRAINING: _TRAINING,
    Stage.UNSPECIFIED: _TRAINING,
    Stage.FINETUNING: _TUNING,
}
_PROPERTY = "model_property"
_PRETRAINED_AS_ANOTHER_NETWORK = ("object-detection",)
"""Tasks whose networks have another forward pass than the one that was pretrained."""
_CPU = "CPU"
_FEWEST_FACTS = 2
_TABLE = re.compile(r"Table (\S{1,8}): ")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A model of the results, and a benchmark on which it has one."""

    model: NamedModel
    benchmark: str
    task: str
    caption_words: frozenset[str]
    """Of the tables in which these results stand."""
    on_more_data: bool
    """Some of them are of training on more than the benchmark's own data."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A run, computing or property that may be of some models."""

    kind: str
    index: int
    group: str
    """What may stand side by side: stages of training, kinds of properties."""
    facts: tuple[object, ...]
    """What it states: statements that differ in nothing else are one."""
    weight: int
    """How many facts it states."""
    confidence: float
    scope: Scope
    sentence: tuple[int, int] | None = None
    """Where it stands in the text, if in a sentence."""
    models_in_order: tuple[frozenset[str], ...] = ()
    """The models that each phrase of names in the sentence means."""
    data_in_order: tuple[str | None, ...] = ()
    """The data sets that it names: benchmarks by their ids, others as None."""


def find_links(
    document: Document,
    tables: Sequence[Table],
    results: Sequence[Result],
    runs: Sequence[TrainingRun],
    computes: Sequence[TrainingCompute],
    properties: Sequence[ModelProperty],
    context: PaperContext,
) -> tuple[ModelLink, ...]:
    """The links of a paper's accepted records to the models of its own accepted results."""
    pairs = _pairs(results, tables)
    if not pairs:
        return ()
    reader = ScopeReader(document, [pair.model for pair in pairs], context)
    statements = _one_each([*_of_runs(runs, computes, reader), *_of_properties(properties, reader, results, tables)])
    links: dict[tuple[str, int, str], dict[str, ModelLink]] = defaultdict(dict)
    benchmarks: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        benchmarks[pair.model.name].add(pair.benchmark)
        for link in _links_of(pair, statements):
            links[link.kind, link.index, link.model][pair.benchmark] = link
    return tuple(_joined_over_benchmarks(links, benchmarks))[:MOST_LINKS]


def _pairs(results: Sequence[Result], tables: Sequence[Table]) -> list[_Pair]:
    """The models of own accepted results that have a name, with each of their benchmarks."""
    captions = {(table.page, table.number): table.caption for table in tables}
    words: dict[tuple[str, str], set[str]] = defaultdict(set)
    more_data: set[tuple[str, str]] = set()
    for result in results:
        if result.own and result.model and result.status is Status.ACCEPTED:
            caption = captions.get(_table_of(result.evidence), "")
            words[result.model, result.benchmark].update(re.findall(r"[a-z]{3,}", caption.lower()))
            if result.extra_training_data:
                more_data.add((result.model, result.benchmark))
    tasks = {dataset.benchmark: dataset.task for dataset in load_datasets()}
    return [
        _Pair(named_model(name), benchmark, tasks[benchmark], frozenset(held), (name, benchmark) in more_data)
        for (name, benchmark), held in words.items()
    ]


def _table_of(evidence: Evidence) -> tuple[int, str | None]:
    """Page and number of the table in which something stands."""
    number = _TABLE.match(evidence.quote)
    return evidence.page, number[1] if number else None


def _joined_over_benchmarks(
    links: dict[tuple[str, int, str], dict[str, ModelLink]], benchmarks: dict[str, set[str]]
) -> Iterator[ModelLink]:
    """One link where a record is of a model on all of its benchmarks, else one a benchmark."""
    for (_, _, name), held in links.items():
        if held.keys() == benchmarks[name]:
            surest = max(held.values(), key=lambda link: link.confidence)
            yield replace(surest, benchmark=None)
        else:
            yield from held.values()


def _of_runs(
    runs: Sequence[TrainingRun], computes: Sequence[TrainingCompute], reader: ScopeReader
) -> Iterator[_Statement]:
    on_cards = any(run.status is Status.ACCEPTED and run.accelerator not in (None, _CPU) for run in runs)
    for index, run in enumerate(runs):
        if run.status is Status.ACCEPTED:
            if run.accelerator == _CPU and on_cards:
                continue
            facts = (run.accelerator, run.accelerator_count, run.duration_hours, run.device_hours)
            weight = sum(fact is not None for fact in facts)
            scope = reader.of(run.evidence, run.model)
            elsewhere = () if scope.is_definite else run.also_stated
            for evidence, reach in ((run.evidence, scope), *((each, reader.of(each, None)) for each in elsewhere)):
                in_sentence = not is_in_table(evidence)
                yield _Statement(
                    "training_run",
                    index,
                    _GROUPS[run.stage],
                    facts,
                    weight,
                    run.confidence,
                    reach,
                    (evidence.start, evidence.end) if in_sentence else None,
                    reader.models_in_order(evidence.quote) if in_sentence else (),
                    reader.data_in_order(evidence.quote) if in_sentence else (),
                )
    for index, compute in enumerate(computes):
        if compute.status is Status.ACCEPTED:
            scope = reader.of(compute.evidence, compute.model)
            yield _Statement("training_compute", index, "compute", (compute.flop,), 1, compute.confidence, scope)


def _of_properties(
    properties: Sequence[ModelProperty], reader: ScopeReader, results: Sequence[Result], tables: Sequence[Table]
) -> Iterator[_Statement]:
    """Properties; those in a table of results hold for the benchmarks of these results."""
    captions = {(table.page, table.number): table.caption for table in tables}
    reported: dict[tuple[int, str | None], set[str]] = defaultdict(set)
    for result in results:
        reported[_table_of(result.evidence)].add(result.benchmark)
    for index, each in enumerate(properties):
        if each.status is not Status.ACCEPTED:
            continue
        table = _table_of(each.evidence)
        scope = reader.of(each.evidence, each.model, captions.get(table, ""))
        if each.benchmark:
            scope = replace(scope, benchmarks=frozenset({each.benchmark}), of_others=False)
        elif table[1] is not None and reported[table]:
            scope = replace(scope, benchmarks=frozenset(reported[table]), of_others=False)
        group = f"{each.property} {_GROUPS[each.stage]}"
        yield _Statement(_PROPERTY, index, group, (each.quantity,), 1, each.confidence, scope)


def _one_each(statements: Sequence[_Statement]) -> list[_Statement]:
    """Of runs in one sentence that names as many models, or as many data sets, each is of one, in order.

    "Base took 2 days, and Large 7 days"      "The ImageNet runs took 3 days and the JFT runs a month"
    """
    together: dict[object, list[int]] = defaultdict(list)
    for place, statement in enumerate(statements):
        if statement.sentence:
            together[statement.kind, statement.group, statement.sentence].append(place)
    settled = list(statements)
    for places in together.values():
        held = sorted((statements[place] for place in places), key=lambda each: each.index)
        if len({each.index for each in held}) < 2:
            continue
        scopes = [each.scope for each in held]
        if len(held[0].models_in_order) == len(held):
            names = held[0].models_in_order
            scopes = [replace(scope, names=each, strange=False) for scope, each in zip(scopes, names, strict=True)]
        elif len(held[0].data_in_order) == len(held):
            data = held[0].data_in_order
            scopes = [
                replace(scope, benchmarks=frozenset({each} if each else ()), of_others=each is None)
                for scope, each in zip(scopes, data, strict=True)
            ]
        reach = {each.index: scope for each, scope in zip(held, scopes, strict=True)}
        for place in places:
            settled[place] = replace(statements[place], scope=reach[statements[place].index])
    return settled


def _links_of(pair: _Pair, statements: Sequence[_Statement]) -> Iterator[ModelLink]:
    """The statements of one model, kind by kind and stage by stage: of those that reach it, the nearest."""
    by_kind: dict[str, dict[str, list[tuple[str, _Statement]]]] = defaultdict(lambda: defaultdict(list))
    for statement in statements:
        rule = _reaches(statement, pair)
        if rule:
            family = statement.kind if statement.kind != _PROPERTY else statement.group
            by_kind[family][statement.group].append((rule, statement))
    for groups in by_kind.values():
        nearest = max(_RANK[rule] for held in groups.values() for rule, _ in held)
        for held in groups.values():
            rank = max(_RANK[rule] for rule, _ in held)
            if rank < nearest and nearest >= _RANK[_PARAGRAPH]:
                continue
            for rule, statement in _agreeing([(rule, each) for rule, each in held if _RANK[rule] == rank], rank):
                confidence = round(_CONFIDENCE[rule] * statement.confidence, 4)
                yield ModelLink(statement.kind, statement.index, pair.model.name, rule, confidence, pair.benchmark)


def _agreeing(chosen: Sequence[tuple[str, _Statement]], rank: int) -> Sequence[tuple[str, _Statement]]:
    """All that names the model; of what is said in general only what is not contradicted."""
    if rank >= _RANK[_PARAGRAPH]:
        return chosen
    plain = [each for each in chosen if not each[1].scope.aside] or chosen
    fullest = max(statement.weight for _, statement in plain)
    full = [(rule, statement) for rule, statement in plain if statement.weight == fullest]
    return full if len({statement.facts for _, statement in full}) == 1 else ()


_RANK = {_ONLY: 0, _ALL: 1, _BENCHMARK: 2, _PARAGRAPH: 3, _CLASS: 4, _NAMED: 5, _SAME_NAME: 6}


def _reaches(statement: _Statement, pair: _Pair) -> str | None:
    """The rule by which a statement is of a model's results on a benchmark; None where it is of something else."""
    scope, model, benchmark = statement.scope, pair.model, pair.benchmark
    of_model = statement.kind == _PROPERTY
    anywhere = any(stage in statement.group for stage in (_PRETRAINING, _SEARCHING))
    if of_model and scope.of_others and scope.label is not None:
        return None  # it stands in a table of another task
    if of_model and _PRETRAINING in statement.group and pair.task in _PRETRAINED_AS_ANOTHER_NETWORK:
        return None
    if scope.benchmarks and benchmark not in scope.benchmarks and not anywhere:
        return None
    if scope.label is not None and scope.label == model.label:
        return _SAME_NAME
    if model.name in scope.names:
        return _NAMED
    if scope.classes & model.words:
        return _CLASS
    if scope.names or scope.strange or scope.classes or scope.label or not _tells_enough(statement):
        return None
    if of_model and scope.aside:
        return None
    if of_model and _PRETRAINING in statement.group and not pair.on_more_data:
        return None
    if scope.settings:
        return _CLASS if scope.settings & pair.caption_words else None
    if scope.around:
        return _PARAGRAPH if model.name in scope.around else None
    if benchmark in scope.benchmarks:
        return _BENCHMARK
    if scope.of_others and not anywhere:
        return None
    if scope.tasks and not scope.benchmarks and not anywhere:
        return _BENCHMARK if pair.task in scope.tasks else None
    return _ALL if scope.of_all else _ONLY


def _tells_enough(statement: _Statement) -> bool:
    """Whether a statement that names no model may be of any: a card alone only where it is said of all models."""
    return statement.kind != "training_run" or statement.weight >= _FEWEST_FACTS or statement.scope.of_all
