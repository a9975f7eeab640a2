"""Enrolment (機関の登録): the steps by which an agency joins a running installation or leaves it, each looked at before it is taken.

What was broken off anywhere is finished by the same words: nothing is done twice, and nothing depends on what an earlier try has remembered.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from cli import registry
from cli.agency.asked import Amiss, Asked, Ending
from deploy.local import certificates, enrolled, first_start, passwords
from deploy.local.broker_admin import BrokerAdmin, Change
from deploy.local.layout import Layout
from deploy.local.lifecycle import START_OR_STOP
from deploy.local.passing import patiently
from deploy.local.progress import Progress
from deploy.local.town import Agency
from deploy.local.turns import turn
from kernel.days import day_in_japan
from kernel.settings import FILE_NAME, Settings
from kernel.topics import Topics
from services.reporting.api.tokens import Tokens, TokensUnreadable

REACHABLE_S = 5.0
PASSED_WITHIN_S = 60.0
_PAUSE_S = 0.1
_TIMEOUT_S = 30.0
Row = dict[str, Any]
KINDS = ("topic", "account", "rule", "setting")
"""What the broker is brought to, in the order of showing."""


class Enrolment:
    """One installation, at which agencies join and leave. Its methods raise Amiss, CannotRun, SettingsMissing, KafkaException, NotAccepted."""

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self._settings, self._progress = settings, progress
        self._layout = Layout(settings.home)

    def add(self, asked: Asked) -> list[Row]:
        """Password, topics, account and rights, then the fact: whoever is registered can be reached."""
        with turn(self._layout, START_OR_STOP, self._progress):
            town = self._town()
            agency = asked.of(town.get(asked.agency), self._settings.municipality)
            others = [each for each in town.values() if each.id != agency.id]
            rows = [self._password(agency)]
            with self._progress.step("provisioning topics, account and access rules") as step:
                admin = BrokerAdmin(self._settings, (*others, agency))
                rows += _shown(patiently(lambda: admin.apply(step.advance), made=True))
            with self._progress.step("publishing the fact"):
                return [*rows, _row("fact", registry.state(self._settings, registry.registered(agency)))]

    def end(self, asked: Ending) -> list[Row]:
        """The fact, the right to write the outbox, its readers' tokens, the account with its other rights, the password: in this order."""
        today = day_in_japan(int(time.time() * 1000))
        with turn(self._layout, START_OR_STOP, self._progress):
            town = self._town()
            known = enrolled.known(self._settings).get(asked.agency)
            agency = asked.of(known, today)
            with self._progress.step("publishing the fact"):
                rows = [_row("fact", known is not agency and registry.state(self._settings, registry.ended(agency)))]
            admin = BrokerAdmin(self._settings, (*(each for each in town.values() if each.id != agency.id), agency))
            rows.append(_row("right to send", patiently(lambda: admin.take_the_word(agency))))
            rows.append(_row("tokens", end_tokens(self._settings, agency.id)))
            with self._progress.step("waiting until the gate has passed the fact") as step:
                self._passed(step.advance)
            rows += _shown(patiently(admin.apply, made=True))
            return [*rows, _row("password", self._forget(agency)), _row("certificate", certificates.forget(self._settings, agency.principal))]

    def rotate(self, agency: str, *, over: bool) -> list[Row]:
        """Another password beside the old one; or, ``over``, the old one taken away."""
        with turn(self._layout, START_OR_STOP, self._progress):
            account = passwords.Passwords(self._settings, self._registered(agency).principal)
            try:
                return [_row("old password closed", patiently(account.end))] if over else [_row("new password", patiently(account.begin))]
            except passwords.NoOverlap as problem:
                raise Amiss(problem.code, problem.sentence, usage=False) from problem

    def certificate(self, agency: str, days: int) -> list[Row]:
        """A new key and certificate for an agency, in its file; nothing that it has is taken away."""
        if not self._settings.mtls:
            raise Amiss("NO_LISTENER", f"no listener takes certificates; write mtls under [kafka] in {self._layout.home / FILE_NAME}, then: tsunagu run down, "
                        "tsunagu run up", usage=False)
        with turn(self._layout, START_OR_STOP, self._progress):
            end = certificates.issue(self._layout, self._settings, self._registered(agency).principal, timedelta(days=days))
            return [_row(f"certificate until {end:%Y-%m-%d}", 1)]

    def _registered(self, agency: str) -> Agency:
        known = self._town().get(agency)
        if known is None or known.ended is not None:
            raise Amiss("AGENCY_UNKNOWN", f"no agency {agency} is registered; see: tsunagu agency list", usage=False)
        return known

    def _town(self) -> dict[str, Agency]:
        """Every agency by id, once the broker answers."""
        BrokerAdmin(self._settings, ()).reach(REACHABLE_S)
        return {agency.id: agency for agency in enrolled.town(self._settings)}

    def _password(self, agency: Agency) -> Row:
        file = self._layout.secrets / f"{agency.principal}.password"
        there = file.exists()
        first_start.prepare(self._layout, (agency.principal,))
        return _row("password", not there)

    def _forget(self, agency: Agency) -> bool:
        return passwords.forget(self._layout.secrets / f"{agency.principal}.password")

    def _passed(self, advance: Any) -> None:
        """Return when the gate has decided all that lies before it now, the fact included. Raises Amiss when that takes too long."""
        topics = Topics(self._settings.municipality)
        admin = AdminClient(self._settings.account("admin"))
        places = [TopicPartition(topics.inbox("consent"), number) for number in range(self._settings.partitions)]
        ends = patiently(lambda: {number.partition: found.result(_TIMEOUT_S).offset for number, found in admin.list_offsets(
            {place: OffsetSpec.latest() for place in places}).items()})
        deadline = time.monotonic() + PASSED_WITHIN_S
        while behind := [number for number, offset in patiently(lambda: _committed(admin, topics, places)) if offset < ends[number]]:
            advance(len(places) - len(behind), len(places))
            if time.monotonic() > deadline:
                raise Amiss("GATE_BEHIND", "the fact stands and its right to send is gone, but the gate has not passed the fact yet, so its account "
                            "is still there; see that the services run (tsunagu run status) and run the command again", usage=False)
            time.sleep(_PAUSE_S)


