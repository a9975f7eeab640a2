"""Bases K and B0, and what limits every basis: codes alone within the task, nothing personal, the dead, a flag that is lifted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from contracts.catalogue import CATALOGUE
from contracts.consent import ConsentExtended, DisclosureDecided, KeyDestroyed, ProtectionFlagCleared, ProtectionFlagSet
from contracts.consultation import SubjectDied
from contracts.envelope import PartNoted, PersonsNoted, Tick
from contracts.shared import Basis, CasePart, DataCategory, DestructionReason, Outcome, PartCode, Purpose, RefusalCode
from kernel.days import DAY_MS
from kernel.decider import fold
from kernel.testing import AT, Given, given
from services.consent.domain import registry
from services.consent.packs import FOLDER
from tests.services.consent.test_aftercare import handed_over
from tests.services.consent.test_stops import permitted, verdicts
from tests.services.consent.town import ASKED, CONSENT, GATE, MOTHER, SON, TOWN, consent, part, request

BASIC, ADDRESS, HEALTH = DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.HEALTH
PARTIES = (PartNoted(agency="elder", part=CasePart.OPENED), PartNoted(agency="coordinator", part=CasePart.LINKED))
FLAG = ProtectionFlagSet(flag="f" * 32, person=MOTHER, blocked_agencies=("coordinator",), until=date(2027, 3, 31))
CLEARED = ProtectionFlagCleared(flag="f" * 32, person=MOTHER)
DIED = SubjectDied(person=MOTHER, died_on=date(2026, 5, 1), household_remains=True)


def case(*events: Any, shared: Any = TOWN) -> Given:
    """A case in which these facts are recorded."""
    return given(GATE, *events, shared=shared)


def ask(before: Given, *parts: PartCode, **changes: Any) -> DisclosureDecided:
    """The verdict on one request."""
    (found,) = (event for event in before.when(request(*parts, **changes), source="coordination").events if isinstance(event, DisclosureDecided))
    return found


def tell(before: Given, *parts: PartCode, **changes: Any) -> tuple[Outcome, Basis, tuple[str, ...]]:
    """Outcome, basis and reasons of a request on basis K."""
    values = {"event_type": "LinkAccepted", "basis": Basis.K, "purpose": Purpose.NOTICE} | changes
    verdict = ask(before, *parts, **values)
    return verdict.outcome, verdict.basis, verdict.reasons


def later(*facts: Any) -> Any:
    """The town after these facts."""
    return fold(registry.DECIDER, facts, TOWN)


def test_codes_alone_go_to_who_has_opened_the_case():
    """K: the link was accepted; who had linked hears of it."""
    assert (Outcome.PERMIT, Basis.K, ()) == tell(case(*PARTIES), agency="coordinator", recipient="elder")


def test_codes_alone_go_to_who_is_on_the_list():
    """A sitting or a project is known to whoever was called to it."""
    assert (Outcome.PERMIT, Basis.K, ()) == tell(case(PARTIES[0], PartNoted(agency="coordinator", part=CasePart.LISTED)))


@pytest.mark.parametrize("part", [CasePart.LINKED, CasePart.ROLE])
def test_a_part_alone_does_not_make_a_case_known(part: CasePart):
    """Whoever was linked or named learns of the case once something of it has arrived there: the person may have said no."""
    assert (Outcome.DENY, Basis.NONE, ("NOT_A_PARTY",)) == tell(case(PARTIES[0], PartNoted(agency="coordinator", part=part)))


@pytest.mark.parametrize("event_type", ["CaseClosed", "ClosingAwaited", "CaseReopened", "CaseFrozen"])
def test_how_a_case_ends_and_goes_on_is_told_to_who_knows_of_it(event_type: str):
    """Closed, to be closed, open again, continued under another id."""
    assert (Outcome.PERMIT, Basis.K, ()) == tell(handed_over(), event_type=event_type)


def test_codes_alone_go_to_who_has_received_something_of_the_case():
    """It knows of the case."""
    assert (Outcome.PERMIT, Basis.K, ()) == tell(handed_over())


def test_who_does_not_know_of_the_case_is_told_nothing():
    """A reason of its own, and what would open the way."""
    verdict = ask(case(*PARTIES), recipient="tax", event_type="LinkAccepted", basis=Basis.K, purpose=Purpose.NOTICE)

    assert (Outcome.DENY, ("NOT_A_PARTY",), ("PART_IN_CASE",)) == (verdict.outcome, verdict.reasons, verdict.releases_when)
    assert "関わっていません" in verdict.sentence


@pytest.mark.parametrize(("parts", "persons"), [((part(BASIC),), ()), ((), (MOTHER,))])
def test_what_is_personal_does_not_go_on_k(parts: tuple[PartCode, ...], persons: tuple[str, ...]):
    """Neither a sealed part nor the name of a person, whatever the part in the case."""
    assert (Outcome.DENY, Basis.NONE, ("PERSON_NAMED",)) == tell(case(*PARTIES), *parts, persons=persons)


def test_only_listed_types_go_on_k():
    """The pack says which."""
    assert (Outcome.DENY, Basis.NONE, ("TYPE_NOT_COVERED",)) == tell(case(*PARTIES), event_type="PlanShared")


def test_beside_k_a_consent_still_counts():
    """Rule 8: each basis on its own, the most open wins."""
    found = tell(case(*PARTIES, consent(BASIC)), part(BASIC), event_type="LinkedToAgency", purpose=Purpose.COORDINATION)

    assert (Outcome.PERMIT, Basis.C, ()) == found


def test_a_correction_names_a_person_and_goes_only_to_who_has_received_of_that_person():
    """R12: it may be told to a recipient, and to nobody else of the case."""
    changes: dict[str, Any] = {"event_type": "CorrectionMade", "persons": (MOTHER,)}

    assert (Outcome.PERMIT, Basis.K, ()) == tell(handed_over(), **changes)
    assert (Outcome.DENY, Basis.NONE, ("PERSON_NAMED",)) == tell(handed_over(), recipient="elder", **changes)
    assert (Outcome.DENY, Basis.NONE, ("PERSON_NAMED",)) == tell(handed_over(), **changes | {"persons": (MOTHER, SON)})


def test_a_protected_household_is_kept_from_a_blocked_agency_on_k_too():
    """R8 beats K."""
    noted = PersonsNoted(persons=(MOTHER,))

    assert (Outcome.DENY, Basis.NONE, ("PROTECTED",)) == tell(case(*PARTIES, noted, shared=later(FLAG)))
    assert (Outcome.PERMIT, Basis.K, ()) == tell(case(*PARTIES, noted, shared=later(FLAG)), recipient="elder")


def test_a_missed_deadline_of_what_is_no_case_is_told_as_nothing_personal():
    """A resource, a place, a project: nobody has a part in it, nobody is named."""
    assert (Outcome.PERMIT, Basis.B0, ()) == tell(case(), recipient="workshop", event_type="DeadlineMissed")
    assert (Outcome.DENY, Basis.NONE, ("NOT_A_PARTY",)) == tell(case(*PARTIES), recipient="workshop", event_type="DeadlineMissed")


def test_nothing_that_names_a_person_is_free_of_personal_data():
    """B0 needs neither parts nor persons."""
    free: dict[str, Any] = {"event_type": "PlaceClosed", "basis": Basis.B0}

    assert Outcome.PERMIT is ask(case(), **free).outcome
    assert Outcome.DENY is ask(case(), persons=(MOTHER,), **free).outcome


@pytest.mark.parametrize("basis", [Basis.B0, Basis.K])
def test_the_pack_lists_types_that_exist_and_carry_no_personal_field(basis: Basis):
    """What names a person has a list of its own."""
    table = yaml.safe_load((FOLDER / "national-2.yaml").read_text("utf-8"))["bases"][basis]

    assert [] == [name for name in (*table["types"], *table.get("named_types", ())) if name not in CATALOGUE]
    assert [] == [name for name in table["types"] if CATALOGUE[name].personal or CATALOGUE[name].persons]


def test_what_is_of_a_dead_person_waits_for_the_municipality():
    """R14, case 37: hold; what is of the living goes on; in the end the hold is a refusal."""
    shared, both = later(DIED), (consent(BASIC), consent(BASIC, person=SON, consent="d" * 32))

    alone = ask(case(*both, shared=shared), part(BASIC), event_type="PlanShared")
    assert (Outcome.HOLD, ("SUBJECT_DIED",), ("MUNICIPAL_POLICY",), "R14") == (alone.outcome, alone.reasons, alone.releases_when, alone.rule)
    mixed = ask(case(*both, shared=shared), part(BASIC), part(BASIC, SON))
    assert (Outcome.REDACT, (part(BASIC, SON),)) == (mixed.outcome, mixed.released)
    held = case(*both, shared=shared).when(request(part(BASIC)), source="coordination").after()
    assert [(Outcome.DENY, ("HOLD_EXPIRED",))] == verdicts(held.when(Tick(), at=AT + 14 * DAY_MS))


def test_a_body_that_names_a_dead_person_waits_whole():
    """Nothing of it goes."""
    both = (consent(BASIC), consent(BASIC, person=SON, consent="d" * 32))
    found = ask(case(*both, shared=later(DIED)), part(BASIC, SON), persons=(MOTHER,))

    assert (Outcome.HOLD, ()) == (found.outcome, found.released)


def test_an_event_without_parts_that_rests_on_the_consent_of_a_dead_person_waits():
    """It says that the recipient is concerned with the case."""
    assert Outcome.HOLD is ask(case(consent(BASIC), shared=later(DIED)), event_type="PlanShared").outcome


@pytest.mark.parametrize(("given_consent", "reason"), [((), "NO_CONSENT"), ((consent(BASIC, recipients=("poverty",)),), "RECIPIENT_NOT_NAMED")])
def test_death_opens_nothing(given_consent: tuple[Any, ...], reason: str):
    """What was denied to the living's agencies is not held for the dead."""
    found = ask(case(*given_consent, shared=later(DIED)), part(BASIC), event_type="PlanShared")

    assert (Outcome.DENY, (reason,)) == (found.outcome, found.reasons)


