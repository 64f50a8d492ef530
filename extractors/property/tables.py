"""Parameters, operations, epochs and sizes of training sets that stand in tables, each with the model of its row.

A cell counts where a head over it or a label beside it announces the property (``property_heads``) and its unit is
certain: in the head, in the cell, in the caption, or in a number that is written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from extractors.cell_evidence import evidence_of_cell
from extractors.cell_places import CellPlaces
from extractors.lexicon.training_sets import NamedSet, training_sets_in
from extractors.property.amounts import NUMBER, amount_of, power_of, scaled
from extractors.property.heads import AnnouncedProperty, announced_property, power_in_caption
from extractors.property.limits import is_plausible
from extractors.records import Cell, Document, ModelProperty, PrintedNumber, Property, Stage, Table
from extractors.stages import telling_stage
from extractors.table_models import ModelLabels

MOST_CELLS = 150
"""Properties of one table; the rest are left."""

AS_WRITTEN = "property.flops-as-written"
DOUBLED = "property.multiply-adds-doubled"
DEFINED = "property.flops-are-multiply-adds"
"""The paper says that what it calls FLOPs are multiply-adds."""

_CONFIDENCE = {"property.unit-in-cell": 0.9, "property.unit-in-head": 0.9, "property.unit-in-caption": 0.8}
_LABEL_RULE = "property.in-label"
_CONFIDENCE |= {"property.no-unit": 0.75, "property.count": 0.8, _LABEL_RULE: 0.75}
"""Set by hand, by what gives the unit."""
_PROPERTIES = {
    "parameters": Property.PARAMETERS,
    "parameters-with-unit": Property.PARAMETERS,
    "flop": Property.FORWARD_FLOP,
    "multiply-adds": Property.FORWARD_FLOP,
    "epochs": Property.EPOCHS,
    "training_examples": Property.TRAINING_EXAMPLES,
}
_CARRIED_OUT = re.compile(r"[kKMBGT]$|10\s?\^|\d[eE]\d")
_AMOUNT_UNIT = re.compile(
    r"(?P<scale>[kKMGBT])?(?:FLOP[sS]?|MACs?)|(?P<other>params?|parameters?|epochs?|images?|imgs?|examples?|samples?)"
)
_IN_WORDS = re.compile(
    rf"[~≈]?\s?(?P<number>{NUMBER})\s?(?:(?P<word>millions?|billions?)\b|(?P<letter>[kKMBGT]))?\s?(?:params?|parameters|"
    r"(?P<power>[KMGB])?(?:FLOPs?|MACs?|MAdds?|Mult-Adds)|epochs?|images|examples)?\.?"
)
_IN_LABEL = re.compile(
    rf"(?:[(/,;@|]|\bfor)\s?(?P<number>{NUMBER})\s?(?:(?P<scale>[kKMB]|millions?|billions?)\s(?:params?|parameters)\b|epochs?\b)"
)
_AMOUNT_ALONE = re.compile(rf"\W*{NUMBER}")
_WRITTEN_OUT = re.compile(r"\d{1,3}(?:,\d{3})+|\d{5,}")
_MANY_GROUPS = re.compile(r"\d{1,3}(?:,\d{3}){2,}|\d{7,}")
_LAYER_HEAD = re.compile(r"^\W*(?:layers?|type|operators?|ops?|block|module|stage)\b", re.IGNORECASE)
_LAYER = re.compile(
    r"^\W*(?:conv|pool|fc|ip)[\s_-]?\d|^\W*(?:inception|fire|block|stage|layer|dense|transition|residual)[\s_(]*\(?\d"
    r"|^\W*(?:max|avg|average|global)[\s-]?pool|^\W*(?:linear|softmax|dropout|stem|bottleneck|input|output)\b",
    re.IGNORECASE,
)
_FEWEST_LAYERS = 3
_SETS_HEAD = re.compile(
    r"^\W*(?:(?:pre-?)?train\w*\s)?(?:data\s?sets?|corpus|corpora|tasks?|benchmarks?|data sources?)\b", re.IGNORECASE
)
_LONGEST_TASK = 2
"""Words."""
_NO_MODEL = re.compile(
    r"^\W*(?:fig(?:ure)?|table|sec(?:tion)?)\b|^\W*(?:output\s)?(?:channels?|size|stage|config\w*)\W*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Amount:
    quantity: float
    rule: str
    """What gave the unit."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A table with what its cells are read by."""

    table: Table
    labels: ModelLabels
    places: CellPlaces
    doubled: bool
    """What the paper calls FLOPs are multiply-adds."""


