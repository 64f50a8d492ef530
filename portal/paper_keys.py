"""Paper keys in addresses: only what can be one reaches a route, everything else is "not found"."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote

from starlette.convertors import Convertor, register_url_convertor


class _PaperKeyConvertor(Convertor[str]):
    """``{key:paper_key}`` in a route, which may stand before anything.

    /desk/papers/1706.03762/reviews, /desk/papers/cs/0112017, /desk/papers/sha256:4f…/pages/1.webp -> its key
    /desk/papers/../users, /desk/papers/1706.03762;drop -> no route
    """

    regex: ClassVar[str] = r"[0-9]{4}\.[0-9]{4,5}|[a-z][a-z\-]*(?:\.[A-Z]{2})?/[0-9]{7}|sha256:[0-9a-f]{64}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


def register_paper_keys() -> None:
    """Make ``{key:paper_key}`` known; called before a router that uses it is made."""
    register_url_convertor("paper_key", _PaperKeyConvertor())


def paper_address(paper_key: str, *rest: str) -> str:
    """The address of a paper on the desk, and of what hangs below it.

    "1706.03762" -> "/desk/papers/1706.03762"        "sha256:4f…", "reviews" -> "/desk/papers/sha256%3A4f…/reviews"
    """
    return "/".join(["/desk/papers", quote(paper_key), *rest])
