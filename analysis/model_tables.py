"""Tables of models and their training, as papers and imports have them, also of models without any result."""

from __future__ import annotations

from analysis.model_comparison import Agreement, Compared, ModelComparison, PairedModel
from analysis.tables import Cell, Table, paper, table_of
from analysis.wording import UNKNOWN, factor, factor_interval, flop, number, plain, share_in_percent, source_name

_MEANING = {
    Compared.BURDEN_BESIDE_COMPUTE: "one over the utilisation of the hardware, so above 1 is expected",
}


def agreement_table(models: ModelComparison) -> Table | None:
    return table_of(
        "Training, model by model: hardware",
        "Models of an import whose paper this database has read, with or without results, beside ours of that paper.",
        "Import | #Models of papers read | #Paired | #By name | #Same accelerator | #Same count",
        (
            [
                source_name(each.source),
                f"{each.models:,}",
                f"{each.pairs:,}",
                f"{each.same_name:,}",
                _agreement(each.accelerator),
                _agreement(each.count),
            ]
            for each in models.summaries
            if each.pairs
        ),
        all_in="models.csv",
    )


def _agreement(agreement: Agreement) -> str:
    return UNKNOWN if agreement.share is None else f"{share_in_percent(agreement.share)} of {agreement.n}"


def ratios_table(models: ModelComparison) -> Table | None:
    return table_of(
        "Training, model by model: how far apart",
        "Ratios of what this database has over what the import has.",
        "Import | Compared | #Models | #Median ratio | #Quartiles | #Within ×2 | Meaning",
        (
            [
                source_name(each.source),
                compared.value,
                f"{spread.n:,}",
                factor(spread.median),
                factor_interval(spread.lower_quartile, spread.upper_quartile),
                share_in_percent(spread.within_factor_two),
                _MEANING.get(compared, ""),
            ]
            for each in models.summaries
            for compared, spread in each.ratios.items()
            if spread.n
        ),
        all_in="fits.json",
    )


def models_table(models: ModelComparison) -> Table | None:
    pairs = sorted(models.pairs, key=_farthest_first)
    return table_of(
        "Training of the same models",
        "The widest differences of burden, then of hours and count, first.",
        "Model here | Model in the import | Paper | Import | Paired by | Hardware here | Imported | #Hours here | "
        "#Imported | #Burden here, FLOP | #Imported, FLOP | #Training compute imported, FLOP",
        (
            [
                plain(pair.own.model, 60) or UNKNOWN,
                plain(pair.imported.model, 60) or UNKNOWN,
                paper(None, pair.imported.arxiv_id, f"https://arxiv.org/abs/{pair.imported.arxiv_id}"),
                source_name(pair.imported.source),
                pair.rule,
                _hardware(pair.own.accelerator_count, pair.own.accelerator),
                _hardware(pair.imported.accelerator_count, pair.imported.accelerator),
                number(pair.own.duration_hours),
                number(pair.imported.duration_hours),
                flop(pair.own.hardware_burden_flop),
                flop(pair.imported.hardware_burden_flop),
                flop(pair.imported.training_compute_flop),
            ]
            for pair in pairs
        ),
        all_in="models.csv",
        is_folded=True,
    )


def _farthest_first(pair: PairedModel) -> tuple[float | str, ...]:
    order = (Compared.HARDWARE_BURDEN, Compared.HOURS, Compared.ACCELERATOR_COUNT)
    return (*(-abs(pair.log10_ratio(each) or 0) for each in order), pair.imported.source, pair.imported.key)


def _hardware(count: float | None, accelerator: str | None) -> Cell:
    times = "" if count is None else f"{count:g} × "
    return Cell(f"{times}{plain(accelerator, 40)}".strip() or UNKNOWN)
