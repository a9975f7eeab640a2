"""A ledger and protection (支援措置, 通報者): what is said of whom, and to whom not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    PersonTellingDelayed,
    ProtectionFlagCleared,
)
from contracts.envelope import PersonsNoted
from contracts.shared import (
    Basis,
    Deadline,
    Outcome,
    PartCode,
    Purpose,
    TellingDelayReason,
)
from kernel.days import DAY_MS, start_of
from kernel.testing import AT
from tests.services.consent.ledger_town import (
    ADDRESS,
    BASIC,
    DANGER,
    FLAG,
    LOOK_UP,
    REPORTED,
    REPORTER,
    Town,
    replace_flag,
)
from tests.services.consent.town import MOTHER, PACK, SON, consent, part, request


def test_r12_who_reported_is_never_named():
    """A notice by law, with a part that tells who has reported: neither the part nor the agency is shown."""
    town = Town()
    town.say(request(part(BASIC), part(DANGER), part(REPORTER), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK))

    (entry,) = town.ledger()

    assert ("", True, (), ()) == (entry.giver, entry.reported, entry.withheld, entry.reasons)
    assert {BASIC, DANGER} == set(entry.categories)
    assert "'elder'" not in str(entry)


def test_r12_a_reporter_has_no_entry_as_such():
    """Of whoever reported nothing is said at all."""
    town = Town()
    town.say(request(part(BASIC), part(REPORTER, SON), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK))

    town.say(request(recipient="tax", agency="tax", wanted=(ADDRESS,), basis=Basis.NONE), "tax")

    assert [] == town.ledger(SON)


@pytest.mark.parametrize("signal", [(), (part(BASIC), part(REPORTER, SON)), (part(BASIC),)])
def test_r12_who_is_noted_as_a_reporter_alone_has_no_entry_when_anything_of_the_household_is_looked_for(signal: tuple[PartCode, ...]):
    """A neighbour who gave a signal is no person of the household; also where the signal, whose body names both, was asked about."""
    town = Town()
    town.say(REPORTED)
    if signal:
        town.say(request(*signal, event_type="SignalReceived", persons=(MOTHER, SON)))
    town.say(request(**LOOK_UP), "tax")

    assert ["InformationRequested"] == [entry.event_type for entry in town.ledger() if entry.recipient == "tax"]
    assert [] == [entry for entry in town.ledger(SON) if entry.recipient == "tax"]


@pytest.mark.parametrize("otherwise", [
    PersonsNoted(persons=(SON,)), consent(BASIC, person=SON), request(part(BASIC, SON)), request(part(BASIC), persons=(SON,)),
])
@pytest.mark.parametrize("reported", [REPORTED, request(part(BASIC), part(REPORTER, SON))])
def test_rule_32_whoever_has_reported_and_is_known_otherwise_too_has_an_entry_of_what_was_looked_for(reported: Any, otherwise: Any):
    """From then on, whatever is reported again."""
    town = Town()
    for said in (reported, otherwise, reported):
        town.say(said)
    town.say(request(**LOOK_UP), "tax")

    assert ["tax"] == [entry.recipient for entry in town.ledger(SON) if entry.event_type == "InformationRequested"]


@pytest.mark.parametrize(("days", "entries"), [(13, 0), (15, 1)])
def test_rule_20_what_is_kept_from_the_person_appears_on_its_day(days: int, entries: int):
    """A notice of abuse must not warn whoever harms: when the days for telling the person are over, it is there, unless a fact names a later day."""
    town = Town()
    town.say(request(part(BASIC), part(DANGER), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK))

    assert entries == len(town.ledger(at=AT + days * DAY_MS))
    assert (90, 14) == (PACK.bases[Basis.L].conceal_days, PACK.deadlines[Deadline.PERSON_TOLD])


def test_rule_20_a_notice_that_was_refused_is_kept_just_as_long():
    """Without danger it is none; that somebody tried shows as much."""
    town = Town()
    town.say(request(part(BASIC), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK))

    assert [] == town.ledger(at=AT + 89 * DAY_MS)
    assert [Outcome.DENY] == [entry.outcome for entry in town.ledger(at=AT + 91 * DAY_MS)]


def test_rule_20_an_emergency_appears_when_the_person_ought_to_have_been_told_unless_a_fact_names_a_day():
    """Then from that day on."""
    town = Town()
    identity = town.say(request(
        part(BASIC), part(DANGER), recipient="police", agency="outreach", event_type="EmergencyRaised", basis=Basis.V, purpose=Purpose.EMERGENCY,
    ), "outreach")
    town.deliver(identity)
    day = date(2026, 6, 25)

    assert [] == town.ledger(at=town.at)
    assert 1 == len(town.ledger(at=town.at + 15 * DAY_MS))
    town.say(PersonTellingDelayed(request_id=identity, reason=TellingDelayReason.DANGER_TO_PERSON, until=day), "outreach")
    assert [] == town.ledger(at=start_of(day.toordinal()) - 1)
    assert 1 == len(town.ledger(at=start_of(day.toordinal())))


def test_r8_somebody_else_is_protected_what_is_said_and_where_is_not():
    """Which agencies hold something of the household tells where it is: hers are kept back while the son is protected. Nor does she learn that."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.given(consent(BASIC, ADDRESS, recipients=("coordinator", "workshop")), request(part(BASIC), part(ADDRESS)))
    town.say(FLAG, "municipality")
    town.given(request(part(BASIC), part(ADDRESS), recipient="workshop"))

    before, after = town.ledger()

    assert ("", "", True) == (before.giver, before.recipient, before.place_hidden) == (after.giver, after.recipient, after.place_hidden)
    assert ((BASIC,), ((ADDRESS, ""),), (), "") == (after.categories, after.withheld, after.reasons, after.rule)
    assert "PROTECTED" not in str(after)


