"""Rows of the documented views and public tables as they come, all as they stand at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Engine


class ViewReader(Protocol):
    def columns(self, view: str) -> tuple[str, ...]:
        """In their order."""

    def rows(self, view: str, columns: Sequence[str], order: Sequence[str]) -> Iterator[dict[str, Any]]:
        """In the order of these columns, texts by their bytes, the unknown first; values as both databases have them:

        bool, int, float, str, date as date, moments in UTC, lists and mappings unpacked.
        """

    def count(self, view: str) -> int: ...


def at_one_moment(engine: Engine) -> AbstractContextManager[ViewReader]:
    """A reader for which nothing changes while it is open; writers are not held up.

    Views are those of docs/database.md (``papers_v1``) and ``public_papers``, ``public_models``, ``public_points``,
    ``public_accelerators``; ``ValueError`` for another name.
    """
    raise NotImplementedError
