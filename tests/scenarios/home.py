"""The 8050 household (八〇五〇世帯) of the sample day and its ledgers, counted out by hand from the story: ``cli/day/household.py``, ``cli/day/outreach.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.consent import provided
from cli.day.player import pseudonym
from cli.day.view import View
from contracts.consent import ConsentGranted
from contracts.consultation import ConsultationReceived, SignalReceived
from contracts.coordination import CoordinationReferred
from contracts.envelope import DisclosureRequested
from contracts.outreach import SupportAccepted
from contracts.shared import DataCategory, PartCode, ReaderRole, ReadReason
from services.consent.domain.sight import Entry
from services.consent.domain.viewing import Viewing
from services.reporting.reads import Read, read_event

BASIC, HEALTH, ECONOMIC, REPORTER = DataCategory.BASIC, DataCategory.HEALTH, DataCategory.ECONOMIC, DataCategory.REPORTER
GIVEN, PARTLY, NOT_GIVEN = "渡せます（可）", "一部だけ渡せます（一部可）", "渡せません（不可）"
Line = tuple[str, str, str, str, str, str, bool, bool]
"""What happened, who gave, who received, what was decided, which categories went, which stayed, whether it arrived, whether it is to be used no more."""
PLAN = "基本情報、経済状況、福祉サービスの利用、健康"
IN_VAIN: Line = ("情報の照会", provided.NOT_SHOWN, "tax", NOT_GIVEN, "", "経済状況、住所", False, False)
LOOKED_AT: Line = ("個人情報の閲覧（事例の記録）", "", "elder（支援の担当者）", "見ました", "基本情報、経済状況、健康", "", False, False)
LEDGER: Line = ("個人情報の閲覧（提供記録）", "", "privacy-desk（個人情報の窓口）", "見ました", "", "", False, False)
MOTHERS: tuple[Line, ...] = (
    ("協働への紹介", "elder", "coordinator", PARTLY, "基本情報、経済状況", "生活歴、健康", True, True),
    *(("役割の通知", "coordinator", agency, GIVEN, "基本情報", "", True, True) for agency in ("elder", "poverty", "outreach")),
    ("プラン共有", "coordinator", "elder", GIVEN, PLAN, "", True, True),
    ("プラン共有", "coordinator", "poverty", PARTLY, "基本情報、経済状況、福祉サービスの利用", "健康", True, True),
    ("プラン共有", "coordinator", "disability", NOT_GIVEN, "", PLAN, False, False),
    IN_VAIN,
    *(("プラン共有", "coordinator", agency, NOT_GIVEN, "", PLAN, False, False) for agency in ("elder", "poverty")),
    LOOKED_AT, LEDGER,
)
"""Hers: by her three consents, until she took them back; what was kept back of her own; who looked for anything; who has read."""
SONS: tuple[Line, ...] = (
    ("協働への紹介", "elder", "coordinator", NOT_GIVEN, "", "生活歴、健康", False, False), IN_VAIN,
    (*LOOKED_AT[:4], "経済状況、健康", *LOOKED_AT[5:]),
)
"""His, in the household's case: nobody has asked him, so nothing of him went; that his mother's ledger was opened is not his business."""
SONS_OWN: tuple[Line, ...] = (
    ("支援受入", "outreach", "participation", PARTLY, "基本情報、連絡先、配慮事項", "健康", True, False),
    ("支援受入", "outreach", "poverty", GIVEN, "基本情報", "", True, False),
    ("協働への紹介", "poverty", "coordinator", GIVEN, "基本情報", "", True, False),
    ("参加支援の依頼", "coordinator", "participation", GIVEN, "基本情報", "", True, False),
    ("体験", "participation", "workshop", PARTLY, "基本情報、連絡先、配慮事項", "健康、生活歴", True, False),
)
"""His, in the case that the outreach NPO has with him under a pseudonym of its own: by what he has said himself."""


@dataclass(frozen=True, slots=True)
class Household:
    """Who they are, as the logs know them; the son is known to the NPO by another pseudonym."""

    case: str
    mother: str
    son: str
    son_of_npo: str
    neighbour: str
    written: tuple[str, ...]
    """What the elder centre wrote down at the beginning: ids."""
    consents: dict[str, frozenset[str]]
    """By person."""

    def persons(self) -> tuple[str, ...]:
        """All pseudonyms."""
        return (self.mother, self.son, self.son_of_npo, self.neighbour)

    def reads(self) -> list[Read]:
        """A caseworker of the elder centre looks at what was written down; then the privacy desk opens her ledger, for which she has asked."""
        own = [PartCode(person=person, category=category) for person in (self.mother, self.son) for category in (HEALTH, ECONOMIC)]
        parts = (*own, PartCode(person=self.mother, category=BASIC), PartCode(person=self.neighbour, category=REPORTER))
        return [
            read_event(
                self.case, pseudonym(), reader="elder", role=ReaderRole.CASEWORKER, actor="token-1", resource="cases.text", reason=ReadReason.SUPPORT,
                parts=parts, events=self.written,
            ),
            read_event(
                self.case, pseudonym(), reader="privacy-desk", role=ReaderRole.PRIVACY_DESK, actor="token-2", resource="persons.ledger",
                reason=ReadReason.RIGHTS_REQUEST, persons=(self.mother,),
            ),
        ]


def household(view: View) -> Household:
    """The household of a day that was played."""
    referral = next(each for each in view.heard["coordinator"] if isinstance(each.event, CoordinationReferred))
    case, mother, logged = referral.subject, referral.event.person, list(view.logged.values())
    asked = [each.event for each in logged if isinstance(each.event, DisclosureRequested) and each.key == case]
    written = [each for each in logged if each.key == case and isinstance(each.event, SignalReceived | ConsultationReceived)]
    consents: dict[str, frozenset[str]] = {}
    for each in logged:
        if isinstance(each.event, ConsentGranted):
            consents[each.event.person] = consents.get(each.event.person, frozenset()) | {each.event.consent}
    return Household(
        case=case, mother=mother, son=next(part.person for event in asked for part in event.parts if part.person != mother),
        son_of_npo=next(each.event for each in view.heard["participation"] if isinstance(each.event, SupportAccepted)).person,
        neighbour=next(each.event.reporter_person for each in written if isinstance(each.event, SignalReceived)),
        written=tuple(each.id for each in written), consents=consents,
    )


def lines(ledger: Sequence[Entry | Viewing]) -> tuple[Line, ...]:
    """The ledger as it is printed, as far as it is counted out above."""
    columns = ("出来事", "渡す機関", "受け取る機関", "判断", "情報の区分", "渡さない区分")
    return tuple([
        (*(row[column] for column in columns), bool(row["届いた日時"]), bool(row["使用停止"])) for row in map(provided.row, ledger)  # type: ignore[misc]
    ])


def of_others(home: Household, person: str, told: str) -> list[str]:
    """What a text that was told to ``person`` says of the others: pseudonyms, and consents."""
    others = [each for each in home.persons() if each != person]
    strange: list[Any] = [*others, *(consent for each in others for consent in home.consents.get(each, ())), home.case]
    return [each for each in strange if each in told]
