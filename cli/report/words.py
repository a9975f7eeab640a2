"""What the parts of a figure are called on paper, by what it is divided by (符号の読み方). A code that is not here is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

from cli.consent.words import BASES, PURPOSES
from cli.trace.picture import CHANNELS

FIELDS = {"ELDER": "高齢", "DISABILITY": "障害", "CHILD": "子ども", "POVERTY": "生活困窮"}
OUTCOMES = {
    "INFO_ONLY": "情報提供のみ", "SINGLE_AGENCY": "単独の機関で対応", "LINKED_OUT": "他機関へつなぐ", "COMPLEX": "複雑化・複合化",
    "PERMIT": "可", "REDACT": "一部可", "HOLD": "保留", "DENY": "不可",
}
DANGERS = {"SUICIDE_RISK": "自殺のおそれ", "VIOLENCE": "暴力", "COLLAPSE": "倒れている", "MISSING": "行方不明"}
REASONS = {"AGENCY_UNCLEAR": "適切な機関が不明", "ROLE_DIVISION_NEEDED": "役割分担が必要"}
KINDS = {
    "COORDINATION": "多機関協働", "OUTREACH": "アウトリーチ", "PARTICIPATION": "参加支援",
    "SALON": "サロン", "COMMUNITY_DINING": "地域食堂", "COMMUNITY_CAFE": "地域カフェ", "WORKSHOP": "作業場", "FARM": "農園",
}
CONFERENCES = {
    "NON_STATUTORY": "重層的支援会議", "SWA106_6": "支援会議（社会福祉法106条の6）", "CWA25_2": "要保護児童対策地域協議会",
    "NPA9": "支援会議（生活困窮者自立支援法9条）", "PAA27_3": "調整会議（生活保護法27条の3）", "LIA15": "孤独・孤立対策地域協議会",
}
METHODS = {"VISIT": "訪問", "LETTER": "手紙", "PHONE": "電話", "ACCOMPANY": "同行", "ONLINE": "オンライン", "COME": "来所"}
NEEDS = {"WORK": "働くこと", "WATCHING_HOUSING": "見守りのある住まい", "PLACE_TO_BE": "居場所", "LEARNING": "学び"}
HANDS = {"COUNTS": "人数", "NAMES": "氏名"}
AGES = {"UNDER_15": "15歳未満", "AGE_15_39": "15～39歳", "AGE_40_64": "40～64歳", "AGE_65_OVER": "65歳以上"}
FUNCTIONS = {
    "consultation": "包括的相談支援", "coordination": "多機関協働", "outreach": "アウトリーチ等", "participation": "参加支援", "community": "地域づくり",
    "consent": "同意と情報の提供",
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "経路": {str(channel): name for channel, name in CHANNELS.items()}, "分野": FIELDS, "結果": OUTCOMES, "危険の種類": DANGERS, "理由": REASONS,
    "種類": KINDS, "根拠": {**BASES, **CONFERENCES}, "方法": METHODS, "ニーズ": NEEDS, "求めたもの": HANDS, "年代": AGES, "利用目的": PURPOSES,
    "機能": FUNCTIONS,
}
UNMAPPED = "分類できないもの"
OF_AGENCIES = ("つなぎ先", "受入先", "機関")
"""What is divided by agency: named as the registry names it."""


def word(divided: str, code: str, agencies: Mapping[str, str]) -> str:
    """What a part is called; ``agencies``: names by id."""
    if code == "UNMAPPED":
        return UNMAPPED
    return (agencies if divided in OF_AGENCIES else WORDS.get(divided, {})).get(code, code)
