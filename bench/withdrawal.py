"""From a withdrawal in an agency's outbox to the stop notice in the inbox of everybody who has received something on the consent."""

from __future__ import annotations

import time
import uuid
from datetime import date, timedelta
from typing import Any, Self

from confluent_kafka import Consumer, TopicPartition

from bench.figures import Figure
from bench.show import Part, tell
from bench.stage import Stage
from cli import registry
from cli.agency.client import AgencyClient
from cli.agency.message import Draft, draft
from contracts.consent import ConsentGranted, ConsentWithdrawn, StopNoticeIssued
from contracts.consultation import LinkedToAgency, SignalReceived
from contracts.shared import Channel, ConsentMedium, DataCategory, LinkReason, Purpose
from deploy.local import access, first_start
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.layout import CannotRun
from deploy.local.lifecycle import Installation
from deploy.local.town import Agency, agencies
from kernel import serde
from kernel.settings import Settings
from kernel.topics import Topics

RECIPIENTS = (1, 5, 20)
REPEATS = 11
WITHIN_MS = 1_000.0
"""What consent.md promises, to the last of them."""
SPEAKER = "elder"
ADDED = tuple(Agency(id=f"bench-{number:02}", kind="ELDER", name_ja=f"計測用センター{number:02}") for number in range(1, max(RECIPIENTS) + 1))
"""More recipients than the sample town has, all of one kind."""
_ARRIVE_S, _WARM = 20.0, 4


def measure(stage: Stage) -> Part:
    """Milliseconds by number of recipients. Raises CannotRun, DidNotStart."""
    installation = stage.whole()
    _grow(installation)
    found = {}
    with Inboxes(installation.settings) as inboxes:
        client = AgencyClient(installation.settings, SPEAKER)
        _warm(client, inboxes)
        for count in RECIPIENTS:
            tell(f"{count} recipients, {REPEATS} times")
            found[count] = tuple([_once(client, inboxes, count) for _ in range(REPEATS)])
        client.close()
    title = "withdrawal produced to stop notice in the recipients' inboxes, one consent, nothing else going on"
    return Part("withdrawal", title, tuple(
        Figure(what=f"{count} recipients, to the last", unit="ms", values=values, at_most=WITHIN_MS) for count, values in found.items()
    ))


def _grow(installation: Installation) -> None:
    """Let the recipients join the town while it runs."""
    town = (*agencies(), *ADDED)
    first_start.prepare(installation.layout, ("admin", *access.principals(town)))
    BrokerAdmin(installation.settings, town).apply()
    registry.publish(installation.settings, town)


def _warm(client: AgencyClient, inboxes: Inboxes) -> None:
    """Until the new recipients are known everywhere and the way is warm."""
    done = 0
    for _ in range(5 * _WARM):
        try:
            _once(client, inboxes, len(ADDED), seconds=_ARRIVE_S / 4)
        except CannotRun:
            continue
        done += 1
        if done == _WARM:
            return
    raise CannotRun("copies or stop notices do not arrive; look at the services' logs")


def _once(client: AgencyClient, inboxes: Inboxes, count: int, seconds: float = _ARRIVE_S) -> float:
    """A case of its own: linked to ``count`` agencies on one consent; when all have their copy, it is withdrawn; ms to the last notice. Raises CannotRun."""
    case, person, consent = (uuid.uuid4().hex for _ in range(3))
    recipients = tuple(agency.id for agency in ADDED[:count])
    client.send(*_linked(case, person, consent, recipients))
    if missing := inboxes.wait(case, LinkedToAgency, recipients, seconds):
        raise CannotRun(f"no copy for {', '.join(sorted(missing))}")
    began = time.time()
    client.say(ConsentWithdrawn(person=person, consents=(consent,)), case)
    if missing := inboxes.wait(case, StopNoticeIssued, recipients, seconds):
        raise CannotRun(f"no stop notice for {', '.join(sorted(missing))}")
    return 1000 * (max(inboxes.heard[case, StopNoticeIssued, recipient] for recipient in recipients) - began)


def _linked(case: str, person: str, consent: str, recipients: tuple[str, ...]) -> list[Draft]:
    today = date.today()
    events: list[Any] = [
        SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-03"),
        ConsentGranted(
            consent=consent, person=person, purpose=Purpose.CONSULTATION, categories=(DataCategory.BASIC, DataCategory.ADDRESS),
            recipients=recipients, valid_from=today - timedelta(days=1), valid_to=today + timedelta(days=180), medium=ConsentMedium.PAPER,
            signed_on=today - timedelta(days=1),
        ),
    ]
    events += [
        LinkedToAgency(
            person=person, to_agency=recipient, purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT,
            name="髙橋 花子", address="つなぐ町一丁目二番三号",
        )
        for recipient in recipients
    ]
    return [draft(SPEAKER, event, case) for event in events]


class Inboxes:
    """The recipients' inboxes, all read by the administrator. ``heard``: when (seconds since the epoch), by case, type and recipient."""

    def __init__(self, settings: Settings) -> None:
        self.heard: dict[tuple[str, type, str], float] = {}
        topics = Topics(settings.municipality)
        self._agency = {topics.agency_inbox(agency.id): agency.id for agency in ADDED}
        self._partitions = settings.agency_partitions
        self._consumer = Consumer({
            **settings.account("admin"), "group.id": f"{settings.municipality}.bench-withdrawal", "enable.auto.commit": False,
            "fetch.wait.max.ms": 100, "socket.nagle.disable": True,
        })

    def __enter__(self) -> Self:
        self._consumer.assign([TopicPartition(topic, number, 0) for topic in self._agency for number in range(self._partitions)])
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def wait(self, case: str, kind: type, recipients: tuple[str, ...], seconds: float) -> set[str]:
        """Read until each of ``recipients`` has something of this type about the case, at most so long; who has not."""
        deadline = time.monotonic() + seconds
        while (missing := {each for each in recipients if (case, kind, each) not in self.heard}) and time.monotonic() < deadline:
            for message in self._consumer.consume(500, 0.02):
                if not message.error():
                    place = (message.key() or b"").decode(), type(serde.decode(message.value())), self._agency[message.topic()]
                    self.heard.setdefault(place, time.time())
        return missing
