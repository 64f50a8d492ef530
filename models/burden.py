"""Hardware burden of a training run: processors x peak rate x time, in FLOP, by the study's convention.

The rate is the peak in fp32 without tensor cores for a GPU and in bf16 of one chip for a TPU, so that runs
compare over the years. What the paper leaves open (the variant of a card, its clock, a range of time, what a
"TPU" is, a stated mixed precision) widens the interval and leaves the central figure alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from extractors.lexicon.catalogue import Accelerator, Catalogue, Resolution
from extractors.records import BurdenEstimate, CountUnit, TrainingRun

ESTIMATOR_VERSION = "1"

GENERIC_NAMES = frozenset({"GPU", "TPU", "CPU"})

_FLOP_PER_TFLOP = 1e12
_SECONDS_PER_HOUR = 3600.0
_MOST_DEVICES = 10_000_000
_MOST_HOURS = 1e6
_MOST_DEVICE_HOURS = 1e10


class NotEstimable(Exception):
    """No estimate; the message is the reason, in words for the reader."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Low, central and high value of one factor."""

    low: float
    central: float
    high: float

    def times(self, other: Interval) -> Interval:
        return Interval(self.low * other.low, self.central * other.central, self.high * other.high)

    @classmethod
    def exactly(cls, value: float) -> Interval:
        return cls(value, value, value)


@dataclass(frozen=True, slots=True)
class BurdenSteps:
    """The factors of an estimate: count × devices a unit × hours × rate; device-hours may stand for count × hours."""

    count: int | None
    """As the paper counts; None where it states device-time."""
    unit: str
    """What is counted: device, chip or core."""
    devices_per_unit: Interval
    """Of a core, the part of a chip that it is; of a TPU "device", what papers may mean by it."""
    hours: Interval
    """On the wall clock; without a count, device-hours."""
    rate_tflops: Interval
    """Peak of one device."""
    accelerator: Accelerator
    """Whose rate it is."""
    alternatives: tuple[Accelerator, ...]
    """All that the written name may stand for."""
    mixed_rate_tflops: Interval | None
    """Of the matrix units, where the paper states mixed precision: it widens the upper end."""
    estimate: BurdenEstimate


def burden_steps(run: TrainingRun, published: date | None, catalogue: Catalogue) -> BurdenSteps | None:
    """How ``estimate_burden`` comes to its figure; None where it has none.

    8 NVIDIA Tesla P100, 84 h -> 8 devices, 84 h, 10.6 TFLOP/s (9.3 to 10.6: PCIe cards) and 2.6e19
    8 GPU, 84 h -> None
    """
    estimate = estimate_burden(run, published, catalogue)
    if estimate.hardware_burden_flop is None:
        return None
    resolution = _resolve(run.accelerator, published, catalogue)
    unit = _unit(run, resolution.accelerator)
    counted = run.accelerator_count is not None and run.duration_hours is not None
    return BurdenSteps(
        count=run.accelerator_count if counted else None,
        unit=unit.name,
        devices_per_unit=unit.devices,
        hours=_time_hours(run) if counted else Interval.exactly(float(run.device_hours or 0)),
        rate_tflops=_rate(resolution),
        accelerator=resolution.accelerator,
        alternatives=resolution.alternatives,
        mixed_rate_tflops=_half_rate(resolution) if run.mixed_precision else None,
        estimate=estimate,
    )


def estimator_version(catalogue: Catalogue) -> str:
    """Names the rules and the rates behind an estimate: another row in the catalogue is another version."""
    return f"{ESTIMATOR_VERSION}+{catalogue.digest}"


def estimate_burden(run: TrainingRun, published: date | None, catalogue: Catalogue) -> BurdenEstimate:
    """Hardware burden of one run, or nulls with the reason; nothing is guessed.

    8 NVIDIA Tesla P100, 84 h -> 2.6e19 (PCIe cards: 2.3e19), "8 devices x 10.6 TFLOP/s fp32 x 84 h"
    256 cores of Google TPU v3, 24 h -> 1.4e21, "256 cores / 2 per chip x 123 TFLOP/s bf16 x 24 h"
    75600 device-hours of NVIDIA Tesla P100, whatever their number -> 2.9e21
    8 GPU, 84 h -> null; NVIDIA Tesla P100 for 84 h, their number unknown -> null
    """
    try:
        resolution = _resolve(run.accelerator, published, catalogue)
        rate_tflops = _rate(resolution)
        unit = _unit(run, resolution.accelerator)
        unit_hours, method = _unit_hours(run, unit)
    except NotEstimable as reason:
        return BurdenEstimate(None, None, None, None, method=None, reason=str(reason))
    device_hours = unit_hours.times(unit.devices)
    burden = _flop(device_hours, rate_tflops)
    high = burden.high
    precision_aware = None
    if run.mixed_precision:
        mixed_tflops = _half_rate(resolution)
        if mixed_tflops is not None:
            mixed = _flop(device_hours, mixed_tflops)
            precision_aware, high = mixed.central, max(high, mixed.high)
    card = "" if run.accelerator == resolution.accelerator.name else f" ({resolution.accelerator.name})"
    rate_in_words = f"{rate_tflops.central:g} TFLOP/s {resolution.accelerator.peak_precision}{card}"
    return BurdenEstimate(
        hardware_burden_flop=burden.central,
        hardware_burden_low=burden.low,
        hardware_burden_high=high,
        precision_aware_flop=precision_aware,
        method=method.format(rate=rate_in_words),
    )


