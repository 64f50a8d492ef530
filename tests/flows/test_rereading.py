"""A newer version of the extractor reads stored PDFs again, into either database, and asks no network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
import recorded_readers
from click.testing import CliRunner
from postgresql_servers import PostgresqlServer, installed_binaries, running_server
from recorded_readers import use

import flows.ingest
import flows.rereading
import flows.rereading_report
from analysis.document import html, markdown
from commands.rereading import reread as command
from db.engine import Engine, open_database
from db.leases import LeaseHeldError
from db.queries import exported_records
from db.rereading import begin_rereading, stored_rereading
from db.reviews import Decision, Review, add_review
from flows.discovery import IngestRequest
from flows.exclusion import alone
from flows.reading import read
from flows.rereading import NoPdfsError, RereadRequest, reread
from flows.rereading_output import summary
from flows.rereading_pages import document_of
from flows.rereading_report import report_of
from flows.settings import Settings
from flows.sources.store import path_in_store

if TYPE_CHECKING:
    from tests.conftest import Require

RUNS = "1912.99001"
"""A run of 84 hours on 8 P100, which the newer version drops."""
RESULTS = "2104.99017"
"""Runs on V100, of which the newer version reads twice as many; results on two benchmarks."""
FAILS_NOW, FAILED_BEFORE, GOLD = "2401.00001", "2401.00002", "1512.03385"
"""The last is a paper of the gold data by its id alone."""
OLDER, NEWER = "1+older", "2+newer"


@pytest.fixture(scope="module")
def recorded(samples_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Readings of two sample papers, and the folder ``papers`` with five PDFs that are said to be read so."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "papers").mkdir()
    samples = {name: (samples_dir / f"{name}.pdf").read_bytes() for name in (RUNS, RESULTS)}
    extractions = {name: replace(read(pdf), stamp=None) for name, pdf in samples.items()}
    for name, of, end in (
        (RUNS, RUNS, b""),
        (RESULTS, RESULTS, b""),
        (FAILS_NOW, RUNS, recorded_readers.FAILS_NOW),
        (FAILED_BEFORE, RUNS, recorded_readers.FAILED_BEFORE),
        (GOLD, RESULTS, b"\n%another paper\n"),
    ):
        (folder / "papers" / f"{name}.pdf").write_bytes(samples[of] + end)
        recorded_readers.record(samples[of] + end, extractions[of], folder)
        recorded_readers.record(samples[of], extractions[of], folder)
    return folder


@dataclass(frozen=True)
class Stored:
    """A database into which the older version has read the papers, and its store."""

    settings: Settings
    engine: Engine

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def pdf(self, paper: str) -> Path:
        [(sha256,)] = self.rows(f"SELECT document_sha256 FROM paper_versions WHERE paper_key = '{paper}'")
        return path_in_store(self.settings.pdf_folder, sha256)

    def run(self, paper: str, **values: Any) -> dict[str, Any]:
        """The paper's first run that states these."""
        return next(
            record
            for record in exported_records(self.engine, "runs")
            if record["arxiv_id"] == paper and values.items() <= record.items()
        )

    def review(self, fact_key: str, field: str | None, decision: Decision, value: Any = None) -> None:
        add_review(self.engine, Review(fact_key, field, decision, "ada", datetime.now(UTC), value, "as the page says"))


@pytest.fixture(scope="module")
def server(require: Require) -> Iterator[PostgresqlServer]:
    binaries = installed_binaries()
    require("postgresql", binaries is not None, "no initdb")
    assert binaries is not None
    with running_server(binaries) as started:
        with started.connect("postgres") as connection:
            connection.execute("CREATE DATABASE papers")
        yield started


