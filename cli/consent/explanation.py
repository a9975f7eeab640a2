"""What an answer means (判断の説明): what was asked, what decided, what stays and why, and which lawful way is open next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cli.consent import ways, words
from cli.consent.fields import INVALID, MISSING, Unreadable
from cli.consent.lines import JAPAN
from cli.consent.words import word, words_of
from contracts.catalogue import CATALOGUE
from contracts.shared import SENTENCES as REFUSALS
from contracts.shared import RefusalCode
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reasons import SENTENCES, Reason

_SHORT = 12
_REPORTER = "REPORTER"
_NEXT = "次にできること（この順に）"
_NO_PACKS: Mapping[str, PolicyPack] = {}


def explained(answer: Mapping[str, Any], packs: Mapping[str, PolicyPack] = _NO_PACKS) -> dict[str, Any]:
    """One answer of ``tsunagu consent decide`` in sentences; ``packs`` by hash say which other bases there are. Raises Unreadable where it is none.

    A decision of the running system has beside it: ``history`` (what came of it, in sentences), ``delivered``, ``now`` (what of it a desk must know
    first), ``phone`` (whom to ask), ``begins`` (days).
    """
    if "error" in answer:
        problem = _object(answer, "error")
        return _unread(answer.get("id"), problem.get("line"), f"この行は読めませんでした（{problem.get('code')} {problem.get('where')}）。")
    for name in ("outcome", "rule", "basis", "released", "withheld", "reasons", "releases_when"):
        if name not in answer:
            raise Unreadable(MISSING, name)
    try:
        return {
            "id": answer.get("id"), "outcome": answer["outcome"], "says": _says(answer), "now": answer.get("now", ""), "asked": _asked(answer), "decided": _decided(answer),
            "released": [f"{_whose(part)}{word(words.CATEGORIES, part['category'])}" for part in answer["released"]],
            "withheld": [f"{_whose(part)}{word(words.CATEGORIES, part['category'])}: {reason(part['reason'])}" for part in answer["withheld"]],
            "why": [reason(code) for code in answer["reasons"]], "opens": [each.says for each in _opens(answer, packs.get(answer.get("policy") or ""))],
            "states": [f"同意 {name}: {word(words.STATES, state)}" for name, state in sorted(answer.get("states", {}).items())],
            "duties": [words.duty(code) for code in answer.get("obligations", ())],
            "history": list(answer.get("history", ())),
            "not_recorded": [f"{fact['type']}: {_refusal(fact['code'])}" for fact in answer.get("refused_facts", ())],
        }
    except (AttributeError, KeyError, TypeError, OverflowError, ValueError, OSError):
        raise Unreadable(INVALID) from None


def no_answer(identity: str | int | None, line: int, problem: Unreadable) -> dict[str, Any]:
    """What is said of a line that is no answer; its neighbours are explained."""
    return _unread(identity, line, f"この行は tsunagu consent decide の答えではありません（{str(problem).strip()}）。")


def _unread(identity: Any, line: Any, sentence: str) -> dict[str, Any]:
    found = {"id": identity, "outcome": "ERROR", "says": "読めません", "decided": sentence}
    return found if identity is not None else {**found, "line": line}


def reason(code: str) -> str:
    """Why something stays, in a sentence."""
    return SENTENCES[Reason(code)] if code in Reason.__members__ else code


def text(explanation: Mapping[str, Any]) -> str:
    """An explanation to be read on paper."""
    return "\n".join(_text(explanation))


def _text(told: Mapping[str, Any]) -> Iterator[str]:
    name = told["id"] if told["id"] is not None else f"{told['line']} 行目" if told.get("line") else "番号のない行"
    yield f"■ {name}: {told.get('says', told['outcome'])}" + (f"。{told['now']}" if told.get("now") else "")
    for title, entry in (("依頼", "asked"), ("判断", "decided")):
        if told.get(entry):
            yield f"  {title}: {told[entry]}"
    for title, entry in (("渡す情報", "released"), ("渡さない情報", "withheld"), ("理由", "why"), ("同意の状態", "states"), (_NEXT, "opens"),
                         ("受け取る側の義務", "duties"), ("これまでの経過", "history"), ("記録されなかった事実", "not_recorded")):
        if told.get(entry):
            yield f"  {title}:"
            yield from (f"    {f'{number}.' if title is _NEXT else '-'} {line}" for number, line in enumerate(told[entry], start=1))


def _says(answer: Mapping[str, Any]) -> str:
    """The outcome; of what has arrived it is no longer asked whether it may be given."""
    known = {**words.OUTCOMES, **words.DELIVERED} if answer.get("delivered") else words.OUTCOMES
    return word(known, answer["outcome"])


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
        return f"{_says(answer)}。規則: {rule}。{_until(answer)}"
    consents = answer.get("consents") or [answer["consent"]] if answer.get("consent") else []
    rested = f"（同意 {words_of({}, consents)}）" if consents else ""
    return f"{_says(answer)}。根拠: {word(words.BASES, answer['basis'])}{rested}。規則: {rule}。"


def _until(answer: Mapping[str, Any]) -> str:
    deadline = answer.get("deadline")
    return f"{_moment(deadline)}までに開かなければ、不可となり送信元に知らせます。" if answer["outcome"] == "HOLD" and deadline else ""


def _opens(answer: Mapping[str, Any], pack: PolicyPack | None) -> list[ways.Next]:
    """What would let it through; for what is withheld of a release too. Where all is given, or was, nothing is left to do."""
    if answer["outcome"] == "PERMIT":
        return []
    stays = [part["category"] for part in answer["withheld"]]
    reasons = dict.fromkeys([*answer["reasons"], *(part["reason"] for part in answer["withheld"])])
    others = ways.other_bases(pack, answer.get("asked") or {}, stays)
    begins = [f"{day} に始まる同意がある。その日に自動で判断し直す。" for day in answer.get("begins", ())]
    waits = f"待つ: {_until(answer)}" if _until(answer) else ""
    return ways.following(reasons, answer["releases_when"], others, answer.get("phone", ()), (*begins, *filter(None, (waits,))))


def _whose(part: Mapping[str, Any]) -> str:
    """Of whoever reported not even the pseudonym is shown."""
    if part["category"] == _REPORTER:
        return ""
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