def test_r8_whoever_is_protected_sees_the_own_entries_whole():
    """The flag is the son's own."""
    town = Town()
    town.say(FLAG, "municipality")
    town.given(consent(BASIC, ADDRESS, person=SON, recipients=("workshop",)), request(part(BASIC, SON), part(ADDRESS, SON), recipient="workshop"))

    (entry,) = town.ledger(SON)

    assert ("elder", "workshop", ((ADDRESS, "PROTECTED"),)) == (entry.giver, entry.recipient, entry.withheld)


def test_r8_a_flag_of_another_household_hides_nothing():
    """It has nothing to do with her."""
    town = Town()
    town.say(FLAG, "municipality")
    town.given(consent(BASIC), request(part(BASIC)))

    assert ["coordinator"] == [entry.recipient for entry in town.ledger()]


def test_r8_after_its_end_a_flag_hides_what_was_while_it_stood():
    """What came after the flag was cleared is shown again."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.say(FLAG, "municipality")
    town.given(consent(BASIC), request(part(BASIC)))
    town.say(ProtectionFlagCleared(flag=FLAG.flag, person=SON), "municipality")
    town.given(request(part(BASIC), event_id="event-2"))

    assert ["", "coordinator"] == [entry.recipient for entry in town.ledger()]


def test_rule_32_a_proxy_of_the_household_never_sees_what_is_protected():
    """Whoever acts for her may be the one from whom it protects: flags, danger, and what was given without asking are left out."""
    town = Town()
    town.given(consent(BASIC), request(part(BASIC)))
    town.given(request(
        part(BASIC), part(DANGER), recipient="police", agency="outreach", event_type="EmergencyRaised", basis=Basis.V, purpose=Purpose.EMERGENCY,
    ))

    assert (2, 1) == (len(town.ledger()), len(town.ledger(by_proxy=True)))
    town.say(replace_flag(MOTHER), "municipality")
    assert (2, 0) == (len(town.ledger()), len(town.ledger(by_proxy=True)))
