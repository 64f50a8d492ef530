"""Of which stage something is said, by the words of ``patterns/stages.jsonl``."""

from __future__ import annotations

from extractors.patterns import load_text_rules
from extractors.records import Stage


def stage_in(text: str, anchor: int = 0) -> Stage | None:
    """The stage whose word stands nearest to ``anchor``; None where there is none.

    "fine-tuned for 3 epochs" -> finetuning      "Pre-training epochs" -> pretraining      "for 3 epochs" -> None
    """
    distances = [
        (max(anchor - match.end(), match.start() - anchor, 0), order, rule.label)
        for order, rule in enumerate(load_text_rules("stages"))
        for match in rule.pattern.finditer(text)
    ]
    return Stage(min(distances)[2]) if distances else None


def telling_stage(*texts: str) -> Stage:
    """Of texts, the most telling first, the first stage other than plain training; else training, if any says so."""
    said = [stage for stage in map(stage_in, texts) if stage is not None]
    return next((stage for stage in said if stage is not Stage.TRAINING), next(iter(said), Stage.UNSPECIFIED))
