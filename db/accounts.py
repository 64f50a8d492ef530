"""Accounts, sessions and attempts to sign in. Passwords come hashed and tokens digested: neither is stored plainly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from db import desk_schema as schema
from db.engine import is_sqlite, writing
from db.errors import AccountError
from db.fields import clean_text

_NAME = re.compile(r"[\w.-]{2,40}")
_LONGEST_TYPED_NAME = 100
_ATTEMPTS_ARE_KEPT = timedelta(days=30)


class Role(StrEnum):
    """Each may do all that the former may."""

    READER = "reader"
    CURATOR = "curator"
    ADJUDICATOR = "adjudicator"
    ADMIN = "admin"

    def may(self, role: Role) -> bool:
        """``Role.ADMIN.may(Role.CURATOR)`` -> True        ``Role.READER.may(Role.CURATOR)`` -> False"""
        order = list(Role)
        return order.index(self) >= order.index(role)


@dataclass(frozen=True, slots=True)
class User:
    user_id: int
    name: str
    role: Role
    disabled: bool


@dataclass(frozen=True, slots=True)
class Session:
    user: User
    csrf_token: str


def account_name(name: str) -> str:
    """The name as it is stored: "Ada" and "ADA" are one. ``AccountError`` for what is no name.

    "Ada.Lovelace" -> "ada.lovelace"        "a", "ada lovelace", "ada@example.org" are refused
    """
    plain = _plain_name(name)
    if not _NAME.fullmatch(plain):
        raise AccountError(
            f"not a name for an account: {name[:80]!r} (2 to 40 letters, digits, dots, dashes, underscores)"
        )
    return plain


def add_user(engine: Engine, name: str, role: Role, password_hash: str, at: datetime) -> User:
    """Make an account; ``AccountError`` where the name is taken, also by one that is disabled."""
    row = {"name": account_name(name), "role": str(role), "password_hash": password_hash, "created_at": at}
    with writing(engine) as connection:
        dialect = sqlite if is_sqlite(connection) else postgresql
        insert = dialect.insert(schema.users).values(row).on_conflict_do_nothing().returning(schema.users.c.user_id)
        user_id = connection.scalar(insert)
    if user_id is None:
        raise AccountError(
            f"there is an account {row['name']!r} already, perhaps a disabled one (`burden user list` tells):"
            " choose another name, or change that one"
        )
    return User(user_id, str(row["name"]), role, False)


def users(engine: Engine) -> list[User]:
    """All accounts by name, disabled ones too."""
    with engine.connect() as connection:
        return [_user(row) for row in connection.execute(select(schema.users).order_by(schema.users.c.name))]


def credentials(engine: Engine, name: str) -> tuple[User, str] | None:
    """The account and the hash of its password; None where there is none, or it is disabled."""
    table = schema.users
    query = select(table).where(table.c.name == _plain_name(name), table.c.disabled_at.is_(None))
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return (_user(row), row.password_hash) if row else None


def set_password(engine: Engine, name: str, password_hash: str) -> None:
    """Set an account's password, and sign it out everywhere."""
    _change(engine, name, sign_out=True, password_hash=password_hash)


def set_role(engine: Engine, name: str, role: Role) -> None:
    """Give an account another role: in force from the next request on."""
    _change(engine, name, sign_out=False, role=str(role))


def disable_user(engine: Engine, name: str, at: datetime) -> None:
    """Let nobody sign in as this name again, and sign it out everywhere. Its reviews stay."""
    _change(engine, name, sign_out=True, disabled_at=at)


def enable_user(engine: Engine, name: str) -> None:
    """Let a disabled account sign in again, with its old password and role."""
    _change(engine, name, sign_out=False, disabled_at=None)


def open_session(
    engine: Engine, user_id: int, token_sha256: str, csrf_token: str, now: datetime, expires: datetime
) -> None:
    """Record that a user has signed in; sessions that have expired are cleared away."""
    table = schema.sessions
    row = {"token_sha256": token_sha256, "user_id": user_id, "csrf_token": csrf_token}
    with writing(engine) as connection:
        connection.execute(table.delete().where(table.c.expires_at <= now))
        connection.execute(table.insert().values(row | {"created_at": now, "expires_at": expires}))


def session(engine: Engine, token_sha256: str, now: datetime) -> Session | None:
    """Who is signed in by this token; None where nobody is, the session has expired or the account is disabled."""
    table, accounts = schema.sessions, schema.users
    query = (
        select(accounts, table.c.csrf_token)
        .join(accounts, accounts.c.user_id == table.c.user_id)
        .where(table.c.token_sha256 == token_sha256, table.c.expires_at > now, accounts.c.disabled_at.is_(None))
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return Session(_user(row), row.csrf_token) if row else None


def close_session(engine: Engine, token_sha256: str) -> None:
    """Sign out; nothing happens where there is no such session."""
    with writing(engine) as connection:
        connection.execute(schema.sessions.delete().where(schema.sessions.c.token_sha256 == token_sha256))


def record_attempt(engine: Engine, name: str, address: str, at: datetime, succeeded: bool) -> None:
    """Record that somebody tried to sign in; attempts older than 30 days are forgotten."""
    table = schema.sign_in_attempts
    row = {"name": _plain_name(name), "address": clean_text(address)[:_LONGEST_TYPED_NAME]}
    with writing(engine) as connection:
        connection.execute(table.insert().values(row | {"at": at, "succeeded": succeeded}))
        connection.execute(table.delete().where(table.c.at < at - _ATTEMPTS_ARE_KEPT))


def failed_attempts(engine: Engine, name: str, address: str, since: datetime) -> tuple[int, int]:
    """How many attempts after ``since`` failed: of this name from anywhere, and from this address for anybody.

    Where this name has signed in from this address before, only failures from there count against the name: strangers
    elsewhere can't keep its owner out.
    """
    table = schema.sign_in_attempts
    of_name = table.c.name == _plain_name(name)
    from_address = table.c.address == clean_text(address)[:_LONGEST_TYPED_NAME]
    is_at_home = select(exists().where(of_name, from_address, table.c.succeeded))

    def failures(condition: Any) -> Select[tuple[int]]:
        return select(func.count()).where(condition, table.c.at > since, ~table.c.succeeded)

    with engine.connect() as connection:
        at_home = connection.scalar(is_at_home)
        by_name = connection.scalar(failures(and_(of_name, from_address) if at_home else of_name))
        by_address = connection.scalar(failures(from_address))
    return by_name or 0, by_address or 0


def _change(engine: Engine, name: str, sign_out: bool, **values: Any) -> None:
    table = schema.users
    with writing(engine) as connection:
        user_id = connection.scalar(
            table.update().where(table.c.name == _plain_name(name)).values(values).returning(table.c.user_id)
        )
        if user_id is None:
            raise AccountError(f"there is no account {name[:80]!r} (`burden user list` shows all)")
        if sign_out:
            _close_sessions(connection, user_id)


def _close_sessions(connection: Connection, user_id: int) -> None:
    connection.execute(schema.sessions.delete().where(schema.sessions.c.user_id == user_id))


def _plain_name(name: str) -> str:
    """What was typed, as names are stored: one form of each letter, small, and not without end."""
    return clean_text(unicodedata.normalize("NFKC", name[:_LONGEST_TYPED_NAME]).casefold())


def _user(row: Any) -> User:
    return User(row.user_id, row.name, Role(row.role), row.disabled_at is not None)
