"""The gate under faults, on the real broker: after each, what was asked was decided once, and nothing was released without a verdict."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from cli.agency.client import AgencyClient
from cli.day.player import pseudonym
from contracts.consent import DisclosureDecided, ProtectionFlagSet, StopNoticeIssued
from contracts.shared import DataCategory, Outcome
from tests.installation import Broker
from tests.live.gate_site import NAME, SIGCONT, SIGSTOP, GateSite, open_site, replica, today

BACKLOG = 200
"""Requests of other cases in front of the one that matters."""
KILLS = 4


@pytest.fixture
async def site(stack: Broker) -> AsyncIterator[GateSite]:
    """The gate at work; it works again afterwards."""
    async with open_site(stack) as found:
        await found.look()
        yield found


async def test_a_withdrawal_in_the_backlog_is_followed_from_its_place_on(site: GateSite):
    """Given a copy that was delivered, and, while the gate stands, many requests with the withdrawal among them; when the gate goes on;
    then nothing after the withdrawal is released, and what was before it is either void or followed by a stop notice."""
    case, others = await site.case(), await site.case()
    await site.put(site.grant(case), site.grant(others))
    delivered = await site.put(*site.ask(case, 2))
    await site.until(lambda: site.copies("poverty", delivered))
    site.stop()
    before = await site.put(*site.ask(others, BACKLOG), *site.ask(case, 50))
    await site.put(site.withdraw(case))
    after = await site.put(*site.ask(case, 50), *site.ask(others, BACKLOG))

    site.start()
    await site.settled()

    own = before[BACKLOG:]
    assert [] == site.copies("poverty", after[:50])
    assert {Outcome.DENY} == {site.verdict(request).outcome for request in after[:50]}
    assert {Outcome.PERMIT} == {site.verdict(request).outcome for request in (*before[:BACKLOG], *after[50:])}
    assert {fact.request for fact in site.copies("poverty", own)} == {request for request in own if site.verdict(request).outcome is Outcome.PERMIT}
    assert case.consent in {fact.event.consent for fact in site.seen.received["poverty"] if isinstance(fact.event, StopNoticeIssued)}


async def test_in_one_millisecond_the_order_in_the_partition_decides(site: GateSite):
    """Given a consent and a request, and a withdrawal and a request, appended in one piece at one time; when the gate decides; then
    whatever came first was first."""
    early, late, ended, kept = [await site.case() for _ in range(4)]
    await site.put(site.grant(ended), site.grant(kept))
    _, after_grant = await site.put(site.grant(early), *site.ask(early))
    before_grant, _ = await site.put(*site.ask(late), site.grant(late))
    _, after_end = await site.put(site.withdraw(ended), *site.ask(ended))
    before_end, _ = await site.put(*site.ask(kept), site.withdraw(kept))

    await site.settled()

    for case in (early, late):
        asked = [fact.record.timestamp for fact in site.seen.asked if fact.key == case.key][-3:]
        assert 1 == len(set(asked[-3:-1])) or 1 == len(set(asked[-2:]))  # the receipt comes behind
    assert [Outcome.PERMIT, Outcome.DENY, Outcome.DENY] == [site.verdict(request).outcome for request in (after_grant, before_grant, after_end)]
    assert Outcome.PERMIT is _verdicts(site, before_end)[0].outcome
    assert {fact.request for fact in site.copies("poverty", [after_grant, before_grant, after_end])} == {after_grant}


async def test_a_gate_killed_between_verdict_and_release_delivers_once(site: GateSite):
    """Given verdicts that are durable and a key store that does not answer; when the gate is killed and comes back; then each is
    delivered under one id."""
    case = await site.case()
    await site.put(site.grant(case))
    async with site.keys_locked():
        asked = await site.put(*site.ask(case, 20))
        await site.until(lambda: all(site.verdict(request) for request in asked))
        site.kill()
        await site.look()
        assert [] == site.copies("poverty", asked)

    site.start()
    await site.settled()

    assert {*asked} == {fact.request for fact in site.copies("poverty", asked)}
    assert 20 == len({fact.id for fact in site.copies("poverty", asked)})


async def test_a_gate_killed_before_a_verdict_is_durable_decides_once(site: GateSite):
    """Given a backlog under way; when the gate is killed in its midst; then each request has one verdict of its own."""
    cases = [await site.case() for _ in range(4)]
    site.stop()
    await site.put(*(site.grant(case) for case in cases))
    asked = await site.put(*(request for case in cases for request in site.ask(case, BACKLOG)))
    site.start()
    await site.until(lambda: any(site.verdict(request) for request in asked))
    site.kill()
    await site.look()
    decided = sum(request in site.standing() for request in asked)

    site.start()
    await site.settled()

    assert 0 < decided
    assert {Outcome.PERMIT} == {site.verdict(request).outcome for request in asked}


async def test_a_courier_killed_at_any_moment_delivers_once(site: GateSite):
    """Given releases under way; when the process is killed again and again, between opening and delivery too; then each request is
    released under one id, and each verdict that stands is carried out."""
    cases = [await site.case() for _ in range(3)]
    await site.put(*(site.grant(case) for case in cases))
    asked: list[str] = []
    for number in range(KILLS):
        moment, batch = random.Random(number).uniform(0.0, 0.3), [request for case in cases for request in site.ask(case, 60)]
        first, rest = await site.put(*batch[:90]), batch[90:]
        asked += first
        await site.until(lambda first=first: site.copies("poverty", first) or site.verdict(first[0]))
        asked += await site.put(*rest)
        await asyncio.sleep(moment)
        site.kill()
        site.start()

    await site.settled()

    assert {*asked} == {fact.request for fact in site.copies("poverty", asked)}
    assert len(asked) == len({fact.id for fact in site.copies("poverty", asked)})


async def test_a_zombie_changes_nothing_that_counts(site: GateSite):
    """Given a gate that stands still in the midst of a backlog until another has its partitions; when the other follows a withdrawal and
    the first goes on; then what the first writes counts for nothing that the other has not decided alike."""
    cases = [await site.case() for _ in range(4)]
    await site.put(*(site.grant(case) for case in cases))
    site.stop()
    with replica(site) as zombie:
        await site.until(zombie.ready)
        asked = await site.put(*(request for case in cases for request in site.ask(case, BACKLOG)))
        await site.until(lambda: any(site.verdict(request) for request in asked))
        zombie.signal(SIGSTOP)
        await site.put(*(site.withdraw(case) for case in cases))
        late = await site.put(*(request for case in cases for request in site.ask(case, 20)))

        site.start()
        await site.until(lambda: all(site.verdict(request) for request in late))
        zombie.signal(SIGCONT)
        more = await site.put(*(request for case in cases for request in site.ask(case, 20)))
        await site.until(lambda: all(site.verdict(request) for request in more))
        await site.until(lambda: zombie.ended() or zombie.ready())
    await site.settled()

    assert {Outcome.DENY} == {site.verdict(request).outcome for request in (*late, *more)}
    assert [] == site.copies("poverty", [*late, *more])


async def test_what_a_flag_protects_is_withheld_when_a_consent_frees_the_hold(site: GateSite):
    """Given a request that waits; when a protection flag is set, and then the consent comes; then no protected category is released."""
    case = await site.referral()
    held = case.request.id
    assert Outcome.HOLD is site.verdict(held).outcome

    await _set(site, _flag(case.person, "coordinator"))
    await site.put(site.grant(case))
    await site.settled()

    verdict = site.verdict(held)
    assert (Outcome.REDACT, {DataCategory.BASIC}) == (verdict.outcome, {part.category for part in verdict.released})
    assert [(NAME, ())] == [(fact.event.name, fact.event.items) for fact in site.copies("coordinator", [held])]


async def test_what_a_flag_protects_is_withheld_between_verdict_and_delivery(site: GateSite):
    """Given a verdict that is durable and a key store that does not answer; when a protection flag is set and the store answers again;
    then no protected category is released."""
    case = await site.case()
    await site.put(site.grant(case))
    async with site.keys_locked():
        asked = await site.put(*site.ask(case))
        await site.until(lambda: site.verdict(asked[0]))
        await _set(site, _flag(case.person, "poverty"))
        await site.until(lambda: len(_verdicts(site, asked[0])) == 2)
    await site.settled()

    first, second = _verdicts(site, asked[0])
    assert [Outcome.PERMIT, Outcome.REDACT] == [first.outcome, second.outcome]
    assert [None] == [fact.event.address for fact in site.copies("poverty", asked)]


async def test_danger_is_decided_before_a_backlog(site: GateSite):
    """Given thousands of requests in the ordinary lane while the gate stands, and the police called after them; when the gate goes on;
    then that is decided before a good part of them: it waits for what was fetched before it, two batches at most."""
    emergency, case = await site.emergency(), await site.case()
    site.stop()
    asked = await site.put(*site.ask(case, 2_000))
    urgent = (await site.put(site.again(emergency)))[0]

    site.start()
    await site.settled()

    decided = {request: fact.record.timestamp for request, fact in site.standing().items()}
    assert sum(decided[request] > decided[urgent] for request in asked) > len(asked) / 4


async def test_danger_is_delivered_before_a_backlog(site: GateSite, record_property: Callable[[str, object], None]):
    """Given hundreds of releases that the courier has before it; when the police are called; then they know before the last of those."""
    emergency, case = await site.emergency(), await site.case()
    await site.put(site.grant(case))
    asked = await site.put(*site.ask(case, 800))
    urgent = (await site.put(site.again(emergency)))[0]

    await site.settled()

    said = next(fact.record.timestamp for fact in site.seen.asked if fact.id == urgent)
    decided = site.standing()[urgent].record.timestamp
    arrived, last = site.copies("police", [urgent])[0].record.timestamp, site.copies("poverty", asked)[-1].record.timestamp
    record_property("milliseconds to the verdict, to the copy, to the last copy of the backlog", (decided - said, arrived - said, last - said))
    assert arrived < last


def _flag(person: str, blocked: str) -> ProtectionFlagSet:
    return ProtectionFlagSet(flag=pseudonym(), person=person, blocked_agencies=(blocked,), until=today() + timedelta(days=365))


async def _set(site: GateSite, flag: ProtectionFlagSet) -> None:
    """The municipality sets a flag; the gate has it in every partition."""
    client = AgencyClient(site.settings, "municipality")
    client.say(flag, flag.person)
    client.close()
    await site.until(lambda: site.settings.partitions == len({
        fact.record.partition for fact in site.seen.log if isinstance(fact.event, ProtectionFlagSet) and fact.event.flag == flag.flag
    }))


def _verdicts(site: GateSite, request: str) -> list[DisclosureDecided]:
    """Every verdict on a request, in the order of the gate's log."""
    return [fact.event for fact in site.seen.log if isinstance(fact.event, DisclosureDecided) and fact.event.request_id == request]

