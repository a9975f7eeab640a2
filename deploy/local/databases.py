"""Brings a PostgreSQL server to the plan: two databases, six roles, each role shut out of the other's database.

Where the settings name another server for the key store, each of the two has one database, and the roles that come into it.
The tables belong to others: ``services/reporting/schema.sql`` and ``kernel/keys.sql`` are run by their owner if they exist.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from kernel import postgres
from kernel.postgres import Server
from kernel.settings import FILE_NAME, Settings

from .layout import REPOSITORY, CannotRun

SCRAM_ROUNDS = 4096
SUPERUSER = "postgres"
SUPERUSER_OF_KEYS = "postgres-keys"
"""Whose password the superuser of the key store's server has, where that is another one."""
ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class Database:
    """One database: who owns its tables, the file that makes them, what other roles may do with them."""

    name: str
    owner: str
    tables: Path
    rights: tuple[tuple[str, str], ...] = ()
    builders: tuple[str, ...] = ()
    """Roles that make schemas of their own beside the owner's."""
    guests: tuple[str, ...] = ()
    """Roles that may come in; what they may see there is said where it is made."""

    @property
    def roles(self) -> frozenset[str]:
        """Every role that may come in."""
        return frozenset((self.owner, *(role for role, _ in self.rights), *self.guests))


REPORTING = Database(
    "tsunagu_reporting",
    "tsunagu_owner",
    REPOSITORY / "services" / "reporting" / "schema.sql",
    (("tsunagu_projector", "SELECT, INSERT, UPDATE, DELETE, TRUNCATE"), ("tsunagu_reader", "SELECT")),
    ("tsunagu_projector",),
    ("tsunagu_api", "tsunagu_observer"),
)
KEYS = Database("tsunagu_keys", "tsunagu_keys", REPOSITORY / "kernel" / "keys.sql")
DATABASES = (REPORTING, KEYS)
ROLES = ("tsunagu_owner", "tsunagu_projector", "tsunagu_reader", "tsunagu_api", "tsunagu_keys", "tsunagu_observer")


async def apply(settings: Settings) -> None:
    """Make roles, databases, rights and tables. Idempotent. Raises CannotRun."""
    for databases in ([DATABASES] if settings.key_store == (settings.database_host, settings.database_port) else [(REPORTING,), (KEYS,)]):
        await _apply(settings, databases)


async def _apply(settings: Settings, databases: Sequence[Database]) -> None:
    """The same for the databases of one server."""
    alone = databases == (KEYS,)
    administrator = await connect(
        settings, SUPERUSER, SUPERUSER, server=_server(settings, databases[0]), account=SUPERUSER_OF_KEYS if alone else SUPERUSER)
    try:
        for role in ROLES:
            if any(role in database.roles for database in databases):
                await _make_role(administrator, role, settings.password(role))
        for database in databases:
            await _make_database(administrator, database)
        if not settings.database_external:
            await administrator.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
    finally:
        await administrator.close()
    for database in databases:
        await _fill(settings, database)


async def version(settings: Settings) -> str:
    """The server's version, asked by the reader. Raises CannotRun."""
    reader = await connect(settings, "tsunagu_reader", REPORTING.name)
    try:
        return "PostgreSQL " + await reader.fetchval("SHOW server_version")
    finally:
        await reader.close()


async def clock(settings: Settings) -> float:
    """The server's clock, seconds since the epoch. Raises CannotRun."""
    reader = await connect(settings, "tsunagu_reader", REPORTING.name)
    try:
        return float(await reader.fetchval("SELECT extract(epoch FROM clock_timestamp())"))
    finally:
        await reader.close()


async def connect(settings: Settings, role: str, database: str, server: Server | None = None, account: str = "") -> asyncpg.Connection:
    """A connection of ``role`` to ``database``, on the server that has it or on ``server``; ``account`` names another password's file. Raises CannotRun."""
    server = server or _server(settings, KEYS if database == KEYS.name else REPORTING)
    where, account = f"{server.host}:{server.port}", account or role
    try:
        return await server.connect(role=role, password=settings.password(account), database=database, timeout=ANSWER_S)
    except ssl.SSLError as error:
        raise CannotRun(f"the database server at {where} shows a certificate that is not trusted ({error.reason or error}); check ca under [database] and [keys] in {FILE_NAME}") from error
    except (OSError, TimeoutError) as error:
        if "SSL upgrade" in str(error):
            raise CannotRun(f"the database server at {where} speaks no TLS, but database.sslmode is {server.sslmode} in {FILE_NAME}") from error
        raise CannotRun(f"the database server at {where} does not answer; start it, or check [database] in {FILE_NAME}") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        refusal = f"does not accept {role} on {database} ({str(error) or type(error).__name__})"
        raise CannotRun(f"the database server at {where} {refusal}; check [database] and secrets/{account}.password") from error


def _server(settings: Settings, database: Database) -> Server:
    return postgres.keys(settings) if database is KEYS else postgres.projections(settings)


async def _make_role(administrator: asyncpg.Connection, role: str, password: str) -> None:
    """The server is told the verifier, never the password."""
    known = await administrator.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if known else "CREATE"
    await administrator.execute(f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{_verifier(password)}'")


async def _make_database(administrator: asyncpg.Connection, database: Database) -> None:
    if not await administrator.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database.name):
        await administrator.execute(f"CREATE DATABASE {database.name} OWNER {database.owner}")
    guests = ", ".join(sorted(database.roles))
    await administrator.execute(f"REVOKE ALL ON DATABASE {database.name} FROM PUBLIC")
    await administrator.execute(f"GRANT CONNECT ON DATABASE {database.name} TO {guests}")
    for role in database.builders:
        await administrator.execute(f"GRANT CREATE ON DATABASE {database.name} TO {role}")


async def _fill(settings: Settings, database: Database) -> None:
    """Run the tables' file as their owner and let the other roles use what it made, and what will be made later."""
    owner = await connect(settings, database.owner, database.name)
    try:
        if database.tables.exists():
            await owner.execute(database.tables.read_text("utf-8"))
        for role, rights in database.rights:
            for schema in await _schemas(owner):
                await owner.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {role}')
                for table in await _tables(owner, schema):
                    await owner.execute(f'GRANT {rights} ON "{schema}"."{table}" TO {role}')
                await owner.execute(f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT {rights} ON TABLES TO {role}')
    finally:
        await owner.close()


async def _schemas(owner: asyncpg.Connection) -> list[str]:
    """The schemas in which the owner may make tables."""
    question = "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE') AND nspname !~ '^pg_' ORDER BY 1"
    return [row[0] for row in await owner.fetch(question)]


async def _tables(owner: asyncpg.Connection, schema: str) -> list[str]:
    """The owner's own tables and views in a schema: of what a builder has put beside them it may give nothing away."""
    question = "SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'v') AND relowner = current_user::regrole ORDER BY 1"
    return [row[0] for row in await owner.fetch(question, schema)]


def _verifier(password: str) -> str:
    """The SCRAM-SHA-256 verifier that PostgreSQL stores (RFC 5803)."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${SCRAM_ROUNDS}:{salt64}${stored64}:{server64}"
