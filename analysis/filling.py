"""Hardware burdens where only network operations are known, by a conversion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.records import Computing, Fit


@dataclass(frozen=True, slots=True)
class FixedConversion:
    """log10(hardware burden) = intercept + slope * log10(network operations), not from the points at hand."""

    intercept: float
    slope: float
    origin: str
    """For the note beside every fit that rests on it."""


AUTHORS_COCO_CONVERSION = FixedConversion(2.7580, 0.8935, "the authors' notebook of 2022 for COCO, where it is fixed")
"""Thompson et al., published with their data of August 2022, in which no COCO model knows both measures."""


def fill_burden(points: pd.DataFrame, conversion: Fit | FixedConversion) -> pd.Series:
    """The hardware burden where it is known, else 10^(intercept + slope * log10(network operations)), else NaN: FLOP.

    The coefficients are used unrounded, as the fit has them.
    Network operations of 10^20 FLOP with 3.0 + 0.9 log10(NetOps): a burden of 10^21 FLOP.
    """
    operations = points[Computing.NETWORK_OPERATIONS].where(points[Computing.NETWORK_OPERATIONS] > 0)
    reckoned = 10.0 ** (conversion.intercept + conversion.slope * np.log10(operations))
    filled = points[Computing.HARDWARE_BURDEN].fillna(reckoned)
    return filled.rename(Computing.FILLED_BURDEN.value)
