"""Proofs of flow.yml: what agencies send gets on its way."""

from __future__ import annotations

from tests.deploy.alerts.proof import PAGE, TICKET, Proof, Scene, flat, gap, rising

_LAG = 'tsunagu_consumer_lag_seconds{service="observer",group_service="consent",worker="courier"}'
_AGE = 'tsunagu_commit_age_seconds{service="observer",group_service="consent",worker="courier"}'
_OTHER_AGE = 'tsunagu_commit_age_seconds{service="observer",group_service="intake",worker="intake"}'
_LIVE = 'tsunagu_commit_age_seconds{service="observer",group_service="reporting",worker="live"}'
_ROUND = 'tsunagu_observer_last_round_timestamp_seconds{service="observer"}'
_COURIER = {"service": "consent", "worker": "courier"}

LAG = Proof(
    alert="LagSeconds", severity=PAGE, audience="operator", labels=_COURIER, summary="consent（courier）の処理が遅れ、差が広がっています",
    fires=(Scene("25m", {_LAG: rising(0, 30, 40)}, "いちばん古い未処理の記録は 12m 30s 前のものです。連絡はその分だけ遅れて支援機関に届きます。"),),
    below=(
        Scene("40m", {_LAG: rising(0, 3, 41)}),  # 120 s at the end, and rising
        Scene("40m", {_LAG: flat(600, 41)}),  # late, but not later and later
        Scene("10m", {_LAG: rising(0, 30, 11)}),  # not yet for ten minutes
    ),
    missing=(Scene("25m", {}),),
    reset=(Scene("25m", {_LAG: f"{rising(0, 30, 20)} {rising(0, 3, 10)}"}),),  # the worker has begun anew and keeps up
    resolves=(Scene("45m", {_LAG: f"{rising(0, 30, 30)} {rising(900, -30, 20)}"}),),
)
STUCK = Proof(
    alert="ConsumerStuck", severity=PAGE, audience="operator", labels=_COURIER, summary="consent（courier）の一部が止まっています",
    fires=(Scene("10m", {_AGE: rising(0, 60, 20), _OTHER_AGE: flat(0, 20)},
                 "待っている記録があるのに 10m 0s 進んでいない区画があります。その区画の人に関する連絡だけが届いていません。"),),
    below=(Scene("10m", {_AGE: flat(300, 20), _LIVE: rising(0, 60, 20)}),),  # what projects is ProjectionStale's
    missing=(Scene("10m", {}),),
    reset=(Scene("10m", {_AGE: f"{rising(0, 60, 5)} {rising(0, 60, 10)}"}),),  # the observer has begun anew
    resolves=(Scene("15m", {_AGE: f"{rising(0, 60, 12)} {flat(0, 10)}"}),),
)
OBSERVER = Proof(
    alert="ObserverIdle", severity=PAGE, audience="operator", labels={"service": "observer"}, summary="外からの見張り（observer）が見ていません",
    fires=(
        Scene("10m", {_ROUND: flat(60, 20)}, "最後に一巡してから 9m 0s たちました。遅れや停止があっても、いまは分かりません。"),
        Scene("10m", {_ROUND: flat(0, 20)}, "最後に一巡してから 10m 0s たちました。遅れや停止があっても、いまは分かりません。"),  # never once
    ),
    below=(
        Scene("10m", {_ROUND: f"{rising(0, 60, 8)} {flat(420, 10)}"}),  # 180 s ago
        Scene("10m", {_ROUND: flat(0, 20), 'tsunagu_broker_up{service="observer"}': flat(0, 20)}),  # it looks, and BrokerDown says what it sees
    ),
    missing=(Scene("10m", {}),),  # then it is WorkerAbsent's
    reset=(Scene("10m", {_ROUND: f"{flat(0, 9)} {rising(540, 60, 5)}"}),),
    resolves=(Scene("12m", {_ROUND: f"{flat(0, 10)} {rising(600, 60, 5)}"}),),
)
WATCHDOG = Proof(
    alert="Watchdog", severity=TICKET, audience="watchdog", summary="警報の経路が生きています（異常ではありません）",
    fires=(Scene("1m", {}, "いつも鳴っている合図です。届かなくなったら、警報の経路が切れています。"),),
)
NAMED = {
    "intake": "受付", "coordination": "支援調整", "participation": "参加支援・地域づくり", "consent": "同意と関門", "reporting": "投影と報告",
    "api": "閲覧の窓口", "observer": "外からの見張り", "verifier": "記録の検証",
}
WORKING = ("intake", "coordination", "participation", "consent", "reporting")
"""Services with workers that are given partitions."""
MEANT = {
    "reporting": "画面と報告は古いままです。支援の連絡は止まりません", "api": "画面で見ることができません。支援の連絡は止まりません",
    "observer": "遅れや停止があっても、いまは分かりません。支援の連絡は止まりません", "verifier": "記録が壊れても、いまは分かりません。支援の連絡は止まりません",
}
"""What it means where no message waits for the process."""


def _absent(service: str) -> Proof:
    up, other = f'up{{job="tsunagu",service="{service}"}}', 'up{job="tsunagu",service="another"}'
    first, second = (f'tsunagu_assigned_partitions{{service="{service}",worker="{worker}"}}' for worker in ("one", "two"))
    says = f"3分以上、応答が{'ないか、受け持ちがありません' if service in WORKING else 'ありません'}。{MEANT.get(service, 'このサービスを通る連絡は、消えずに待っています')}。"
    idle = Scene("6m", {up: flat(1, 20), first: flat(12, 20), second: flat(0, 20)}, says if service in WORKING else "")
    return Proof(
        alert="WorkerAbsent", severity=PAGE, audience="operator", labels={"service": service}, summary=f"{NAMED[service]}（{service}）が動いていません",
        fires=(Scene("6m", {up: flat(0, 20), other: flat(1, 20)}, says), *([idle] if service in WORKING else [])),
        below=(
            Scene("6m", {up: f"{flat(1, 4)} {flat(0, 10)}", first: flat(12, 20)}),  # for two minutes
            Scene("6m", {up: flat(1, 20), first: flat(1, 20), second: flat(1, 20)}),
        ),
        missing=(Scene("6m", {other: flat(1, 20)}, says),),
        reset=(Scene("9m", {up: f"{flat(1, 4)} {flat(0, 2)} {flat(1, 10)}", first: f"{flat(12, 4)} {flat(0, 2)} {flat(12, 10)}"}),),
        resolves=(Scene("12m", {up: f"{flat(0, 10)} {flat(1, 10)}", first: f"{gap(10)} {flat(12, 10)}"}),),
    )


PROOFS = (LAG, STUCK, OBSERVER, WATCHDOG, *[_absent(service) for service in NAMED])
