"""The sample day (見本の一日), step by step. Each step is a function of the day; its sentence is its docstring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cli.day import bad_input, conference, firewood, household, outreach, protection, recount
from cli.day.player import Day, pseudonym


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its number in the story, its title, what is said in it."""

    number: int
    title_ja: str
    play: Callable[[Day], None]


def steps(before: recount.Figures | None) -> tuple[Step, ...]:
    """A new day with ids of its own; ``before`` are the month's figures as they stood, None without reporting."""
    home, tie = household.household(), outreach.tie()
    school, wife, caller, project, place = (pseudonym() for _ in range(5))
    return (
        Step(1, "気づきと相談受付", lambda day: household.noticed(day, home)),
        Step(2, "同意の前の紹介", lambda day: household.referred_before_asking(day, home)),
        Step(3, "母の同意", lambda day: household.mother_consents(day, home)),
        Step(4, "受理と役割分担", lambda day: household.roles_divided(day, home)),
        Step(5, "息子への訪問", lambda day: outreach.son_says_no(day, tie)),
        Step(6, "参加支援", lambda day: outreach.son_tries(day, tie)),
        Step(7, "プランと共有", lambda day: household.plan_shared(day, home)),
        Step(8, "支援会議", lambda day: conference.within_the_segment(day, school)),
        Step(9, "目的外の照会", lambda day: firewood.asked_in_vain(day, home.case, tie.resource)),
        Step(10, "薪づくりと居場所", lambda day: firewood.firewood(day, project, place)),
        Step(11, "支援措置", lambda day: protection.flagged(day, wife)),
        Step(12, "夜間の緊急対応", lambda day: outreach.call_at_night(day, caller)),
        Step(13, "同意の撤回", lambda day: household.mother_withdraws(day, home)),
        Step(14, "不正な入力", lambda day: bad_input.refused_each(day, home.case, place)),
        Step(15, "月次実績", lambda day: recount.month_agrees(day, before)),
    )


def play(day: Day, begin: Callable[[Step, int], None] = lambda step, total: None) -> None:
    """Play the whole day; ``begin`` is told of each step and of how many there are."""
    story = steps(day.stage.figures())
    for step in story:
        day.step = step.number
        begin(step, len(story))
        step.play(day)
