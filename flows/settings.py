"""Settings: environment variables ``BURDEN_*``, then a ``.env`` file, then the defaults here.

``BURDEN_<SETTING>_FILE`` names a file that holds the setting (``flows.setting_files``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.setting_files import file_variable, values_from_files
from flows.sources import MIN_ARXIV_DELAY_SECONDS, ArxivConfig
from flows.sources.relevance import DEFAULT_TERMS_FILE, RelevanceFilter
from flows.workers import Limits

PREFIX = "BURDEN_"
_ARXIV = ArxivConfig()
_ENV_FILE = ".env"
_SECRET = frozenset({"smtp_password", "webhook_url", "metrics_token"})
_TEST_VARIABLES = frozenset({"BURDEN_REQUIRE", "BURDEN_SHARED"})
_PASSWORD = re.compile(r"(://[^:/?#@]*:).*@|((?:password|passwd|sslpassword)=)[^&]*", re.IGNORECASE)


class SettingsError(Exception):
    """A setting that can't be used: which, and why."""


def _usable_cpus() -> int:
    """Processors that this process may use, which a container's share can make fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Settings(BaseSettings):
    """What every command may be told; each field is a variable ``BURDEN_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=_ENV_FILE, env_file_encoding="utf-8", extra="ignore")

    home: Path = Field(
        default_factory=lambda: user_data_path("burden", appauthor=False),
        description="folder of the PDF store and of the default database",
    )
    database_url: str = Field(default="", repr=False, description="SQLAlchemy URL; SQLite under BURDEN_HOME unless set")
    arxiv_api_url: str = Field(default=_ARXIV.api_url, description="search API")
    arxiv_oai_url: str = Field(default=_ARXIV.oai_url, description="OAI-PMH")
    arxiv_pdf_url: str = Field(default=_ARXIV.pdf_url, description="base address of the PDFs")
    arxiv_delay_seconds: float = Field(default=MIN_ARXIV_DELAY_SECONDS, ge=0, description="pause between requests")
    relevance_file: Path = Field(default=DEFAULT_TERMS_FILE, description="terms that make a paper relevant")
    contact: str = Field(default="", description="e-mail or address that the User-Agent names")
    jobs: int = Field(default_factory=_usable_cpus, ge=1, le=1024, description="papers read in parallel")
    runner: str = Field(
        default="processes", pattern="^(processes|dask)$", description="who reads PDFs: processes or dask"
    )
    scheduler: str = Field(
        default="", description="Dask scheduler, as tcp://10.0.0.7:8786; a cluster of one's own unless set"
    )
    night_pause_seconds: float = Field(
        default=60.0,
        gt=0,
        le=86_400,
        description="before a night tries again what was away; then 3, 9, 27 times as long",
    )
    time_limit_seconds: float = Field(default=120.0, gt=0, description="time to read one paper")
    worker_memory_limit_mb: int = Field(default=2048, ge=256, description="private memory of one worker process")
    pdf_limit_mb: int = Field(default=100, ge=1, description="largest PDF that is read or downloaded")
    page_cache_mb: int = Field(default=500, ge=1, description="drawn pages that `burden web` keeps on disk")
    public_url: str = Field(default="", description="address under which the public reaches `burden web`, for letters")
    smtp_host: str = Field(default="", description="server that sends e-mail; none is sent unless set")
    smtp_port: int | None = Field(default=None, ge=1, le=65535, description="587, 465 or 25 unless set, by encryption")
    smtp_user: str = Field(default="", description="user at that server; none unless set")
    smtp_password: str = Field(default="", repr=False, description="password of that user")
    smtp_from: str = Field(default="", description="address in whose name e-mail is sent")
    smtp_encryption: str = Field(
        default="starttls", pattern="^(starttls|tls|none)$", description="starttls, tls or none"
    )
    alarm_email: str = Field(default="", description="address that is told of failed nights, drift and silence")
    webhook_url: str = Field(default="", repr=False, description="http(s) address that alarms are posted to as JSON")
    silence_hours: float = Field(
        default=96.0, ge=0, le=10_000, description="without a successful night, then an alarm; 0: none"
    )
    low_disk_gb: float = Field(
        default=5.0, ge=0, le=1_000_000, description="with less room on the disk after a night, an alarm; 0: none"
    )
    metrics_token: str = Field(
        default="",
        repr=False,
        pattern=r"^(?:|[!-~]{16,})$",
        description="lets others than this machine read /metrics; 16 characters or more",
    )

    @field_validator("home")
    @classmethod
    def _whole_path(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.home / 'burden.sqlite'}"

    @property
    def sqlite_file(self) -> Path | None:
        """The file of an SQLite database; None for any other."""
        match = re.match(r"sqlite(?:\+\w+)?:///([^?]+)", self.database)
        return Path(match[1]) if match else None

    @property
    def pdf_folder(self) -> Path:
        return self.home / "pdf"

    @property
    def page_folder(self) -> Path:
        """Pages that were drawn for the desk; may be deleted at any time."""
        return self.home / "pages"

    @property
    def releases_folder(self) -> Path:
        """Where `burden release` puts releases, for `burden web` to offer."""
        return self.home / "releases"

    @property
    def key_file(self) -> Path:
        """Key of signed forms and secret addresses."""
        return self.home / "secret.key"

    @property
    def limits(self) -> Limits:
        return Limits(self.time_limit_seconds, self.worker_memory_limit_mb, self.pdf_limit_mb)

    @property
    def relevance(self) -> RelevanceFilter:
        return RelevanceFilter.from_file(self.relevance_file)

    @property
    def arxiv(self) -> ArxivConfig:
        """``SettingsError`` where arXiv's terms forbid what is set."""
        try:
            return ArxivConfig(
                api_url=self.arxiv_api_url,
                oai_url=self.arxiv_oai_url,
                pdf_url=self.arxiv_pdf_url,
                delay_seconds=self.arxiv_delay_seconds,
                contact=self.contact,
                max_pdf_bytes=self.pdf_limit_mb * 1_000_000,
                pace_file=self.home / "arxiv.pace",
            )
        except ValueError as error:
            raise SettingsError(str(error)) from None


