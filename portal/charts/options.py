"""The options of a benchmark's page in an address: read, refused where they mean nothing, and written again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from analysis.constants import UnknownConstants, cost_constants
from analysis.records import Form
from db.public_queries import POINT_SORTS, PointFilters
from portal.queue.filters import FilterError, year_of

BASES = ("machine", "curated", "imported")
DOWNWARDS = frozenset(POINT_SORTS) - {"model", "title", "accelerator", "basis", "source", "error_fraction"}
"""Columns that are first sorted with the largest on top."""
_LONGEST_SEARCH = 200
_MOST_SOURCES = 12
_SOURCE = re.compile(r"[\w.-]{1,60}")
_PAGE = re.compile(r"[1-9][0-9]{0,4}")
_Choice = TypeVar("_Choice", bound=StrEnum)
_ON, _OFF = frozenset(("1", "on", "true", "yes")), frozenset(("0", "off", "false", "no"))


class Across(StrEnum):
    """What the horizontal axis shows."""

    BURDEN = "burden"
    NETWORK = "network"
    PASS = "pass"  # noqa: S105
    YEAR = "year"


class Colour(StrEnum):
    """What the colours of points tell."""

    BASIS = "basis"
    CONFIDENCE = "confidence"


@dataclass(frozen=True, slots=True)
class ChartOptions:
    metric: str
    x: Across = Across.BURDEN
    form: Form = Form.POLYNOMIAL
    sources: tuple[str, ...] = ()
    """In order, none twice; empty: all."""
    basis: str = ""
    colour: Colour = Colour.BASIS
    line: bool = True
    targets: bool = False
    constants: str = "present"
    """Of money and CO2, as ``analysis.constants`` names them."""
    year_from: int | None = None
    year_to: int | None = None
    search: str = ""
    sort: str = "hardware_burden_flop"
    """Of the table, one of ``POINT_SORTS``."""
    descending: bool = True
    page: int = 1

    def filters(self, benchmark: str) -> PointFilters:
        """Which points are meant, in the chart, the table and the files alike."""
        return PointFilters(
            benchmark=benchmark,
            metric=self.metric,
            sources=self.sources,
            basis=self.basis,
            year_from=self.year_from,
            year_to=self.year_to,
            search=self.search,
        )

    def of_chart(self) -> ChartOptions:
        """Without the options that only the table has, which leave the chart as it is."""
        plain = ChartOptions(self.metric)
        return replace(self, sort=plain.sort, descending=plain.descending, page=plain.page)


def options_of(query: Sequence[tuple[str, str]], metrics: Sequence[str]) -> ChartOptions:
    """The options that an address asks for; other parameters are let be. The last of a name counts, but of sources all.

    ``metrics`` are those of the benchmark, the one that is meant by itself first.

    [("x", "year"), ("source", "db"), ("source", "epoch")] -> over the years, of both sources
    [] -> all points against their burden, with lines       [("theme", "dark")] -> the same
    [("x", "cost")], [("from", "soon")], [("sort", "luck")] -> FilterError
    """
    last = {name: value.strip() for name, value in query}
    first, final = year_of("from", last.get("from", "")), year_of("to", last.get("to", ""))
    if first is not None and final is not None and first > final:
        raise FilterError(f"From {first} to {final} there is no year: the first is later than the last.")
    if len(last.get("search", "")) > _LONGEST_SEARCH:
        raise FilterError(f"Search for at most {_LONGEST_SEARCH} letters.")
    sort = _one_of("sort", tuple(POINT_SORTS), last.get("sort", "") or "hardware_burden_flop")
    order = _one_of("order", ("", "up", "down"), last.get("order", ""))
    return ChartOptions(
        metric=_one_of("metric", tuple(metrics), last.get("metric", "") or metrics[0]),
        x=_choice("x", Across, last.get("x", "") or Across.BURDEN),
        form=_choice("form", Form, last.get("form", "") or Form.POLYNOMIAL),
        sources=_sources(query),
        basis=_one_of("basis", ("", *BASES), last.get("basis", "")),
        colour=_choice("colour", Colour, last.get("colour", "") or Colour.BASIS),
        line=_flag("line", last.get("line", "") or "1"),
        targets=_flag("targets", last.get("targets", "") or "0"),
        constants=_constants(last.get("constants", "") or "present"),
        year_from=first,
        year_to=final,
        search=last.get("search", ""),
        sort=sort,
        descending=order == "down" if order else sort in DOWNWARDS,
        page=int(page) if _PAGE.fullmatch(page := last.get("page", "")) else 1,
    )


def query_of(options: ChartOptions, **changes: Any) -> str:
    """The options, with these changes, as part of an address without "?"; those as they are by themselves are left out.

    ``options_of`` of what comes out gives the same options.
    """
    plain = _written(ChartOptions(metric=""))
    told = {name: value for name, value in _written(replace(options, **changes)).items() if value != plain[name]}
    return urlencode(told, doseq=True)


def _written(options: ChartOptions) -> dict[str, str | list[str]]:
    return {
        "metric": options.metric,
        "x": options.x.value,
        "form": options.form.value,
        "source": list(options.sources),
        "basis": options.basis,
        "colour": options.colour.value,
        "line": str(int(options.line)),
        "targets": str(int(options.targets)),
        "constants": options.constants,
        "from": str(options.year_from or ""),
        "to": str(options.year_to or ""),
        "search": options.search,
        "sort": options.sort,
        "order": "" if options.descending == (options.sort in DOWNWARDS) else "down" if options.descending else "up",
        "page": str(options.page),
    }


def _choice(option: str, kind: type[_Choice], value: str) -> _Choice:
    return kind(_one_of(option, tuple(each.value for each in kind), value))


def _one_of(option: str, choices: tuple[str, ...], value: str) -> str:
    if value not in choices:
        raise FilterError(f"{option} is {_or(filter(None, choices))}, not {value[:30]!r}.")
    return value


def _or(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _sources(query: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    given = sorted({value.strip() for name, value in query if name == "source" and value.strip()})
    if len(given) > _MOST_SOURCES:
        raise FilterError(f"At most {_MOST_SOURCES} sources can be chosen.")
    for source in given:
        if not _SOURCE.fullmatch(source):
            raise FilterError(f"{source[:30]!r} is no source: write it as in authors-2022.")
    return tuple(given)


def _constants(value: str) -> str:
    try:
        return cost_constants(value).name
    except UnknownConstants as unknown:
        raise FilterError(f"{unknown}.") from None


def _flag(option: str, value: str) -> bool:
    if value.lower() not in _ON | _OFF:
        raise FilterError(f"{option} is 1 or 0, not {value[:20]!r}.")
    return value.lower() in _ON
