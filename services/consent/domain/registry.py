"""Registry: which agencies there are, which rules are in force, who is protected; the same facts in every partition."""

from __future__ import annotations

from typing import assert_never

from contracts.consent import ProtectionFlagSet
from contracts.record import Record
from contracts.registry import AgencyRegistered, PolicyActivated
from contracts.shared import AgencyKind
from kernel.decider import Context, Decider

Message = AgencyRegistered | PolicyActivated | ProtectionFlagSet
Event = AgencyRegistered | PolicyActivated | ProtectionFlagSet


class Agency(Record, frozen=True, kw_only=True):
    """A registered agency: its kind, and whether it may claim basis V."""

    kind: AgencyKind
    emergency_right: bool


class ProtectionFlag(Record, frozen=True, kw_only=True):
    """支援措置 for one person: agencies that must not learn where the person is, until the end of a day."""

    id: str
    person: str
    blocked: frozenset[str]
    last_day: int


class Registry(Record, frozen=True, kw_only=True):
    """Facts of the whole municipality, as far as this partition has them."""

    agencies: dict[str, Agency] = {}
    flags: tuple[ProtectionFlag, ...] = ()
    policy: str = ""
    """SHA-256 of the policy pack in force; empty before the first activation."""

    def of_kind(self, kind: AgencyKind) -> tuple[str, ...]:
        """Ids of all agencies of a kind, sorted."""
        return tuple(sorted(name for name, agency in self.agencies.items() if agency.kind is kind))


def decide(_: Registry, message: Message, __: Context) -> tuple[Event, ...]:
    """A registry fact holds from its place in this partition on; who may state it was checked where it came in."""
    return (message,)


def evolve(registry: Registry, event: Event) -> Registry:
    """The facts as they stand after ``event``."""
    match event:
        case AgencyRegistered():
            agency = Agency(kind=event.kind, emergency_right=event.emergency_right)
            return Registry(agencies={**registry.agencies, event.agency: agency}, flags=registry.flags, policy=registry.policy)
        case PolicyActivated():
            return Registry(agencies=registry.agencies, flags=registry.flags, policy=event.hash)
        case ProtectionFlagSet():
            others = tuple(flag for flag in registry.flags if flag.id != event.flag)
            return Registry(agencies=registry.agencies, flags=(*others, _flag(event)), policy=registry.policy)
        case _:
            assert_never(event)


def _flag(event: ProtectionFlagSet) -> ProtectionFlag:
    return ProtectionFlag(
        id=event.flag, person=event.person, blocked=frozenset(event.blocked_agencies), last_day=event.until.toordinal(),
    )


DECIDER: Decider[Registry] = Decider(
    name="registry",
    initial=Registry(),
    decide=decide,
    evolve=evolve,
    messages=(AgencyRegistered, PolicyActivated, ProtectionFlagSet),
    events=(AgencyRegistered, PolicyActivated, ProtectionFlagSet),
)
