"""What is reckoned over all public rows, kept until they change: many pages show it, and it is the same for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from db.public_stamp import public_stamp

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Kept:
    """Of one engine."""

    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """By name, with the stamp at which each was reckoned."""
    locks: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_opening = Lock()


def remembered(engine: Engine, name: str, reckon: Callable[[], Answer]) -> Answer:
    """The answer of this name as of the public stamp; one caller reckons it while others wait.

    The stamp is read first: should the answer have more than it says, the next stamp has it reckoned again.
    """
    with _opening:
        kept = _kept.setdefault(engine, _Kept())
        lock = kept.locks[name]
    number = public_stamp(engine).number
    with lock:
        held = kept.answers.get(name)
        if held is None or held[0] < number:
            held = (number, reckon())
            kept.answers[name] = held
    answer: Answer = held[1]
    return answer
