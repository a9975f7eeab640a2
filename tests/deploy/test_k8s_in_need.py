"""What was once wrong with the overlays and no schema could have told: each sentence is one thing that would be missed only in need."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys

import pytest

from deploy.k8s import secrets, strimzi

from .alerts.rules import alerts
from .cluster import OVERLAYS, found_settings, labels, name_of, of_kind, overlay, pod, process, workloads

pytestmark = pytest.mark.parametrize("name", OVERLAYS)


def test_the_key_over_all_keys_cannot_be_changed_by_the_vault_either(name: str):
    """Whoever changes its entry by mistake changes nothing in the cluster; every other Secret follows its entry."""
    kept = {each["metadata"]["name"] for each in of_kind(overlay(name), "ExternalSecret") if each["spec"]["target"].get("immutable")}

    assert (set() if name == "development" else {secrets.KEK.name}) == kept


def test_every_volume_of_the_stores_is_watched(name: str):
    """By the names that the operators give their claims; whoever renames a store renames it in the rule."""
    (rule,) = [each for each in alerts() if each["alert"] == "DiskFillsUp" and each["labels"]["severity"] == "page"]
    watched = re.compile(re.search(r'persistentvolumeclaim=~"([^"]+)"', rule["expr"])[1])
    pools = of_kind(overlay(name), "KafkaNodePool")
    claims = {f"data-{volume['id']}-{strimzi.CLUSTER}-{each['metadata']['name']}-0" for each in pools for volume in each["spec"]["storage"]["volumes"]}
    claims |= {f"{each['metadata']['name']}-1" for each in of_kind(overlay(name), "Cluster")}

    assert 4 == len(claims)
    assert not [claim for claim in claims if not watched.fullmatch(claim)]


def test_a_database_server_must_show_who_it_is(name: str):
    """Whoever may reach one has the certificate of its authority, from the Secret that CloudNativePG makes for it, and nothing else of that Secret."""
    settings = found_settings()
    servers = {"projections": (settings.database_host, settings.database_ca), "keys": (settings.key_store[0], settings.keys_ca)}

    assert "verify-full" == settings.database_sslmode
    assert {each["metadata"]["name"] for each in of_kind(overlay(name), "Cluster")} == {*servers}
    for each in workloads(name):
        for server, (host, ca) in servers.items():
            if labels(each).get(f"tsunagu/{server}") != "allowed":
                continue
            (volume,) = [volume for volume in pod(each)["volumes"] if volume.get("secret", {}).get("secretName") == f"{server}-ca"]
            (mounted,) = [mount["mountPath"] for mount in process(each)["volumeMounts"] if mount["name"] == volume["name"]]
            assert [{"key": "ca.crt", "path": "ca.crt"}] == volume["secret"]["items"], name_of(each)
            assert (f"{server}-rw", f"/tsunagu/{ca}") == (host, f"{mounted}/ca.crt"), name_of(each)


def test_the_desk_is_left_at_once(name: str):
    """Told to end it ends, and well: the passwords of all accounts lie in it. As the first process of a pod it is spared a signal that it does not wait for."""
    (desk,) = [each for each in of_kind(overlay(name), "Deployment") if each["metadata"]["name"] == "desk"]
    waiting = subprocess.Popen((sys.executable, *process(desk)["command"][1:]))
    with contextlib.suppress(subprocess.TimeoutExpired):
        waiting.wait(0.5)
    waiting.terminate()

    assert 0 == waiting.wait(10)


def test_only_the_agencies_networks_reach_the_listener_and_as_themselves(name: str):
    """A load balancer puts the node's address in place of the sender's, unless told not to; then a rule by addresses shuts out everybody."""
    for each in of_kind(overlay(name), "Kafka")[0]["spec"]["kafka"]["listeners"]:
        networks = [peer["ipBlock"]["cidr"] for peer in each["networkPolicyPeers"] if "ipBlock" in peer]
        told = each.get("configuration", {})
        assert ("loadbalancer" == each["type"]) == bool(networks)
        assert networks == told.get("loadBalancerSourceRanges", [])
        assert ("Local" if networks else None) == told.get("externalTrafficPolicy")
