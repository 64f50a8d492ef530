"""The `burden` command: its group, how errors are told, and where each command is."""

from __future__ import annotations

import logging
import signal
import sys
from typing import Any, NoReturn

import click

from commands.alarms import alarm
from commands.analysis import analyze, import_
from commands.annotations import annotations_
from commands.desk import user, web
from commands.ingest import ingest
from commands.lexicon import lexicon
from commands.operation import database, doctor
from commands.papers import extract
from commands.records import evaluate, export, train
from commands.release import release
from commands.rereading import reread
from commands.schedule import runs, schedule
from commands.submissions import submissions

EXIT_INTERRUPTED = 130
_OUR_ROOMS = set("extractors models imports db annotations analysis releases portal flows commands".split())


class Commands(click.Group):
    """Commands whose errors are one line on stderr."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            click.echo("burden: interrupted; the same command goes on from here", err=True)
            ctx.exit(EXIT_INTERRUPTED)
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            _fail(error)


def _fail(error: Exception) -> NoReturn:
    from flows.terminal import printable

    expected = isinstance(error, OSError) or type(error).__module__.split(".")[0] in _OUR_ROOMS
    text = str(error) if expected else f"unexpected {type(error).__name__}: {error} (burden --debug shows where)"
    raise click.ClickException(printable(text or type(error).__name__))


class _StderrHandler(logging.StreamHandler[Any]):
    """Messages to whatever stderr is now, so that a progress bar can draw around them."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

    def format(self, record: logging.LogRecord) -> str:
        """One line; of an error that nobody expected, its traceback below it."""
        from flows.terminal import printable

        lines = [record.getMessage()]
        if record.exc_info and record.levelno >= logging.ERROR:
            lines += logging.Formatter().formatException(record.exc_info).split("\n")
        return "burden: " + "\n".join(map(printable, lines))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--debug", is_flag=True, help="Log every step, and show the traceback of an error.")
@click.version_option(package_name="arxiv-burden", prog_name="burden")
def main(debug: bool) -> None:
    """How much computing a deep-learning result took: from arXiv papers, with evidence, into SQL.

    \b
    Start with:
      burden extract paper.pdf              read one PDF, no database
      burden ingest --from-folder papers/   read many, into SQL
      burden export burden --format table   see what came of it
    """
    handler = logging.StreamHandler() if debug else _StderrHandler()
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, handlers=[handler])
    signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: object) -> NoReturn:
    """End as Ctrl-C does: workers are stopped and the run is closed."""
    sys.exit(128 + number)


for _command in (
    ingest,
    reread,
    extract,
    export,
    evaluate,
    lexicon,
    train,
    analyze,
    release,
    schedule,
    runs,
    alarm,
    import_,
    annotations_,
    web,
    user,
    submissions,
    database,
    doctor,
):
    main.add_command(_command)
