"""Why something was not released, in one code each, with the sentence for the sender and what would open the way."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reason codes of the gate; closed list."""

    __hash__ = str.__hash__

    NO_CONSENT = "NO_CONSENT"
    PERSON_REFUSED = "PERSON_REFUSED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"
    CONSENT_NOT_YET = "CONSENT_NOT_YET"
    PURPOSE_NOT_CONSENTED = "PURPOSE_NOT_CONSENTED"
    RECIPIENT_NOT_NAMED = "RECIPIENT_NOT_NAMED"
    CATEGORY_NOT_CONSENTED = "CATEGORY_NOT_CONSENTED"
    NO_BASIS = "NO_BASIS"
    ESSENTIAL_WITHHELD = "ESSENTIAL_WITHHELD"
    HOLD_EXPIRED = "HOLD_EXPIRED"
    PROTECTED = "PROTECTED"
    SEGMENT_UNKNOWN = "SEGMENT_UNKNOWN"
    SEGMENT_CLOSED = "SEGMENT_CLOSED"
    SEGMENT_NOT_STATUTORY = "SEGMENT_NOT_STATUTORY"
    CONVENER_KIND = "CONVENER_KIND"
    NOT_LISTED = "NOT_LISTED"
    NOT_ASKED = "NOT_ASKED"
    NO_EMERGENCY_RIGHT = "NO_EMERGENCY_RIGHT"
    RECIPIENT_KIND = "RECIPIENT_KIND"
    OVER_CEILING = "OVER_CEILING"
    TYPE_NOT_COVERED = "TYPE_NOT_COVERED"
    BASIS_NOT_AVAILABLE = "BASIS_NOT_AVAILABLE"
    RECIPIENT_UNKNOWN = "RECIPIENT_UNKNOWN"
    POLICY_UNKNOWN = "POLICY_UNKNOWN"
    NOT_A_PARTY = "NOT_A_PARTY"
    PERSON_NAMED = "PERSON_NAMED"
    SUBJECT_DIED = "SUBJECT_DIED"
    OTHER_DATES = "OTHER_DATES"
    USED_UP = "USED_UP"
    EXCLUDED = "EXCLUDED"
    UNMAPPED = "UNMAPPED"
    UNLABELLED = "UNLABELLED"
    PURPOSE_MISSING = "PURPOSE_MISSING"


SENTENCES: dict[Reason, str] = {
    Reason.NO_CONSENT: "本人の同意がまだありません。本人に説明し、同意を記録してください。",
    Reason.PERSON_REFUSED: "本人が提供を断っています。本人の意思が変わらない限り提供できません。",
    Reason.CONSENT_WITHDRAWN: "本人が同意を撤回しています。提供するには、改めて同意が必要です。",
    Reason.CONSENT_EXPIRED: "同意の期間が終わっています。改めて同意を確かめてください。",
    Reason.CONSENT_NOT_YET: "同意の期間がまだ始まっていません。",
    Reason.PURPOSE_NOT_CONSENTED: "本人が同意した利用目的ではありません。",
    Reason.RECIPIENT_NOT_NAMED: "本人の同意で名指しされた提供先ではありません。",
    Reason.CATEGORY_NOT_CONSENTED: "本人が同意した情報の区分ではありません。",
    Reason.NO_BASIS: "この利用目的で情報を提供できる根拠がありません。必要な場合は、本人の同意を得て担当の機関に相談してください。",
    Reason.ESSENTIAL_WITHHELD: "欠かせない項目を渡せないため、保留しました。",
    Reason.HOLD_EXPIRED: "保留の期限が過ぎました。必要であれば、改めて送ってください。",
    Reason.PROTECTED: "支援措置により、この提供先には渡せません。",
    Reason.SEGMENT_UNKNOWN: "この事例について開かれた支援会議の区分ではありません。",
    Reason.SEGMENT_CLOSED: "支援会議の区分は閉じられています。",
    Reason.SEGMENT_NOT_STATUTORY: "この会議は社会福祉法106条の6の支援会議ではないため、本人の同意が必要です。",
    Reason.CONVENER_KIND: "この会議を招集できる機関が開いた支援会議ではありません。",
    Reason.NOT_LISTED: "支援会議の構成員として名簿に載っていません。",
    Reason.NOT_ASKED: "支援会議で求められた項目ではありません。",
    Reason.NO_EMERGENCY_RIGHT: "緊急の提供をする権限が登録されていません。",
    Reason.RECIPIENT_KIND: "この根拠で提供できる相手ではありません。",
    Reason.OVER_CEILING: "この根拠で渡せる必要最小限の区分を超えています。",
    Reason.TYPE_NOT_COVERED: "この根拠で提供できる種別ではありません。",
    Reason.BASIS_NOT_AVAILABLE: "主張された根拠を確かめる条件が、規則集にありません。",
    Reason.RECIPIENT_UNKNOWN: "提供先の機関が登録されていません。",
    Reason.POLICY_UNKNOWN: "適用する規則集が確かめられないため、保留しました。",
    Reason.NOT_A_PARTY: "提供先は、この事例に関わっていません。",
    Reason.PERSON_NAMED: "個人に関わる内容があるため、符号だけの連絡としては渡せません。",
    Reason.SUBJECT_DIED: "亡くなった方の情報です。提供は自治体の定めによるため、保留しました。",
    Reason.OTHER_DATES: "本人が同意した時期の情報ではありません。その時期の情報も渡してよいか、本人に確かめてください。",
    Reason.USED_UP: "同意で決めた回数を使い終えています。改めて同意を確かめてください。",
    Reason.EXCLUDED: "本人が同意の中で除いた提供先または情報です。本人の意思が変わらない限り提供できません。",
    Reason.UNMAPPED: "利用目的または情報の区分が規則集の一覧にないため、人が確かめるまで保留しました。",
    Reason.UNLABELLED: "誰の何の情報かが示されていないため、渡せません。",
    Reason.PURPOSE_MISSING: "利用目的が示されていないため、提供できません。",
}
"""What the sender is told; no personal data, no other recipient's name."""

OPENED_BY: dict[Reason, tuple[str, ...]] = {
    Reason.NO_CONSENT: ("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE"),
    Reason.CONSENT_EXPIRED: ("CONSENT_OF_PERSON",),
    Reason.CONSENT_NOT_YET: ("CONSENT_PERIOD_BEGINS",),
    Reason.PURPOSE_NOT_CONSENTED: ("CONSENT_OF_PERSON",),
    Reason.RECIPIENT_NOT_NAMED: ("CONSENT_OF_PERSON",),
    Reason.CATEGORY_NOT_CONSENTED: ("CONSENT_OF_PERSON",),
    Reason.ESSENTIAL_WITHHELD: ("CONSENT_OF_PERSON",),
    Reason.SEGMENT_CLOSED: ("SUPPORT_CONFERENCE",),
    Reason.SEGMENT_NOT_STATUTORY: ("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE"),
    Reason.CONVENER_KIND: ("SUPPORT_CONFERENCE",),
    Reason.POLICY_UNKNOWN: ("POLICY_ACTIVATED",),
    Reason.NOT_A_PARTY: ("PART_IN_CASE",),
    Reason.SUBJECT_DIED: ("MUNICIPAL_POLICY",),
    Reason.OTHER_DATES: ("CONSENT_OF_PERSON",),
    Reason.USED_UP: ("CONSENT_OF_PERSON",),
    Reason.UNMAPPED: ("CODE_MAPPED",),
}
"""Codes of what would let the same request through; a refusal or a withdrawal is not pressed."""
