"""The observer: look after look at the broker, the database and what lies beside them; what was seen last is exported."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from kernel import log
from kernel.settings import Settings
from kernel.topics import Topics
from services.observing import keystore
from services.observing.broker import ACCOUNT, Broker, Look
from services.observing.database import Counts, Database
from services.observing.domain import lag
from services.observing.exporting import Exporter, Sight
from services.observing.onlooker import Onlooker
from services.observing.onlooker import run as foreground

NAME = ACCOUNT
EVERY_S, HANGS_S = 5.0, 60.0
DISKS_EVERY_S, CERTIFICATES_EVERY_S = 60.0, 600.0
"""What changes slowly is looked at seldom; certificates as often as disks while none can be had."""
Certificates = Callable[[], Mapping[str, float]]
"""When each certificate of this installation ends, in seconds UTC, by a name for it; empty where that cannot be told now. Raises nothing."""
Mounts = Mapping[str, Path]
"""Folders in which a store that runs here keeps its data, by the store's name."""


class Observer:
    """Looks, and keeps what it saw."""

    def __init__(self, settings: Settings, certificates: Certificates, mounts: Mounts) -> None:
        """Raises SettingsMissing."""
        self.onlooker = Onlooker(NAME, HANGS_S)
        self.exporter = Exporter(NAME, Topics(settings.municipality).agency_of)
        self._broker, self._database = Broker(settings), Database(settings)
        self._keys = settings.key_store if settings.key_store != (settings.database_host, settings.database_port) else None
        self._certificates, self._mounts = certificates, mounts
        self._due = dict.fromkeys(("disks", "certificates"), 0.0)
        self.onlooker.registry.register(self.exporter)

    async def work(self) -> None:
        """Look until cancelled."""
        try:
            while True:
                self.onlooker.looks()
                await self.look()
                self.onlooker.looked()
                await asyncio.sleep(EVERY_S)
        finally:
            self._database.close()
            await self._broker.close()

    async def look(self) -> None:
        """One round. The database first: where the writer of the projections stands is older, then, than where the logs end."""
        before, counts = self.exporter.sight, await self._database.look()
        keys_up = counts.up if self._keys is None else await keystore.answers(*self._keys)
        look = await self._broker.look(before.known, counts.positions)
        _tell(before, counts, look, keys_up)
        self.exporter.sight = Sight(
            known=lag.after(before.known, look.seen, look.since, int(time.time() * 1000)), members=look.members,
            broker_up=look.up, under_replicated=look.under_replicated if look.up else None,
            database_up=counts.up, keys_up=keys_up, connections=counts.connections if counts.up else None, waiting=counts.waiting if counts.up else None,
            free=before.free, certificates=before.certificates, at=time.time() if look.whole else before.at,
        )
        await asyncio.to_thread(self._look_around, self.exporter.sight, time.monotonic())

    def _look_around(self, sight: Sight, now: float) -> None:
        if now >= self._due["disks"]:
            sight.free = {name: shutil.disk_usage(folder).free for name, folder in self._mounts.items() if folder.exists()}
            self._due["disks"] = now + DISKS_EVERY_S
        if now >= self._due["certificates"]:
            sight.certificates = dict(self._certificates())
            self._due["certificates"] = now + (CERTIFICATES_EVERY_S if sight.certificates else DISKS_EVERY_S)


def _tell(before: Sight, counts: Counts, look: Look, keys_up: bool) -> None:
    """A store that answers no more, or again, is worth a line."""
    for name, was, now in (("broker", before.broker_up, look.up), ("database", before.database_up, counts.up), ("keys", before.keys_up, keys_up)):
        if was != now:
            log.logger().info("answers" if now else "does not answer", reason=name)


def run(settings: Settings, certificates: Certificates = dict, mounts: Mounts | None = None) -> None:
    """Look on in the foreground until a signal. Raises SettingsMissing."""
    observer = Observer(settings, certificates, mounts or {})
    foreground(observer.onlooker, settings, observer.work)
