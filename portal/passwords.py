"""Passwords: what is asked of them, and the hashes by which they are known again (argon2id)."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from db.fields import clean_text

LEAST_CHARACTERS = 10
_MOST_CHARACTERS = 1024
"""A bound on the work of hashing, far beyond any passphrase."""

_HASHER = PasswordHasher()


class PasswordError(ValueError):
    """A password that is not taken; the message says why."""


def hash_password(password: str, name: str) -> str:
    """The hash of a new password of the user ``name``; ``PasswordError`` for one that is too easy to guess.

    "correct horse battery", "ada" -> "$argon2id$v=19$…"
    "short", "ada" -> PasswordError        "Ada.Lovelace", "ada.lovelace" -> PasswordError
    """
    normal = _normal(password)
    if len(normal) < LEAST_CHARACTERS:
        raise PasswordError(f"the password has {len(normal)} characters: at least {LEAST_CHARACTERS} are needed")
    if len(normal) > _MOST_CHARACTERS:
        raise PasswordError(f"the password has more than {_MOST_CHARACTERS} characters")
    if clean_text(normal) != normal:
        raise PasswordError("the password has characters that are no text (is the input UTF-8?)")
    if normal.casefold() == name.casefold():
        raise PasswordError("the password is the user's name: choose another")
    if len(set(normal)) < 4:
        raise PasswordError("the password repeats very few characters: choose another")
    return _HASHER.hash(normal)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether ``password`` has this hash. None, for a name that nobody has, takes the same time and is never right."""
    try:
        given = _normal(password[:_MOST_CHARACTERS]).encode(errors="surrogatepass")
        _HASHER.verify(password_hash or _hash_of_nobody(), given)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than new ones are."""
    return _HASHER.check_needs_rehash(password_hash)


def rehashed(password: str) -> str:
    """The hash by today's parameters of a password that was taken before."""
    return _HASHER.hash(_normal(password))


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash("nobody has this password")


def prepare() -> None:
    """Make the hash of nobody ahead, so that not even the first unknown name takes longer than a known one."""
    _hash_of_nobody()


def _normal(password: str) -> str:
    """One spelling for what keyboards write in several: "e" + "´" -> "é"."""
    return unicodedata.normalize("NFC", password)
