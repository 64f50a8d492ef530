"""Other people's programs read a release by its metadata: Frictionless, Croissant, the Citation File Format."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
import yaml
from made_database import OPEN

from releases.making import MadeRelease

Make = Callable[..., MadeRelease]


def test_frictionless_finds_every_table_as_it_is_described(make: Make) -> None:
    from frictionless import validate

    made = make(permitted=("authors-2022",))
    report = validate(str(made.folder / "datapackage.json"))
    assert report.valid, report.flatten(["title", "type", "note"])[:10]
    assert report.stats["tasks"] == 34


def test_frictionless_notices_a_changed_file(make: Make) -> None:
    from frictionless import validate

    made = make()
    path = made.folder / "data" / "papers.csv"
    path.write_bytes(path.read_bytes().replace(OPEN.encode(), b"2401.99999"))
    report = validate(str(made.folder / "datapackage.json"))
    assert {error[0] for error in report.flatten(["type"])} >= {"hash-count"} or not report.valid


@pytest.mark.parametrize("permitted", [(), ("authors-2022",)])
def test_metadata_tell_a_source_whose_licence_is_not_stated(make: Make, permitted: tuple[str, ...]) -> None:
    made = make(permitted=permitted)
    package = json.loads((made.folder / "datapackage.json").read_text())
    croissant = json.loads((made.folder / "croissant.json").read_text())
    told = [each.get("title", each.get("name")) for each in package["licenses"] if each["path"] == "LICENSE.md"]
    assert ["none stated" in title and "tables of 2022" in title for title in told] == [True] * len(permitted)
    assert croissant["license"].count("LICENSE.md") == len(permitted)
    assert {each["path"] for each in package["licenses"]} == set(croissant["license"])


@pytest.mark.parametrize("permitted", [(), ("authors-2022",)])
def test_croissant_is_valid_and_loads_records(
    make: Make, caplog: pytest.LogCaptureFixture, permitted: tuple[str, ...]
) -> None:
    import mlcroissant

    made = make(permitted=permitted)
    dataset = mlcroissant.Dataset(jsonld=str(made.folder / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert not issues.errors and not issues.warnings, issues.report()
    assert "not standard" not in caplog.text
    runs = {record["training_runs/arxiv_id"].decode(): record for record in dataset.records("training_runs")}
    assert len(runs) == 3
    assert runs[OPEN]["training_runs/accelerator_count"] == 8
    assert runs[OPEN]["training_runs/duration_hours"] == 84.0


def test_the_citation_is_a_citation_file(make: Make) -> None:
    made = make(site_url="https://burden.example.org/")
    cited = yaml.safe_load((made.folder / "CITATION.cff").read_text())
    assert cited["cff-version"] == "1.2.0" and cited["type"] == "dataset"
    assert (cited["version"], cited["date-released"]) == ("2026-11-27", date(2026, 11, 27))
    assert cited["url"] == "https://burden.example.org/data/2026-11-27"
    assert cited["license"] == "CC-BY-4.0"
    assert {"title", "authors", "message"} <= cited.keys()


def test_metadata_name_no_machine(make: Make) -> None:
    made = make()
    croissant = json.loads((made.folder / "croissant.json").read_text())
    assert croissant["url"] == "./"
    for path in made.folder.iterdir():
        if path.is_file():
            assert str(made.folder.parent) not in path.read_text() and "localhost" not in path.read_text()