def test_danger_to_life_goes_on():
    """V and L remain: there may be others in danger."""
    found = ask(
        case(shared=later(DIED)), part(BASIC), recipient="police", agency="outreach", event_type="EmergencyRaised", basis=Basis.V,
        purpose=Purpose.EMERGENCY,
    )

    assert Outcome.PERMIT is found.outcome


@pytest.mark.parametrize("yes", [ASKED, consent(BASIC, consent="d" * 32), ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=date(2027, 5, 1))])
def test_whoever_has_died_says_no_yes_any_more(yes: Any):
    """Nor is asked for one; what the person had withdrawn or refused stays."""
    case(consent(BASIC), shared=later(DIED)).when(yes).then_refused(RefusalCode.WRONG_STATE)
    case(consent(BASIC), shared=later(DIED.changed(person=SON))).when(yes).then(yes)


def test_death_stops_what_is_under_way_in_every_case_of_the_person():
    """The fact reaches every partition; the last verdict counts."""
    under_way = permitted(part(BASIC))
    told = given(GATE, *under_way.past, shared=later(DIED)).when(DIED, agency="elder", source="tsunagu.consultation")

    assert [(Outcome.HOLD, ("SUBJECT_DIED",))] == verdicts(told)


def test_in_the_case_that_tells_of_the_death_what_is_under_way_is_decided_by_the_next_tick():
    """There the fact is the registry's own record: the case takes note of it and wants to be asked at once."""
    under_way = given(GATE, *permitted(part(BASIC)).past, DIED, shared=later(DIED))

    assert 0 == GATE.due(under_way.state)
    stopped = under_way.when(Tick(), at=AT + 1)
    assert [(Outcome.HOLD, ("SUBJECT_DIED",))] == verdicts(stopped)
    assert GATE.due(stopped.state) != 0


