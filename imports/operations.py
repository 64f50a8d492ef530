"""Operations of a forward pass, as both layouts of the study's tables state them."""

from __future__ import annotations

from dataclasses import dataclass

from imports.cells import RowReader

FLOP_PER_MULTIPLY_ADD = 2
FEWEST_OF_A_PASS = 1e5
MOST_OF_A_PASS = 1e15


@dataclass(frozen=True, slots=True)
class StatedOperations:
    per_pass_flop: float | None = None
    training_compute_flop: float | None = None


def read_operations(reader: RowReader, flop_column: str, multiply_add_column: str) -> StatedOperations:
    """FLOP of a forward pass: as stated, else twice the multiply-adds (the study's convention).

    2.3e19 FLOP in the column of a pass is the training of a Transformer, and returned as that.
    """
    flop, compute = _plausible(reader, flop_column)
    multiply_adds, _ = _plausible(reader, multiply_add_column)
    if flop is None and multiply_adds is not None:
        flop = FLOP_PER_MULTIPLY_ADD * multiply_adds
    return StatedOperations(flop, compute)


def _plausible(reader: RowReader, column: str) -> tuple[float | None, float | None]:
    """Operations of a pass, or of all training."""
    value = reader.number(column)
    if value is None:
        return None, None
    if value < FEWEST_OF_A_PASS:
        reader.repair(column, "operations-implausible", reader.raw(column), "")
        return None, None
    if value > MOST_OF_A_PASS:
        reader.repair(column, "training-compute-in-operations-column", reader.raw(column), f"{value:g} FLOP in all")
        return None, value
    return value, None
