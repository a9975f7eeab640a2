"""Which lawful way is open next (次にできること), in the order in which a caseworker tries them; where there is none, that is said, and why.

Never a way around a no: what a person has refused is not asked for again from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from cli.consent import words
from cli.consent.words import word, words_of
from contracts.shared import Basis
from services.consent.domain.entries import Precondition, Way
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reasons import OPENED_BY, Reason

_R = Reason


class Kind(IntEnum):
    """What kind of way it is; lower ones are tried first."""

    NONE, ASK, MEND, BASIS, CONFERENCE, WAIT, PHONE = range(7)


class Next(NamedTuple):
    """One way, in a sentence."""

    kind: Kind
    says: str


CLOSED = "本人の意思または決まりによるもので、こちらから開く方法はありません。本人が考えを変えたときは、新しい同意を記録してください。"
OPENS: Mapping[str, Next] = {
    "CONSENT_OF_PERSON": Next(Kind.ASK, words.OPENS["CONSENT_OF_PERSON"]),
    "SUPPORT_CONFERENCE": Next(Kind.CONFERENCE, words.OPENS["SUPPORT_CONFERENCE"]),
    "CONSENT_PERIOD_BEGINS": Next(Kind.WAIT, words.OPENS["CONSENT_PERIOD_BEGINS"]),
    **{code: Next(Kind.PHONE, words.OPENS[code]) for code in ("POLICY_ACTIVATED", "MUNICIPAL_POLICY", "CONTRACT_REGISTERED", "EMERGENCY_RIGHT")},
    "PERSON_SAID_NO": Next(Kind.NONE, CLOSED),
    "DANGER_ALONE": Next(Kind.BASIS, "命や身体の危険、虐待の疑いがあるときだけは、本人の意思によらず、通告（根拠 L）または緊急の提供（根拠 V）ができる。"),
    "PROTECTION_LASTS": Next(Kind.NONE, "支援措置が続く間、居どころにつながる情報をこの提供先に渡す方法はありません。被害を防ぐための決まりです。"),
    "WITHOUT_THE_PROTECTED": Next(Kind.MEND, "居どころにつながる区分（住所、連絡先、世帯、就学、参加の状況）を除いて送り直す。残りは改めて判断される。"),
    "SEND_AGAIN": Next(Kind.MEND, "まだ必要であれば、足りないものを整えてから送り直す。新しい依頼として判断される。"),
    "SEGMENT_NAMED": Next(Kind.MEND, "この事例について今開かれている会議の区分を招集者に確かめ、その番号を付けて送り直す。"),
    "LISTED": Next(Kind.CONFERENCE, "会議で共有する必要があるときは、構成員の名簿に加えるよう招集者（市町村）に求める。"),
    "ASKED_FOR": Next(Kind.CONFERENCE, "会議に必要な項目であれば、会議の中でその項目を求めるよう招集者に伝える。求められてから出す。"),
    "WITHIN_CEILING": Next(Kind.MEND, "この根拠で渡せる区分だけにして送り直す。ほかの区分は、本人の同意を得て別に送る。"),
    "RIGHT_RECIPIENT": Next(Kind.MEND, "この根拠で受け取れる種別の機関（担当の機関）に宛てて送り直す。"),
    "RIGHT_SENDER": Next(Kind.PHONE, "この根拠を使える機関（市町村など）に電話し、そちらから提供するかを相談する。"),
    "REGISTERED": Next(Kind.PHONE, "提供先の名前を確かめて送り直す。正しければ、機関の登録を市町村の担当に確かめる。"),
    "WITHOUT_PERSON": Next(Kind.MEND, "個人に関わる内容を除いて、符号だけの連絡として送り直す。"),
    "LABELLED": Next(Kind.MEND, "それぞれの部分に、誰の何の情報か（本人と区分）を書き添えて送り直す。"),
    "PURPOSE_STATED": Next(Kind.MEND, "利用目的を示して送り直す。"),
    "PURPOSE_OF_THE_BASIS": Next(Kind.MEND, "実際にこの根拠で認められた利用目的であるときは、その目的を示して依頼し直す。"),
    "TYPE_OF_THE_BASIS": Next(Kind.MEND, "この根拠で提供できる種別の記録として出せるかを確かめて、送り直す。"),
    "APPEAL": Next(Kind.NONE, "決定で開示しないとされたため、この決定のままで渡す方法はありません。本人は審査請求ができることを、窓口で案内してください。"),
    "REPORTER_KEPT": Next(Kind.NONE, "知らせた人を守る決まりのため、知らせた人が分かる情報を渡す方法はありません。ほかの区分だけで送ってください。"),
}
"""Codes of what is open: those of ``services.consent.domain.reasons.OPENED_BY``, and what else a caseworker can do."""
MORE: Mapping[str, tuple[str, ...]] = {
    _R.PERSON_REFUSED: ("PERSON_SAID_NO", "DANGER_ALONE"), _R.CONSENT_WITHDRAWN: ("PERSON_SAID_NO", "DANGER_ALONE"),
    _R.EXCLUDED: ("PERSON_SAID_NO", "DANGER_ALONE"), _R.USE_STOPPED: ("PERSON_SAID_NO", "DANGER_ALONE"), _R.PROTECTED: ("PROTECTION_LASTS", "WITHOUT_THE_PROTECTED"),
    _R.NO_BASIS: ("CONSENT_OF_PERSON",), _R.HOLD_EXPIRED: ("CONSENT_OF_PERSON", "SEND_AGAIN"), _R.ARRIVED_BEFORE: ("SEND_AGAIN",), _R.SEGMENT_UNKNOWN: ("SEGMENT_NAMED",),
    _R.SEGMENT_CLOSED: ("CONSENT_OF_PERSON",), _R.CONVENER_KIND: ("CONSENT_OF_PERSON",), _R.NOT_LISTED: ("LISTED", "CONSENT_OF_PERSON"),
    _R.NOT_ASKED: ("ASKED_FOR", "CONSENT_OF_PERSON"), _R.OVER_CEILING: ("WITHIN_CEILING", "CONSENT_OF_PERSON"),
    _R.TYPE_NOT_COVERED: ("TYPE_OF_THE_BASIS", "CONSENT_OF_PERSON"), _R.BASIS_NOT_AVAILABLE: ("CONSENT_OF_PERSON",),
    _R.RECIPIENT_UNKNOWN: ("REGISTERED",), _R.RECIPIENT_KIND: ("RIGHT_RECIPIENT",), _R.SENDER_KIND: ("RIGHT_SENDER",),
    _R.PURPOSE_NOT_COVERED: ("PURPOSE_OF_THE_BASIS",), _R.PERSON_NAMED: ("WITHOUT_PERSON", "CONSENT_OF_PERSON"),
    _R.UNLABELLED: ("LABELLED",), _R.PURPOSE_MISSING: ("PURPOSE_STATED",), _R.KEPT_BY_DECISION: ("APPEAL",), _R.REPORTER_SECRET: ("REPORTER_KEPT",),
    _R.ESSENTIAL_WITHHELD: ("SEND_AGAIN",), _R.NOT_THE_DESK: ("RIGHT_RECIPIENT",),
}
"""What is open beside ``OPENED_BY``, by reason."""
REQUIRED: Mapping[Precondition, str] = {
    Precondition.EMERGENCY_RIGHT: "送る機関に緊急の提供の権限が登録されていること", Precondition.CONTRACT_RUNS: "自治体との委託契約の期間が登録され、その期間中であること",
    Precondition.DANGER_STATED: "疑われる虐待や危険の内容が記録されていること", Precondition.MINOR_NOTED: "本人が未成年であることが事例に記録されていること",
    Precondition.ACCESS_GRANTED: "開示の決定が記録されていること", Precondition.DECIDING_DESK: "提供先が、その請求に答えるこの自治体の窓口であること",
    Precondition.SAME_MUNICIPALITY: "送る機関も提供先もこの自治体の機関であること", Precondition.NOT_REFUSED: "本人が提供を断っていないこと",
}
_SAID_NO = frozenset({_R.PERSON_REFUSED, _R.EXCLUDED, _R.CONSENT_WITHDRAWN, _R.USE_STOPPED})
_PRESSING = (Kind.ASK, Kind.BASIS, Kind.CONFERENCE)
_ALWAYS = "DANGER_ALONE"
_OF_ITS_OWN = frozenset((Basis.NONE, Basis.B0, Basis.C, Basis.M, Basis.P))
"""Bases that are no other way of sending the same: the person's own, or another channel."""
NO_WAY = Next(Kind.NONE, "この依頼のままで渡せる方法はありません。条件を満たす根拠が一つもないためです。")
MUNICIPALITY = "MUNICIPALITY"


