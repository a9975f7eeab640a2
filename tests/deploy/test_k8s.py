"""The overlays are what a Kubernetes cluster and its operators take, as far as can be told without one: schemas, fields, names, posture."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import typer.main
import yaml

from cli import main
from deploy.k8s import secrets, strimzi
from deploy.local.first_start import DECIDING
from deploy.local.town import agencies
from kernel import runner
from services.reporting.api import serving

from . import crd_fields
from .cluster import FOLDER, OVERLAYS, deep, found_settings, labels, name_of, of_kind, overlay, pod, process, raw_settings, workloads

VERSIONS = ("1.31", "1.37")
"""The oldest and the newest Kubernetes for which the manifests are meant, and for which there are schemas."""
MADE_BY_OPERATORS = {"tsunagu-cluster-ca-cert", "projections-ca", "keys-ca"}
BY_HAND = {"backup-projections", "backup-keys", "api-tokens"}
"""Secrets of whoever runs the object store, or gives out tokens: docs/kubernetes.md."""
SINGLE = {"reporting", "observer", "verifier"}
"""One pod each: there is none that could work on while it is away, so nothing is gained by saying how many may be."""
pytestmark = pytest.mark.parametrize("name", OVERLAYS)


@pytest.mark.parametrize("version", VERSIONS)
def test_core_objects_are_as_their_schemas_say(name: str, version: str, monkeypatch: pytest.MonkeyPatch):
    """Strictly: no unknown field, no wrong type."""
    monkeypatch.setattr(kubernetes_validate.utils, "schema_contents", cache(kubernetes_validate.utils.schema_contents))
    core = [each for each in overlay(name) if (each["apiVersion"], each["kind"]) not in crd_fields.ALLOWED]
    assert len(core) > 30
    for each in core:
        kubernetes_validate.validate(each, version, strict=True)


def test_custom_objects_have_only_fields_that_their_operators_know(name: str):
    """A cluster drops an unknown field without a word; here it is told."""
    custom = [each for each in overlay(name) if (each["apiVersion"], each["kind"]) in crd_fields.ALLOWED]
    assert custom
    for each in custom:
        kind, leaves = (each["apiVersion"], each["kind"]), list(deep(each))
        assert not [path for path, _ in leaves if not crd_fields.allowed(kind, path)], name_of(each)
        assert not [need for need in crd_fields.NEEDED[kind] if not any(path == need for path, _ in leaves)], name_of(each)
        assert not [(path, value) for path, value in leaves if path in crd_fields.VALUES and value not in crd_fields.VALUES[path]], name_of(each)


def test_kubeconform_takes_them(name: str, tmp_path: Path):
    """A second reader of the same schemas."""
    tool = shutil.which("kubeconform") or shutil.which("kubeconform", path=Path.home() / "go" / "bin")
    if not tool:
        pytest.skip("NOT CHECKED: kubeconform is not there (go install github.com/yannh/kubeconform/cmd/kubeconform@latest)")
    text = tmp_path / "all.yaml"
    text.write_text(yaml.safe_dump_all(overlay(name)), "utf-8")
    schemas = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{VERSIONS[-1]}.0-local-strict"
    done = subprocess.run(
        (tool, "-strict", "-summary", "-ignore-missing-schemas", "-schema-location", f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json", str(text)),
        check=False, capture_output=True, text=True, timeout=120,
    )

    assert 0 == done.returncode, done.stdout
    assert "Invalid: 0, Errors: 0" in done.stdout


def test_checkov_finds_nothing_that_is_not_meant(name: str, tmp_path: Path):
    """What it finds and is meant so: no limit of processor time (it would only make people wait), no probe of the desk (nobody waits for it)."""
    tool = shutil.which("checkov")
    if not tool:
        pytest.skip("NOT CHECKED: checkov is not there (too many packages of its own for this project's: install it in an environment of its own)")
    text = tmp_path / "all.yaml"
    text.write_text(yaml.safe_dump_all(overlay(name)), "utf-8")
    done = subprocess.run(
        (tool, "-f", str(text), "--framework", "kubernetes", "--skip-download", "--compact", "--quiet"),
        check=False, capture_output=True, text=True, timeout=300,
    )
    found = set(re.findall(r"Check: (CKV_K8S_\d+).*?\n\tFAILED for resource: (\S+)", done.stdout))
    meant = {check for check, resource in found if check == "CKV_K8S_11" or resource.endswith(".desk")}
    tagged = {"CKV_K8S_14", "CKV_K8S_43", "CKV_K8S_15"} if name == "development" else set()

    assert set() == {check for check, _ in found} - meant - tagged


def test_every_name_that_is_referred_to_is_there(name: str):
    """Secrets, ConfigMaps, service accounts, services; a pod that waits for a name that nobody makes waits for ever."""
    manifests = overlay(name)
    there = {kind: {each["metadata"]["name"] for each in of_kind(manifests, kind)} for kind in ("ConfigMap", "ServiceAccount", "Service")}
    known = {each.name for each in secrets.needed(agencies())} | MADE_BY_OPERATORS | BY_HAND
    for each in workloads(name):
        for volume in pod(each)["volumes"]:
            assert volume.get("configMap", {}).get("name") in there["ConfigMap"] | {None}, name_of(each)
            assert volume.get("secret", {}).get("secretName") in known | {None}, name_of(each)
            for source in volume.get("projected", {}).get("sources", ()):
                assert source["secret"]["name"] in known, name_of(each)
        assert pod(each)["serviceAccountName"] in there["ServiceAccount"]
        assert each["spec"].get("serviceName", "workers") in there["Service"]
    for each in (*of_kind(manifests, "KafkaUser", "Cluster", "ObjectStore"),):
        referred = {value for path, value in deep(each) if re.search(r"ecret(KeyRef)?\.name$|[kK]ey(Id)?\.name$|AccessKey\.name$", path)}
        assert referred <= known, name_of(each)
    clusters, stores = ({each["metadata"]["name"] for each in of_kind(manifests, kind)} for kind in ("Cluster", "ObjectStore"))
    assert {each["spec"]["cluster"]["name"] for each in of_kind(manifests, "ScheduledBackup")} == stores <= clusters


def test_every_secret_is_fetched_from_the_vault_under_its_name(name: str):
    """In production by External Secrets; in development they are made by hand."""
    fetched = {each["spec"]["target"]["name"] for each in of_kind(overlay(name), "ExternalSecret")}

    assert (set() if name == "development" else {each.name for each in secrets.needed(agencies())}) == fetched


def test_no_manifest_holds_a_secret(name: str):
    """Names only: no Secret, and nothing that looks like a value."""
    assert not of_kind(overlay(name), "Secret")
    names = {each.name for each in secrets.needed(agencies())}
    for each in overlay(name):
        for path, value in deep(each):
            assert not re.search(r"(?i)password$|token$|secret$|stringData", path) or value == "{{ .value }}" or isinstance(value, bool), \
                f"{name_of(each)} {path}"
            long = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9+/_=-]{32,}", value)
            assert not long or value.removeprefix("tsunagu/") in names or value.startswith("__meta_"), f"{name_of(each)} {path}"
    for path in FOLDER.rglob("*.yaml"):
        assert not re.search(r"(?m)^kind: Secret$|BEGIN [A-Z ]*PRIVATE KEY", path.read_text("utf-8")), path


def test_a_process_mounts_its_own_secrets_and_no_other(name: str):
    """Account and role of its own; the town's key only where something is sealed or opened."""
    sealing = {"intake", "consent", "api"}
    for each in workloads(name):
        own = each["metadata"]["name"]
        mounted = {source["secret"]["name"] for volume in pod(each)["volumes"] for source in volume.get("projected", {}).get("sources", ())}
        accounts = {secret for secret in mounted if secret.startswith("account-")}
        assert (own in sealing) == ("kek" in mounted), own
        assert own in {"init", "desk"} or not {"role-postgres", "role-postgres-keys", "account-admin"} & mounted, own
        if own in (*DECIDING, serving.NAME, "observer"):
            assert {f"account-{own}"} == accounts
    source = {path.parts[-2] for path in (FOLDER.parents[1] / "services").glob("*/app.py") if "keyring(" in path.read_text("utf-8")}
    assert {"intake", "consent"} == source  # and the API


