"""Settings: the only reader of the environment; one file per installation, secrets as files beside it.

The installation's folder holds ``tsunagu.toml`` and ``secrets/``. It is ``TSUNAGU_HOME``; unless that is set, ``.tsunagu`` in the
checkout that this code lies in, wherever the command is called from; where there is no checkout, in the working folder.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel import kinds, toml_lines
from kernel.setting import faults, found
from kernel.settings_table import RELEASED, TABLE

FILE_NAME = "tsunagu.toml"
ENCODING = "utf-8-sig"
"""UTF-8, with the mark at the beginning that some editors write, or without it."""
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256")
MECHANISM = MECHANISMS[0]
"""How every account shows its password to the broker: the first, unless the second line of its file says otherwise."""
_CHECKOUT = Path(__file__).resolve().parents[1]


class SettingsMissing(Exception):
    """A setting or secret that is needed is not there; the text says which and where it is looked for."""


class SettingsWrong(SettingsMissing):
    """The settings file says what cannot be meant; the text has name, file, line and what is allowed of every such setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation's settings, as read from ``tsunagu.toml``.

    Ports are TCP ports; ``http_ports`` maps a process name to its health and metrics port.
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
    database_sslmode: str = "prefer"
    """How the database servers are spoken to, as libpq has it."""
    database_ca: str = ""
    """File of the authorities whose certificates the server of the projections may show, from ``home`` or by its whole path. Empty: those that this machine trusts."""
    keys_ca: str = ""
    """The same for the server of the key store; empty: as for the other."""
    controller: str = ""
    ca: str = ""
    """File of the authorities whose certificates the broker may show, from ``home`` or by its whole path. Empty: those that this machine trusts."""
    agency_listener: str = ""
    """Where agencies come to the broker, seen from here; empty: at ``bootstrap``."""
    disks: dict[str, str] = field(default_factory=dict)
    """Folders on the disks of stores that somebody else runs on this machine, by the store's name: the observer looks how full they are."""
    mtls: str = ""
    """Where the broker that is started here takes agencies' certificates instead of passwords, host:port; empty: nowhere."""
    kafka_external: bool = False
    database_external: bool = False
    keys_host: str = ""
    """Server of the key store where it is another than that of the projections; empty, and port 0: the same."""
    keys_port: int = 0
    http_ports: dict[str, int] = field(default_factory=dict)
    http_host: str = "127.0.0.1"
    """Address on which health and metrics are served; 0.0.0.0 in a container."""
    otel_endpoint: str = ""
    """Where spans are sent to (OTLP over HTTP, with its path); empty: nowhere."""
    otel_share: float = 1.0
    """Share of traces whose spans are sent, between 0 and 1."""
    api: dict[str, Any] = field(default_factory=dict)
    """How the read API is reached and who its readers are, as services/reporting/api reads it."""
    policy_keys: tuple[str, ...] = RELEASED
    """Files of the public keys whose signature lets a policy pack be put in force."""
    towns: tuple[str, ...] = ()
    """A prefecture's site: the municipality codes of the towns whose reported figures and public logs it reads. Empty: a town's own site."""

    def password(self, principal: str) -> str:
        """The password of a Kafka principal or a database role. Raises SettingsMissing."""
        return self.credential(principal)[0]

    def credential(self, principal: str) -> tuple[str, str]:
        """Password and mechanism of an account, from the lines of one file: never of two rotations. Raises SettingsMissing, SettingsWrong."""
        password, *more = self._text(f"{principal}.password").splitlines() or [""]
        mechanism = more[0] if more else MECHANISM
        if mechanism not in MECHANISMS:
            raise SettingsMissing(f"the second line of {self.home / 'secrets' / principal}.password must be one of {', '.join(MECHANISMS)}, or not be there")
        return password, mechanism

    @property
    def encrypted(self) -> bool:
        """Whether the broker is spoken to over TLS."""
        return self.security_protocol.endswith("SSL")

    @property
    def certificate_at(self) -> str:
        """Host and TCP port at which the broker shows agencies its certificate; empty where it shows none."""
        return self.agency_listener or (self.bootstrap.split(",")[0] if self.encrypted else "")

    def authorities(self) -> str | None:
        """The file that ``ca`` names; None where the machine's own authorities are trusted, or nothing is encrypted. Raises SettingsMissing."""
        path = self.home / self.ca
        if not self.ca or not self.encrypted:
            return None
        if not path.is_file():
            raise SettingsMissing(f"setting 'ca' names {path}, which is not there: the certificate of the authority that signs the broker's")
        return str(path)

    def account(self, principal: str) -> dict[str, str | int]:
        """Connection settings of a confluent-kafka client of one account. Raises SettingsMissing."""
        password, mechanism = self.credential(principal)
        sasl = {"sasl.mechanism": mechanism, "sasl.username": principal, "sasl.password": password}
        ca = self.authorities()
        return {
            "bootstrap.servers": self.bootstrap, "security.protocol": self.security_protocol, "log_level": 0,
            **(sasl if self.security_protocol.startswith("SASL") else {}), **({"ssl.ca.location": ca} if ca else {}),
        }

    @property
    def key_store(self) -> tuple[str, int]:
        """Host and TCP port of the server that has the key store: ``[keys]``, and what it does not say by ``[database]``."""
        return self.keys_host or self.database_host, self.keys_port or self.database_port

    def port(self, process: str) -> int:
        """The TCP port on which a process of ours tells of its health. Raises SettingsWrong."""
        try:
            return self.http_ports[process]
        except KeyError as error:
            name = f"http.ports.{process}"
            raise SettingsWrong(f"setting {name} is missing ({where(self.home, name)}); allowed: {kinds.PORT.allowed}") from error

    def kek(self) -> bytes:
        """The 32-byte key-encryption key of the municipality. Raises SettingsMissing, SettingsWrong."""
        try:
            return bytes.fromhex(self._text("kek"))
        except ValueError as error:
            raise SettingsWrong(f"secret file {self.home / 'secrets' / 'kek'} does not hold hexadecimal digits") from error

    def _text(self, name: str) -> str:
        try:
            return self.secret(name).decode()
        except UnicodeDecodeError as error:
            raise SettingsWrong(f"secret file {self.home / 'secrets' / name} is not UTF-8") from error

    def secret(self, name: str) -> bytes:
        """The content of one secret file, without surrounding white space. Raises SettingsMissing."""
        path = self.home / "secrets" / name
        try:
            return path.read_bytes().strip()
        except OSError as error:
            raise SettingsMissing(f"secret file {path} cannot be read: {error.strerror}") from error