def end_tokens(settings: Settings, agency: str) -> int:
    """End every token with which somebody of this agency reads; how many there were. Raises Amiss where the file of tokens cannot be read."""
    tokens = Tokens(settings.home)
    try:
        return len([tokens.end(each.id) for each in tokens.all() if each.agency == agency and not each.ended])
    except TokensUnreadable as error:
        raise Amiss("TOKENS_UNREADABLE", f"the fact stands and its right to send is gone; {error}, so no token opens anything; mend the file and run "
                    "the command again", usage=False) from error


def rows(settings: Settings) -> list[Row]:
    """Every agency that is or was registered, by id."""
    BrokerAdmin(settings, ()).reach(REACHABLE_S)
    return [_listed(agency) for _, agency in sorted(enrolled.known(settings).items())]


def _listed(agency: Agency) -> Row:
    return {
        "agency": agency.id, "kind": agency.kind, "name": agency.name_ja,
        "state": "registered" if agency.ended is None else f"ended {agency.ended} {agency.end_reason}",
        "contract_from": _iso(agency.contract_from), "contract_until": _iso(agency.contract_until), "emergency_right": bool(agency.emergency_right),
        "units": " ".join(f"{unit.code}={unit.name}" for unit in agency.units), "municipality": agency.municipality,
        "prefecture": agency.prefecture, "ours": agency.ours,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _committed(admin: AdminClient, topics: Topics, places: list[TopicPartition]) -> list[tuple[int, int]]:
    """How far the gate has come in each partition."""
    group = f"{topics.group('consent')}.consent"
    (answer,) = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)]).values()
    return [(place.partition, max(place.offset, 0)) for place in answer.result(_TIMEOUT_S).topic_partitions]


def _shown(changes: Iterable[Change]) -> list[Row]:
    """A row for each kind of change at the broker, with how many there were."""
    counted = Counter(change.kind for change in changes)
    return [_row(kind, counted[kind]) for kind in KINDS if kind != "setting" or counted[kind]]


def _row(step: str, done: int | bool) -> Row:
    return {"step": step, "found": "to do" if done else "as it should be", "done": int(done)}
