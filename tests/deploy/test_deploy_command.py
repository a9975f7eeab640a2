"""`tsunagu deploy init` where it cannot do its work, and the script that prepares the containers; where it can: tests/live/test_deploy_init.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.layout import REPOSITORY


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The settings of the containers, on a machine where nothing listens; every secret is there."""
    text = (REPOSITORY / "deploy" / "compose" / "tsunagu.toml").read_text("utf-8")
    nobody = ports.free_block(2)
    text = text.replace("kafka:9092", f"127.0.0.1:{nobody[0]}").replace('"postgres"', '"127.0.0.1"').replace("5432", str(nobody[1]))
    (tmp_path / "tsunagu.toml").write_text(text, "utf-8")
    assert tsunagu(tmp_path, "deploy", "secrets", str(tmp_path)).returncode == 0
    return tmp_path


def tsunagu(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a container does."""
    command = [sys.executable, "-P", "-m", "cli.main", *words]
    environment = {"TSUNAGU_HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("words", "told"), [
    ((), "does not answer as Kafka"), (("--no-topics",), "does not answer registry"),
])
def test_a_broker_that_is_not_there_is_one_sentence(home: Path, words: tuple[str, ...], told: str):
    """Exit code 3, after the seconds that it was given."""
    done = tsunagu(home, "deploy", "init", "--wait", "0", *words)
    said = [line for line in done.stderr.splitlines() if line.startswith("tsunagu:")]

    assert (done.returncode, len(said)) == (3, 1), done.stderr
    assert told in said[0]


def test_a_secret_that_is_not_there_is_named(home: Path):
    """With the file in which it is looked for."""
    (home / "secrets" / "admin.password").unlink()
    done = tsunagu(home, "deploy", "init", "--wait", "0")

    assert done.returncode in (2, 3)
    assert f"secret file {home / 'secrets' / 'admin.password'} cannot be read" in done.stderr


def test_seconds_below_nothing_are_wrong_usage(home: Path):
    """Exit code 2."""
    assert tsunagu(home, "deploy", "init", "--wait", "-1").returncode == 2


def test_what_containers_need_is_prepared_by_docker_alone(tmp_path: Path):
    """As a user that is not root; nothing that was made is made again."""
    script = tmp_path / "deploy" / "compose" / "prepare.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(REPOSITORY / "deploy" / "compose" / "prepare.sh", script)
    (tmp_path / "deploy" / "local").mkdir()
    shutil.copy(REPOSITORY / "deploy" / "local" / "town.yaml", tmp_path / "deploy" / "local")
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\necho "$@" >> "$(dirname "$0")/asked"\n')
    docker.chmod(0o755)
    for _ in range(2):
        subprocess.run(["sh", script], env={"PATH": f"{docker.parent}:{os.environ['PATH']}"}, check=True, capture_output=True)
        (tmp_path / ".env").write_text((tmp_path / ".env").read_text("utf-8").splitlines()[0] + "\nTSUNAGU_KAFKA_HOST=kafka.example.lg.jp\n", "utf-8")

    user = (tmp_path / ".env").read_text("utf-8").splitlines()[0].removeprefix("TSUNAGU_USER=")
    first, second = (docker.parent / "asked").read_text("utf-8").splitlines()[1::2]
    assert not user.startswith("0:")
    assert f"--user {user} " in first and first.endswith("tsunagu:0.1.0 deploy secrets /town --name localhost")
    assert second.endswith("--name kafka.example.lg.jp")
    assert {"secrets", "alertmanager"} == {path.name for path in (tmp_path / "town").iterdir()}
