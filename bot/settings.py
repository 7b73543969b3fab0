"""All settings, and the only place that reads the environment.

Every setting has its line in docs/settings.md; a test compares the two.
"""

import logging
import os
import secrets
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import Misconfigured


class Settings(BaseSettings):
    """Read from the environment: `home` is WENJING_HOME, and so on."""

    model_config = SettingsConfigDict(env_prefix="WENJING_", frozen=True)

    home: Path = Path("var")
    """Folder for everything that the embedded servers keep."""
    secret: SecretStr | None = None
    """At least 32 characters; keys are derived from it. Unset: `home`/secret, made once."""
    previous_secret: SecretStr | None = None
    """The secret before the last change: what it sealed in the database can still be read."""
    redis_url: str | None = None
    """redis://… or unix://…; unset: the embedded server that `wenjing up` starts."""
    redis_cluster: bool = False
    """True when `redis_url` names a node of a Redis Cluster."""
    shards: int = Field(default=16, ge=1, le=1024)
    """Number of ready streams; fixed for the life of an installation."""
    database_url: str | None = None
    """SQLAlchemy URL; unset: SQLite in `home`."""
    accounts: Path | None = None
    """YAML file of the police accounts and their channels; unset: `home`/accounts.yml."""
    models: Path = Path("models")
    """Folder of trained Rasa models; the newest is served."""
    data: Path = Path("data")
    """Folder of knowledge and places (`faq`, `places`)."""

    host: str = "127.0.0.1"
    """Address that the gateway and the desk listen on."""
    gateway_port: int = Field(default=8080, ge=1, le=65535)
    desk_port: int = Field(default=8081, ge=1, le=65535)
    public_url: str = ""
    """Where citizens reach the gateway from outside; unset: http://host:gateway_port."""
    desk_secure_cookies: bool = False
    """True where the desk is served over HTTPS, as it must be outside of a trial."""
    session_hours: float = Field(default=10, gt=0)
    """An officer is signed out after so many hours."""

    body_limit: int = Field(default=1_000_000, ge=1)
    """Largest webhook body, in bytes."""
    text_limit: int = Field(default=2000, ge=1)
    """Longest text of one message that is understood, in characters; of a longer one the
    beginning and the end are kept."""
    mailbox_limit: int = Field(default=50, ge=1)
    """Messages that may wait in one conversation before the gateway answers 503."""
    backlog_limit: int = Field(default=20_000, ge=1)
    """Conversations of one shard that may wait, and journal events that may be unread."""
    turn_seconds: float = Field(default=10, gt=0)
    """A turn that takes longer is handed to an officer."""
    tries: int = Field(default=5, ge=1)
    """A message that has killed so many workers goes to an officer."""
    reclaim_seconds: float = Field(default=20, gt=0)
    """A conversation that a worker or sender has held for so long is given to another."""
    conversation_days: float = Field(default=3, gt=0)
    """What Redis remembers of a conversation after its last message."""
    seen_days: float = Field(default=5, gt=0)
    """How long a message id is remembered, to recognise a repeated delivery."""
    send_tries: int = Field(default=8, ge=1)
    """Tries of one delivery before it is a dead letter."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @cached_property
    def secret_bytes(self) -> bytes:
        """The installation's secret; created on first use where none is given."""
        if self.secret is not None:
            return _long_enough(self.secret.get_secret_value().encode(), "WENJING_SECRET")
        path = self.home / "secret"
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                # Linked into place whole: another role may be starting at this moment.
                with NamedTemporaryFile("w", dir=self.home) as file:
                    file.write(secrets.token_urlsafe(48))
                    file.flush()
                    os.fsync(file.fileno())  # Sealed texts could not be read without it.
                    with suppress(FileExistsError):
                        os.link(file.name, path)
            return _long_enough(path.read_bytes().strip(), str(path))
        except OSError as error:
            raise Misconfigured(
                f"cannot keep {path} ({error.strerror}): make the folder writable"
                " or set WENJING_HOME or WENJING_SECRET"
            ) from error

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose, derived from the secret (HKDF, RFC 5869)."""
        return _derive(self.secret_bytes, purpose)

    def previous_key(self, purpose: str) -> bytes | None:
        """The same from the previous secret; None where there is none."""
        if self.previous_secret is None:
            return None
        previous = self.previous_secret.get_secret_value().encode()
        return _derive(_long_enough(previous, "WENJING_PREVIOUS_SECRET"), purpose)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.home / 'wenjing.db').absolute()}"

    @property
    def accounts_file(self) -> Path:
        """The accounts file in force; it need not exist."""
        return self.accounts or self.home / "accounts.yml"


def _long_enough(secret: bytes, name: str) -> bytes:
    if len(secret) < 32:
        raise Misconfigured(f"{name} must have at least 32 characters")
    return secret


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret)


@lru_cache
def current_settings() -> Settings:
    """The settings of this process; raises Misconfigured by name."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"WENJING_{'_'.join(str(p) for p in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors()
        )
        raise Misconfigured(faults) from error


def keep_libraries_quiet() -> None:
    """Before Rasa is imported: no telemetry, no banners, no model downloads."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # Warnings are for developers, who see them in the tests. A filter would not do: some
    # libraries set their own.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
