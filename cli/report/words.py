"""What the parts of a figure are called on paper, by what it is divided by (符号の読み方). A code that is not here is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

from cli.consent.words import BASES, PURPOSES
from cli.trace.picture import CHANNELS

FIELDS = {"ELDER": "高齢", "DISABILITY": "障害", "CHILD": "子ども", "POVERTY": "生活困窮"}
OUTCOMES = {
    "INFO_ONLY": "情報提供のみ", "SINGLE_AGENCY": "単独の機関で対応", "LINKED_OUT": "他機関へつなぐ", "COMPLEX": "複雑化・複合化",
    "NO_ANSWER": "不在・応答なし", "FAMILY_ONLY": "家族のみ", "DECLINED": "断られた", "MET": "会えた",
    "PERMIT": "可", "REDACT": "一部可", "HOLD": "保留", "DENY": "不可",
}
DANGERS = {"SUICIDE_RISK": "自殺のおそれ", "VIOLENCE": "暴力", "COLLAPSE": "倒れている", "MISSING": "行方不明"}
REASONS = {
    "AGENCY_UNCLEAR": "適切な機関が不明", "ROLE_DIVISION_NEEDED": "役割分担が必要",
    "SINGLE_AGENCY_SUFFICES": "単独の機関で足りる", "SCREENING_INSUFFICIENT": "スクリーニング不足", "OUT_OF_SCOPE": "対象外", "NO_CAPACITY": "体制がない",
    "CONSULTATION_SHOULD_LEAD": "包括的相談支援が担う", "SIMPLIFIED": "課題が整理された", "PERSON_WISHES": "本人の希望",
    "SETTLED": "解決", "INFORMATION_SUFFICED": "情報提供で足りた", "LINKED_OUT": "他機関へつないだ", "NO_CONTACT": "連絡がつかない", "PERSON_DECLINED": "本人の辞退",
    "MOVED_AWAY": "転出", "DIED": "死亡", "GOAL_MET": "目標の達成", "HANDED_OVER": "引継ぎ", "TIES_STEADY": "関係が安定した", "LINKED_ON": "次の支援へつないだ",
    "MOVED_ON": "次の場へ移った", "HOST_CLOSED": "受入先の終了",
}
TOPICS = {
    "HEALTH_AND_CARE": "健康・障害・介護", "LIVELIHOOD": "収入・生活費・債務", "WORK": "仕事", "HOUSING": "住まい", "FAMILY": "家族・子育て", "TIES": "地域との関係・ひきこもり",
    "OTHER": "その他",
}
VISITORS = {"SELF": "本人", "FAMILY": "家族", "NEIGHBOUR": "近隣", "AGENCY": "関係機関", "OTHER": "その他"}
RESULTS = {"REACHED": "達成", "PARTLY": "一部達成", "NOT_REACHED": "未達成"}
ATTENDANCE = {"FIXED": "決まった日", "FLEXIBLE": "気の向いた日"}
SIDES = {"PERSON": "本人", "HOST": "受入先"}
PROGRAMMES = {
    "ELDER_PREVENTION": "地域介護予防活動支援", "LIVING_SUPPORT": "生活支援体制整備", "ACTIVITY_CENTRE": "地域活動支援センター", "CHILD_BASE": "地域子育て支援拠点",
    "MUTUAL_AID": "共助の基盤づくり",
}
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
    "機能": FUNCTIONS, "相談内容": TOPICS, "来談者": VISITORS, "達成度": RESULTS, "参加のしかた": ATTENDANCE, "支援した側": SIDES, "既存事業": PROGRAMMES,
}
UNMAPPED = "分類できないもの"
OF_AGENCIES = ("つなぎ先", "受入先", "機関", "伴走する機関", "主担当")
"""What is divided by agency: named as the registry names it."""


def word(divided: str, code: str, agencies: Mapping[str, str]) -> str:
    """What a part is called; ``agencies``: names by id."""
    if code == "UNMAPPED":
        return UNMAPPED
    return (agencies if divided in OF_AGENCIES else WORDS.get(divided, {})).get(code, code)
