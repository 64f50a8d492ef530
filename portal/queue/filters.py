"""The queue's options in an address: read, refused where they mean nothing, and written again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from db.desk_queue import QueueFilters

SHOWN: Mapping[str, bool | None] = {"open": False, "settled": True, "all": None}
FLAGS: Mapping[str, str] = {
    "hardware": "unknown_hardware",
    "disagreements": "disagreements",
    "stale": "stale",
    "double": "double_review",
}
"""Options that are on or off, and the filters that they are."""
OPTIONS = ("q", "benchmark", "field", "from", "to", *FLAGS, "show")
"""All options, in the order in which addresses have them."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
_LONGEST_SEARCH = 200
_BENCHMARK = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}", re.IGNORECASE)
_FIELD = re.compile(r"[a-z][a-z-]{1,15}(?:\.[a-z-]{2,15})?", re.IGNORECASE)
_YEAR = re.compile(r"[0-9]{4}")
_ON = frozenset(("1", "on", "true", "yes"))
_OFF = frozenset(("", "0", "off", "false", "no"))


class FilterError(ValueError):
    """An option that can't be used: which, and what it could be."""


def filters_of(query: Mapping[str, str]) -> QueueFilters:
    """The filters that an address asks for; other parameters are let be.

    {"benchmark": "imagenet", "from": "2015", "stale": "1"} -> that benchmark, 2015 and later, with stale reviews
    {} -> all open papers        {"page": "2"} -> the same
    {"from": "soon"}, {"show": "mine"}, {"stale": "perhaps"} -> FilterError
    """
    read = {name: query.get(name, "").strip() for name in OPTIONS}
    if len(read["q"]) > _LONGEST_SEARCH:
        raise FilterError(f"Search for at most {_LONGEST_SEARCH} letters.")
    first, last = year_of("from", read["from"]), year_of("to", read["to"])
    if first is not None and last is not None and first > last:
        raise FilterError(f"From {first} to {last} there is no year: the first is later than the last.")
    shown = read["show"] or "open"
    if shown not in SHOWN:
        raise FilterError(f"Show {', '.join(SHOWN)}; {shown[:20]!r} is none of these.")
    return QueueFilters(
        benchmark=_named("benchmark", read["benchmark"], _BENCHMARK, "imagenet").lower(),
        field=_named("field", read["field"], _FIELD, "cs.CV"),
        year_from=first,
        year_to=last,
        settled=SHOWN[shown],
        search=read["q"],
        **{filter_name: _flag(option, read[option]) for option, filter_name in FLAGS.items()},
    )


def query_of(filters: QueueFilters) -> str:
    """The filters as part of an address, without "?"; empty for those of an address without options.

    ``filters_of`` of what comes out gives the same filters.
    """
    shown = next(word for word, settled in SHOWN.items() if settled == filters.settled)
    values = {
        "q": filters.search,
        "benchmark": filters.benchmark,
        "field": filters.field,
        "from": filters.year_from,
        "to": filters.year_to,
        **{option: int(getattr(filters, filter_name)) for option, filter_name in FLAGS.items()},
        "show": "" if shown == "open" else shown,
    }
    return urlencode({option: values[option] for option in OPTIONS if values[option]})


def kept_query(query: str) -> str:
    """Of an address's query the options of the queue, in order; empty where they mean nothing.

    "stale=1&page=3&fact=4f" -> "stale=1"        "from=soon&stale=1" -> ""
    """
    try:
        return query_of(filters_of(dict(parse_qsl(query[:2000]))))
    except FilterError:
        return ""


def _named(option: str, value: str, pattern: re.Pattern[str], example: str) -> str:
    if value and not pattern.fullmatch(value):
        raise FilterError(f"{value[:40]!r} is no {option}: write it as in {example}.")
    return value


def year_of(option: str, value: str) -> int | None:
    """ "2017" -> 2017        "" -> None        "17", "02017", "soon" -> FilterError, which names the option"""
    if not value:
        return None
    if not (_YEAR.fullmatch(value) and FIRST_YEAR <= int(value) <= LAST_YEAR):
        raise FilterError(f"{value[:20]!r} is no year ({option}): write four digits, as in 2017.")
    return int(value)


def _flag(option: str, value: str) -> bool:
    if value.lower() not in _ON | _OFF:
        raise FilterError(f"{option} is 1 or left out, not {value[:20]!r}.")
    return value.lower() in _ON
