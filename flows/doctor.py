"""Is this installation sound? Settings in force, versions, database, disk, and the programs that tests use."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from db.alarms import lasting_alarms
from db.engine import Engine, open_database
from db.errors import DatabaseError
from db.migrate import database_status
from db.nights import last_success
from flows.alarm_channels import channels
from flows.alarms import SILENCE, silent_since
from flows.confinement import kernel_confines
from flows.disk_space import least_free_gb, nearest_existing
from flows.mail import smtp_server
from flows.papers import catalogue
from flows.settings import Settings, SettingsError, foreign_variables, settings_in_force
from flows.version import READING_VERSION
from models.burden import estimator_version

_PACKAGES = ("arxiv-burden", "pymupdf", "spacy", "sqlalchemy", "prefect", "arxiv")
_LEAST_DISK_GB = 1.0


class Health(StrEnum):
    FINE = "fine"
    NOTE = "note"
    """Works, but somebody may want to know."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    health: Health
    value: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; nothing is changed by looking."""
    yield from _settings(settings)
    yield from _versions()
    yield _database(settings)
    yield _home(settings)
    yield _disk(settings)
    yield _mail(settings)
    yield _alarm_channels(settings)
    yield from _nights(settings)
    yield _readers()
    yield _program("chromium", _found_chromium, "only tests of web pages need it")
    yield _program("postgresql", _found_postgresql, "only tests of PostgreSQL need it; the default is SQLite")
    yield _prefect_server()


def _settings(settings: Settings) -> Iterator[Finding]:
    for name, value, origin in settings_in_force(settings):
        yield Finding(name, Health.FINE, value or "(not set)", origin)
    if not settings.contact:
        yield Finding("BURDEN_CONTACT", Health.NOTE, "(not set)", "arXiv asks for one: an e-mail address")
    for name in foreign_variables():
        yield Finding(name, Health.NOTE, "no such setting", "a typing error?")


def _versions() -> Iterator[Finding]:
    yield Finding("python", Health.FINE, sys.version.split()[0])
    for package in _PACKAGES:
        try:
            yield Finding(package, Health.FINE, version(package))
        except PackageNotFoundError:
            yield Finding(package, Health.BROKEN, "not installed", "install the project again (make setup)")
    yield Finding("extractor", Health.FINE, READING_VERSION)
    yield Finding("estimator", Health.FINE, estimator_version(catalogue()))


def _database(settings: Settings) -> Finding:
    file = settings.sqlite_file
    if file is not None and not file.exists():
        return Finding("database", Health.NOTE, "not there yet", "the first `burden ingest` makes it")
    try:
        status = database_status(open_database(settings.database))
    except DatabaseError as error:
        return Finding("database", Health.BROKEN, str(error), "is BURDEN_DATABASE_URL right?")
    if status.revision != status.head:
        advice = "burden db upgrade"
        return Finding(
            "database", Health.NOTE, f"schema {status.revision or 'none'}, this program's is {status.head}", advice
        )
    rows = sum(status.row_counts.values())
    return Finding("database", Health.FINE, f"schema {status.revision}, {rows} rows")


def _home(settings: Settings) -> Finding:
    folder = nearest_existing(settings.home)
    if os.access(folder, os.W_OK | os.X_OK) and folder.is_dir():
        return Finding("home", Health.FINE, "can be written to")
    return Finding("home", Health.BROKEN, f"{folder} can't be written to", "set BURDEN_HOME to a folder of yours")


def _disk(settings: Settings) -> Finding:
    try:
        free_gb = least_free_gb(settings)
    except OSError as error:
        return Finding("disk", Health.NOTE, f"how much is free is not known: {error}")
    health = Health.NOTE if free_gb < settings.low_disk_gb else Health.FINE
    if free_gb < _LEAST_DISK_GB:
        health = Health.BROKEN
    advice = "" if health is Health.FINE else "papers take about 2 MB each"
    return Finding("disk", health, f"{free_gb:,.1f} GB free", advice)


def _mail(settings: Settings) -> Finding:
    try:
        server = smtp_server(settings)
    except SettingsError as error:
        return Finding("e-mail", Health.BROKEN, str(error), "`burden web` does not start so")
    if server is None:
        return Finding("e-mail", Health.FINE, "none is sent", "BURDEN_SMTP_HOST, if contributors are to be told")
    return Finding("e-mail", Health.FINE, f"{server.host}:{server.port}, {server.encryption}")


def _alarm_channels(settings: Settings) -> Finding:
    try:
        ways = channels(settings)
    except SettingsError as error:
        return Finding("alarms", Health.BROKEN, str(error), "`burden web` does not start so")
    if not ways:
        return Finding("alarms", Health.FINE, "nobody is told", "BURDEN_WEBHOOK_URL or BURDEN_ALARM_EMAIL")
    return Finding("alarms", Health.FINE, ", ".join(way.shown for way in ways.values()), "`burden alarm test` tries it")


def _readers() -> Finding:
    if kernel_confines():
        return Finding("readers of PDFs", Health.FINE, "no network, no programs: the kernel sees to it")
    advice = "native code is not bound: docs/trust.md"
    return Finding("readers of PDFs", Health.NOTE, "no network, no programs, in Python alone", advice)


def _nights(settings: Settings) -> Iterator[Finding]:
    """Silence, and alarms that last; nothing where no night was ever run, or the database is told of elsewhere."""
    try:
        engine = _current_database(settings)
        if engine is None:
            return
        since = silent_since(engine, settings, datetime.now(UTC))
        lasting = lasting_alarms(engine)
        if last := last_success(engine):
            yield Finding("last night that succeeded", Health.FINE, f"{last:%Y-%m-%d %H:%M} UTC")
    except DatabaseError:
        return
    if since is not None:
        said = f"no night has succeeded since {since:%Y-%m-%d %H:%M} UTC"
        yield Finding("nights", Health.BROKEN, said, "is `burden schedule` running? `burden runs` lists the nights")
    for alarm in lasting:
        if alarm.cause != SILENCE:
            yield Finding("alarm", Health.NOTE, alarm.summary, f"since {alarm.raised:%Y-%m-%d %H:%M} UTC")
        for channel in alarm.not_told:
            yield Finding("alarm", Health.NOTE, f"not told by {channel}", "`burden alarm test` tries the channels")


def _current_database(settings: Settings) -> Engine | None:
    """The database, if it is there and of this program's schema."""
    if settings.sqlite_file is not None and not settings.sqlite_file.exists():
        return None
    engine = open_database(settings.database)
    return engine if database_status(engine).is_current else None


def _program(name: str, find: Callable[[], str | None], advice: str) -> Finding:
    path = find()
    return Finding(name, Health.FINE, path) if path else Finding(name, Health.NOTE, "not found", advice)


def _found_chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _found_postgresql() -> str | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return shutil.which("initdb") or (str(installed[-1]) if installed else None)


def _prefect_server() -> Finding:
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        return Finding("prefect server", Health.FINE, "none set", "`burden ingest` needs none")
    import requests

    try:
        requests.get(f"{url.rstrip('/')}/health", timeout=5).raise_for_status()
    except requests.RequestException as error:
        return Finding(
            "prefect server", Health.BROKEN, f"no answer: {type(error).__name__}", "is PREFECT_API_URL right?"
        )
    return Finding("prefect server", Health.FINE, "answers")
