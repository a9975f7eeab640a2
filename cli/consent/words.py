"""Codes in plain Japanese (符号の読み方). A code that is not here, as one of another pack, is shown as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

OUTCOMES = {"PERMIT": "渡せます（可）", "REDACT": "一部だけ渡せます（一部可）", "HOLD": "保留です。まだ何も渡していません", "DENY": "渡せません（不可）"}
DELIVERED = {"PERMIT": "渡しました（可）", "REDACT": "一部だけ渡しました（一部可）"}
"""Of what has arrived."""
STOP_ANSWERS = {"STOPPED": "使用を止めた", "KEPT": "別の根拠で保管している", "DELETED": "削除した"}
"""What whoever was told to stop has answered."""
PURPOSES = {
    "CONSULTATION": "相談支援", "COORDINATION": "多機関協働", "OUTREACH": "アウトリーチ", "PARTICIPATION": "参加支援", "COMMUNITY": "地域づくり",
    "SUPPORT_CONFERENCE": "支援会議", "EMERGENCY": "緊急の対応", "STATUTORY_WORK": "法令にもとづく事務", "TAX_COLLECTION": "税の徴収",
    "STATISTICS": "統計", "NOTICE": "連絡", "": "利用目的の記載なし",
}
CATEGORIES = {
    "BASIC": "基本情報", "ADDRESS": "住所", "CONTACT": "連絡先", "HOUSEHOLD": "世帯", "HEALTH": "健康", "SCHOOLING": "就学", "ECONOMIC": "経済状況",
    "WELFARE_USE": "福祉サービスの利用", "LIFE_HISTORY": "生活歴", "PARTICIPATION": "参加の状況", "CONSIDERATION": "配慮事項", "ABUSE": "虐待",
    "DANGER": "危険", "REPORTER": "通報者", "": "区分の記載なし",
}
KINDS = {
    "ELDER": "高齢", "DISABILITY": "障害", "CHILD": "子ども", "POVERTY": "生活困窮", "COORDINATOR": "多機関協働", "OUTREACH": "アウトリーチ",
    "PARTICIPATION": "参加支援", "WORKSHOP": "受入先", "COMMUNITY": "地域づくり", "ENVIRONMENT": "環境", "MUNICIPALITY": "市町村", "TAX": "税",
    "PREFECTURE": "都道府県", "POLICE": "警察", "CHILD_GUIDANCE": "児童相談所", "COMMISSIONER": "民生委員", "SCHOOL": "学校",
}
BASES = {
    "NONE": "根拠なし", "B0": "個人情報なし", "C": "本人の同意", "K": "委託・利用目的内", "G": "相当の理由", "L": "法令", "V": "生命・身体・財産の保護",
    "W": "児童の健全育成", "M": "支援会議（社会福祉法106条の6）", "P": "本人への提供",
}
ROLES = {
    "CASEWORKER": "支援の担当者", "MUNICIPALITY": "市町村の担当", "PREFECTURE": "都道府県の担当", "PRIVACY_DESK": "個人情報の窓口", "AUDITOR": "監査",
    "OPERATOR": "システムの運用",
}
"""In which role somebody reads (閲覧者の役割)."""
READ_REASONS = {
    "SUPPORT": "支援のため", "RIGHTS_REQUEST": "本人の請求に応えるため", "SUPERVISION": "指導・監督のため", "AUDIT": "監査のため",
    "OPERATION": "システムの運用のため", "INCIDENT": "事故の調査のため",
}
RESOURCES = {"cases.text": "事例の記録", "persons.ledger": "提供記録"}
"""What can be read (見たもの)."""
STATES = {
    "REQUESTED": "本人に依頼中（返事はまだない）", "AWAITED": "確認待ち", "GIVEN": "同意あり", "REFUSED": "拒否", "NARROWED": "範囲を狭めて継続",
    "EXTENDED": "延長して継続", "PAUSED": "一時停止中", "REPLACED": "新しい同意に置き換え", "WITHDRAWN": "撤回", "EXPIRED": "期間満了",
    "LAPSED": "確認されず失効", "INVALIDATED": "無効",
}
"""How a consent stands (同意の状態)."""
OPENS = {
    "CONSENT_OF_PERSON": "本人に説明し、この提供先・利用目的・情報の区分を含む同意を記録する。", "CONSENT_RESUMED": "本人が同意を再開するのを待つ（再開が記録されると自動で判断し直す）。",
    "CONSENT_CONFIRMED": "提供先でも記録者でもない機関、または自治体に、本人に確かめて「同意の確認」を記録するよう頼む。", "CONSENT_PERIOD_BEGINS": "同意の開始日を待つ（その日に自動で判断し直す）。",
    "SUPPORT_CONFERENCE": "本人の同意が得られないときは、市町村に支援会議（社会福祉法106条の6）の開催を相談し、そこで求められた項目として出す。",
    "POLICY_ACTIVATED": "規則集の適用を確かめるよう、市町村の担当に連絡する。", "PART_IN_CASE": "提供先がこの事例に関わることを先に記録する。",
    "MUNICIPAL_POLICY": "亡くなった方の情報の扱いを、市町村の担当に確かめる。", "CODE_MAPPED": "利用目的と情報の区分を、規則集の一覧にあるものに直して送り直す。",
    "CONTRACT_REGISTERED": "委託契約の期間を登録するよう、市町村に確かめる。", "DANGER_STATED": "疑われる虐待や危険の内容を記録して、送り直す。",
    "MINOR_NOTED": "年齢を確かめ、未成年であることを事例に記録する。", "ACCESS_GRANTED": "開示請求、本人確認、開示の決定を記録する。",
    "AGENCY_REGISTERED": "引き継いだ機関と送受信するか、機関を改めて登録するよう市町村に確かめる。",
    "EMERGENCY_RIGHT": "緊急の提供の権限がある機関に頼むか、警察・消防・市町村に直接知らせる。",
}
OBLIGATIONS = {
    "PURPOSE_ONLY": "決めた目的だけに使う", "NO_ONWARD_GIVING": "ほかに渡さない", "RETURN_OR_DESTROY": "用が済んだら返すか廃棄する", "REPORT_BREACH": "漏れたらすぐ報告する",
    "TELL_THE_PERSON": "提供したことを本人に知らせる",
}
RULES = {
    "R1": "原則不可", "R2": "本人の同意", "R8": "支援措置", "R9": "支援会議", "R12": "利用停止", "R14": "亡くなった方", "R16": "判断できないとき", "B0": "個人情報なし",
    "K": "委託・利用目的内", "V": "生命・身体・財産の保護",
}


_HOURS = re.compile("USE_WITHIN_([0-9]+)_HOURS")


def word(words: Mapping[str, str], code: str) -> str:
    """What a code is called."""
    return words.get(code, code)


def words_of(words: Mapping[str, str], codes: Iterable[str]) -> str:
    """What several codes are called."""
    return "、".join(word(words, code) for code in codes)


def duty(code: str) -> str:
    """What a recipient owes."""
    name, _, day = code.partition(":")
    if hours := _HOURS.fullmatch(name):
        return f"{hours[1]} 時間を過ぎたら使わない"
    return f"{day} までに返すか廃棄する" if name == "KEEP_UNTIL" else word(OBLIGATIONS, name)
