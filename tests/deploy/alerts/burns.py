"""Proofs of the burn rates in slo.yml: both windows must burn, and there must be enough to judge by."""

from __future__ import annotations

from typing import NamedTuple

from tests.deploy.alerts.proof import PAGE, TICKET, Proof, Scene, rising


class Promise(NamedTuple):
    """A service level: its alert, its histogram with the edge of the promise, and its two texts."""

    alert: str
    metric: str
    edge: str
    summary: str
    what: str
    late: str


class Window(NamedTuple):
    """One pair of windows: minutes of the long and of the short one, share at the edge in percent, least volume, and the texts."""

    label: str
    severity: str
    long: int
    short: int
    edge: float
    volume: int
    named: str
    lasts: str
    every: int
    """Minutes between two samples."""


PROMISES = (
    Promise("DecisionBudgetBurn", "tsunagu_decision_seconds", "0.15", "関門の判定が約束（150ミリ秒）に間に合わない割合が高すぎます", "判定", "150ミリ秒"),
    Promise("StopNoticeBudgetBurn", "tsunagu_stop_notice_seconds", "1.0", "停止の通知が約束（1秒）に間に合わない割合が高すぎます", "停止の通知", "1秒"),
)
WINDOWS = (
    Window("1h", PAGE, 60, 5, 14.4, 100, "1時間", "約2日", 1), Window("6h", PAGE, 360, 30, 6, 100, "6時間", "5日", 2),
    Window("1d", TICKET, 1440, 120, 3, 100, "1日", "10日", 10), Window("3d", TICKET, 4320, 360, 1, 300, "3日", "30日", 30),
)


def _proof(promise: Promise, window: Window) -> Proof:
    length, over = (window.long + 10) // window.every, window.edge + 0.5
    end, short = f"{window.long + 5}m", window.short // window.every
    bucket, count = f'{promise.metric}_bucket{{service="consent",le="{promise.edge}"}}', f'{promise.metric}_count{{service="consent"}}'

    def scene(late: float, each: float = 100.0, says: str = "") -> Scene:
        """So many each time, of which so many percent are late."""
        return Scene(end, {bucket: rising(0, round(each * (1 - late / 100), 6), length), count: rising(0, each, length)}, says, f"{window.every}m")

    enough = (window.volume + 1) * window.every / window.long
    good = round(100 - over, 6)
    ended = {
        bucket: f"{rising(0, good, length)} {rising(good * length, 100, short + 5)}",
        count: f"{rising(0, 100, length)} {rising(100 * length, 100, short + 5)}",
    }
    anew = {key: f"{rising(0, 100, length - 20)} {rising(0, 100, 20)}" for key in (bucket, count)}
    says = f"直近{window.named}の{promise.what}のうち {over:g}% が{promise.late}を超えました。この速さでは30日分の余裕を{window.lasts}で使い切ります。"
    return Proof(
        alert=promise.alert, severity=window.severity, audience="operator", labels={"service": "consent", "window": window.label}, summary=promise.summary,
        evaluated=f"{window.every}m",
        fires=(scene(over, says=says), scene(over, enough, says)),
        below=(scene(window.edge - 0.1), scene(100, (window.volume - 1) * window.every / window.long)),
        missing=(Scene(end, {}), scene(0, 0)),
        reset=(Scene(end, anew, every=f"{window.every}m"),),
        resolves=(Scene(f"{(length + short + 2) * window.every}m", ended, every=f"{window.every}m"),),
    )


PROOFS = tuple(_proof(promise, window) for promise in PROMISES for window in WINDOWS)
