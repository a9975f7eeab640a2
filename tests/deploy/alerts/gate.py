"""Proofs of gate.yml: what may cross crosses in time, what must stop stops."""

from __future__ import annotations

from tests.deploy.alerts.proof import PAGE, TICKET, Proof, Scene, flat, gap, rising

_HELD = 'tsunagu_held_oldest_age_seconds{service="consent",to_agency="elder"}'
_OTHER = 'tsunagu_held_oldest_age_seconds{service="consent",to_agency="child"}'
_DENY = 'tsunagu_decisions_total{service="consent",outcome="DENY",reason="NO_CONSENT"}'
_PERMIT = 'tsunagu_decisions_total{service="consent",outcome="PERMIT",reason="NONE"}'
_IN = 'tsunagu_consumed_total{service="consent",worker="consent"}'
_COURIER = 'tsunagu_consumed_total{service="consent",worker="courier"}'
_DAY = 86_400
_LEFT = 'tsunagu_erasure_deadline_seconds{service="consent"}'
_OVERDUE = 'tsunagu_erasure_overdue{service="consent"}'
_GATE = {"service": "consent"}
_WEEK = 2016
"""Samples of five minutes in a week."""


def _held(severity: str, audience: str, edge: int, long: str) -> Proof:
    says = f"いちばん古い保留は {long} 前からです。相手の機関はまだ何も知らされていません。"
    return Proof(
        alert="HeldAgeing", severity=severity, audience=audience, labels={"to_agency": "elder"}, summary={
            TICKET: "elder への提供が4時間より長く保留されています", PAGE: "elder への提供が1日より長く保留されています"}[severity],
        fires=(Scene("5m", {_HELD: flat(edge + 60, 9), _OTHER: flat(10, 9)}, says),),
        below=(Scene("5m", {_HELD: flat(edge, 9)}),),
        missing=(Scene("5m", {}),),
        reset=(Scene("9m", {_HELD: f"{flat(edge + 60, 3)} {gap(5)} {flat(edge, 9)}"}),),
        resolves=(Scene("8m", {_HELD: f"{flat(edge + 60, 5)} {flat(0, 9)}"}),),
    )


def _days(deny: str, permit: str, says: str = "", at: str = "10090m") -> Scene:
    return Scene(at, {_DENY: deny, _PERMIT: permit}, says, every="5m")


_SPIKE = "直近30分の判定のうち {share} が「提供しない」です。規則集や届出の誤りで、必要な人に届いていないおそれがあります。"
_N = _WEEK + 12
SPIKE = Proof(
    alert="DenialSpike", severity=TICKET, audience="privacy", labels=_GATE, summary="提供しないという判定が、先週の同じ時間の3倍を超えました", evaluated="5m",
    fires=(
        _days(f"{rising(0, 1, _N - 24)} {rising(_N, 5, 36)}", f"{rising(0, 9, _N - 24)} {rising(9 * _N, 5, 36)}", _SPIKE.format(share="50%")),  # 10 % a week ago
        Scene("40m", {_DENY: rising(0, 7, 60), _PERMIT: rising(0, 3, 60)}, _SPIKE.format(share="70%")),  # no week ago: one in five is assumed
    ),
    below=(
        _days(f"{rising(0, 1, _N - 24)} {rising(_N, 3, 36)}", f"{rising(0, 9, _N - 24)} {rising(9 * _N, 7, 36)}"),  # 30 % after 10 %
        Scene("40m", {_DENY: rising(0, 6, 60), _PERMIT: rising(0, 4, 60)}),  # 60 %, unknown before
        Scene("40m", {_DENY: rising(0, 0.6, 60), _PERMIT: flat(0, 60)}),  # all denied, but fewer than 20
    ),
    missing=(Scene("40m", {}), Scene("40m", {_PERMIT: rising(0, 5, 60)})),
    reset=(Scene("40m", {_DENY: f"{rising(900, 1, 20)} {rising(0, 1, 30)}", _PERMIT: f"{rising(9000, 9, 20)} {rising(0, 9, 30)}"}),),
    resolves=(Scene("90m", {_DENY: f"{rising(0, 8, 40)} {flat(312, 60)}", _PERMIT: rising(0, 2, 100)}),),
)
_NONE = "受け取りは直近5分に 15 件ありますが、10分以上、判定は0件です。どの機関にも何も届いていません。"
FLAT = Proof(
    alert="DenialFlat", severity=PAGE, audience="operator", labels=_GATE, summary="関門が何も判定していません",
    fires=(
        Scene("20m", {_IN: rising(0, 3, 30), _PERMIT: flat(7, 30)}, _NONE),
        Scene("20m", {_IN: rising(0, 3, 30)}, _NONE),  # no such counter
    ),
    below=(
        Scene("20m", {_IN: rising(0, 1.9, 30), _PERMIT: flat(7, 30)}),  # nine in five minutes: consents and reminders may be no requests
        Scene("20m", {_IN: rising(0, 3, 30), _PERMIT: f"{flat(7, 15)} {flat(8, 15)}"}),  # one decision
        Scene("20m", {_IN: f"{flat(0, 9)} {flat(500, 30)}", _PERMIT: flat(7, 30)}),  # a long list, entered at once
    ),
    missing=(Scene("20m", {_PERMIT: flat(7, 30)}), Scene("20m", {_COURIER: rising(0, 30, 30)})),
    reset=(Scene("20m", {_IN: f"{rising(900, 3, 15)} {rising(0, 3, 15)}", _PERMIT: f"{rising(900, 1, 15)} {rising(0, 1, 15)}"}),),
    resolves=(Scene("24m", {_IN: rising(0, 3, 40), _PERMIT: f"{flat(7, 20)} {rising(8, 1, 10)}"}),),
)


