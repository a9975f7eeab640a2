"""Registry (登録簿): tells the installation which agencies there are, which policy pack is in force, and what deadlines it gives.

Each fact goes to every partition of the inboxes that it concerns, so that it has one exact place in each case's order, and then to the
registry's own log, which therefore also says what need not be told again: whatever is there the last word on its matter.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cli import reading, stating
from contracts.registry import AgencyEnded, AgencyRegistered, DeadlinesSet, PolicyActivated
from contracts.shared import AgencyEndReason, AgencyKind, AgencyUnit, DeadlineTerm
from contracts.topics import SUPPORT_FUNCTIONS
from deploy.local import passing
from deploy.local.town import Agency, agencies
from kernel import serde
from kernel.decider import derive_id
from kernel.partitioner import partition_of
from kernel.settings import Settings
from kernel.topics import Topics
from services.consent import packs
from services.consent.domain.form import Problem
from services.consent.domain.pack import PackInvalid, PolicyPack
from services.consent.signatures import Keys, KeyUnusable

PRINCIPAL = "registry"
OF_AN_AGENCY = (AgencyRegistered, AgencyEnded)
EMERGENCY_KINDS = frozenset({"ELDER", "DISABILITY", "CHILD", "POVERTY", "COORDINATOR", "OUTREACH", "MUNICIPALITY"})
"""Kinds of agency that may give notice of danger to life (basis V, 生命・身体・財産)."""

OUTSIDE = "NOT_IN_POLICIES"
"""Settings name a pack by a path: one that the gate would not know."""


@dataclass(frozen=True, slots=True)
class News:
    """A fact that is to be published. ``before``: how many facts on the same matter the registry's log holds."""

    key: str
    fact: Any
    before: int

    @property
    def id(self) -> str:
        """The same for the same fact at the same place in its matter's history: what was broken off is told again under its old id."""
        return derive_id(PRINCIPAL, PRINCIPAL, sha256(serde.encode(self.fact)).hexdigest(), self.key, self.before)


def publish(settings: Settings, town: Iterable[Agency] | None = None, learn: Callable[[], None] = lambda: None) -> int:
    """Publish whatever the registry's log does not say of ``town`` by now, of the pack in force and of its days; how many facts were new.

    Without a ``town``: of the agencies in the town's file, those of which the log says nothing yet. Of all others the log has the last word.
    May be called while the system runs. ``learn`` is called before a pack is put in force that was not: whoever decides by it must know it.
    Raises KafkaException, NotAccepted; and PackInvalid, when the agencies are told all the same and the pack in force goes on.
    """
    told = _told(settings, Topics(settings.municipality))
    known = {key for key, value in told if isinstance(serde.decode(value), OF_AN_AGENCY)}
    town = [each for each in agencies() if each.id not in known] if town is None else town
    refused: list[PackInvalid] = []
    fresh = _publish(settings, _sound(settings, town, refused), told, learn)
    if refused:
        raise refused[0]
    return fresh


def state(settings: Settings, fact: AgencyRegistered | AgencyEnded) -> bool:
    """Publish one fact about one agency, unless it is the last word on it; whether it was news. Raises KafkaException, NotAccepted."""
    return bool(_publish(settings, [(fact.agency, fact)], _told(settings, Topics(settings.municipality))))


def _publish(
    settings: Settings, said: Iterable[tuple[str, Any]], told: list[tuple[str, bytes]], learn: Callable[[], None] = lambda: None,
) -> int:
    topics = Topics(settings.municipality)
    fresh = news(said, told)
    if any(isinstance(each.fact, PolicyActivated) for each in fresh):
        learn()
    stating.send(settings, PRINCIPAL, [(*place, each) for each in fresh for place in places(topics, settings.partitions, each.key, each.fact)])
    stating.send(settings, PRINCIPAL, [(topics.registry, 0, each) for each in fresh])
    return len(fresh)


def _sound(settings: Settings, town: Iterable[Agency], refused: list[PackInvalid]) -> Iterator[tuple[str, Any]]:
    """The town's facts; those of a pack that is broken, or signed by nobody who may, are left out, and why is added to ``refused``."""
    try:
        yield from facts(settings.policy, town, packs.trusted(settings))
    except PackInvalid as problem:
        refused.append(problem)
    except KeyUnusable as problem:
        refused.append(PackInvalid(settings.policy, [Problem("policy_keys", str(problem))]))