def load_settings(**overrides: object) -> Settings:
    """Settings in force; ``overrides`` that are not None (command-line options) win over everything."""
    given = _from_files() | {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise SettingsError(f"unusable settings: {problems}") from None


def _from_files() -> dict[str, object]:
    """Values by field, of the settings whose file is named."""
    fields = {PREFIX + field.upper(): field for field in Settings.model_fields}
    try:
        return {fields[name]: value for name, value in values_from_files(fields, _environment()).items()}
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _environment() -> dict[str, str | None]:
    return {**dotenv_values(_ENV_FILE), **os.environ}


def settings_in_force(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """``(variable, value, where it comes from)`` of every setting; passwords are hidden."""
    origins = {name.upper(): _ENV_FILE for name in dotenv_values(_ENV_FILE)}
    origins |= {name.upper(): "environment" for name in os.environ}
    for field in Settings.model_fields:
        variable = PREFIX + field.upper()
        value = settings.database if field == "database_url" else getattr(settings, field)
        shown = "***" if field in _SECRET and value else "" if value is None else without_password(str(value))
        origin = origins.get(variable) or (file_variable(variable) if file_variable(variable) in origins else "default")
        yield variable, shown, origin


def foreign_variables() -> list[str]:
    """``BURDEN_*`` variables that are no settings: most likely mistyped."""
    settings = {PREFIX + field.upper() for field in Settings.model_fields}
    known = settings | set(map(file_variable, settings)) | _TEST_VARIABLES
    return sorted(name for name in _environment() if name.upper().startswith(PREFIX) and name.upper() not in known)


def without_password(url: str) -> str:
    """``postgresql://me:secret@host/db`` -> ``postgresql://me:***@host/db``; no password, no change."""
    return _PASSWORD.sub(lambda found: f"{found[1]}***@" if found[1] else f"{found[2]}***", url)
