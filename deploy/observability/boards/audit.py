"""監査と完全性: are the records whole, is what must be erased erased, and who reads?"""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.observability.boards.frame import board
from deploy.observability.boards.panels import About, Column, Shown, bars, graph, heading, number, rows
from deploy.observability.boards.query import counted, of, or_zero
from deploy.observability.boards.signs import AUDIT, CHAIN, OVERDUE, ROUND_S
from deploy.observability.boards.terms import ROLES, STAGES
from deploy.observability.boards.words import Limits
from deploy.observability.edges import PAGE, TICKET, edge, least

UNVERIFIED = "データなし：わるい（検証がまだ終わっていないか、止まっている）"
SILENT = "データなし：わるい（関門の値が届いていない）"
UNREAD = "データなし：よい（まだ誰も読んでいない）"
IDLE = Limits(care=ROUND_S, stop=edge("ChainVerifierIdle", PAGE))


def made() -> Dashboard:
    """The board."""
    return board(AUDIT, "監査と完全性", "記録は欠けず、書き換えられていないか。消すべきものは消えたか。誰が読んだか。", (*_now(), heading("検証"), *_verified(), heading("消去"), *_erased(), heading("閲覧"), *_read()))


def _small(title: str, answers: str, unit: str, silence: str, runbook: str) -> About:
    return About(title=title, answers=answers, silence=silence, unit=unit, width=6, height=4, runbook=runbook)


def _now() -> tuple:
    return (
        number(CHAIN.about, CHAIN.expression, CHAIN.limits),
        number(_small("最後の検証から", "検証が最後に終わってからの時間。結果がないことは、よい結果ではない。", "s", UNVERIFIED, "ChainVerifierIdle"),
               f"time() - max({of('verifier_last_run_timestamp_seconds')})", IDLE),
        number(_small("食い違いの警報（24時間）", "働いている部品が見つけた、二重、番号の飛び、原因の食い違い。", "short", "データなし：わるい（部品の値が届いていない）", "ChainFailure"),
               counted("integrity_alarms_total", within="24h"), Limits(stop=least("ChainFailure", PAGE))),
        number(OVERDUE.about, OVERDUE.expression, OVERDUE.limits),
    )


def _verified() -> tuple:
    return (
        graph(About(title="検証した件数", answers="すべての記録のうち、検証した件数。記録の終わりに、一時間のうちに追いつけばよい。", silence=UNVERIFIED, unit="short", runbook="ChainVerifierIdle"),
              Shown(f"sum(max by (topic) ({of('verified_up_to')}))", "検証した件数"), Shown(f"max({of('projection_log_end')})", "記録の終わり")),
        rows(About(title="記録ごとの検証", answers="どの記録を、どこまで検証したか。", silence=UNVERIFIED, unit="short", width=6, runbook="ChainVerifierIdle"), {"topic": "記録"},
             Column("検証した位置", f"max by (topic) ({of('verified_up_to')})"), sort="検証した位置"),
        graph(About(title="検証にかかった時間と、見つけた数", answers="一回の検証の秒数と、24時間に見つけた食い違い。", silence=UNVERIFIED, unit="short", width=6, runbook="ChainFailure"),
              Shown(f"max({of('verifier_run_seconds')})", "かかった秒数"), Shown(counted("chain_verification_failures_total", within="24h"), "見つけた食い違い（24時間）")),
    )


def _erased() -> tuple:
    nearest = Limits(care=edge("ErasureBacklog", TICKET), stop=0, falling=True)
    return (
        bars(About(title="利用停止・消去の請求（段階ごと）", answers="まだ決定していないものと、認めたあと、その人の鍵をまだ一つも廃棄していないもの。", silence="データなし：よい（待つものがない）", unit="short", runbook="ErasureBacklog"),
             Shown(or_zero(f"sum by (stage) ({of('erasure_pending')})", "consent"), "{{stage}}"), names=STAGES),
        graph(About(title="請求への回答の期限まで（日）", answers="まだ決定していない請求のうち、最も近い期限までの日数。なければ366。", silence=SILENT, unit="d", runbook="ErasureBacklog"),
              Shown(f"min({of('erasure_deadline_seconds')}) / 86400", "最も近い期限"), limits=nearest, unit_ja="日"),
    )


def _read() -> tuple:
    known = counted("audit_reads_total", within="1h", by="role")
    return (
        graph(About(title="人による閲覧（1時間）", answers="役割ごとの閲覧の数。夜中や休みの日に増えていないか。", silence=UNREAD, unit="short"), Shown(known, "{{role}}"), stacked=True, names=ROLES),
        bars(About(title="人による閲覧（24時間）", answers="役割ごとの閲覧の数。", silence=UNREAD, unit="short"),
             Shown(counted("audit_reads_total", within="24h", by="role"), "{{role}}"), names=ROLES),
    )
