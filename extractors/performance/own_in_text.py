"""What speaks for a value in running text being the paper's own, by the signals of its sentence."""

from __future__ import annotations

from collections.abc import Mapping

from extractors.judge import RULES_LOG_ODDS

_PRIOR = 0.9
_HAND_WEIGHTS = {
    "text.we": 1.5,
    "text.sentence-we": 0.6,
    "text.abstract": 1.0,
    "text.conclusion": 0.8,
    "text.ours": 1.5,
    "text.cited": -2.5,
    "text.sentence-cited": -0.7,
    "text.previous": -1.5,
    "text.sentence-previous": -0.2,
    "text.related": -2.5,
    "text.reported": -1.5,
    "text.rerun": 2.0,
    "text.no-model": -1.0,
}


def own_signals(signals: Mapping[str, float]) -> dict[str, float]:
    """The signals of a sentence's value, with the rules' verdict as log-odds."""
    seen = {name: value for name, value in signals.items() if name.startswith("text.")}
    seen["in.text"] = 1.0
    seen[RULES_LOG_ODDS] = _PRIOR + sum(weight for name, weight in _HAND_WEIGHTS.items() if name in seen)
    return seen
