"""Every cell of the access table, asked of the broker with each account's own password."""

from __future__ import annotations

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.fetch import FetchRequest
from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient

from deploy.local import access, topic_plan
from deploy.local.town import agencies
from kernel.topics import Topics
from tests.installation import Broker

TOWN = agencies()
PRINCIPALS = access.principals(TOWN)
PATIENCE_S = 30.0
NO_ERROR = 0
GROUP = 0


def planned(broker: Broker) -> list[str]:
    """Every topic of the installation."""
    return [topic.name for topic in topic_plan.plan(broker.settings, TOWN)]


def granted(broker: Broker, principal: str, operation: str) -> set[str]:
    """The topics on which the table gives ``principal`` the right."""
    rights = access.grants(Topics(broker.settings.municipality), TOWN)
    return {right.topic for right in rights if (right.principal, right.operation) == (principal, operation)}


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_the_broker_grants_each_account_its_cells_and_no_other(broker: Broker, principal: str):
    """The broker itself says which operations the account may do on every topic; nothing beside READ, WRITE, DESCRIBE. DESCRIBE comes with each, or alone."""
    topics = planned(broker)

    found = operations(broker, principal, topics)

    for topic in topics:
        rights = {name for name in ("READ", "WRITE") if topic in granted(broker, principal, name)}
        assert (topic, found[topic] - {"DESCRIBE"}) == (topic, rights)
        assert ("DESCRIBE" in found[topic]) == (bool(rights) or topic in granted(broker, principal, "DESCRIBE"))


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_rule_22_every_write_outside_the_table_is_refused(broker: Broker, principal: str):
    """A real attempt at each topic that is not the account's to write."""
    forbidden = set(planned(broker)) - granted(broker, principal, "WRITE")
    outcomes: dict[str, int | None] = {}

    def told(error: KafkaError | None, message: Message) -> None:
        outcomes[message.topic()] = error.code() if error else None

    producer = Producer({**broker.confluent(principal), "acks": "all", "log_level": 0})
    for topic in forbidden:
        producer.produce(topic, b"forbidden", on_delivery=told)
    producer.flush(PATIENCE_S)

    assert outcomes == dict.fromkeys(forbidden, KafkaError.TOPIC_AUTHORIZATION_FAILED)


@pytest.mark.parametrize("principal", PRINCIPALS)
async def test_every_read_outside_the_table_is_refused(broker: Broker, principal: str):
    """A real fetch from every topic: data where the table says READ, a refusal everywhere else, where it may write too."""
    topics, readable = planned(broker), granted(broker, principal, "READ")

    codes = await fetched(broker, principal, topics)

    assert codes == {topic: NO_ERROR if topic in readable else KafkaError.TOPIC_AUTHORIZATION_FAILED for topic in topics}


@pytest.mark.parametrize("principal", PRINCIPALS)
async def test_no_account_may_use_anothers_consumer_group(broker: Broker, principal: str):
    """Its own groups answer; every other account's refuse."""
    topics = Topics(broker.settings.municipality)

    codes = await coordinators(broker, principal, [topics.group(other) + "probe" for other in PRINCIPALS])

    refused = {topics.group(other) + "probe" for other in PRINCIPALS if other != principal}
    assert {group for group, code in codes.items() if code == KafkaError.GROUP_AUTHORIZATION_FAILED} == refused


def operations(broker: Broker, principal: str, topics: list[str]) -> dict[str, set[str]]:
    """What the broker says that ``principal`` may do on each topic; nothing where it may not even look."""
    client = AdminClient({**broker.confluent(principal), "log_level": 0})
    answers = client.describe_topics(TopicCollection(topics), include_authorized_operations=True, request_timeout=PATIENCE_S)
    found: dict[str, set[str]] = {}
    for topic, answer in answers.items():
        try:
            found[topic] = {AclOperation(operation).name for operation in answer.result(PATIENCE_S).authorized_operations}
        except KafkaException as error:
            assert error.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
            found[topic] = set()
    return found


async def coordinators(broker: Broker, principal: str, groups: list[str]) -> dict[str, int]:
    """The broker's error code when the account asks who coordinates each group, the first step of using it."""
    client = AIOKafkaClient(**broker.aiokafka(principal))
    await client.bootstrap()
    try:
        node = client.get_random_node()
        return {group: (await client.send(node, FindCoordinatorRequest(group, GROUP))).error_code for group in groups}
    finally:
        await client.close()


async def fetched(broker: Broker, principal: str, topics: list[str]) -> dict[str, int]:
    """The broker's answer to one fetch of the first record of each topic: an error code by topic."""
    client = AIOKafkaClient(**broker.aiokafka(principal))
    await client.bootstrap()
    try:
        wait_ms, least, most, committed = 0, 0, 2**20, 0
        asked = [(topic, [(0, 0, 1024)]) for topic in topics]
        answer = await client.send(client.get_random_node(), FetchRequest(wait_ms, least, most, committed, asked))
    finally:
        await client.close()
    return {topic: partitions[0][1] for topic, partitions in answer.topics}
