"""What an answer means (判断の説明): what was asked, what decided, what stays and why, and which lawful way is open next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cli.consent import words
from cli.consent.fields import INVALID, MISSING, Unreadable
from cli.consent.lines import JAPAN
from cli.consent.words import word, words_of
from contracts.catalogue import CATALOGUE
from contracts.shared import SENTENCES as REFUSALS
from contracts.shared import RefusalCode
from services.consent.domain.reasons import OPENED_BY, SENTENCES, Reason

CLOSED = "本人の意思または決まりによるもので、こちらから開く方法はありません。本人が考えを変えたときは、新しい同意を記録してください。"
NO_WAY = "この根拠では渡せません。別の根拠（本人の同意など）があるかを確かめてください。"
_SHORT = 12
_SAID_NO = frozenset({Reason.PERSON_REFUSED, Reason.EXCLUDED, Reason.CONSENT_WITHDRAWN, Reason.PROTECTED, Reason.USE_STOPPED})


def explained(answer: Mapping[str, Any]) -> dict[str, Any]:
    """One answer of ``tsunagu consent decide`` in sentences. Raises Unreadable where it is none."""
    if "error" in answer:
        problem = _object(answer, "error")
        return {"id": answer.get("id"), "outcome": "ERROR", "decided": f"この行は読めませんでした（{problem.get('code')} {problem.get('where')}）。"}
    for name in ("outcome", "rule", "basis", "released", "withheld", "reasons", "releases_when"):
        if name not in answer:
            raise Unreadable(MISSING, name)
    try:
        return {
            "id": answer.get("id"), "outcome": answer["outcome"], "asked": _asked(answer), "decided": _decided(answer),
            "released": [f"{_whose(part)}{word(words.CATEGORIES, part['category'])}" for part in answer["released"]],
            "withheld": [f"{_whose(part)}{word(words.CATEGORIES, part['category'])}: {reason(part['reason'])}" for part in answer["withheld"]],
            "why": [reason(code) for code in answer["reasons"]], "opens": list(_opens(answer)),
            "duties": [words.duty(code) for code in answer.get("obligations", ())],
            "not_recorded": [f"{fact['type']}: {_refusal(fact['code'])}" for fact in answer.get("refused_facts", ())],
        }
    except (AttributeError, KeyError, TypeError, OverflowError, ValueError, OSError):
        raise Unreadable(INVALID) from None


def reason(code: str) -> str:
    """Why something stays, in a sentence."""
    return SENTENCES[Reason(code)] if code in Reason.__members__ else code


def text(explanation: Mapping[str, Any]) -> str:
    """An explanation to be read on paper."""
    return "\n".join(_text(explanation))


def _text(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"■ {told['id']}: {word(words.OUTCOMES, told['outcome'])}"
    for title, entry in (("依頼", "asked"), ("判断", "decided")):
        if told.get(entry):
            yield f"  {title}: {told[entry]}"
    for title, entry in (("渡す情報", "released"), ("渡さない情報", "withheld"), ("理由", "why"), ("次にできること", "opens"), ("受け取る側の義務", "duties"),
                         ("記録されなかった事実", "not_recorded")):
        if told.get(entry):
            yield f"  {title}:"
            yield from (f"    - {line}" for line in told[entry])


def _asked(answer: Mapping[str, Any]) -> str:
    asked = answer.get("asked") or {}
    kind = f"（{word(words.KINDS, asked['to_kind'])}）" if asked.get("to_kind") else ""
    known = CATALOGUE.get(event := asked.get("event_type") or "種別の記載なし")
    return (
        f"{_moment(answer.get('at'))}{asked.get('from') or '不明の機関'} から {asked.get('to') or '不明の機関'}{kind} へ、"
        f"「{word(words.PURPOSES, asked.get('purpose') or '')}」のために「{known.title_ja if known else event}」を渡したい。"
        f"主張した根拠は{word(words.BASES, asked.get('basis') or 'C')}。"
    )


def _decided(answer: Mapping[str, Any]) -> str:
    entry = answer["rule"].partition("/")[0]
    rule = f"{answer['rule']} {words.RULES.get(entry) or word(words.BASES, entry)}"
    if answer["outcome"] not in ("PERMIT", "REDACT"):
        return f"{word(words.OUTCOMES, answer['outcome'])}。規則: {rule}。{_until(answer)}"
    consents = answer.get("consents") or [answer["consent"]] if answer.get("consent") else []
    rested = f"（同意 {words_of({}, consents)}）" if consents else ""
    return f"{word(words.OUTCOMES, answer['outcome'])}。根拠: {word(words.BASES, answer['basis'])}{rested}。規則: {rule}。"


def _until(answer: Mapping[str, Any]) -> str:
    deadline = answer.get("deadline")
    return f"{_moment(deadline)}までに開かなければ、不可となり送信元に知らせます。" if answer["outcome"] == "HOLD" and deadline else ""


def _opens(answer: Mapping[str, Any]) -> Iterator[str]:
    """What would let it through; for what is withheld of a release too. Never a way around a no."""
    said_no = not _SAID_NO.isdisjoint(answer["reasons"])
    codes = list(answer["releases_when"])
    if answer["outcome"] == "REDACT":
        codes += [code for part in answer["withheld"] for code in OPENED_BY.get(part["reason"], ())]
    yield from (word(words.OPENS, code) for code in dict.fromkeys(codes))
    if not codes and answer["outcome"] != "PERMIT":
        yield CLOSED if said_no else NO_WAY


def _whose(part: Mapping[str, Any]) -> str:
    person = part["person"] or "不明の人"
    return f"{person if len(person) <= _SHORT else person[:8] + '…'} さんの"


def _refusal(code: str) -> str:
    return REFUSALS[RefusalCode(code)] if code in RefusalCode.__members__ else code


def _object(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if type(answer[name]) is not dict:
        raise Unreadable(INVALID, name)
    return answer[name]


def _moment(at: Any) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(JAPAN).strftime("%Y年%m月%d日 %H:%M ") if type(at) is int else ""
