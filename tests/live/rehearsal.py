"""The containers of docker-compose.yml without an engine: the same scripts, settings, commands and secrets, each in a folder of its own.

What an engine does is taken over here: files are put where they would be mounted, names become loopback, ports are free ones.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from deploy.local import jars, kafka, ports, processes
from deploy.local import postgres as database
from deploy.local.layout import REPOSITORY, Layout
from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent
from deploy.local.supervisor import ensure_running
from kernel import settings as settings_module

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))
FOLDER = REPOSITORY / "deploy" / "compose"
READY = REPOSITORY / "deploy" / "image" / "ready"
WITHIN_S = 240.0
OURS = tuple(name for name in processes.APPLICATIONS if name in COMPOSE["services"])


@dataclass
class Rehearsal:
    """One town in ``folder``; what was started ends with ``end``."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)
    """What had to be started again, and its last words."""

    def __post_init__(self) -> None:
        settings = settings_module.load(self._copy(FOLDER / "tsunagu.toml", self.folder / "as-written" / "tsunagu.toml").parent)
        inside = [9092, 9093, 9094, 9095, settings.database_port, 8081, *settings.http_ports.values()]
        self.ports = dict(zip(inside, ports.free_block(len(inside)), strict=True))

    @property
    def secrets(self) -> Path:
        """The town's secrets, as ``tsunagu deploy secrets`` makes them."""
        return self.folder / "town" / "secrets"

    def run(self, service: str, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run the command of a one-shot service, or ``words`` in its place, to its end."""
        command = [sys.executable, "-P", "-m", "cli.main", *(words or COMPOSE["services"][service]["command"])]
        return subprocess.run(command, env=self._environment(service), cwd=self.folder, capture_output=True, text=True, check=False, **more)

    def start_kafka(self) -> None:
        """The broker, by the script and with the settings of its container."""
        there, data = self.folder / "tsunagu-kafka", self.folder / "kafka"
        shutil.copytree(FOLDER / "kafka", there)
        text = (there / "server.properties").read_text("utf-8").replace("/run/secrets", str(self.secrets)).replace("/var/lib/kafka/data", str(data))
        (there / "server.properties").write_text(self._loopback(text.replace("SERVICES://kafka", "SERVICES://127.0.0.1")), "utf-8")
        environment = {
            "PATH": f"{Path(kafka.java()).parent}:/usr/bin:/bin", "KAFKA_LIBS": str(jars.fetch(Silent())), "KAFKA_SETTINGS": str(there),
            "KAFKA_DATA": str(data / "logs"), "KAFKA_SECRETS": str(self.secrets), "TMPDIR": str(self.folder),
            "TSUNAGU_AGENCIES_COME_TO": f"localhost:{self.ports[9093]}",
        }
        self._start("kafka", ["/bin/sh", str(there / "start.sh")], environment)
        self._until("kafka", ["/bin/bash", str(there / "ready.sh"), str(self.ports[9092])])

    def start_postgres(self) -> None:
        """A PostgreSQL server with the superuser's password; no container's, since those programs are Debian's."""
        home = self.home("admin")
        layout = Layout(self.folder / "postgres-home")
        layout.create()
        shutil.copy(self.secrets / "postgres.password", layout.secrets)
        text = (home / "tsunagu.toml").read_text("utf-8")
        head, tail = text.split("[database]")
        (layout.home / "tsunagu.toml").write_text(head + "[database]" + tail.replace("external = true", "external = false"), "utf-8")
        database.create(layout, settings_module.load(layout.home))
        ensure_running(layout, tied=True)
        self.stores = Installation(layout, tied=True)
        self.stores.start("postgres", progress=Silent())

    def start(self, *names: str) -> None:
        """Services by the commands of their containers; return when each says that it is ready."""
        for name in names:
            command = [sys.executable, "-P", "-m", "cli.main", *COMPOSE["services"][name]["command"]]
            self._start(name, command, self._environment(name))
        for name in names:
            check, port, *path = COMPOSE["services"][name]["healthcheck"]["test"][1:]
            assert check == "ready"
            self._until(name, [sys.executable, "-IS", str(READY), str(self.ports[int(port)]), *path])

    def end(self) -> dict[str, int]:
        """Tell everything to end, the broker last; how each ended."""
        found = {}
        for name in reversed(self.running):
            self.running[name].terminate()
        for name, each in self.running.items():
            try:
                found[name] = each.wait(30)
            except subprocess.TimeoutExpired:
                each.kill()
                found[name] = each.wait()
        self.running.clear()
        return found

    def home(self, service: str) -> Path:
        """What a container sees as TSUNAGU_HOME: the settings, and those secrets alone that docker-compose.yml gives it."""
        home = self.folder / "homes" / service
        if home.exists():
            return home
        given = COMPOSE["services"][service]
        whole = [volume for volume in given.get("volumes", []) if "/secrets:/tsunagu/secrets" in volume]
        text = self._loopback((FOLDER / "tsunagu.toml").read_text("utf-8"))
        for name in ("kafka:", '"postgres"', "0.0.0.0"):
            text = text.replace(name, {"kafka:": "127.0.0.1:", '"postgres"': '"127.0.0.1"'}.get(name, "127.0.0.1"))
        home.mkdir(parents=True)
        (home / "tsunagu.toml").write_text(text, "utf-8")
        if whole:
            (home / "secrets").symlink_to(self.secrets)
            return home
        (home / "secrets").mkdir()
        for secret in given.get("secrets", []):
            made = Path(COMPOSE["secrets"][secret["source"]]["file"]).name
            shutil.copy(self.secrets / made, home / "secrets" / Path(secret["target"]).name)
        return home

    def log(self, name: str) -> str:
        """What a process has written."""
        return (self.folder / f"{name}.log").read_text("utf-8", errors="replace")

    def _environment(self, service: str) -> dict[str, str]:
        return {"TSUNAGU_HOME": str(self.home(service)), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)}

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _start_again(self, name: str) -> None:
        """As an engine does with what is to run ``unless-stopped``; once, or nothing would ever be found."""
        assert COMPOSE["services"][name]["restart"] == "unless-stopped"
        assert name not in self.again, f"{name} has ended again: {self.log(name)[-2000:]}"
        self.again[name] = self.log(name)[-2000:]
        command = self.running[name].args
        assert isinstance(command, list)
        self._start(name, command, self._environment(name))

    def _until(self, name: str, check: list[str]) -> None:
        deadline = time.monotonic() + WITHIN_S
        while subprocess.run(check, env={"PATH": os.environ["PATH"]}, capture_output=True, check=False).returncode:
            if self.running[name].poll() is not None:
                self._start_again(name)
            assert time.monotonic() < deadline, f"{name} is not ready: {self.log(name)[-2000:]}"
            time.sleep(0.2)

    def _loopback(self, text: str) -> str:
        return re.sub(r"\b(\d{4})\b", lambda found: str(self.ports.get(int(found[1]), found[1])), text)

    def _copy(self, source: Path, target: Path) -> Path:
        target.parent.mkdir(parents=True)
        return Path(shutil.copy(source, target))


@contextmanager
def rehearsed(folder: Path) -> Iterator[Rehearsal]:
    """Secrets, broker and database as docker-compose.yml starts them; everything is stopped at the end."""
    found = Rehearsal(folder)
    try:
        words = [sys.executable, "-P", "-m", "cli.main", "deploy", "secrets", str(found.secrets.parent)]
        subprocess.run(words, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)}, check=True, capture_output=True)
        found.start_kafka()
        found.start_postgres()
        yield found
    finally:
        found.end()
        if hasattr(found, "stores"):
            found.stores.down()
