"""Answers (回答): what recipients say of what they got, what is recalled, what persons ask for as their right; and who is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any

from contracts.consent import (
    BreachReported,
    CorrectionMade,
    DisclosureAcknowledged,
    PersonTellingDelayed,
    PersonTold,
    RecallRequested,
    ReviewClosed,
    RightsDecided,
    StopNoticeAnswered,
)
from contracts.envelope import DeadlineMet, DeadlineSet
from contracts.shared import AgencyKind, Basis, Deadline, RefusalCode
from kernel.days import ordinal_in_japan
from kernel.deadlines import by_day
from kernel.decider import Context
from kernel.parties import refused
from services.consent.domain import breach, rights, telling, unasked
from services.consent.domain.casefile import CaseFile
from services.consent.domain.following import following
from services.consent.domain.rules import Rules

Answer = StopNoticeAnswered | DisclosureAcknowledged | RecallRequested | BreachReported | unasked.Answer | rights.Event


def decide(case: CaseFile, message: Answer, context: Context, rules: Rules, evolve: Callable[[CaseFile, Any], CaseFile]) -> tuple[Any, ...]:
    """Record it, set or meet its deadline, tell whom it concerns, as the case is then; or refuse it."""
    code = fault(case, message, context.agency, rules)
    if code:
        return (refused(context, code),)
    opened = (breach.duties(message, context.agency, rules.known),) if isinstance(message, BreachReported) else ()
    events = (message, *opened, *_deadlines(case, message, context.agency, rules))
    concerned = _concerned(case, message, context.agency, rules)
    events = (*events, *telling.told(reduce(evolve, events, case), context, rules, len(events), type(message), concerned))
    return (*events, *following(case, message, context, rules, len(events)))


def fault(case: CaseFile, message: Answer, agency: str, rules: Rules) -> RefusalCode | None:
    """Why this cannot be recorded, or None."""
    match message:
        case StopNoticeAnswered():
            return case.aftercare.fault_of_answer(agency, message, ordinal_in_japan(rules.at))
        case DisclosureAcknowledged():
            return case.aftercare.fault_of_acknowledgement(agency, message.request_id)
        case RecallRequested():
            known = rules.registry.agencies.get(agency)
            return case.aftercare.fault_of_recall(agency, message.request_id, known is not None and known.ours and known.kind is AgencyKind.MUNICIPALITY)
        case PersonTold() | PersonTellingDelayed() | ReviewClosed():
            under_way = message.request_id in case.deliveries
            return case.aftercare.unasked.fault(message, agency, under_way, rules.known, ordinal_in_japan(rules.at))
        case BreachReported():
            return breach.fault(message, ordinal_in_japan(rules.at), rules.known)
        case _:
            return rights.fault(case.rights, message)


def _deadlines(case: CaseFile, message: Answer, agency: str, rules: Rules) -> Iterator[DeadlineSet | DeadlineMet]:
    match message:
        case StopNoticeAnswered():
            yield from telling.met(case, Deadline.STOP_NOTICE_ANSWER, telling.stop_of(message.consent, agency))
        case DisclosureAcknowledged():
            yield from telling.met(case, Deadline.RECEIPT_ACKNOWLEDGED, message.request_id)
        case PersonTold():
            yield from telling.met(case, Deadline.PERSON_TOLD, message.request_id)
        case PersonTellingDelayed():
            yield by_day(Deadline.PERSON_TOLD, message.request_id, agency, message.until)
        case ReviewClosed():
            for reviewer in case.aftercare.unasked.reviews[message.request_id].reviewers:
                yield from telling.met(case, Deadline.EMERGENCY_REVIEW, unasked.review_of(message.request_id, reviewer))
        case RightsDecided():
            yield from telling.met(case, Deadline.RIGHTS_ANSWER, message.request)
        case _ if isinstance(message, rights.Requested):
            yield from telling.given_days(Deadline.RIGHTS_ANSWER, message.request, agency, rules)


def _concerned(case: CaseFile, message: Answer, agency: str, rules: Rules) -> Iterable[str]:
    """Who is to learn of it, codes alone; the person hears from the desk."""
    match message:
        case StopNoticeAnswered():
            return case.givers(agency, message.consent)
        case DisclosureAcknowledged():
            return (case.aftercare.handed[message.request_id].giver,)
        case RecallRequested():
            return (case.aftercare.handed[message.request_id].recipient,)
        case ReviewClosed():
            release = case.aftercare.unasked.released.get(message.request_id)
            rule = rules.known.bases.get(Basis.K)
            covered = rule is not None and ReviewClosed.__name__ in rule.types  # a pack from before there were findings has no road for them
            return (release.giver,) if release and covered else ()
        case BreachReported():
            return message.notified
        case CorrectionMade():
            recipients = sorted({recipient for recipient, _ in case.releases} | {each.recipient for each in case.aftercare.handed.values()})
            return (each for each in recipients if not case.received_from(message.person, each).isdisjoint(message.categories))
        case _:
            return ()