def _latencies(metric: str, within: dict[str, str], count: str) -> dict[str, str]:
    buckets = {f'{metric}_bucket{{service="consent",le="{edge}"}}': values for edge, values in {**within, "+Inf": count}.items()}
    return {**buckets, f'{metric}_count{{service="consent"}}': count}


def _decided(fast: float, all: float, samples: int = 60, before: str = "") -> dict[str, str]:
    """So many a minute; ``fast`` of them within 2 s, the others within 5 s."""
    quick, every = f"{before} {rising(0, fast, samples)}".strip(), f"{before} {rising(0, all, samples)}".strip()
    return _latencies("tsunagu_decision_seconds", {"0.15": quick, "2.0": quick, "5.0": every}, every)


P99 = Proof(
    alert="DecisionP99", severity=TICKET, audience="operator", labels=_GATE, summary="関門の判定が遅くなっています",
    fires=(Scene("45m", _decided(9, 10), "100件に1件は 4.7s より長くかかっています（約束は150ミリ秒）。"),),
    below=(
        Scene("45m", _decided(9.9, 10)),  # 99 of 100 within 2 s
        Scene("45m", _decided(0, 3.2)),  # all slow, but 48 in 15 minutes
        Scene("18m", _decided(9, 10)),  # not yet for 15 minutes
    ),
    missing=(Scene("45m", {}),),
    reset=(Scene("45m", _decided(10, 10, 40, before=rising(5000, 10, 30))),),
    resolves=(Scene("55m", {key: f"{values} {rising(600, 10, 40)}" for key, values in _decided(9, 10, 20).items()}),),
)


def _stops(severity: str, audience: str, edge: str, late: str, text: str) -> Proof:
    def notices(in_time: str, count: str) -> dict[str, str]:
        edges = {"1.0": in_time if edge == "1.0" else flat(0, 40), "60.0": in_time}
        return _latencies("tsunagu_stop_notice_seconds", edges, count)

    says = "直近15分に {many} 件です。その間に、撤回された情報が使われたかもしれません。"
    return Proof(
        alert="StopNoticeLate", severity=severity, audience=audience, labels=_GATE, summary=f"同意の撤回のあと、停止の通知が{text}に間に合いませんでした",
        fires=(Scene("20m", notices(flat(3, 40), f"{flat(3, 12)} {flat(5, 28)}"), says.format(many="2")),),
        below=(Scene("20m", notices(f"{flat(3, 12)} {flat(5, 28)}", f"{flat(3, 12)} {flat(5, 28)}")),),  # both in time
        missing=(Scene("20m", {}),),
        reset=(Scene("20m", notices(f"{flat(3, 12)} {flat(1, 28)}", f"{flat(4, 12)} {flat(1, 28)}")),),  # an old late one is not counted again
        resolves=(Scene("30m", notices(flat(3, 40), f"{flat(3, 10)} {flat(5, 30)}")),),
    )


ERASURE = (
    Proof(
        alert="ErasureBacklog", severity=TICKET, audience="privacy", labels=_GATE, summary="利用停止・消去の請求への回答の期限が近づいています",
        fires=(Scene("5m", {_LEFT: flat(6 * _DAY, 9)}, "まだ決定していない請求の、いちばん近い期限まで 6 日です。"),),
        below=(Scene("5m", {_LEFT: flat(7 * _DAY, 9)}),),
        missing=(Scene("5m", {}),),
        reset=(Scene("8m", {_LEFT: f"{flat(6 * _DAY, 3)} {gap(3)} {flat(366 * _DAY, 9)}"}),),
        resolves=(Scene("8m", {_LEFT: f"{flat(6 * _DAY, 5)} {flat(366 * _DAY, 9)}"}),),
    ),
    Proof(
        alert="ErasureBacklog", severity=PAGE, audience="privacy", labels=_GATE, summary="利用停止・消去の請求に、期限までに答えていません",
        fires=(Scene("5m", {_OVERDUE: flat(2, 9)}, "2 件です。決定の期限を過ぎても、本人に答えていません。"),),
        below=(Scene("5m", {_OVERDUE: flat(0, 9), _LEFT: flat(0, 9)}),),  # today is the last day
        missing=(Scene("5m", {}),),
        reset=(Scene("8m", {_OVERDUE: f"{flat(2, 3)} {gap(3)} {flat(0, 9)}"}),),
        resolves=(Scene("8m", {_OVERDUE: f"{flat(2, 5)} {flat(0, 9)}"}),),
    ),
)
PROOFS = (
    _held(TICKET, "municipality", 14_400, "4h 1m 0s"), _held(PAGE, "privacy", 86_400, "1d 0h 1m 0s"), SPIKE, FLAT, P99,
    _stops(TICKET, "privacy", "1.0", "1", "1秒"), _stops(PAGE, "operator", "60.0", "60", "60秒"), *ERASURE,
)
