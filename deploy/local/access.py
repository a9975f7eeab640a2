"""Who may read and write which topic: one table, from which the broker's access rules are made and against which tests ask it.

Names are short (without the municipality's code); ``agency.*.inbox`` stands for every agency's, ``agency.<own>.inbox`` for
the account's own. WRITE and READ each bring DESCRIBE; DESCRIBE alone shows how many records there are and from when, and none of them. Nobody
but the administrator may create, alter or delete anything.

At a prefecture's site there are also the logs that its towns share. Each town has an account of its own for its own: what it writes, no other town can see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.topics import SUPPORT_FUNCTIONS, Function
from kernel.topics import Topics

from .first_start import API, DECIDING, OBSERVER
from .town import Agency

INBOXES = tuple(f"{function}.inbox" for function in SUPPORT_FUNCTIONS)
LOGS = (*(f"{function}.log" for function in SUPPORT_FUNCTIONS), "consent.log", "registry.log", "reporting.log")

DEAD_LETTERS = tuple(f"{service}.dead-letters" for service in DECIDING)
SHARED = (Function.COMMUNITY, Function.REPORTING)
"""Functions of whose logs a prefecture's site has what each of its towns shares."""
_MIRROR = "mirror-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What one account may write and read."""

    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    describes: tuple[str, ...] = ()
    oversees: tuple[str, ...] = ()
    """Accounts whose consumer groups it may describe: their members, and what they have committed."""


OF_TOWNS: Mapping[str, str] = {"reporting": "READ", "auditor": "READ", OBSERVER: "DESCRIBE"}
"""What accounts of a prefecture's site may do on the logs of its towns. The API needs none: what it shows of them lies in tables."""
AGENCY = Access(writes=("agency.<own>.outbox",), reads=("agency.<own>.inbox",))

TABLE: Mapping[str, Access] = {
    "intake": Access(
        writes=(*INBOXES, "consent.inbox", "consent.urgent", "consultation.log", "outreach.log", "intake.dead-letters"),
        reads=("agency.*.outbox", "consultation.inbox", "outreach.inbox", "consultation.log", "outreach.log", "registry.log", "control"),
    ),
    "coordination": Access(
        writes=(*INBOXES, "coordination.log", "consent.inbox", "consent.urgent", "coordination.dead-letters"),
        reads=("coordination.inbox", "coordination.log", "control"),
    ),
    "participation": Access(
        writes=(*INBOXES, "participation.log", "community.log", "consent.inbox", "consent.urgent", "participation.dead-letters"),
        reads=("participation.inbox", "community.inbox", "participation.log", "community.log", "control"),
    ),
    "consent": Access(
        writes=(*INBOXES, "consent.log", "consent.inbox", "agency.*.inbox", "consent.dead-letters"),
        reads=("consent.inbox", "consent.urgent", "consent.reads", *LOGS, "control"),
    ),
    "reporting": Access(writes=("reporting.inbox", "reporting.log", "reporting.dead-letters"), reads=("reporting.inbox", *LOGS, "control")),
    API: Access(writes=("consent.reads",), reads=LOGS),
    "auditor": Access(reads=LOGS),
    "registry": Access(writes=("registry.log", "consent.inbox", *INBOXES), reads=("registry.log",)),
    "operator": Access(writes=("control",)),
    "inspector": Access(reads=DEAD_LETTERS),
    OBSERVER: Access(
        describes=(*INBOXES, "consent.inbox", "consent.urgent", "consent.reads", "reporting.inbox", *LOGS, *DEAD_LETTERS, "control", "agency.*.outbox", "agency.*.inbox"),
        oversees=DECIDING,
    ),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One cell of the table with a right in it: ``operation`` is WRITE, READ or DESCRIBE, ``topic`` a full name."""

    principal: str
    topic: str
    operation: str


def mirror(town: str) -> str:
    """The account by which a town puts what it shares into the cluster of its prefecture."""
    return f"{_MIRROR}{town}"


def town_of(principal: str) -> str:
    """The town whose ``mirror`` an account is; empty where it is none."""
    return principal.removeprefix(_MIRROR) if principal.startswith(_MIRROR) else ""


def group(topics: Topics, principal: str) -> str:
    """Where the names begin of the consumer groups that an account may use. A town knows its own code alone, not that of the site at which it is a guest."""
    return Topics(town_of(principal) or topics.municipality).group(principal)


def principals(agencies: Iterable[Agency], towns: Iterable[str] = ()) -> tuple[str, ...]:
    """Every account but the administrator's; who is registered no more has none. ``towns``: those of a prefecture's site."""
    return (*TABLE, *map(mirror, towns), *(agency.principal for agency in agencies if agency.ended is None))


def grants(topics: Topics, agencies: Iterable[Agency], towns: Iterable[str] = ()) -> frozenset[Grant]:
    """Every right that anybody but the administrator has. What was left in the topics of an agency that has ended can still be read by us."""
    agencies = tuple(agencies)
    found = [grant for name, access in TABLE.items() for grant in _rights(name, access, topics, agencies)]
    found += [grant for agency in agencies if agency.ended is None for grant in _rights(agency.principal, AGENCY, topics, (agency,))]
    found += [grant for town in towns for grant in _of_town(town)]
    return frozenset(found)


def overseen(topics: Topics) -> frozenset[tuple[str, str]]:
    """Who may describe which consumer groups: an account, and the prefix of their names."""
    return frozenset((name, topics.group(other) + ".") for name, access in TABLE.items() for other in access.oversees)


def _of_town(town: str) -> Iterable[Grant]:
    """Its own account reads what it has written: there it finds how far it came."""
    for topic in map(Topics(town).log, SHARED):
        yield from (Grant(mirror(town), topic, operation) for operation in ("WRITE", "READ"))
        yield from (Grant(principal, topic, operation) for principal, operation in OF_TOWNS.items())


def _rights(principal: str, access: Access, topics: Topics, agencies: tuple[Agency, ...]) -> Iterable[Grant]:
    for operation, names in (("WRITE", access.writes), ("READ", access.reads), ("DESCRIBE", access.describes)):
        for name in names:
            for topic in _expanded(name, agencies):
                yield Grant(principal, topics.named(topic), operation)


def _expanded(name: str, agencies: tuple[Agency, ...]) -> list[str]:
    for placeholder in ("*", "<own>"):
        if placeholder in name:
            return [name.replace(placeholder, agency.id) for agency in agencies]
    return [name]
