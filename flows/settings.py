"""Settings: environment variables ``BURDEN_*``, then a ``.env`` file, then the defaults here."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "BURDEN_"


class SettingsError(Exception):
    """A setting that can't be used: which, where it comes from, and why."""


def _usable_cpus() -> int:
    """Processors that this process may use, which a container's share can make fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Settings(BaseSettings):
    """What every command may be told; each field is a variable ``BURDEN_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore")

    home: Path = Field(
        default_factory=lambda: user_data_path("burden", appauthor=False),
        description="folder of the PDF store and of the default database",
    )
    database_url: str = Field(default="", description="SQLAlchemy URL; SQLite under BURDEN_HOME unless set")
    arxiv_api_url: str = Field(default="https://export.arxiv.org/api/query", description="search API")
    arxiv_oai_url: str = Field(default="https://oaipmh.arxiv.org/oai", description="OAI-PMH")
    arxiv_pdf_url: str = Field(default="https://export.arxiv.org/pdf", description="base address of the PDFs")
    arxiv_delay_seconds: float = Field(default=3.0, ge=0, description="pause between requests; arXiv asks for 3")
    contact: str = Field(default="", description="e-mail or address that the User-Agent names")
    jobs: int = Field(default_factory=_usable_cpus, ge=1, le=1024, description="papers read in parallel")
    time_limit_seconds: float = Field(default=120.0, gt=0, description="time to read one paper")
    worker_memory_limit_mb: int = Field(default=2048, ge=256, description="private memory of one worker process")
    pdf_limit_mb: int = Field(default=100, ge=1, description="largest PDF that is read or downloaded")

    @field_validator("home")
    @classmethod
    def _whole_path(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.home / 'burden.sqlite'}"

    @property
    def pdf_folder(self) -> Path:
        return self.home / "pdf"


def load_settings(**overrides: object) -> Settings:
    """Settings in force; ``overrides`` that are not None (command-line options) win over everything."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise SettingsError(f"unusable settings: {problems}") from None
