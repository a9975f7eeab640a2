"""Consents: what was asked and said of each, copied; how it stands by that is what the gate's own case file says."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, get_args

import pytest

from contracts.consent import (
    AccessRequested,
    ConfirmationAwaited,
    ConsentConfirmed,
    ConsentExpired,
    ConsentExtended,
    ConsentGranted,
    ConsentInvalidated,
    ConsentLapsed,
    ConsentNarrowed,
    ConsentPaused,
    ConsentRefused,
    ConsentRequested,
    ConsentResumed,
    ConsentWithdrawn,
    RightsDecided,
    StopNoticeAnswered,
    UseStopRequested,
)
from contracts.shared import ConsentMedium, DataCategory, InvalidReason, Purpose, RightsOutcome, StopAnswer
from kernel.days import day_in_japan
from kernel.testing import AT
from services.consent.domain.casefile import CaseFile
from services.consent.domain.folding import Event, evolve
from services.consent.domain.states import states
from services.reporting.projections.consents import CONSENTS, SUCCESSORS, Consents
from services.reporting.projections.projection import Fact
from services.reporting.store import Connect
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.shown import shown

live = pytest.mark.live
DAY = 86_400_000
FIRST, LAST = date(2026, 4, 1), date(2099, 3, 31)
"""So late that it is in force whenever the tests run."""
ASKED = ConsentRequested(
    consent="c", person="82", purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC,), recipients=("coordinator",), valid_from=FIRST, valid_to=LAST)
GIVEN = ConsentGranted(
    consent="c", person="82", purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC, DataCategory.HEALTH), recipients=("coordinator", "elder"),
    valid_from=FIRST, valid_to=LAST, medium=ConsentMedium.PAPER)
NO = ConsentRefused(consent="c", person="82", purpose=Purpose.COORDINATION, categories=(), recipients=())
NARROWED = ConsentNarrowed(consent="c", person="82", categories=(DataCategory.BASIC,), recipients=("elder",))
EXTENDED = ConsentExtended(consent="c", person="82", valid_to=LAST + timedelta(days=30))
PAUSED, RESUMED = ConsentPaused(person="82", consents=("c",)), ConsentResumed(person="82", consents=("c",))
WITHDRAWN = ConsentWithdrawn(person="82", consents=("c",))
VOID = ConsentInvalidated(person="82", consents=("c",), reason=InvalidReason.FORGED)
AWAITED, LAPSED = ConfirmationAwaited(recipient="elder", consent="c", due=AT), ConsentLapsed(recipient="elder", consent="c")
CONFIRMED, EXPIRED = ConsentConfirmed(consent="c", person="82"), ConsentExpired(consent="c", person="82")
STOP = UseStopRequested(request="s", person="82", by_proxy=False)
GRANTED = RightsDecided(request="s", outcome=RightsOutcome.GRANTED, reasons=(), withheld=())
PARTLY = GRANTED.changed(outcome=RightsOutcome.PARTIAL, withheld=(DataCategory.BASIC,))
NEXT = GIVEN.changed(consent="n", supersedes=("c",))
NEXT_AWAITED, NEXT_CONFIRMED = AWAITED.changed(consent="n"), CONFIRMED.changed(consent="n")


def told(*events: Any, key: str = "case") -> list[Fact]:
    """What the gate's log holds of one case, a day apart."""
    return [fact(event, "consent", key=key, seq=number + 1, at=AT + number * DAY, agency="elder") for number, event in enumerate(events)]


def row(*events: Any) -> dict[str, Any]:
    """The one row of the consent."""
    (found,) = rows(Consents(), CONSENTS, told(*events))
    return found


def test_a_consent_says_whose_for_what_of_what_to_whom_and_how_long():
    """And by whom it was recorded, how, by whom given."""
    found = row(GIVEN)

    assert ("82", "COORDINATION", ["BASIC", "HEALTH"], ["coordinator", "elder"], FIRST, LAST) == tuple(
        found[name] for name in ("person", "purpose", "categories", "recipients", "first_day", "last_day"))
    assert ("elder", "PAPER", "SELF", "GIVEN") == tuple(found[name] for name in ("agency", "medium", "given_by", "said"))


