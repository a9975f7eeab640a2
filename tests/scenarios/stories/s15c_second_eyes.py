"""S15, third part: a consent pauses and goes on, is found void, waits for a second pair of eyes (同意の一時停止・無効・確認); forms that no desk can record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, recorded, refused, stopped
from contracts.consent import (
    ConsentConfirmed,
    ConsentGranted,
    ConsentInvalidated,
    ConsentPaused,
    ConsentRequested,
    ConsentResumed,
    ProxyEnded,
    ProxyVerified,
)
from contracts.consultation import ConsultationReceived
from contracts.shared import DataCategory, Exclusion, Field, InvalidReason, ProxyKind, Purpose, RefusalCode, VisitorRelation
from tests.scenarios.stories.desk import consent, linked

TITLE = "同意：止めて、再開し、確かめ、無効となるまで"
BASIC, ABUSE = DataCategory.BASIC, DataCategory.ABUSE
NAME = "𠮷野 千代"


@dataclass(frozen=True, slots=True)
class Widow:
    """What the elder centre has made ids for."""

    case: str
    person: str


def play(day: Day) -> None:
    """The whole story."""
    widow = Widow(pseudonym(), pseudonym())
    day.say("elder", ConsultationReceived(
        person=widow.person, field=Field.ELDER, visitor_relation=VisitorRelation.SELF, name=NAME, wish="夫の年金の手続きが分からない。",
    ), widow.case)
    _refused_forms(day, widow)
    first = _paused(day, widow)
    _void(day, widow, first)
    _second_eyes(day, widow)
    _proxy_ended(day, widow)


def _refused_forms(day: Day, widow: Widow) -> None:
    """What she cannot be asked for, and what is no form: each is told in a sentence, and nothing of it is recorded."""
    today, form = day.stage.today, _form(day, widow, ("poverty",))
    request = ConsentRequested(
        consent=pseudonym(), person=widow.person, purpose=Purpose.PARTICIPATION, categories=(BASIC, ABUSE), recipients=("workshop",),
    )
    for wrong, code in (
        (request, RefusalCode.CEILING_CATEGORY),
        (form.changed(keep_until=today + timedelta(days=3650)), RefusalCode.CEILING_KEEP),
        (form.changed(purpose=Purpose.STATISTICS), RefusalCode.CEILING_USES),
        (form.changed(valid_to=today + timedelta(days=400)), RefusalCode.CEILING_PERIOD),
        (form.changed(valid_to=date(2100, 12, 31)), RefusalCode.OPEN_ENDED),
        (form.changed(signed_on=today + timedelta(days=1)), RefusalCode.SIGNED_TOO_LATE),
        (form.changed(exclusions=(Exclusion(category=BASIC),)), RefusalCode.CONTRADICTORY),
        (form.changed(previous_hash="0" * 64), RefusalCode.PREVIOUS_HASH),
        (form.changed(recipients=("*",)), RefusalCode.WILDCARD_RECIPIENT),
    ):
        day.say("elder", wrong, widow.case, refused(code))


def _paused(day: Day, widow: Widow) -> ConsentGranted:
    """She agrees, has second thoughts over the weekend (nothing goes meanwhile), and on Monday lets it go on."""
    form = _form(day, widow, ("poverty", "child", "disability"))
    paused = ConsentPaused(person=widow.person, consents=(form.consent,))
    day.say("elder", form, widow.case)
    day.say("elder", paused, widow.case)
    day.say("elder", paused, widow.case, refused(RefusalCode.ALREADY_DONE))
    day.say("elder", linked(widow.person, "poverty", NAME), widow.case, deny("poverty"))
    day.say("elder", ConsentResumed(person=widow.person, consents=(form.consent,)), widow.case)
    day.say("elder", linked(widow.person, "child", NAME), widow.case, permit("child", BASIC))
    return form


def _void(day: Day, widow: Widow, form: ConsentGranted) -> None:
    """The town finds that she was shown the wrong notice: it never was a consent. The child desk is told to stop; she may be asked anew."""
    void = ConsentInvalidated(person=widow.person, consents=(form.consent,), reason=InvalidReason.NOTICE_WRONG)
    day.say("municipality", void, widow.case, recorded(), stopped("child"))
    day.say("municipality", void, widow.case, refused(RefusalCode.ALREADY_DONE))
    day.say("elder", linked(widow.person, "disability", NAME), widow.case, deny("disability"))


def _second_eyes(day: Day, widow: Widow) -> None:
    """The centre records a yes from which it gains itself, and has no form: it waits until the town has rung her up."""
    form = _form(day, widow, ("elder", "poverty", "child"))
    confirmed = ConsentConfirmed(consent=form.consent, person=widow.person)
    day.say("elder", form, widow.case)
    day.say("elder", linked(widow.person, "poverty", NAME), widow.case, deny("poverty"))
    day.say("elder", confirmed, widow.case, refused(RefusalCode.SAME_AGENCY))
    day.say("tax", confirmed, widow.case, refused(RefusalCode.CONSENT_NOT_FOUND))
    day.say("child", confirmed, widow.case, refused(RefusalCode.RECORDER_BENEFITS))
    day.say("municipality", confirmed, widow.case)
    day.say("municipality", confirmed, widow.case, refused(RefusalCode.ALREADY_DONE))
    day.say("elder", linked(widow.person, "poverty", NAME), widow.case, permit("poverty", BASIC))


def _proxy_ended(day: Day, widow: Widow) -> None:
    """Her nephew's mandate, on file in good time, is taken back: he speaks for her no more."""
    nephew = pseudonym()
    day.say("elder", ProxyVerified(
        person=widow.person, proxy=nephew, proxy_kind=ProxyKind.MANDATE, document_hash="5" * 64, purposes=(Purpose.CONSULTATION,),
        valid_from=day.stage.today, valid_to=day.stage.today + timedelta(days=365),
    ), widow.case)
    ended = ProxyEnded(person=widow.person, proxy=nephew)
    day.say("elder", ended, widow.case)
    day.say("elder", ended, widow.case, refused(RefusalCode.PROXY_INVALID))


def _form(day: Day, widow: Widow, recipients: tuple[str, ...]) -> ConsentGranted:
    return consent(day, widow.person, Purpose.CONSULTATION, (BASIC,), recipients)