def test_selectors_select(name: str):
    """Workloads, services, budgets, monitors: each finds pods, and each pod of which there are several in production has a budget."""
    pods = [labels(each) for each in workloads(name)]
    for each in (*of_kind(overlay(name), "StatefulSet", "Deployment", "PodDisruptionBudget", "PodMonitor"),):
        wanted = each["spec"]["selector"]["matchLabels"]
        assert any(wanted.items() <= found.items() for found in pods), name_of(each)
    for each in of_kind(overlay(name), "Service"):
        assert any(each["spec"]["selector"].items() <= found.items() for found in pods), name_of(each)
    budgets = [each["spec"]["selector"]["matchLabels"] for each in of_kind(overlay(name), "PodDisruptionBudget")]
    for each in workloads(name):
        covered = [budget for budget in budgets if budget.items() <= labels(each).items()]
        assert len(covered) == (0 if each["metadata"]["name"] in {"init", "desk", *SINGLE} else 1), name_of(each)
    assert SINGLE == {each["metadata"]["name"] for each in workloads("production") if each["spec"].get("replicas") == 1}


def test_ports_are_those_of_the_settings(name: str):
    """What a process listens on is said once: in tsunagu.toml."""
    ports = {**raw_settings()["http"]["ports"], "schemas": int(found_settings().schema_window.rpartition(":")[2])}
    listening = {each["metadata"]["name"]: process(each)["ports"][0]["containerPort"] for each in workloads(name) if "ports" in process(each)}

    assert ports == listening
    for each in workloads(name):
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert process(each).get(probe, {}).get("httpGet", {}).get("port", "http") == "http"
    listeners = {each["name"]: each["port"] for each in of_kind(overlay(name), "Kafka")[0]["spec"]["kafka"]["listeners"]}
    assert f"{strimzi.CLUSTER}-kafka-bootstrap:{listeners['services']}" == found_settings().bootstrap
    clusters = {each["metadata"]["name"] for each in of_kind(overlay(name), "Cluster")}
    assert {f"{each}-rw" for each in clusters} == {found_settings().database_host, found_settings().key_store[0]}


