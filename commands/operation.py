"""`burden db` and `burden doctor`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, astuple
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import existing_file, file_to_write, json_option, need_database

if TYPE_CHECKING:
    from db.transfer import TableCopy

_force_option = click.option("--force", is_flag=True, help="Replace all that the database holds.")
_FORCE_ADVICE = "--force replaces all of it"


@click.group("db")
def database() -> None:
    """The database: its schema and how it stands."""


@database.command()
def upgrade() -> None:
    """Bring the schema to this program's (every `burden ingest` and `burden import` does so too).

    \b
    Example:
      BURDEN_DATABASE_URL=postgresql://me@localhost/burden burden db upgrade
    """
    from db.engine import open_database
    from db.migrate import database_status
    from db.migrate import upgrade as bring_up_to_date
    from flows.settings import load_settings

    engine = open_database(load_settings().database)
    bring_up_to_date(engine)
    status = database_status(engine)
    click.echo(f"{status.url} is at schema {status.revision}")


@database.command("status")
@json_option
@click.pass_context
def database_state(ctx: click.Context, as_json: bool) -> None:
    """Where the database is, its schema, and how many rows its tables hold; exit code 1 if not up to date.

    \b
    Example:
      burden db status --json
    """
    from db.engine import open_database
    from db.migrate import database_status
    from flows.settings import load_settings
    from flows.terminal import print_table

    settings = load_settings()
    need_database(settings)
    status = database_status(open_database(settings.database))
    if as_json:
        rows = dict(status.row_counts)
        click.echo(json.dumps({"url": status.url, "revision": status.revision, "head": status.head, "rows": rows}))
    else:
        click.echo(f"{status.url}\nschema {status.revision or 'none'}, this program's is {status.head}")
        print_table(("table", "rows"), sorted(status.row_counts.items()))
    ctx.exit(0 if status.revision == status.head else 1)


@database.command()
@click.argument("file", type=file_to_write)
@click.option("--alarm", is_flag=True, help="Tell who is told of alarms when it fails, and when one succeeds again.")
@json_option
def backup(file: Path, alarm: bool, as_json: bool) -> None:
    """Write all that the database holds at this moment into a new FILE, whole or not at all.

    It may be taken while others write. It holds hashes of passwords: only you may read it. PDFs are not in it.

    \b
    Examples:
      burden db backup burden-2026-03-01.backup
      BURDEN_DATABASE_URL=postgresql://me@localhost/burden burden db backup /backups/burden.backup
    """
    from contextlib import AbstractContextManager, nullcontext
    from datetime import UTC, datetime
    from importlib.metadata import version

    from db.backup import back_up
    from db.engine import open_database
    from flows.settings import load_settings
    from flows.terminal import watched_progress

    settings = load_settings()
    need_database(settings)
    engine = open_database(settings.database)
    telling: AbstractContextManager[None] = nullcontext()
    if alarm:
        from flows.alarms import backup_watched

        telling = backup_watched(engine, settings)
    with telling, watched_progress("backing up") as watcher:
        manifest = back_up(engine, file, version("arxiv-burden"), datetime.now(UTC), watcher.done)
    _tell_copies(manifest.copies, as_json, f"{file} has {{rows}} rows of {{tables}} tables, schema {manifest.revision}")


@database.command()
@click.argument("file", type=existing_file)
@click.option("--into", "url", metavar="URL", help="Into this database rather than BURDEN_DATABASE_URL's.")
@click.option("--check", is_flag=True, help="Only read the backup to its end, and say whether it is whole.")
@_force_option
@json_option
def restore(file: Path, url: str | None, check: bool, force: bool, as_json: bool) -> None:
    """Put a backup into an empty database, SQLite or PostgreSQL, whole or not at all, and bring its schema up to date.

    A backup that is damaged, or that a newer program made, is refused before anything is changed.

    \b
    Examples:
      burden db restore burden-2026-03-01.backup --into sqlite:////tmp/trial.sqlite
      burden db restore burden-2026-03-01.backup --force
      burden db restore burden-2026-03-01.backup --check
    """
    from db.backup import opened_backup
    from db.backup import restore as put_back
    from db.engine import hidden_url, open_database
    from db.errors import NotEmptyError
    from flows.settings import load_settings
    from flows.terminal import watched_progress

    if check:
        with opened_backup(file) as found:
            _tell_copies(found.manifest.copies, as_json, f"{file} is whole: {{rows}} rows of {{tables}} tables")
        return
    engine = open_database(url or load_settings().database)
    try:
        with watched_progress("restoring") as watcher:
            manifest = put_back(engine, file, force, watcher.done)
    except NotEmptyError as error:
        raise click.ClickException(f"{error}; {_FORCE_ADVICE}") from error
    where = hidden_url(engine.url)
    _tell_copies(manifest.copies, as_json, f"{where} has the {{rows}} rows of {{tables}} tables that {file} holds")


@database.command()
@click.option("--to", "url", required=True, metavar="URL", help="The database to copy into.")
@_force_option
@json_option
def copy(url: str, force: bool, as_json: bool) -> None:
    """Copy the database into an empty one, as from SQLite to PostgreSQL and back, whole or not at all.

    Every table is read again after it was written, and counts and digests are compared before anything counts.

    \b
    Examples:
      burden db copy --to postgresql://me@localhost/burden
      BURDEN_DATABASE_URL=postgresql://me@localhost/burden burden db copy --to sqlite:////data/burden.sqlite
    """
    from db.engine import hidden_url, open_database
    from db.errors import NotEmptyError
    from db.transfer import copy_database
    from flows.settings import load_settings
    from flows.terminal import watched_progress

    settings = load_settings()
    need_database(settings)
    target = open_database(url)
    try:
        with watched_progress("copying") as watcher:
            copies = copy_database(open_database(settings.database), target, force, watcher.done)
    except NotEmptyError as error:
        raise click.ClickException(f"{error}; {_FORCE_ADVICE}") from error
    _tell_copies(copies, as_json, f"{hidden_url(target.url)} has the same {{rows}} rows of {{tables}} tables")


def _tell_copies(copies: Iterable[TableCopy], as_json: bool, words: str) -> None:
    """The tables with their rows and digests for a program; for people the sum, ``words`` around it."""
    held = list(copies)
    if as_json:
        click.echo(json.dumps([asdict(copy) for copy in held]))
    else:
        click.echo(words.format(rows=f"{sum(copy.row_count for copy in held):,}", tables=len(held)))


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Every setting in force and where it comes from, versions, database, disk; exit code 1 if something is broken.

    \b
    Example:
      burden doctor
    """
    from flows.doctor import Health, examine
    from flows.settings import load_settings
    from flows.terminal import print_table

    findings = list(examine(load_settings()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        print_table(("what", "", "value", ""), (astuple(finding) for finding in findings))
    ctx.exit(1 if any(finding.health is Health.BROKEN for finding in findings) else 0)
