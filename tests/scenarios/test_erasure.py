"""Erasure (鍵の廃棄) end to end: the desk says it, the key store does it; what was sealed opens no more, and every verdict stays what it was."""

from __future__ import annotations

import uuid
from contextlib import closing
from typing import Any

from cli.day.player import Day, pseudonym
from cli.day.rows import hold
from cli.day.stage import Words
from contracts.catalogue import CATALOGUE
from contracts.consent import DisclosureDecided, DisclosureReleased, KeyDestroyed
from contracts.coordination import CoordinationReferred
from contracts.shared import DataCategory, DestructionReason, Field, Outcome, Purpose, ScreeningOutcome
from tests.scenarios import on_the_way
from tests.scenarios.memory_stage import MemoryStage
from tests.scenarios.stories.desk import consent, received, screened

BASIC = DataCategory.BASIC
RETENTION = CATALOGUE["CoordinationReferred"].retention


def _held(day: Day, person: str) -> str:
    """A referral with her name waits for her yes; the case."""
    case = pseudonym()
    day.say("elder", received(person, Field.ELDER, name="髙瀬 弘"), case)
    day.say("elder", screened(ScreeningOutcome.COMPLEX), case)
    day.say("elder", on_the_way.referral(person), case, hold("coordinator"))
    return case


def _agreed(day: Day, case: str, person: str) -> None:
    yes = consent(day, person, Purpose.COORDINATION, (BASIC,), ("coordinator",))
    day.stage.say(Words(agency="elder", event=yes, subject=case, id=str(uuid.uuid4())))
    day.stage.until(lambda: True)


def _verdicts(day: Day, case: str, kind: type) -> list[Any]:
    return [each.event for each in day.view.logged.values() if each.log == "consent" and each.key == case and isinstance(each.event, kind)]


def test_r17_what_a_destroyed_key_has_sealed_is_read_as_erased():
    """The gate decides on codes as if nothing had happened; the courier finds nothing to open, and the receipt says so."""
    with closing(MemoryStage()) as stage:
        day = Day(stage)
        for destroyed in (False, True):
            person = pseudonym()
            case = _held(day, person)
            if destroyed:
                day.say("municipality", KeyDestroyed(person=person, retention_class=RETENTION, reason=DestructionReason.ORDER), person)
            _agreed(day, case, person)

            referral = day.learned("coordinator", CoordinationReferred, case).event
            assert ("" if destroyed else "髙瀬 弘") == (referral.name or "")
            verdict, receipt = _verdicts(day, case, DisclosureDecided)[-1], _verdicts(day, case, DisclosureReleased)[-1]
            assert (Outcome.PERMIT, [BASIC]) == (verdict.outcome, [each.category for each in verdict.released])
            assert ([] if destroyed else [BASIC]) == [each.category for each in receipt.released]


def test_r17_a_new_key_is_not_destroyed_when_the_log_is_read_again():
    """She comes back; the destroyer is killed and reads its log anew."""
    with closing(MemoryStage()) as stage:
        day = Day(stage)
        person = pseudonym()
        _held(day, person)
        day.say("municipality", KeyDestroyed(person=person, retention_class=RETENTION, reason=DestructionReason.ORDER), person)
        stage.town.restart("destroyer", again=1_000)
        stage.until(lambda: True)
        again = _held(day, person)
        stage.town.restart("destroyer", again=1_000)
        stage.until(lambda: True)
        _agreed(day, again, person)

        assert "髙瀬 弘" == day.learned("coordinator", CoordinationReferred, again).event.name