def test_a_flag_that_is_cleared_lifts_what_it_kept_back():
    """Row 80: early, and holds are decided about again."""
    held = given(GATE, consent(BASIC, ADDRESS), shared=later(FLAG)).when(
        request(part(BASIC), part(ADDRESS, essential=True)), source="coordination", message_id="req",
    ).after()
    assert {"req"} == set(held.state.holds)

    cleared = given(GATE, *held.past, shared=later(FLAG, CLEARED)).when(CLEARED, agency="municipality")
    assert [(Outcome.PERMIT, ())] == verdicts(cleared)


@pytest.mark.parametrize("changes", [{"flag": "e" * 32}, {"person": SON}])
def test_only_a_flag_that_stands_is_cleared(changes: dict[str, Any]):
    """Of that person."""
    town = given(registry.DECIDER, FLAG)

    town.when(CLEARED.changed(**changes), agency="municipality").then_refused(RefusalCode.WRONG_STATE)
    assert () == town.when(CLEARED, agency="municipality").then(CLEARED).state.flags


def test_a_destroyed_key_is_a_fact_of_the_town():
    """Row 90: recorded; what it sealed stays verifiable."""
    destroyed = KeyDestroyed(person=MOTHER, retention_class="case-5y", reason=DestructionReason.RETENTION_OVER)

    given(registry.DECIDER).when(destroyed, agency="municipality").then(destroyed)
