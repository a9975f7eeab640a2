"""S10: biomass (バイオマスと中間的就労): part of the jobs at a boiler is cut out as half-way work, each by the support that it needs."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded, refused
from contracts.community import CooperationStarted, IssuesPaired
from contracts.participation import (
    CandidateProposed,
    CandidatesCounted,
    HandsRequested,
    MatchEnded,
    ResourceCapacityChanged,
    ResourceProposed,
    ResourceRetired,
    TasksSliced,
)
from contracts.shared import HandsWanted, MatchEndReason, RefusalCode, RetirementReason, SupportLevel, TaskClass
from tests.scenarios.stories.taken_up import Taken, gap_found, matched, offered, one

TITLE = "バイオマス：雇用の一部を中間的就労の場に"
PARTNERS = ("community", "workshop", "participation")
CHIPPING = {level: one(TaskClass.CHIP_MAKING, level) for level in (SupportLevel.NONE, SupportLevel.SOME, SupportLevel.CONSTANT)}
DELIVERY = one(TaskClass.DELIVERY, SupportLevel.SOME)


def play(day: Day) -> None:
    """The whole story."""
    project, resource = pseudonym(), pseudonym()
    _paired(day, project)
    _cut_out(day, resource)
    person = _by_support(day, resource)
    _boiler_replaced(day, resource, person)


def _paired(day: Day, project: str) -> None:
    """A wood-chip boiler heats the public bath: less oil, and jobs in the town. One partner starts what another has paired."""
    day.say("environment", IssuesPaired(
        env_issue="灯油に頼る町営浴場を、町内の間伐材のチップで温めたい。", welfare_issue="一般就労の手前で働く練習をする場がない。", partners=PARTNERS,
    ), project, *map(permit, PARTNERS))
    paired = day.learned("community", IssuesPaired, project)
    day.say("community", CooperationStarted(
        steps=(*CHIPPING.values(), DELIVERY), product="間伐材のチップ",
    ), paired.subject, *(permit(agency) for agency in ("environment", "workshop", "participation")))


def _cut_out(day: Day, resource: str) -> None:
    """The firm offers one full job; then it cuts out the parts that can be done with some support, or with constant support."""
    offered(day, resource, ResourceProposed(
        host="workshop", name="町営浴場のチップ作り", tasks=(CHIPPING[SupportLevel.NONE],), confirmed_at=day.stage.today, capacity=3, reserved=1,
    ))
    day.say("workshop", TasksSliced(tasks=(*CHIPPING.values(), DELIVERY)), resource)


def _by_support(day: Day, resource: str) -> Taken:
    """He is proposed at the step that fits the support he needs, and counted there, apart from the others at the same machine."""
    him = gap_found(day, "𠮷川 剛", "もう一度働きたいが、毎日は自信がない。", "機械の音は平気。")
    matched(day, him, resource, CHIPPING[SupportLevel.SOME], "一時間ごとに休む。担当者を決めておく。")
    day.say("environment", HandsRequested(wanted=HandsWanted.COUNTS), resource,
            recorded(), permit("environment", type=CandidatesCounted.__name__))
    counted = day.learned("environment", CandidatesCounted, resource).event.tasks
    assert {SupportLevel.NONE: 0, SupportLevel.SOME: 1, SupportLevel.CONSTANT: 0} == {
        line.support_level: line.count for line in counted if line.task is TaskClass.CHIP_MAKING
    }
    return him


def _boiler_replaced(day: Day, resource: str, him: Taken) -> None:
    """The boiler is given up. The match ends, and to all who ask later the place is one that never was."""
    day.say("workshop", MatchEnded(resource=resource, reason=MatchEndReason.HOST_CLOSED), him.case, permit("participation"))
    day.say("workshop", ResourceRetired(reason=RetirementReason.TASK_ENDED), resource)
    day.say("workshop", ResourceRetired(reason=RetirementReason.TASK_ENDED), resource, refused(RefusalCode.ALREADY_DONE))
    gone = refused(RefusalCode.RESOURCE_NOT_FOUND)
    day.say("participation", CandidateProposed(resource=resource, task=DELIVERY), him.case, gone)
    day.say("participation", CandidateProposed(resource=pseudonym(), task=DELIVERY), him.case, gone)
    day.say("workshop", ResourceCapacityChanged(capacity=5), resource, gone)
    day.say("environment", HandsRequested(wanted=HandsWanted.COUNTS), resource, gone)