def test_what_was_asked_stays_beside_the_answer():
    """When it was asked, and when it was given; a no names nothing, which is everything."""
    yes, no = row(ASKED, GIVEN), row(ASKED, NO)

    assert (yes["asked_at"], yes["granted_at"]) == (no["asked_at"], yes["said_at"]) and yes["asked_at"] < yes["granted_at"]
    assert ("REFUSED", [], [], None) == (no["said"], no["categories"], no["recipients"], no["granted_at"])


def test_less_and_longer_take_the_place_of_what_was_said():
    """What is listed remains; the last day moves."""
    found = row(GIVEN, NARROWED, EXTENDED)

    assert ("EXTENDED", ["BASIC"], ["elder"], EXTENDED.valid_to) == tuple(found[name] for name in ("said", "categories", "recipients", "last_day"))


@pytest.mark.parametrize("event, column", [
    (WITHDRAWN, "withdrawn_at"), (VOID, "invalidated_at"), (LAPSED, "lapsed_at"), (EXPIRED, "expired_at"), (CONFIRMED, "confirmed_at"),
])
def test_each_end_has_its_day(event: Any, column: str):
    """The first of its kind; of several consents that are ended in one word, each."""
    found = row(GIVEN, event, event)

    assert row(GIVEN)[column] is None and found[column] == row(GIVEN, event)[column]
    assert 2 == len(rows(Consents(), CONSENTS, told(WITHDRAWN.changed(consents=("c", "d")))))


def test_who_takes_whose_place_is_a_row_of_its_own():
    """Each consent and each refusal that is named."""
    assert [("c", "n"), ("d", "n")] == [(each["consent"], each["successor"]) for each in rows(Consents(), SUCCESSORS, told(NEXT.changed(supersedes=("c", "d"))))]


def test_an_answer_to_a_stop_notice_is_nothing_said_of_a_consent():
    """Though it names one."""
    assert [] == rows(Consents(), CONSENTS, told(StopNoticeAnswered(consent="c", answer=StopAnswer.STOPPED)))


SAID: Sequence[tuple[tuple[Any, ...], str]] = (
    ((ASKED,), "REQUESTED"), ((ASKED, NO), "REFUSED"), ((ASKED, GIVEN), "GIVEN"), ((GIVEN, NARROWED), "NARROWED"), ((GIVEN, EXTENDED), "EXTENDED"),
    ((GIVEN, PAUSED), "PAUSED"), ((GIVEN, NARROWED, PAUSED, RESUMED), "NARROWED"), ((GIVEN, WITHDRAWN), "WITHDRAWN"), ((GIVEN, PAUSED, WITHDRAWN), "WITHDRAWN"),
    ((GIVEN, EXPIRED), "EXPIRED"), ((GIVEN, EXPIRED, WITHDRAWN), "WITHDRAWN"), ((GIVEN.changed(valid_to=date(2026, 5, 1)),), "EXPIRED"),
    ((GIVEN, VOID), "INVALIDATED"), ((GIVEN, WITHDRAWN, VOID), "WITHDRAWN"), ((GIVEN, AWAITED), "AWAITED"), ((GIVEN, AWAITED, CONFIRMED), "GIVEN"),
    ((GIVEN, AWAITED, LAPSED), "LAPSED"), ((GIVEN, NEXT), "REPLACED"), ((GIVEN, WITHDRAWN, NEXT), "WITHDRAWN"), ((GIVEN, EXPIRED, NEXT), "REPLACED"),
    ((GIVEN, NEXT, NEXT_AWAITED), "GIVEN"), ((GIVEN, NEXT, NEXT_AWAITED, NEXT_CONFIRMED), "REPLACED"),
    ((GIVEN, NEXT, NEXT_AWAITED, WITHDRAWN, NEXT_CONFIRMED), "WITHDRAWN"), ((GIVEN, NEXT, NEXT_AWAITED, LAPSED.changed(consent="n")), "GIVEN"),
    ((NO, NEXT), "REPLACED"), ((NO, NEXT, VOID.changed(consents=("n",))), "REFUSED"), ((GIVEN, NEXT, VOID.changed(consents=("n",))), "REPLACED"),
    ((GIVEN, NEXT, VOID), "REPLACED"), ((GIVEN, STOP, GRANTED), "WITHDRAWN"), ((GIVEN, STOP, PARTLY), "GIVEN"), ((STOP, GRANTED, GIVEN), "GIVEN"),
    ((GIVEN, STOP, PARTLY.changed(withheld=(DataCategory.ABUSE,))), "WITHDRAWN"), ((GIVEN, STOP, GRANTED.changed(outcome=RightsOutcome.REFUSED)), "GIVEN"),
    ((GIVEN, STOP.changed(person="50"), GRANTED), "GIVEN"), ((GIVEN, AccessRequested(request="s", person="82", by_proxy=False), GRANTED), "GIVEN"),
    ((GIVEN, STOP, GRANTED, NEXT), "WITHDRAWN"), ((GIVEN, NEXT, STOP, GRANTED), "REPLACED"), ((GIVEN, NEXT.changed(person="50")), "GIVEN"),
)


