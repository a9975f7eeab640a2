"""The gate as a function under any course: whatever is asked, said, delivered, flagged and however much time passes, it is sound."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.consent import (
    AccessRequested,
    AppealFiled,
    BreachReported,
    CapacityConfirmed,
    CapacityDoubted,
    ConsentConfirmed,
    ConsentExtended,
    ConsentInvalidated,
    ConsentNarrowed,
    ConsentPaused,
    ConsentRefused,
    ConsentResumed,
    ConsentWithdrawn,
    CorrectionMade,
    CorrectionRequested,
    DisclosureAcknowledged,
    DisclosureReleased,
    IdentityVerified,
    KeyDestroyed,
    PersonalDataRead,
    PersonTellingDelayed,
    PersonTold,
    ProtectionFlagCleared,
    ProtectionFlagSet,
    ProxyEnded,
    ProxyVerified,
    RecallRequested,
    ReviewClosed,
    RightsDecided,
    RightsDelivered,
    StopNoticeAnswered,
    UseStopRequested,
)
from contracts.consultation import DeathRetracted, SubjectDied
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import CaseAnnounced, DisclosureRequested, MessageRefused, PartGiven, PersonsNoted, Tick
from contracts.outreach import ContactStateChanged
from contracts.registry import AgencyRegistered, PolicyActivated
from contracts.shared import (
    AgencyKind,
    Basis,
    BreachKind,
    CasePart,
    ConferenceBasis,
    DataCategory,
    DestructionReason,
    DoubtKind,
    InvalidReason,
    ProxyKind,
    Purpose,
    ReaderRole,
    ReadReason,
    RecallReason,
    RefusalCode,
    ReviewFinding,
    RightsOutcome,
    RightsReason,
    StopAnswer,
    TellingDelayReason,
)
from kernel.days import DAY_MS
from kernel.decider import Function
from kernel.parties import PARTIES
from kernel.properties import Said, check
from kernel.testing import AT
from services.consent.domain import registry
from services.consent.domain.viewing import SOURCE
from tests.services.consent.test_unasked import AFTER, CALL
from tests.services.consent.town import ASKED, CONSENT, KINDS, MOTHER, SON, consent, part, request

BASIC, ADDRESS, DANGER = DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.DANGER
FUNCTION = Function("consent", (PARTIES, AFTER), shared=registry.DECIDER)
CASES, OTHER, SEGMENT, REQUEST = ("1" * 32, "2" * 32), "d" * 32, "e" * 32, "1" * 32
WAITING = "7" * 32
"""A consent that the elder centre records to itself."""
AGENCIES = ("elder", "elder", "coordinator", "tax", "outreach", "municipality")
TOWN = (
    *(Said(AgencyRegistered(agency=name, kind=kind, name=name, emergency_right=name == "outreach"), name, "registry")
      for name, kind in KINDS.items()),
    Said(PolicyActivated(pack="national", hash="hash"), "national", "registry"),
    *(Said(CaseAnnounced(agency="elder", persons=(MOTHER,)), case, "elder", "tsunagu.intake") for case in CASES),
)
"""The agencies, the policy, and cases that the elder centre has opened."""
NOTED = SegmentNoted(
    sitting="4" * 32, segment=SEGMENT, basis=ConferenceBasis.SWA106_6, members=("coordinator", "elder"), present=("workshop",), open=True,
    convener="elder",
)
READ = PersonalDataRead(
    read="read-1", reader="elder", role=ReaderRole.CASEWORKER, actor="token-1", resource="cases.text", reason=ReadReason.SUPPORT, parts=(part(BASIC),),
    persons=(SON,),
)
FROM_FUNCTIONS = (
    request(part(BASIC)), request(part(BASIC), part(ADDRESS), part(BASIC, SON, essential=True), persons=(MOTHER,)),
    request(part(BASIC), recipient="workshop", purpose=Purpose.PARTICIPATION), request(recipient="poverty", basis=Basis.B0),
    request(
        part(BASIC), part(DANGER), recipient="police", agency="outreach", event_type="EmergencyRaised", basis=Basis.V, purpose=Purpose.EMERGENCY,
    ),
    request(part(BASIC), event_type="InformationGivenInConference", basis=Basis.M, purpose=Purpose.SUPPORT_CONFERENCE, segment=SEGMENT),
    request(recipient="tax", agency="tax", wanted=(BASIC,), basis=Basis.NONE),
    NOTED, NOTED.changed(open=False), InformationRequestedInConference(segment=SEGMENT, to_agency="coordinator", wanted=(BASIC,)),
    PartGiven(agency="coordinator", part=CasePart.LINKED), PersonsNoted(persons=(SON,)), CaseAnnounced(agency="tax", persons=(SON,)),
    PersonsNoted(persons=(SON,), reporters=(SON,)),
    MessageRefused(agency="elder", message_id="m", message_type="t", code=RefusalCode.WRONG_STATE, sentence=""),
    ContactStateChanged(agency="elder", reached=False), ContactStateChanged(agency="elder", reached=True),
    request(recipient="coordinator", event_type="LinkAccepted", basis=Basis.K, purpose=Purpose.NOTICE), READ,
)
FROM_AGENCIES = (
    consent(BASIC), consent(BASIC, ADDRESS, recipients=("coordinator", "workshop"), consent=OTHER, supersedes=(CONSENT,)),
    consent(BASIC, consent="f" * 32, person=SON, valid_to=date(2026, 6, 10)), consent(consent="9" * 32),
    ConsentRefused(consent="8" * 32, person=MOTHER, purpose=Purpose.COORDINATION), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)),
    ConsentWithdrawn(person=MOTHER, consents=(OTHER, CONSENT)), ConsentWithdrawn(person=SON, consents=("f" * 32,)),
    ASKED, ConsentNarrowed(consent=OTHER, person=MOTHER, categories=(BASIC,), recipients=("coordinator",)),
    ConsentExtended(consent="f" * 32, person=SON, valid_to=date(2026, 9, 1)), CapacityDoubted(person=MOTHER, doubt=DoubtKind.ADULT_CAPACITY),
    CapacityDoubted(person=MOTHER, doubt=DoubtKind.CONFLICT_OF_INTEREST), CapacityConfirmed(person=MOTHER),
    ProxyVerified(
        person=MOTHER, proxy=SON, proxy_kind=ProxyKind.GUARDIAN, document_hash="0" * 64, purposes=(Purpose.COORDINATION,),
        valid_from=date(2026, 1, 1), valid_to=date(2028, 1, 1),
    ),
    consent(BASIC, consent=WAITING, recipients=("coordinator", "elder"), supersedes=(CONSENT,)), ConsentConfirmed(consent=WAITING, person=MOTHER),
    ConsentPaused(person=MOTHER, consents=(CONSENT,)), ConsentResumed(person=MOTHER, consents=(CONSENT,)),
    ConsentInvalidated(person=MOTHER, consents=(CONSENT,), reason=InvalidReason.FORGED),
    ConsentInvalidated(person=MOTHER, consents=(WAITING,), reason=InvalidReason.PRESSED), CapacityDoubted(person=SON, doubt=DoubtKind.MINOR, age=14),
    ProxyEnded(person=MOTHER, proxy=SON),
    StopNoticeAnswered(consent=CONSENT, answer=StopAnswer.DELETED), StopNoticeAnswered(consent=OTHER, answer=StopAnswer.KEPT),
    AccessRequested(request=REQUEST, person=MOTHER, by_proxy=False), CorrectionRequested(request=REQUEST, person=MOTHER, by_proxy=False),
    UseStopRequested(request="2" * 32, person=MOTHER, by_proxy=True), IdentityVerified(request=REQUEST), IdentityVerified(request="2" * 32),
    RightsDecided(request="2" * 32, outcome=RightsOutcome.GRANTED, reasons=(), withheld=()),
    RightsDecided(request=REQUEST, outcome=RightsOutcome.PARTIAL, reasons=(RightsReason.REPORTER,), withheld=(BASIC,)),
    RightsDelivered(request=REQUEST), AppealFiled(request=REQUEST), CorrectionMade(request=REQUEST, person=MOTHER, categories=(BASIC,)),
    BreachReported(kind=BreachKind.SPECIAL_CARE, persons=1, found_on=date(2026, 5, 1), notified=("coordinator", "workshop")),
)
FOR_THE_TOWN = (
    ProtectionFlagSet(flag="5" * 32, person=MOTHER, blocked_agencies=("coordinator",), until=date(2026, 7, 1)),
    ProtectionFlagSet(flag="6" * 32, person=SON, blocked_agencies=("workshop", "tax"), until=date(2027, 7, 1)),
    PolicyActivated(pack="another", hash="unknown to this build"), PolicyActivated(pack="national", hash="hash"),
    AgencyRegistered(agency="newcomer", kind=AgencyKind.CHILD, name="newcomer"),
    ProtectionFlagCleared(flag="5" * 32, person=MOTHER), ProtectionFlagCleared(flag="6" * 32, person=MOTHER),
    SubjectDied(person=SON, died_on=date(2026, 5, 1), household_remains=True), DeathRetracted(person=SON),
    KeyDestroyed(person=SON, retention_class="case-5y", reason=DestructionReason.STOP_OF_USE),
)
RECEIPT = DisclosureReleased(
    verdict_id="v", decided_at=0, request_id="", event_id="event-1", event_type="CoordinationReferred", recipient="coordinator",
    basis=Basis.C, consents=(CONSENT,), released=(part(BASIC),),
)
"""Of a delivery; of which one is known when the course is laid, as with what an agency says of it."""
CALLED = {"recipient": "police", "event_type": "EmergencyRaised", "basis": Basis.V, "consents": (), "released": CALL.parts}
"""The same of a call to the police."""
ABOUT_A_DELIVERY = (
    RECEIPT, DisclosureAcknowledged(request_id=""), RecallRequested(request_id="", reason=RecallReason.TOO_MUCH),
    PersonTold(request_id="", told_on=date(2026, 5, 20)),
    PersonTellingDelayed(request_id="", reason=TellingDelayReason.PERSON_NOT_REACHED, until=date(2026, 6, 10)),
    ReviewClosed(request_id="", finding=ReviewFinding.NOT_JUSTIFIED),
)
Step = tuple[Any, str, str, int, int]
"""What happens, in which case, by whom, how many days later, and how many steps ago what it is about was decided."""
USUAL: tuple[Step, ...] = tuple(
    (message, CASES[0], "elder", 0, 0)
    for message in (NOTED, FROM_FUNCTIONS[1], FROM_AGENCIES[0], FROM_FUNCTIONS[0], RECEIPT, FROM_AGENCIES[1], FROM_FUNCTIONS[0], FROM_AGENCIES[6])
)
"""A segment opens, a request waits, a consent comes, something is delivered, another consent replaces the first, all are withdrawn."""
STEPS: some.SearchStrategy[list[Step]] = some.tuples(some.integers(min_value=0, max_value=len(USUAL)), some.lists(some.tuples(
    some.sampled_from((*FROM_FUNCTIONS, *FROM_AGENCIES, *FOR_THE_TOWN, *ABOUT_A_DELIVERY, *[RECEIPT, Tick()] * 3)), some.sampled_from(CASES),
    some.sampled_from(AGENCIES), some.sampled_from((0, 0, 1, 15, 400)), some.integers(min_value=0, max_value=3),
), max_size=12)).map(lambda drawn: [*USUAL[:drawn[0]], *drawn[1]])
"""The beginning of the usual course, then anything."""


def course(steps: Iterable[Step]) -> list[Said]:
    """The steps as messages in a town that has its agencies and its policy; a receipt is of some verdict before it."""
    said, at, verdicts, asked, calls = list(TOWN), AT, [AT], dict.fromkeys(CASES, "message-0"), set[str]()
    for message, case, agency, days, ago in steps:
        at += days * DAY_MS + 1
        if message is RECEIPT:
            urgent = asked[case] in calls
            message = RECEIPT.changed(
                request_id=asked[case], decided_at=verdicts[-1 - ago % len(verdicts)], **(CALLED if urgent else {}),
            )
        elif message in ABOUT_A_DELIVERY:
            message = message.changed(request_id=asked[case])
        if isinstance(message, DisclosureRequested):
            asked[case] = f"message-{len(said)}"
            if message.basis is Basis.V:
                calls.add(asked[case])
        said.append(_said(message, case, agency, at))
        verdicts.append(at)
    return said


def _said(message: Any, case: str, agency: str, at: int) -> Said:
    if isinstance(message, Tick):
        return Said(message, "tick", "", "tsunagu.consent", at)
    if message in FOR_THE_TOWN:
        return Said(message, "7" * 32, "municipality", at=at)
    if isinstance(message, PersonalDataRead):
        return Said(message, case, "", SOURCE, at)
    own = message in FROM_AGENCIES or isinstance(message, DisclosureAcknowledged | RecallRequested | PersonTold | PersonTellingDelayed | ReviewClosed)
    return Said(message, case, agency, "" if own else "tsunagu.another", at)


@settings(max_examples=60, deadline=None)
@for_all(steps=STEPS)
def test_the_gate_is_a_sound_function_under_any_course(steps: list[Step]):
    """Requests, consents, deliveries, conferences, flags, policies and deadlines: every property of a function holds."""
    check(FUNCTION, course(steps))


@settings(max_examples=30, deadline=None)
@for_all(steps=STEPS)
def test_so_it_is_after_a_call_to_the_police(steps: list[Step]):
    """What has gone out without asking is told, delayed, reviewed, recalled, used no more, whatever else happens."""
    call = [(message, CASES[0], "outreach", 0, 0) for message in (CALL, RECEIPT)]
    check(FUNCTION, course([*call, *steps]))
