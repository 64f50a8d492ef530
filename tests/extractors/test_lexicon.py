"""The catalogue of accelerators: its data, its checks, and a row added."""

import csv
import io
from datetime import date
from importlib import resources

import pytest

from extractors.lexicon.catalogue import LexiconError, load_catalogue, parse_catalogue

CATALOGUE = load_catalogue()
SHIPPED = resources.files("extractors.lexicon").joinpath("accelerators.csv").read_bytes()
ROW = {
    "name": "Acme Cruncher 9",
    "maker": "Acme",
    "kind": "gpu",
    "aliases": "Cruncher 9|AC9000",
    "weak_aliases": "C9",
    "release_date": "2031-02-03",
    "fp32_tflops": "99.5",
    "source": "Acme Cruncher 9 datasheet",
}

CENTRAL_PEAKS_TFLOPS = {
    "NVIDIA Tesla V100": 15.7,
    "NVIDIA Tesla P100": 10.6,
    "NVIDIA A100": 19.5,
    "NVIDIA H100": 66.9,
    "NVIDIA H800": 66.9,
    "NVIDIA Tesla K80": 5.6,
    "NVIDIA Tesla K40": 4.29,
    "NVIDIA Tesla K20": 3.52,
    "NVIDIA Tesla M40": 6.84,
    "NVIDIA Tesla P40": 11.8,
    "NVIDIA RTX A6000": 38.7,
    "NVIDIA Quadro RTX 8000": 16.3,
    "NVIDIA Quadro RTX 6000": 16.3,
    "NVIDIA GeForce RTX 3090": 35.6,
    "NVIDIA GeForce RTX 2080 Ti": 13.4,
    "NVIDIA GeForce GTX 1080 Ti": 11.3,
    "NVIDIA GeForce GTX 1080": 8.87,
    "NVIDIA GeForce GTX 580": 1.58,
    "NVIDIA Titan Xp": 12.1,
    "NVIDIA GeForce GTX Titan Black": 5.1,
    "NVIDIA Titan V": 14.9,
    "NVIDIA Quadro K6000": 5.2,
    "Google TPU v2": 45,
    "Google TPU v3": 123,
    "Google TPU v4": 275,
}


def table(*changes: dict[str, str]) -> bytes:
    """A catalogue's file of one row per change, each ``ROW`` with the change."""
    columns = SHIPPED.decode().splitlines()[0].split(",")
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**ROW, **change} for change in changes)
    return text.getvalue().encode()


def test_at_least_150_gpus_and_other_accelerators_of_many_makers() -> None:
    accelerators = [one for one in CATALOGUE if one.kind != "cpu"]
    assert len(accelerators) >= 150
    assert {"NVIDIA", "Google", "AMD", "Intel", "Graphcore", "Cerebras", "Huawei", "Amazon"} <= {
        one.maker for one in accelerators
    }


@pytest.mark.parametrize(("name", "peak_tflops"), CENTRAL_PEAKS_TFLOPS.items())
def test_central_rates_are_the_conventions(name: str, peak_tflops: float) -> None:
    accelerator = CATALOGUE.named(name)
    assert accelerator is not None
    assert accelerator.peak_tflops == peak_tflops


@pytest.mark.parametrize("accelerator", list(CATALOGUE), ids=lambda one: one.name)
def test_rates_of_a_row_agree_with_each_other(accelerator) -> None:
    """A slip of a decimal or of two columns shows as a matrix rate below the vector rate, or a rate off its class."""
    if accelerator.fp32_tflops and accelerator.half_tflops:
        assert accelerator.half_tflops >= accelerator.fp32_tflops
    if accelerator.tf32_tflops and accelerator.half_tflops:
        assert accelerator.half_tflops >= accelerator.tf32_tflops >= accelerator.fp32_tflops
    if accelerator.fp32_tflops and accelerator.tdp_watts:
        assert 0.5e-3 < accelerator.fp32_tflops / accelerator.tdp_watts < 0.5
    if accelerator.kind in ("gpu", "tpu"):
        assert accelerator.release_date is not None
        assert date(2006, 1, 1) < accelerator.release_date < date(2027, 1, 1)
    if accelerator.kind == "tpu" and accelerator.cores_per_chip:
        assert accelerator.cores_per_chip in (1, 2)


