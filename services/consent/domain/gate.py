"""The gate (関門): decides what may cross an agency's boundary, holds what waits for a consent, tells past recipients to stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from contracts.consent import (
    ConsentGranted,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosureDecided,
    DisclosureReleased,
    ProtectionFlagSet,
    ReviewOpened,
    StopNoticeIssued,
)
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import DisclosureRequested, MessageRefused, PersonsNoted, Tick
from contracts.registry import PolicyActivated
from contracts.shared import Outcome, RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.consent.domain import stops
from services.consent.domain.capture import fault_of_grant, fault_of_refusal, fault_of_withdrawal
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import Hold
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reasons import SENTENCES, Reason
from services.consent.domain.registry import Registry
from services.consent.domain.rules import Rules

Message = (
    DisclosureRequested | DisclosureReleased | ConsentGranted | ConsentRefused | ConsentWithdrawn | SegmentNoted
    | InformationRequestedInConference | MessageRefused | PolicyActivated | ProtectionFlagSet | Tick
)
Event = (
    DisclosureRequested | DisclosureDecided | DisclosureReleased | ReviewOpened | StopNoticeIssued | ConsentGranted | ConsentRefused
    | ConsentWithdrawn | SegmentNoted | InformationRequestedInConference | MessageRefused | PersonsNoted
)
Packs = Mapping[str, PolicyPack]
"""Policy packs by hash."""


def gate(packs: Packs) -> Decider[CaseFile]:
    """The gate's decider with the policy packs it can interpret; a pack in force that is not among them means HOLD (R16)."""
    newest = max(packs.values(), key=lambda pack: (pack.effective_from, pack.hash))

    def decide(case: CaseFile, message: Message, context: Context) -> tuple[Event, ...]:
        registry: Registry = context.shared
        rules = Rules(registry=registry, pack=packs.get(registry.policy), newest=newest, at=context.at)
        match message:
            case DisclosureRequested():
                verdict = rules.judge(message, context.message_id, context.position, case)
                return (message, verdict, *rules.reviews(verdict))
            case DisclosureReleased():
                return (message, *stops.on_delivery(case, message, rules.known))
            case ConsentGranted() | ConsentRefused() | ConsentWithdrawn():
                return _person_says(case, message, context, rules)
            case SegmentNoted() | InformationRequestedInConference():
                after = evolve(case, message)
                return (message, *_under_way_again(after, rules), *_waiting_again(after, rules))
            case MessageRefused():
                return (message,)
            case ProtectionFlagSet():
                return (*_under_way_again(case, rules), *_waiting_again(case, rules))
            case PolicyActivated():
                return _waiting_again(case, rules)
            case Tick():
                return tuple(event for identity, hold in sorted(case.holds.items()) for event in _in_time(case, hold, identity, rules))
            case _:
                return (refused(context, RefusalCode.UNKNOWN_TYPE),)

    return Decider(
        name="gate", initial=CaseFile(), decide=decide, evolve=evolve, due=due,
        messages=(
            DisclosureRequested, DisclosureReleased, ConsentGranted, ConsentRefused, ConsentWithdrawn, SegmentNoted,
            InformationRequestedInConference, MessageRefused, PolicyActivated, ProtectionFlagSet,
        ),
        events=(
            DisclosureRequested, DisclosureDecided, DisclosureReleased, ReviewOpened, StopNoticeIssued, ConsentGranted, ConsentRefused,
            ConsentWithdrawn, SegmentNoted, InformationRequestedInConference, MessageRefused, PersonsNoted,
        ),
    )


def _person_says(
    case: CaseFile, message: ConsentGranted | ConsentRefused | ConsentWithdrawn, context: Context, rules: Rules,
) -> tuple[Event, ...]:
    """Record what a person says, tell past recipients to stop, decide anew what is under way and what waits (rules 11, 25-27)."""
    fault, notices = _heard(case, message, context.agency, rules)
    if fault:
        return (refused(context, fault),)
    after = evolve(case, message)
    return (message, *notices, *_under_way_again(after, rules), *_waiting_again(after, rules))


