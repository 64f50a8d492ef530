"""`burden release`: all public data as files with their description, and earlier releases made again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import folder_to_write, json_option, need_database

if TYPE_CHECKING:
    from db.engine import Engine
    from releases.making import MadeRelease


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=folder_to_write)
@click.option("--name", metavar="DAY", help="As 2026-11-27 or 2026-11-27.2.  [default: today, UTC]")
@click.option("--rebuild", metavar="NAME", help="An earlier release instead, byte by byte as it was.")
@click.option("--without-parquet", is_flag=True, help="With --rebuild: all files but Parquet.")
@click.option(
    "--with",
    "permitted",
    multiple=True,
    metavar="SOURCE",
    help="Rows of this import, too, as authors-2022: its licence is not stated, and you have its makers' permission.",
)
@click.option("--list", "listed", is_flag=True, help="Tell the releases that there are.")
@json_option
def release(
    folder: Path | None,
    name: str | None,
    rebuild: str | None,
    without_parquet: bool,
    permitted: tuple[str, ...],
    listed: bool,
    as_json: bool,
) -> None:
    """All that the database holds for everyone, as a folder DIR/DAY of CSV and Parquet files with their description.

    DIR is the folder from which `burden web` offers releases, unless named. The same data under the same name give the
    same bytes. The database keeps what a release was made from, so that it can be made again later. Nobody's account,
    name or e-mail address is in it.

    \b
    Examples:
      burden release
      burden release releases/ --name 2026-11-27.2
      burden release releases/ --rebuild 2026-11-27
      burden release --list
    """
    from db.engine import open_database
    from db.migrate import upgrade
    from flows.settings import load_settings

    if sum(map(bool, (rebuild, name, listed))) > 1 or (rebuild and permitted):
        raise click.UsageError("--name, --rebuild and --list don't go together, nor does --with with --rebuild")
    if without_parquet and not rebuild:
        raise click.UsageError("--without-parquet goes with --rebuild")
    settings = load_settings()
    need_database(settings)
    engine = open_database(settings.database)
    upgrade(engine)
    if listed:
        _list(engine, as_json)
        return
    from releases.making import ReleaseOrder, make_release, rebuild_release

    folder = folder or settings.releases_folder
    if rebuild:
        made = rebuild_release(engine, folder, rebuild, not without_parquet)
    else:
        from flows.papers import catalogue

        order = ReleaseOrder(name or _today(), permitted, settings.public_url)
        made = make_release(engine, folder, order, catalogue())
    _tell(made, as_json)


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def _list(engine: Engine, as_json: bool) -> None:
    from db.release_store import releases
    from flows.terminal import print_table
    from releases.making import released_row_count

    found = [
        (each.name, each.made_at.isoformat(timespec="seconds"), released_row_count(each)) for each in releases(engine)
    ]
    if as_json:
        click.echo(json.dumps([{"name": name, "made_at": at, "rows": rows} for name, at, rows in found]))
    else:
        print_table(("release", "made", "rows"), ((name, at, f"{rows:,}") for name, at, rows in found))


def _tell(made: MadeRelease, as_json: bool) -> None:
    if as_json:
        told = {"name": made.name, "folder": str(made.folder), "rows": dict(made.row_counts)}
        files = {file.path: {"bytes": file.byte_count, "sha256": file.sha256} for file in made.files}
        click.echo(json.dumps({**told, "files": files, "left_behind": dict(made.left_behind)}))
        return
    rows, size = sum(made.row_counts.values()), sum(file.byte_count for file in made.files)
    click.echo(
        f"release {made.name}: {rows:,} rows of {len(made.row_counts)} tables, {size / 1e6:.1f} MB in {made.folder}"
    )
    for source, count in made.left_behind.items():
        click.echo(f"left out: {count:,} rows of {source}, whose licence is not stated (docs/data.md)", err=True)
