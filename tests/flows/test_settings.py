"""Settings come from the environment, then .env, and never show a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import (
    SettingsError,
    foreign_variables,
    load_settings,
    settings_in_force,
    without_password,
)


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("BURDEN_HOME", "BURDEN_DATABASE_URL", "BURDEN_JOBS", "BURDEN_ARXIV_DELAY_SECONDS"):
        monkeypatch.delenv(variable, raising=False)


def test_option_wins_over_environment_over_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().jobs >= 1
    (tmp_path / ".env").write_text("BURDEN_JOBS=3\nBURDEN_CONTACT=me@example.org\n")
    assert load_settings().jobs == 3
    monkeypatch.setenv("BURDEN_JOBS", "4")
    assert load_settings().jobs == 4
    assert load_settings(jobs=5).jobs == 5
    assert load_settings(jobs=None).jobs == 4
    origins = {variable: (value, origin) for variable, value, origin in settings_in_force(load_settings())}
    assert origins["BURDEN_JOBS"] == ("4", "environment")
    assert origins["BURDEN_CONTACT"] == ("me@example.org", ".env")
    assert origins["BURDEN_TIME_LIMIT_SECONDS"][1] == "default"


def test_database_is_sqlite_under_home_unless_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURDEN_HOME", "relative")
    settings = load_settings()
    assert settings.home == tmp_path / "relative"
    assert settings.sqlite_file == tmp_path / "relative" / "burden.sqlite"
    monkeypatch.setenv("BURDEN_DATABASE_URL", "postgresql://me@db.example.org/burden")
    assert load_settings().sqlite_file is None
    monkeypatch.setenv("BURDEN_DATABASE_URL", "")
    assert load_settings().database == f"sqlite:///{tmp_path}/relative/burden.sqlite"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:se/cr@et@host/db", "postgresql://me:***@host/db"),
        ("postgresql://host/db?user=me&password=secret&x=1", "postgresql://host/db?user=me&password=***&x=1"),
        ("postgresql://me@host:5432/db", "postgresql://me@host:5432/db"),
        ("sqlite:////home/me/burden.sqlite", "sqlite:////home/me/burden.sqlite"),
        ("https://export.arxiv.org/pdf", "https://export.arxiv.org/pdf"),
    ],
)
def test_passwords_are_hidden(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize("hours", ["inf", "nan", "1e300", "-1"])
def test_hours_that_no_calendar_has_are_refused(monkeypatch: pytest.MonkeyPatch, hours: str) -> None:
    for variable in ("BURDEN_SILENCE_HOURS", "BURDEN_NIGHT_PAUSE_SECONDS"):
        with monkeypatch.context() as patched, pytest.raises(SettingsError, match=variable):
            patched.setenv(variable, hours)
            load_settings()


def test_no_listing_shows_the_database_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURDEN_DATABASE_URL", "postgresql://me:hunter2@host/db")
    settings = load_settings()
    assert "hunter2" not in repr(settings) + str(list(settings_in_force(settings)))


def test_an_unusable_value_is_named_without_being_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURDEN_JOBS", "many")
    with pytest.raises(SettingsError, match=r"BURDEN_JOBS: .*integer") as refused:
        load_settings()
    assert "many" not in str(refused.value)


def test_arxivs_own_pace_cannot_be_outrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURDEN_ARXIV_DELAY_SECONDS", "0.5")
    with pytest.raises(SettingsError, match="BURDEN_ARXIV_DELAY_SECONDS"):
        _ = load_settings().arxiv
    for variable in ("API", "OAI", "PDF"):
        monkeypatch.setenv(f"BURDEN_ARXIV_{variable}_URL", "http://127.0.0.1:8099/x")
    assert load_settings().arxiv.delay_seconds == 0.5


def test_mistyped_variables_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURDEN_DATABSE_URL", "x")
    monkeypatch.setenv("BURDEN_SHARED", "x")
    assert foreign_variables() == ["BURDEN_DATABSE_URL"]


def test_a_setting_comes_from_the_file_that_its_variable_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("postgresql://me:hunter2@host/db\n")
    monkeypatch.setenv("BURDEN_DATABASE_URL_FILE", str(tmp_path / "url"))
    settings = load_settings()
    assert settings.database == "postgresql://me:hunter2@host/db"
    told = {variable: (value, origin) for variable, value, origin in settings_in_force(settings)}
    assert told["BURDEN_DATABASE_URL"] == ("postgresql://me:***@host/db", "BURDEN_DATABASE_URL_FILE")
    assert foreign_variables() == []
    assert load_settings(database_url="sqlite:///x").database == "sqlite:///x"
    monkeypatch.setenv("BURDEN_DATABASE_URL", "sqlite:///y")
    with pytest.raises(SettingsError, match="BURDEN_DATABASE_URL and BURDEN_DATABASE_URL_FILE are both set"):
        load_settings()
    monkeypatch.setenv("BURDEN_DATABASE_URL", "")
    monkeypatch.setenv("BURDEN_DATABASE_URL_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match=r"BURDEN_DATABASE_URL_FILE: .*nowhere can't be read: No such file"):
        load_settings()
