"""Cases 1 to 9: what a consent covers, and what it does not (同意)."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day
from cli.day.rows import deny, hold, permit, recorded, redact, refused, stopped
from contracts.consent import ConsentWithdrawn
from contracts.coordination import CoordinationAccepted, CoordinationReferred
from contracts.shared import ConsentMedium, Outcome, Purpose, RefusalCode
from tests.scenarios.forty.again import decided_again
from tests.scenarios.forty.desk import (
    BASIC,
    ECONOMIC,
    HEALTH,
    Someone,
    at_the_desk,
    consent,
    decided,
    link,
    referral,
    verdicts,
    withheld,
)


def _agreed(day: Day, name: str) -> Someone:
    """Signed: coordinator, coordination, basic and economic."""
    someone = at_the_desk(day, name, complex_case=True)
    day.say("elder", consent(day, someone, (BASIC, ECONOMIC), "coordinator"), someone.case)
    return someone


def case_01_a_signed_consent_permits_the_referral(day: Day) -> None:
    """Everything that she agreed to goes to the coordinator, on her consent."""
    someone = _agreed(day, "髙柳 フミ")
    day.say("elder", referral(someone, ECONOMIC), someone.case, permit("coordinator", BASIC, ECONOMIC))
    decided(day, someone.case, "coordinator", "R2")


def case_02_a_diagnosis_without_consent_is_withheld(day: Day) -> None:
    """The same, and the event also has a diagnosis."""
    someone = _agreed(day, "髙柳 フミ")
    day.say("elder", referral(someone, ECONOMIC, HEALTH), someone.case, redact("coordinator", BASIC, ECONOMIC))
    verdict = decided(day, someone.case, "coordinator", "R2", "CATEGORY_NOT_CONSENTED")
    assert [(someone.person, HEALTH, "CATEGORY_NOT_CONSENTED")] == withheld(verdict)


def case_03_the_coordinator_forwards_to_a_workshop_nobody_named(day: Day) -> None:
    """What the coordinator got does not go on to a host on the same consent."""
    someone = _agreed(day, "髙柳 フミ")
    day.say("elder", referral(someone), someone.case, permit("coordinator", BASIC))
    day.say("coordinator", CoordinationAccepted(), day.learned("coordinator", CoordinationReferred, someone.case).subject, permit("elder"))
    day.say("coordinator", link(someone, "workshop"), someone.case, deny("workshop"))
    decided(day, someone.case, "workshop", "R2", "RECIPIENT_NOT_NAMED")


def case_04_reuse_for_another_purpose(day: Day) -> None:
    """Training material is no purpose of the tree; statistics stand for it: another purpose than the one agreed to."""
    someone = _agreed(day, "髙柳 フミ")
    day.say("elder", link(someone, "coordinator", purpose=Purpose.STATISTICS), someone.case, deny("coordinator"))
    decided(day, someone.case, "coordinator", "R2", "PURPOSE_NOT_CONSENTED")


def case_05_a_consent_that_ended_yesterday(day: Day) -> None:
    """A form that ended yesterday is not even recorded here, and the verdict says: ask again. (A consent that ends in the night: ``test_forty`` in memory.)"""
    someone = at_the_desk(day, "髙柳 フミ", complex_case=True)
    yesterday = day.stage.today - timedelta(days=1)
    over = consent(day, someone, (BASIC,), "coordinator").changed(valid_from=yesterday - timedelta(days=30), valid_to=yesterday)
    day.say("elder", over, someone.case, refused(RefusalCode.PERIOD_INVALID))
    day.say("elder", link(someone, "coordinator"), someone.case, deny("coordinator"))
    assert "CONSENT_OF_PERSON" in decided(day, someone.case, "coordinator", "R2", "NO_CONSENT").releases_when


def case_06_said_before_the_withdrawal_decided_after_it(day: Day) -> None:
    """The referral waits for a consent that begins tomorrow; she takes it back today: what was said before does not go after."""
    someone = at_the_desk(day, "髙柳 フミ", complex_case=True)
    day.say("elder", referral(someone), someone.case, hold("coordinator"))
    later = consent(day, someone, (BASIC,), "coordinator").changed(valid_from=day.stage.today + timedelta(days=1), signed_on=day.stage.today)
    day.say("elder", later, someone.case)
    day.say("elder", ConsentWithdrawn(person=someone.person, consents=(later.consent,)), someone.case,
            recorded(), deny("coordinator", type=CoordinationReferred.__name__))
    decided(day, someone.case, "coordinator", "R2", "CONSENT_WITHDRAWN")


def case_07_the_auditor_decides_again(day: Day) -> None:
    """Released, then withdrawn: decided again from what the gate's log held before the request, the release is the same verdict, and lawful."""
    someone = at_the_desk(day, "髙柳 フミ", complex_case=True)
    agreed = consent(day, someone, (BASIC, ECONOMIC), "coordinator")
    day.say("elder", agreed, someone.case)
    day.say("elder", referral(someone, ECONOMIC, HEALTH), someone.case, redact("coordinator", BASIC, ECONOMIC))
    day.say("elder", ConsentWithdrawn(person=someone.person, consents=(agreed.consent,)), someone.case, recorded(), stopped("coordinator"))
    (released,) = verdicts(day, someone.case, "coordinator")
    assert Outcome.REDACT is released.outcome
    assert released == decided_again(day, someone.case, released)


def case_08_silence_is_no_consent(day: Day) -> None:
    """「一週間返事がなければ同意とみなす」 is not recorded as a consent, and opens nothing."""
    someone = at_the_desk(day, "髙柳 フミ")
    silent = consent(day, someone, (BASIC,), "coordinator").changed(medium=ConsentMedium.SILENCE)
    day.say("elder", silent, someone.case, refused(RefusalCode.NOT_A_CONSENT))
    day.say("elder", link(someone, "coordinator"), someone.case, deny("coordinator"))
    decided(day, someone.case, "coordinator", "R2", "NO_CONSENT")


def case_09_an_oral_yes_at_the_door(day: Day) -> None:
    """With a witness it counts, without one it does not."""
    someone = at_the_desk(day, "髙柳 フミ")
    oral = consent(day, someone, (BASIC,), "coordinator").changed(medium=ConsentMedium.ORAL)
    day.say("elder", oral, someone.case, refused(RefusalCode.WITNESS_MISSING))
    day.say("elder", oral.changed(witnessed=True), someone.case)
    day.say("elder", link(someone, "coordinator"), someone.case, permit("coordinator", BASIC))
    decided(day, someone.case, "coordinator", "R2")
