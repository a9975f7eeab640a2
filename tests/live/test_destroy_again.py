"""What `tsunagu deploy destroy-again` asks of a real broker: a group is forgotten with all that it has committed, but never under a member's hands."""

from __future__ import annotations

from confluent_kafka import OFFSET_INVALID, Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from cli.deploy import restored
from kernel.topics import Topics
from tests.installation import Broker


def test_a_group_is_forgotten_once_nobody_is_in_it(broker: Broker):
    """Until then it stays as it is; afterwards it begins at the beginning, and forgetting it again is no fault."""
    name, topics = f"{restored.group(broker.settings)}.tried", Topics(broker.settings.municipality)
    place = TopicPartition(topics.log("consent"), 0, 7)
    admin = AdminClient(broker.settings.account(restored.ADMIN))
    options = {**broker.settings.account("consent"), "group.id": name, "enable.auto.commit": False}

    member = Consumer(options)
    member.subscribe([topics.log("consent")])
    while not member.assignment():
        member.poll(0.2)
    member.commit(offsets=[place], asynchronous=False)
    under_a_member = restored.forget(admin, name, 1)
    member.close()

    assert not under_a_member
    assert restored.forget(admin, name, 30)
    later = Consumer(options)
    (found,) = later.committed([place], timeout=10)
    later.close()
    assert OFFSET_INVALID == found.offset
    assert restored.forget(admin, name, 0)