def following(
    reasons: Iterable[str], releases_when: Iterable[str], others: Iterable[Next] = (), phone: Iterable[str] = (), wait: Iterable[str] = (),
) -> list[Next]:
    """The ways that are open after these reasons, the first to be tried first. ``others``: other bases; ``phone``: whom; ``wait``: until when."""
    reasons = list(reasons)
    codes = [*releases_when, *(code for reason in reasons for code in (*OPENED_BY.get(reason, ()), *MORE.get(reason, ())))]
    found = [OPENS.get(code) or Next(Kind.MEND, word(words.OPENS, code)) for code in dict.fromkeys(codes)]
    if not _SAID_NO.isdisjoint(reasons):
        found = [each for each in found if each.kind not in _PRESSING or each is OPENS[_ALWAYS]]
    elif _R.PROTECTED not in reasons:
        found += others
    found += [Next(Kind.WAIT, says) for says in wait]
    ordered = sorted(dict.fromkeys(found or [NO_WAY]), key=lambda each: each.kind)
    return [*ordered, Next(Kind.PHONE, f"迷うときや急ぐときは、市町村の担当{_named(phone)}に電話で相談する。")]


def other_bases(pack: PolicyPack | None, asked: Mapping[str, Any], categories: Iterable[str]) -> Iterator[Next]:
    """Other bases that the pack has for such an event to such a recipient, each with what it still requires."""
    for basis, rule in () if pack is None else pack.bases.items():
        if basis not in _OF_ITS_OWN and basis != asked.get("basis"):
            for name, way in rule.ways.items():
                if _fits(way, asked) and (open_to_it := [each for each in categories if way.ceiling is None or each in way.ceiling]):
                    needs = "、".join(REQUIRED.get(each, each) for each in way.requires) or "その根拠の要件に当たること"
                    yield Next(Kind.BASIS, f"根拠 {basis}（{word(words.BASES, basis)}、{way.statute or name}）: {needs}。"
                                           f"渡せるのは{words_of(words.CATEGORIES, dict.fromkeys(open_to_it))}まで。")


def _fits(way: Way, asked: Mapping[str, Any]) -> bool:
    """Whether the lists of a way cover the request; a list that it does not have covers any."""
    if Precondition.CONTRACT_RUNS in way.requires and [asked.get("from_kind"), asked.get("to_kind")].count(MUNICIPALITY) != 1:
        return False  # between two others there is no such contract to look for
    pairs = ((way.sender_kinds, "from_kind"), (way.recipient_kinds, "to_kind"), (way.types, "event_type"), (way.purposes, "purpose"))
    return all(not listed or asked.get(name) in listed for listed, name in pairs)


def _named(agencies: Iterable[str]) -> str:
    names = "、".join(agencies)
    return f"（{names}）" if names else ""
