"""Which paper comes next."""

from __future__ import annotations

from urllib.parse import parse_qsl

from db.desk_queue import QueueFilters, QueueRow, queue, second_reviews
from portal.queue.filters import FilterError, filters_of
from portal.security import Session
from portal.services import Services

_LOOK_AHEAD = 50


def next_paper(services: Services, curator: Session, query: str, without: str = "") -> str | None:
    """The key of the paper that the curator does next, under the options of the queue that ``query`` has.

    The first that nobody else has in hand, and not ``without``, which was just settled or left. Where nothing is
    asked for in particular, papers that wait for a second review by this curator come first.
    """
    try:
        filters = filters_of(dict(parse_qsl(query[:2000])))
    except FilterError:
        filters = QueueFilters()
    viewer, now = curator.user.name, services.now()
    if filters == QueueFilters():
        waiting = second_reviews(services.engine, viewer, _LOOK_AHEAD, now)
        found = _first_free(waiting, viewer, without)
        if found:
            return found
    offset = 0
    while rows := queue(services.engine, filters, offset, _LOOK_AHEAD, viewer=viewer, now=now):
        found = _first_free(rows, viewer, without)
        if found:
            return found
        offset += _LOOK_AHEAD
    return None


def _first_free(rows: list[QueueRow], viewer: str, without: str) -> str | None:
    free = (row.paper_key for row in rows if row.claimed_by in (None, viewer) and row.paper_key != without)
    return next(free, None)
