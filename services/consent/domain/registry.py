"""Registry: which agencies there are, which rules are in force, who is protected; the same facts in every partition."""

from __future__ import annotations

from typing import assert_never, get_args

from contracts.consent import KeyDestroyed, ProtectionFlagCleared, ProtectionFlagSet
from contracts.consultation import DeathRetracted, SubjectDied
from contracts.envelope import MessageRefused
from contracts.record import Record
from contracts.registry import AgencyEnded, AgencyRegistered, PolicyActivated
from contracts.shared import AgencyKind, RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = (
    AgencyRegistered | AgencyEnded | PolicyActivated | ProtectionFlagSet | ProtectionFlagCleared | SubjectDied | DeathRetracted | KeyDestroyed
)
Event = Message | MessageRefused


class Agency(Record, frozen=True, kw_only=True):
    """A registered agency: its kind, whether it may claim basis V, the days of its contract (ordinals), whether it is of this municipality
    (or of its prefecture) and not of another."""

    kind: AgencyKind
    emergency_right: bool
    contract_from: int | None = None
    contract_until: int | None = None
    ours: bool = True


class ProtectionFlag(Record, frozen=True, kw_only=True):
    """支援措置 for one person: agencies that must not learn where the person is, until the end of a day."""

    id: str
    person: str
    blocked: frozenset[str]
    last_day: int


class Registry(Record, frozen=True, kw_only=True):
    """Facts of the whole municipality, as far as this partition has them."""

    agencies: dict[str, Agency] = {}
    ended: frozenset[str] = frozenset()
    """Agencies that were registered once and are no more."""
    flags: tuple[ProtectionFlag, ...] = ()
    policy: str = ""
    """SHA-256 of the policy pack that was activated last; empty before the first activation."""
    earlier: tuple[str, ...] = ()
    """Those activated before it, the last one first: while the day of one has not come, the one before it is in force."""
    dead: frozenset[str] = frozenset()
    """Persons who have died: what is theirs waits for the municipality (R14)."""

    def of_kind(self, kind: AgencyKind) -> tuple[str, ...]:
        """Ids of all agencies of a kind in this municipality and its prefecture, sorted."""
        return tuple(sorted(name for name, agency in self.agencies.items() if agency.kind == kind and agency.ours))

    def our_municipality(self, agency: str) -> bool:
        """Whether this is the municipality itself, and not another one."""
        found = self.agencies.get(agency)
        return found is not None and found.ours and found.kind is AgencyKind.MUNICIPALITY


def decide(registry: Registry, message: Message, context: Context) -> tuple[Event, ...]:
    """A registry fact holds from its place in this partition on; who may state it was checked where it came in.

    That a key was destroyed is recorded; once that is durable, ``services/consent/destroyer.py`` destroys it in the key store.
    """
    if isinstance(message, ProtectionFlagCleared) and not any(_is(flag, message) for flag in registry.flags):
        return (refused(context, RefusalCode.WRONG_STATE),)
    return (message,)


def evolve(registry: Registry, event: Event) -> Registry:
    """The facts as they stand after ``event``."""
    match event:
        case AgencyRegistered():
            return registry.changed(agencies={**registry.agencies, event.agency: _agency(event)}, ended=registry.ended - {event.agency})
        case AgencyEnded():
            left = {name: agency for name, agency in registry.agencies.items() if name != event.agency}
            return registry.changed(agencies=left, ended=registry.ended | {event.agency})
        case PolicyActivated():
            earlier = tuple(each for each in (registry.policy, *registry.earlier) if each not in ("", event.hash))
            return registry.changed(policy=event.hash, earlier=earlier)
        case ProtectionFlagSet():
            others = tuple(flag for flag in registry.flags if (flag.id, flag.person) != (event.flag, event.person))
            return registry.changed(flags=(*others, _flag(event)))
        case ProtectionFlagCleared():
            return registry.changed(flags=tuple(flag for flag in registry.flags if not _is(flag, event)))
        case SubjectDied():
            return registry.changed(dead=registry.dead | {event.person})
        case DeathRetracted():
            return registry.changed(dead=registry.dead - {event.person})
        case KeyDestroyed() | MessageRefused():
            return registry
        case _:
            assert_never(event)


def _is(flag: ProtectionFlag, cleared: ProtectionFlagCleared) -> bool:
    return (flag.id, flag.person) == (cleared.flag, cleared.person)


def _agency(event: AgencyRegistered) -> Agency:
    first, last = (None if day is None else day.toordinal() for day in (event.contract_from, event.contract_until))
    return Agency(kind=event.kind, emergency_right=event.emergency_right, contract_from=first, contract_until=last, ours=event.ours)


def _flag(event: ProtectionFlagSet) -> ProtectionFlag:
    return ProtectionFlag(
        id=event.flag, person=event.person, blocked=frozenset(event.blocked_agencies), last_day=event.until.toordinal(),
    )


DECIDER: Decider[Registry] = Decider(
    name="registry",
    initial=Registry(),
    decide=decide,
    evolve=evolve,
    messages=get_args(Message),
    events=get_args(Event),
)
