"""Options that commands share, and what most of them need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flows.settings import Settings


class ManyValues(click.Command):
    """A command whose repeatable options take several values at once: ``--id A B`` is ``--id A --id B``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = (param for param in self.params if isinstance(param, click.Option))
        repeatable = {name for option in options if option.multiple for name in option.opts}
        spread: list[str] = []
        option: str | None = None
        for arg in args:
            if arg.startswith("-") and arg != "-":
                name = arg.partition("=")[0]
                option = name if name in repeatable else None
            elif option is not None and spread[-1] != option:
                spread.append(option)
            spread.append(arg)
        return super().parse_args(ctx, spread)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")(function)


jobs_option = click.option(
    "--jobs", type=click.IntRange(min=1), help="Papers read in parallel.  [default: one a processor]"
)
strict_option = click.option("--strict", is_flag=True, help="Exit with 1 if a paper could not be read.")
replaces_option = click.option(
    "--replaces", multiple=True, metavar="FILE_NAME", help="Imported before, and no longer to count beside this file."
)
candidates_option = click.option("--candidates", is_flag=True, help="Also records that were not accepted.")
day = click.DateTime(formats=["%Y-%m-%d"])
existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)
file_to_write = click.Path(dir_okay=False, path_type=Path)
existing_folder = click.Path(exists=True, file_okay=False, path_type=Path)
folder_to_write = click.Path(file_okay=False, path_type=Path)


class FileOrAddress(click.ParamType["Path | str"]):
    """A file that exists, or the address of one elsewhere (``s3://arxiv/pdf/arXiv_pdf_2401_001.tar``)."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        if "://" in str(value):
            return str(value)
        file: Path = existing_file.convert(value, param, ctx)
        return file


def need_database(settings: Settings) -> None:
    if settings.sqlite_file is not None and not settings.sqlite_file.exists():
        missing = f"no database at {settings.sqlite_file} yet"
        raise click.ClickException(f"{missing}: `burden ingest` and `burden import` make one")
