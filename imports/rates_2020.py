"""Rates of hardware in 2020: the authors' tables of GPUs, TPUs and CPUs, and what ``hw_gflops`` means.

Declared beforehand, from the tables and rows alone: in rows with GPUs ``hw_gflops`` is the rate of all devices together
(8 Titan X: 87,800 = 8 x 10,974), with that of the CPUs where these are named; in rows with TPUs it is one device's
(180,000 for 16 as for 64), whatever their number counts (boards, chips or cores: the rows do not say). Hence:

- it agrees within 10 % with number x the table's rate: as it stands;
- it agrees within 10 % with the table's rate of one of several devices, or the row names a TPU without a rate in the
  table: times the number (``rate-of-one-device``);
- it contradicts the table: number x the table's rate (``rate-contradicts-table``), unless the row names CPUs besides
  that the table does not know;
- it is missing: number x the table's rate (``rate-from-table``);
- neither it nor the table's rate is known, or the number is missing: unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from imports.cells import RowReader, read_number
from imports.csv_files import Table

AGREEMENT = 0.1
RATE_COLUMNS = {"gpu": "gflops", "tpu": "gflops (fp32)", "cpu": "gflops(fp32)"}
"""Column of names -> column of rates, of the three tables."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """The devices of a row; ``kind`` is the column that names them."""

    kind: str | None = None
    name: str | None = None
    count: float | None = None
    host_name: str | None = None
    """CPUs beside a GPU or TPU."""
    host_count: float | None = None


def kind_of_rates(columns: frozenset[str]) -> str | None:
    """ "gpu", "tpu" or "cpu" for a table of hardware, None for any other."""
    for kind, rate in RATE_COLUMNS.items():
        if {kind, rate} <= columns and not {"hw_gflops", "time_sec"} & columns:
            return kind
    return None


def read_rates(tables: Iterable[Table]) -> dict[str, float]:
    """GFLOP/s of one device by its name in lower case."""
    rates: dict[str, float] = {}
    for table in tables:
        kind = kind_of_rates(table.columns)
        if kind is None:
            continue
        for row in table.rows:
            rate, _ = read_number(row.cells[RATE_COLUMNS[kind]])
            if rate is not None and rate > 0:
                rates.setdefault(_key(row.cells[kind]), rate)
    return rates


def read_hardware(reader: RowReader) -> Hardware:
    """The devices that a row names, and how many.

    The number under "#gpu" beside a CPU alone is the CPUs': one of both is in the wrong column.
    """
    names = {kind: reader.text(kind) for kind in ("gpu", "tpu", "cpu")}
    counts = {kind: reader.number(f"#{kind}") for kind in ("gpu", "tpu", "cpu")}
    kind = next((kind for kind, name in names.items() if name), None)
    counted = [other for other, count in counts.items() if count is not None]
    if kind is None:
        return Hardware(count=counts[counted[0]] if len(counted) == 1 else None)
    if counts[kind] is None and len(counted) == 1 and names[counted[0]] is None:
        counts[kind] = counts[counted[0]]
        reader.repair(f"#{kind}", "count-in-other-column", f"#{counted[0]}: {counts[kind]:g}", f"{counts[kind]:g}")
    host = names["cpu"] if kind != "cpu" else None
    return Hardware(kind, names[kind], counts[kind], host, counts["cpu"] if host else None)


def total_rate_gflops(reader: RowReader, hardware: Hardware, rates: Mapping[str, float]) -> float | None:
    """GFLOP/s of all devices of a row together."""
    stated = reader.number("hw_gflops")
    one = one_rate_gflops(hardware, rates)
    count = hardware.count
    if stated is None:
        return _from_table(reader, hardware, rates, "rate-from-table", "")
    if one is None:
        return _of_all(reader, stated, count) if hardware.kind == "tpu" else stated
    expected = None if count is None else count * one + _host_rate(hardware, rates)
    if expected is not None and _agree(stated, expected):
        return stated
    if _agree(stated, one):
        return _of_all(reader, stated, count)
    if hardware.host_name and _key(hardware.host_name) not in rates:
        return stated
    return _from_table(reader, hardware, rates, "rate-contradicts-table", f"{stated:g} GFLOP/s")


def one_rate_gflops(hardware: Hardware, rates: Mapping[str, float]) -> float | None:
    """GFLOP/s of one device of a row, by the table."""
    return rates.get(_key(hardware.name or ""))


def _of_all(reader: RowReader, rate_of_one: float, count: float | None) -> float | None:
    if count is None:
        return None
    total = count * rate_of_one
    if count != 1:
        reader.repair("hw_gflops", "rate-of-one-device", f"{rate_of_one:g} GFLOP/s", f"{count:g} x = {total:g} GFLOP/s")
    return total


def _from_table(
    reader: RowReader, hardware: Hardware, rates: Mapping[str, float], rule: str, before: str
) -> float | None:
    one = one_rate_gflops(hardware, rates)
    if one is None or hardware.count is None:
        return None
    host = _host_rate(hardware, rates)
    total = hardware.count * one + host
    sum_of_both = f"{hardware.count:g} x {one:g}" + (f" + {host:g} of CPUs" if host else "")
    reader.repair("hw_gflops", rule, before, f"{sum_of_both} = {total:g} GFLOP/s")
    return total


def _host_rate(hardware: Hardware, rates: Mapping[str, float]) -> float:
    return (hardware.host_count or 0) * rates.get(_key(hardware.host_name or ""), 0.0)


def _agree(one: float, other: float) -> bool:
    return abs(one / other - 1) <= AGREEMENT


def _key(name: str) -> str:
    return " ".join(name.lower().split())
