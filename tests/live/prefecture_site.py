"""A prefecture's site beside the town's: an installation with stores of its own, of which those processes run alone that it needs."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from typer.testing import CliRunner, Result

from cli import reading
from cli.main import command
from deploy.local import access
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent
from deploy.local.town import prefecture_of
from kernel.settings import FILE_NAME
from kernel.topics import Topics
from services.reporting.api.tokens import Tokens
from services.reporting.resource import Role
from tests.installation import Broker

WITHIN_S = 120.0
AGENCIES = 'municipality: ""\nagencies:\n  - {id: desk, kind: PREFECTURE, name_ja: つなぐ県}\n'
NEEDED = ("reporting", "api")


def begin(folder: Path, towns: tuple[str, ...], patch: pytest.MonkeyPatch) -> Broker:
    """Its settings name the towns before its stores start. Whoever calls ends it, however this ends."""
    installation = Installation(Layout(folder), tied=True)
    installation.layout.create()
    (folder / "town.yaml").write_text(AGENCIES, "utf-8")
    with patch.context() as there:
        there.setenv("TSUNAGU_HOME", str(folder))
        own = installation.prepare().municipality
        file = folder / FILE_NAME
        named = f'code = "{prefecture_of(own)}"\ntowns = {json.dumps(towns)}\n#'
        file.write_text(file.read_text("utf-8").replace(f'code = "{own}"', named), "utf-8")
        installation.up_stores(Silent())
    installation.start(*NEEDED, progress=Silent())
    return Broker(installation, installation.settings)


def tsunagu(site: Broker, *words: str) -> Result:
    """Run the command at a site."""
    return CliRunner(env={"TSUNAGU_HOME": str(site.settings.home), "COLUMNS": "240"}).invoke(command(list(words)), list(words))


def told(site: Broker, *words: str) -> Any:
    """What it answers; it must end well."""
    done = tsunagu(site, *words, "--output", "json")
    assert 0 == done.exit_code, (done.stderr, done.exception)
    return json.loads(done.stdout)


def figures(site: Broker, month: str, *words: str) -> dict[str, dict[tuple[str, str, str], int | None]]:
    """What the prefecture sees of the towns of this site, by town and cell."""
    return by_town(told(site, "report", "prefecture", "figures", "--month", month, *words)["rows"])


def by_town(rows: Iterable[dict[str, Any]]) -> dict[str, dict[tuple[str, str, str], int | None]]:
    """Values by town and cell: metric, division, dimension."""
    found: dict[str, dict[tuple[str, str, str], int | None]] = {}
    for row in rows:
        found.setdefault(row["municipality"], {})[row["metric"], row["divided"], row["dimension"]] = row["value"]
    return found


class Reader:
    """Somebody who reads through a site's API."""

    def __init__(self, site: Broker, role: Role) -> None:
        self._address = f"http://127.0.0.1:{site.settings.http_ports['api']}"
        _, self._secret = Tokens(site.settings.home).add(role, "", 1)

    def rows(self, resource: str, **where: str) -> list[dict[str, Any]]:
        """Every row of a resource, page after page."""
        found, cursor = [], ""
        while True:
            asked = "&".join(f"{name}={value}" for name, value in {**where, "limit": "500", **({"cursor": cursor} if cursor else {})}.items())
            page = self.ask(f"/v1/{resource}?{asked}")
            found += page["rows"]
            if not (cursor := page.get("next") or ""):
                return found

    def ask(self, path: str) -> Any:
        """The answer to a question. Raises HTTPError."""
        request = urllib.request.Request(f"{self._address}{path}", headers={"Authorization": f"Bearer {self._secret}"})
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            return json.load(answer)


def mirrored(town: Broker, prefecture: Broker) -> str:
    """Let the town send what it shares, until all of it is there; what the command says."""
    secrets = prefecture.settings.home / "secrets"
    given = str(secrets / f"{access.mirror(town.settings.municipality)}.password")
    done = tsunagu(town, "mirror", "--to", prefecture.settings.bootstrap, "--password", given, "--ca", str(secrets / "ca.pem"), "--once")
    assert 0 == done.exit_code, (done.output, done.exception)
    return done.stderr.strip()


def lying(site: Broker, topic: str) -> list[reading.Read]:
    """Every record of a topic as the auditor reads it, partition by partition."""
    account = {**site.settings.account("auditor"), **reading.AT_ONCE}
    consumer = Consumer({**account, "group.id": Topics(site.settings.municipality).group("auditor"), "enable.auto.commit": False})
    try:
        ends = [(number, *consumer.get_watermark_offsets(TopicPartition(topic, number))) for number in range(site.settings.partitions)]
        return [reading.record(each) for number, start, end in ends for each in reading.between(consumer, topic, number, start, end)]
    finally:
        consumer.close()


def until(found: Callable[[], bool]) -> bool:
    """Wait for it."""
    end = time.monotonic() + WITHIN_S
    while not (there := found()) and time.monotonic() < end:
        time.sleep(0.2)
    return there
