"""Deciding anew (再判断): what is under way, what waits, and what time has opened or ended (consent.md rules 24-27).

One after the other, in the order of the request ids: a consent that may be used once frees one of two that wait.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.consent import DisclosureDecided, ReviewOpened
from contracts.shared import Basis, Outcome
from services.consent.domain import packday
from services.consent.domain.casefile import CaseFile
from services.consent.domain.counted import counted
from services.consent.domain.model import UNASKED, Delivery, Hold
from services.consent.domain.reasons import SENTENCES, Reason
from services.consent.domain.rules import Rules

Verdict = DisclosureDecided | ReviewOpened


def under_way(case: CaseFile, rules: Rules) -> Iterator[Verdict]:
    """A new verdict on each release not known to be delivered that would not be given like this any more: the last verdict counts (rule 24)."""
    for identity, each in sorted(case.deliveries.items()):
        old, new = each.verdict, rules.judge(each.request, identity, each.verdict.position, case)
        if _says(new) != _says(old) or _ended(case, old):
            yield new
            if new.basis is not old.basis:
                yield from rules.reviews(new)
            case = counted(case, (new,))


def _says(verdict: DisclosureDecided) -> tuple[object, ...]:
    """What a release is by its verdict: what goes, on which basis, under which duties; another consent that would do as well changes nothing."""
    return verdict.outcome, verdict.released, verdict.basis, verdict.obligations


def _ended(case: CaseFile, verdict: DisclosureDecided) -> bool:
    """Whether a consent that the verdict rests on has ended, or is paused; one that was replaced lives on in its successor."""
    consents = (case.consent(identity) for identity in verdict.consents)
    return any(consent is not None and not consent.active and not consent.successor for consent in consents)


def waiting(case: CaseFile, rules: Rules) -> Iterator[Verdict]:
    """New decisions on what waits, in the order of the request ids (rules 25-26); what still waits gives no event, unless all it lacks is another date."""
    for identity, hold in sorted(case.holds.items()):
        verdict = rules.judge(hold.request, identity, hold.position, case)
        told = tuple(_told(hold, verdict, rules))
        yield from told
        case = counted(case, told)


def _told(hold: Hold, verdict: DisclosureDecided, rules: Rules) -> Iterator[Verdict]:
    """A sender learns of the end of its hold; and, once, that there is a consent now which speaks of other dates (rule 2): the desk can ask for them."""
    if verdict.outcome is not Outcome.HOLD:
        yield verdict
        yield from rules.reviews(verdict)
    elif Reason.OTHER_DATES in verdict.reasons and Reason.OTHER_DATES not in hold.reasons:
        yield verdict.changed(deadline=hold.deadline)


def everything(case: CaseFile, rules: Rules) -> tuple[Verdict, ...]:
    """What is under way, then what waits."""
    first = tuple(under_way(case, rules))
    return (*first, *waiting(counted(case, first), rules))


def in_time(case: CaseFile, rules: Rules) -> Iterator[Verdict]:
    """What time may have opened is decided about again; a hold whose time is over is a refusal, told to the sender (rule 26)."""
    for identity, hold in sorted(case.holds.items()):
        decided = tuple(_in_time(case, hold, identity, rules))
        yield from decided
        case = counted(case, decided)


def _in_time(case: CaseFile, hold: Hold, identity: str, rules: Rules) -> Iterator[Verdict]:
    opened = (case.opens(hold) <= rules.at or packday.begun(rules.days, hold, rules.at)) and not (hold.unjudged and rules.pack is None)
    verdict = rules.judge(hold.request, identity, hold.position, case) if opened else None
    if verdict is not None and verdict.outcome is not Outcome.HOLD:
        yield verdict
        yield from rules.reviews(verdict)
    elif hold.deadline <= rules.at:
        yield _refused_hold(hold, identity, rules)
    elif verdict is not None:
        yield verdict.changed(deadline=hold.deadline)


def again(hold: Hold, identity: str, case: CaseFile, rules: Rules) -> DisclosureDecided:
    """The verdict on what waits, where there is to be one: what must wait on keeps its day, and is refused when that has come, or when it has arrived."""
    if hold.arrived:
        return _refused_hold(hold, identity, rules, Reason.ARRIVED_BEFORE)
    if not (hold.unjudged and rules.pack is None):
        verdict = rules.judge(hold.request, identity, hold.position, case)
        if verdict.outcome is not Outcome.HOLD:
            return verdict
        if hold.deadline > rules.at:
            return verdict.changed(deadline=hold.deadline)
    return _refused_hold(hold, identity, rules)


def _refused_hold(hold: Hold, request_id: str, rules: Rules, reason: Reason = Reason.HOLD_EXPIRED) -> DisclosureDecided:
    request = hold.request
    return DisclosureDecided(
        request_id=request_id, event_id=request.event_id, event_type=request.event_type, position=hold.position,
        recipient=request.recipient, agency=request.agency, function=request.function, purpose=request.purpose,
        outcome=Outcome.DENY, rule="R16", reasons=(reason.value,), sentence=SENTENCES[reason],
        policy=rules.pack.hash if rules.pack else rules.registry.policy, at=rules.at,
    )


def of_the_dead(case: CaseFile) -> bool:
    """Whether anything under way is of somebody who has died in this case: it is then to be decided about at once (R14)."""
    return bool(case.dead) and any(_mourned(case, each) for each in case.deliveries.values())


def _mourned(case: CaseFile, delivery: Delivery) -> bool:
    persons = {part.person for part in delivery.verdict.released}.union(delivery.request.persons)
    return delivery.verdict.basis not in (*UNASKED, Basis.B0) and not case.dead.isdisjoint(persons)
