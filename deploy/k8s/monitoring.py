"""What the Prometheus Operator and Grafana's sidecar take, made from the tested files in ``deploy/observability``; nothing is written twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from deploy.local.layout import REPOSITORY

from .town import KUSTOMIZE, dumped

OBSERVABILITY = REPOSITORY / "deploy" / "observability"
RULES = "deploy/k8s/components/monitoring/rules.yaml"
BOARDS = "deploy/observability/grafana/kustomization.yaml"
"""Beside the boards: Kustomize reads no file outside of the folder in which it is told of it."""
LABEL = {"grafana_dashboard": "1"}
"""By this label Grafana's sidecar finds the ConfigMaps of its dashboards; by the annotation beside it, their folder."""


def files() -> dict[str, str]:
    """What belongs into the checkout, by path in it."""
    return {RULES: dumped(_rules(OBSERVABILITY / "prometheus")), BOARDS: dumped([_boards(OBSERVABILITY / "grafana")])}


def _rules(folder: Path) -> list[dict[str, Any]]:
    """A PrometheusRule (monitoring.coreos.com/v1) for each file of rules, its groups as they are tested."""
    return [_rule(path.stem, content["groups"]) for path in sorted(folder.glob("*.yml")) if "groups" in (content := _read(path))]


def _rule(name: str, groups: list[Any]) -> dict[str, Any]:
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": f"tsunagu-{name}"}, "spec": {"groups": groups}}


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text("utf-8")) or {}


def _boards(folder: Path) -> dict[str, Any]:
    """A ConfigMap for each board; several in one could grow beyond what a ConfigMap may hold (1 MiB)."""
    paths = sorted(path for path in folder.rglob("*.json"))
    return {
        "apiVersion": KUSTOMIZE, "kind": "Kustomization", "generatorOptions": {"disableNameSuffixHash": True, "labels": LABEL},
        "configMapGenerator": [
            {"name": f"dashboard-{path.stem}".lower().replace("_", "-"), "files": [path.relative_to(folder).as_posix()],
             "options": {"annotations": {"grafana_folder": path.parent.name}}}
            for path in paths
        ],
    }
