"""On the way (提供の途中): what is said in the very moment in which something goes out. Memory alone can hold a worker back."""

from __future__ import annotations

from typing import Any

from cli.agency.message import draft
from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded
from contracts.consent import ConsentNarrowed, ConsentRefused, ConsentWithdrawn, ProtectionFlagSet, StopNoticeIssued
from contracts.consultation import LinkedToAgency
from contracts.coordination import CoordinationReferred
from contracts.participation import CandidateProposed, CandidatesCounted, TrialStarted
from contracts.shared import DataCategory, Field, Purpose, ReferralReason, ScreeningOutcome
from tests.scenarios import test_time
from tests.scenarios.stories.desk import consent, linked, received, screened
from tests.scenarios.stories.taken_up import gap_found

BASIC = DataCategory.BASIC
BEFORE_THE_COURIER = ("front-door", "consultation", "coordination", "participation", "consent")
"""The workers that bring a report as far as the verdict on it."""


def referral(person: str) -> CoordinationReferred:
    """To the coordinator, by name."""
    return CoordinationReferred(person=person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name="髙瀬 弘")


def taken_back_on_the_way(day: Day) -> None:
    """A yes is taken back in the very moment in which something goes out on it, a referral or a trial.

    The recipient is told to stop, and what has begun with it is undone.
    """
    case, person = pseudonym(), pseudonym()
    day.say("elder", received(person, Field.ELDER, name="髙瀬 弘"), case)
    day.say("elder", screened(ScreeningOutcome.COMPLEX), case)
    yes = consent(day, person, Purpose.COORDINATION, (BASIC,), ("coordinator",))
    day.say("elder", yes, case)
    _crossing(day, "elder", (referral(person), case), (ConsentWithdrawn(person=person, consents=(yes.consent,)), case))
    resource = test_time.resource(day)
    taken = gap_found(day, "髙瀬 葵", "働いてみたい。", "力仕事ができる。")
    day.say("participation", CandidateProposed(resource=resource, task=test_time.CHIPS), taken.case,
            recorded(), permit("workshop", type=CandidatesCounted.__name__))
    trial = consent(day, taken.person, Purpose.PARTICIPATION, (BASIC,), ("workshop",))
    day.say("participation", trial, taken.case)
    started = TrialStarted(person=taken.person, resource=resource, host="workshop", name=taken.name)
    _crossing(day, "participation", (started, taken.case), (ConsentWithdrawn(person=taken.person, consents=(trial.consent,)), taken.case))


def taken_back_before_the_receipt(day: Day) -> None:
    """Delivered, and taken back before the gate knows of the delivery: the recipient is told to stop as soon as the receipt is there.

    Nobody waits for its answer any more.
    """
    case, agreed = test_time.linked(day)
    back = ConsentWithdrawn(person=agreed.person, consents=(agreed.consent,))
    _crossing(day, "elder", (linked(agreed.person, "disability", "髙瀬 亮"), case), (back, case))
    assert day.learned("disability", LinkedToAgency, case)
    assert day.learned("disability", StopNoticeIssued, case)


