"""The broker's jars: every coordinate pinned, fetched by ``jgo`` one by one, verified by our own SHA-256, kept in the user's cache.

Nothing is resolved: a resolver left to itself mixes client versions (``NoSuchMethodError`` at start).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .layout import CannotRun, cache
from .progress import Progress

COORDINATES = Path(__file__).with_name("kafka-coordinates.txt")
PARALLEL = 4
TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Jar:
    """One artefact: group, artefact, version and the SHA-256 (hex) of its bytes."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def pinned(path: Path = COORDINATES) -> tuple[Jar, ...]:
    """Every jar of the closure, in the order of the file."""
    lines = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return tuple(Jar(*coordinate.split(":"), digest.removeprefix("sha256:")) for coordinate, digest in lines)


def version(jars: tuple[Jar, ...]) -> str:
    """The broker's version, as pinned."""
    return next(jar.version for jar in jars if jar.artifact == "kafka_2.13")


def folder(jars: tuple[Jar, ...]) -> Path:
    """Where a complete set lies; its name changes with any pinned digest, and it exists only when every jar was verified."""
    digest = hashlib.sha256("".join(jar.sha256 for jar in jars).encode()).hexdigest()[:12]
    return cache() / f"kafka-{version(jars)}-{digest}"


def fetch(progress: Progress) -> Path:
    """The folder with all jars, fetched if it is not there yet; safe beside another run. Raises CannotRun."""
    jars = pinned()
    target = folder(jars)
    if target.is_dir():
        return target
    try:
        with one_at_a_time(target), progress.step(f"fetching Kafka {version(jars)} ({len(jars)} jars)") as step:
            if not target.is_dir():
                _fill(target, jars, step.advance)
    except OSError as error:
        raise CannotRun(f"the jars of Kafka cannot be stored in {target.parent} ({error.strerror}); free space or set XDG_CACHE_HOME") from error
    return target


@contextmanager
def one_at_a_time(target: Path) -> Iterator[None]:
    """Of several programs that would fill the same folder, each waits for the one before it. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fill(target: Path, jars: tuple[Jar, ...], advance) -> None:
    """Fetch into a folder beside ``target`` and rename it when complete."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as work:
        complete = Path(work) / "jars"
        complete.mkdir(mode=0o755)
        with ThreadPoolExecutor(PARALLEL) as pool:
            running = [pool.submit(_fetch_one, jar, Path(work) / "repository", complete) for jar in jars]
            for done, future in enumerate(as_completed(running), start=1):
                future.result()
                advance(done, len(jars))
        os.replace(complete, target)


def _fetch_one(jar: Jar, repository: Path, complete: Path) -> None:
    path = _download(jar, repository)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != jar.sha256:
        raise CannotRun(f"the jar {jar.file_name} differs from the one pinned in {COORDINATES.name} and was refused; do not use this source")
    shutil.move(path, complete / jar.file_name)


def _download(jar: Jar, repository: Path) -> Path:
    import requests
    import truststore
    from jgo.maven import MavenContext

    truststore.inject_into_ssl()
    context = MavenContext(repo_cache=repository, timeout=TIMEOUT_S)
    try:
        return context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    except requests.exceptions.SSLError as error:
        raise CannotRun(f"the jar {jar.file_name} cannot be fetched: this machine does not trust the certificate of its source; add its authority") from error
    except (requests.RequestException, RuntimeError) as error:
        raise CannotRun(f"the jar {jar.file_name} cannot be fetched; connect this machine to the network and run the command again") from error
