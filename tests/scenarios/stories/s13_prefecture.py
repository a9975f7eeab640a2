"""S13: the prefecture (都道府県の役割): a notice relayed and acknowledged, advice and training, and the case library that the whole prefecture reads."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, refused
from contracts.community import AdviceGiven, CaseStoryApproved, CaseStoryDrafted, NoticeAcknowledged, NoticeRelayed, TrainingHeld
from contracts.shared import LearningTopic, RefusalCode

TITLE = "都道府県：周知・助言・研修・事例集"
DESKS = ("elder", "disability", "child", "poverty")


def play(day: Day) -> None:
    """The whole story."""
    _relayed(day)
    _relayed_on(day)
    _advised(day)
    _case_library(day)


def _relayed(day: Day) -> None:
    """The joint notice of both ministries goes to whoever runs the programme; each says that it has read it, nobody says it for another."""
    notice = pseudonym()
    day.say("prefecture", NoticeRelayed(
        number="R3-0329-1", title="重層的支援体制整備事業と地域循環共生圏に関する施策との連携について", recipients=("municipality", "coordinator"),
    ), notice, permit("municipality"), permit("coordinator"))
    received = day.learned("municipality", NoticeRelayed, notice)
    day.say("municipality", NoticeAcknowledged(), received.subject, permit("prefecture"))
    day.say("municipality", NoticeAcknowledged(), received.subject, refused(RefusalCode.ALREADY_DONE))
    day.say("prefecture", NoticeAcknowledged(), notice, refused(RefusalCode.NOT_THE_ADDRESSEE))
    day.say("tax", NoticeAcknowledged(), notice, refused(RefusalCode.CASE_NOT_FOUND), stranger=True)
    day.say("coordinator", NoticeAcknowledged(), notice, permit("prefecture"))


def _relayed_on(day: Day) -> None:
    """The municipality lets its four desks and the satoyama group know (周知): a notice of its own."""
    notice = pseudonym()
    relayed = NoticeRelayed(number="R3-0405-2", title="連携通知の写しと町の担当について", recipients=(*DESKS, "environment"))
    day.say("municipality", relayed, notice, *map(permit, relayed.recipients))
    for desk in (*DESKS, "environment"):
        day.say(desk, NoticeAcknowledged(), notice, permit("municipality"))


def _advised(day: Day) -> None:
    """A small town asks how to hold its first support conference; the prefecture advises, and trains the desks."""
    advice = AdviceGiven(to_agency="municipality", topic=LearningTopic.CONFERENCE_PRACTICE, given_on=day.stage.today)
    day.say("prefecture", advice.changed(to_agency="prefecture"), pseudonym(), refused(RefusalCode.RECIPIENTS_MISSING))
    day.say("prefecture", advice, pseudonym(), permit("municipality"))
    training = TrainingHeld(
        topic=LearningTopic.PERSONAL_INFORMATION, held_on=day.stage.today, attendees=40, partners=("municipality", "coordinator", *DESKS),
    )
    day.say("prefecture", training, pseudonym(), *map(permit, training.partners))


def _case_library(day: Day) -> None:
    """A cooperation story is written by the town and approved by the prefecture, once nobody can be recognised in it."""
    story = pseudonym()
    draft = CaseStoryDrafted(
        title="薪づくりがつないだ里山と居場所", reason="里山の手入れの担い手が足りず、働く手前の場も足りなかった", aim="少しずつ体を動かせる場をつくる",
        content="長く家にいた方が、火曜の午後だけ薪を積むことから始めた。", result="三つの工程に七人が関わり、売上の一部を食堂に回した",
        mechanism="工程を小さく分け、来られるときに来る形にした", scheme="参加支援事業、地域づくり事業",
        helpers=("environment", "workshop", "prefecture"), deidentified=False,
    )
    day.say("municipality", draft, story)
    day.say("prefecture", CaseStoryApproved(), story, refused(RefusalCode.NOT_DEIDENTIFIED))
    reworded = draft.changed(content="長く家で過ごした方々が、都合のつく日に薪を積むことから始めた。", deidentified=True)
    day.say("municipality", reworded, story, *map(permit, draft.helpers))
    day.say("municipality", CaseStoryApproved(), story, refused(RefusalCode.SAME_AGENCY))
    read = day.learned("prefecture", CaseStoryDrafted, story)
    day.say("prefecture", CaseStoryApproved(), read.subject, permit("environment"), permit("workshop"), permit("municipality"))
    day.say("municipality", draft, story, refused(RefusalCode.ALREADY_DONE))