def _heard(
    case: CaseFile, message: ConsentGranted | ConsentRefused | ConsentWithdrawn, recorder: str, rules: Rules,
) -> tuple[RefusalCode | None, Iterable[StopNoticeIssued]]:
    match message:
        case ConsentGranted():
            fault = fault_of_grant(message, case, recorder, rules.registry, rules.known, rules.at)  # recorded whatever is in force
            return fault, stops.on_replacement(case, message, rules.known)
        case ConsentRefused():
            return fault_of_refusal(message, case), ()
        case ConsentWithdrawn():
            return fault_of_withdrawal(message, case), stops.on_withdrawal(case, message)


def _under_way_again(case: CaseFile, rules: Rules) -> Iterator[DisclosureDecided | ReviewOpened]:
    """A new verdict on each release not known to be delivered that would not be given like this any more: the last verdict counts (rule 24)."""
    for identity, each in sorted(case.deliveries.items()):
        old, new = each.verdict, rules.judge(each.request, identity, each.verdict.position, case)
        if (new.outcome, new.released, new.basis) != (old.outcome, old.released, old.basis) or _ended(case, old):
            yield new
            if new.basis is not old.basis:
                yield from rules.reviews(new)


def _ended(case: CaseFile, verdict: DisclosureDecided) -> bool:
    """Whether a consent that the verdict rests on has ended; one that was replaced lives on in its successor."""
    consents = (case.consent(identity) for identity in verdict.consents)
    return any(consent is not None and consent.withdrawn and not consent.successor for consent in consents)


def _waiting_again(case: CaseFile, rules: Rules) -> tuple[DisclosureDecided | ReviewOpened, ...]:
    """New decisions on what waits, in the order of the request ids (rules 25-26); what still waits gives no event."""
    verdicts = (rules.judge(hold.request, identity, hold.position, case) for identity, hold in sorted(case.holds.items()))
    ended = (verdict for verdict in verdicts if verdict.outcome is not Outcome.HOLD)
    return tuple(event for verdict in ended for event in (verdict, *rules.reviews(verdict)))


def _in_time(case: CaseFile, hold: Hold, identity: str, rules: Rules) -> Iterator[DisclosureDecided | ReviewOpened]:
    """What time may have opened is decided about again; a hold whose time is over is a refusal, told to the sender (rule 26)."""
    opened = case.opens(hold) <= rules.at and not (hold.unjudged and rules.pack is None)
    verdict = rules.judge(hold.request, identity, hold.position, case) if opened else None
    if verdict is not None and verdict.outcome is not Outcome.HOLD:
        yield verdict
        yield from rules.reviews(verdict)
    elif hold.deadline <= rules.at:
        yield _refused_hold(hold, identity, rules)
    elif verdict is not None:
        yield verdict.changed(deadline=hold.deadline)


def _refused_hold(hold: Hold, request_id: str, rules: Rules) -> DisclosureDecided:
    request = hold.request
    return DisclosureDecided(
        request_id=request_id, event_id=request.event_id, event_type=request.event_type, position=hold.position,
        recipient=request.recipient, agency=request.agency, function=request.function, purpose=request.purpose,
        outcome=Outcome.DENY, rule="R16", reasons=(Reason.HOLD_EXPIRED.value,), sentence=SENTENCES[Reason.HOLD_EXPIRED],
        policy=rules.registry.policy, at=rules.at,
    )


def due(case: CaseFile) -> int | None:
    """When the first hold of the case is to be looked at again, milliseconds UTC."""
    return min(map(case.wakes, case.holds.values()), default=None)


def evolve(case: CaseFile, event: Event) -> CaseFile:
    """The case as the gate knows it after ``event``."""
    match event:
        case DisclosureRequested():
            return case.asked(event)
        case DisclosureDecided():
            return case.decided(event)
        case DisclosureReleased():
            return case.delivered(event)
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
        case PersonsNoted():
            return case.named_persons(event.persons)
        case ReviewOpened() | StopNoticeIssued() | MessageRefused():
            return case
        case _:
            assert_never(event)
