"""Settings: the only reader of the environment; one file per installation, secrets as files beside it.

The installation's folder holds ``tsunagu.toml`` and ``secrets/``. It is ``TSUNAGU_HOME``; unless that is set, ``.tsunagu`` in the
checkout that this code lies in, wherever the command is called from; where there is no checkout, in the working folder.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE_NAME = "tsunagu.toml"
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256")
MECHANISM = MECHANISMS[0]
"""How every account shows its password to the broker: the first, unless the second line of its file says otherwise."""
RELEASED = ("release.pub",)
"""The public key that comes with the release."""
_CHECKOUT = Path(__file__).resolve().parents[1]


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
    ca: str = ""
    """File of the authorities whose certificates the broker may show, from ``home`` or by its whole path. Empty: those that this machine trusts."""
    kafka_external: bool = False
    database_external: bool = False
    http_ports: dict[str, int] = field(default_factory=dict)
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
        """Password and mechanism of an account, from the lines of one file: never of two rotations. Raises SettingsMissing."""
        password, *more = self.secret(f"{principal}.password").decode().splitlines() or [""]
        mechanism = more[0] if more else MECHANISM
        if mechanism not in MECHANISMS:
            raise SettingsMissing(f"the second line of {self.home / 'secrets' / principal}.password must be one of {', '.join(MECHANISMS)}, or not be there")
        return password, mechanism

    @property
    def encrypted(self) -> bool:
        """Whether the broker is spoken to over TLS."""
        return self.security_protocol.endswith("SSL")

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

    def kek(self) -> bytes:
        """The 32-byte key-encryption key of the municipality. Raises SettingsMissing."""
        try:
            return bytes.fromhex(self.secret("kek").decode())
        except ValueError as error:
            raise SettingsMissing(f"secret file {self.home / 'secrets' / 'kek'} does not hold hexadecimal digits") from error

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
    """Read the settings of the installation in ``folder`` (default: ``home()``). Raises SettingsMissing."""
    folder = folder or home()
    path = folder / FILE_NAME
    try:
        found = _settings(folder, tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise SettingsMissing(f"settings file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsMissing(f"settings file {path} is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsMissing(f"settings file {path} is not valid TOML: {error}") from error
    except KeyError as error:
        raise SettingsMissing(f"setting {error.args[0]!r} is missing in {path}") from error
    except (TypeError, AttributeError) as error:
        raise SettingsMissing(f"settings file {path} has a value where a table is wanted: [municipality], [kafka], [database], [http]") from error
    if wrong := [*_wrong(found)]:
        raise SettingsMissing(f"setting {', '.join(wrong)} in {path} has a value that cannot be meant")
    return found


def _settings(folder: Path, table: dict[str, Any]) -> Settings:
    town, kafka, database, http = (table[name] for name in ("municipality", "kafka", "database", "http"))
    return Settings(
        home=folder, municipality=town["code"], policy=town["policy"], policy_keys=_listed(town.get("policy_keys", RELEASED)),
        towns=_listed(town.get("towns", ())),
        partitions=kafka["partitions"], agency_partitions=kafka["agency_partitions"], bootstrap=kafka["bootstrap"],
        security_protocol=kafka["security_protocol"], controller=kafka.get("controller", ""), ca=kafka.get("ca", ""), kafka_external=kafka.get("external", False),
        database_host=database["host"], database_port=database["port"], database_external=database.get("external", False),
        schema_window=http["schema_window"], http_ports=dict(http["ports"]), api={**table.get("api", {})},
    )


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value, None)  # what is no list cannot be meant


def _wrong(found: Settings) -> Iterator[str]:
    """The names of settings of another type than they must have, or that are no number of partitions, port or address."""
    texts = ("municipality", "policy", "bootstrap", "security_protocol", "controller", "ca", "database_host", "schema_window")
    yield from (name for name in texts if not isinstance(getattr(found, name), str))
    yield from ["policy_keys"] if not found.policy_keys or not all(isinstance(each, str) for each in found.policy_keys) else []
    yield from ["towns"] if not all(isinstance(each, str) and re.fullmatch("[0-9]{6}", each) for each in found.towns) else []
    yield from (name for name in ("kafka_external", "database_external") if not isinstance(getattr(found, name), bool))
    counts = ("partitions", "agency_partitions", "database_port")
    numbers = {name: getattr(found, name) for name in counts} | {f"ports.{name}": port for name, port in found.http_ports.items()}
    yield from (name for name, number in numbers.items() if type(number) is not int or not 0 < number < 65_536)
    for name in ("bootstrap", "schema_window", *(["controller"] if found.controller else [])):
        if not re.search(r".:[0-9]{1,5}$", str(getattr(found, name))):
            yield name
