"""The ledger says who has read (閲覧): every read of personal data, as far as it may be shown (rules 20, 32; R8, R12, case 35)."""

from __future__ import annotations

import pytest

from contracts.consent import PersonalDataRead, PersonTellingDelayed, ProtectionFlagCleared
from contracts.envelope import MessageRefused, PersonsNoted
from contracts.shared import Basis, DataCategory, PartCode, Purpose, ReaderRole, ReadReason, RefusalCode, TellingDelayReason
from kernel.days import DAY_MS, day_in_japan
from kernel.testing import AT
from services.consent.domain.sight import Entry
from services.consent.domain.viewing import SOURCE, Viewing
from tests.services.consent.ledger_town import FLAG, Town, replace_flag
from tests.services.consent.town import GATE, MOTHER, SON, consent, part, request

BASIC, HEALTH, DANGER, REPORTER = DataCategory.BASIC, DataCategory.HEALTH, DataCategory.DANGER, DataCategory.REPORTER
LEDGER = {"reader": "privacy-desk", "role": ReaderRole.PRIVACY_DESK, "resource": "persons.ledger", "reason": ReadReason.RIGHTS_REQUEST}
NOTICE = {"recipient": "municipality", "event_type": "EmergencyRaised", "event_id": "notice", "basis": Basis.L, "purpose": Purpose.STATUTORY_WORK}


def read(*parts: PartCode, **changes: object) -> PersonalDataRead:
    """A caseworker of the coordinator reads texts of the case, unless changed."""
    values = {
        "read": "read-1", "reader": "coordinator", "role": ReaderRole.CASEWORKER, "actor": "token-7", "resource": "cases.text",
        "reason": ReadReason.SUPPORT, "parts": parts,
    }
    return PersonalDataRead(**{**values, **changes})


def given_notice(town: Town) -> str:
    """The elder centre has given notice of abuse."""
    return town.say(request(part(BASIC), part(DANGER), part(REPORTER), **NOTICE))


def test_rule_32_who_has_read_what_when_and_why_stands_in_the_ledger():
    """By agency and role; who of its people is not told."""
    town = Town()
    town.say(read(part(BASIC), part(HEALTH)), SOURCE)

    (viewing,) = town.viewings()

    assert ("coordinator", ReaderRole.CASEWORKER, "cases.text", ReadReason.SUPPORT) == (viewing.reader, viewing.role, viewing.resource, viewing.reason)
    assert ((BASIC, HEALTH), town.at) == (viewing.categories, viewing.at)
    assert "token-7" not in str(viewing)


def test_case_35_of_others_a_reading_says_nothing():
    """The son's health is read with the mother's name: each sees the own share, a stranger nothing."""
    town = Town()
    town.say(read(part(BASIC), part(HEALTH, SON)), SOURCE)

    (hers,), (his,) = town.viewings(), town.viewings(SON)

    assert ((BASIC,), (HEALTH,)) == (hers.categories, his.categories)
    assert (SON in str(hers), MOTHER in str(his)) == (False, False)
    assert [] == town.viewings("9" * 32)


def test_rule_32_that_the_ledger_itself_was_opened_stands_in_it_once():
    """The privacy desk reads what lies in two cases; it is one reading, without categories."""
    town = Town()
    for case in ("1" * 32, "2" * 32):
        town.say(read(read="read-9", persons=(MOTHER,), **LEDGER), SOURCE, case)

    (viewing,) = town.viewings()

    assert ("privacy-desk", "persons.ledger", ReadReason.RIGHTS_REQUEST, ()) == (viewing.reader, viewing.resource, viewing.reason, viewing.categories)


def test_rule_32_two_requests_are_two_readings():
    """In the order of time, among what was given."""
    town = Town()
    town.say(read(part(BASIC)), SOURCE)
    town.given(consent(BASIC), request(part(BASIC)))
    town.say(read(part(BASIC), read="read-2"), SOURCE)

    assert [Viewing, Entry, Viewing] == [type(line) for line in town.lines()]


def test_r12_who_reported_has_no_entry_when_the_report_is_read():
    """Neither as the one whose name was read, nor as somebody named beside."""
    town = Town()
    town.say(read(part(BASIC), part(REPORTER, SON)), SOURCE)
    town.say(read(part(BASIC), part(REPORTER, SON), persons=(MOTHER, SON), read="read-2"), SOURCE)

    assert [] == town.viewings(SON)
    assert [(BASIC,), (BASIC,)] == [each.categories for each in town.viewings()]


def test_r12_who_is_known_as_a_reporter_alone_has_no_entry_when_the_case_is_looked_at():
    """A request has said that the son has reported; a state that names everybody is read."""
    town = Town()
    town.say(request(part(BASIC), part(REPORTER, SON), **NOTICE))
    town.say(read(persons=(MOTHER, SON)), SOURCE)

    assert (1, 0) == (len(town.viewings()), len(town.viewings(SON)))


def test_r12_a_category_of_who_reported_is_never_told():
    """Also where other parts of the same event are the person's own."""
    town = Town()
    town.say(read(part(BASIC), part(REPORTER)), SOURCE)

    assert [(BASIC,)] == [each.categories for each in town.viewings()]


