"""What strangers write into the head of a form: which paper, and where letters may go. Pure."""

from __future__ import annotations

import re

from imports.links import arxiv_id_in

LONGEST_EMAIL = 200
_LONGEST_ID = 200
_BARE_ID = re.compile(
    r"(\d\d(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z][a-z\-]{1,9}(?:\.[A-Za-z\-]{2,12})?/\d\d(?:0[1-9]|1[0-2])\d{3})(?:v\d{1,3})?",
    re.ASCII | re.IGNORECASE,
)
_EMAIL = re.compile(
    r"[A-Za-z0-9_%+\-]+(?:\.[A-Za-z0-9_%+\-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)


class AddressError(ValueError):
    """What was typed is no arXiv id, or no address; the message says what is."""


def arxiv_id(written: str) -> str:
    """The id without version, from an id or a link.

    "1706.03762v5", "arXiv:1706.03762", "https://arxiv.org/pdf/1706.03762" -> "1706.03762"
    "Attention is all you need", "17.03762", "1713.00001" are refused
    """
    plain = written.strip()[:_LONGEST_ID]
    if bare := _BARE_ID.fullmatch(plain):
        plain = f"arXiv:{bare[1]}"
    found = arxiv_id_in(plain)
    if found is None:
        raise AddressError("write the paper's arXiv id, as 1706.03762, or its address at arxiv.org")
    return found


def email_address(written: str) -> str | None:
    """The address alone, or None where nothing is written; nothing that could end a line of a letter's head.

    "ada@example.org" -> itself        "" -> None
    "Ada <ada@example.org>", "a@b", "ada@example.org\\nBcc: all@example.org", "ada@localhost" are refused
    """
    plain = written.strip()
    if not plain:
        return None
    if len(plain) > LONGEST_EMAIL or not plain.isascii() or not _EMAIL.fullmatch(plain):
        raise AddressError("write one plain address, as ada@example.org, or leave it empty")
    return plain
