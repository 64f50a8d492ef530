"""`burden submissions`."""

from __future__ import annotations

import json

import click

from commands.options import json_option, need_database


@click.group()
def submissions() -> None:
    """What strangers contributed at `burden web`; curators decide on it there."""


@submissions.command()
@json_option
def ids(as_json: bool) -> None:
    """arXiv ids of papers that open submissions are about and that were never read, one a line.

    \b
    Example:
      burden submissions ids > waiting.txt && burden ingest --ids-file waiting.txt
    """
    from db.engine import open_database
    from db.migrate import upgrade
    from db.submission_reading import waiting_papers
    from flows.settings import load_settings

    settings = load_settings()
    need_database(settings)
    engine = open_database(settings.database)
    upgrade(engine)
    found = waiting_papers(engine)
    click.echo(json.dumps(found) if as_json else "\n".join(found), nl=bool(found) or as_json)
