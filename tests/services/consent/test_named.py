"""Whom a record names: the ledger folded from the cases that name a person is the ledger folded from everything (rule 32)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.consent import StopNoticeIssued
from contracts.envelope import PersonsNoted
from contracts.shared import DataCategory
from kernel import serde
from kernel.days import DAY_MS
from kernel.properties import log_of
from kernel.testing import AT
from services.consent import redeciding
from services.consent.domain.findings import Logged
from services.consent.domain.ledger import READ
from services.consent.domain.named import EVERYWHERE, persons_of
from services.consent.ledgers import Kept, folded
from tests.services.consent.ledger_town import Town
from tests.services.consent.test_any_course import FUNCTION, STEPS, Step, course
from tests.services.consent.town import CONSENT, MOTHER, PACKS, SON, consent, part, request

BASIC = DataCategory.BASIC
MOMENTS = (AT, AT + DAY_MS, AT + 15 * DAY_MS, AT + 40 * DAY_MS, AT + 5000 * DAY_MS)


def kept(logged: Iterable[Logged]) -> list[Kept]:
    """What a table would keep."""
    return [Kept(each.key, each.at, each.agency, serde.encode(each.event)) for each in logged if type(each.event) in READ]


def about(person: str, log: Sequence[Logged], shuffled: random.Random) -> list[Kept]:
    """Only the cases that name the person, in any order, and every flag."""
    cases = {each.key for each in log if type(each.event) in READ and person in persons_of(each.event)}
    flags = [each for each in log if isinstance(each.event, EVERYWHERE)]
    several = [[each for each in log if each.key == case and not isinstance(each.event, EVERYWHERE)] for case in sorted(cases)]
    several.append(flags)
    shuffled.shuffle(several)
    return kept(each for records in several for each in records)


@settings(max_examples=150, deadline=None)
@for_all(steps=STEPS, seed=some.randoms(use_true_random=False))
def test_rule_32_the_cases_that_name_a_person_are_enough_for_the_ledger(steps: list[Step], seed: random.Random):
    """Any course of two cases, in which the same consents and requests are even named twice: nothing of the other case comes in, nothing is missing."""
    log = [redeciding.read(record) for record in log_of(FUNCTION, course(steps))]
    for person in (MOTHER, SON, "9" * 32):
        whole, own = folded(person, PACKS, kept(log)), folded(person, PACKS, about(person, log, seed))

        assert [whole.lines(at, proxy) for at in MOMENTS for proxy in (False, True)] == [own.lines(at, proxy) for at in MOMENTS for proxy in (False, True)]


@pytest.mark.parametrize(("event", "persons"), [
    (consent(BASIC), {MOTHER}),
    (PersonsNoted(persons=(SON, MOTHER)), {MOTHER, SON}),
    (request(part(BASIC), persons=(SON,)), {MOTHER, SON}),
    (request(part(BASIC, SON)), {SON}),
    (request(recipient="tax", wanted=(BASIC,)), set()),
    (StopNoticeIssued(recipient="coordinator", consent=CONSENT, purpose=consent().purpose, categories=(BASIC,)), set()),
])
def test_whom_a_record_names(event: object, persons: set[str]):
    """By fields that stand in its contract."""
    assert persons == persons_of(event)


def test_a_verdict_names_whose_parts_go_and_whose_stay():
    """Both."""
    town = Town()
    town.say(consent(BASIC))
    verdict = town.verdict(town.say(request(part(BASIC), part(BASIC, SON))))

    assert ([MOTHER], [SON]) == ([each.person for each in verdict.released], [each.person for each in verdict.withheld])
    assert {MOTHER, SON} == persons_of(verdict)
