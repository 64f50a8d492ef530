"""What a head, a label or a caption says of the numbers that it belongs to: metric, benchmark, split, error or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.lexicon.benchmarks import DatasetMention, Metric, find_datasets, load_metrics
from extractors.patterns import load_text_rules

_ERROR = re.compile(r"\berr(?:\.|ors?)?(?![a-z])|misclassification|\berror", re.IGNORECASE)
_ACCURACY = re.compile(r"\bacc(?:\.|urac\w+)?(?![a-z])|\bprec(?:\.|ision)?(?![a-z])", re.IGNORECASE)
_SPLIT = re.compile(
    r"(?P<testdev>test-?dev)|(?P<teststd>test-?(?:std|standard|challenge))|(?P<minival>mini-?val)"
    r"|(?P<val>\bval(?:id(?:ation)?)?(?:20\d\d|\d\d)?\b)|(?P<dev>\bdev(?:elopment)?\b)|(?P<test>\btest\b(?!\s?(?:time|scale|size|res|aug|\()))",
    re.IGNORECASE,
)
LONGEST_AREA = 8
"""Characters of "small", "medium" or "large" as a head of its own."""
_SPLIT_NAMES = {"testdev": "test-dev", "teststd": "test-std"}


@dataclass(frozen=True, slots=True)
class Said:
    """What the words of one head, label or caption say."""

    metric: Metric | None = None
    """Named for sure."""
    plain: tuple[Metric, ...] = ()
    """Those that its words may mean beside a data set of their task: "Acc.", "AP"."""
    datasets: tuple[DatasetMention, ...] = ()
    other_measure: bool = False
    """Perplexity, mask AP, recall …"""
    difference: bool = False
    """A gain or loss, or a measure on data that was trained on."""
    other_task: bool = False
    """Segmentation, or learning from a few examples: whatever stands below or beside it is no result."""
    bound: bool = False
    """Of no model: what an oracle, or chance, would reach."""
    per_class: bool = False
    """Of single classes of a data set."""
    cost: bool = False
    """A size or a time, as far as no metric is named."""
    setting: bool = False
    """Something that was chosen, as far as no metric is named: epochs, depth."""
    error: bool | None = None
    """What is printed is the error (True) or the accuracy (False); None where it is not said."""
    split: str | None = None

    @property
    def never(self) -> bool:
        """A head that says so has no results below it."""
        return self.other_measure or self.difference or self.other_task

    @property
    def announces(self) -> bool:
        return self.metric is not None or bool(self.plain)


NOTHING = Said()


@lru_cache(maxsize=4000)
def said(text: str) -> Said:
    """What ``text`` says.

    "Top-1 err. (val)" -> top1_accuracy, error, val      "AP ^mask" -> never      "#Params" -> cost
    """
    if not text:
        return NOTHING
    labels = {rule.label for rule in load_text_rules("results") if rule.pattern.search(text)}
    found = [metric for metric in load_metrics() if metric.names.search(text) or metric.plain.search(text)]
    metrics = [metric for metric in found if not metric.unless.search(text)]
    named = next((metric for metric in metrics if metric.names.search(text)), None)
    split = _SPLIT.search(text)
    wrong, right = _ERROR.search(text), _ACCURACY.search(text)
    return Said(
        metric=named,
        plain=tuple(metric for metric in metrics if metric.plain.search(text)),
        datasets=find_datasets(text),
        other_measure="other-measure" in labels,
        difference="difference" in labels,
        other_task="other-task" in labels,
        bound="bound" in labels,
        per_class="per-class" in labels,
        cost="cost" in labels and named is None,
        setting="setting" in labels and named is None,
        error=bool(wrong) if bool(wrong) != bool(right) else None,
        split=_SPLIT_NAMES.get(split.lastgroup or "", split.lastgroup) if split else None,
    )


@lru_cache(maxsize=4000)
def said_by_path(path: Sequence[str]) -> Said:
    """What heads one over another say together, the innermost first: ("Top-1", "val") -> top1_accuracy, val.

    ("BLEU", "EN-DE") -> bleu, EN-DE      ("Top-1", "# Params") -> cost      ("AP", "50") -> box_ap50
    ("AP", "S") -> never                  ("Segmentation", "AP") -> never    ("AP", "Small model") -> box_ap
    """
    each = [said(text) for text in reversed(path)]
    if not each:
        return NOTHING
    if any(one.never for one in each[:2]) or any(one.other_task for one in each) or _is_of_an_area(path):
        return Said(other_measure=True)
    if each[0].cost or each[0].setting:
        return Said(cost=True)
    joined = said(" ".join(path))
    metric = each[0].metric or joined.metric or next((one.metric for one in each if one.metric), None)
    return Said(
        metric=metric,
        plain=next((one.plain for one in each if one.plain), joined.plain),
        datasets=next((one.datasets for one in (joined, *each) if one.datasets), ()),
        cost=metric is None and any(one.cost for one in each),
        error=next((one.error for one in each if one.error is not None), None),
        split=next((one.split for one in each if one.split), None),
    )


def _is_of_an_area(path: Sequence[str]) -> bool:
    """Whether a short head makes another measure of the one over it: "S", "M", "L" under "AP"."""
    return len(path) > 1 and len(path[-1]) <= LONGEST_AREA and said(f"{path[-2]} {path[-1]}").other_measure
