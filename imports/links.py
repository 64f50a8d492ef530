"""arXiv ids in links."""

from __future__ import annotations

import re

_ARXIV = re.compile(
    r"(?:ar[xX5]iv\.org/(?:abs|pdf|html|format|e-print)/|10\.48550/arxiv\.|\barxiv:\s?)"
    r"(?P<id>\d\d(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z][a-z-]{1,9}(?:\.[a-z-]{2,12})?/\d\d(?:0[1-9]|1[0-2])\d{3})(?!\d)",
    re.IGNORECASE | re.ASCII,
)


def arxiv_id_in(link: str | None) -> str | None:
    """The first arXiv id in a link, without its version.

    "https://arxiv.org/pdf/2104.99017v5.pdf" -> "2104.99017"     "http://arxiv.org/abs/cs.CL/0112017" -> "cs/0112017"
    "https://openreview.net/forum?id=1706.03762" -> None
    """
    match = _ARXIV.search(link or "")
    if match is None:
        return None
    archive, slash, number = match["id"].lower().rpartition("/")
    return f"{archive.partition('.')[0]}{slash}{number}"
