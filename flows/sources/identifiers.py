"""arXiv identifiers: ``1706.03762v5``, ``1412.6980``, ``cs/0112017``."""

from __future__ import annotations

import re
from pathlib import Path

from flows.sources import SourceError

_NEW = r"(?P<new>(?P<year>\d\d)(?P<month>0[1-9]|1[0-2])\.\d{4,5})"
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|"
    "funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|"
    "q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_CLASS = r"(?:\.[A-Z-]{2,})?"
_NUMBER = r"(?P<number>\d\d(?:0[1-9]|1[0-2])\d{3})"
_VERSION = r"(?:v(?P<version>[1-9]\d{0,3}))?"
_PREFIX = r"(?:arxiv:\s*|https?://(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf)/)?"


def _pattern(prefix: str, slash: str, suffix: str) -> re.Pattern[str]:
    old = f"(?P<archive>{_ARCHIVES}){_CLASS}{slash}{_NUMBER}"
    return re.compile(f"{prefix}(?:{_NEW}|{old}){_VERSION}{suffix}", re.IGNORECASE | re.ASCII)


_WRITTEN = _pattern(_PREFIX, slash="/", suffix=r"(?:\.pdf)?")
_FILE_NAME = _pattern(r"(?:arxiv[-_:]?)?", slash="[_-]?", suffix="")


class BadArxivIdError(SourceError):
    """Something that was given as an arXiv id and is none."""


def parse_arxiv_id(text: str) -> tuple[str, int | None]:
    """Id without version, and the version or None. ``BadArxivIdError`` for anything else.

    "1706.03762v5" -> ("1706.03762", 5)      "arXiv:1412.6980" -> ("1412.6980", None)
    "https://arxiv.org/abs/math.GT/0309136" -> ("math/0309136", None)
    "1776.03762" -> refused, there is no month 76      "1706.0376" -> refused, five digits since 2015
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None or not _right_length(match):
        raise BadArxivIdError(
            f"not an arXiv id: {text.strip()[:80]!r} (they look like 1706.03762, 1706.03762v5, 1412.6980 or cs/0112017)"
        )
    return _id_and_version(match)


def arxiv_id_of_file(stem: str) -> tuple[str | None, int | None]:
    """Id and version that a file name without its suffix states, or (None, None).

    "1706.03762v5" -> ("1706.03762", 5)      "cs_0112017", "cs0112017" -> ("cs/0112017", None)
    "report-2024" -> (None, None)      "2024.12345" -> (None, None), there is no month 24
    """
    match = _FILE_NAME.fullmatch(stem)
    if match is None or not _right_length(match):
        return None, None
    return _id_and_version(match)


def versioned(arxiv_id: str, version: int | None) -> str:
    """``1706.03762v5``, or the bare id where the version is not known."""
    return f"{arxiv_id}v{version}" if version else arxiv_id


def read_ids_file(path: Path) -> list[str]:
    """The ids in a file, one a line; blank lines and what follows a ``#`` are passed over.

    ``BadArxivIdError`` names the file and every line that holds no id.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadArxivIdError(f"{path} is not a text file of arXiv ids: {error}") from error
    ids: list[str] = []
    bad_lines: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.partition("#")[0].strip()
        if not written:
            continue
        try:
            ids.append(versioned(*parse_arxiv_id(written)))
        except BadArxivIdError as error:
            bad_lines.append(f"{path}:{number}: {error}")
    if bad_lines:
        more = f"\n… and {len(bad_lines) - 10} more lines" if len(bad_lines) > 10 else ""
        raise BadArxivIdError("\n".join(bad_lines[:10]) + more)
    return ids


def _right_length(match: re.Match[str]) -> bool:
    """New ids began in April 2007 with four digits, and have had five since January 2015."""
    if match["new"] is None:
        return True
    month = int(match["year"] + match["month"])
    digits = len(match["new"].partition(".")[2])
    return month >= 704 and digits == (5 if month >= 1501 else 4)


def _id_and_version(match: re.Match[str]) -> tuple[str, int | None]:
    arxiv_id = match["new"] or f"{match['archive'].lower()}/{match['number']}"
    return arxiv_id, int(match["version"]) if match["version"] else None
