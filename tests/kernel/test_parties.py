"""Parties: who may speak about a case, who gets a part in it, and who is named in it for the first time."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.catalogue import CATALOGUE
from contracts.consultation import ConsultationReceived, ConsultationScreened, SignalReceived
from contracts.coordination import ConferenceConvened
from contracts.envelope import CaseAnnounced, FreezeNoted, MessageRefused, PartGiven, PartNoted, PersonsNoted
from contracts.participation import ResourceProposed
from contracts.shared import CasePart, Channel, Purpose, RefusalCode
from kernel.asking import ask
from kernel.decider import Context, Part, fold
from kernel.parties import PARTIES, Known, admit
from kernel.reporters import FIELDS, reporting
from kernel.testing import given

MOTHER, SON = "a" * 32, "b" * 32
SIGNAL = SignalReceived(person=MOTHER, channel=Channel.RESIDENT, area_code="1")
OPENED = PartNoted(agency="elder", part=CasePart.OPENED, case=True)
GIVEN = PartGiven(agency="child", part=CasePart.LINKED)
KNOWN = Known(agencies=frozenset({"elder"}), persons=frozenset({MOTHER}))


def context(kind: type, agency: str = "elder", source: str = "", **more: object) -> Context:
    """What comes with a message of this type, through the front door unless another source is named."""
    values = {"function": CATALOGUE[kind.__name__].function, **more}
    return Context(at=0, key="k", source=source or agency, message_id="m", message_type=kind.__name__, agency=agency, **values)


def admitted(known: Known, kind: type, *decided: object, agency: str = "elder", source: str = "", **more: object) -> tuple[object, ...]:
    """What a message of this type gives when the function itself decides on these events."""
    return admit(known, CATALOGUE[kind.__name__], context(kind, agency, source, **more), lambda: decided)


@pytest.mark.parametrize("kind", [SignalReceived, ConsultationReceived, ConferenceConvened, ResourceProposed])
def test_who_opens_an_entity_gets_a_part_in_it(kind: type):
    """The first to speak about a case, a sitting or a resource; the part comes after what was decided, and says whether it is a case."""
    assert (SIGNAL, OPENED.changed(case=CATALOGUE[kind.__name__].key == "case")) == admitted(Known(), kind, SIGNAL)


@pytest.mark.parametrize("kind", [ConferenceConvened, ResourceProposed])
def test_nothing_else_begins_under_the_id_of_a_case(kind: type):
    """Whoever is invited there would have a part in the case; under an id of its own it begins as ever, and a case goes on as one."""
    case = fold(PARTIES, (OPENED,))
    (refusal,) = admitted(case, kind, SIGNAL)
    assert (MessageRefused, RefusalCode.WRONG_STATE) == (type(refusal), refusal.code)
    (refusal,) = admitted(case, kind, SIGNAL, agency="tax")
    assert RefusalCode.CASE_NOT_FOUND == refusal.code
    assert (SIGNAL,) == admitted(fold(PARTIES, (OPENED.changed(case=False),)), kind, SIGNAL)
    assert (SIGNAL,) == admitted(case, ConsultationReceived, SIGNAL)


@pytest.mark.parametrize("kind", [SignalReceived, ConsultationReceived])
def test_what_opens_a_case_is_taken_in_from_anybody_and_gives_no_part_in_one_that_is_there(kind: type):
    """A stranger is heard, and cannot tell whether there was a case before."""
    assert (SIGNAL,) == admitted(KNOWN, kind, SIGNAL, agency="tax")


@pytest.mark.parametrize("kind", [ConferenceConvened, ResourceProposed, ConsultationScreened])
def test_everything_else_of_others_is_none_of_a_strangers_business(kind: type):
    """An entity that is no case is opened once; what does not open a case asks for a part in it."""
    (refusal,) = admitted(KNOWN, kind, SIGNAL, agency="tax")
    assert (MessageRefused, RefusalCode.CASE_NOT_FOUND) == (type(refusal), refusal.code)


def test_a_copy_is_refused_by_the_owner_of_its_type_alone():
    """One refusal is enough."""
    assert () == admitted(KNOWN, ConsultationScreened, SIGNAL, agency="tax", function="coordination")


def test_messages_of_our_own_functions_pass():
    """The function that sent them has checked; whoever they come on behalf of gets no part by it."""
    assert (SIGNAL,) == admitted(Known(), ConsultationScreened, SIGNAL, agency="tax", source="tsunagu.consultation")


def test_persons_are_noted_when_they_are_named_for_the_first_time():
    """In the body of the message or in a sealed part, after everything else; who is known already gives nothing."""
    parts = (Part(SON, "HEALTH", False), Part(MOTHER, "BASIC", False), Part(SON, "BASIC", False))
    assert (SIGNAL, OPENED, PersonsNoted(persons=(MOTHER, SON))) == admitted(Known(), SignalReceived, SIGNAL, persons=(MOTHER,), parts=parts)
    assert (SIGNAL, PersonsNoted(persons=(SON,))) == admitted(KNOWN, SignalReceived, SIGNAL, persons=(MOTHER,), parts=parts)
    assert (SIGNAL,) == admitted(KNOWN, SignalReceived, SIGNAL, persons=(MOTHER,))


def test_who_is_named_only_for_having_reported_is_noted_as_such():
    """By a field of the body, or by the part that tells who has reported; not whoever is named otherwise in the same event."""
    said, reported, beside = {"persons": (MOTHER, SON), "reporters": (SON,)}, (Part(SON, "REPORTER", False),), (Part(SON, "HEALTH", False),)
    both = (SIGNAL, PersonsNoted(persons=(SON,)))

    assert (SIGNAL, PersonsNoted(persons=(SON,), reporters=(SON,))) == admitted(KNOWN, SignalReceived, SIGNAL, **said, parts=reported)
    assert (SIGNAL, PersonsNoted(persons=(SON,), reporters=(SON,))) == admitted(KNOWN, SignalReceived, SIGNAL, **said)
    assert (SIGNAL, PersonsNoted(persons=(SON,), reporters=(SON,))) == admitted(KNOWN, SignalReceived, SIGNAL, parts=reported)
    assert both == admitted(KNOWN, SignalReceived, SIGNAL, **said, parts=(*reported, *beside))
    assert both == admitted(KNOWN, SignalReceived, SIGNAL, persons=(MOTHER, SON), parts=reported)


def test_a_reporter_who_is_named_otherwise_is_noted_once_more_and_never_becomes_a_mere_reporter_again():
    """Nor does anybody who was known before and reports something; whoever reports twice is noted once."""
    reporter, otherwise = PersonsNoted(persons=(MOTHER, SON), reporters=(SON,)), PersonsNoted(persons=(SON,))

    given(PARTIES).when(reporter, source="tsunagu.intake").then(reporter).when(reporter, source="tsunagu.outreach").then_nothing() \
        .when(otherwise, source="tsunagu.outreach").then(otherwise).when(reporter, source="tsunagu.intake").then_nothing()
    assert frozenset() == given(PARTIES, reporter, otherwise, reporter).state.reporters
    assert {SON} == given(PARTIES, PersonsNoted(persons=(MOTHER,)), reporter.changed(reporters=(MOTHER, SON)), OPENED).state.reporters
    assert () == admitted(given(PARTIES, reporter, OPENED).state, SignalReceived, persons=(MOTHER, SON), reporters=(SON,))


def test_an_announced_case_says_who_has_only_reported():
    """The front door has it from the body."""
    announced = CaseAnnounced(agency="elder", persons=(MOTHER, SON), reporters=(SON,))

    given(PARTIES).when(announced, source="tsunagu.intake").then(OPENED, PersonsNoted(persons=(MOTHER, SON), reporters=(SON,)))


def test_which_types_have_a_field_of_somebody_who_has_reported():
    """Counted out, so that no other comes in unseen: the pseudonym beside a text of the category REPORTER."""
    signal = SIGNAL.changed(reporter_person=SON)

    assert {"SignalReceived": {"reporter_person"}} == FIELDS
    assert (SON,) == reporting(CATALOGUE["SignalReceived"], signal)
    assert () == reporting(CATALOGUE["SignalReceived"], signal.changed(reporter_person=MOTHER))
    assert () == reporting(CATALOGUE["SignalReceived"], SIGNAL) == reporting(CATALOGUE["PersonsNoted"], PersonsNoted(persons=()))


def test_a_refused_message_names_nobody():
    """Neither one that its decider refuses nor one that a stranger sends."""
    refusal = MessageRefused(agency="elder", message_id="m", message_type="t", code=RefusalCode.WRONG_STATE, sentence="")
    assert (refusal,) == admitted(Known(), SignalReceived, refusal, persons=(SON,))
    assert [MessageRefused] == [type(event) for event in admitted(KNOWN, ConsultationScreened, SIGNAL, agency="tax", persons=(SON,))]


def test_a_part_that_an_agency_has_already_is_not_given_again():
    """The others stay, in their order."""
    known = Known(agencies=frozenset({"elder", "child"}))
    other = PartGiven(agency="poverty", part=CasePart.ROLE)
    assert (SIGNAL, other) == admitted(known, ConsultationScreened, SIGNAL, GIVEN, other)


def test_an_announced_case_has_its_opener_and_its_persons():
    """Both are noted once; a second announcement names new persons only."""
    first, second = CaseAnnounced(agency="elder", persons=(MOTHER,)), CaseAnnounced(agency="tax", persons=(MOTHER, SON))
    given(PARTIES).when(first, source="tsunagu.intake").then(OPENED, PersonsNoted(persons=(MOTHER,))) \
        .when(second, source="tsunagu.intake").then(PersonsNoted(persons=(SON,))).when(second, source="tsunagu.intake").then_nothing()


def test_a_part_given_elsewhere_is_noted_once():
    """Every function keeps the parties of its keys in its own log."""
    given(PARTIES).when(GIVEN, source="tsunagu.consultation").then(PartNoted(agency="child", part=CasePart.LINKED)) \
        .when(GIVEN, source="tsunagu.outreach").then_nothing()


def test_persons_named_elsewhere_are_noted_once():
    """The gate hears of everybody who is named in a case, in whatever function."""
    told = PersonsNoted(persons=(SON, MOTHER))
    given(PARTIES, PersonsNoted(persons=(SON,))).when(told, source="tsunagu.outreach").then(PersonsNoted(persons=(MOTHER,))) \
        .when(told, source="tsunagu.outreach").then_nothing()


@pytest.mark.parametrize(("event", "persons"), [("LinkedToAgency", (MOTHER,)), ("CandidatesCounted", ())])
def test_a_request_names_the_persons_whom_the_body_of_its_event_names(event: str, persons: tuple[str, ...]):
    """A type that has no place for a person cannot name one, whatever message it comes from."""
    request = ask(context(SignalReceived, persons=(MOTHER,)), "CONSULTATION", 0, CATALOGUE[event].cls, "b", Purpose.CONSULTATION)
    assert persons == request.persons


@pytest.mark.parametrize("later", [PersonsNoted(persons=("b" * 32,)), PartNoted(agency="poverty", part=CasePart.LINKED), PartGiven(agency="poverty", part=CasePart.LINKED)])
def test_what_is_frozen_stays_frozen(later: Any):
    """Whatever is noted of the case afterwards; and a case stays a case."""
    known = given(PARTIES, PartNoted(agency="elder", part=CasePart.OPENED, case=True), FreezeNoted(into_case="c" * 32), later).state

    assert (True, True) == (known.frozen, known.case)
