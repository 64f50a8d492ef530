"""What no property can be, and how two of them are told to be one."""

from __future__ import annotations

from extractors.records import Property

_LIMITS = {
    Property.PARAMETERS: (1e3, 1e14),
    Property.FORWARD_FLOP: (1e3, 1e16),
    Property.EPOCHS: (0.01, 1e5),
    Property.TRAINING_EXAMPLES: (10, 1e12),
}
"""Lowest and highest; amounts of operations beyond are of a whole training."""


def is_plausible(kind: Property, quantity: float) -> bool:
    """Whether a model may have so many parameters, a pass so many operations, a training so many epochs."""
    low, high = _LIMITS[kind]
    return low <= quantity <= high