def test_a_row_added_is_known() -> None:
    assert CATALOGUE.find("AC9000") is None
    catalogue = parse_catalogue(SHIPPED + table({}).splitlines()[1] + b"\n", "accelerators.csv")
    for written in ("Cruncher 9", "acme cruncher-9 GPUs", "AC9000 32GB", "C9"):
        found = catalogue.find(written)
        assert found is not None, written
        assert (found.name, found.fp32_tflops) == ("Acme Cruncher 9", 99.5)
    assert [mention.accelerator.name for mention in catalogue.mentions("on 8xAC9000s")] == ["Acme Cruncher 9"]
    assert catalogue.digest != CATALOGUE.digest


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([{"fp32_tflops": "9,95"}], r"line 2 \(Acme Cruncher 9\): fp32_tflops '9,95' is not a number"),
        ([{"fp32_tflops": "0"}], "not a positive number; leave it empty"),
        ([{"fp32_tflops": "nan"}], "not a positive number"),
        ([{"cores_per_chip": "1.5"}], "cores_per_chip 1.5 is not a whole number"),
        ([{"source": " "}], r"line 2 \(Acme Cruncher 9\): source is empty"),
        ([{"kind": "gpus"}], "kind 'gpus' is none of gpu, tpu, cpu, other"),
        ([{"release_date": "3 Feb 2031"}], "release_date '3 Feb 2031' is not YYYY-MM-DD"),
        ([{"aliases": "Cruncher 9|Cruncher 9"}], "repeated entry"),
        ([{"aliases": "GPU"}], "'GPU' says nothing but makers"),
        ([{"variants": "Acme Cruncher 10"}], "variants that are no row: Acme Cruncher 10"),
        ([{"peak_low_tflops": "120"}], "fp32_tflops 99.5 is not between"),
        ([{"reference_tflops": "99"}], "reference_tflops stands on one row of a family"),
        (
            [{}, {"name": "Acme Cruncher 10", "aliases": "ac-9000", "weak_aliases": ""}],
            r"line 3 \(Acme Cruncher 10\): 'ac-9000' is already a name in .* line 2 \(Acme Cruncher 9\)",
        ),
    ],
)
def test_a_wrong_row_is_named(rows: list[dict[str, str]], complaint: str) -> None:
    with pytest.raises(LexiconError, match=complaint):
        parse_catalogue(table(*rows), "accelerators.csv")


def test_missing_columns_and_cells_are_named() -> None:
    with pytest.raises(LexiconError, match=r"columns missing: .*fp32_tflops"):
        parse_catalogue(b"name,maker\nA,B\n", "short.csv")
    with pytest.raises(LexiconError, match=r"short.csv, line 2 \(A\): 20 cells expected"):
        parse_catalogue(SHIPPED.splitlines()[0] + b"\nA,B\n", "short.csv")


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (date(2015, 2, 1), "NVIDIA GeForce GTX Titan X"),
        (date(2016, 8, 1), "NVIDIA GeForce GTX Titan X"),
        (date(2016, 8, 2), "NVIDIA Titan X Pascal"),
        (None, "NVIDIA Titan X Pascal"),
    ],
)
def test_titan_x_is_resolved_by_date(published: date | None, expected: str) -> None:
    resolution = CATALOGUE.resolve("NVIDIA Titan X", published)
    assert resolution is not None
    assert resolution.accelerator.name == expected
    late = published is None or published >= date(2016, 8, 2)
    assert ("NVIDIA Titan X Pascal" in {one.name for one in resolution.alternatives}) == late


def test_a_short_name_may_mean_the_cards_released_by_then() -> None:
    def names(published: date | None) -> set[str]:
        resolution = CATALOGUE.resolve("P100", published)
        assert resolution is not None
        return {one.name for one in resolution.alternatives}

    assert "NVIDIA Tesla P100 PCIe" not in names(date(2016, 5, 1))
    assert "NVIDIA Tesla P100 PCIe" in names(date(2017, 6, 12))
    assert "NVIDIA Tesla P100 PCIe" in names(None)
    assert CATALOGUE.resolve("Abacus 3000", None) is None
