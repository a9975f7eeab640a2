"""Settings: the only reader of the environment; one file per installation, secrets as files beside it.

``TSUNAGU_HOME`` (default ``.tsunagu`` in the working folder) holds ``tsunagu.toml`` and ``secrets/``.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

FILE_NAME = "tsunagu.toml"


class SettingsMissing(Exception):
    """A setting or secret that is needed is not there; the text says which and where it is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation's settings, as read from ``tsunagu.toml``.

    Ports are TCP ports on loopback; ``http_ports`` maps a process name to its health and metrics port.
    ``external`` means that the cluster or database is somebody else's: it is used, never started or stopped.
    """

    home: Path
    municipality: str
    partitions: int
    agency_partitions: int
    bootstrap: str
    security_protocol: str
    database_host: str
    database_port: int
    policy: str
    schema_window: str
    controller: str = ""
    kafka_external: bool = False
    database_external: bool = False
    http_ports: dict[str, int] = field(default_factory=dict)

    def password(self, principal: str) -> str:
        """The password of a Kafka principal or a database role. Raises SettingsMissing."""
        return self.secret(f"{principal}.password").decode()

    def kek(self) -> bytes:
        """The 32-byte key-encryption key of the municipality. Raises SettingsMissing."""
        return bytes.fromhex(self.secret("kek").decode())

    def secret(self, name: str) -> bytes:
        """The content of one secret file, without surrounding white space. Raises SettingsMissing."""
        path = self.home / "secrets" / name
        try:
            return path.read_bytes().strip()
        except OSError as error:
            raise SettingsMissing(f"secret file {path} cannot be read: {error.strerror}") from error


def home() -> Path:
    """The installation's folder, from ``TSUNAGU_HOME``."""
    return Path(os.environ.get("TSUNAGU_HOME", ".tsunagu")).absolute()


def load(folder: Path | None = None) -> Settings:
    """Read the settings of the installation in ``folder`` (default: ``home()``). Raises SettingsMissing."""
    folder = folder or home()
    path = folder / FILE_NAME
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsMissing(f"settings file {path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsMissing(f"settings file {path} is not valid TOML: {error}") from error
    try:
        return Settings(
            home=folder,
            municipality=table["municipality"]["code"],
            policy=table["municipality"]["policy"],
            partitions=table["kafka"]["partitions"],
            agency_partitions=table["kafka"]["agency_partitions"],
            bootstrap=table["kafka"]["bootstrap"],
            security_protocol=table["kafka"]["security_protocol"],
            controller=table["kafka"].get("controller", ""),
            kafka_external=table["kafka"].get("external", False),
            database_external=table["database"].get("external", False),
            database_host=table["database"]["host"],
            database_port=table["database"]["port"],
            schema_window=table["http"]["schema_window"],
            http_ports=table["http"]["ports"],
        )
    except KeyError as error:
        raise SettingsMissing(f"setting {error.args[0]!r} is missing in {path}") from error
