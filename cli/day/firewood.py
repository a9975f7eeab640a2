"""Steps 9 and 10: who asks for what is not theirs; and the firewood project (薪づくり), of which every partner may know all."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, recorded
from contracts.community import CooperationStarted, IssuesPaired, PlaceOpened, SessionHeld, SupplyOffered
from contracts.consultation import InformationRequested
from contracts.participation import CandidatesCounted, HandsRequested
from contracts.shared import (
    AgeBand,
    AgeCount,
    Basis,
    CommunityProgramme,
    DataCategory,
    HandsWanted,
    PlaceKind,
    Purpose,
    SupportLevel,
    TaskClass,
    TaskSlice,
)

PROGRAMMES = (CommunityProgramme.LIVING_SUPPORT, CommunityProgramme.CHILD_BASE)
PARTNERS = ("environment", "workshop", "participation", "community")


def asked_in_vain(day: Day, case: str, resource: str) -> None:
    """The tax office asks for a file, one that does not exist and one that does; the activity group asks for names, then for numbers."""
    wanted = InformationRequested(
        purpose=Purpose.TAX_COLLECTION, basis=Basis.NONE, wanted=(DataCategory.ECONOMIC, DataCategory.ADDRESS),
    )
    day.say("tax", wanted, pseudonym(), deny("tax"))
    day.say("tax", wanted, case, deny("tax"))
    day.say("environment", HandsRequested(wanted=HandsWanted.NAMES), resource, deny("environment"))
    day.say("environment", HandsRequested(wanted=HandsWanted.COUNTS), resource,
            recorded(), permit("environment", type=CandidatesCounted.__name__))


def firewood(day: Day, project: str, place: str) -> None:
    """Paired, started, a place opened, a session held, food supplied: delivered to every partner, no personal data in it."""
    today = day.stage.today
    day.say("environment", IssuesPaired(
        env_issue="里山の手入れの担い手が足りず、獣害が増えている", welfare_issue="働く場の手前で、少しずつ体を動かせる場が足りない", partners=PARTNERS,
    ), project, *_everyone_but("environment"))
    day.say("environment", CooperationStarted(
        steps=tuple(TaskSlice(task=task, support_level=level, count=count) for task, level, count in (
            (TaskClass.WOOD_SPLITTING, SupportLevel.SOME, 2), (TaskClass.WOOD_STACKING, SupportLevel.NONE, 3),
            (TaskClass.KINDLING_MAKING, SupportLevel.CONSTANT, 2), (TaskClass.SALES, SupportLevel.SOME, 1),
        )),
        product="薪と焚き付け（おがくずと廃ろうそく）", share_to="子ども食堂の運営費",
    ), project, *_everyone_but("environment"))
    day.say("community", PlaceOpened(
        name="えんがわ食堂", kind=PlaceKind.COMMUNITY_DINING, open_to_all=True, partners=PARTNERS,
        programmes=PROGRAMMES, standards_met=PROGRAMMES,
    ), place, *_everyone_but("community"))
    day.say("community", session(day), place, *_everyone_but("community"))
    opened = day.learned("environment", PlaceOpened)
    day.say("environment", SupplyOffered(
        item="間引き大根と規格外のさつまいも", quantity_grams=12_500, available_on=today, partners=PARTNERS,
    ), opened.subject, *_everyone_but("environment"))


def session(day: Day, guests: int = 9) -> SessionHeld:
    """One session at the place; heads by age band only."""
    return SessionHeld(held_on=day.stage.today, attendance=(
        AgeCount(band=AgeBand.UNDER_15, count=6), AgeCount(band=AgeBand.AGE_40_64, count=4), AgeCount(band=AgeBand.AGE_65_OVER, count=guests),
    ))


def _everyone_but(sender: str) -> list:
    return [permit(partner) for partner in PARTNERS if partner != sender]
