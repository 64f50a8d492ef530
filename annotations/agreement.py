"""How far two readers of the same sentences agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from annotations.standoff import RoleLabel


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the items that both readers labelled."""

    alike: int
    items: int
    kappa: float
    """Cohen's: agreement beyond what readers reach who only draw roles as often as these did; 1 is full agreement."""


def role_agreement(labels: Iterable[RoleLabel]) -> Agreement:
    """Of the first reader with the second; with nothing read twice, or one role only, kappa is 0."""
    roles: dict[str, dict[tuple[str, int], str]] = {"first": {}, "second": {}}
    for label in labels:
        roles[label.reader][label.paper, label.record] = label.role
    pairs = [(roles["first"][item], role) for item, role in roles["second"].items() if item in roles["first"]]
    alike = sum(one == other for one, other in pairs)
    first, second = (Counter(column) for column in zip(*pairs, strict=True)) if pairs else (Counter(), Counter())
    by_chance = sum(first[role] * second[role] for role in first)
    beyond = len(pairs) ** 2 - by_chance
    return Agreement(alike, len(pairs), (alike * len(pairs) - by_chance) / beyond if beyond else 0.0)
