"""S1: whatever comes to one of the four desks by whichever channel is taken in, sorted, linked, ended, and nobody is lost."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, recorded, refused, reviewed
from contracts.consultation import (
    AssessmentRecorded,
    CaseClosed,
    CaseReopened,
    ContactRecorded,
    EmergencyRaised,
    HouseholdMemberAdded,
    HouseholdMemberRemoved,
    InformationProvided,
    LinkAccepted,
    LinkDeclined,
    SignalPassedOn,
    SignalReceived,
    SubjectDied,
    SubjectMovedAway,
)
from contracts.shared import (
    AssessmentForm,
    Channel,
    ClosingReason,
    ContactMethod,
    Danger,
    DataCategory,
    DeclineReason,
    EmergencyNeed,
    Field,
    LeavingReason,
    LinkReason,
    PersonalItem,
    Purpose,
    RefusalCode,
    Relation,
    ReopeningReason,
    ScreeningOutcome,
    ServiceCode,
    VisitorRelation,
)
from tests.scenarios.stories.desk import consent, linked, received, screened

TITLE = "四つの窓口と五つの経路"
BASIC, ADDRESS, DANGER = DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.DANGER
AREA = "990019-11"


def play(day: Day) -> None:
    """Five persons, one whose name nobody knows, and one of whom the police have told."""
    elder_desk(day)
    disability_desk(day)
    child_desk(day)
    poverty_desk(day)
    nobody_knows_the_name(day)
    passed_on(day)


def elder_desk(day: Day) -> None:
    """A resident's word: advice is enough, the case is closed; she comes back, the household is written down, she moves to a home."""
    case, wife, husband = pseudonym(), pseudonym(), pseudonym()
    day.say("elder", SignalReceived(
        person=wife, channel=Channel.RESIDENT, area_code=AREA, summary="雨の日も庭に洗濯物が出たままになっている。", reporter_person=pseudonym(),
        reporter="隣組長の小林",
    ), case)
    day.say("elder", received(wife, Field.ELDER, VisitorRelation.NEIGHBOUR, name="佐々木 ヨシヱ", wish="このままこの家で暮らしたい。"), case)
    day.say("elder", InformationProvided(services=(ServiceCode.ELDER_CARE, ServiceCode.COMMUNITY_PLACE)), case)
    day.say("elder", screened(ScreeningOutcome.INFO_ONLY), case)
    day.say("elder", CaseClosed(reason=ClosingReason.INFORMATION_SUFFICED), case)
    day.say("elder", screened(ScreeningOutcome.SINGLE_AGENCY), case, refused(RefusalCode.WRONG_STATE))
    day.say("elder", CaseReopened(reason=ReopeningReason.CAME_BACK), case)
    day.say("elder", HouseholdMemberAdded(
        person=wife, relation=Relation.SPOUSE, name="佐々木 ヨシヱ", kana="ササキ ヨシエ", sex="2", birth_date="1941-03-09",
        municipality_code="131016", town_id="0001001", address="つなぐ町本通一丁目二番三号", phone="〇〇‐〇〇〇〇‐〇一一一",
    ), case)
    day.say("elder", HouseholdMemberAdded(person=husband, relation=Relation.HEAD, name="佐々木 辰夫", kana="ササキ タツオ", sex="1"), case)
    day.say("elder", AssessmentRecorded(
        person=wife, form=AssessmentForm.NATIONAL_STANDARD, form_version="2026.1", household="夫と二人。夫は日中ほとんど寝ている。",
        items=(PersonalItem(person=husband, category=DataCategory.HEALTH, code="condition", text="心臓の持病があり、通院は年二回。"),),
    ), case)
    day.say("elder", ContactRecorded(
        person=wife, method=ContactMethod.VISIT, minutes=40, next_contact=day.stage.today + timedelta(days=7), note="夫の入所の見学に付き添う約束をした。",
    ), case)
    day.say("elder", screened(ScreeningOutcome.SINGLE_AGENCY), case)
    day.say("elder", HouseholdMemberRemoved(person=husband, reason=LeavingReason.ENTERED_FACILITY, left_on=day.stage.today), case)
    day.say("elder", HouseholdMemberRemoved(
        person=husband, reason=LeavingReason.ENTERED_FACILITY, left_on=day.stage.today,
    ), case, refused(RefusalCode.WRONG_STATE))
    day.say("elder", ContactRecorded(person=wife, method=ContactMethod.PHONE, minutes=10, note="一人の暮らしにも慣れたとのこと。"), case)
    day.say("elder", CaseClosed(reason=ClosingReason.SETTLED), case)


