"""A breach (漏えい等): whether what is reported can be one, and what the law asks of whoever reports it (R13; 個人情報保護法68条)."""

from __future__ import annotations

from datetime import date, timedelta

from contracts.consent import BreachDutiesOpened, BreachReported
from contracts.shared import BreachDuty, BreachKind, RefusalCode
from services.consent.domain.pack import PolicyPack

MANY = 100
"""More persons than this are many (個人情報保護委員会規則: 100人を超える)."""


def fault(report: BreachReported, today: int, pack: PolicyPack) -> RefusalCode | None:
    """Why it is none, or None: what is not found yet, a hundred persons where more are claimed, special care where no such category is among those stated."""
    if report.found_on.toordinal() > today:
        return RefusalCode.PERIOD_INVALID
    few = report.kind is BreachKind.OVER_100_PERSONS and report.persons <= MANY
    plain = report.kind is BreachKind.SPECIAL_CARE and report.categories and not _special(report, pack)
    return RefusalCode.VALUE_INVALID if few or plain else None


def duties(report: BreachReported, agency: str, pack: PolicyPack) -> BreachDutiesOpened:
    """Any ground is enough, and of special care one person is: the Commission is told by these days, the persons at once.

    Also on grounds that the report does not name: categories that an ordinance adds to those of special care (条例要配慮個人情報) count.
    """
    found = {BreachKind.SPECIAL_CARE: _special(report, pack), BreachKind.OVER_100_PERSONS: report.persons > MANY}
    grounds = tuple(dict.fromkeys((report.kind, *(ground for ground, holds in found.items() if holds))))
    last = pack.breach.final_report_wrongful_aim if BreachKind.WRONGFUL_AIM in grounds else pack.breach.final_report
    return BreachDutiesOpened(
        recipient=agency, grounds=grounds, duties=(BreachDuty.REPORT_TO_COMMISSION, BreachDuty.TELL_THE_PERSON),
        first_report_by=_after(report.found_on, pack.breach.first_report), final_report_by=_after(report.found_on, last),
    )


def _special(report: BreachReported, pack: PolicyPack) -> bool:
    return not pack.special_care.isdisjoint(report.categories)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)
