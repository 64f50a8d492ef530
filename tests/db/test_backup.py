"""A backup holds all, checks itself, and goes back whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filled_tables import fill_every_table
from sqlalchemy import Engine, text
from waiting_processes import REPOSITORY

from db.backup import back_up, opened_backup, restore
from db.engine import is_sqlite, open_database
from db.errors import DatabaseError, NotEmptyError, SchemaError
from db.migrate import database_status, upgrade
from db.public_stamp import public_stamp
from db.transfer import TableCopy, reading, table_copy


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "burden.backup"


def save(engine: Engine, sample: Any, *numbers: int) -> None:
    for number in numbers:
        sample.save(
            engine,
            sample.paper(sample.run(), metadata=sample.metadata(f"2402.{number:05d}"), sha256=f"{number:064d}"),
        )


def copies(engine: Engine) -> list[TableCopy]:
    with reading(engine) as contents:
        return [table_copy(contents, table) for table in contents.tables]


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The backup with another manifest."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, content)


def test_what_was_backed_up_comes_back_also_in_the_other_database(
    engine: Engine, new_postgresql: str, tmp_path: Path, backup: Path, sample: Any
) -> None:
    fill_every_table(engine)
    save(engine, sample, 1, 2)
    held = copies(engine)
    assert list(back_up(engine, backup, "1.0", sample.noon).copies) == held
    save(engine, sample, 3)
    other = open_database(new_postgresql if is_sqlite(engine) else f"sqlite:///{tmp_path}/other.sqlite")
    restore(other, backup, replace=False)
    assert copies(other) == held
    assert database_status(other).is_current
    other.dispose()


def test_only_its_owner_may_read_a_backup_and_no_other_file_is_left(engine: Engine, backup: Path, sample: Any) -> None:
    back_up(engine, backup, "1.0", sample.noon)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir() if "backup" in path.name] == ["burden.backup"]
    with pytest.raises(DatabaseError, match="is there already"):
        back_up(engine, backup, "1.0", sample.noon)


def test_a_backup_that_fails_leaves_no_file(engine: Engine, backup: Path, sample: Any) -> None:
    def fail(_table: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(engine, backup, "1.0", sample.noon, fail)
    assert not list(backup.parent.glob("*backup*")) and not list(backup.parent.glob(".*backup*"))


def test_what_a_killed_backup_left_is_written_over(engine: Engine, backup: Path, sample: Any) -> None:
    program = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from db.backup import back_up
from db.engine import open_database
def killed(table):
    os.kill(os.getpid(), signal.SIGKILL)
back_up(open_database(sys.argv[1]), Path(sys.argv[2]), "1.0", datetime.now(UTC), killed)
"""
    url = engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", program, url, str(backup)]
    ran = subprocess.run(command, env=environment, timeout=60, check=False)
    assert ran.returncode == -signal.SIGKILL
    back_up(engine, backup, "1.0", sample.noon)
    assert [path.name for path in backup.parent.iterdir() if "backup" in path.name] == ["burden.backup"]
    with opened_backup(backup):
        pass


def test_a_file_that_another_writes_or_has_written_is_left_alone(engine: Engine, backup: Path, sample: Any) -> None:
    def write_it_too(_table: str) -> None:
        with pytest.raises(DatabaseError, match="is being written by another"):
            back_up(engine, backup, "1.0", sample.noon)

    back_up(engine, backup, "1.0", sample.noon, write_it_too)
    backup.unlink()
    with pytest.raises(DatabaseError, match="is there already"):
        back_up(engine, backup, "1.0", sample.noon, lambda _table: backup.write_text("mine"))
    assert backup.read_text() == "mine"


def test_a_database_with_rows_is_kept_unless_it_is_to_be_replaced(engine: Engine, backup: Path, sample: Any) -> None:
    save(engine, sample, 1)
    back_up(engine, backup, "1.0", sample.noon)
    held = copies(engine)
    save(engine, sample, 2)
    with pytest.raises(NotEmptyError, match="is not empty"):
        restore(engine, backup, replace=False)
    assert len(sample.rows(engine, "SELECT * FROM papers_v1")) == 2
    shown = public_stamp(engine).number
    restore(engine, backup, replace=True)
    assert [copy for copy in copies(engine) if copy.name != "public_stamp"] == [
        copy for copy in held if copy.name != "public_stamp"
    ]
    assert public_stamp(engine).number > shown  # or a server that runs on would show what it remembers
    with engine.begin() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text("DELETE FROM claims"))


