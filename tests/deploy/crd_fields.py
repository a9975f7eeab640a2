"""Which fields our custom resources may have: a typing error in one is silently dropped by the API server of a cluster.

From the reference of each operator: Strimzi 1.x (kafka.strimzi.io/v1), CloudNativePG 1.28, its Barman Cloud plugin, the Prometheus Operator, External
Secrets (external-secrets.io/v1). A path stands for itself; one that ends in ``.*`` also for all below it, where the operator takes what it is given.
"""

from __future__ import annotations

_KAFKA_LISTENER = (
    "name", "port", "type", "tls", "authentication.type", "networkPolicyPeers.podSelector.*", "networkPolicyPeers.ipBlock.cidr",
    "configuration.bootstrap.alternativeNames", "configuration.externalTrafficPolicy", "configuration.loadBalancerSourceRanges",
)
_RESOURCES = ("requests.cpu", "requests.memory", "limits.memory")
_STORE = ("accessKeyId.name", "accessKeyId.key", "secretAccessKey.name", "secretAccessKey.key")


def _below(path: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{path}.{name}" for name in names)


ALLOWED: dict[tuple[str, str], tuple[str, ...]] = {
    ("kafka.strimzi.io/v1", "Kafka"): (
        "spec.kafka.version", "spec.kafka.metadataVersion", *_below("spec.kafka.listeners", *_KAFKA_LISTENER),
        "spec.kafka.authorization.type", "spec.kafka.authorization.superUsers", "spec.kafka.config.*",
        "spec.entityOperator.topicOperator", "spec.entityOperator.userOperator",
    ),
    ("kafka.strimzi.io/v1", "KafkaNodePool"): (
        "spec.replicas", "spec.roles", "spec.storage.type", *_below("spec.storage.volumes", "id", "type", "size", "deleteClaim", "kraftMetadata"),
        *_below("spec.resources", *_RESOURCES), "spec.template.pod.terminationGracePeriodSeconds",
        *_below("spec.template.pod.topologySpreadConstraints", "maxSkew", "topologyKey", "whenUnsatisfiable", "labelSelector.matchLabels.*"),
    ),
    ("kafka.strimzi.io/v1", "KafkaTopic"): ("spec.topicName", "spec.partitions", "spec.config.*"),
    ("kafka.strimzi.io/v1", "KafkaUser"): (
        "spec.authentication.type", "spec.authentication.password.valueFrom.secretKeyRef.name", "spec.authentication.password.valueFrom.secretKeyRef.key",
        "spec.authorization.type", *_below("spec.authorization.acls", "resource.type", "resource.name", "resource.patternType", "operations", "host"),
        *_below("spec.quotas", "producerByteRate", "consumerByteRate", "requestPercentage", "controllerMutationRate"),
    ),
    ("postgresql.cnpg.io/v1", "Cluster"): (
        "spec.instances", *_below("spec.imageCatalogRef", "apiGroup", "kind", "name", "major"), "spec.enableSuperuserAccess", "spec.superuserSecret.name",
        *_below("spec.bootstrap.initdb", "database", "owner", "secret.name"), *_below("spec.postgresql.synchronous", "method", "number"),
        "spec.storage.size", *_below("spec.resources", *_RESOURCES), "spec.monitoring.enablePodMonitor",
        "spec.affinity.enablePodAntiAffinity", "spec.affinity.topologyKey",
        *_below("spec.plugins", "name", "isWALArchiver", "parameters.barmanObjectName", "parameters.serverName"), "spec.bootstrap.recovery.source",
        *_below("spec.externalClusters", "name", "plugin.name", "plugin.parameters.barmanObjectName", "plugin.parameters.serverName"),
    ),
    ("postgresql.cnpg.io/v1", "ScheduledBackup"): (
        "spec.schedule", "spec.backupOwnerReference", "spec.cluster.name", "spec.method", "spec.pluginConfiguration.name",
    ),
    ("barmancloud.cnpg.io/v1", "ObjectStore"): (
        "spec.retentionPolicy", "spec.configuration.destinationPath", "spec.configuration.endpointURL",
        *_below("spec.configuration.s3Credentials", *_STORE), "spec.configuration.wal.compression", "spec.configuration.data.compression",
    ),
    ("monitoring.coreos.com/v1", "PodMonitor"): (
        "spec.selector.matchLabels.*", *_below("spec.selector.matchExpressions", "key", "operator", "values"),
        *_below("spec.podMetricsEndpoints", "port", "path", "interval", "scrapeTimeout", "honorLabels"),
        *_below("spec.podMetricsEndpoints.relabelings", "action", "sourceLabels", "targetLabel", "replacement"),
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): (
        "spec.groups.name", "spec.groups.interval",
        *_below("spec.groups.rules", "alert", "record", "expr", "for", "keep_firing_for", "labels.*", "annotations.*"),
    ),
    ("external-secrets.io/v1", "ExternalSecret"): (
        "spec.refreshInterval", "spec.secretStoreRef.kind", "spec.secretStoreRef.name",
        *_below("spec.target", "name", "creationPolicy", "deletionPolicy", "immutable", "template.type", "template.data.*"),
        *_below("spec.data", "secretKey", "remoteRef.key", "remoteRef.property"),
    ),
}

NEEDED: dict[tuple[str, str], tuple[str, ...]] = {
    ("kafka.strimzi.io/v1", "Kafka"): ("spec.kafka.listeners.name", "spec.kafka.listeners.port", "spec.kafka.listeners.type", "spec.kafka.listeners.tls"),
    ("kafka.strimzi.io/v1", "KafkaNodePool"): ("spec.replicas", "spec.roles", "spec.storage.type", "metadata.labels.strimzi.io/cluster"),
    ("kafka.strimzi.io/v1", "KafkaTopic"): ("spec.partitions", "metadata.labels.strimzi.io/cluster"),
    ("kafka.strimzi.io/v1", "KafkaUser"): ("spec.authentication.type", "metadata.labels.strimzi.io/cluster"),
    ("postgresql.cnpg.io/v1", "Cluster"): ("spec.instances", "spec.storage.size", "spec.imageCatalogRef.name", "spec.imageCatalogRef.major"),
    ("postgresql.cnpg.io/v1", "ScheduledBackup"): ("spec.schedule", "spec.cluster.name"),
    ("barmancloud.cnpg.io/v1", "ObjectStore"): ("spec.configuration.destinationPath", "spec.retentionPolicy"),
    ("monitoring.coreos.com/v1", "PodMonitor"): ("spec.podMetricsEndpoints.port",),
    ("monitoring.coreos.com/v1", "PrometheusRule"): ("spec.groups.name", "spec.groups.rules.expr"),
    ("external-secrets.io/v1", "ExternalSecret"): ("spec.secretStoreRef.name", "spec.target.name", "spec.data.remoteRef.key"),
}

VALUES: dict[str, frozenset[str]] = {
    "spec.kafka.listeners.type": frozenset(("internal", "route", "loadbalancer", "nodeport", "ingress", "cluster-ip")),
    "spec.kafka.listeners.authentication.type": frozenset(("tls", "scram-sha-512", "custom")),
    "spec.kafka.authorization.type": frozenset(("simple", "custom")),
    "spec.roles": frozenset(("controller", "broker")),
    "spec.storage.type": frozenset(("ephemeral", "persistent-claim", "jbod")),
    "spec.authentication.type": frozenset(("tls", "tls-external", "scram-sha-512")),
    "spec.authorization.acls.resource.type": frozenset(("topic", "group", "cluster", "transactionalId")),
    "spec.authorization.acls.resource.patternType": frozenset(("literal", "prefix")),
    "spec.authorization.acls.operations": frozenset(("Read", "Write", "Describe")),  # Strimzi takes more; nobody of ours is given more
    "spec.postgresql.synchronous.method": frozenset(("any", "first")),
    "spec.method": frozenset(("barmanObjectStore", "volumeSnapshot", "plugin")),
    "spec.target.creationPolicy": frozenset(("Owner", "Orphan", "Merge", "None")),
    "spec.target.deletionPolicy": frozenset(("Delete", "Merge", "Retain")),
}
"""Fields that take only some words."""


def allowed(kind: tuple[str, str], path: str) -> bool:
    """Whether a custom resource of this kind has a field at this path."""
    return path.startswith(("metadata.", "apiVersion", "kind")) or any(
        path == each or (each.endswith(".*") and path.startswith(each[:-1])) for each in ALLOWED[kind]
    )