@live
async def test_how_a_consent_stands_follows_from_what_was_said(database: Connect):
    """Every state, and what comes first where several would do; it is what the gate says itself."""
    facts = [each for number, (events, _) in enumerate(SAID) for each in told(*events, key=f"{number:02}")]
    (found,) = await shown(database, Consents(), facts, "consent_states")
    state = {(each["case_id"], each["consent"]): each["state"] for each in found}

    assert [f"{number}: {expected}" for number, (_, expected) in enumerate(SAID)] == [f"{number}: {state[f'{number:02}', 'c']}" for number in range(len(SAID))]
    assert by_the_gate(facts) == state


@live
async def test_a_stop_of_use_leaves_the_categories_that_it_leaves(database: Connect):
    """The consent goes on with them."""
    (found,) = await shown(database, Consents(), told(GIVEN, STOP, PARTLY), "consent_states")

    assert [["BASIC"]] == [each["categories"] for each in found]


@live
async def test_in_all_that_was_lived_a_consent_stands_as_the_gate_says(database: Connect, lived: list[list[Fact]]):
    """Day, stories and year."""
    for facts in lived:
        (found,) = await shown(database, Consents(), facts, "consent_states", batch=500)

        assert by_the_gate(facts) == {(each["case_id"], each["consent"]): each["state"] for each in found}


def by_the_gate(facts: Iterable[Fact]) -> dict[tuple[str, str], str]:
    """The state of each consent today, by the gate's own case files."""
    files: dict[str, CaseFile] = defaultdict(CaseFile)
    for each in facts:
        if each.log == "consent" and type(each.event) in get_args(Event):
            files[each.envelope.subject] = evolve(files[each.envelope.subject], each.event)
    today = today_in_japan().toordinal()
    return {(case, consent): state.value for case, file in files.items() for consent, state in states(file, today).items()}


def today_in_japan() -> date:
    """As the database has it."""
    return day_in_japan(int(time.time() * 1000))


@live
async def test_what_is_in_force_what_ends_soon_and_what_nobody_has_answered(database: Connect):
    """A paused consent ends too, but gives nothing; one that begins tomorrow is not in force."""
    today = today_in_japan()
    soon, tomorrow = GIVEN.changed(valid_to=today + timedelta(days=30)), GIVEN.changed(valid_from=today + timedelta(days=1))
    facts = [
        *told(GIVEN, key="long"), *told(soon, key="soon"), *told(soon, PAUSED, key="paused"), *told(tomorrow, key="tomorrow"), *told(GIVEN, WITHDRAWN, key="over"),
        *told(ASKED, key="asked"), *told(ASKED, NO, key="no"), *told(GIVEN.changed(valid_to=today), key="today"),
    ]
    force, ending, unanswered = await shown(database, Consents(), facts, "consents_in_force", "consents_ending", "consents_unanswered")

    assert {"long", "soon", "today"} == {each["case_id"] for each in force}
    assert {("soon", 30), ("paused", 30), ("today", 0)} == {(each["case_id"], each["days_left"]) for each in ending}
    assert ["asked"] == [each["case_id"] for each in unanswered]
