"""`burden db` and `burden doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple

import click

from commands.options import json_option, need_database


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
