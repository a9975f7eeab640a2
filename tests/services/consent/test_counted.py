"""One after the other (一つずつ): what one message makes the gate decide, each decision sees those before it (rules 1, 7, 26)."""

from __future__ import annotations

from contracts.consent import ConsentWithdrawn, DisclosureDecided, DisclosureReleased
from contracts.envelope import Tick
from contracts.shared import Basis, DataCategory, Outcome
from kernel.days import day_in_japan, start_of
from kernel.testing import AT, Given, Then, given
from tests.services.consent.town import CONSENT, GATE, MOTHER, TOWN, consent, part, request

BASIC, HEALTH = DataCategory.BASIC, DataCategory.HEALTH
ONCE = consent(BASIC, use_limit=1)


def waits(before: Given, *ids: str, at: int = AT) -> Given:
    """Referrals that wait."""
    for identity in ids:
        before = before.when(
            request(part(BASIC), event_id=f"event-{identity}"), agency="elder", source="coordination", message_id=identity, position=f"log/0/{identity}", at=at,
        ).after()
    return before


def decided(then: Then) -> list[tuple[str, Outcome]]:
    """Request and outcome of every verdict, in its order."""
    return [(event.request_id, event.outcome) for event in then.events if isinstance(event, DisclosureDecided)]


def test_rule_26_a_consent_for_one_use_frees_one_of_two_that_wait():
    """The first by its id; the other goes on waiting and says that the consent is used up."""
    held = waits(given(GATE, shared=TOWN), "b", "a")

    then = held.when(ONCE, at=AT + 5)

    assert [("a", Outcome.PERMIT)] == decided(then)
    assert {"b"} == then.state.holds.keys()


def test_rule_26_another_consent_frees_the_other_one():
    """What was used up is used up; a second yes is a second use."""
    then = waits(given(GATE, shared=TOWN), "a", "b").when(ONCE, at=AT + 5).after().when(consent(BASIC, consent="d" * 32, use_limit=1), at=AT + 6)

    assert [("b", Outcome.PERMIT)] == decided(then)
    assert {"a", "b"} == then.state.deliveries.keys()


def test_rule_26_two_uses_free_two_and_order_is_that_of_the_request_ids():
    """Whatever came first."""
    then = waits(given(GATE, shared=TOWN), "c", "a", "b").when(consent(BASIC, use_limit=2), at=AT + 5)

    assert [("a", Outcome.PERMIT), ("b", Outcome.PERMIT)] == decided(then)


def test_rule_26_time_frees_one_of_two_as_well():
    """A consent for one use that begins later: on its first day one referral goes, the other waits on for its own deadline."""
    tomorrow = start_of(day_in_japan(AT).toordinal() + 1)
    later = ONCE.changed(valid_from=day_in_japan(tomorrow))
    held = waits(given(GATE, shared=TOWN), "a", "b").when(later, at=AT + 5).after()

    then = held.when(Tick(), agency="", source="tsunagu.consent", at=tomorrow)

    assert [("a", Outcome.PERMIT), ("b", Outcome.HOLD)] == decided(then)
    assert ("USED_UP",) == then.events[-1].reasons


def test_rule_27_what_is_withdrawn_under_way_gives_its_use_to_nobody():
    """Two uses under way on two consents; the first is withdrawn: its release is void, and that of the other stands as it is."""
    both = waits(given(GATE, shared=TOWN), "a", "b").when(ONCE, at=AT + 5).after().when(consent(BASIC, consent="d" * 32, use_limit=1), at=AT + 6).after()

    then = both.when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)), at=AT + 7)

    assert [("a", Outcome.DENY)] == decided(then)
    assert {"b"} == then.state.deliveries.keys()


def test_rule_1_a_delivered_use_is_used():
    """After the receipt as before it: nothing more goes on a consent for one use."""
    held = waits(given(GATE, shared=TOWN), "a", "b").when(ONCE, at=AT + 5).after()
    receipt = DisclosureReleased(
        verdict_id="v", request_id="a", decided_at=AT + 5, event_id="event-a", event_type="CoordinationReferred", recipient="coordinator",
        basis=Basis.C, consents=(CONSENT,), released=(part(BASIC),),
    )
    done = held.when(receipt, agency="", source="tsunagu.courier").after()

    assert [("c", Outcome.HOLD)] == decided(done.when(request(part(BASIC), event_id="event-c"), agency="elder", source="coordination", message_id="c"))