def disability_desk(day: Day) -> None:
    """Named in a meeting, sorted as another's: the first agency cannot, and its no comes back as an alert; the second can."""
    case, person, name = pseudonym(), pseudonym(), "三浦 航"
    day.say("disability", SignalReceived(person=person, channel=Channel.MEETING, area_code=AREA, summary="地域ケア会議で名前の挙がった青年。"), case)
    day.say("disability", received(person, Field.DISABILITY, VisitorRelation.FAMILY, name=name), case)
    day.say("disability", screened(ScreeningOutcome.LINKED_OUT), case)
    day.say("disability", linked(person, "child", name), case, deny("child"))
    day.say("disability", consent(day, person, Purpose.CONSULTATION, (BASIC,), ("child", "poverty")), case)
    day.say("disability", linked(person, "child", name), case, permit("child", BASIC))
    day.say("disability", CaseClosed(reason=ClosingReason.LINKED_OUT), case, refused(RefusalCode.WRONG_STATE))
    day.say("child", LinkDeclined(reason=DeclineReason.NO_CAPACITY), case, permit("disability"))
    day.say("child", LinkAccepted(method=ContactMethod.PHONE, next_contact=day.stage.today), case, refused(RefusalCode.ALREADY_DONE))
    day.say("disability", screened(ScreeningOutcome.LINKED_OUT), case)
    day.say("disability", linked(person, "poverty", name), case, permit("poverty", BASIC))
    day.say("poverty", LinkAccepted(
        method=ContactMethod.COME, next_contact=day.stage.today + timedelta(days=3),
    ), case, permit("disability"))
    day.say("disability", CaseClosed(reason=ClosingReason.LINKED_OUT), case, permit("child"), permit("poverty"))
    day.say("poverty", CaseReopened(reason=ReopeningReason.LINK_FAILED), case, permit("child"), permit("disability"))


def child_desk(day: Day) -> None:
    """From another support agency; danger is told whatever the state, before and after the end; then the family moves away.

    The police have received something of the case, and learn that it is closed.
    """
    case, mother = pseudonym(), pseudonym()
    day.say("child", SignalReceived(person=mother, channel=Channel.SUPPORT_AGENCY, area_code=AREA, summary="保育園から、送迎の時の様子が気になると。"), case)
    _danger(day, case, mother)
    day.say("child", received(mother, Field.CHILD, name="東 真帆", wish="下の子が生まれるまでは、誰かにそばにいてほしい。"), case)
    day.say("child", screened(ScreeningOutcome.SINGLE_AGENCY), case)
    day.say("child", CaseClosed(reason=ClosingReason.MOVED_AWAY), case, refused(RefusalCode.WRONG_STATE))
    day.say("child", SubjectMovedAway(
        person=mother, moved_on=day.stage.today + timedelta(days=1),
    ), case, refused(RefusalCode.PERIOD_INVALID))
    day.say("child", SubjectMovedAway(person=mother, moved_on=day.stage.today, to_municipality="131016"), case)
    day.say("child", CaseClosed(reason=ClosingReason.MOVED_AWAY), case)
    _danger(day, case, mother)
    day.say("child", AssessmentRecorded(
        person=mother, form=AssessmentForm.NATIONAL_STANDARD, form_version="2026.1",
    ), case, refused(RefusalCode.WRONG_STATE))


def _danger(day: Day, case: str, mother: str) -> None:
    """The police learn the least that helps; the municipality looks at it afterwards."""
    day.say("child", EmergencyRaised(
        person=mother, to_agency="police", danger=Danger.VIOLENCE, need=EmergencyNeed.PROTECTION, name="東 真帆", place="つなぐ町新栄二丁目の自宅",
        risk="電話の向こうで物の割れる音と叫び声がした。",
    ), case, permit("police", BASIC, ADDRESS, DANGER), reviewed("municipality"))


