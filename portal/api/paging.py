"""Part of a list as an answer, with the addresses of the parts beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from db.public_queries import Page
from portal.api.parameters import MOST_OFFSET, Part


def part_of_list(request: Request, response: Response, found: Page, part: Part) -> Mapping[str, Any]:
    """The rows with ``total`` and ``next``; the header ``Link`` has next, prev and first (RFC 8288).

    ``?offset=50&limit=50`` of 120 rows -> next is ``?offset=100&limit=50``, prev ``?offset=0&limit=50``
    """
    after = part.offset + part.limit
    has_next = after < min(found.total, MOST_OFFSET + 1)
    addresses = {"next": _at(request, after, part.limit)} if has_next else {}
    if part.offset > 0:
        addresses["prev"] = _at(request, max(0, part.offset - part.limit), part.limit)
    addresses["first"] = _at(request, 0, part.limit)
    response.headers["Link"] = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in addresses.items())
    return {
        "rows": found.rows,
        "total": found.total,
        "offset": part.offset,
        "limit": part.limit,
        "next": addresses.get("next"),
    }


def _at(request: Request, offset: int, limit: int) -> str:
    """The same list from another row, as an address of this host."""
    url = request.url.include_query_params(offset=offset, limit=limit)
    return f"{url.path}?{url.query}"
