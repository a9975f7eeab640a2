"""The gate (関門): decides what may cross an agency's boundary, holds what waits for a consent, tells past recipients to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from contracts.consent import (
    ConsentGranted,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosureDecided,
    ProtectionFlagSet,
    ReleaseVoided,
    ReviewOpened,
    StopNoticeIssued,
)
from contracts.coordination import CaseSegmentClosed, CaseSegmentOpened, InformationRequestedInConference, SegmentNoted
from contracts.envelope import DisclosureRequested, MessageRefused, Tick
from contracts.registry import PolicyActivated
from contracts.shared import Basis, Outcome, RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.consent.domain.capture import fault_of_grant, fault_of_withdrawal
from services.consent.domain.decision import judge
from services.consent.domain.model import CaseFile, Hold, Registry
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reasons import SENTENCES, Reason

Message = (
    DisclosureRequested | ConsentGranted | ConsentRefused | ConsentWithdrawn | CaseSegmentOpened | CaseSegmentClosed
    | InformationRequestedInConference | MessageRefused | ReleaseVoided | PolicyActivated | ProtectionFlagSet | Tick
)
Event = (
    DisclosureRequested | DisclosureDecided | ReviewOpened | StopNoticeIssued | ConsentGranted | ConsentRefused | ConsentWithdrawn
    | SegmentNoted | InformationRequestedInConference | MessageRefused | ReleaseVoided
)
Packs = Mapping[str, PolicyPack]
"""Policy packs by hash."""
_UNASKED = frozenset((Basis.V, Basis.L))
"""Bases that release without asking the person."""


def gate(packs: Packs) -> Decider[CaseFile]:
    """The gate's decider with the policy packs it can interpret; a pack in force that is not among them means HOLD (R16)."""

    def decide(case: CaseFile, message: Message, context: Context) -> tuple[Event, ...]:
        registry: Registry = context.shared
        pack = packs.get(registry.policy)
        match message:
            case DisclosureRequested():
                return _decide_request(case, message, context, registry, pack)
            case ConsentGranted():
                fault = fault_of_grant(message, case, registry, pack, context.at)
                return (refused(context, fault),) if fault else _with_holds(case, message, context, registry, pack)
            case ConsentRefused():
                return _with_holds(case, message, context, registry, pack)
            case ConsentWithdrawn():
                return _withdraw(case, message, context, registry, pack)
            case CaseSegmentOpened() | CaseSegmentClosed():
                noted = _noted(case, message)
                return () if noted is None else _with_holds(case, noted, context, registry, pack)
            case InformationRequestedInConference() | MessageRefused() | ReleaseVoided():
                return (message,)
            case PolicyActivated() | ProtectionFlagSet():
                return _released_holds(case, context, registry, pack)
            case Tick():
                return _expired(case, registry, context.at)
            case _:
                return (refused(context, RefusalCode.UNKNOWN_TYPE),)

    return Decider(
        name="gate", initial=CaseFile(), decide=decide, evolve=evolve, due=due,
        messages=(
            DisclosureRequested, ConsentGranted, ConsentRefused, ConsentWithdrawn, CaseSegmentOpened, CaseSegmentClosed,
            InformationRequestedInConference, MessageRefused, ReleaseVoided, PolicyActivated, ProtectionFlagSet, Tick,
        ),
        events=(
            DisclosureRequested, DisclosureDecided, ReviewOpened, StopNoticeIssued, ConsentGranted, ConsentRefused, ConsentWithdrawn,
            SegmentNoted, InformationRequestedInConference, MessageRefused, ReleaseVoided,
        ),
    )


def _decide_request(
    case: CaseFile, request: DisclosureRequested, context: Context, registry: Registry, pack: PolicyPack | None,
) -> tuple[Event, ...]:
    verdict = judge(request, context.message_id, context.position, case, registry, pack, context.at)
    if pack is None or verdict.basis not in _UNASKED:
        return (request, verdict)
    return (request, verdict, *_reviews(verdict, registry, pack))


def _reviews(verdict: DisclosureDecided, registry: Registry, pack: PolicyPack) -> tuple[ReviewOpened, ...]:
    """A release that did not ask the person is looked at afterwards (rule 19)."""
    due_in = pack.bases[verdict.basis].review_ms or 0
    return tuple(
        ReviewOpened(recipient=reviewer, request_id=verdict.request_id, agency=verdict.agency, basis=verdict.basis, due=verdict.at + due_in)
        for reviewer in registry.of_kind(pack.reviewer)
    )