def read_by_the_older(
    recorded: Path, home: Path, monkeypatch: pytest.MonkeyPatch, database_url: str = "", *papers: str
) -> Stored:
    monkeypatch.setenv(recorded_readers.FOLDER_VARIABLE, str(recorded))
    use(OLDER, "older", monkeypatch)
    settings = Settings(home=home, database_url=database_url, jobs=1)
    folder = recorded / "papers"
    if papers:
        folder = home / "given"
        folder.mkdir(parents=True)
        for paper in papers:
            (folder / f"{paper}.pdf").write_bytes((recorded / "papers" / f"{paper}.pdf").read_bytes())
    flows.ingest.ingest(IngestRequest(folder=folder), settings)
    use(NEWER, "newer", monkeypatch)
    return Stored(settings, open_database(settings.database))


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(
    request: pytest.FixtureRequest, recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stored]:
    url = request.getfixturevalue("server").url("papers") if request.param == "postgresql" else ""
    made = read_by_the_older(recorded, tmp_path / "home", monkeypatch, url)
    yield made
    made.engine.dispose()


@pytest.fixture
def on_sqlite(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stored]:
    made = read_by_the_older(recorded, tmp_path / "home", monkeypatch, "", RUNS, RESULTS, GOLD)
    yield made
    made.engine.dispose()


def test_what_counts_is_what_was_read_last_and_people_said(stored: Stored) -> None:
    dropped = stored.run(RUNS, duration_hours=recorded_readers.DROPPED_HOURS)
    small, big = stored.run(RESULTS, model="Heron-S"), stored.run(RESULTS, model="Heron-B")
    stored.review(dropped["fact_key"], "duration_hours", Decision.ACCEPT)
    stored.review(small["fact_key"], "accelerator_count", Decision.CORRECT, 9)
    burden_before = {run["fact_key"]: run["hardware_burden_flop"] for run in exported_records(stored.engine, "runs")}
    claims_before = stored.rows("SELECT claim_id FROM claims ORDER BY claim_id")

    done = reread(RereadRequest(), stored.settings)

    assert (done.tally.papers_parsed, done.tally.failed_by_cause, done.papers_left) == (4, {"no_text": 1}, 0)
    runs = {run["fact_key"]: run for run in exported_records(stored.engine, "runs")}
    assert dropped["fact_key"] not in runs
    assert runs[big["fact_key"]]["accelerator_count"] == 2 * big["accelerator_count"]
    assert runs[big["fact_key"]]["hardware_burden_flop"] == pytest.approx(2 * burden_before[big["fact_key"]])
    corrected = runs[small["fact_key"]]
    assert (corrected["accelerator_count"], corrected["basis"]) == (9, "curated")
    assert corrected["hardware_burden_flop"] == pytest.approx(small["hardware_burden_flop"] * 9 / 8), "estimated anew"
    states = dict(stored.rows("SELECT field, state FROM reviews_v1 WHERE in_force"))
    assert states == {"duration_hours": "unmatched", "accelerator_count": "stale"}
    assert set(claims_before) < set(stored.rows("SELECT claim_id FROM claims")), "what was read before stays"
    versions = dict(stored.rows("SELECT arxiv_id, extractor_version FROM papers_v1"))
    assert versions == {RUNS: NEWER, RESULTS: NEWER, GOLD: NEWER, FAILED_BEFORE: NEWER, FAILS_NOW: OLDER}
    for table in ("desk_papers", "public_papers"):
        assert dict(stored.rows(f"SELECT paper_key, extractor_version FROM {table}")) == versions, table
    assert dict(stored.rows("SELECT paper_key, stale_reviews FROM desk_papers"))[RESULTS] == 1

    again = reread(RereadRequest(), stored.settings)
    assert (again.tally.papers_seen, again.papers_left) == (0, 0), "what this version failed on is not tried again"

    told = report_of(stored.engine, done)
    assert told is not None
    assert (told["papers"]["read_again"], told["papers"]["first_read"], told["papers"]["left"]) == (4, 1, 0)
    kinds = {row["kind"]: row for row in told["records"]}
    assert kinds["training_run"]["went"] == 1 and kinds["training_run"]["changed"] >= 2
    fields = {(row["kind"], row["field"]): row for row in told["fields"]}
    assert fields["training_run", "accelerator_count"]["changed"] == kinds["training_run"]["changed"]
    assert fields["training_run", "accelerator"]["changed"] == 0
    assert kinds["result"]["same"] > 0 and kinds["result"]["changed"] == 0
    moved = {(each["what"], each["field"]): each["fact_key"] for each in told["reviews"]["moved"]}
    assert moved == {
        ("lost", "duration_hours"): dropped["fact_key"],
        ("stale now", "accelerator_count"): small["fact_key"],
    }
    burdens = {(row["paper"], row["model"]): row for row in told["burdens"]["largest"]}
    assert burdens[RESULTS, "Heron-B"]["after"] == pytest.approx(2 * burdens[RESULTS, "Heron-B"]["before"])
    [unread] = told["unread"]
    assert (unread["paper"], unread["cause"], unread["in_force"]) == (FAILS_NOW, "no_text", OLDER)
    assert 0 < told["laws"]["points"]["moved"] <= told["laws"]["points"]["changed"]
    assert told["laws"]["points_by_cause"] == {"re-read": told["laws"]["points"]["changed"]}
    gold = told["gold"]
    assert gold["papers"] == 1 and {each["measure"] for each in gold["differences"]} >= {"run", "count", "value_recall"}
    kept = stored_rereading(stored.engine, NEWER)
    assert kept is not None and kept.report == json.loads(json.dumps(told))
    assert report_of(stored.engine, again) == kept.report
    contents = document_of(told, summary(told))
    for printed in (html(contents, has_files=False), markdown(contents, None)):
        assert "1 lost their fact" in printed and "1 paper of the gold data" in printed
        assert "Heron-B" in printed and f"https://arxiv.org/abs/{RESULTS}" in printed.replace("\\", "")