def home() -> Path:
    """The installation's folder: ``TSUNAGU_HOME``, or ``.tsunagu`` beside this code; see above."""
    beside = _CHECKOUT if (_CHECKOUT / "pyproject.toml").exists() else Path()
    return Path(os.environ.get("TSUNAGU_HOME") or beside / ".tsunagu").absolute()


def load(folder: Path | None = None) -> Settings:
    """Read the settings of the installation in ``folder`` (default: ``home()``). Raises SettingsMissing, SettingsWrong."""
    folder = folder or home()
    path = folder / FILE_NAME
    try:
        text = path.read_text(ENCODING)
        content = tomllib.loads(text)
    except OSError as error:
        raise SettingsMissing(f"settings file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsWrong(f"settings file {path}:{line} is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsWrong(f"settings file {path}{_line(str(error), text)} is not valid TOML: {error}") from error
    except RecursionError as error:
        raise SettingsWrong(f"settings file {path} is nested too deeply") from error
    if wrong := [*faults(TABLE, content, lambda name: _place(path, toml_lines.lines(text), name))]:
        raise SettingsWrong("; ".join(wrong))
    return Settings(home=folder, **found(TABLE, content))


def where(folder: Path, name: str) -> str:
    """File and line of a setting of the installation in ``folder``; of its table, where it is not there itself."""
    path = folder / FILE_NAME
    return _place(path, toml_lines.lines(path.read_text(ENCODING) if path.exists() else ""), name)


def _place(path: Path, lines: Mapping[str, int], name: str) -> str:
    line = toml_lines.nearest(lines, name)
    return f"{path}:{line}" if line else str(path)


def _line(complaint: str, text: str) -> str:
    """The line that the parser complains of; the last one where it ran out of text."""
    told, ended = re.search(r"at line ([0-9]+)", complaint), text.removesuffix("\n").count("\n") + 1
    return f":{told[1] if told else ended}"
