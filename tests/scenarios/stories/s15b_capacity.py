"""S15, second part: when it is in doubt whether somebody can decide (判断能力), the question waits; a verified proxy may answer, no relative as such."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from cli.day.player import Day, pseudonym
from cli.day.rows import refused
from contracts.consent import CapacityConfirmed, CapacityDoubted, ConsentGranted, ConsentRefused, ConsentRequested, ProxyVerified
from contracts.consultation import ConsultationReceived
from contracts.shared import ConsentMedium, DataCategory, DoubtKind, Field, Grantor, ProxyKind, Purpose, RefusalCode, VisitorRelation

TITLE = "判断能力：確かめるまで待ち、代理人が答える"
BASIC = DataCategory.BASIC
JUDGEMENT = sha256("後見開始の審判書（架空）".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Elder:
    """What the elder centre has made ids for; the consents are those asked for, in their order."""

    case: str
    person: str
    guardian: str
    asked: tuple[str, str, str]


def play(day: Day) -> None:
    """The whole story."""
    elder = Elder(pseudonym(), pseudonym(), pseudonym(), (pseudonym(), pseudonym(), pseudonym()))
    _doubted(day, elder)
    _proxy_verified(day, elder)
    _conflict_of_interest(day, elder)
    _confirmed(day, elder)
    _in_good_time(day)
    _a_fever(day)


def _doubted(day: Day, elder: Elder) -> None:
    """Asked on Monday; on Tuesday he does not know what he was asked. Nobody says yes now; the question waits."""
    day.say("elder", ConsultationReceived(
        person=elder.person, field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY, name="𠮷川 正雄", wish="通帳の場所が分からなくなった。",
    ), elder.case)
    for consent in elder.asked[:2]:
        day.say("elder", _request(elder, consent), elder.case)
    doubt = CapacityDoubted(person=elder.person, doubt=DoubtKind.ADULT_CAPACITY)
    day.say("elder", doubt, elder.case)
    day.say("elder", doubt, elder.case, refused(RefusalCode.ALREADY_DONE))
    day.say("elder", _grant(day, elder, elder.asked[0]), elder.case, refused(RefusalCode.CAPACITY_IN_DOUBT))
    day.say("elder", _request(elder, elder.asked[2]), elder.case)
    day.say("elder", ConsentRefused(consent=elder.asked[1], person=elder.person, purpose=Purpose.CONSULTATION), elder.case)


def _proxy_verified(day: Day, elder: Elder) -> None:
    """A son without a mandate is no proxy of an adult; the guardian is, for what the court has said, and says yes."""
    proxy = _proxy(day, elder)
    day.say("elder", proxy.changed(proxy_kind=ProxyKind.PARENT), elder.case, refused(RefusalCode.PROXY_INVALID))
    day.say("elder", proxy, elder.case)
    day.say("elder", proxy, elder.case, refused(RefusalCode.ALREADY_DONE))
    signed = _grant(day, elder, elder.asked[0])
    day.say("elder", signed, elder.case, refused(RefusalCode.CAPACITY_IN_DOUBT))
    signed = signed.changed(given_by=Grantor.GUARDIAN, proxy=elder.guardian)
    beyond = signed.changed(consent=pseudonym(), purpose=Purpose.PARTICIPATION)
    day.say("elder", beyond, elder.case, refused(RefusalCode.PROXY_INVALID))
    day.say("elder", signed, elder.case)


def _conflict_of_interest(day: Day, elder: Elder) -> None:
    """The guardian turns out to owe him money: what the guardian says counts no more."""
    day.say("elder", CapacityDoubted(person=elder.person, doubt=DoubtKind.CONFLICT_OF_INTEREST), elder.case)
    signed = _grant(day, elder, elder.asked[2]).changed(given_by=Grantor.GUARDIAN, proxy=elder.guardian)
    day.say("elder", signed, elder.case, refused(RefusalCode.PROXY_INVALID))
    over = CapacityConfirmed(person=elder.person, doubt=DoubtKind.CONFLICT_OF_INTEREST)
    day.say("elder", over, elder.case, refused(RefusalCode.NOT_PUBLISHABLE))


def _confirmed(day: Day, elder: Elder) -> None:
    """It was the new medicine. His doctor confirms that he decides for himself, and he does."""
    day.say("elder", CapacityConfirmed(person=elder.person), elder.case)
    day.say("elder", CapacityConfirmed(person=elder.person), elder.case, refused(RefusalCode.WRONG_STATE))
    day.say("elder", _grant(day, elder, elder.asked[2]), elder.case)


def _in_good_time(day: Day) -> None:
    """Somebody else has named a proxy in good time (任意後見): the papers are on file before any doubt, and speak when it comes."""
    elder = Elder(pseudonym(), pseudonym(), pseudonym(), (pseudonym(), pseudonym(), pseudonym()))
    day.say("elder", ConsultationReceived(person=elder.person, field=Field.ELDER, visitor_relation=VisitorRelation.SELF), elder.case)
    day.say("elder", _proxy(day, elder).changed(proxy_kind=ProxyKind.MANDATE), elder.case)
    day.say("elder", CapacityDoubted(person=elder.person, doubt=DoubtKind.ADULT_CAPACITY), elder.case)
    signed = _grant(day, elder, elder.asked[0]).changed(given_by=Grantor.MANDATE, proxy=elder.guardian)
    day.say("elder", signed, elder.case)
    day.say("elder", CapacityConfirmed(person=elder.person), elder.case)
    day.say("elder", CapacityDoubted(person=elder.person, doubt=DoubtKind.CONFLICT_OF_INTEREST), elder.case)


def _a_fever(day: Day) -> None:
    """Confused with a fever, and herself again a week later; nobody was asked to speak for her."""
    case, person = pseudonym(), pseudonym()
    day.say("elder", ConsultationReceived(person=person, field=Field.ELDER, visitor_relation=VisitorRelation.SELF), case)
    day.say("elder", CapacityDoubted(person=person, doubt=DoubtKind.ADULT_CAPACITY), case)
    day.say("elder", CapacityConfirmed(person=person), case)


def _request(elder: Elder, consent: str) -> ConsentRequested:
    return ConsentRequested(
        consent=consent, person=elder.person, purpose=Purpose.CONSULTATION, categories=(BASIC,), recipients=("poverty",),
    )


def _grant(day: Day, elder: Elder, consent: str) -> ConsentGranted:
    return ConsentGranted(
        consent=consent, person=elder.person, purpose=Purpose.CONSULTATION, categories=(BASIC,), recipients=("poverty",),
        valid_from=day.stage.today, valid_to=day.stage.today + timedelta(days=90), medium=ConsentMedium.PAPER,
    )


def _proxy(day: Day, elder: Elder) -> ProxyVerified:
    return ProxyVerified(
        person=elder.person, proxy=elder.guardian, proxy_kind=ProxyKind.GUARDIAN, document_hash=JUDGEMENT, purposes=(Purpose.CONSULTATION,),
        valid_from=day.stage.today - timedelta(days=30), valid_to=day.stage.today + timedelta(days=335),
    )
