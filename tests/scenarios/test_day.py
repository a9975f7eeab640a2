"""The sample day over the memory log: the five functions, the gate and the courier, every row of the story."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.day import cast, story
from cli.day.player import Day
from contracts.consent import DisclosureDecided, StopNoticeIssued
from contracts.consultation import SignalReceived
from contracts.coordination import CoordinationReferred
from contracts.participation import CandidatesCounted, TrialStarted
from contracts.shared import DataCategory, Outcome
from tests.scenarios.lines import expected, lines
from tests.scenarios.memory_stage import TOPICS, MemoryStage


def played(batch: int = 1, again: int | None = None) -> Day:
    """A day played in memory; with ``again``, every service is killed at every message and sees so many records once more."""
    stage = MemoryStage(batch)

    def disturb(_: int) -> None:
        for service in stage.workers if again is not None else ():
            stage.restart(service, again or 0)

    day = Day(stage, disturb=disturb)
    story.play(day)
    return day


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    """One undisturbed day."""
    found = played()
    yield found
    found.stage.close()  # type: ignore[attr-defined]


def test_every_row_is_as_the_story_says(day: Day):
    """Agencies, outcomes, rules, who received which categories, what was withheld and why."""
    assert expected() == lines(day.rows)
    assert [] == [row.fault for row in day.rows if row.fault]


@pytest.mark.parametrize(("batch", "again"), [(50, None), (1, 0), (1, 3), (20, 5)])
def test_the_day_is_the_same_however_it_is_cut(batch: int, again: int | None):
    """Large batches, kills at every message, records seen again: the same rows, and no event stands twice in any log."""
    found = played(batch, again)

    assert expected() == lines(found.rows)
    assert [] == found.view.twice


def test_a_second_day_is_another_day(day: Day):
    """The same town plays again; nothing of the first day is in its way."""
    second = Day(day.stage)
    story.play(second)

    assert expected() == lines(second.rows)


def test_the_sender_of_a_held_referral_is_told_why_and_what_would_release_it(day: Day):
    """Step 2."""
    held = [each.event for each in day.view.heard["elder"] if isinstance(each.event, DisclosureDecided) and each.event.outcome is Outcome.HOLD]

    assert [("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE")] == list(dict.fromkeys(verdict.releases_when for verdict in held))
    assert all("同意" in verdict.sentence and verdict.deadline for verdict in held)


def test_the_coordinator_learns_nothing_of_health_and_nothing_of_the_son(day: Day):
    """Step 3: what was opened is the mother's name and income, to the letter."""
    case = next(told.subject for told in day.told if told.step == 2)
    referral = day.learned("coordinator", CoordinationReferred, case).event

    assert cast.MOTHER == referral.name
    assert referral.wish is None
    assert [(referral.person, DataCategory.ECONOMIC)] == [(item.person, item.category) for item in referral.items]


def test_nothing_about_the_son_leaves_the_outreach_npo_before_he_agrees(day: Day):
    """Step 5: his case is known to nobody else before step 6; then to those alone whom his consents name, and to nobody about his health."""
    case = next(told.subject for told in day.told if told.step == 5 and isinstance(told.event, SignalReceived))
    consented = ("outreach", "participation", "workshop", "poverty", "coordinator")
    others = [each for name, heard in day.view.heard.items() if name not in consented for each in heard]
    desks = [each.event for name in ("poverty", "coordinator") for each in day.view.heard[name] if each.subject == case]

    assert [] == [each for each in others if each.subject == case]
    assert {cast.SON, None} >= {getattr(event, "name", None) for event in desks}
    assert () == tuple(item for event in desks for item in getattr(event, "items", ()))


def test_the_workshop_knows_a_number_then_a_name_a_contact_and_what_to_consider(day: Day):
    """Step 6: neither name nor case with the counts; nothing but the three with the trial."""
    counted = day.learned("workshop", CandidatesCounted)
    trial = day.learned("workshop", TrialStarted)

    assert counted.subject != trial.subject
    assert cast.SON == trial.event.name
    assert trial.event.contact and trial.event.consideration
    assert () == trial.event.items


def test_the_tax_office_cannot_tell_a_case_from_none(day: Day):
    """Step 9: a real file and one that does not exist are answered alike."""
    verdicts = [each.event for each in day.view.heard["tax"] if isinstance(each.event, DisclosureDecided)]
    answers = {(verdict.outcome, verdict.rule, verdict.reasons, verdict.sentence, verdict.withheld) for verdict in verdicts}

    assert 1 == len(answers)


def test_a_stop_notice_names_no_other_recipient_and_no_person(day: Day):
    """Step 13: ids and codes only."""
    stops = [(name, each.event) for name, heard in day.view.heard.items() for each in heard if isinstance(each.event, StopNoticeIssued)]

    assert {"coordinator", "elder", "poverty", "outreach"} == {name for name, _ in stops}
    assert all(stop.recipient == name for name, stop in stops)


TEXTS = [text for text in (getattr(cast, name) for name in dir(cast) if name.isupper()) if isinstance(text, str)]


@pytest.mark.parametrize("text", TEXTS)
def test_no_personal_text_stands_open_in_any_inbox_or_log_of_ours(day: Day, text: str):
    """In memory: outboxes, inboxes of agencies and dead letters apart, no topic holds it, in no value, key or header."""
    stage = day.stage
    assert isinstance(stage, MemoryStage)
    ours = [topic for topic in stage.log.topics() if not topic.startswith(TOPICS.named("agency.")) and "dead-letters" not in topic]
    places = [
        topic for topic in ours for record in stage.log.records(topic)
        if text.encode() in b"".join((record.key or b"", record.value or b"", *(value for _, value in record.headers)))
    ]

    assert ours and [] == places