def test_the_newer_reading_counts_whatever_other_machines_clocks_said(on_sqlite: Stored) -> None:
    with pytest.MonkeyPatch.context() as patch:
        use("1+fast clock", "newer", patch)
        patch.setattr(flows.rereading, "datetime", _Clock(datetime(2100, 1, 1, tzinfo=UTC)))
        reread(RereadRequest(), on_sqlite.settings)
    lock = on_sqlite.settings.home / "reread.lock"
    with (
        alone(on_sqlite.engine, "reading again", lock),
        pytest.raises(LeaseHeldError, match="reading again is under way elsewhere"),
    ):
        reread(RereadRequest(), on_sqlite.settings)
    reread(RereadRequest(), on_sqlite.settings)
    assert {version for (version,) in on_sqlite.rows("SELECT extractor_version FROM documents_in_force")} == {NEWER}


def test_pdfs_that_the_store_has_not_as_they_were_are_named_and_not_read(
    on_sqlite: Stored, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing, damaged, unreadable = on_sqlite.pdf(RUNS), on_sqlite.pdf(RESULTS), on_sqlite.pdf(GOLD)
    missing.unlink()
    unreadable.unlink()
    unreadable.mkdir()
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")  # of the same size
    monkeypatch.setenv("BURDEN_HOME", str(on_sqlite.settings.home))
    report = tmp_path / "changes.json"
    ran = CliRunner().invoke(command, ["--json", "--strict", "--jobs", "1", "--report", str(report)])
    assert ran.exit_code == 1, ran.output
    done = json.loads(ran.stdout)
    counts = ("papers_parsed", "papers_missing", "papers_damaged", "papers_unreadable", "papers_left")
    assert [done[name] for name in counts] == [0, 1, 1, 1, 3]
    told = [
        (GOLD, "unreadable", f"{unreadable} (Is a directory)"),
        (RUNS, "missing", str(missing)),
        (RESULTS, "damaged", str(damaged)),
    ]
    for failure, (paper, cause, path) in zip(done["failures"], told, strict=True):
        assert (failure["paper"], failure["cause"]) == (paper, cause) and path in failure["message"]
    assert set(on_sqlite.rows("SELECT extractor_version FROM papers_v1")) == {(OLDER,)}
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written == done["report"] and written["unread"] == done["failures"]
    refused = CliRunner().invoke(command, ["--report", "changes.pdf"])
    assert refused.exit_code == 2 and ".html, .json, .md" in refused.output


def test_laws_fitted_when_half_is_read_again_are_not_taken_for_those_before(on_sqlite: Stored) -> None:
    begin_rereading(on_sqlite.engine, NEWER, datetime.now(UTC), analysis_run_before=None)  # there was nothing to fit
    told = report_of(on_sqlite.engine, reread(RereadRequest(), on_sqlite.settings))
    assert told is not None and told["laws"] is None


def test_a_store_without_any_pdf_is_no_reason_to_name_them_all(on_sqlite: Stored) -> None:
    on_sqlite.settings.pdf_folder.rename(on_sqlite.settings.home / "on a disk that is not mounted")
    with pytest.raises(NoPdfsError, match="is its disk mounted"):
        reread(RereadRequest(), on_sqlite.settings)
    assert stored_rereading(on_sqlite.engine, NEWER) is None


def test_of_very_many_faults_the_first_are_named_and_all_are_counted(
    on_sqlite: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (flows.rereading, flows.rereading_report):
        monkeypatch.setattr(module, "MOST_NAMED", 1)
    for paper in (RUNS, RESULTS):
        on_sqlite.pdf(paper).unlink()
    done = reread(RereadRequest(), on_sqlite.settings)
    assert (done.counts()["papers_missing"], len(done.faulty)) == (2, 1)
    told = report_of(on_sqlite.engine, done)
    assert told is not None and (told["papers"]["unread"], len(told["unread"])) == (2, 1)
    assert "2 in all, of which the report names 1" in html(document_of(told, summary(told)), has_files=False)


@dataclass(frozen=True)
class _Clock:
    """Stands in for ``datetime`` where a machine's clock is wrong."""

    moment: datetime

    def now(self, zone: Any) -> datetime:
        return self.moment


def test_a_run_killed_on_the_way_is_gone_on_with(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = "2401.00003"
    pdf = (recorded / "papers" / f"{RUNS}.pdf").read_bytes() + recorded_readers.WAITS
    (recorded / "papers" / f"{waiting}.pdf").write_bytes(pdf)
    monkeypatch.setenv(recorded_readers.FOLDER_VARIABLE, str(recorded))
    recorded_readers.record(pdf, recorded_readers.older((recorded / "papers" / f"{RUNS}.pdf").read_bytes()), recorded)
    made = read_by_the_older(recorded, tmp_path / "home", monkeypatch, "", RUNS, RESULTS, waiting)
    (recorded / "papers" / f"{waiting}.pdf").unlink()
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import pytest; from recorded_readers import use;"
        "import flows.rereading; from flows.settings import load_settings;"
        f"use({NEWER!r}, 'newer', pytest.MonkeyPatch()); flows.rereading._PAPERS_A_PORTION = 1;"
        "flows.rereading.reread(flows.rereading.RereadRequest(), load_settings(jobs=1))"
    )
    environment = os.environ | {"BURDEN_HOME": str(made.settings.home)}
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(Path(__file__).parent)], env=environment, start_new_session=True
    )
    in_force = "SELECT COUNT(*) FROM documents_in_force WHERE extractor_version = '2+newer'"
    while made.rows(in_force) != [(2,)]:
        assert process.poll() is None, "it ended by itself"
        Event().wait(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    assert made.rows("SELECT status FROM ingest_runs ORDER BY ingest_run_id DESC LIMIT 1") == [("running",)]
    (recorded / "go").touch()
    done = reread(RereadRequest(), made.settings)
    assert (done.tally.papers_parsed, done.papers_left) == (1, 0)
    ended = made.rows("SELECT status FROM ingest_runs ORDER BY ingest_run_id DESC LIMIT 2")
    assert ended == [("succeeded",), ("interrupted",)]
    told = report_of(made.engine, done)
    assert told is not None and told["papers"]["read_again"] == 3, "those of the run that was killed, too"
    assert told["laws"]["points"]["changed"] > 0, "beside the laws before the first of the runs"
