"""Numbers that projections rest on, as data with sources: money and CO2 per FLOP, target errors, the fits of 2020."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from analysis.records import Coefficient, Computing, Fit, Form, Subject

KILOGRAMS_PER_POUND = 0.45359237
"""Exact, by definition of the international pound (1959)."""
SOURCE_2020 = "fits-2020"
"""``source`` of the fits whose points the authors' site of 2020 carried."""
_PUBLISHED = ("authors-site", "authors-2020", "strubell-2019")
_JOULES_PER_KWH = 3.6e6
_POWER_IN_WORDS = {"full rating": "its full", "measured mean": "a measured mean of"}
"""``power_basis`` of accelerators.csv: a maker states what a device may take at most, or what it took on average."""

Printed = Mapping[tuple[str, float, Form], tuple[int, int, int]]
"""(benchmark, target error, form) -> whole exponents of gigaFLOP, pounds of CO2 and dollars."""


class UnknownConstants(ValueError):
    """No set of constants has this name; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class CostConstants:
    """What a FLOP of hardware burden costs. Unknown is None."""

    name: str
    flop_per_usd: float | None
    flop_per_pound_co2: float | None
    utilisation: float | None
    """Share of the peak rate that training reaches: network operations / hardware burden."""
    reckoning: str
    """How the numbers came about, in words."""
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """An error rate to reach."""

    benchmark: str
    metric: str
    label: str
    """"best of 2020", "halved"."""
    error: float
    """A fraction, as everywhere."""
    source: str


def constants_names() -> tuple[str, ...]:
    """Every name that ``cost_constants`` knows: published sets, "present", and a year with hardware."""
    return (*_PUBLISHED, "present", *(f"{year} {hardware}" for year, hardware in _prices()))


def cost_constants(name: str | tuple[int, str]) -> CostConstants:
    """The set of this name, or the one reckoned for a year and hardware; UnknownConstants lists the names.

    Hardware burden counts the peak rate, so its costs need no utilisation:

        FLOP per dollar      = peak rate x 3600 s / price of a device-hour
        FLOP per pound CO2   = peak rate / (power x PUE) x 3.6e6 J/kWh / (g CO2 per kWh) x 453.6 g/lb

        "authors-2020", "present", "2022 NVIDIA A100", (2022, "NVIDIA A100")
    """
    wanted = name if isinstance(name, str) else f"{name[0]} {name[1]}"
    known = {each.casefold(): each for each in constants_names()}
    found = known.get(" ".join(wanted.split()).casefold())
    if found is None:
        raise UnknownConstants(f"no constants named {wanted[:80]!r}; there are: {', '.join(known.values())}")
    sets = _sets()
    if found in _PUBLISHED:
        chosen = sets[found]
        return CostConstants(
            name=found,
            flop_per_usd=float(chosen["flop_per_usd"]),
            flop_per_pound_co2=float(chosen["flop_per_pound_co2"]),
            utilisation=None,
            reckoning=chosen["reckoning"],
            sources=(chosen["source"],),
        )
    if found == "present":
        return _reckoned(found, sets["present"]["year"], sets["present"]["hardware"])
    year, hardware = found.split(" ", 1)
    return _reckoned(found, int(year), hardware)


def targets_2020() -> tuple[Target, ...]:
    """The error rates that the paper of 2020 projects to, of five benchmarks."""
    return tuple(
        Target(row["benchmark"], row["metric"], row["label"], float(row["target_error"]), row["source"])
        for row in _rows("targets.csv")
    )


def targets_from(best: Target) -> tuple[Target, ...]:
    """The best error there is, and half, a quarter and a tenth of it: 20 % gives 20 %, 10 %, 5 % and 2 %."""
    parts = (("halved", 2), ("quartered", 4), ("a tenth", 10))
    rest = (Target(best.benchmark, best.metric, label, best.error / by, best.source) for label, by in parts)
    return (best, *rest)


def printed_2020() -> Printed:
    """The exponents that the paper of 2020 prints (arXiv 2007.05558v1, figure 4), to lay other projections beside."""
    return {
        (row["benchmark"], float(row["target_error"]), Form(row["form"])): (
            int(row["floor_log10_gigaflop"]),
            int(row["floor_log10_pounds_co2"]),
            int(row["floor_log10_usd"]),
        )
        for row in _rows("printed_2020.csv")
    }


def fits_2020() -> tuple[Fit, ...]:
    """The lines of 2020 in both forms: least squares over the points that the authors' site carried then."""
    return tuple(_fit_2020(row) for row in _rows("fits_2020.csv"))


