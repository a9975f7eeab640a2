"""処理系: does every process work, how fast, and how far behind?"""

from __future__ import annotations

from dataclasses import replace

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.observability.boards.frame import board
from deploy.observability.boards.panels import About, Column, Shown, graph, heading, number, rows
from deploy.observability.boards.query import counted, of, per_minute, quantile
from deploy.observability.boards.signs import DEAD, DOWN, LATE, SERVICES
from deploy.observability.boards.terms import REJECTED
from deploy.observability.boards.words import Limits
from deploy.observability.edges import PAGE, edge, least

SILENT = "データなし：わるい（部品の値が届いていない）"
UNSEEN = "データなし：わるい（観測の部品が止まっている）"
ONE, SEEN = 'service=~"$service"', 'group_service=~"$service"'
TOPIC = 'topic=~"$topic"'
FROM = 'from_agency=~"$from_agency"'
STUCK = Limits(care=60, stop=edge("ConsumerStuck", PAGE))


def made() -> Dashboard:
    """The board."""
    return board(SERVICES, "処理系", "どの部品も働いているか。どれだけ速く、どれだけ遅れているか。", (
        *_now(), heading("入口で断ったもの"), *_refused(), heading("部品：$service", repeat="service"), *_service(),
    ), picked=("service", "from_agency", "topic"), aggregated=True)


def _now() -> tuple:
    ours = {"group_service": "部品", "worker": "働き手"}
    by = "by (group_service, worker)"
    still = About(title="止まっている区画", answers="届いているのに処理が進まない区画の数。部品は生きていても、その区画の人の支援が止まる。", silence=SILENT, unit="short",
                  width=6, height=4, runbook="ConsumerStuck")
    return (
        number(DOWN.about, DOWN.expression, DOWN.limits),
        number(LATE.about, LATE.expression, LATE.limits),
        number(still, f"sum({of('stalled_partitions')})", Limits(stop=1)),
        number(DEAD.about, DEAD.expression, DEAD.limits),
        rows(About(title="働き手ごとの遅れ", answers="外から測った遅れ。遅れが伸び、前に進んだ時が古いものから見る。", silence=UNSEEN, unit="short", width=24, height=9, runbook="LagSeconds"), ours,
             Column("遅れ", f"max {by} ({of('consumer_lag_seconds', SEEN)})", "s", LATE.limits), Column("待っている記録", f"sum {by} ({of('consumer_lag_records', SEEN)})"),
             Column("前に進まない時間", f"max {by} ({of('commit_age_seconds', SEEN)})", "s", STUCK), Column("働き手の数", f"max {by} ({of('group_members', SEEN)})"), sort="遅れ"),
    )


def _refused() -> tuple:
    return (
        graph(About(title="断った記録（1分あたり）", answers="入口で断った記録を、理由ごとに。", silence="データなし：よい（一件も断っていない）", unit="cpm", width=8, runbook="RejectedInput"),
              Shown(per_minute("rejected_input_total", FROM, by="reason"), "{{reason}}"), names=REJECTED),
        graph(About(title="名乗りと送り手が違う記録（1時間）", answers="受け付けていない。なりすましか、設定の取り違え。1件でも、すぐに調べる。", silence=SILENT, unit="short", width=8, runbook="IdentityMismatch"),
              Shown(counted("identity_mismatch_total", within="1h"), "名乗りと送り手の違い"), limits=Limits(stop=least("IdentityMismatch", PAGE)), unit_ja="件"),
        graph(About(title="遅れの大きい区画", answers="区画ごとの遅れのうち、大きい十。一つだけ伸びるなら、その区画が止まっている。", silence=UNSEEN, unit="s", width=8, runbook="ConsumerStuck"),
              Shown(f"topk(10, max by (topic, partition) ({of('partition_lag_seconds', SEEN, TOPIC)}))", "{{topic}} {{partition}}")),
    )


def _service() -> tuple:
    return tuple(graph(replace(about, width=6, height=7), *series, limits=limits, unit_ja=unit) for about, series, limits, unit in _of_one())


def _of_one() -> tuple:
    """Rate, errors, duration, lag in seconds over lag in records, progress, partitions, rebalances of the chosen process."""
    return (
        (About(title="処理した件数（1分あたり）", answers="読んだ記録と、書いた記録。", silence=SILENT, unit="cpm", runbook="ConsumerStuck"),
         (Shown(per_minute("consumed_total", ONE, by="worker", how="$aggr"), "読んだ {{worker}}"), Shown(per_minute("produced_total", ONE, by="worker", how="$aggr"), "書いた {{worker}}")),
         None, ""),
        (About(title="誤り（1分あたり）", answers="読めなかった記録、受け付けなかった知らせ、記録の食い違い。", silence=SILENT, unit="cpm", runbook="DeadLetters"),
         (Shown(per_minute("dead_letters_total", ONE), "読めなかった"), Shown(per_minute("messages_total", ONE, 'outcome="refused"'), "受け付けなかった"),
          Shown(per_minute("integrity_alarms_total", ONE), "食い違い")), None, ""),
        (About(title="処理にかかる時間", answers="半数と99%の処理がこれより速い。", silence=SILENT, unit="s", runbook="LagSeconds"),
         (Shown(quantile(0.5, "handle_seconds", ONE), "50%"), Shown(quantile(0.99, "handle_seconds", ONE), "99%")), None, ""),
        (About(title="処理したときの古さ", answers="記録が書かれてから処理されるまでの時間。", silence=SILENT, unit="s", runbook="LagSeconds"),
         (Shown(quantile(0.5, "event_age_seconds", ONE), "50%"), Shown(quantile(0.99, "event_age_seconds", ONE), "99%")), None, ""),
        (About(title="遅れ（秒）", answers="外から測った、最も古い未処理の記録の待ち時間。", silence=UNSEEN, unit="s", runbook="LagSeconds"),
         (Shown(f"max by (worker) ({of('consumer_lag_seconds', SEEN)})", "{{worker}}"),), LATE.limits, "秒"),
        (About(title="遅れ（件）", answers="まだ処理されていない記録の数。秒の遅れが小さければ、多くてもよい。", silence=UNSEEN, unit="short", runbook="LagSeconds"),
         (Shown(f"sum by (worker) ({of('consumer_lag_records', SEEN)})", "{{worker}}"),), None, ""),
        (About(title="前に進まない時間", answers="待っている記録があるのに、位置が進まない時間。", silence=UNSEEN, unit="s", runbook="ConsumerStuck"),
         (Shown(f"max by (worker) ({of('commit_age_seconds', SEEN)})", "{{worker}}"),), STUCK, "秒"),
        (About(title="受け持ちと再割り当て", answers="受け持つ区画の数と、1時間の再割り当ての回数。0区画なら働いていない。", silence=SILENT, unit="short", runbook="WorkerAbsent"),
         (Shown(f"$aggr by (worker) ({of('assigned_partitions', ONE)})", "区画 {{worker}}"), Shown(counted("rebalances_total", ONE, within="1h"), "再割り当て（1時間）")), None, ""),
    )
