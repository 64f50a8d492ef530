"""Accounts: who may sign in, who is signed in, and how many guesses there were."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db import accounts
from db.accounts import Role, User
from db.errors import AccountError


@pytest.fixture
def ada(engine: Engine, sample: Any) -> User:
    return accounts.add_user(engine, "Ada", Role.CURATOR, "hash one", sample.noon)


def sign_in(engine: Engine, sample: Any, user: User, token: str = "t" * 64) -> None:
    accounts.open_session(engine, user.user_id, token, "csrf", sample.noon, sample.noon + timedelta(hours=8))


def test_each_role_may_what_the_former_may() -> None:
    assert [[role.may(other) for other in Role].count(True) for role in Role] == [1, 2, 3, 4]
    assert Role.CURATOR.may(Role.READER) and not Role.CURATOR.may(Role.ADJUDICATOR)


def test_a_name_is_one_account_however_it_is_typed(engine: Engine, sample: Any, ada: User) -> None:
    found = accounts.credentials(engine, "ＡDA")
    assert found == (ada, "hash one") and ada.name == "ada"
    for name in ("ada", "ADA", "Ａda"):
        with pytest.raises(AccountError, match="already"):
            accounts.add_user(engine, name, Role.ADMIN, "hash two", sample.noon)
    assert accounts.users(engine) == [ada]


@pytest.mark.parametrize("name", ["a", "", "ada lovelace", "ada@example.org", "x" * 41, "<b>ada</b>", "ada\x00", "'--"])
def test_what_is_no_name_is_refused(engine: Engine, sample: Any, name: str) -> None:
    with pytest.raises(AccountError, match="not a name"):
        accounts.add_user(engine, name, Role.READER, "hash", sample.noon)
    assert accounts.credentials(engine, name) is None


def test_a_session_lasts_until_it_expires_or_is_closed(engine: Engine, sample: Any, ada: User) -> None:
    sign_in(engine, sample, ada)
    found = accounts.session(engine, "t" * 64, sample.noon)
    assert found is not None and (found.user, found.csrf_token) == (ada, "csrf")
    assert accounts.session(engine, "u" * 64, sample.noon) is None
    assert accounts.session(engine, "t" * 64, sample.noon + timedelta(hours=8)) is None
    accounts.close_session(engine, "t" * 64)
    assert accounts.session(engine, "t" * 64, sample.noon) is None


def test_a_new_password_or_a_disabled_account_ends_all_its_sessions(engine: Engine, sample: Any, ada: User) -> None:
    ben = accounts.add_user(engine, "ben", Role.READER, "hash", sample.noon)
    sign_in(engine, sample, ben, "b" * 64)
    sign_in(engine, sample, ada)
    accounts.set_password(engine, "Ada", "hash two")
    assert accounts.session(engine, "t" * 64, sample.noon) is None
    assert (accounts.credentials(engine, "ada") or (ada, ""))[1] == "hash two"

    sign_in(engine, sample, ada)
    accounts.disable_user(engine, "ada", sample.noon)
    assert accounts.session(engine, "t" * 64, sample.noon) is None
    assert accounts.credentials(engine, "ada") is None
    assert [user.disabled for user in accounts.users(engine)] == [True, False]
    assert accounts.session(engine, "b" * 64, sample.noon) is not None, "of nobody else"


def test_another_role_holds_at_once(engine: Engine, sample: Any, ada: User) -> None:
    sign_in(engine, sample, ada)
    accounts.set_role(engine, "ada", Role.ADJUDICATOR)
    found = accounts.session(engine, "t" * 64, sample.noon)
    assert found is not None and found.user.role is Role.ADJUDICATOR
    with pytest.raises(AccountError, match="no account 'eve'"):
        accounts.set_role(engine, "eve", Role.ADMIN)


def test_failures_are_counted_by_name_and_by_address(engine: Engine, sample: Any) -> None:
    def attempt(name: str, address: str, minutes: int, succeeded: bool = False) -> None:
        accounts.record_attempt(engine, name, address, sample.noon + timedelta(minutes=minutes), succeeded)

    attempt("ada", "10.0.0.1", 0)
    for minutes in (1, 2, 3):
        attempt("ADA", "10.0.0.1", minutes)
    attempt("ada", "10.0.0.2", 4)
    attempt("ben\x00" + "x" * 1000, "10.0.0.1", 5)
    attempt("ada", "10.0.0.2", 6, succeeded=True)
    assert accounts.failed_attempts(engine, "ada", "10.0.0.1", sample.noon) == (4, 4)
    assert accounts.failed_attempts(engine, "ada", "10.0.0.3", sample.noon) == (4, 0)
    at_home = "signed in from there before: only what failed from there"
    assert accounts.failed_attempts(engine, "ada", "10.0.0.2", sample.noon) == (1, 1), at_home
    attempt("cy", "10.0.0.3", 60 * 24 * 31)
    assert sample.rows(engine, "SELECT name FROM sign_in_attempts") == [{"name": "cy"}]