def _resolve(name: str | None, published: date | None, catalogue: Catalogue) -> Resolution:
    if name is None:
        raise NotEstimable("no hardware is named")
    if name in GENERIC_NAMES:
        raise NotEstimable(f"only {name!r} is named, no model")
    resolution = catalogue.resolve(name, published)
    if resolution is None:
        raise NotEstimable(f"{name!r} is not in the catalogue of accelerators")
    return resolution


def _rate(resolution: Resolution) -> Interval:
    """Peak of one device by the convention; variants and clocks that the name may stand for widen it."""
    accelerator = resolution.accelerator
    central = accelerator.peak_tflops
    if central is None:
        raise NotEstimable(f"no peak rate is known for {accelerator.name}")
    peaks = [central]
    for one in resolution.alternatives:
        if one.peak_precision == accelerator.peak_precision:
            peaks += [peak for peak in (one.peak_low_tflops, one.peak_tflops, one.peak_high_tflops) if peak]
    return Interval(min(peaks), central, max(peaks))


def _half_rate(resolution: Resolution) -> Interval | None:
    """Dense rate of the matrix units for fp16 or bf16; None where the central card has none that is known."""
    central = resolution.accelerator.half_tflops
    if central is None:
        return None
    rates = [one.half_tflops for one in resolution.alternatives if one.half_tflops] + [central]
    return Interval(min(rates), central, max(rates))


@dataclass(frozen=True, slots=True)
class _Unit:
    """What the paper counts: its name, how many devices (for a TPU: chips) one of it is, and that in words."""

    name: str
    devices: Interval
    conversion: str = ""


def _unit(run: TrainingRun, accelerator: Accelerator) -> _Unit:
    """A TPU "device" is reckoned as a chip, though papers mean cores by it, and boards of four ("Cloud TPU v2")."""
    match run.count_unit or CountUnit.DEVICES:
        case CountUnit.MACHINES:
            raise NotEstimable("the paper counts machines and does not say how many devices each has")
        case CountUnit.CORES:
            cores = accelerator.cores_per_chip
            if cores is None:
                raise NotEstimable(f"cores are counted, and cores per device of {accelerator.name} are not known")
            return _Unit("core", Interval.exactly(1 / cores), f" / {cores} per chip" if cores > 1 else "")
        case CountUnit.DEVICES if accelerator.kind == "tpu":
            return _Unit("device", Interval(1 / (accelerator.cores_per_chip or 1), 1, accelerator.chips_per_board or 1))
        case CountUnit.DEVICES:
            return _Unit("device", Interval.exactly(1))
        case CountUnit.CHIPS:
            return _Unit("chip", Interval.exactly(1))


def _unit_hours(run: TrainingRun, unit: _Unit) -> tuple[Interval, str]:
    """Hours of all units together, and the method in words with a gap for the rate.

    Device-hours are a total already: they are never multiplied by the count.
    """
    if run.accelerator_count is not None and run.duration_hours is not None:
        count = _bounded(run.accelerator_count, _MOST_DEVICES, "device count")
        time_hours = _time_hours(run)
        counted = f"{_figure(count)} {unit.name}{'' if count == 1 else 's'}{unit.conversion}"
        return Interval.exactly(count).times(time_hours), f"{counted} x {{rate}} x {_figure(time_hours.central)} h"
    if run.device_hours is not None:
        total = _bounded(run.device_hours, _MOST_DEVICE_HOURS, "device-time")
        return Interval.exactly(total), f"{_figure(total)} {unit.name}-hours{unit.conversion} x {{rate}}"
    parts = {"the number of devices": run.accelerator_count, "the training time": run.duration_hours}
    raise NotEstimable(f"not stated: {' and '.join(what for what, value in parts.items() if value is None)}")


def _time_hours(run: TrainingRun) -> Interval:
    ends = (run.duration_hours_low, run.duration_hours, run.duration_hours_high)
    stated = [_bounded(hours, _MOST_HOURS, "training time") for hours in ends if hours is not None]
    return Interval(min(stated), run.duration_hours or 0, max(stated))


def _bounded(value: float, most: float, what: str) -> float:
    if not 0 < value <= most:
        raise NotEstimable(f"the {what} is not between 0 and {most:g}")
    return float(value)


def _flop(device_hours: Interval, rate_tflops: Interval) -> Interval:
    return device_hours.times(rate_tflops).times(Interval.exactly(_SECONDS_PER_HOUR * _FLOP_PER_TFLOP))


def _figure(value: float) -> str:
    """A number for reading: 84, 27.67, 0.00713, 1209600."""
    return f"{round(value, 2):.12g}" if value >= 1 else f"{value:.3g}"
