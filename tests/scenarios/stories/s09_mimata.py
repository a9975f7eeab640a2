"""S9: the plastic workshop (三股町のプラスチック作業所): scrap of the town's factories becomes bags, made as one feels (気まま)."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded, refused
from contracts.community import CooperationResultRecorded, CooperationStarted, IssuesPaired, PlaceOpened, SessionHeld
from contracts.participation import CandidatesCounted, HandsRequested, MatchConfirmed, ResourceProposed, SettlementSupported, TrialStarted
from contracts.shared import (
    AgeBand,
    AgeCount,
    AttendancePattern,
    DataCategory,
    HandsWanted,
    MatchSide,
    OutputUnit,
    PlaceKind,
    RefusalCode,
    ShareCause,
    SupportLevel,
    TaskClass,
)
from tests.scenarios.stories.taken_up import gap_found, matched, offered, one

TITLE = "三股町のプラスチック作業所：気ままに働き、子どもに回す"
PARTNERS = ("community", "workshop", "environment")
TASKS = tuple(one(task, SupportLevel.SOME) for task in (TaskClass.BAG_MAKING, TaskClass.DESIGN, TaskClass.PACKING, TaskClass.SALES))


def play(day: Day) -> None:
    """The whole story."""
    project, resource, place = pseudonym(), pseudonym(), pseudonym()
    _residents_think_together(day, place)
    _scrap_and_hands(day, project)
    _as_one_feels(day, resource)
    _somebody_comes(day, resource)
    _for_children(day, project)


def _residents_think_together(day: Day, place: str) -> None:
    """A place where residents think together (地域住民とともに考える場): logo, brand and the stall at the shops are their idea."""
    residents = ("workshop", "participation")
    day.say("community", PlaceOpened(
        name="気ままに考える会", kind=PlaceKind.WORKSHOP, programmes=(), open_to_all=True, partners=residents,
    ), place, *map(permit, residents))
    day.say("community", SessionHeld(held_on=day.stage.today, attendance=(
        AgeCount(band=AgeBand.AGE_15_39, count=5), AgeCount(band=AgeBand.AGE_40_64, count=6), AgeCount(band=AgeBand.AGE_65_OVER, count=4),
    )), place, *map(permit, residents))


def _scrap_and_hands(day: Day, project: str) -> None:
    """The factories' scrap and people for whom ordinary work does not fit: paired, and begun under a brand of its own."""
    others = [permit(agency) for agency in ("workshop", "environment")]
    day.say("community", IssuesPaired(
        env_issue="町内の工場から出るプラスチックの端材が捨てられている。", welfare_issue="雇用の仕組みになじめない人が、楽しんで働ける場がない。", partners=PARTNERS,
    ), project, *others)
    day.say("community", CooperationStarted(steps=TASKS, product="端材のバッグと小物", share_to="困難を抱える子どもへの支援"), project, *others)


def _as_one_feels(day: Day, resource: str) -> None:
    """The workshop takes in three who come as they feel: there is no shift, so there is none to miss."""
    offered(day, resource, ResourceProposed(
        host="workshop", name="気まま工房", tasks=TASKS, confirmed_at=day.stage.today, capacity=3, accepts_outside_target=True,
        attendance=AttendancePattern.FLEXIBLE,
    ))


def _somebody_comes(day: Day, resource: str) -> None:
    """She comes when she can; the workshop knows her name and what to consider. Others may ask how many hands there are, and get a number."""
    her = gap_found(day, "髙𠮷 ことね", "気になるけれど、自信がない。", "色の組み合わせを考えるのが好き。")
    matched(day, her, resource, TASKS[0], "来られない日の連絡は要らない。")
    trial, match = (day.learned("workshop", kind, her.case).event for kind in (TrialStarted, MatchConfirmed))
    assert (her.name, AttendancePattern.FLEXIBLE) == (trial.name, match.attendance)
    day.say("participation", SettlementSupported(
        person=her.person, resource=resource, side=MatchSide.HOST, note="久しぶりに来た日は、理由を尋ねずに迎える。",
    ), her.case, permit("workshop", DataCategory.CONSIDERATION))
    day.say("environment", HandsRequested(wanted=HandsWanted.COUNTS), resource,
            recorded(), permit("environment", type=CandidatesCounted.__name__))
    counts = {line.task: line.count for line in day.learned("environment", CandidatesCounted, resource).event.tasks}
    assert (1, 0) == (counts[TaskClass.BAG_MAKING], counts[TaskClass.SALES])


def _for_children(day: Day, project: str) -> None:
    """The stall has sold a hundred and twenty bags; part of the money goes to children in difficulty. What is shared goes to somebody."""
    sold = CooperationResultRecorded(
        period_from=day.stage.today - timedelta(days=30), period_to=day.stage.today, quantity=120, unit=OutputUnit.PIECES,
        sales_yen=216_000, shared_yen=43_200, share_to=ShareCause.CHILDREN_IN_DIFFICULTY,
    )
    day.say("community", sold.changed(shared_yen=0), project, refused(RefusalCode.VALUE_INVALID))
    day.say("community", sold, project, permit("workshop"), permit("environment"))
