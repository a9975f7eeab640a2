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
    CONSENT_PAUSED = "CONSENT_PAUSED"
    CONSENT_UNCONFIRMED = "CONSENT_UNCONFIRMED"
    CONSENT_LAPSED = "CONSENT_LAPSED"
    CONSENT_INVALIDATED = "CONSENT_INVALIDATED"
    PURPOSE_NOT_CONSENTED = "PURPOSE_NOT_CONSENTED"
    RECIPIENT_NOT_NAMED = "RECIPIENT_NOT_NAMED"
    CATEGORY_NOT_CONSENTED = "CATEGORY_NOT_CONSENTED"
    NO_BASIS = "NO_BASIS"
    ESSENTIAL_WITHHELD = "ESSENTIAL_WITHHELD"
    HOLD_EXPIRED = "HOLD_EXPIRED"
    ARRIVED_BEFORE = "ARRIVED_BEFORE"
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
    SENDER_KIND = "SENDER_KIND"
    PURPOSE_NOT_COVERED = "PURPOSE_NOT_COVERED"
    NO_CONTRACT = "NO_CONTRACT"
    CONTRACT_NOT_RUNNING = "CONTRACT_NOT_RUNNING"
    DANGER_NOT_STATED = "DANGER_NOT_STATED"
    MINOR_NOT_NOTED = "MINOR_NOT_NOTED"
    ACCESS_NOT_GRANTED = "ACCESS_NOT_GRANTED"
    THIRD_PARTY = "THIRD_PARTY"
    KEPT_BY_DECISION = "KEPT_BY_DECISION"
    REPORTER_SECRET = "REPORTER_SECRET"
    USE_STOPPED = "USE_STOPPED"
    RECIPIENT_ENDED = "RECIPIENT_ENDED"
    SENDER_ENDED = "SENDER_ENDED"
    NOT_THE_DESK = "NOT_THE_DESK"
    OTHER_MUNICIPALITY = "OTHER_MUNICIPALITY"


SENTENCES: dict[Reason, str] = {
    Reason.NO_CONSENT: "本人の同意がまだありません。本人に説明し、同意を記録してください。",
    Reason.PERSON_REFUSED: "本人が提供を断っています。本人の意思が変わらない限り提供できません。",
    Reason.CONSENT_WITHDRAWN: "本人が同意を撤回しています。提供するには、改めて同意が必要です。",
    Reason.CONSENT_EXPIRED: "同意の期間が終わっています。改めて同意を確かめてください。",
    Reason.CONSENT_NOT_YET: "同意の期間がまだ始まっていません。",
    Reason.CONSENT_PAUSED: "本人が同意を一時停止しています。本人が再開するまで提供できません。",
    Reason.CONSENT_UNCONFIRMED: "提供先自身が記録した同意のため、ほかの機関または自治体の確認を待っています。",
    Reason.CONSENT_LAPSED: "同意は期限までに確認されず、効力を持ちませんでした。改めて同意を確かめてください。",
    Reason.CONSENT_INVALIDATED: "この同意は無効とされています。提供するには、改めて有効な同意が必要です。",
    Reason.PURPOSE_NOT_CONSENTED: "本人が同意した利用目的ではありません。",
    Reason.RECIPIENT_NOT_NAMED: "本人の同意で名指しされた提供先ではありません。",
    Reason.CATEGORY_NOT_CONSENTED: "本人が同意した情報の区分ではありません。",
    Reason.NO_BASIS: "この利用目的で情報を提供できる根拠がありません。必要な場合は、本人の同意を得て担当の機関に相談してください。",
    Reason.ESSENTIAL_WITHHELD: "欠かせない項目を渡せないため、提供していません。",
    Reason.HOLD_EXPIRED: "保留の期限が過ぎました。必要であれば、改めて送ってください。",
    Reason.ARRIVED_BEFORE: "保留とする前の判断によって、すでに提供先に届いているか、届いたおそれがあるため、保留を終えました。届いていないときは、改めて送ってください。",
    Reason.PROTECTED: "支援措置により、この提供先には渡せません。",
    Reason.SEGMENT_UNKNOWN: "この事例について開かれた支援会議の区分ではありません。",
    Reason.SEGMENT_CLOSED: "支援会議の区分は閉じられています。",
    Reason.SEGMENT_NOT_STATUTORY: "この会議は法律に基づく支援会議・協議会ではないため、本人の同意が必要です。",
    Reason.CONVENER_KIND: "この会議を招集できる機関が開いた支援会議ではありません。",
    Reason.NOT_LISTED: "支援会議の構成員として名簿に載っていません。",
    Reason.NOT_ASKED: "支援会議で求められた項目ではありません。",
    Reason.NO_EMERGENCY_RIGHT: "緊急の提供をする権限が登録されていません。権限のある機関に頼むか、警察・消防・自治体に直接知らせてください。",
    Reason.RECIPIENT_KIND: "この根拠で提供できる相手ではありません。本人の同意を得るか、担当の機関に送ってください。",
    Reason.OVER_CEILING: "この根拠で渡せる必要最小限の区分を超えています。渡すには、本人の同意が必要です。",
    Reason.TYPE_NOT_COVERED: "この根拠で提供できる種別ではありません。本人の同意を得るか、別の根拠を確かめてください。",
    Reason.BASIS_NOT_AVAILABLE: "主張された根拠を確かめる条件が、規則集にありません。",
    Reason.RECIPIENT_UNKNOWN: "提供先の機関が登録されていません。",
    Reason.POLICY_UNKNOWN: "適用する規則集が確かめられないため、保留しました。",
    Reason.NOT_A_PARTY: "提供先は、この事例に関わっていません。",
    Reason.PERSON_NAMED: "個人に関わる内容があるため、符号だけの連絡としては渡せません。",
    Reason.SUBJECT_DIED: "亡くなった方の情報です。提供は自治体の定めによるため、保留しました。",
    Reason.OTHER_DATES: "本人が同意した時期の情報ではありません。その時期の情報も渡してよいか、本人に確かめてください。",
    Reason.USED_UP: "同意で決めた回数を使い終えています。期間ごとの回数であれば期間が過ぎた後に、そうでなければ改めて同意を得てから提供できます。",
    Reason.EXCLUDED: "本人が同意の中で除いた提供先または情報です。本人の意思が変わらない限り提供できません。",
    Reason.UNMAPPED: "利用目的または情報の区分が規則集の一覧にないため、人が確かめるまで保留しました。",
    Reason.UNLABELLED: "誰の何の情報かが示されていないため、渡せません。",
    Reason.PURPOSE_MISSING: "利用目的が示されていないため、提供できません。",
    Reason.SENDER_KIND: "この根拠で提供できる種別の機関ではありません。本人の同意を得るか、権限のある機関に相談してください。",
    Reason.PURPOSE_NOT_COVERED: "この根拠で認められた利用目的ではありません。本人の同意を得るか、認められた目的で依頼してください。",
    Reason.NO_CONTRACT: "自治体と受託者の間の提供ではありません。本人の同意を得てください。",
    Reason.CONTRACT_NOT_RUNNING: "委託の期間として登録された日ではありません。自治体に契約期間の登録を確かめるか、本人の同意を得てください。",
    Reason.DANGER_NOT_STATED: "通告に、虐待又は危険の内容がありません。疑われる内容を記録して、改めて送ってください。",
    Reason.MINOR_NOT_NOTED: "この方が未成年であることが、事例に記録されていません。年齢を確かめて記録するか、本人の同意を得てください。",
    Reason.ACCESS_NOT_GRANTED: "本人又は代理人の開示請求を認める決定がありません。請求と本人確認、決定を記録してください。",
    Reason.THIRD_PARTY: "開示を請求した本人ではない方の情報です。その方の同意がない限り渡せません。",
    Reason.KEPT_BY_DECISION: "開示の決定で、開示しないとされた区分です。不服がある場合は、審査請求ができます。",
    Reason.REPORTER_SECRET: "知らせた人が分かる情報は、この根拠では渡せません。",
    Reason.USE_STOPPED: "本人の請求により、利用を停止しています。本人が改めて同意したときと、生命等の保護、法令又は本人への開示による場合のほかは渡せません。",
    Reason.RECIPIENT_ENDED: "提供先の機関は登録が終了しています。引き継いだ機関を自治体に確かめて、その機関に送ってください。",
    Reason.SENDER_ENDED: "送信元の機関は登録が終了しているため、提供できません。必要な場合は、引き継いだ機関から改めて送ってください。",
    Reason.NOT_THE_DESK: "本人の開示請求に答える、この自治体の窓口ではありません。開示の決定をした窓口に送ってください。",
    Reason.OTHER_MUNICIPALITY: "この自治体の中での提供ではありません。本人の同意を得るか、ほかの行政機関等への提供の根拠を確かめてください。",
}
"""What the sender is told; no personal data, no other recipient's name."""

