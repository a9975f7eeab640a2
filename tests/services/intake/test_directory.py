"""The directory: what the registry's log says about agencies; each rule in a sentence."""

from __future__ import annotations

from datetime import date

from contracts.registry import AgencyRegistered, PolicyActivated
from contracts.shared import AgencyKind
from kernel import serde
from kernel.memory import MemoryLog
from services.intake.directory import FRESH_S, Directory
from services.intake.domain.front_door import Listed

TOPIC = "990019.registry.log"


class Clock:
    """A clock that stands still until it is moved, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def tell(log: MemoryLog, fact: object) -> None:
    """Write one fact of the registry."""
    log.append(TOPIC, 0, b"key", serde.encode(fact), ())


async def test_agencies_are_known_by_their_kind() -> None:
    """Other facts of the registry are passed over; the newest registration counts."""
    log = MemoryLog()
    tell(log, AgencyRegistered(agency="elder", kind=AgencyKind.CHILD, name="子ども"))
    tell(log, PolicyActivated(pack="national", hash="hash"))
    tell(log, AgencyRegistered(agency="elder", kind=AgencyKind.ELDER, name="高齢"))
    directory = Directory(log, TOPIC)
    await directory.refresh()

    assert {"elder": Listed(kind=AgencyKind.ELDER)} == dict(directory)


async def test_contracts_are_known_by_their_days() -> None:
    """A renewal takes the place of what was agreed before."""
    log, first, last, renewed = MemoryLog(), date(2026, 4, 1), date(2027, 3, 31), date(2028, 3, 31)
    for until in (last, renewed):
        tell(log, AgencyRegistered(agency="elder", kind=AgencyKind.ELDER, name="高齢", contract_from=first, contract_until=until))
    directory = Directory(log, TOPIC)
    await directory.refresh()

    assert {"elder": Listed(kind=AgencyKind.ELDER, contract_from=first, contract_until=renewed)} == dict(directory)


async def test_whether_an_agency_is_ours_is_known() -> None:
    """A neighbour town's municipality is one of another town; it becomes ours only by another registration."""
    log = MemoryLog()
    tell(log, AgencyRegistered(agency="next", kind=AgencyKind.MUNICIPALITY, name="隣のまち", municipality="990027", ours=False))
    directory = Directory(log, TOPIC)
    await directory.refresh()

    assert {"next": Listed(kind=AgencyKind.MUNICIPALITY, ours=False)} == dict(directory)


async def test_a_fresh_directory_is_not_read_again() -> None:
    """Within the same second what was read counts as current; after that, or when told to, it reads on."""
    log, clock = MemoryLog(), Clock()
    directory = Directory(log, TOPIC, clock)
    await directory.refresh()
    tell(log, AgencyRegistered(agency="elder", kind=AgencyKind.ELDER, name="高齢"))
    await directory.refresh()
    assert {} == dict(directory)

    clock.now = FRESH_S
    await directory.refresh()
    assert {"elder": Listed(kind=AgencyKind.ELDER)} == dict(directory)


async def test_reading_on_says_whether_anything_was_new() -> None:
    """So that a doubtful record is judged anew only where it might help."""
    log = MemoryLog()
    directory = Directory(log, TOPIC)
    assert not await directory.read_on()
    tell(log, AgencyRegistered(agency="elder", kind=AgencyKind.ELDER, name="高齢"))
    assert await directory.read_on()
    assert not await directory.read_on()
