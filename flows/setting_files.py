"""Settings from files: ``BURDEN_<SETTING>_FILE`` names a file whose content is the setting.

So that a secret stands neither in the environment, which child processes and error reports see, nor on a command line.
Containers and systemd hand in secrets as files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

_SUFFIX = "_FILE"


def file_variable(variable: str) -> str:
    """``BURDEN_DATABASE_URL`` -> ``BURDEN_DATABASE_URL_FILE``"""
    return variable + _SUFFIX


def values_from_files(variables: Iterable[str], environment: Mapping[str, str | None]) -> dict[str, str]:
    """What the files hold that are named for variables, without the line's end; a variable without one is left out.

    ``ValueError`` where a file can't be read, or where the variable itself is set, too.

        BURDEN_DATABASE_URL_FILE=/run/secrets/url -> {"BURDEN_DATABASE_URL": "postgresql://…"}
        BURDEN_DATABASE_URL=sqlite:////data/x -> {}
    """
    found = {}
    for variable in variables:
        path = environment.get(file_variable(variable))
        if not path:
            continue
        if environment.get(variable):
            raise ValueError(f"{variable} and {file_variable(variable)} are both set: unset one")
        try:
            found[variable] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise ValueError(f"{file_variable(variable)}: {path} can't be read: {why}") from None
    return found
