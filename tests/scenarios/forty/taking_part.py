"""Cases 31 to 34: taking part, counting, telling stories (参加・統計・事例): a number before a name."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, recorded, redact, refused
from contracts.community import CaseStoryApproved, CaseStoryDrafted
from contracts.consultation import InformationRequested
from contracts.participation import CandidateProposed, CandidatesCounted, HandsRequested, ResourceProposed, TrialStarted
from contracts.shared import Basis, HandsWanted, Purpose, RefusalCode, SupportLevel, TaskClass
from tests.scenarios.forty.desk import BASIC, CONSIDERATION, CONTACT, HEALTH, at_the_desk, decided, heard, items, link, withheld
from tests.scenarios.stories.taken_up import consent, gap_found, matched, offered, one

PACKING = one(TaskClass.PACKING, SupportLevel.SOME)


def _offered(day: Day) -> str:
    resource = pseudonym()
    offered(day, resource, ResourceProposed(
        host="workshop", name="髙砂木工　薪割りと袋詰め", tasks=(PACKING,), confirmed_at=day.stage.today, capacity=3,
    ))
    return resource


def case_31_the_workshop_after_the_match(day: Day) -> None:
    """Name, contact, what to consider, as he agreed; his illness is none of the host's business."""
    resource, him = _offered(day), gap_found(day, "𠮷田 亮", "手を動かしたい。", "数を数える作業が得意。")
    day.say("participation", CandidateProposed(resource=resource, task=PACKING), him.case, recorded(), permit("workshop", type=CandidatesCounted.__name__))
    day.say("participation", consent(day, him.person, Purpose.PARTICIPATION, (BASIC, CONTACT, CONSIDERATION), "workshop"), him.case)
    day.say("participation", TrialStarted(
        person=him.person, resource=resource, host="workshop", name=him.name, contact="〇五〇‐〇〇〇〇‐七七七七", consideration="急がせない。",
        items=items(him.person, HEALTH),
    ), him.case, redact("workshop", BASIC, CONTACT, CONSIDERATION))
    verdict = decided(day, him.case, "workshop", "R2", "CATEGORY_NOT_CONSENTED")
    assert [(him.person, HEALTH, "CATEGORY_NOT_CONSENTED")] == withheld(verdict)


def case_32_hands_for_the_firewood(day: Day) -> None:
    """The environmental side asks who could help: names no; how many, at which steps, yes."""
    resource = _offered(day)
    him = gap_found(day, "𠮷川 剛", "もう一度働きたい。", "機械の音は平気。")
    matched(day, him, resource, PACKING, "一時間ごとに休む。")
    day.say("environment", HandsRequested(wanted=HandsWanted.NAMES), resource, deny("environment"))
    decided(day, resource, "environment", "R1", "NO_BASIS")
    day.say("environment", HandsRequested(wanted=HandsWanted.COUNTS), resource,
            recorded(), permit("environment", type=CandidatesCounted.__name__))
    decided(day, resource, "environment", "B0")


def case_33_the_prefecture_counts(day: Day) -> None:
    """No figure goes through the gate with a person in it: not as one that carries no personal data, not as a question. That a cell of two is
    not printed is the reports' own rule (R15)."""
    someone = at_the_desk(day, "髙柳 フミ")
    day.say("elder", link(someone, "prefecture", purpose=Purpose.STATISTICS), someone.case, deny("prefecture"), basis="B0")
    verdict = decided(day, someone.case, "prefecture", "B0", "TYPE_NOT_COVERED")
    assert [(someone.person, BASIC, "TYPE_NOT_COVERED")] == withheld(verdict)
    question = InformationRequested(purpose=Purpose.STATISTICS, basis=Basis.B0, wanted=(BASIC,))
    day.say("prefecture", question, someone.case, deny("prefecture"), stranger=True)
    decided(day, someone.case, "prefecture", "R1", "NO_BASIS")


def case_34_a_story_in_which_somebody_is_recognisable(day: Day) -> None:
    """While it is not de-identified the prefecture hears nothing and nobody approves it; reworded, it is told and published."""
    story = pseudonym()
    draft = CaseStoryDrafted(
        title="薪がつないだ里山と居場所", reason="担い手が足りなかった", aim="少しずつ体を動かせる場", content="長く家にいた方が、火曜だけ薪を積んだ。",
        result="七人が関わった", mechanism="工程を小さく分けた", scheme="参加支援事業", helpers=("environment", "prefecture"), deidentified=False,
    )
    day.say("municipality", draft, story)
    day.say("prefecture", CaseStoryApproved(), story, refused(RefusalCode.NOT_DEIDENTIFIED))
    assert not heard(day, "prefecture", story, CaseStoryDrafted.__name__)
    reworded = draft.changed(content="長く家で過ごした方々が、都合のつく日に薪を積んだ。", deidentified=True)
    day.say("municipality", reworded, story, permit("environment"), permit("prefecture"))
    decided(day, story, "prefecture", "B0")
    day.say("prefecture", CaseStoryApproved(), story, permit("environment"), permit("municipality"))


