"""How facts are read and burdens reckoned, how well that was measured to work, and what it does not do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from db.public_trends import imports_in_use
from models.card import trained_card
from portal.pages import page
from portal.public.caching import PublicRoute
from portal.public.words import register_words
from portal.services import Wired
from releases.licences import terms

RUN_FIELDS = {
    "detection": "Does the paper report any run?",
    "accelerator": "Accelerator",
    "count": "How many",
    "duration": "Training time",
    "device-hours": "Device-time, where that is stated",
    "run": "Run: all three right",
    "burden share": "Burden within a factor of 2",
    "evidence page": "Evidence on the page that people found it on",
}
RESULT_FIELDS = {
    "value recall": "Own values of main tables that are found",
    "best value accuracy": "Best value of a paper, benchmark and metric right",
    "own precision": "Values given out as the paper’s own that are its own and right",
    "own recall": "Own values of papers read in full that are found",
    "cited recall": "Values quoted from others that are found",
    "own or cited accuracy": "Whose a value is",
}
JOINED = "0.758 of the 91 whose result and runs were both found (0.64–0.87"
COUNTED = "44 of the 53 values reckoned are right (0.83)"
"""As `docs/results.md` has them, which tells how they were judged."""
_SHARE = re.compile(r"(\d\.\d+)(?: \((\d\.\d+)–(\d\.\d+)\))?")
_PREDICTED = re.compile(r"(\d+) predicted, (\d+) gold")

register_words()
router = APIRouter(route_class=PublicRoute)


@dataclass(frozen=True, slots=True)
class Measured:
    """A share that was measured, with its interval where there is one."""

    what: str
    precision: str
    recall: str
    share: float | None
    low: float | None
    high: float | None
    of: str


@router.get("/methods")
def methods(request: Request, services: Wired) -> Response:
    card = trained_card()
    return page(
        request,
        "public/methods.html",
        papers=card.papers,
        folds=card.folds,
        runs=_measured(card.runs, "field", RUN_FIELDS),
        results=_measured(card.results, "results", RESULT_FIELDS),
        calibration=card.calibration,
        limits=card.limits,
        joined=JOINED + ")",
        counted=COUNTED,
        imports=imports_in_use(services.engine),
        terms=terms(),
    )


def _measured(rows: Iterable[Mapping[str, str]], head: str, words: Mapping[str, str]) -> list[Measured]:
    """The rows in the order of ``words``; a field without words keeps its name and comes last."""
    order = list(words)
    ordered = sorted(rows, key=lambda row: order.index(row[head]) if row[head] in words else len(order))
    return [_one(row, words.get(row[head], row[head])) for row in ordered]


def _one(row: Mapping[str, str], what: str) -> Measured:
    """The share that is told first: F1, else recall, else the row's only share."""
    precision, recall = row.get("precision", ""), row.get("recall", "")
    told = row.get("F1 (95 %)") or recall or row.get("share (95 %)", "")
    found = _SHARE.search(told)
    share, low, high = ((float(part) if part else None) for part in found.groups()) if found else (None, None, None)
    both = bool(precision) and bool(recall)
    return Measured(what, precision if both else "", recall if both else "", share, low, high, _of(row))


def _of(row: Mapping[str, str]) -> str:
    """ "67" of "76 predicted, 75 gold" -> "67 right; 76 read, 75 there"        "74" of "84 runs" -> "74 of 84 runs" """
    found = _PREDICTED.fullmatch(row["of"])
    return f"{row['hits']} right; {found[1]} read, {found[2]} there" if found else f"{row['hits']} of {row['of']}"
