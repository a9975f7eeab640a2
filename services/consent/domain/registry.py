"""Registry: which agencies there are, which rules are in force, who is protected; the same facts in every partition."""

from __future__ import annotations

from typing import assert_never

from contracts.consent import ProtectionFlagSet
from contracts.registry import AgencyRegistered, PolicyActivated
from kernel.decider import Context, Decider
from services.consent.domain.model import Agency, ProtectionFlag, Registry

Message = AgencyRegistered | PolicyActivated | ProtectionFlagSet
Event = AgencyRegistered | PolicyActivated | ProtectionFlagSet


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