def properties_in_tables(
    document: Document, tables: Sequence[Table], flops_are_multiply_adds: bool
) -> Iterator[ModelProperty]:
    """The properties that the tables state, in reading order."""
    places = CellPlaces(document)
    for table in tables:
        reading = _Reading(table, ModelLabels(table), places, flops_are_multiply_adds)
        yield from islice(chain(_in_labels(reading), _in_cells(reading)), MOST_CELLS)


def _in_labels(reading: _Reading) -> Iterator[ModelProperty]:
    """What the label of a row says of its model: "AlderNet (40 layers, 22.9M params)", "AlderNet / 1000 epochs"."""
    cells = reading.table.cells
    labels = {label for cell in cells for label in cell.row_path if _IN_LABEL.search(label)}
    for cell in cells if labels else ():
        if cell.text not in labels or cell.header:
            continue
        model = reading.labels.model_of(replace(cell, row_path=(*cell.row_path, cell.text), column_path=()))
        if model is None or _AMOUNT_ALONE.match(model):
            continue
        for match in _IN_LABEL.finditer(cell.text):
            kind = Property.EPOCHS if match["scale"] is None else Property.PARAMETERS
            quantity = amount_of(match["number"], match["scale"])
            if quantity is not None and is_plausible(kind, quantity):
                evidence = evidence_of_cell(reading.table, cell, reading.places, (_LABEL_RULE,))
                yield ModelProperty(evidence, kind, quantity, model, confidence=_CONFIDENCE[_LABEL_RULE])


def _in_cells(reading: _Reading) -> Iterator[ModelProperty]:
    table = reading.table
    by_layer = _is_of_layers(table)
    rows_are_sets, columns_are_sets = _rows_are_sets(table), _columns_are_sets(table)
    for cell in table.cells:
        if cell.header:
            continue
        over, beside = announced_property(cell.column_path), announced_property(cell.row_path)
        if (over and beside) or not (over or beside) or (over and by_layer):
            continue
        announced = over or beside
        if announced is not None:
            of_sets = rows_are_sets and len(cell.row_path) == 1 if over else columns_are_sets
            yield from _of_cell(reading, cell, announced, of_sets)


def _of_cell(reading: _Reading, cell: Cell, announced: AnnouncedProperty, of_sets: bool) -> Iterator[ModelProperty]:
    table = reading.table
    amount = _amount(table, cell, announced)
    if amount is None:
        return
    kind = _PROPERTIES[announced.label]
    quantity = amount.quantity
    rules: tuple[str, ...] = (announced.rule, amount.rule)
    confidence = _CONFIDENCE[amount.rule]
    if kind is Property.FORWARD_FLOP:
        twice = announced.label == "multiply-adds" or reading.doubled
        quantity *= 2 if twice else 1
        rules += ((DEFINED,) if reading.doubled and announced.label == "flop" else ()) + (
            (DOUBLED if twice else AS_WRITTEN),
        )
    if not is_plausible(kind, quantity):
        return
    unannounced = replace(
        cell,
        row_path=tuple(label for label in cell.row_path if announced_property((label,)) is None),
        column_path=tuple(head for head in cell.column_path if announced_property((head,)) is None),
    )
    of_training = kind in (Property.EPOCHS, Property.TRAINING_EXAMPLES)
    model = reading.labels.model_of(unannounced)
    in_path = training_sets_in(" | ".join((*unannounced.row_path, *unannounced.column_path)))
    named = in_path or training_sets_in(table.caption)
    if model is not None and (_NO_MODEL.search(model) or of_sets or _is_training_set(model)):
        model = None
    if kind is Property.TRAINING_EXAMPLES:
        model = None
    if model is None and not (of_training and _only_benchmark(in_path)):
        return
    stage = _stage(table, cell) if of_training else Stage.UNSPECIFIED
    if (
        of_training
        and stage is not Stage.FINETUNING
        and {each.training_set.role for each in in_path} == {"pretraining"}
    ):
        stage = Stage.PRETRAINING
    yield ModelProperty(
        evidence=evidence_of_cell(table, cell, reading.places, rules),
        property=kind,
        quantity=quantity,
        model=model,
        benchmark=_only_benchmark(named),
        stage=stage,
        confidence=confidence,
    )