@pytest.mark.parametrize("events", [("notice",), ()])
def test_r12_whoever_gave_notice_and_reads_it_again_is_not_named(events: tuple[str, ...]):
    """A ledger that names the reader would name the reporter; the one who got the notice is named."""
    town = Town()
    given_notice(town)
    town.say(read(part(BASIC), reader="elder", events=events), SOURCE)
    town.say(read(part(BASIC), reader="municipality", events=events, read="read-2"), SOURCE)

    assert [("", True), ("municipality", False)] == [(each.reader, each.place_hidden) for each in town.viewings()]


def test_r12_what_else_the_giver_of_a_notice_reads_names_it():
    """It has long been known in the case; only that it has reported is secret."""
    town = Town()
    given_notice(town)
    town.say(read(part(BASIC), reader="elder", events=("another",)), SOURCE)

    assert ["elder"] == [each.reader for each in town.viewings()]


@pytest.mark.parametrize(("days", "entries"), [(13, 0), (15, 1)])
@pytest.mark.parametrize("changes", [{"reader": "municipality"}, {"reader": "municipality", "events": ("notice",)}, {"reader": "auditor", "events": ("notice",)}])
def test_rule_20_a_reading_that_would_tell_of_a_notice_appears_when_the_notice_does(changes: dict[str, object], days: int, entries: int):
    """By whoever got it, or of the very event."""
    town = Town()
    given_notice(town)
    town.say(read(part(BASIC), **changes), SOURCE)

    assert entries == len(town.viewings(at=AT + days * DAY_MS))


def test_rule_20_a_reading_waits_for_the_day_that_a_fact_names():
    """Telling the person is put off: so is what would tell."""
    town = Town()
    identity = given_notice(town)
    town.deliver(identity)
    town.say(read(part(DANGER), events=("notice",)), SOURCE)
    day = day_in_japan(AT + 40 * DAY_MS)
    town.say(PersonTellingDelayed(request_id=identity, reason=TellingDelayReason.DANGER_TO_PERSON, until=day))

    assert [] == town.viewings(at=AT + 30 * DAY_MS)
    assert 1 == len(town.viewings(at=AT + 41 * DAY_MS))


def test_rule_20_what_was_read_before_a_notice_is_shown_at_once():
    """It tells of none."""
    town = Town()
    town.say(read(part(BASIC), reader="municipality"), SOURCE)
    at = town.at
    given_notice(town)

    assert [at] == [each.at for each in town.viewings(at=town.at)]


def test_r8_somebody_else_is_protected_that_was_read_is_said_where_is_not():
    """Which agencies look at the household tells where it is; whoever is protected sees the own readings whole."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.say(FLAG, "municipality")
    town.say(read(part(BASIC), part(HEALTH, SON), reader="workshop"), SOURCE)
    town.say(ProtectionFlagCleared(flag=FLAG.flag, person=SON), "municipality")
    town.say(read(part(BASIC), reader="workshop", read="read-2"), SOURCE)

    assert [("", (BASIC,)), ("workshop", (BASIC,))] == [(each.reader, each.categories) for each in town.viewings()]
    assert [("workshop", (HEALTH,))] == [(each.reader, each.categories) for each in town.viewings(SON)]


def test_r8_what_is_hidden_in_one_case_is_hidden_where_the_same_request_reads_another():
    """Two cases, one reading, one line."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)), case="2" * 32)
    town.say(FLAG, "municipality")
    for case in ("1" * 32, "2" * 32):
        town.say(read(part(BASIC), reader="workshop"), SOURCE, case)

    assert [("", True)] == [(each.reader, each.place_hidden) for each in town.viewings()]


def test_rule_32_a_proxy_of_the_household_never_sees_readings_of_what_is_protected():
    """Danger that is read; a reading by whoever got a notice; any reading once somebody of the household is protected."""
    town = Town()
    town.say(read(part(BASIC)), SOURCE)
    town.say(read(part(DANGER), read="read-2"), SOURCE)
    given_notice(town)
    town.say(read(part(BASIC), reader="municipality", read="read-3"), SOURCE)

    assert (3, ["read-1"]) == (len(town.viewings()), [each.read for each in town.viewings(by_proxy=True)])
    town.say(replace_flag(MOTHER), "municipality")
    assert (3, 0) == (len(town.viewings()), len(town.viewings(by_proxy=True)))


@pytest.mark.parametrize("source", ["elder", "reporting", "tsunagu.another", ""])
def test_no_agency_says_that_something_was_read(source: str):
    """Only the service through which it is read; the case stays as it is."""
    town = Town()
    town.say(read(part(BASIC)), source)

    assert [RefusalCode.NOT_PUBLISHABLE] == [each.event.code for each in town.log if isinstance(each.event, MessageRefused)]
    assert [] == town.viewings()


def test_a_reading_changes_nothing_in_the_case():
    """However many there are."""
    town = Town()
    before = town.say(consent(BASIC)) and town._states["1" * 32]
    for number in range(3):
        town.say(read(part(BASIC), read=f"read-{number}"), SOURCE)

    assert before is town._states["1" * 32]
    assert GATE.due is not None
    assert 3 == len(town.viewings())