def poverty_desk(day: Day) -> None:
    """From another field: a couple; he dies and the case goes on for her; when she dies too it ends by itself, for all who take part."""
    case, husband, wife = pseudonym(), pseudonym(), pseudonym()
    day.say("poverty", SignalReceived(person=husband, channel=Channel.OTHER_FIELD, area_code=AREA, summary="水道課から、給水停止の予告に返事がないと。"), case)
    day.say("poverty", received(husband, Field.POVERTY, VisitorRelation.AGENCY, name="野口 正", items=(
        PersonalItem(person=wife, category=DataCategory.HOUSEHOLD, code="members", text="妻と二人暮らし。子はいない。"),
    )), case)
    day.say("poverty", screened(ScreeningOutcome.COMPLEX), case)
    day.say("poverty", consent(day, wife, Purpose.CONSULTATION, (BASIC,), ("elder",)), case)
    day.say("poverty", linked(wife, "elder", "野口 フミ"), case, permit("elder", BASIC))
    day.say("elder", LinkAccepted(method=ContactMethod.VISIT, next_contact=day.stage.today + timedelta(days=1)), case, permit("poverty"))
    day.say("poverty", SubjectDied(person=husband, died_on=day.stage.today, household_remains=True), case)
    day.say("elder", ContactRecorded(person=wife, method=ContactMethod.VISIT, minutes=60, note="葬儀のあと、食事がのどを通らないという。"), case)
    day.say("elder", SubjectDied(person=wife, died_on=day.stage.today, household_remains=False), case,
            recorded(), permit("poverty", type=CaseClosed.__name__))
    day.say("poverty", CaseClosed(reason=ClosingReason.DIED), case, refused(RefusalCode.ALREADY_DONE))


def nobody_knows_the_name(day: Day) -> None:
    """A signal without a name opens a case; she comes by herself, and only then is there anything to sort."""
    case, somebody = pseudonym(), pseudonym()
    day.say("poverty", SignalReceived(person=somebody, channel=Channel.RESIDENT, area_code=AREA), case)
    day.say("poverty", screened(ScreeningOutcome.SINGLE_AGENCY), case, refused(RefusalCode.WRONG_STATE))
    day.say("poverty", InformationProvided(services=(ServiceCode.HOUSING, ServiceCode.LOAN)), case)
    day.say("poverty", SignalReceived(person=somebody, channel=Channel.SELF_VISIT, area_code=AREA, summary="車で寝泊まりしている。名前はまだ言いたくない。"), case)
    day.say("poverty", received(somebody, Field.POVERTY), case)
    day.say("poverty", screened(ScreeningOutcome.SINGLE_AGENCY), case)
    day.say("poverty", screened(ScreeningOutcome.SINGLE_AGENCY), case, refused(RefusalCode.ALREADY_DONE))


def passed_on(day: Day) -> None:
    """Brought home by night, twice: the police tell the elder centre that there is a signal; it goes there, and goes on by itself (図 a1)."""
    case, person, name = pseudonym(), pseudonym(), "今井 ハナ"
    signal = SignalReceived(
        person=person, channel=Channel.OTHER_FIELD, area_code=AREA, to_agency="elder", summary="未明の県道を歩いているところを二度保護した。",
    )
    day.say("police", signal, case, recorded(), permit("elder", type=SignalPassedOn.__name__))
    told = day.learned("elder", SignalPassedOn, case).subject
    day.say("elder", received(person, Field.ELDER, VisitorRelation.FAMILY, name=name), told)
    day.say("elder", screened(ScreeningOutcome.SINGLE_AGENCY), told)
    day.say("elder", consent(day, person, Purpose.CONSULTATION, (BASIC,), ("disability",)), told)
    day.say("elder", linked(person, "disability", name, LinkReason.JOINT_SUPPORT), told, permit("disability", BASIC))
    day.say("disability", LinkAccepted(method=ContactMethod.VISIT, next_contact=day.stage.today), told, permit("elder"))
    day.say("police", signal.changed(summary="三度目。今度は家の前で見つかった。"), case)
    day.say("elder", CaseClosed(reason=ClosingReason.SETTLED), told, permit("disability"), permit("police"))
