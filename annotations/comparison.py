"""Two exports judged beside each other: is the one better, or were the papers kind to it?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from annotations.bootstrap import Bounds, interval
from annotations.evaluation import Evaluation, rounded

_LOWER_IS_BETTER = frozenset({"calibration_error"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of both exports, and by how much the first is above the second.

    The interval of the difference is paired: both exports are judged on the same draws of papers, so that
    a difference that holds on every draw is sure even where the two figures' own intervals overlap.
    """

    measure: str
    """A field, whose F1 is compared, or ``burden``, ``evidence_page``, ``calibration_error``."""
    first: float
    first_interval: Bounds
    second: float
    second_interval: Bounds
    difference: float
    difference_interval: Bounds

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out no difference at all."""
        low, high = self.difference_interval
        return low > 0 or high < 0

    @property
    def better(self) -> bool:
        """Whether the first export is the better one; of errors the lower is."""
        return self.difference < 0 if self.measure in _LOWER_IS_BETTER else self.difference > 0


def compare(first: Evaluation, second: Evaluation) -> tuple[Difference, ...]:
    """Measure by measure; both must have been judged against the same gold."""
    others = second.measures()
    return tuple(
        Difference(
            measure=name,
            first=value,
            first_interval=bounds,
            second=others[name][0],
            second_interval=others[name][1],
            difference=value - others[name][0],
            difference_interval=interval(first.resampled[name] - second.resampled[name]),
        )
        for name, (value, bounds) in first.measures().items()
    )


def comparison_record(differences: tuple[Difference, ...]) -> dict[str, Any]:
    """For ``--json``: the figures by measure."""
    figures = (rounded(asdict(one)) for one in differences)
    return {one.pop("measure"): one for one in figures}
