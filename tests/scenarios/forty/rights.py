"""Cases 35 to 37: what the person, and the dead person's brother, may ask for (本人の権利)."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import hold, permit, redact
from contracts.consent import AccessRequested, CorrectionMade, CorrectionRequested, IdentityVerified, RightsDecided
from contracts.consultation import SubjectDied
from contracts.shared import Basis, Purpose, RightsOutcome
from tests.scenarios.forty.desk import BASIC, ECONOMIC, WELFARE_USE, Someone, at_the_desk, consent, decided, heard, items, link, withheld


def _granted(day: Day, someone: Someone, kind: type, by_proxy: bool = False) -> str:
    """Asked for at the privacy desk, proved, granted."""
    request = pseudonym()
    day.say("municipality", kind(request=request, person=someone.person, by_proxy=by_proxy), someone.case)
    day.say("municipality", IdentityVerified(request=request), someone.case)
    day.say("municipality", RightsDecided(request=request, outcome=RightsOutcome.GRANTED, reasons=(), withheld=()), someone.case)
    return request


def case_35_the_person_asks_for_her_own_record(day: Day) -> None:
    """What is hers goes to the counter; what is of her son in it does not."""
    mother, son = at_the_desk(day, "髙柳 フミ"), pseudonym()
    _granted(day, mother, AccessRequested)
    record = link(mother, "municipality", ECONOMIC, purpose=Purpose.CONSULTATION)
    day.say("elder", record.changed(items=(*record.items, *items(son, WELFARE_USE))), mother.case, redact("municipality", BASIC, ECONOMIC), basis="P")
    verdict = decided(day, mother.case, "municipality", "P", "THIRD_PARTY")
    assert (Basis.P, [(son, WELFARE_USE, "THIRD_PARTY")]) == (verdict.basis, withheld(verdict))


def case_36_a_birth_date_was_wrong(day: Day) -> None:
    """Corrected; whoever received the old value is told, and nobody else."""
    someone = at_the_desk(day, "髙柳 フミ")
    day.say("elder", consent(day, someone, (BASIC,), "poverty", "disability"), someone.case)
    day.say("elder", link(someone, "poverty"), someone.case, permit("poverty", BASIC))
    request = _granted(day, someone, CorrectionRequested)
    day.say("municipality", CorrectionMade(request=request, person=someone.person, categories=(BASIC,)), someone.case, permit("poverty"))
    assert "K" == decided(day, someone.case, "poverty", "K").basis
    assert not heard(day, "disability", someone.case, CorrectionMade.__name__)


def case_37_a_brother_asks_for_the_dead_sisters_file(day: Day) -> None:
    """The Act is about the living: what would be given, on her consent or at the counter, waits for the municipality."""
    sister = at_the_desk(day, "髙野 さくら")
    day.say("elder", consent(day, sister, (BASIC, ECONOMIC), "poverty"), sister.case)
    day.say("elder", SubjectDied(person=sister.person, died_on=day.stage.today, household_remains=True), sister.case)
    _granted(day, sister, AccessRequested, by_proxy=True)
    day.say("elder", link(sister, "municipality", ECONOMIC), sister.case, hold("municipality"), basis="P")
    assert ("MUNICIPAL_POLICY",) == decided(day, sister.case, "municipality", "R14", "SUBJECT_DIED").releases_when
    day.say("elder", link(sister, "poverty", ECONOMIC), sister.case, hold("poverty"))
    decided(day, sister.case, "poverty", "R14", "SUBJECT_DIED")
