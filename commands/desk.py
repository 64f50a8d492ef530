"""`burden web` and `burden user`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from commands.options import json_option

if TYPE_CHECKING:
    from flows.accounts import Accounts


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0: all of the machine's."
)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option(
    "--host-name",
    "host_names",
    multiple=True,
    metavar="NAME",
    help="Name by which browsers call the server, as desk.example.org; requests to other names are refused.",
)
@click.option(
    "--behind-proxy",
    is_flag=True,
    help="A proxy on this machine speaks https for it: cookies are for https alone, and the proxy's word is taken for "
    "browsers' addresses (of proxies elsewhere, if FORWARDED_ALLOW_IPS lists them).",
)
def web(**asked: Any) -> None:
    """Serve the curators' desk: what papers say beside the page that says it, to be accepted or corrected.

    Only users that `burden user add` made may sign in. It stops on Ctrl-C or SIGTERM, after what is under way.

    \b
    Examples:
      burden web
      burden web --port 9000
      burden web --behind-proxy --host-name desk.example.org
    """
    from flows.settings import load_settings
    from flows.web import Address, serve

    address = Address(**asked)
    if not address.is_of_this_machine and not address.behind_proxy:
        click.echo(
            "burden: others reach this without https: passwords can be read on the way (--behind-proxy)", err=True
        )

    def announce(url: str, has_users: bool) -> None:
        click.echo(f"burden is at {url}")
        if not has_users:
            click.echo("Nobody can sign in yet: `burden user add NAME --role admin` makes the first user.", err=True)

    def tell(done: int, papers: int) -> None:
        if papers >= _MANY_PAPERS and done % _MANY_PAPERS == 0:
            click.echo(f"burden: public pages are made anew, as after an upgrade: {done:,} of {papers:,}", err=True)

    serve(load_settings(), address, announce, tell)


_MANY_PAPERS = 1_000
"""Whose pages take long enough to be told of."""
_ROLES = ("reader", "curator", "adjudicator", "admin")
_role_option = click.option(
    "--role", required=True, type=click.Choice(_ROLES), help="Each may all that the former may."
)
_password_option = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="The password is the first line of the input."
)


@click.group()
def user() -> None:
    """The people who may sign in at `burden web`, and their roles."""


@user.command("add")
@click.argument("name")
@_role_option
@_password_option
def user_add(name: str, role: str, from_stdin: bool) -> None:
    """Make a user; the password is asked for.

    A reader sees everything, a curator reviews, an adjudicator decides where curators differ, an admin does all.

    \b
    Examples:
      burden user add ada --role curator
      burden user add ada --role curator --password-stdin < password.txt
    """
    made = _accounts().add(name, role, _new_password(from_stdin))
    click.echo(f"{made.name} is a {made.role}")


@user.command("list")
@json_option
def user_list(as_json: bool) -> None:
    """Names, roles, and who is disabled.

    \b
    Example:
      burden user list
    """
    from flows.terminal import print_table

    found = _accounts().all()
    if as_json:
        click.echo(json.dumps([{"name": each.name, "role": each.role, "disabled": each.disabled} for each in found]))
    else:
        print_table(
            ("name", "role", ""), ((each.name, each.role, "disabled" if each.disabled else "") for each in found)
        )


@user.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(_ROLES))
def user_role(name: str, role: str) -> None:
    """Give a user another role, in force at once.

    \b
    Example:
      burden user role ada adjudicator
    """
    _accounts().set_role(name, role)
    click.echo(f"{name} is a {role}")


@user.command("password")
@click.argument("name")
@_password_option
def user_password(name: str, from_stdin: bool) -> None:
    """Give a user another password, and sign them out everywhere.

    \b
    Example:
      burden user password ada
    """
    _accounts().set_password(name, _new_password(from_stdin))
    click.echo(f"{name} has a new password and is signed out everywhere")


@user.command("disable")
@click.argument("name")
def user_disable(name: str) -> None:
    """Let a user sign in no more; what they reviewed stays.

    \b
    Example:
      burden user disable ada
    """
    _accounts().disable(name)
    click.echo(f"{name} can't sign in any more and is signed out everywhere")


@user.command("enable")
@click.argument("name")
def user_enable(name: str) -> None:
    """Let a disabled user sign in again, with the old password and role.

    \b
    Example:
      burden user enable ada
    """
    _accounts().enable(name)
    click.echo(f"{name} can sign in again")


def _accounts() -> Accounts:
    from flows.accounts import Accounts
    from flows.settings import load_settings

    return Accounts(load_settings())


def _new_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return password