def _fit_2020(row: dict[str, str]) -> Fit:
    number = {name: float(text) for name, text in row.items() if name not in ("benchmark", "metric", "form", "source")}
    return Fit(
        subject=Subject(SOURCE_2020, row["benchmark"], row["metric"], Form(row["form"]), Computing.HARDWARE_BURDEN),
        n=int(row["n"]),
        coefficients=tuple(
            Coefficient(name, number[name], standard_error=number[f"{name}_standard_error"])
            for name in ("intercept", "slope")
        ),
        r_squared=number["r_squared"],
        residual_standard_deviation=number["residual_standard_deviation"],
        lowest_computing_flop=10 ** number["log10_lowest_computing_flop"],
        highest_computing_flop=10 ** number["log10_highest_computing_flop"],
        intercept_slope_covariance=number["intercept_slope_covariance"],
        note=row["source"],
    )


def _reckoned(name: str, year: int, hardware: str) -> CostConstants:
    price, device, shared = _prices()[year, hardware], _accelerators()[hardware], _sets()
    usd = float(price["usd_per_device_hour"])
    flop_per_second = float(device["tflops"]) * 1e12
    steps = [
        f"{hardware}: {device['tflops']} TFLOP/s ({device['precision']}) for ${usd:g} a device-hour in {year} "
        f"(median of {price['offers']} offers from ${price['lowest_usd_per_device_hour']} "
        f"to ${price['highest_usd_per_device_hour']})"
    ]
    sources = [shared["prices"]["source"], device["source"], shared["utilisation"]["source"]]
    flop_per_pound = None
    if device["power_watts"]:
        pue, carbon = _nearest("pue", year), _nearest("grams_co2_per_kwh", year)
        watts = float(device["power_watts"])
        flop_per_kwh = flop_per_second / (watts * float(pue["value"])) * _JOULES_PER_KWH
        flop_per_pound = flop_per_kwh / float(carbon["value"]) * KILOGRAMS_PER_POUND * 1000
        at_power = _POWER_IN_WORDS[device["power_basis"]]
        steps.append(
            f"at {at_power} {watts:g} W, host not counted, x PUE {pue['value']} ({pue['year']}), "
            f"{carbon['value']} g CO2/kWh (world, {carbon['year']})"
        )
        sources += [pue["source"], carbon["source"]]
    else:
        steps.append("CO2 unknown, as its power is not published")
    utilisation = float(shared["utilisation"]["value"])
    steps.append(f"network operations at {utilisation:.0%} of the peak rate")
    return CostConstants(
        name=name,
        flop_per_usd=flop_per_second * 3600 / usd,
        flop_per_pound_co2=flop_per_pound,
        utilisation=utilisation,
        reckoning="; ".join(steps) + ".",
        sources=tuple(sources),
    )


def _nearest(quantity: str, year: int) -> dict[str, str]:
    """The figure of the nearest year that has one, the earlier of two as near."""
    rows = [row for row in _rows("electricity.csv") if row["quantity"] == quantity]
    return min(rows, key=lambda row: (abs(int(row["year"]) - year), int(row["year"])))


@cache
def _sets() -> dict[str, Any]:
    return tomllib.loads(_text("sets.toml"))


@cache
def _prices() -> dict[tuple[int, str], dict[str, str]]:
    return {(int(row["year"]), row["hardware"]): row for row in _rows("prices.csv")}


@cache
def _accelerators() -> dict[str, dict[str, str]]:
    return {row["hardware"]: row for row in _rows("accelerators.csv")}


def _rows(file: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_text(file).splitlines())


def _text(file: str) -> str:
    return resources.files(__name__).joinpath(file).read_text(encoding="utf-8")