def news(facts: Iterable[tuple[str, Any]], told: Iterable[tuple[str, bytes]]) -> list[News]:
    """Those of ``facts`` that are not the last word on their matter in the registry's log: ``told``, by key and value, in its order."""
    history: defaultdict[str, list[bytes]] = defaultdict(list)
    for key, value in told:
        history[_matter(key, serde.decode(value))].append(value)
    past = ((key, fact, history[_matter(key, fact)]) for key, fact in facts)
    return [News(key, fact, len(values)) for key, fact, values in past if values[-1:] != [serde.encode(fact)]]


def facts(policy: str, town: Iterable[Agency], keys: Keys | None = None) -> Iterator[tuple[str, Any]]:
    """Everything that the registry has to say, each fact with its key; the pack last, which one of ``keys`` must have signed. Raises PackInvalid."""
    for agency in town:
        yield agency.id, registered(agency)
    found = pack(policy, keys)
    yield policy, PolicyActivated(pack=policy, hash=found.hash)
    if found.since <= time.time() * 1000:  # until its day comes, the days of the pack before it are given
        yield policy, deadlines_set(policy)


def pack(policy: str, keys: Keys | None = None) -> PolicyPack:
    """The pack that settings name, signed by one of ``keys`` where there are some. Raises PackInvalid."""
    try:
        return packs.of(_file(policy), keys)
    except OSError as problem:
        raise PackInvalid(str(_file(policy)), [Problem("", f"cannot be read: {problem.strerror}")]) from problem


def places(topics: Topics, partitions: int, key: str, fact: Any) -> Iterator[tuple[str, int]]:
    """The inboxes and partitions that a fact goes to.

    Deadlines to every function that watches some; all else to the gate; what concerns an agency also to where ends of contracts are watched.
    """
    functions = SUPPORT_FUNCTIONS if isinstance(fact, DeadlinesSet) else ("consent",)
    yield from ((topics.inbox(function), number) for function in functions for number in range(partitions))
    if isinstance(fact, OF_AN_AGENCY):
        yield topics.inbox("community"), partition_of(key.encode(), partitions)


def policy_hash(name: str) -> str:
    """SHA-256 (hex) of the bytes of a policy pack: its identity."""
    return sha256(_file(name).read_bytes()).hexdigest()


def deadlines_set(name: str) -> DeadlinesSet:
    """The fact that agencies are given the days that stand in this policy pack. Raises PackInvalid."""
    days = packs.of(_file(name)).deadlines
    return DeadlinesSet(pack=name, terms=tuple(DeadlineTerm(deadline=deadline, days=days[deadline]) for deadline in sorted(days)))


def registered(agency: Agency) -> AgencyRegistered:
    """The fact that ``agency`` is registered."""
    return AgencyRegistered(
        agency=agency.id, kind=AgencyKind(agency.kind), name=agency.name_ja, emergency_right=_emergency_right(agency),
        contract_from=agency.contract_from, contract_until=agency.contract_until,
        units=tuple(AgencyUnit(code=unit.code, name=unit.name) for unit in agency.units),
        municipality=agency.municipality, prefecture=agency.prefecture, ours=agency.ours,
    )


def ended(agency: Agency) -> AgencyEnded:
    """The fact that ``agency`` is registered no more."""
    assert agency.ended is not None
    return AgencyEnded(agency=agency.id, from_day=agency.ended, reason=AgencyEndReason(agency.end_reason))


def _emergency_right(agency: Agency) -> bool:
    return agency.kind in EMERGENCY_KINDS if agency.emergency_right is None else agency.emergency_right


def _file(policy: str) -> Path:
    """Of a name only: whoever decides by packs knows those in that very folder (``packs.load``). Raises PackInvalid."""
    if not policy or Path(policy).name != policy:
        raise PackInvalid(policy, [Problem("policy", f"{OUTSIDE}: it is the name of a file in {packs.FOLDER.name}/, without .yaml: the gate reads no pack elsewhere")])
    return packs.FOLDER / f"{policy}.yaml"


def _matter(key: str, fact: Any) -> str:
    """What a later fact takes the place of an earlier one in: one agency; the pack in force or the deadlines, whatever their pack's name."""
    return key if isinstance(fact, OF_AN_AGENCY) else type(fact).__name__


def _told(settings: Settings, topics: Topics) -> list[tuple[str, bytes]]:
    """Every fact in the registry's log, by key and value. Raises KafkaException."""
    return passing.patiently(
        lambda: [((record.key() or b"").decode(), record.value() or b"") for record in reading.whole(settings, PRINCIPAL, topics.registry)], made=True,
    )
