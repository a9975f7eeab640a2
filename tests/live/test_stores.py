"""The stores of one installation: provisioned as planned, and closed to everybody else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)

from deploy.local import databases, ports
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent
from tests.installation import Broker

PORT = r"\b\d{4,5}\b"


def test_a_provisioned_broker_differs_in_nothing_from_the_plan(broker: Broker):
    """After provisioning, a second comparison finds nothing left to do."""
    assert BrokerAdmin(broker.settings).differences() == []


@pytest.mark.parametrize(
    ("role", "database"),
    [
        ("tsunagu_projector", "tsunagu_keys"),
        ("tsunagu_reader", "tsunagu_keys"),
        ("tsunagu_owner", "tsunagu_keys"),
        ("tsunagu_keys", "tsunagu_reporting"),
        ("tsunagu_keys", "postgres"),
    ],
)
async def test_no_role_may_connect_to_a_database_that_is_not_its_own(broker: Broker, role: str, database: str):
    """The key store is closed to reporting, and reporting to the key store."""
    with pytest.raises(databases.CannotRun, match="permission denied"):
        await databases.connect(broker.settings, role, database)


async def test_a_wrong_password_is_refused_on_loopback_too(broker: Broker):
    """There is no trust on TCP."""
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host=broker.settings.database_host, port=broker.settings.database_port, user="postgres", password="wrong", database="postgres"
        )


def with_other_ports(text: str) -> str:
    """Settings whose own processes would listen elsewhere: those of the host may be running."""
    stores, own = text.split("[http]")
    return f"{stores}[http]{re.sub(PORT, lambda _: str(*ports.free_block(1)), own)}"


def test_an_external_cluster_and_database_are_used_and_left_alone(broker: Broker, tmp_path: Path):
    """With `external = true` nothing is started, and down stops nothing of somebody else's."""
    text = (broker.settings.home / "tsunagu.toml").read_text("utf-8").replace("external = false", "external = true").replace("\nmtls =", "\n# mtls =")
    (tmp_path / "tsunagu.toml").write_text(with_other_ports(text), "utf-8")
    shutil.copytree(broker.settings.home / "secrets", tmp_path / "secrets")
    guest = Installation(Layout(tmp_path))

    guest.up_stores(Silent())
    started = guest.status()
    guest.down()

    assert started == []
    assert {row["state"] for row in broker.installation.status() if row["name"] in ("kafka", "postgres")} == {"ready"}


def test_a_broker_that_drifted_is_brought_back(broker: Broker):
    """A surplus right, a missing right and a changed setting are found, mended, and gone."""
    admin, client = BrokerAdmin(broker.settings), AdminClient(broker.confluent())
    done(client.create_acls([right("agency-elder", "990019.agency.child.inbox")]))
    done(client.delete_acls([lost("auditor", "990019.consent.log")]))
    shorter = ConfigEntry("retention.ms", "1000", incremental_operation=AlterConfigOpType.SET)
    topic = ConfigResource(ConfigResource.Type.TOPIC, "990019.consent.log", incremental_configs=[shorter])
    done(client.incremental_alter_configs([topic]))

    changes = {(change.kind, change.name, change.detail) for change in admin.apply()}

    assert changes == {
        ("rule", "User:agency-elder READ TOPIC LITERAL 990019.agency.child.inbox", "surplus"),
        ("rule", "User:auditor READ TOPIC LITERAL 990019.consent.log", "missing"),
        ("setting", "990019.consent.log retention.ms", "-1"),
    }
    assert admin.differences() == []


def test_no_credential_is_found_outside_the_secrets_folder_and_the_brokers_private_file(broker: Broker):
    """Nothing of ours writes a password to a log or a setting."""
    secrets = [path.read_bytes() for path in (broker.settings.home / "secrets").iterdir()]
    texts = [path for path in broker.settings.home.rglob("*") if path.suffix in (".log", ".toml", ".conf", ".properties", ".arguments")]

    holders = {path.name for path in texts if any(map(path.read_bytes().__contains__, secrets))}

    assert holders <= {"server.properties"}
    assert (broker.settings.home / "kafka" / "server.properties").stat().st_mode & 0o077 == 0


def done(futures: Mapping[object, Future[object]]) -> None:
    """Wait until the broker has carried out what was asked."""
    for future in futures.values():
        future.result(30)


def right(principal: str, topic: str) -> AclBinding:
    """The right to read a topic."""
    return AclBinding(
        ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, f"User:{principal}", "*", AclOperation.READ, AclPermissionType.ALLOW
    )


def lost(principal: str, topic: str) -> AclBindingFilter:
    """What takes that right away."""
    return AclBindingFilter(
        ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, f"User:{principal}", "*", AclOperation.READ, AclPermissionType.ALLOW
    )
