"""Leases exclude each other, end by themselves where a holder dies, and go by the database's clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, text
from waiting_processes import run_at_once, waiting

from db import leases
from db.leases import HeldLease, Lease, LeaseHeldError, LeaseLostError, Refused, free, holding, renew, take


def _taken(engine: Engine, name: str = "night", holder: str = "ada", seconds: float = 60) -> Lease:
    lease = take(engine, name, holder, seconds)
    assert isinstance(lease, Lease)
    return lease


def _refused(engine: Engine, name: str = "night", holder: str = "ben", rest_seconds: float = 0) -> Refused:
    refused = take(engine, name, holder, 60, rest_seconds=rest_seconds)
    assert isinstance(refused, Refused)
    return refused


def _let_pass(engine: Engine, seconds: float) -> None:
    """As if all that happened had happened so much earlier."""
    with engine.begin() as connection:
        (row,) = connection.execute(text("SELECT taken_at, expires_at, freed_at FROM leases")).all()
        times = [None if at is None else _moment(at) - timedelta(seconds=seconds) for at in row]
        values = dict(zip(("taken", "expires", "freed"), times, strict=True))
        if engine.dialect.name == "sqlite":
            values = {name: at and f"{at:%Y-%m-%d %H:%M:%S.%f}" for name, at in values.items()}
        connection.execute(
            text("UPDATE leases SET taken_at = :taken, expires_at = :expires, freed_at = :freed"), values
        )


def _moment(at: str | datetime) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at


def test_a_lease_is_one_holders_until_freed(engine: Engine) -> None:
    lease = _taken(engine)
    refused = _refused(engine)
    assert refused.holder == "ada"
    assert 50 < refused.remaining_seconds <= 60
    assert isinstance(take(engine, "another", "ben", 60), Lease)
    assert free(engine, lease)
    assert holding(engine, "night") is None
    assert isinstance(take(engine, "night", "ben", 60), Lease)


def test_a_dead_holders_lease_ends_by_itself_and_is_then_not_renewed(engine: Engine) -> None:
    dead = _taken(engine)
    _let_pass(engine, 61)
    assert holding(engine, "night") is None
    living = _taken(engine, holder="ben")
    assert not renew(engine, dead, 60)
    assert not free(engine, dead)
    assert renew(engine, living, 600)
    said = holding(engine, "night")
    assert said is not None and said.holder == "ben" and said.remaining_seconds > 500


def test_a_holder_that_is_late_keeps_what_nobody_took(engine: Engine) -> None:
    lease = _taken(engine)
    _let_pass(engine, 61)
    assert renew(engine, lease, 60)
    assert _refused(engine).holder == "ada"


def test_rest_lies_between_two_uses(engine: Engine) -> None:
    free(engine, _taken(engine), rested_seconds=10)
    refused = _refused(engine, rest_seconds=30)
    assert refused.holder == "" and 15 < refused.remaining_seconds <= 20
    assert isinstance(take(engine, "night", "ben", 60, rest_seconds=9), Lease)


def test_after_a_dead_holder_there_is_rest_as_well(engine: Engine) -> None:
    _taken(engine)
    _let_pass(engine, 61)
    assert 25 < _refused(engine, rest_seconds=30).remaining_seconds <= 29


def test_a_holder_known_to_be_dead_is_replaced_at_once(engine: Engine) -> None:
    _taken(engine, holder="machine_1 pid 7")
    for other in ("machine_2", "machine%"):
        assert isinstance(take(engine, "night", "ben", 60, in_place_of=other), Refused)
    assert isinstance(take(engine, "night", "machine_1 pid 8", 60, in_place_of="machine_1 "), Lease)


def test_who_comes_second_is_told_who_was_first(engine: Engine) -> None:
    held = HeldLease(engine, _taken(engine, "the night", "db1 pid 7"), 60)
    held.check()
    error = LeaseHeldError("the night", _refused(engine, "the night"))
    assert re.match(r"the night is under way elsewhere: db1 pid 7 has it until 20\d\d-\d\d-\d\d ", str(error))
    held.free()
    assert holding(engine, "the night") is None


def test_work_may_take_longer_than_the_lease(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed = Event()

    def told(*arguments: object) -> bool:
        done = renew(*arguments)  # type: ignore[arg-type]
        renewed.set()
        return done

    monkeypatch.setattr(leases, "renew", told)
    lease = _taken(engine)
    _let_pass(engine, 59.5)
    held = HeldLease(engine, lease, seconds=1)
    assert renewed.wait(30)
    held.check()
    assert _refused(engine).holder == "ada"
    held.free()


def test_whoever_lost_the_lease_learns_of_it(engine: Engine) -> None:
    held = HeldLease(engine, _taken(engine), 0.2)
    with engine.begin() as connection:
        connection.execute(text("UPDATE leases SET token = 'of another'"))
    held._thread.join(30)
    with pytest.raises(LeaseLostError, match=r"the lease of night was lost while ada was at work"):
        held.check()
    held.free()
    assert _refused(engine).holder == "ada", "another's is not given back"


def test_of_many_processes_one_gets_it(url: str, tmp_path: Path) -> None:
    program = (
        "import sys; from db.engine import open_database; from db.leases import take; "
        "engine = open_database(sys.argv[1]); sys.stdin.readline(); "
        "print(type(take(engine, 'night', sys.argv[2], 60)).__name__, file=open(sys.argv[2], 'w'))"
    )
    files = [tmp_path / str(number) for number in range(4)]
    run_at_once([waiting(program, url, str(file)) for file in files])
    assert sorted(file.read_text().strip() for file in files) == ["Lease", "Refused", "Refused", "Refused"]