def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    new_postgresql: str, tmp_path: Path, backup: Path, sample: Any
) -> None:
    old, new = open_database(f"sqlite:///{tmp_path}/old.sqlite"), open_database(new_postgresql)
    upgrade(old, "0002")
    fill_every_table(old)
    assert back_up(old, backup, "0.9", sample.noon).revision == "0002"
    restore(new, backup, replace=False)
    status = database_status(new)
    assert status.is_current
    assert status.row_counts["claims"] == 1
    new.dispose()


def test_what_a_newer_program_made_is_refused_on_both_sides(tmp_path: Path, backup: Path, sample: Any) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/burden.sqlite")
    upgrade(engine)
    save(engine, sample, 1)
    back_up(engine, backup, "9.0", sample.noon)
    whole = backup.read_bytes()
    for change in (
        lambda told: told.update(schema="9999"),
        lambda told: told["tables"][0].update(name="papers; DROP TABLE claims"),
        lambda told: told["tables"][0]["columns"].append(["colour", "text"]),
        lambda told: told.update(format="burden backup 2"),
    ):
        backup.write_bytes(whole)
        changed(backup, change)
        with pytest.raises(SchemaError, match="upgrade burden"):
            restore(engine, backup, replace=True)
    backup.write_bytes(whole)
    with engine.begin() as connection:
        connection.execute(text("UPDATE burden_alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer than this program"):
        restore(engine, backup, replace=True)
    assert len(sample.rows(engine, "SELECT * FROM papers")) == 1


@pytest.mark.parametrize("damage", ["cut short", "a bit turned", "another file", "empty"])
def test_a_damaged_backup_is_refused_before_anything_is_changed(
    tmp_path: Path, backup: Path, sample: Any, damage: str
) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/burden.sqlite")
    upgrade(engine)
    save(engine, sample, 1)
    back_up(engine, backup, "1.0", sample.noon)
    whole = backup.read_bytes()
    middle = whole.index(b"tables/claims.pgcopy") + 200
    turned = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    backup.write_bytes(
        {"cut short": whole[: len(whole) // 2], "a bit turned": turned, "another file": b"PDF" * 99, "empty": b""}[
            damage
        ]
    )
    held = copies(engine)
    with pytest.raises(DatabaseError, match="is damaged"):
        restore(engine, backup, replace=True)
    assert copies(engine) == held


def test_rows_that_were_exchanged_are_found_by_their_digest(tmp_path: Path, backup: Path, sample: Any) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/burden.sqlite")
    upgrade(engine)
    back_up(engine, backup, "1.0", sample.noon)
    changed(backup, lambda told: told["tables"][0].update(sha256="0" * 64))
    with pytest.raises(DatabaseError, match="is not what was written"), opened_backup(backup):
        pass


def test_a_restore_that_is_killed_changes_nothing(engine: Engine, backup: Path, sample: Any) -> None:
    save(engine, sample, 1)
    back_up(engine, backup, "1.0", sample.noon)
    save(engine, sample, 2)
    held = copies(engine)
    program = """
import os, signal, sys
from pathlib import Path
from db.backup import restore
from db.engine import open_database
def killed(table):
    if table == "claims":
        os.kill(os.getpid(), signal.SIGKILL)
restore(open_database(sys.argv[1]), Path(sys.argv[2]), True, killed)
"""
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    ran = subprocess.run([sys.executable, "-c", program, url, str(backup)], env=environment, timeout=60, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert copies(engine) == held
    save(engine, sample, 3)
    assert len(sample.rows(engine, "SELECT * FROM training_runs_v1")) == 3


def test_rights_on_views_and_tables_of_other_programs_outlive_a_restore(
    new_postgresql: str, backup: Path, sample: Any
) -> None:
    engine = open_database(new_postgresql)
    upgrade(engine)
    save(engine, sample, 1)
    assert not is_sqlite(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('of another program')"))
        connection.execute(text("GRANT SELECT ON burden_v1 TO PUBLIC"))
    back_up(engine, backup, "1.0", sample.noon)
    restore(engine, backup, replace=True)
    assert sample.rows(engine, "SELECT version_num FROM alembic_version") == [{"version_num": "of another program"}]
    query = "SELECT grantee FROM information_schema.role_table_grants WHERE table_name = 'burden_v1'"
    assert {"grantee": "PUBLIC"} in sample.rows(engine, query)
    engine.dispose()


def test_a_view_of_others_on_ours_that_stops_a_restore_is_named(new_postgresql: str, backup: Path, sample: Any) -> None:
    engine = open_database(new_postgresql)
    upgrade(engine)
    back_up(engine, backup, "1.0", sample.noon)
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW of_an_analyst AS SELECT * FROM burden_v1"))
    with pytest.raises(DatabaseError, match="view of_an_analyst depends on view burden_v1: drop what depends"):
        restore(engine, backup, replace=True)
    engine.dispose()
