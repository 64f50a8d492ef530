"""What a request of the API may ask for: filters, order, and which part of a list. Each is bounded."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, WithJsonSchema

from db.public_queries import MODEL_SORTS, MOST_ROWS, PAPER_SORTS, POINT_SORTS

ROOT = "/api/v1"
"""Below which the API answers."""
MOST_OFFSET = 1_000_000
_NO_NULS = r"^[^\x00]*$"
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def _text(description: str, most: int, *examples: str) -> object:
    return Query(description=description, max_length=most, pattern=_NO_NULS, examples=list(examples))


Benchmark = Annotated[str, _text("Only this benchmark.", 100, "imagenet")]
Metric = Annotated[str, _text("Only this metric.", 100, "top1_accuracy")]
Source = Annotated[str, _text("`db`: what papers say; else an import, as `authors-2022`.", 100, "db")]
Sources = Annotated[
    list[Annotated[str, Query(max_length=100, pattern=_NO_NULS)]],
    Query(description="Only these: `db` is what papers say, others are imports. None: all.", max_length=10),
]
Search = Annotated[str, _text("Words of the model's name, the title or the arXiv id.", 200, "transformer")]
Accelerator = Annotated[str, _text("Name in the catalogue (`/accelerators`).", 200, "NVIDIA Tesla P100")]
Basis = Annotated[
    Literal["machine", "curated", "imported"] | None,
    Query(description="`machine`: read by the program; `curated`: reviewed by a curator; `imported`."),
]
Reports = Annotated[
    Literal["accelerator", "count", "time", "burden"] | None, Query(description="Only papers that state it.")
]
Year = Annotated[int | None, Query(description="Of publication.", ge=_FIRST_YEAR, le=_LAST_YEAR)]
YearFrom = Annotated[int | None, Query(description="Published in this year or later.", ge=_FIRST_YEAR, le=_LAST_YEAR)]
YearTo = Annotated[int | None, Query(description="Published in this year or earlier.", ge=_FIRST_YEAR, le=_LAST_YEAR)]
WithBurden = Annotated[bool, Query(description="Only those whose hardware burden is known.")]
Descending = Annotated[bool, Query(description="Greatest first; what is unknown comes last either way.")]

PaperKey = Annotated[
    str,
    Path(
        description="arXiv id without version, or `sha256:…` of a PDF without one.",
        min_length=1,
        max_length=100,
        pattern=r"^[\w.:/-]+$",
        examples=["1706.03762", "cs/0112017"],
    ),
]
ModelId = Annotated[str, Path(description="As in `/models`.", pattern=r"^[0-9a-f]{16}$", examples=["0123456789abcdef"])]
ReleaseName = Annotated[
    str, Path(description="As in `/releases`.", max_length=40, pattern=r"^[0-9a-z.-]+$", examples=["2026-11-27"])
]


class _OneOf:
    """Refuses what is not among the names."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def __call__(self, name: str) -> str:
        if name not in self._names:
            raise ValueError(f"should be one of {', '.join(self._names)}")
        return name


def _sort(names: Collection[str]) -> tuple[object, ...]:
    schema = WithJsonSchema({"type": "string", "enum": list(names)})
    return AfterValidator(_OneOf(names)), schema, Query(description="By which column.")


PointSort = Annotated[str, *_sort(POINT_SORTS)]
ModelSort = Annotated[str, *_sort(MODEL_SORTS)]
PaperSort = Annotated[str, *_sort(PAPER_SORTS)]


class Part:
    """Which rows of a list are asked for."""

    def __init__(
        self,
        offset: Annotated[int, Query(description="Rows before the first that is wanted.", ge=0, le=MOST_OFFSET)] = 0,
        limit: Annotated[int, Query(description="Rows that are wanted.", ge=1, le=MOST_ROWS)] = 50,
    ) -> None:
        self.offset = offset
        self.limit = limit


WantedPart = Annotated[Part, Depends(Part)]
