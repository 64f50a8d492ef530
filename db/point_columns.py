"""The columns of a point, as ``fit_points_v1`` and the analysis have it."""

from __future__ import annotations

from collections.abc import Mapping

POINT_TYPES: Mapping[str, type[str] | type[float]] = {
    "source": str,
    "basis": str,
    "point_key": str,
    "arxiv_id": str,
    "title": str,
    "url": str,
    "model": str,
    "benchmark": str,
    "metric": str,
    "value": float,
    "error_fraction": float,
    "published": str,
    "year": float,
    "hardware_burden_flop": float,
    "hardware_burden_low_flop": float,
    "hardware_burden_high_flop": float,
    "network_operations_flop": float,
    "operations_per_pass_flop": float,
    "parameters": float,
    "confidence": float,
    "accelerator": str,
    "note": str,
}
"""In the order of the view, which has more behind them: where a point comes from."""
