"""What an address asks of a public list: which rows, in which order, which page of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import HTTPException, Request

from portal.queue.filters import FilterError, year_of

ROWS_A_PAGE = 50
_LONGEST_TEXT = 200
_ORDERS = {"down": True, "up": False}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as its address asks for it, and the addresses of the same list otherwise."""

    path: str
    filters: Mapping[str, str]
    """As typed, in the order of the form; "" where nothing was."""
    sort: str
    descending: bool
    page: int
    usual_sort: str
    downwards: frozenset[str]
    """Columns that are first sorted with the largest on top."""

    @property
    def offset(self) -> int:
        return (self.page - 1) * ROWS_A_PAGE

    def sorted_by(self, column: str) -> str:
        """The list by this column; by the one that it has, the other way round."""
        return self._address(column, not self.descending if column == self.sort else column in self.downwards, 1)

    def at_page(self, page: int) -> str:
        return self._address(self.sort, self.descending, page)

    def aria_sort(self, column: str) -> str:
        if column != self.sort:
            return "none"
        return "descending" if self.descending else "ascending"

    def pages(self, total: int) -> int:
        """Of ``total`` rows; there is always a first one."""
        return max(1, -(-total // ROWS_A_PAGE))

    @property
    def is_filtered(self) -> bool:
        return any(self.filters.values())

    def _address(self, sort: str, descending: bool, page: int) -> str:
        usual = sort == self.usual_sort and descending == (sort in self.downwards)
        order = "down" if descending else "up"
        query = {name: value for name, value in self.filters.items() if value}
        query |= {} if usual else {"sort": sort, "order": order}
        query |= {"page": str(page)} if page > 1 else {}
        return f"{self.path}?{urlencode(query)}" if query else self.path


def read_listing(
    request: Request,
    filters: Mapping[str, str],
    sorts: Mapping[str, str],
    usual_sort: str,
    downwards: frozenset[str],
) -> Listing:
    """The list that the request's address asks for; 422 with words where an option means nothing.

    ?sort=model -> by model, A first        ?sort=model&order=down&page=3 -> Z first, the third page
    ?sort=price, ?order=sideways, ?page=0 -> 422
    """
    query = request.query_params
    sort = query.get("sort") or usual_sort
    if sort not in sorts:
        raise HTTPException(422, f"This list can be sorted by {', '.join(sorts)}; {sort[:40]!r} is none of these.")
    order = query.get("order") or ("down" if sort in downwards else "up")
    if order not in _ORDERS:
        raise HTTPException(422, f"The order is up or down, not {order[:20]!r}.")
    page = query.get("page") or "1"
    if not (page.isascii() and page.isdigit() and len(page) <= 7 and int(page) >= 1):
        raise HTTPException(422, f"A page is a number from 1 on, not {page[:20]!r}.")
    return Listing(request.url.path, filters, sort, _ORDERS[order], int(page), usual_sort, downwards)


def text_option(request: Request, name: str) -> str:
    """Without spaces around it; "" where the address has none."""
    value = request.query_params.get(name, "").strip()
    if len(value) > _LONGEST_TEXT or "\0" in value:
        raise HTTPException(422, f"{name}: at most {_LONGEST_TEXT} letters, please.")
    return value


def year_option(request: Request, name: str) -> int | None:
    """ "2017" -> 2017        "" -> None        "17", "soon" -> 422"""
    try:
        return year_of(name, text_option(request, name))
    except FilterError as refused:
        raise HTTPException(422, str(refused)) from None


def choice_option(request: Request, name: str, choices: Mapping[str, str]) -> str:
    """One of the choices, by its key; "" for any."""
    value = text_option(request, name)
    if value and value not in choices:
        raise HTTPException(422, f"{name} is one of {', '.join(choices)}; {value[:40]!r} is none of these.")
    return value


def check_page(listing: Listing, total: int) -> None:
    """404 for a page beyond the last."""
    if listing.page > listing.pages(total):
        raise HTTPException(404, f"This list has {listing.pages(total)} pages, and no page {listing.page}.")
