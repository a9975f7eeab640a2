"""Topics and accounts as Strimzi's operators take them (kafka.strimzi.io/v1), from the very tables that the local broker is brought to.

Fields as in the CustomResourceDefinitions of Strimzi 1.x: KafkaTopic (partitions, config), KafkaUser (authentication, authorization, quotas).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from deploy.local import access, topic_plan
from deploy.local.town import Agency
from kernel.settings import Settings
from kernel.topics import Topics

from . import secrets

API = "kafka.strimzi.io/v1"
CLUSTER = "tsunagu"
"""The Kafka resource's name; every topic and user says by a label that it belongs to it."""
ADMIN = "admin"
"""The administrator: named among ``superUsers`` of the Kafka resource, so it needs no rules."""
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_MIB = 1024 * 1024
QUOTA_OF_AGENCY = {"producerByteRate": _MIB, "consumerByteRate": 4 * _MIB, "requestPercentage": 20, "controllerMutationRate": 1}
"""Most that one agency may take of each broker: bytes a second, per cent of the time of its threads, topics made a second. Its busiest hour is
some hundred events of a kilobyte; what stands in its inbox for a week it may read in minutes."""
QUOTA_OF_SERVICE = {"producerByteRate": 64 * _MIB, "consumerByteRate": 256 * _MIB, "requestPercentage": 400, "controllerMutationRate": 1}
"""A service reads logs from their beginning; the limit is only there against one that runs wild."""


class NoSuchName(ValueError):
    """An agency's id cannot be part of a Kubernetes name. The text is one sentence."""


def topics(settings: Settings, agencies: Iterable[Agency]) -> list[dict[str, Any]]:
    """A KafkaTopic for each topic of the plan. How often it is kept is the cluster's: ``default.replication.factor``. Raises NoSuchName."""
    return [_topic(each) for each in topic_plan.plan(settings, _nameable(agencies))]


def users(settings: Settings, agencies: Iterable[Agency]) -> list[dict[str, Any]]:
    """A KafkaUser for the administrator and for each account of the table; none for an agency that has ended. Raises NoSuchName."""
    agencies = _nameable(agencies)
    names, rules = Topics(settings.municipality), defaultdict(list)
    for principal, kind, name, pattern, operations in _rules(names, agencies, settings.towns):
        rules[principal].append({"resource": {"type": kind, "name": name, "patternType": pattern}, "operations": operations, "host": "*"})
    return [_user(ADMIN, [], {}), *(_user(each, rules[each], _quota(each)) for each in access.principals(agencies, settings.towns))]


def _rules(names: Topics, agencies: tuple[Agency, ...], towns: tuple[str, ...]) -> list[tuple[str, str, str, str, list[str]]]:
    """Account, kind of resource, its name, literal or prefix, operations: what ``BrokerAdmin`` writes where there is no Strimzi."""
    found: defaultdict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for grant in access.grants(names, agencies, towns):
        found[grant.principal, "topic", grant.topic, "literal"] |= {grant.operation.capitalize(), "Describe"}
    for principal in access.principals(agencies, towns):
        found[principal, "group", access.group(names, principal), "prefix"].add("Read")
    for principal, prefix in access.overseen(names):
        found[principal, "group", prefix, "prefix"].add("Describe")
    return [(*place, sorted(operations)) for place, operations in sorted(found.items())]


def _topic(topic: topic_plan.Topic) -> dict[str, Any]:
    return _resource("KafkaTopic", topic.name, {"topicName": topic.name, "partitions": topic.partitions, "config": dict(topic.settings)})


def _user(principal: str, rules: list[dict[str, Any]], quotas: dict[str, int]) -> dict[str, Any]:
    secret = secrets.of_account(principal)
    reference = {"secretKeyRef": {"name": secret.name, "key": secret.key}}
    return _resource("KafkaUser", principal, {
        "authentication": {"type": "scram-sha-512", "password": {"valueFrom": reference}},
        **({"authorization": {"type": "simple", "acls": rules}} if rules else {}), **({"quotas": dict(quotas)} if quotas else {}),
    })


def _resource(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}}, "spec": spec}


def _quota(principal: str) -> dict[str, int]:
    """A town's mirror is somebody else's program, as an agency's is."""
    return QUOTA_OF_AGENCY if principal.startswith("agency-") or access.town_of(principal) else QUOTA_OF_SERVICE


def _nameable(agencies: Iterable[Agency]) -> tuple[Agency, ...]:
    agencies = tuple(agencies)
    for agency in agencies:
        if not _NAME.fullmatch(agency.id):
            raise NoSuchName(f"agency id {agency.id!r}: begins or ends with a hyphen, which no Kubernetes name may")
    return agencies
