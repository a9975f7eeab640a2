"""The broker's jars: pinned, verified by us, fetched once, whole or not at all."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.jars import Jar
from deploy.local.layout import CannotRun
from deploy.local.progress import Silent

CONTENT = b"a jar"
PINNED = tuple(Jar("org.apache.kafka", name, "4.3.1", hashlib.sha256(CONTENT).hexdigest()) for name in ("kafka_2.13", "kafka-clients"))


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A cache of its own and a source that serves CONTENT; the names that were asked for."""
    asked: list[str] = []

    def download(jar: Jar, repository: Path) -> Path:
        asked.append(jar.artifact)
        repository.mkdir(exist_ok=True)
        path = repository / jar.file_name
        path.write_bytes(CONTENT)
        return path

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(jars, "_download", download)
    monkeypatch.setattr(jars, "pinned", lambda: PINNED)
    return asked


def test_the_whole_closure_is_pinned_with_digests():
    """46 coordinates, each with a SHA-256, and no host."""
    found = jars.pinned()

    assert (len(found), jars.version(found)) == (46, "4.3.1")
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in found)
    assert "//" not in jars.COORDINATES.read_text("utf-8")


def test_jars_are_fetched_once(downloads: list[str]):
    """A second start finds them in the cache."""
    first, second = jars.fetch(Silent()), jars.fetch(Silent())

    assert first == second
    assert sorted(path.name for path in first.iterdir()) == ["kafka-clients-4.3.1.jar", "kafka_2.13-4.3.1.jar"]
    assert sorted(downloads) == ["kafka-clients", "kafka_2.13"]


def test_two_runs_at_once_fetch_once(downloads: list[str]):
    """The second waits for the first and uses its jars."""
    with ThreadPoolExecutor(2) as pool:
        found = [future.result() for future in [pool.submit(jars.fetch, Silent()) for _ in range(2)]]

    assert found[0] == found[1]
    assert len(downloads) == len(PINNED)


def test_a_jar_with_other_bytes_is_refused_and_nothing_is_kept(downloads: list[str], monkeypatch: pytest.MonkeyPatch):
    """A complete folder exists only when every jar was verified."""
    monkeypatch.setattr(jars, "pinned", lambda: (*PINNED, Jar("org.evil", "kafka-extra", "4.3.1", "00" * 32)))

    with pytest.raises(CannotRun, match="kafka-extra-4.3.1.jar differs"):
        jars.fetch(Silent())

    assert not jars.folder(jars.pinned()).exists()
