"""What is reckoned over many public rows, kept until they change: many pages show it, and it is the same for all."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from db.public_stamp import public_stamp

MOST_SELECTIONS = 12
"""Of chosen points, as many as that; each is of some megabytes at most."""

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Answers:
    """By name, with the stamp at which each was reckoned; beyond ``most`` the longest unused is forgotten."""

    most: int | None = None
    held: OrderedDict[Hashable, tuple[int, Any]] = field(default_factory=OrderedDict)
    locks: defaultdict[Hashable, Lock] = field(default_factory=lambda: defaultdict(Lock))

    def forget_oldest(self) -> None:
        while self.most is not None and len(self.held) > self.most:
            name, _ = self.held.popitem(last=False)
            self.locks.pop(name, None)


@dataclass(slots=True)
class _Kept:
    """Of one engine."""

    of_all: _Answers = field(default_factory=_Answers)
    of_selections: _Answers = field(default_factory=partial(_Answers, MOST_SELECTIONS))


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_opening = Lock()


def remembered(engine: Engine, name: str, reckon: Callable[[], Answer]) -> Answer:
    """The answer of this name as of the public stamp; one caller reckons it while others wait.

    The stamp is read first: should the answer have more than it says, the next stamp has it reckoned again.
    """
    return _remembered(engine, lambda kept: kept.of_all, name, reckon)


def remembered_selection(engine: Engine, selection: Hashable, reckon: Callable[[], Answer]) -> Answer:
    """As ``remembered``, for what people choose freely: only the ``MOST_SELECTIONS`` last used are kept."""
    return _remembered(engine, lambda kept: kept.of_selections, selection, reckon)


def _remembered(
    engine: Engine, where: Callable[[_Kept], _Answers], name: Hashable, reckon: Callable[[], Answer]
) -> Answer:
    number = public_stamp(engine).number
    with _opening:
        answers = where(_kept.setdefault(engine, _Kept()))
        lock = answers.locks[name]
    with lock:
        found = answers.held.get(name)
        if found is None or found[0] < number:
            found = (number, reckon())
        with _opening:
            answers.held[name] = found
            answers.held.move_to_end(name)
            answers.forget_oldest()
    answer: Answer = found[1]
    return answer
