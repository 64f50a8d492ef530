"""The columns of a table: where its rows leave the same gaps, and which cells stand across several."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extractors.tabular.segments import Segment

_NARROWEST_GAP_EMS = 0.12
_TOUCH_EMS = 0.1
"""Segments that share less than this of their width do not stand over each other."""
_BRIDGES_PER_SUPPORT = 1.5
"""A gap holds if the rows that leave it open are not outnumbered by so many times as many that bridge it."""
_FARTHEST_INDENTED_EMS = 1.5


@dataclass(frozen=True, slots=True)
class Column:
    x0: float
    x1: float

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(slots=True)
class _Cluster:
    """Segments whose x overlap, and the rows that they stand in."""

    x0: float
    x1: float
    rows: set[int] = field(default_factory=set)

    def take(self, other: _Cluster) -> None:
        self.x0, self.x1 = min(self.x0, other.x0), max(self.x1, other.x1)
        self.rows |= other.rows


_Placed = tuple[Segment, int]
"""A segment and the number of its row."""


def columns_of(rows: Sequence[Sequence[Segment]], cuts: Sequence[float]) -> tuple[list[Column], set[int]]:
    """Columns from left to right, and the ``id`` of each segment that stands across several.

    Rows with few segments (headings, heads that span, rests of wrapped cells) only add columns that nothing else has.
    ``cuts``: x of vertical rulings; columns never cross them.
    """
    most = max((len(row) for row in rows), default=0)
    if most < 2:
        return [], set()
    main = [(held, number) for number, row in enumerate(rows) if len(row) >= max(2, 0.5 * most) for held in row]
    em = _usual_size(main)
    broad = _broad(rows)
    clusters = _clusters([item for item in main if id(item[0]) not in broad], em, cuts)
    _bridge(clusters, [item for item in main if id(item[0]) in broad], cuts)
    spanning = {id(held) for row in rows for held in row if id(held) in broad and len(_under(held, clusters)) > 1}
    settled = _indented(_clusters([item for item in main if id(item[0]) not in spanning], em, cuts), em, cuts)
    for number, row in enumerate(rows):
        for held in row:
            if not _under(held, settled) and id(held) not in spanning:
                settled = sorted([*settled, _Cluster(held.x0, held.x1, {number})], key=lambda cluster: cluster.x0)
    return [Column(cluster.x0, cluster.x1) for cluster in settled], spanning


def _usual_size(placed: Iterable[_Placed]) -> float:
    sizes = sorted(held.size for held, _ in placed)
    return sizes[len(sizes) // 2]


def _broad(rows: Sequence[Sequence[Segment]]) -> set[int]:
    """Segments that stand over several segments of some other row."""
    starts = [[held.x0 for held in row] for row in rows]
    broad: set[int] = set()
    for own, row in enumerate(rows):
        for held in row:
            touch = _TOUCH_EMS * held.size
            for number, other in enumerate(rows):
                if number == own or len(other) < 2:
                    continue
                first = max(0, bisect_left(starts[number], held.x0) - 1)
                pieces = 0
                for segment in other[first : first + 3]:
                    if segment.x0 >= held.x1 - touch:
                        break
                    pieces += segment.x1 > held.x0 + touch
                if pieces > 1:
                    broad.add(id(held))
                    break
    return broad


def _clusters(placed: Iterable[_Placed], em: float, cuts: Sequence[float]) -> list[_Cluster]:
    """Segments whose x overlap, from left to right."""
    clusters: list[_Cluster] = []
    for held, number in sorted(placed, key=lambda item: (item[0].x0, item[0].x1)):
        new = _Cluster(held.x0, held.x1, {number})
        if clusters and held.x0 - clusters[-1].x1 < _NARROWEST_GAP_EMS * em and not _cut(clusters[-1], new, cuts):
            clusters[-1].take(new)
        else:
            clusters.append(new)
    return clusters


def _cut(left: _Cluster, right: _Cluster, cuts: Sequence[float]) -> bool:
    """A vertical ruling runs between two clusters."""
    return any(left.x1 - 1 <= cut + 0.5 and right.x0 >= cut - 1.5 for cut in cuts if left.x0 < cut < right.x1)


def _under(held: Segment, clusters: Sequence[_Cluster]) -> list[int]:
    touch = _TOUCH_EMS * held.size
    return [n for n, cluster in enumerate(clusters) if cluster.x0 < held.x1 - touch and cluster.x1 > held.x0 + touch]


def _bridge(clusters: list[_Cluster], broad: Sequence[_Placed], cuts: Sequence[float]) -> None:
    """Close the gaps that more rows bridge than leave open: they are wide spaces within a cell."""
    bridges: dict[int, set[int]] = {}
    for held, number in broad:
        under = _under(held, clusters)
        for left in under[:-1]:
            bridges.setdefault(left, set()).add(number)
    for left in sorted(bridges, reverse=True):
        one, other = clusters[left], clusters[left + 1]
        support = len(one.rows & other.rows)
        if len(bridges[left]) > _BRIDGES_PER_SUPPORT * support and not _cut(one, other, cuts):
            one.take(other)
            del clusters[left + 1]


def _indented(clusters: list[_Cluster], em: float, cuts: Sequence[float]) -> list[_Cluster]:
    """Neighbours that never stand side by side in one row are one column, its entries indented or centred."""
    kept = clusters[:1]
    for cluster in clusters[1:]:
        last = kept[-1]
        near = cluster.x0 - last.x1 < _FARTHEST_INDENTED_EMS * em
        if near and not last.rows & cluster.rows and not _cut(last, cluster, cuts):
            last.take(cluster)
        else:
            kept.append(cluster)
    return kept