def test_no_probe_kills_for_what_a_restart_would_not_mend(name: str):
    """Alive is asked of the process alone; ready may be about others; the start may take hours of folding logs."""
    for each in workloads(name):
        own, container = each["metadata"]["name"], process(each)
        if own in ("init", "desk"):
            assert not {"livenessProbe", "readinessProbe", "startupProbe"} & container.keys()
            continue
        assert ("/readyz" if own == "schemas" else "/livez") == container["livenessProbe"]["httpGet"]["path"]  # the window asks nobody
        assert "/readyz" == container["readinessProbe"]["httpGet"]["path"]
        if own != "schemas":
            assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] >= 3600


def test_a_process_has_time_to_end(name: str):
    """Longer than it waits for the batch under way and for answers to readers, and 60 to 120 s as operations.md says."""
    for each in workloads(name):
        assert 60 <= pod(each)["terminationGracePeriodSeconds"] <= 120
        assert pod(each)["terminationGracePeriodSeconds"] >= 2 * max(runner.GRACE_S, serving.END_WITHIN_S)


def test_posture_is_restricted(name: str):
    """Pod Security `restricted`, and more: no token, no writing but in two folders, a limit of memory."""
    (namespace,) = of_kind(overlay(name), "Namespace")
    assert "restricted" == namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
    for each in workloads(name):
        spec, container = pod(each), process(each)
        assert (True, True, "RuntimeDefault") == (
            spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["runAsUser"] > 10_000, spec["securityContext"]["seccompProfile"]["type"])
        assert {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}} == container["securityContext"]
        assert (False, False) == (spec["automountServiceAccountToken"], spec["enableServiceLinks"])
        assert "memory" in container["resources"]["limits"] and "cpu" not in container["resources"]["limits"]
        assert not {"hostNetwork", "hostPID", "hostIPC", "hostname", "initContainers"} & spec.keys()
        mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
        assert not [late for place, late in enumerate(mounts) if any(early.startswith(f"{late}/") for early in mounts[:place])], name_of(each)
        writable = {mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
        assert {"home", "tmp"} == writable


def test_a_member_keeps_its_name(name: str):
    """The host's name ends the static id of a group's member (kernel/clients.py); in a StatefulSet it is the pod's, which stays."""
    sets = {each["metadata"]["name"]: each for each in of_kind(overlay(name), "StatefulSet")}

    assert {*DECIDING} == set(sets)  # the others are in no group, and hold nothing
    for own, each in sets.items():
        assert 1 <= each["spec"]["replicas"] <= found_settings().partitions
        assert "hostname" not in pod(each)
        assert own != "reporting" or 1 == each["spec"]["replicas"]  # no member of a group that shares the work


def test_images_are_named_once(name: str):
    """By digest in production; never `latest`."""
    images = {process(each)["image"] for each in workloads(name)}

    assert 1 == len(images)
    assert re.fullmatch(r"registry\.example\.jp/tsunagu@sha256:[0-9a-f]{64}" if name == "production" else "tsunagu:development", images.pop())


def test_every_process_says_words_that_the_command_knows(name: str):
    """The arguments of each container lead to a command, options included."""
    for each in workloads(name):
        words = process(each).get("args", [])
        assert all(isinstance(word, str) for word in words)
        if words[:2] == ["deploy", "init"] and importlib.util.find_spec("cli.deploy.init") is None:
            continue
        here = typer.main.get_command(main.command(words))
        for place, word in enumerate(words):
            if hasattr(here, "commands") and not word.startswith("-"):
                assert word in here.commands, words
                here = here.commands[word]
            elif word.startswith("--"):
                assert word in [option for parameter in here.params for option in parameter.opts], words[: place + 1]
        assert not getattr(here, "commands", None) or not words


def test_replication_outlives_a_machine_in_production(name: str):
    """Three copies, two in time; one and one where there is one machine."""
    kafka = of_kind(overlay(name), "Kafka")[0]["spec"]["kafka"]
    config = kafka["config"]

    assert ((3, 2) if name == "production" else (1, 1)) == (config["default.replication.factor"], config["min.insync.replicas"])
    assert (False, False) == (config["auto.create.topics.enable"], config["unclean.leader.election.enable"])
    assert ("simple", [strimzi.ADMIN]) == (kafka["authorization"]["type"], kafka["authorization"]["superUsers"])
    for listener in kafka["listeners"]:
        assert (True, "scram-sha-512") == (listener["tls"], listener["authentication"]["type"])
        assert listener["networkPolicyPeers"]
    counts = {each["spec"]["replicas"] for each in of_kind(overlay(name), "KafkaNodePool")}
    assert {config["default.replication.factor"]} == counts
