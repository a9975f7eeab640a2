"""What any desk writes in the stories (窓口の書きもの): a consultation, a consent, a link; each with the days of the stage."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit
from contracts.consent import ConsentGranted
from contracts.consultation import ConsultationReceived, ConsultationScreened, LinkedToAgency
from contracts.coordination import ConferenceConvened, SegmentClosed, SegmentOpened
from contracts.shared import (
    ConferenceBasis,
    ConsentMedium,
    DataCategory,
    Field,
    LinkReason,
    Purpose,
    ScreeningOutcome,
    Urgency,
    VisitorRelation,
)

HALF_A_YEAR = timedelta(days=180)


def received(person: str, field: Field, relation: VisitorRelation = VisitorRelation.SELF, **more: object) -> ConsultationReceived:
    """A consultation at one of the four desks (相談受付)."""
    return ConsultationReceived(person=person, field=field, visitor_relation=relation, **more)


def screened(outcome: ScreeningOutcome, urgency: Urgency = Urgency.MIDDLE) -> ConsultationScreened:
    """How a consultation was sorted (スクリーニング)."""
    return ConsultationScreened(outcome=outcome, urgency=urgency)


def consent(
    day: Day, person: str, purpose: Purpose, categories: tuple[DataCategory, ...], recipients: tuple[str, ...], named: str = "",
) -> ConsentGranted:
    """A consent on paper for half a year (同意書); ``named``: the id under which it was asked for."""
    return ConsentGranted(
        consent=named or pseudonym(), person=person, purpose=purpose, categories=categories, recipients=recipients,
        valid_from=day.stage.today, valid_to=day.stage.today + HALF_A_YEAR, medium=ConsentMedium.PAPER,
    )


def linked(person: str, to: str, name: str, reason: LinkReason = LinkReason.BETTER_PLACED) -> LinkedToAgency:
    """A link by name alone (つなぎ)."""
    return LinkedToAgency(person=person, to_agency=to, purpose=Purpose.CONSULTATION, reason=reason, name=name)


def convened(day: Day, members: tuple[str, ...], *cases: str, convener: str = "coordinator") -> tuple[str, str]:
    """The convener calls a 重層的支援会議 and opens a segment about cases whose persons have consented; sitting and segment."""
    sitting, segment = pseudonym(), pseudonym()
    others = [agency for agency in members if agency != convener]
    day.say(convener, ConferenceConvened(held_on=day.stage.today, invited=members), sitting, *map(permit, others))
    day.say(convener, SegmentOpened(
        segment=segment, basis=ConferenceBasis.NON_STATUTORY, cases=cases, members=members, present=members,
    ), sitting)
    return sitting, segment


def closed(day: Day, sitting: str, segment: str, convener: str = "coordinator") -> None:
    """The segment is over (区分の終了)."""
    day.say(convener, SegmentClosed(segment=segment), sitting)
