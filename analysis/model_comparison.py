"""Machine beside people, model by model: what training took, also for models that have no result on any benchmark.

Epoch AI's table has hardware, time and training compute and no results, so ``analysis.comparison``, which pairs points,
sees nothing of it. Here the models of a paper are paired, and what both sides say of their training is laid beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.comparison import RatioSpread, log10_ratio, ratio_spread
from analysis.points import OWN_SOURCE
from db.engine import Engine, open_database
from db.fields import letters_of
from db.stated_models import StatedModel, models_of_imports, models_of_papers


class Compared(StrEnum):
    """What is laid beside what; the first of two is ours, the second the import's."""

    ACCELERATOR_COUNT = "accelerator count"
    HOURS = "hours"
    """Wall-clock hours, of ours those of the model's largest run."""
    HARDWARE_BURDEN = "hardware burden"
    NETWORK_OPERATIONS = "network operations"
    STATED_COMPUTE = "stated training operations beside training compute"
    OPERATIONS_BESIDE_COMPUTE = "network operations beside training compute"
    BURDEN_BESIDE_COMPUTE = "hardware burden beside training compute"
    """Training compute is the operations that were done, the burden what the hardware could have done in that time: the
    ratio is 1 / utilisation, so above 1 (3 at a third of the peak). It is below 1 where tensor cores did more than the
    fp32 peak by which the study reckons."""


_COLUMNS: Mapping[Compared, tuple[str, str]] = {
    Compared.ACCELERATOR_COUNT: ("accelerator_count", "accelerator_count"),
    Compared.HOURS: ("duration_hours", "duration_hours"),
    Compared.HARDWARE_BURDEN: ("hardware_burden_flop", "hardware_burden_flop"),
    Compared.NETWORK_OPERATIONS: ("network_operations_flop", "network_operations_flop"),
    Compared.STATED_COMPUTE: ("training_compute_flop", "training_compute_flop"),
    Compared.OPERATIONS_BESIDE_COMPUTE: ("network_operations_flop", "training_compute_flop"),
    Compared.BURDEN_BESIDE_COMPUTE: ("hardware_burden_flop", "training_compute_flop"),
}


@dataclass(frozen=True, slots=True)
class PairedModel:
    """A model as this product has it and as an import has it."""

    own: StatedModel
    imported: StatedModel
    rule: str
    """Why the two are taken for one model: "same name" or "only one of the paper"."""
    same_accelerator: bool | None
    """None where either names none."""

    @property
    def same_count(self) -> bool | None:
        """None where either count is unknown."""
        counts = (self.own.accelerator_count, self.imported.accelerator_count)
        return None if None in counts else counts[0] == counts[1]

    def log10_ratio(self, compared: Compared) -> float | None:
        """log10(own / imported); None where either is unknown."""
        own, imported = _COLUMNS[compared]
        return log10_ratio(getattr(self.own, own), getattr(self.imported, imported))


@dataclass(frozen=True, slots=True)
class Agreement:
    """In how many of ``n`` pairs both sides say the same; the share is None where there are none."""

    n: int
    share: float | None


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """How far apart this product and an import lie on the models that both have."""

    source: str
    """Of the import."""
    models: int
    """Models of the import whose paper has been read."""
    pairs: int
    same_name: int
    """Pairs by their name."""
    accelerator: Agreement
    count: Agreement
    ratios: Mapping[Compared, RatioSpread]
    """Of each quantity, those pairs that have it on both sides."""


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """All pairs, in the order of the imports' keys, and a summary for each import."""

    pairs: tuple[PairedModel, ...]
    summaries: tuple[ModelSummary, ...]


def load_models(database: str | Engine, *, sources: Sequence[str] | None = None) -> tuple[StatedModel, ...]:
    """What papers and imports say of the models of those papers that both have.

    ``database`` and ``sources`` are as in ``analysis.points.load_points``.
    """
    engine = open_database(database) if isinstance(database, str) else database
    models = (*models_of_papers(engine), *models_of_imports(engine))
    return tuple(model for model in models if sources is None or model.source in sources)