def less_on_the_way(day: Day) -> None:
    """A referral is on its way when she takes her name out of her yes: it is held, though it has arrived; a link, when a flag is set: less of it goes."""
    case, person = pseudonym(), pseudonym()
    day.say("elder", received(person, Field.ELDER, name="髙瀬 弘"), case)
    day.say("elder", screened(ScreeningOutcome.COMPLEX), case)
    yes = consent(day, person, Purpose.COORDINATION, (BASIC, DataCategory.ECONOMIC), ("coordinator",))
    day.say("elder", yes, case)
    narrowed = ConsentNarrowed(consent=yes.consent, person=person, categories=(DataCategory.ECONOMIC,), recipients=("coordinator",))
    _crossing(day, "elder", (referral(person), case), (narrowed, case))

    case, person = pseudonym(), pseudonym()
    day.say("child", received(person, Field.CHILD, name="髙瀬 環"), case)
    day.say("child", consent(day, person, Purpose.CONSULTATION, (BASIC, DataCategory.ADDRESS), ("municipality", "poverty")), case)
    link = linked(person, "municipality", "髙瀬 環").changed(address="つなぐ町髙台一丁目")
    day.say("child", link, case, permit("municipality", BASIC, DataCategory.ADDRESS))
    day.stage.post("child", draft("child", link.changed(to_agency="poverty"), case))
    _let_work(day, "front-door", "consultation", "consent")
    flag = ProtectionFlagSet(flag=pseudonym(), person=person, blocked_agencies=("poverty",), until=day.stage.today)
    day.stage.post("municipality", draft("municipality", flag, person))
    _let_work(day, "front-door", "consent")
    day.stage.until(lambda: True)
    assert day.learned("poverty", LinkedToAgency, case).event.address is None


def decided_anew_on_the_way(day: Day) -> None:
    """The courier is slow, and what is permitted is decided anew before it has gone out, held or denied: it does not go out any more."""
    for less in (True, False):
        case, person = pseudonym(), pseudonym()
        day.say("elder", received(person, Field.ELDER, name="髙瀬 弘"), case)
        day.say("elder", screened(ScreeningOutcome.COMPLEX), case)
        yes = consent(day, person, Purpose.COORDINATION, (BASIC, DataCategory.ECONOMIC), ("coordinator",))
        day.say("elder", yes, case)
        narrowed = ConsentNarrowed(consent=yes.consent, person=person, categories=(DataCategory.ECONOMIC,), recipients=("coordinator",))
        _overtaken(day, "elder", (referral(person), case), (narrowed if less else ConsentWithdrawn(person=person, consents=(yes.consent,)), case))
        assert [] == [heard.event for heard in day.view.heard["coordinator"] if heard.subject == case]
    resource = test_time.resource(day)
    taken = gap_found(day, "髙瀬 葵", "働いてみたい。", "力仕事ができる。")
    day.say("participation", CandidateProposed(resource=resource, task=test_time.CHIPS), taken.case,
            recorded(), permit("workshop", type=CandidatesCounted.__name__))
    day.say("participation", consent(day, taken.person, Purpose.PARTICIPATION, (BASIC,), ("workshop",)), taken.case)
    started = TrialStarted(person=taken.person, resource=resource, host="workshop", name=taken.name)
    refusal = ConsentRefused(consent=pseudonym(), person=taken.person, purpose=Purpose.PARTICIPATION)
    _overtaken(day, "participation", (started, taken.case), (refusal, taken.case))
    assert [] == [heard.event for heard in day.view.heard["workshop"] if heard.subject == taken.case and isinstance(heard.event, TrialStarted)]


def _overtaken(day: Day, agency: str, first: tuple[Any, str], second: tuple[Any, str]) -> None:
    """What came of ``first`` is still with the courier, and the gate hears ``second``."""
    day.stage.post(agency, draft(agency, *first))
    _let_work(day, *BEFORE_THE_COURIER)
    day.stage.post(agency, draft(agency, *second))
    _let_work(day, "front-door", "consent")
    day.stage.until(lambda: True)


def _crossing(day: Day, agency: str, first: tuple[Any, str], second: tuple[Any, str]) -> None:
    """What came of ``first`` is delivered, and ``second`` reaches the gate before the receipt does."""
    day.stage.post(agency, draft(agency, *first))
    _let_work(day, *BEFORE_THE_COURIER)
    day.stage.post(agency, draft(agency, *second))
    for worker in ("front-door", "courier"):
        _let_work(day, worker)
    day.stage.until(lambda: True)


def _let_work(day: Day, *names: str) -> None:
    """Let these workers alone do all that they can; the others are slow."""
    town = day.stage.town
    while sum(town._step(town._workers[name]) for name in names):
        pass