def _with_holds(case: CaseFile, fact: Event, context: Context, registry: Registry, pack: PolicyPack | None) -> tuple[Event, ...]:
    """Record ``fact`` and decide every waiting request anew under it."""
    return (fact, *_released_holds(evolve(case, fact), context, registry, pack))


def _released_holds(case: CaseFile, context: Context, registry: Registry, pack: PolicyPack | None) -> tuple[DisclosureDecided, ...]:
    """New decisions on what waits, in the order of the request ids (rules 25-26); what still waits gives no event."""
    verdicts = (
        judge(hold.request, request, hold.position, case, registry, pack, context.at) for request, hold in sorted(case.holds.items())
    )
    return tuple(verdict for verdict in verdicts if verdict.outcome is not Outcome.HOLD)


def _withdraw(
    case: CaseFile, withdrawal: ConsentWithdrawn, context: Context, registry: Registry, pack: PolicyPack | None,
) -> tuple[Event, ...]:
    fault = fault_of_withdrawal(withdrawal, case)
    if fault:
        return (refused(context, fault),)
    past = sorted((release.recipient, release.consent) for release in case.releases if release.consent in withdrawal.consents)
    stops = tuple(_stop(case, recipient, consent) for recipient, consent in past)
    fact, *verdicts = _with_holds(case, withdrawal, context, registry, pack)
    return (fact, *stops, *verdicts)


def _stop(case: CaseFile, recipient: str, identity: str) -> StopNoticeIssued:
    consent = case.consent(identity)
    assert consent is not None, "a release names only recorded consents"
    return StopNoticeIssued(recipient=recipient, consent=identity, purpose=consent.purpose, categories=tuple(sorted(consent.categories)))


def _noted(case: CaseFile, message: CaseSegmentOpened | CaseSegmentClosed) -> SegmentNoted | None:
    """The segment as this case has it now, or None where another sitting claims a segment that is not its own."""
    known = case.segments.get(message.segment)
    if known is not None and known.sitting != message.sitting:
        return None
    if isinstance(message, CaseSegmentOpened):
        return SegmentNoted(
            sitting=message.sitting, segment=message.segment, basis=message.basis, members=message.members, present=message.present, open=True,
        )
    return None if known is None else SegmentNoted(
        sitting=message.sitting, segment=message.segment, basis=known.basis, members=tuple(sorted(known.members)), present=(), open=False,
    )


def _expired(case: CaseFile, registry: Registry, at: int) -> tuple[DisclosureDecided, ...]:
    """A hold whose time is over is a refusal, told to the sender (rule 26)."""
    return tuple(_refused_hold(hold, request, registry, at) for request, hold in sorted(case.holds.items()) if hold.deadline <= at)


def _refused_hold(hold: Hold, request_id: str, registry: Registry, at: int) -> DisclosureDecided:
    request = hold.request
    return DisclosureDecided(
        request_id=request_id, event_id=request.event_id, event_type=request.event_type, position=hold.position,
        recipient=request.recipient, agency=request.agency, function=request.function, purpose=request.purpose,
        outcome=Outcome.DENY, rule="R16", reasons=(Reason.HOLD_EXPIRED.value,), sentence=SENTENCES[Reason.HOLD_EXPIRED],
        policy=registry.policy, at=at,
    )


def due(case: CaseFile) -> int | None:
    """When the first hold of the case runs out, milliseconds UTC."""
    return min((hold.deadline for hold in case.holds.values()), default=None)


def evolve(case: CaseFile, event: Event) -> CaseFile:
    """The case as the gate knows it after ``event``."""
    match event:
        case DisclosureRequested():
            return case.asked(event)
        case DisclosureDecided():
            return case.decided(event)
        case ConsentGranted():
            return case.granted(event)
        case ConsentRefused():
            return case.refused(event)
        case ConsentWithdrawn():
            return case.withdrawn(event.person, event.consents)
        case SegmentNoted():
            return case.segment_noted(event)
        case InformationRequestedInConference():
            return case.items_asked_for(event)
        case ReviewOpened() | StopNoticeIssued() | MessageRefused() | ReleaseVoided():
            return case
        case _:
            assert_never(event)