def compare_models(
    models: Iterable[StatedModel], accelerator_family: Callable[[str], str | None] = letters_of
) -> ModelComparison:
    """Pair the models of imports with ours, and sum up by import.

    ``accelerator_family`` tells which accelerator a name means, or None for none in particular ("GPU"); by default
    names are the same but for case and signs. ``flows.analysis.accelerator_family`` knows the catalogue.
    """
    ordered = sorted(models, key=lambda model: (model.source, model.key))
    imported = [model for model in ordered if model.source != OWN_SOURCE]
    pairs = tuple(_pairs([model for model in ordered if model.source == OWN_SOURCE], imported, accelerator_family))
    sources = sorted({model.source for model in imported})
    return ModelComparison(pairs, tuple(_summary(source, imported, pairs) for source in sources))


def _pairs(
    own: Sequence[StatedModel], imported: Sequence[StatedModel], family: Callable[[str], str | None]
) -> Iterator[PairedModel]:
    """Each model of an import beside the one of ours that it is, if one is.

    It is the one of the same paper and name but for case and signs. Else, where the import has one model of the paper
    and we have one model with a run, it is that one: an import may have a paper's model under a name of its own.

        "Transformer (big)" and "transformer-big" -> same name
        "Ours" (our only one with a run) and "Heron" (the import's only one) -> only one of the paper
        "Ours", "Ours, deep" (both with runs) and "Heron" -> no pair
    """
    by_paper: dict[str, list[StatedModel]] = defaultdict(list)
    for model in own:
        by_paper[model.arxiv_id].append(model)
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for model in imported:
        names[model.source, model.arxiv_id].add(letters_of(model.model))
    for theirs in imported:
        ours = by_paper[theirs.arxiv_id]
        name = letters_of(theirs.model)
        same = [model for model in ours if name and letters_of(model.model) == name]
        rule = "same name"
        if not same and len(names[theirs.source, theirs.arxiv_id]) == 1:
            same, rule = _only_trained(ours), "only one of the paper"
        if same:
            largest = max(same, key=_informed)
            yield PairedModel(largest, theirs, rule, _same_accelerator(largest, theirs, family))


def _only_trained(models: Sequence[StatedModel]) -> list[StatedModel]:
    """The rows of the one model that has a run; none where there are more.

    A run is of the models that it names or is joined to, where there are any; only else is it a model without a name.
    """
    trained = [model for model in models if model.run]
    named = {model.run for model in trained if model.model}
    rows = [model for model in trained if model.model or model.run not in named]
    return rows if len({letters_of(model.model) for model in rows}) == 1 else []


def _informed(model: StatedModel) -> tuple[bool, float, float]:
    """Of a model's rows that with a run counts, and of several (a benchmark each) that of the largest burden."""
    return bool(model.run), model.hardware_burden_flop or 0, model.network_operations_flop or 0


def _same_accelerator(own: StatedModel, imported: StatedModel, family: Callable[[str], str | None]) -> bool | None:
    """Whether ours is one of those that the import names, a comma between them."""
    ours = family(own.accelerator or "")
    theirs = {found for name in (imported.accelerator or "").split(",") if (found := family(name))}
    return ours in theirs if ours and theirs else None


def _summary(source: str, imported: Sequence[StatedModel], pairs: Sequence[PairedModel]) -> ModelSummary:
    of_source = [pair for pair in pairs if pair.imported.source == source]
    return ModelSummary(
        source=source,
        models=sum(model.source == source for model in imported),
        pairs=len(of_source),
        same_name=sum(pair.rule == "same name" for pair in of_source),
        accelerator=_agreement([pair.same_accelerator for pair in of_source]),
        count=_agreement([pair.same_count for pair in of_source]),
        ratios={
            compared: ratio_spread([ratio for pair in of_source if (ratio := pair.log10_ratio(compared)) is not None])
            for compared in Compared
        },
    )


def _agreement(answers: Sequence[bool | None]) -> Agreement:
    known = [answer for answer in answers if answer is not None]
    return Agreement(len(known), sum(known) / len(known) if known else None)
