"""Step 11: a protected household (DV等支援措置), before and after the gate was killed."""

from __future__ import annotations

from datetime import timedelta

from cli.day import cast
from cli.day.player import Day, pseudonym
from cli.day.rows import permit, redact
from contracts.consent import ConsentGranted, ProtectionFlagSet
from contracts.consultation import ConsultationReceived, LinkedToAgency
from contracts.shared import ConsentMedium, DataCategory, Field, LinkReason, Purpose, VisitorRelation

BASIC, ADDRESS = DataCategory.BASIC, DataCategory.ADDRESS


def flagged(day: Day, case: str) -> None:
    """The spouse's agency follows the household and may learn a name; where she lives it does not learn, restart or not."""
    wife, today = pseudonym(), day.stage.today
    day.say("child", ConsultationReceived(
        person=wife, field=Field.CHILD, visitor_relation=VisitorRelation.SELF, wish=cast.SIGNAL_WIFE, name=cast.WIFE,
        items=(cast.item(wife, ADDRESS, "home", cast.ADDRESS_WIFE),),
    ), case)
    day.say("child", ConsentGranted(
        consent=pseudonym(), person=wife, purpose=Purpose.CONSULTATION, categories=(BASIC, ADDRESS),
        recipients=("municipality", "poverty"), valid_from=today, valid_to=today + timedelta(days=90), medium=ConsentMedium.PAPER,
    ), case)
    day.say("child", _link(wife, "municipality"), case, permit("municipality", BASIC, ADDRESS))
    linked = day.learned("municipality", LinkedToAgency)
    day.say("municipality", ProtectionFlagSet(
        flag=pseudonym(), person=linked.event.person, blocked_agencies=("poverty",), until=today + timedelta(days=365),
    ), linked.event.person)
    day.say("child", _link(wife, "poverty"), case, redact("poverty", BASIC))
    day.stage.restart("consent")
    day.say("child", _link(wife, "poverty"), case, redact("poverty", BASIC))


def _link(wife: str, to: str) -> LinkedToAgency:
    return LinkedToAgency(
        person=wife, to_agency=to, purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT, name=cast.WIFE, address=cast.ADDRESS_WIFE,
    )
