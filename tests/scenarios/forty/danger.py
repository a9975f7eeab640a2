"""Cases 19 to 22: harm and danger (通告・通報・緊急): secrecy is no bar, and no more goes than the basis allows."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, redact, reviewed
from contracts.consent import AccessRequested, IdentityVerified, RightsDecided
from contracts.consultation import EmergencyRaised, LinkedToAgency
from contracts.shared import Basis, Danger, DataCategory, EmergencyNeed, Purpose, RightsOutcome, RightsReason
from tests.scenarios.forty.desk import (
    ABUSE,
    ADDRESS,
    BASIC,
    DANGER,
    ECONOMIC,
    REPORTER,
    SCHOOLING,
    Someone,
    at_the_desk,
    decided,
    items,
    link,
    withheld,
)


def _raised(someone: Someone, to: str, danger: Danger, *categories: DataCategory) -> EmergencyRaised:
    return EmergencyRaised(
        person=someone.person, to_agency=to, danger=danger, need=EmergencyNeed.PROTECTION, name=someone.name, place="つなぐ町髙瀬川　新橋の北詰",
        risk="昨夜から様子がおかしい。", items=items(someone.person, *categories),
    )


def case_19_bruises_on_a_child(day: Day) -> None:
    """The host of a workshop sees them and claims the duty to report (通告): the child guidance centre learns what it needs, at once."""
    child = Someone(pseudonym(), pseudonym(), "辻村 陽")
    day.say("workshop", _raised(child, "guidance", Danger.VIOLENCE, ABUSE), child.case,
            permit("guidance", BASIC, ADDRESS, DANGER, ABUSE), reviewed("municipality"), basis="L")
    assert Basis.L is decided(day, child.case, "guidance", "L/child_abuse").basis


def case_20_a_parent_asks_for_the_childs_file(day: Day) -> None:
    """Granted in part: who reported stays unsaid. Refused because it would harm the child: nothing goes to the counter."""
    child = at_the_desk(day, "辻村 陽", "child")
    _asked(day, child, RightsOutcome.PARTIAL, RightsReason.REPORTER)
    day.say("child", _file(child), child.case, redact("municipality", BASIC, SCHOOLING), basis="P")
    verdict = decided(day, child.case, "municipality", "P", "REPORTER_SECRET")
    assert [(child.person, REPORTER, "REPORTER_SECRET")] == withheld(verdict)
    harmed = at_the_desk(day, "辻村 陽", "child")
    _asked(day, harmed, RightsOutcome.REFUSED, RightsReason.HARM_TO_PERSON)
    day.say("child", _file(harmed), harmed.case, deny("municipality"), basis="P")
    decided(day, harmed.case, "municipality", "P", "ACCESS_NOT_GRANTED")


def _file(someone: Someone) -> LinkedToAgency:
    return link(someone, "municipality", SCHOOLING, REPORTER, purpose=Purpose.CONSULTATION)


def _asked(day: Day, child: Someone, outcome: RightsOutcome, reason: RightsReason) -> None:
    """The parent asks in the child's place at the privacy desk, and shows who he is."""
    request = pseudonym()
    day.say("municipality", AccessRequested(request=request, person=child.person, by_proxy=True), child.case)
    day.say("municipality", IdentityVerified(request=request), child.case)
    kept = (REPORTER,) if outcome is RightsOutcome.PARTIAL else ()
    day.say("municipality", RightsDecided(request=request, outcome=outcome, reasons=(reason,), withheld=kept), child.case)


def case_21_suspected_abuse_of_an_old_person(day: Day) -> None:
    """Life at risk: the elder centre has the duty to tell the municipality (通報)."""
    elder = at_the_desk(day, "𠮷川 正雄")
    day.say("elder", _raised(elder, "municipality", Danger.VIOLENCE, ABUSE), elder.case,
            permit("municipality", BASIC, ADDRESS, DANGER, ABUSE), reviewed("municipality"), basis="L")
    assert decided(day, elder.case, "municipality", "L/child_abuse+elder_abuse+disability_abuse").basis is Basis.L


def case_22_a_message_at_night(day: Day) -> None:
    """An NPO tells the police name, place and risk; what he owes stays."""
    caller = Someone(pseudonym(), pseudonym(), "𠮷井 駿")
    day.say("outreach", _raised(caller, "police", Danger.SUICIDE_RISK, ECONOMIC), caller.case,
            redact("police", BASIC, ADDRESS, DANGER), reviewed("municipality"))
    verdict = decided(day, caller.case, "police", "V", "OVER_CEILING")
    assert [(caller.person, ECONOMIC, "OVER_CEILING")] == withheld(verdict)
