"""Telling (知らせ): what the gate itself records and an agency must learn. Asked and decided in one go: no verdict, no release, here too.

What deadlines there are, and who is told when one has passed, is here as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.consent import DisclosureDecided, StopNoticeIssued
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested
from contracts.shared import AgencyKind, Basis, Deadline, FunctionName, Purpose
from kernel.asking import ask
from kernel.days import DAY_MS
from kernel.decider import Context
from services.consent.domain.casefile import CaseFile
from services.consent.domain.counted import counted
from services.consent.domain.rules import Rules

_APART = "/"
"""Between the consent and the recipient in what a stop notice's deadline is of."""


def told(
    case: CaseFile, context: Context, rules: Rules, before: int, fact: type, recipients: Iterable[str], ordinal: int = 0,
) -> Iterator[DisclosureRequested | DisclosureDecided]:
    """The request and its verdict for each recipient but the sender; ``before`` events of this decision precede them, the ``ordinal``-th is told.

    Its place in the log is not known yet: such a verdict has no position, and the courier finds the event in the gate's own log.
    """
    for place, recipient in enumerate(each for each in dict.fromkeys(recipients) if each and each != context.agency):
        request = ask(context, FunctionName.CONSENT, ordinal, fact, recipient, Purpose.NOTICE, Basis.K)
        if not context.agency:  # time has passed: nobody speaks, so each is told of what was asked of itself
            request = request.changed(agency=recipient)
        verdict = rules.judge(request, context.event_id(before + 2 * place), "", case)
        yield request
        yield verdict
        case = counted(case, (request, verdict))


def given_days(deadline: Deadline, of: str, agency: str, rules: Rules) -> Iterator[DeadlineSet]:
    """Give an agency the days of the policy pack for this, from now; none where it has no such term."""
    days = rules.known.deadlines.get(deadline)
    if days is not None:
        yield DeadlineSet(deadline=deadline, of=of, agency=agency, due=rules.at + days * DAY_MS)


def with_deadlines(notices: Iterable[StopNoticeIssued], rules: Rules) -> Iterator[StopNoticeIssued | DeadlineSet]:
    """Stop notices, each with the day by which it is to be answered."""
    for notice in notices:
        yield notice
        yield from given_days(Deadline.STOP_NOTICE_ANSWER, stop_of(notice.consent, notice.recipient), notice.recipient, rules)


def stop_of(consent: str, recipient: str) -> str:
    """What the deadline of a stop notice is of: each recipient has its own."""
    return f"{consent}{_APART}{recipient}"


def met(case: CaseFile, deadline: Deadline, of: str) -> Iterator[DeadlineMet]:
    """What was watched is done."""
    if (deadline, of) in case.watched:
        yield DeadlineMet(deadline=deadline, of=of)


def missed(case: CaseFile, context: Context, rules: Rules) -> tuple[DeadlineMissed | DisclosureRequested | DisclosureDecided, ...]:
    """What has passed without what it asked for; who had to act is told, and of an unanswered stop notice those who had given (rule 27)."""
    over = sorted((each for each in case.watched.values() if each.due <= rules.at), key=lambda each: (each.due, each.deadline, each.of))
    facts = tuple(DeadlineMissed(deadline=each.deadline, of=each.of, agency=each.agency, due=each.due) for each in over)
    events: tuple[DeadlineMissed | DisclosureRequested | DisclosureDecided, ...] = facts
    for ordinal, fact in enumerate(facts):
        asked = tuple(told(case, context, rules, len(events), DeadlineMissed, (fact.agency, *_escalated(case, fact, rules)), ordinal))
        events, case = events + asked, counted(case, asked)
    return events


def _escalated(case: CaseFile, fact: DeadlineMissed, rules: Rules) -> Iterable[str]:
    """Who else is to know: whoever gave what nobody answers for, the municipality where a person was not told (rule 19)."""
    about, _, recipient = fact.of.partition(_APART)
    match fact.deadline:
        case Deadline.STOP_NOTICE_ANSWER:
            return case.givers(recipient, about)
        case Deadline.RECEIPT_ACKNOWLEDGED:
            return (case.aftercare.handed[about].giver,)
        case Deadline.PERSON_TOLD:
            return rules.registry.of_kind(AgencyKind.MUNICIPALITY)
        case _:
            return ()