def _amount(table: Table, cell: Cell, announced: AnnouncedProperty) -> _Amount | None:
    """The number of a cell in its unit; None where the unit is not certain.

    "25.6M" -> 25600000      "25.6" under "Params (M)" -> 25600000      "25.6" under "Params" -> None
    """
    kind = _PROPERTIES[announced.label]
    number = _only_number(cell)
    if number is None:
        return _amount_in_words(cell, kind)
    value = number.value
    if kind is Property.EPOCHS:
        return _Amount(value, "property.count") if number.unit in (None, "epochs", "epoch") else None
    unit = _AMOUNT_UNIT.fullmatch(number.unit) if number.unit else None
    if number.unit and unit is None:
        return None
    if _CARRIED_OUT.search(number.printed):
        return _Amount(value, "property.unit-in-cell")
    if unit is not None and unit["scale"]:
        return _Amount(scaled(value, power_of(unit["scale"]) or 0), "property.unit-in-cell")
    if _MANY_GROUPS.fullmatch(number.printed):
        return _Amount(value, "property.no-unit")
    if announced.power is not None:
        return _Amount(scaled(value, announced.power), "property.unit-in-head")
    power = power_in_caption(table.caption, announced.label)
    if power is not None:
        return _Amount(scaled(value, power), "property.unit-in-caption")
    if _WRITTEN_OUT.fullmatch(number.printed) or kind is Property.TRAINING_EXAMPLES:
        return _Amount(value, "property.no-unit")
    return None


def _only_number(cell: Cell) -> PrintedNumber | None:
    """The number of a cell; of "4M (21x)" the first."""
    if not cell.numbers or any(number.unit not in ("x", "×", "%") for number in cell.numbers[1:]):
        return None
    return cell.numbers[0] if cell.numbers[0].low is None else None


def _amount_in_words(cell: Cell, kind: Property) -> _Amount | None:
    """ "25 million params" -> 25000000      "300 epochs" -> 300"""
    match = _IN_WORDS.fullmatch(cell.name.strip())
    if match is None:
        return None
    scale = match["word"] or match["letter"] or match["power"]
    if scale is None and kind in (Property.PARAMETERS, Property.FORWARD_FLOP):
        return None
    value = amount_of(match["number"], scale)
    return None if value is None else _Amount(value, "property.unit-in-cell")


def _is_of_layers(table: Table) -> bool:
    """Whether the rows are the parts of one network, so that a column counts the parameters of each."""
    first = [cell for cell in table.cells if cell.column == 0]
    layers = sum(1 for cell in first if _LAYER.search(cell.text))
    headed = any(cell.header and _LAYER_HEAD.search(cell.text) for cell in first)
    return layers >= _FEWEST_LAYERS or (headed and layers > 0)


def _rows_are_sets(table: Table) -> bool:
    """Whether the first column is headed as one of data sets or tasks, so that its labels name no model."""
    return any(cell.header and cell.column == 0 and _SETS_HEAD.search(cell.text) for cell in table.cells)


def _columns_are_sets(table: Table) -> bool:
    """Whether the columns are data sets and tasks: "RACE | SQuAD | GLUE"."""
    heads = [cell.text for cell in table.cells if cell.header and cell.column > 0]
    return all(map(_may_be_task, heads)) and any(map(_is_training_set, heads))


def _may_be_task(head: str) -> bool:
    return len(head.split()) <= _LONGEST_TASK


def _only_benchmark(named: Sequence[NamedSet]) -> str | None:
    benchmarks = {each.training_set.benchmark for each in named}
    return benchmarks.pop() if len(benchmarks) == 1 else None


def _is_training_set(label: str) -> bool:
    named = training_sets_in(label)
    return len(named) == 1 and named[0].end - named[0].start > len(label.strip()) / 2


def _stage(table: Table, cell: Cell) -> Stage:
    return telling_stage(" ".join(cell.column_path), " ".join(cell.row_path), table.caption)
