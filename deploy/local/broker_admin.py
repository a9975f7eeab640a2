"""Brings a broker to the plan: topics, accounts, access rules. Idempotent; a difference that cannot be mended is named."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from kernel.settings import FILE_NAME, MECHANISMS, Settings
from kernel.topics import Topics

from . import access, enrolled, scram
from .layout import CannotRun
from .refusal import is_refusal
from .topic_plan import Topic, plan
from .town import Agency

Result = TypeVar("Result")
TIMEOUT_S = 30.0
PAUSE_S = 0.05
ANSWERS_WITHIN_S = 5.0
IN_EFFECT_WITHIN_S = 120.0
"""Rules come into effect behind everything that was asked before them: four hundred new partitions take a busy machine half a minute."""
ANY_HOST = "*"
QUICK_RETRY = {"reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 200}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between broker and plan; ``blocked`` when it cannot be mended without a new generation of topics."""

    kind: str
    name: str
    detail: str
    blocked: bool = False


class BrokerAdmin:
    """One connection of the administrator's account."""

    def __init__(self, settings: Settings, agencies: Iterable[Agency] | None = None) -> None:
        """``agencies``: whom to plan for; None = whoever is or was registered by the time that the broker is compared with the plan."""
        self._settings = settings
        self._given = None if agencies is None else tuple(agencies)
        self._agencies: tuple[Agency, ...] = self._given or ()
        self._topics = Topics(settings.municipality)
        self._refused = False
        self._client = AdminClient({**settings.account("admin"), "error_cb": self._told})

    def apply(self, advance: Callable[[int, int], None] = lambda done, total: None) -> list[Change]:
        """Make every difference vanish and return what was done. Raises CannotRun for a blocked one."""
        changes = self.differences()
        for change in changes:
            if change.blocked:
                raise CannotRun(f"{change.kind} {change.name}: {change.detail}; the number of partitions never changes: set it back, or start a new generation of topics")
        for done, work in enumerate((self._write_accounts, self._make_topics, self._write_rules, self._probe), start=1):
            work(changes)
            advance(done, 4)
        return changes

    def differences(self, within_s: float = TIMEOUT_S) -> list[Change]:
        """Everything in which the broker differs from the plan; waits ``within_s`` for it to answer. Raises CannotRun."""
        self.reach(within_s)
        self._agencies = enrolled.town(self._settings) if self._given is None else self._given
        return [*self._account_changes(), *self._topic_changes(), *self._rule_changes()]

    def reach(self, within_s: float) -> None:
        """Return when the broker answers. Raises CannotRun when it does not in time."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                self._client.list_topics(timeout=2)
                return
            except KafkaException as error:
                self._client.poll(0)  # lets it tell why
                if time.monotonic() > deadline:
                    raise self._unreachable() from error
            time.sleep(PAUSE_S)

    def _unreachable(self) -> CannotRun:
        broker = f"the broker at {self._settings.bootstrap}"
        if self._refused:
            return CannotRun(f"{broker} does not accept the administrator; check its address and secrets/admin.password")
        return CannotRun(f"{broker} does not answer as Kafka; start it, or check [kafka] in {FILE_NAME}")

    def _told(self, error: KafkaError) -> None:
        """What happens to the connection; a call that waits for it says only that it took too long."""
        self._refused = self._refused or is_refusal(error)

    # --- accounts

    def _account_changes(self) -> list[Change]:
        known = scram.places(self._client)
        missing = [Change("account", name, "missing") for name in self._principals() if name not in known]
        return [*missing, *(Change("account", name, "surplus") for name in (*self._gone(), *map(access.mirror, self._left(known))) if name in known)]

    def _principals(self) -> tuple[str, ...]:
        return access.principals(self._agencies, self._settings.towns)

    def _left(self, accounts: Iterable[str]) -> set[str]:
        """Towns that a prefecture's site names no more, though they have an account still."""
        return {town for each in accounts if (town := access.town_of(each))} - {*self._settings.towns} if self._settings.towns else set()

    def _gone(self) -> list[str]:
        """Accounts of agencies that are registered no more."""
        return [agency.principal for agency in self._agencies if agency.ended is not None]

    def _write_accounts(self, changes: list[Change]) -> None:
        accounts = [change for change in changes if change.kind == "account"]
        known = scram.places(self._client) if accounts else {}
        gone = [change.name for change in accounts if change.detail == "surplus"]
        given = [scram.given(change.name, *self._settings.credential(change.name)) for change in accounts if change.detail == "missing"]
        shut = [[scram.shut(name, mechanism) for name in gone if mechanism in known[name]] for mechanism in MECHANISMS]
        for wishes in filter(None, (given, *shut)):  # of one account no more than one at a time: Kafka calls a second one a duplicate
            _all_done(self._client.alter_user_scram_credentials(wishes))

    # --- topics

    def _topic_changes(self) -> list[Change]:
        wanted = plan(self._settings, self._agencies)
        known = self._client.list_topics(timeout=TIMEOUT_S).topics
        missing = [Change("topic", topic.name, "missing") for topic in wanted if topic.name not in known]
        there = [topic for topic in wanted if topic.name in known]
        resized = [
            Change("topic", topic.name, f"has {len(known[topic.name].partitions)} partitions, wanted {topic.partitions}", blocked=True)
            for topic in there
            if len(known[topic.name].partitions) != topic.partitions
        ]
        return [*missing, *resized, *self._setting_changes(there)]

    def _setting_changes(self, topics: list[Topic]) -> list[Change]:
        if not topics:
            return []
        resources = {ConfigResource(ConfigResource.Type.TOPIC, topic.name): topic for topic in topics}
        changes = []
        for resource, future in self._client.describe_configs(list(resources)).items():
            topic, found = resources[resource], _done(future)
            changes += [Change("setting", f"{topic.name} {key}", value) for key, value in topic.settings.items() if found[key].value != value]
        return changes

    def _make_topics(self, changes: list[Change]) -> None:
        wanted = {topic.name: topic for topic in plan(self._settings, self._agencies)}
        replicas = -1
        new = [
            NewTopic(change.name, wanted[change.name].partitions, replicas, config=wanted[change.name].settings)
            for change in changes
            if change.kind == "topic"
        ]
        if new:
            _all_done(self._client.create_topics(new, operation_timeout=TIMEOUT_S))
        self._set([change for change in changes if change.kind == "setting"])

    def _set(self, changes: list[Change]) -> None:
        resources: dict[str, ConfigResource] = {}
        for change in changes:
            topic, key = change.name.split(" ")
            resource = resources.setdefault(topic, ConfigResource(ConfigResource.Type.TOPIC, topic))
            resource.add_incremental_config(ConfigEntry(key, change.detail, incremental_operation=AlterConfigOpType.SET))
        if resources:
            _all_done(self._client.incremental_alter_configs(list(resources.values())))

    # --- access rules

    def _wanted_rules(self) -> set[AclBinding]:
        rules = set()
        for grant in access.grants(self._topics, self._agencies, self._settings.towns):
            for operation in {AclOperation[grant.operation], AclOperation.DESCRIBE}:
                rules.add(_rule(ResourceType.TOPIC, grant.topic, ResourcePatternType.LITERAL, grant.principal, operation))
        for principal in self._principals():
            pattern = ResourcePatternType.PREFIXED
            rules.add(_rule(ResourceType.GROUP, access.group(self._topics, principal), pattern, principal, AclOperation.READ))
        for principal, prefix in access.overseen(self._topics):
            rules.add(_rule(ResourceType.GROUP, prefix, ResourcePatternType.PREFIXED, principal, AclOperation.DESCRIBE))
        return rules

    def _rule_changes(self) -> list[Change]:
        every = AclBindingFilter(
            ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
        )
        known, wanted = set(_done(self._client.describe_acls(every))), self._wanted_rules()
        left = self._left(rule.principal.removeprefix("User:") for rule in known)
        ours = {f"User:{name}" for name in (*self._principals(), *self._gone(), *map(access.mirror, left))}
        prefixes = tuple(f"{code}." for code in (self._settings.municipality, *self._settings.towns, *left))
        surplus = [rule for rule in known - wanted if rule.principal in ours and rule.name.startswith(prefixes)]
        missing = [Change("rule", _told(rule), "missing") for rule in wanted - known]
        return sorted(missing, key=lambda change: change.name) + [Change("rule", _told(rule), "surplus") for rule in surplus]

    def take_the_word(self, agency: Agency) -> bool:
        """Take away the right to write the outbox, before anything else of an account; whether it was there."""
        outbox = self._topics.outbox(agency.id)
        own = AclBindingFilter(
            ResourceType.TOPIC, outbox, ResourcePatternType.LITERAL, f"User:{agency.principal}", None, AclOperation.ANY, AclPermissionType.ANY,
        )
        return any(_done(future) for future in self._client.delete_acls([own]).values())

    def _write_rules(self, changes: list[Change]) -> None:
        by_name = {_told(rule): rule for rule in self._wanted_rules()}
        missing = [by_name[change.name] for change in changes if change.kind == "rule" and change.detail == "missing"]
        if missing:
            _all_done(self._client.create_acls(missing))
        surplus = [_filter_of(change.name) for change in changes if change.kind == "rule" and change.detail == "surplus"]
        if surplus:
            _all_done(self._client.delete_acls(surplus))

    # --- rules take effect after the call that wrote them has answered

    def _probe(self, changes: list[Change]) -> None:
        """Wait until the last account that was given anything sees a topic of its own."""
        if not changes:
            return
        there = [agency for agency in self._agencies if agency.ended is None]
        if not there:
            return
        last = there[-1]
        topic = self._topics.agency_inbox(last.id)
        account = AdminClient({**self._settings.account(last.principal), **QUICK_RETRY})
        deadline = time.monotonic() + IN_EFFECT_WITHIN_S
        while not _sees(account, topic):
            if time.monotonic() > deadline:
                raise CannotRun(f"the account {last.principal} cannot see {topic} at {self._settings.bootstrap} though access was granted")
            time.sleep(PAUSE_S)


def _sees(account: AdminClient, topic: str) -> bool:
    try:
        found = account.list_topics(topic, timeout=ANSWERS_WITHIN_S).topics[topic]
    except KafkaException:
        return False
    return found.error is None


def _rule(kind: ResourceType, name: str, pattern: ResourcePatternType, principal: str, operation: AclOperation) -> AclBinding:
    return AclBinding(kind, name, pattern, f"User:{principal}", ANY_HOST, operation, AclPermissionType.ALLOW)


def _told(rule: AclBinding) -> str:
    """A rule as one line, from which ``_filter_of`` finds it again."""
    return f"{rule.principal} {rule.operation.name} {rule.restype.name} {rule.resource_pattern_type.name} {rule.name}"


def _filter_of(told: str) -> AclBindingFilter:
    principal, operation, kind, pattern, name = told.split(" ")
    return AclBindingFilter(
        ResourceType[kind], name, ResourcePatternType[pattern], principal, None, AclOperation[operation], AclPermissionType.ANY
    )


def _done(future: Future[Result]) -> Result:
    return future.result(TIMEOUT_S)


def _all_done(futures: dict[object, Future[object]]) -> None:
    for future in as_completed(futures.values(), TIMEOUT_S):
        future.result()
