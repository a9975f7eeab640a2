"""The overlays as `kubectl apply -k` would send them, rendered once for all tests."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.k8s import joining, town
from deploy.local.layout import REPOSITORY
from kernel import settings
from kernel.settings import Settings

OVERLAYS = ("development", "production")
FOLDER = REPOSITORY / "deploy" / "k8s"
WORKLOADS = ("StatefulSet", "Deployment", "Job")
Manifest = dict[str, Any]


@cache
def _rendered(name: str) -> tuple[Manifest, ...] | str:
    try:
        return tuple(joining.rendered(FOLDER / "overlays" / name))
    except joining.CannotRender as problem:
        if "kubectl is not there" not in str(problem):
            raise
        return str(problem)


def overlay(name: str) -> tuple[Manifest, ...]:
    """Every manifest of an overlay; where there is no kubectl, the test is skipped, loudly."""
    found = _rendered(name)
    if isinstance(found, str):
        pytest.skip(f"NOT CHECKED: {found}")
    return found


def of_kind(manifests: tuple[Manifest, ...], *kinds: str) -> list[Manifest]:
    """Those of some kinds."""
    return [each for each in manifests if each["kind"] in kinds]


def name_of(manifest: Manifest) -> str:
    """For messages: kind and name."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def workloads(name: str) -> list[Manifest]:
    """Everything of an overlay that has pods of ours."""
    return of_kind(overlay(name), *WORKLOADS)


def pod(manifest: Manifest) -> Manifest:
    """The pod's specification of a workload."""
    return manifest["spec"]["template"]["spec"]


def process(manifest: Manifest) -> Manifest:
    """Its one container."""
    (container,) = pod(manifest)["containers"]
    return container


def labels(manifest: Manifest) -> dict[str, str]:
    """The labels of a workload's pods."""
    return manifest["spec"]["template"]["metadata"]["labels"]


def deep(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a manifest with its path, places in lists left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from deep(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from deep(inner, path)
    else:
        yield path, value


def found_settings() -> Settings:
    """The settings of the sample town's cluster."""
    return settings.load(town.SAMPLE)


def raw_settings() -> dict[str, Any]:
    """The same as they stand in the file."""
    return tomllib.loads((Path(town.SAMPLE) / settings.FILE_NAME).read_text("utf-8"))
