"""What the page for operators tells can be done, as far as it can be told without a cluster: a town's own overlay, and the patch that restores keys."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from cli import main
from cli.deploy import restored
from deploy.k8s import joining, monitoring
from deploy.local.layout import REPOSITORY

from . import crd_fields
from .cluster import deep, overlay

PAGE = (REPOSITORY / "docs" / "kubernetes.md").read_text("utf-8")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """An overlay of a town's own, made as the page says."""
    overlay("production")
    for name in ("k8s", "observability"):
        shutil.copytree(REPOSITORY / "deploy" / name, tmp_path / "deploy" / name)
    folder = tmp_path / "deploy" / "k8s" / "overlays" / "town"
    shutil.copytree(folder.with_name("production"), folder)
    shutil.copytree(tmp_path / "deploy" / "k8s" / "town", folder / "town")
    file = folder / "kustomization.yaml"
    file.write_text(file.read_text("utf-8").replace("../../town", "town"), "utf-8")
    return folder


def test_a_copy_of_production_is_a_town(mine: Path):
    """Copied, two paths changed: the same manifests."""
    assert list(overlay("production")) == joining.rendered(mine)


def test_a_second_town_has_a_namespace_of_its_own(mine: Path):
    """Nothing of it lies in the first one's."""
    file = mine / "kustomization.yaml"
    file.write_text(file.read_text("utf-8").replace("namespace: tsunagu", "namespace: yama"), "utf-8")

    assert {"yama"} == {each["metadata"]["name"] if each["kind"] == "Namespace" else each["metadata"]["namespace"] for each in joining.rendered(mine)}


def test_only_what_is_the_towns_own_is_edited():
    """A file of the release that is edited meets the next release."""
    edited = {name for line in re.findall(r"\$EDITOR ([^#\n]+)", PAGE) for name in line.split()}

    assert edited
    assert not [name for name in edited if not re.match(r"deploy/k8s/overlays/(town|yama)/", name)]
    assert not re.findall(r"change them in|name it in", PAGE)


@pytest.mark.parametrize(("of", "kind", "path", "value"), [
    ("traefik", "NetworkPolicy", "spec.ingress.from.namespaceSelector.matchLabels.kubernetes.io/metadata.name", "traefik"),
    ("tsunagu-yama", "ExternalSecret", "spec.secretStoreRef.name", "tsunagu-yama"),
])
def test_the_patches_for_other_names_are_taken(mine: Path, of: str, kind: str, path: str, value: str):
    """Of the ingress controller's namespace, and of the vault's store."""
    (block,) = [each for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if f"{of}}}" in each or each.rstrip().endswith(of)]
    file = mine / "kustomization.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    content["patches"] += yaml.safe_load(block)["patches"]
    file.write_text(yaml.safe_dump(content), "utf-8")

    assert (path, value) in [leaf for each in joining.rendered(mine) if each["kind"] == kind for leaf in deep(each)]


def test_the_patch_that_restores_the_keys_is_taken(mine: Path):
    """From the backup of before into a folder of its own; the projections stay as they are."""
    (block,) = [each for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "recovery" in each]
    file = mine / "kustomization.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    content["patches"] += yaml.safe_load(block)["patches"]
    file.write_text(yaml.safe_dump(content), "utf-8")

    clusters = {each["metadata"]["name"]: each for each in joining.rendered(mine) if each["kind"] == "Cluster"}

    keys = clusters["keys"]["spec"]
    assert {"recovery": {"source": "before"}} == keys["bootstrap"]
    assert ("keys", "keys-2") == (keys["externalClusters"][0]["plugin"]["parameters"]["serverName"], keys["plugins"][0]["parameters"]["serverName"])
    assert not [path for path, _ in deep(clusters["keys"]) if not crd_fields.allowed(("postgresql.cnpg.io/v1", "Cluster"), path)]
    assert "initdb" in clusters["projections"]["spec"]["bootstrap"]


def test_every_file_that_the_page_names_is_there():
    """A path that is gone would send somebody looking at the wrong hour."""
    named = {name for name in re.findall(r"(?<![\w/])deploy/(?:k8s|observability)/[\w./-]+", PAGE) if not re.search("/overlays/(town|yama)", name)}
    later = () if (monitoring.OBSERVABILITY / "alertmanager").exists() else ("deploy/observability/alertmanager/alertmanager.yml",)

    assert not [name for name in named if name not in later and not (REPOSITORY / name.rstrip(".")).exists()]
    assert len(named) >= 5


def test_every_command_on_the_page_is_there():
    """Words and options; what is not there yet is `deploy init`, of which the page says only what it does."""
    lines = [line.split("#")[0] for line in re.findall(r"tsunagu (?:deploy|agency|audit|rebuild|token)(?=[ `\n])[^\n`|]*", PAGE.replace("\\\n", " "))]
    assert len(lines) > 10
    for line in lines:
        here: Any = typer.main.get_command(main.command(line.split()[1:2]))
        for word in line.split()[1:]:
            if word in getattr(here, "commands", {}):
                here = here.commands[word]
            elif word.startswith("--"):
                assert word in [option for parameter in here.params for option in parameter.opts], line
        assert here.name != "tsunagu", line


def test_nobody_is_spoken_to_before_there_is_somebody():
    """A pod that was asked for is waited for; so is one that has to be gone."""
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        said = re.split(r"\n|&&|;", block)
        asked = [place for place, line in enumerate(said) if "kubectl exec" in line]
        waited = [place for place, line in enumerate(said) if "rollout status -n tsunagu deployment/desk" in line]
        assert not asked or (waited and waited[0] < asked[0]), block
    assert "sleep" not in PAGE


def test_the_vault_makes_no_secrets_that_are_made_by_hand():
    """An overlay that has the one and a page that makes the other at the same time would make two of each."""
    first, second = (PAGE.partition("# 2. Secrets (")[each] for each in (0, 2))

    assert "take town/external-secrets out" in first
    assert "by hand" in second.splitlines()[0]


def test_after_a_restore_the_destroyer_reads_the_whole_log():
    """On every page by the same verb, which the desk has the account for."""
    for page in ("kubernetes.md", "containers.md", "operators.md"):
        assert "deploy destroy-again" in (REPOSITORY / "docs" / page).read_text("utf-8")
    (desk,) = [each for each in overlay("production") if each["kind"] == "Deployment" and each["metadata"]["name"] == "desk"]
    assert f"account-{restored.ADMIN}" in [value for _, value in deep(desk)]
