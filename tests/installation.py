"""One real broker and one real PostgreSQL for a whole test run, on free ports, in a folder of their own."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka.admin import AdminClient, NewTopic

from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent
from kernel.clients import clients
from kernel.settings import FILE_NAME, Settings

NOTICED_S = 60.0


def with_certificates(installation: Installation) -> None:
    """Before its first start: agencies may show certificates too, at the address that a first start proposes."""
    installation.prepare()
    file = installation.layout.home / FILE_NAME
    file.write_text(file.read_text("utf-8").replace("# mtls =", "mtls ="), "utf-8")


@dataclass(frozen=True)
class Broker:
    """The stores of this run, provisioned: topics, accounts, access rules, databases are there; no service runs."""

    installation: Installation
    settings: Settings
    _numbers: itertools.count = field(default_factory=itertools.count)

    def aiokafka(self, principal: str = "admin") -> dict[str, Any]:
        """Connection arguments for an aiokafka client of one account."""
        return clients(self.settings, principal).options("test")

    def confluent(self, principal: str = "admin") -> dict[str, str | int]:
        """Connection settings for a confluent-kafka client of one account."""
        return self.settings.account(principal)

    def new_topic(self, partitions: int = 1, **config: str) -> str:
        """A fresh topic that only the administrator can use; keys of ``config`` with ``_`` for ``.``."""
        name = f"test-{next(self._numbers)}"
        named = {"message.timestamp.type": "LogAppendTime", **{key.replace("_", "."): value for key, value in config.items()}}
        admin = AdminClient(self.confluent())  # kept: a collected client takes its answers with it
        created = admin.create_topics([NewTopic(name, partitions, config=named)], operation_timeout=30)
        created[name].result(30)
        return name

    def kill(self, name: str) -> None:
        """kill -9 a process of this installation, and see that the supervisor knows: it starts it again, and whoever waits for it waits for the new one."""
        pid, deadline = self.pid(name), time.monotonic() + NOTICED_S
        self.installation.signal(name, 9)
        while pid is not None and self.pid(name) == pid:
            assert time.monotonic() < deadline, f"{name} is not seen to have ended"
            time.sleep(0.005)

    def pid(self, name: str) -> int | None:
        """The process of this name; None where none runs."""
        return next((row["pid"] for row in self.installation.status() if row["name"] == name), None)

    def wait_ready(self, *names: str) -> None:
        """Return when the supervisor finds these processes ready."""
        self.installation.start(*names, progress=Silent())
