"""What counts as a deep-learning paper: its categories, and terms in its title or abstract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from extractors.records import PaperMetadata
from flows.sources import SourceError

DEFAULT_CATEGORIES = ("cs.LG", "cs.CV", "cs.CL", "cs.NE", "cs.SD", "eess.AS", "stat.ML")

DEFAULT_TERMS_FILE = Path(__file__).with_name("relevance.txt")


@dataclass(frozen=True, slots=True)
class RelevanceFilter:
    """Terms of which at least one stands in the title or abstract of a relevant paper."""

    any_case: re.Pattern[str] | None
    as_written: re.Pattern[str] | None

    @classmethod
    def from_terms(cls, lines: Iterable[str]) -> RelevanceFilter:
        """From lines in the form that ``relevance.txt`` states at its top; ``ValueError`` names a bad line.

        "language model" matches "Language-Models", not "language modality";
        "GAN" matches "a GAN", not "began" or "gan"; "pretrain*" matches "pretraining"
        """
        any_case: list[str] = []
        as_written: list[str] = []
        for number, line in enumerate(lines, start=1):
            term = line.partition("#")[0].strip()
            if not term:
                continue
            is_expression = term.startswith("re:")
            expression = term.removeprefix("re:") if is_expression else _expression(term)
            try:
                re.compile(expression)
            except re.error as error:
                raise ValueError(f"line {number}: not a regular expression: {expression!r} ({error})") from error
            exact = is_expression or term != term.lower()
            (as_written if exact else any_case).append(f"(?:{expression})")
        if not any_case and not as_written:
            raise ValueError("no terms in it, so that no paper would be relevant")
        return cls(
            re.compile("|".join(any_case), re.IGNORECASE) if any_case else None,
            re.compile("|".join(as_written)) if as_written else None,
        )

    @classmethod
    def from_file(cls, path: Path) -> RelevanceFilter:
        """From a file of terms; ``SourceError`` names the file and what is wrong in it."""
        try:
            return cls.from_terms(path.read_text(encoding="utf-8-sig").splitlines())
        except (OSError, ValueError) as error:
            raise SourceError(f"unusable file of relevance terms {path}: {error}") from error

    def matches(self, text: str) -> bool:
        """Whether one of the terms stands in ``text``."""
        return any(pattern.search(text) for pattern in (self.any_case, self.as_written) if pattern)


@cache
def default_filter() -> RelevanceFilter:
    """The filter of the terms that the product brings along."""
    return RelevanceFilter.from_file(DEFAULT_TERMS_FILE)


_CATEGORY = re.compile(
    r"(?:cs|econ|eess|math|q-bio|q-fin|stat)\.[A-Z]{2}|(?:astro-ph|cond-mat|nlin|physics)\.[A-Za-z-]{2,10}|[a-z]+-[a-z]+"
)


def check_categories(categories: Iterable[str]) -> None:
    """``SourceError`` for what can't be an arXiv category, which would otherwise just find nothing.

    "cs.LG", "cond-mat.dis-nn", "quant-ph" -> fine      "cs.lg", "cs", "machine learning" -> refused
    """
    bad = [category for category in categories if not _CATEGORY.fullmatch(category)]
    if bad:
        raise SourceError(f"not an arXiv category: {', '.join(map(repr, bad))} (they look like cs.LG or quant-ph)")


def in_categories(metadata: PaperMetadata, categories: Sequence[str]) -> bool:
    """Listed or cross-listed in one of ``categories``; where none are given, always."""
    return not categories or not set(categories).isdisjoint(metadata.categories)


def is_relevant(metadata: PaperMetadata, categories: Sequence[str], relevance: RelevanceFilter) -> bool:
    """In one of ``categories``, and a term stands in its title or abstract."""
    return in_categories(metadata, categories) and relevance.matches(f"{metadata.title}\n{metadata.abstract}")


def _expression(term: str) -> str:
    """The regular expression of a term in plain words."""
    words = [re.escape(word) for word in term.removesuffix("*").replace("-", " ").split()]
    ending = r"\w*" if term.endswith("*") else "(?:s|es)?"
    return r"(?<!\w)" + r"[\s\-‐-–]+".join(words) + ending + r"(?!\w)"
