"""`burden alarm`."""

from __future__ import annotations

import json

import click

from commands.options import json_option, need_database


@click.group()
def alarm() -> None:
    """Who is told when nights fail, drift or stay away, and of what."""


@alarm.command()
@json_option
@click.pass_context
def test(ctx: click.Context, as_json: bool) -> None:
    """Send a trial by every channel that is set; exit code 1 if one does not take it, or none is set.

    \b
    Example:
      BURDEN_WEBHOOK_URL=https://hooks.example.org/… burden alarm test
    """
    from flows.alarm_channels import channels, send_to_all, trial
    from flows.settings import load_settings

    ways = channels(load_settings())
    if not ways:
        raise click.ClickException("nobody is told of alarms: set BURDEN_WEBHOOK_URL, or BURDEN_ALARM_EMAIL")
    outcome = send_to_all(ways, trial())
    if as_json:
        click.echo(json.dumps({str(channel): {"sent": not why, "why": why} for channel, why in outcome.items()}))
    else:
        for channel, why in outcome.items():
            click.echo(f"{channel}: not sent: {why}" if why else f"{channel}: sent to {ways[channel].shown}")
    ctx.exit(1 if any(outcome.values()) else 0)


@alarm.command("list")
@json_option
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="The latest so many.")
def list_alarms(as_json: bool, limit: int) -> None:
    """Alarms, the latest first: what lasts, what is over, and where people could not be told.

    \b
    Example:
      burden alarm list --limit 5
    """
    from db.alarms import latest_alarms
    from db.engine import open_database
    from db.migrate import upgrade
    from flows.settings import load_settings
    from flows.terminal import print_table

    settings = load_settings()
    need_database(settings)
    engine = open_database(settings.database)
    upgrade(engine)
    found = latest_alarms(engine, limit)
    if as_json:
        fields = ("number", "cause", "summary", "detail")
        told = [
            {name: getattr(each, name) for name in fields}
            | {"raised": each.raised.isoformat(), "over": each.over.isoformat() if each.over else None}
            | {"not_told": list(each.not_told)}
            for each in found
        ]
        click.echo(json.dumps(told))
        return
    rows = (
        (
            each.number,
            each.summary,
            f"{each.raised:%Y-%m-%d %H:%M}",
            f"{each.over:%Y-%m-%d %H:%M}" if each.over else "",
            "; ".join(each.not_told),
        )
        for each in found
    )
    print_table(("alarm", "what", "since (UTC)", "over (UTC)", "not told"), rows)
