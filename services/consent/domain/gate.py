"""The gate (関門): decides what may cross an agency's boundary, holds what waits for a consent, tells past recipients to stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import get_args

from contracts.consent import (
    ConsentConfirmed,
    ConsentExpired,
    ConsentGranted,
    ConsentInvalidated,
    ConsentNarrowed,
    ConsentWithdrawn,
    DisclosureReleased,
    PersonalDataRead,
    ProtectionFlagCleared,
    ProtectionFlagSet,
    StopNoticeIssued,
)
from contracts.consultation import DeathRetracted, SubjectDied
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import DisclosureRequested, MessageRefused, Tick
from contracts.outreach import ContactStateChanged
from contracts.registry import AgencyEnded, PolicyActivated
from contracts.shared import RefusalCode
from kernel.days import ordinal_in_japan, start_of
from kernel.deadlines import DEADLINES
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.consent.domain import anew, answers, capture, confirmation, departure, packday, releases, stops, viewing
from services.consent.domain.answers import Answer
from services.consent.domain.capture import Capacity, Saying
from services.consent.domain.casefile import CaseFile
from services.consent.domain.counted import counted
from services.consent.domain.ended import of_those_there
from services.consent.domain.folding import Event, evolve
from services.consent.domain.model import recorded
from services.consent.domain.pack import PolicyPack, in_force
from services.consent.domain.registry import Registry
from services.consent.domain.rules import Rules
from services.consent.domain.telling import missed, with_deadlines

Noted = MessageRefused | ContactStateChanged | PersonalDataRead
"""What is recorded as it comes."""
Fact = PolicyActivated | AgencyEnded | ProtectionFlagSet | ProtectionFlagCleared | SubjectDied | DeathRetracted
"""What concerns every case: the registry has it, each case draws its consequences."""
Message = DisclosureRequested | DisclosureReleased | Saying | Capacity | Answer | SegmentNoted | InformationRequestedInConference | Noted | Fact
Packs = Mapping[str, PolicyPack]
"""Policy packs by hash."""


def gate(packs: Packs) -> Decider[CaseFile]:
    """The gate's decider with the policy packs it can interpret; a pack in force that is not among them means HOLD (R16)."""
    by_day = sorted(packs.values(), key=lambda pack: (pack.since, pack.hash), reverse=True)
    days = packday.days(by_day)

    def decide(case: CaseFile, message: Message | Tick, context: Context) -> tuple[Event, ...]:
        registry: Registry = context.shared
        at = context.at
        newest = by_day[0] if by_day[0].since <= at else next((pack for pack in by_day if pack.since <= at), by_day[-1])
        rules = Rules(registry=registry, pack=in_force(packs, registry.policy, registry.earlier, at), newest=newest, at=at, days=days)
        match message:
            case DisclosureRequested():
                verdict = rules.judge(message, context.message_id, context.position, case)
                return (message, verdict, *rules.reviews(verdict), *releases.on_verdict(case, verdict, rules))
            case DisclosureReleased():
                return (message, *releases.on_delivery(case, message, rules))
            case SegmentNoted():
                noted = of_those_there(message, registry)
                return (noted, *anew.everything(evolve(case, noted), rules))
            case InformationRequestedInConference():
                return (message, *anew.everything(evolve(case, message), rules))
            case PersonalDataRead() if context.source != viewing.SOURCE:
                return (refused(context, RefusalCode.NOT_PUBLISHABLE),)
            case MessageRefused() | ContactStateChanged() | PersonalDataRead():
                return (message,)
            case PolicyActivated():
                return tuple(anew.waiting(case, rules))
            case AgencyEnded(agency=agency):
                return departure.of(case, agency, rules)
            case ProtectionFlagSet() | ProtectionFlagCleared() | SubjectDied() | DeathRetracted():
                return anew.everything(case, rules)
            case Tick():
                return _time_passes(case, context, rules)
            case _ if isinstance(message, Answer):
                return answers.decide(case, message, context, rules, evolve)
            case _ if isinstance(message, Saying | Capacity):
                return _said(case, message, context, rules)
            case _:
                return (refused(context, RefusalCode.UNKNOWN_TYPE),)

    return Decider(
        name="gate", initial=CaseFile(), decide=decide, evolve=evolve, messages=get_args(Message), events=get_args(Event), due=lambda case: due(case, days),
    )


def _said(case: CaseFile, message: Saying | Capacity, context: Context, rules: Rules) -> tuple[Event, ...]:
    """Record what a person says, tell past recipients to stop, decide anew what is under way and what waits (rules 11, 25-27)."""
    fault = capture.fault(message, case, context.agency, rules)
    if fault:
        return (refused(context, fault),)
    events = (message, *confirmation.asked(message, context.agency, rules))
    if len(events) == 1:
        events = (message, *confirmation.told(case, message), *with_deadlines(_notices(case, message, rules.known), rules))
    return (*events, *anew.everything(reduce(evolve, events, case), rules))


def _notices(case: CaseFile, message: Saying | Capacity, pack: PolicyPack) -> Iterable[StopNoticeIssued]:
    match message:
        case ConsentGranted():
            return stops.on_replacement(case, recorded(message), message.supersedes, pack)
        case ConsentConfirmed():
            return stops.on_replacement(case, *confirmation.confirmed_now(case, message), pack)
        case ConsentNarrowed():
            return stops.on_narrowing(case, message, pack)
        case ConsentWithdrawn() | ConsentInvalidated():
            return stops.on_withdrawal(case, message)
        case _:
            return ()


def _time_passes(case: CaseFile, context: Context, rules: Rules) -> tuple[Event, ...]:
    """What was not done in time, consents that are over, and holds that time has opened or ended."""
    events: tuple[Event, ...] = (*missed(case, context, rules), *_expiries(case, rules), *confirmation.lapses(case, rules), *releases.in_time(case, rules))
    after = reduce(evolve, events, case)
    voided = tuple(anew.under_way(after, rules)) if events or anew.of_the_dead(case) else ()
    return (*events, *voided, *anew.in_time(counted(after, voided), rules))


def _expiries(case: CaseFile, rules: Rules) -> Iterator[Event]:
    """The end of each consent whose last day is over in Japan, with the notices to stop (R5)."""
    today = ordinal_in_japan(rules.at)
    for consent in [each for each in case.standing_consents() if each.last_day < today]:
        yield ConsentExpired(consent=consent.id, person=consent.person)
        yield from with_deadlines(stops.on_end(case, consent), rules)


def due(case: CaseFile, days: packday.Days = ()) -> int | None:
    """When time has something to say in the case, milliseconds UTC: a hold, a deadline, the end of a consent, a pack's day."""
    if anew.of_the_dead(case):
        return 0
    ends = [*(start_of(each.last_day + 1) for each in case.standing_consents()), *(each.due for each in case.awaited.values())]
    watched = DEADLINES.due(case.watched) if DEADLINES.due and case.watched else None
    ends += case.aftercare.unasked.ends.values()
    return min((*ends, *packday.wakes(days, case), *map(case.opens, case.holds.values()), *(() if watched is None else (watched,))), default=None)
