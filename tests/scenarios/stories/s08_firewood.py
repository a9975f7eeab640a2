"""S8: firewood and satoyama (薪・里山): too few hands for the hills meet too few places to work; and how others hear of it (連携事例)."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded, refused
from contracts.community import (
    CaseStoryApproved,
    CaseStoryDrafted,
    CooperationResultRecorded,
    CooperationStarted,
    IssuesPaired,
    PracticeAreaCancelled,
    PracticeAreaRegistered,
)
from contracts.participation import (
    CandidateProposed,
    CandidatesCounted,
    MatchDeclined,
    ResourceCapacityChanged,
    ResourceProposed,
    TasksSliced,
)
from contracts.shared import (
    CancellationReason,
    MatchSide,
    OutputUnit,
    PracticeKind,
    RefusalCode,
    ShareCause,
    SupportLevel,
    TaskClass,
)
from tests.scenarios.stories.taken_up import gap_found, matched, offered, one

TITLE = "薪・里山：担い手の不足と、活躍の場の不足を結ぶ"
PARTNERS = ("community", "participation", "workshop")
SPLITTING, STACKING = one(TaskClass.WOOD_SPLITTING, SupportLevel.SOME), one(TaskClass.WOOD_STACKING, SupportLevel.NONE)
KINDLING = one(TaskClass.KINDLING_MAKING, SupportLevel.CONSTANT)


def play(day: Day) -> None:
    """The whole story."""
    project, resource = pseudonym(), pseudonym()
    _paired(day, project)
    _started(day, project)
    _sliced(day, resource)
    _full_and_free_again(day, resource)
    _sold_and_shared(day, project)
    _registered(day, pseudonym())
    _told_to_others(day, pseudonym())


def _paired(day: Day, project: str) -> None:
    """Deer and boar come down since nobody looks after the hills; people who cannot work full time have nowhere to work. Two issues, one answer."""
    paired = IssuesPaired(
        env_issue="里山の木を切り出し、薪にする人手が足りない。手入れが届かず、獣害が増えている。",
        welfare_issue="障害のある人や生活に困っている人の活躍の場が足りない。", partners=PARTNERS,
    )
    day.say("environment", paired.changed(partners=()), project, refused(RefusalCode.RECIPIENTS_MISSING))
    day.say("environment", paired, project, *map(permit, PARTNERS))


def _started(day: Day, project: str) -> None:
    """Splitting wood grows into selling it, and into fire-starters from chips, husks and waste candles. No result before it has begun."""
    day.say("environment", _result(day), project, refused(RefusalCode.WRONG_STATE))
    day.say("environment", CooperationStarted(
        steps=(SPLITTING, STACKING, KINDLING, one(TaskClass.SALES, SupportLevel.SOME)),
        product="薪、木くずともみ殻と廃ろうそくの着火材", share_to="里山の手入れ",
    ), project, *map(permit, PARTNERS))


def _sliced(day: Day, resource: str) -> None:
    """The workshop offers one place at splitting, then cuts the work into three small jobs by the support that each needs."""
    offered(day, resource, ResourceProposed(host="workshop", name="木もれ日の薪場", tasks=(SPLITTING,), confirmed_at=day.stage.today))
    day.say("workshop", TasksSliced(tasks=(SPLITTING, STACKING, KINDLING)), resource)


def _full_and_free_again(day: Day, resource: str) -> None:
    """The one place is taken: the next candidate is turned away, and proposed again when the workshop has made room for another."""
    first = gap_found(day, "髙畑 誠", "体を動かしたい。朝は起きられない。", "根気がある。")
    matched(day, first, resource, SPLITTING, "午後からの作業とする。刃物は使わない。")
    second = gap_found(day, "栁田 里美", "外の空気の中で働いてみたい。", "ていねいに積む。")
    day.say("participation", CandidateProposed(resource=resource, task=STACKING), second.case, refused(RefusalCode.RESOURCE_FULL))
    day.say("participation", MatchDeclined(resource=resource, side=MatchSide.HOST), second.case)
    day.say("workshop", ResourceCapacityChanged(capacity=1), resource, refused(RefusalCode.ALREADY_DONE))
    day.say("workshop", ResourceCapacityChanged(capacity=2), resource)
    day.say("participation", CandidateProposed(resource=resource, task=STACKING), second.case,
            recorded(), permit("workshop", type=CandidatesCounted.__name__))


def _sold_and_shared(day: Day, project: str) -> None:
    """A season's firewood; part of the sales goes back to the hills. Nobody shares more than was sold."""
    day.say("environment", _result(day).changed(shared_yen=500_000), project, refused(RefusalCode.VALUE_INVALID))
    day.say("environment", _result(day).changed(share_to=ShareCause.NONE), project, refused(RefusalCode.VALUE_INVALID))
    day.say("environment", _result(day), project, *map(permit, PARTNERS))


