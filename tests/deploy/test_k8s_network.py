"""Who may speak to whom in the cluster: nobody, but where a flow is needed; and no pod is outside of the policies."""

from __future__ import annotations

from typing import Any

import pytest

from services.reporting.app import ROLE

from .cluster import OVERLAYS, labels, of_kind, overlay, pod, process, workloads

OPERATED = {
    "broker": {"strimzi.io/cluster": "tsunagu", "strimzi.io/pool-name": "broker"},
    "entity operator": {"strimzi.io/cluster": "tsunagu", "strimzi.io/kind": "Kafka"},
    "projections": {"cnpg.io/cluster": "projections"},
    "keys": {"cnpg.io/cluster": "keys"},
}
"""Pods that operators make, with labels by which they can be known."""
KEY_ROLE = "tsunagu_keys"
pytestmark = pytest.mark.parametrize("name", OVERLAYS)


def policies(name: str, way: str, pod_labels: dict[str, str]) -> list[dict[str, Any]]:
    """The policies that hold for a pod in one direction."""
    return [
        each["spec"] for each in of_kind(overlay(name), "NetworkPolicy")
        if way in each["spec"]["policyTypes"] and each["spec"]["podSelector"].get("matchLabels", {}).items() <= pod_labels.items()
    ]


def may(name: str, way: str, pod_labels: dict[str, str], other: dict[str, str], port: int | str, namespace: str = "") -> bool:
    """Whether a policy lets a pod speak to another (``Egress``) or be spoken to by it (``Ingress``); ``namespace``: of the other, empty for ours."""
    peers_of = {"Egress": "to", "Ingress": "from"}[way]
    return any(
        port in [each["port"] for each in rule["ports"]] and (peers_of not in rule or any(_meant(peer, other, namespace) for peer in rule[peers_of]))
        for policy in policies(name, way, pod_labels) for rule in policy.get(way.lower(), ())
    )


def _meant(peer: dict[str, Any], other: dict[str, str], namespace: str) -> bool:
    if "namespaceSelector" in peer:
        return peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] == namespace
    return not namespace and peer["podSelector"]["matchLabels"].items() <= other.items()


def test_every_pod_is_denied_everything_first(name: str):
    """Both ways, ours and the operators'."""
    for found in (*(labels(each) for each in workloads(name)), *OPERATED.values()):
        for way in ("Ingress", "Egress"):
            assert any(not policy.get(way.lower()) and way in policy["policyTypes"] for policy in policies(name, way, found))
    (denied,) = [each for each in of_kind(overlay(name), "NetworkPolicy") if each["metadata"]["name"] == "default-deny"]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} == denied["spec"]


def test_everybody_may_look_up_names(name: str):
    """The classic outage."""
    for found in (*(labels(each) for each in workloads(name)), *OPERATED.values()):
        assert may(name, "Egress", found, {}, 53, "kube-system")


def test_a_process_reaches_what_it_has_a_password_for_and_nothing_else(name: str):
    """Broker, projections, keys: the way is open where an account or a role is mounted, and only there."""
    for each in workloads(name):
        files = {item["path"] for volume in pod(each)["volumes"] for source in volume.get("projected", {}).get("sources", ()) for item in source["secret"]["items"]}
        roles = {file.removesuffix(".password") for file in files if file.startswith(("tsunagu_", "postgres"))}
        accounts = {file for file in files if file.endswith(".password")} - {f"{role}.password" for role in roles}
        own = labels(each)
        assert bool(accounts) == may(name, "Egress", own, OPERATED["broker"], 9093), own
        asks = own["app.kubernetes.io/name"] == "observer"  # whether the key store answers; it has no role there
        assert (asks or bool(roles & {KEY_ROLE, "postgres-keys"})) == may(name, "Egress", own, OPERATED["keys"], 5432), own
        assert bool(roles - {KEY_ROLE, "postgres-keys"}) == may(name, "Egress", own, OPERATED["projections"], 5432), own
        for cluster in ("keys", "projections"):  # both ends agree
            assert may(name, "Egress", own, OPERATED[cluster], 5432) == may(name, "Ingress", OPERATED[cluster], own, 5432)
        (services,) = [each for each in of_kind(overlay(name), "Kafka")[0]["spec"]["kafka"]["listeners"] if each["name"] == "services"]
        assert may(name, "Egress", own, OPERATED["broker"], 9093) == any(_meant(peer, own, "") for peer in services["networkPolicyPeers"])


def test_no_process_of_ours_reaches_the_internet_or_the_kubernetes_api(name: str):
    """Only the operators' pods speak to the Kubernetes API and the object store."""
    for each in workloads(name):
        assert not any(may(name, "Egress", labels(each), {}, port, "elsewhere") for port in (80, 443, 6443))
    for found in OPERATED.values():
        assert may(name, "Egress", found, {}, 443, "elsewhere")


def test_figures_are_fetched_from_one_namespace(name: str):
    """A stranger does not even see a count."""
    for each in workloads(name):
        if "ports" in process(each):
            assert may(name, "Ingress", labels(each), {}, "http", "monitoring")
            assert not may(name, "Ingress", labels(each), {"app": "stranger"}, "http", "elsewhere")
            assert ("web" == labels(each)["app.kubernetes.io/component"]) == may(name, "Ingress", labels(each), {}, "http", "ingress")
    assert may(name, "Ingress", OPERATED["projections"], {}, 9187, "monitoring")


def test_the_projector_has_no_way_to_the_keys(name: str):
    """Whoever writes what is read can open nothing."""
    (reporting,) = [each for each in workloads(name) if each["metadata"]["name"] == "reporting"]

    assert ROLE == "tsunagu_projector"
    assert not may(name, "Egress", labels(reporting), OPERATED["keys"], 5432)