OPENED_BY: dict[Reason, tuple[str, ...]] = {
    Reason.NO_CONSENT: ("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE"),
    Reason.CONSENT_EXPIRED: ("CONSENT_OF_PERSON",),
    Reason.CONSENT_NOT_YET: ("CONSENT_PERIOD_BEGINS",),
    Reason.CONSENT_PAUSED: ("CONSENT_RESUMED",),
    Reason.CONSENT_UNCONFIRMED: ("CONSENT_CONFIRMED",),
    Reason.CONSENT_LAPSED: ("CONSENT_OF_PERSON",),
    Reason.CONSENT_INVALIDATED: ("CONSENT_OF_PERSON",),
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
    Reason.NO_CONTRACT: ("CONSENT_OF_PERSON",),
    Reason.CONTRACT_NOT_RUNNING: ("CONTRACT_REGISTERED", "CONSENT_OF_PERSON"),
    Reason.DANGER_NOT_STATED: ("DANGER_STATED",),
    Reason.MINOR_NOT_NOTED: ("MINOR_NOTED", "CONSENT_OF_PERSON"),
    Reason.ACCESS_NOT_GRANTED: ("ACCESS_GRANTED",),
    Reason.THIRD_PARTY: ("CONSENT_OF_PERSON",),
    Reason.NO_EMERGENCY_RIGHT: ("EMERGENCY_RIGHT",),
    Reason.SENDER_KIND: ("CONSENT_OF_PERSON",),
    Reason.RECIPIENT_KIND: ("CONSENT_OF_PERSON",),
    Reason.PURPOSE_NOT_COVERED: ("CONSENT_OF_PERSON",),
    Reason.RECIPIENT_ENDED: ("AGENCY_REGISTERED",),
    Reason.SENDER_ENDED: ("AGENCY_REGISTERED",),
    Reason.OTHER_MUNICIPALITY: ("CONSENT_OF_PERSON",),
}
"""Codes of what would let the same request through; a refusal or a withdrawal is not pressed."""
