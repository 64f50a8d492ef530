"""Both databases for real: an SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from postgresql_servers import installed_binaries, running_server
from sqlalchemy import URL, Engine, create_engine, make_url, text

from db.arrivals import ExtractedPaper
from db.engine import open_database
from db.migrate import upgrade
from db.schema import APPEND_ONLY, metadata
from db.store import save_extractions
from extractors.records import (
    Box,
    BurdenEstimate,
    CountUnit,
    Evidence,
    Extraction,
    ModelLink,
    ModelProperty,
    PaperMetadata,
    Property,
    Result,
    Stage,
    TrainingCompute,
    TrainingRun,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, and the URL of a database on it that is there for administration."""

    url: URL

    def create(self, name: str) -> str:
        self.run(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url.set(database=name).render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        engine = create_engine(self.url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def _absent(reason: str) -> None:
    if "postgresql" in os.environ.get("BURDEN_REQUIRE", "").split(","):
        pytest.fail(f"BURDEN_REQUIRE names postgresql, but {reason}")
    pytest.skip(f"postgresql: {reason}")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """The server of BURDEN_TEST_POSTGRESQL_URL, else one started here on a socket, with a password."""
    given = os.environ.get("BURDEN_TEST_POSTGRESQL_URL")
    if given:
        yield Server(make_url(given))
        return
    binaries = installed_binaries()
    if binaries is None:
        _absent("no BURDEN_TEST_POSTGRESQL_URL, and no initdb was found")
        return
    with running_server(binaries) as server:
        yield Server(make_url(server.url("postgres")))


@pytest.fixture(scope="session")
def postgresql_shared(postgresql_server: Server) -> Iterator[Engine]:
    """One database that is set up, for all tests: making one costs more than most tests do."""
    with _new_database(postgresql_server) as url:
        engine = open_database(url)
        upgrade(engine)
        yield engine
        engine.dispose()


_TABLES = [table.name for table in metadata.sorted_tables if table.name != "installed_objects"]
_WITH_ROWS = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in _TABLES)
_FIRST_NUMBERS = (
    "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)


def _take_rows_out(engine: Engine) -> None:
    """Only the tables' owner can, and only with the triggers off; TRUNCATE would take longer than most tests do."""
    with engine.begin() as connection:
        filled = set(connection.exec_driver_sql(_WITH_ROWS).scalars())
        guarded = [table.name for table in APPEND_ONLY if table.name in filled]
        for name in guarded:
            connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        for name in reversed(_TABLES):
            if name in filled:
                connection.exec_driver_sql(f"DELETE FROM {name}")
        for name in guarded:
            connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
        connection.exec_driver_sql(_FIRST_NUMBERS)


@pytest.fixture
def new_postgresql(postgresql_server: Server) -> Iterator[str]:
    """URL of a PostgreSQL database of this test's own, without any table."""
    with _new_database(postgresql_server) as url:
        yield url


@contextmanager
def _new_database(server: Server) -> Iterator[str]:
    name = f"burden_test_{secrets.token_hex(6)}"
    yield server.create(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database that nobody has set up yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/burden.sqlite"
    return str(request.getfixturevalue("new_postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database that is set up and has no rows."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('empty_database'), tmp_path)}"
    shared: Engine = request.getfixturevalue("postgresql_shared")
    _take_rows_out(shared)
    return shared.url.render_as_string(hide_password=False)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A database that is set up and has no rows."""
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine_of_module(
    request: pytest.FixtureRequest, empty_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database that is set up, shared by the tests of a module: one fixture of theirs may fill it, no test does."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(empty_database, tmp_path_factory.mktemp('module'))}"
    else:
        url = str(request.getfixturevalue("postgresql_of_module"))
    opened = open_database(url)
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def postgresql_of_module(postgresql_server: Server) -> Iterator[str]:
    """URL of a PostgreSQL database of this module's own, without any table."""
    with _new_database(postgresql_server) as url:
        yield url


class Sample:
    """Records to save: a paper with one run, and what a test changes of it."""

    noon = NOON

    def metadata(self, arxiv_id: str | None = "2401.00001", version: int | None = 1, **changes: Any) -> PaperMetadata:
        known = PaperMetadata(
            arxiv_id=arxiv_id,
            version=version,
            title="A paper",
            abstract="About a model.",
            authors=("Ada Example", "Ben Example"),
            categories=("cs.LG", "cs.CV"),
            published=date(2024, 1, 2),
            updated=date(2024, 1, 2),
        )
        return replace(known, **changes)

    def run(self, quote: str = "We train on 8 P100 GPUs for 84 hours.", page: int = 7, **changes: Any) -> TrainingRun:
        run = TrainingRun(
            evidence=Evidence(
                page=page,
                box=Box(108.0, 300.12, 504.0, 322.9),
                quote=quote,
                start=1000,
                end=1000 + len(quote),
                rules=("count.x", "t"),
                boxes=((page, Box(108.0, 300.12, 180.06, 311.0)), (page + 1, Box(72.0, 80.0, 99.9, 90.0))),
            ),
            accelerator="NVIDIA Tesla P100",
            accelerator_count=8,
            count_unit=CountUnit.DEVICES,
            duration_hours=84.0,
            model="Base",
            stage=Stage.TRAINING,
            confidence=0.94,
        )
        return replace(run, **changes)

    def compute(self, flop: float = 2.3e19, **changes: Any) -> TrainingCompute:
        evidence = Evidence(8, Box(1.0, 2.0, 3.0, 4.0), "It took 2.3e19 FLOPs.", 1500, 1521, ("flop",))
        return replace(TrainingCompute(evidence=evidence, flop=flop, model="Base", confidence=0.8), **changes)

    def result(
        self, value: float = 76.5, model: str | None = "Base", row: int = 0, own: bool = True, **changes: Any
    ) -> Result:
        """An own result on ImageNet; ``row`` is how far down its table it stands."""
        box = Box(108.0, 200.0 + row, 504.0, 210.0 + row)
        evidence = Evidence(8, box, "Table 2: accuracy on ImageNet.", 1600, 1630, ("table.cell",), ((8, box),))
        result = Result(evidence, "imagenet", "top1_accuracy", value, own, model, confidence=0.9)
        return replace(result, **changes)

    def property(self, name: str, quantity: float, model: str | None = "Base", **changes: Any) -> ModelProperty:
        """A property of a sentence that states several; each stands further right on its line."""
        left = 108.0 + 60.0 * list(Property).index(Property(name))
        quote = "Base has 25M parameters and takes 4.1 GFLOPs; we train it for 90 epochs on 1,281,167 images."
        evidence = Evidence(6, Box(left, 90.0, left + 50.0, 100.0), quote, 900, 900 + len(quote), ("property.x",))
        stated = ModelProperty(evidence, Property(name), quantity, model, confidence=0.8)
        return replace(stated, **changes)

    def properties(self, **quantities: float) -> tuple[ModelProperty, ...]:
        """One of each name, in their order."""
        return tuple(self.property(name, quantity) for name, quantity in quantities.items())

    def link(self, kind: str, index: int, model: str = "Base", **changes: Any) -> ModelLink:
        return replace(ModelLink(kind, index, model, "join.same-name", 0.9), **changes)

    def estimate(self, flop: float | None = 2.6e19, **changes: Any) -> BurdenEstimate:
        if flop is None:
            return BurdenEstimate(None, None, None, None, None, reason="no rate for this device")
        estimate = BurdenEstimate(flop, flop * 0.9, flop * 1.1, flop * 2, "8 devices x 10.6 TFLOP/s fp32 x 84 h")
        return replace(estimate, **changes)

    def paper(
        self,
        *runs: TrainingRun,
        metadata: PaperMetadata | None = None,
        sha256: str = "a" * 64,
        compute: tuple[TrainingCompute, ...] = (),
        estimates: tuple[BurdenEstimate, ...] | None = None,
        **changes: Any,
    ) -> ExtractedPaper:
        extraction = replace(Extraction(sha256, 10, runs, compute), **changes)
        if estimates is None:
            estimates = tuple(self.estimate() for _ in runs)
        return ExtractedPaper(metadata or self.metadata(), 12_345, extraction, estimates)

    def rows(self, engine: Engine, query: str) -> list[dict[str, Any]]:
        """What the query finds."""
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def save(
        self, engine: Engine, *papers: ExtractedPaper, extractor: str = "x1", estimator: str = "e1", hours: float = 0
    ) -> int:
        """Save, ``hours`` after noon."""
        return save_extractions(engine, papers, extractor, estimator, NOON + timedelta(hours=hours))


@pytest.fixture(scope="session")
def sample() -> Sample:
    return Sample()
