"""Making and changing users at the keyboard, for `burden user`."""

from __future__ import annotations

from datetime import UTC, datetime

from db.accounts import Role, User, add_user, disable_user, enable_user, set_password, set_role, users
from db.engine import Engine, open_database
from db.migrate import upgrade
from flows.settings import Settings
from portal.passwords import hash_password


class Accounts:
    """The users of the database that the settings name; its schema is brought up to date first."""

    def __init__(self, settings: Settings) -> None:
        self._engine: Engine = open_database(settings.database)
        upgrade(self._engine)

    def add(self, name: str, role: str, password: str) -> User:
        """``PasswordError`` or ``AccountError`` say what is wrong with either."""
        return add_user(self._engine, name, Role(role), hash_password(password, name), datetime.now(UTC))

    def set_password(self, name: str, password: str) -> None:
        """Signs the user out everywhere."""
        set_password(self._engine, name, hash_password(password, name))

    def set_role(self, name: str, role: str) -> None:
        set_role(self._engine, name, Role(role))

    def disable(self, name: str) -> None:
        """The user can't sign in any more and is signed out everywhere; what they reviewed stays."""
        disable_user(self._engine, name, datetime.now(UTC))

    def enable(self, name: str) -> None:
        """A disabled user can sign in again, with the old password."""
        enable_user(self._engine, name)

    def all(self) -> list[User]:
        return users(self._engine)