def _registered(day: Day, organisation: str) -> None:
    """The group is registered as a practice area (実践地域登録), found to have applied with a wrong name, cancelled, and registered anew."""
    entry = PracticeAreaRegistered(
        name="里山保全グループ木もれ日の会", kind=PracticeKind.REGION_GROUP, corporate_number="6350005001234", selection_year=2026,
    )
    day.say("municipality", entry.changed(corporate_number="7350005001234"), organisation, refused(RefusalCode.CHECK_DIGIT))
    day.say("municipality", entry.changed(name="木もれ日の里山ファンド"), organisation)
    day.say("municipality", entry, organisation, refused(RefusalCode.ALREADY_DONE))
    cancelled = PracticeAreaCancelled(reason=CancellationReason.FALSE_APPLICATION)
    day.say("municipality", cancelled, organisation)
    day.say("municipality", cancelled, organisation, refused(RefusalCode.ALREADY_DONE))
    day.say("municipality", entry, organisation)


def _told_to_others(day: Day, story: str) -> None:
    """The case is written down. Whoever wrote it does not approve it, and nobody does while somebody can be recognised in it.

    Such a draft goes to nobody: the prefecture has its number by telephone, and is told why it cannot be approved.
    """
    helpers = ("environment", "workshop", "prefecture")
    draft = CaseStoryDrafted(
        title="薪づくりが町をあたためる", reason="獣害と、働く場の不足", aim="里山の保全と社会参加を一つの仕組みにする",
        content="午後だけ来る五十代の男性が薪を割り、家族が売り子になった。", result="一冬で薪四トン、着火材六百個",
        mechanism="薪の売上げの一部を里山の手入れに回す", scheme="重層的支援体制整備事業（参加支援）と地域循環共生圏の連携",
        helpers=helpers, deidentified=False,
    )
    day.say("municipality", draft, story)
    day.say("municipality", CaseStoryApproved(), story, refused(RefusalCode.SAME_AGENCY))
    day.say("prefecture", CaseStoryApproved(), story, refused(RefusalCode.NOT_DEIDENTIFIED))
    plain = draft.changed(content="障害のある人や生活に困っている人が、切り分けた作業に体調に合わせて加わった。", deidentified=True)
    day.say("municipality", plain, story, *map(permit, helpers))
    day.say("municipality", CaseStoryApproved(), story, refused(RefusalCode.SAME_AGENCY))
    day.say("prefecture", CaseStoryApproved(), day.learned("prefecture", CaseStoryDrafted, story).subject,
            permit("municipality"), permit("environment"), permit("workshop"))
    day.say("municipality", plain, story, refused(RefusalCode.ALREADY_DONE))


def _result(day: Day) -> CooperationResultRecorded:
    return CooperationResultRecorded(
        period_from=day.stage.today - timedelta(days=90), period_to=day.stage.today, quantity=4_000_000, unit=OutputUnit.GRAMS,
        sales_yen=320_000, shared_yen=64_000, share_to=ShareCause.SATOYAMA,
    )
