"""関門: what is given and what is not, why, how fast, and what waits?"""

from __future__ import annotations

from dataclasses import replace

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.observability.boards.frame import board
from deploy.observability.boards.panels import About, Column, Shown, bars, graph, heading, heat, number, rows
from deploy.observability.boards.query import RATE, counted, of, or_zero, per_minute, quantile
from deploy.observability.boards.signs import DENIED, GATE, HELD
from deploy.observability.boards.terms import OUTCOMES, REASONS
from deploy.observability.boards.words import Limits
from deploy.observability.edges import TICKET, bucket, edge

SILENT = "データなし：わるい（関門の値が届いていない）"
NOT_YET = "データなし：よい（まだ一件もない）"
FROM, TO = 'from_agency=~"$from_agency"', 'to_agency=~"$to_agency"'
DAY = "24h"
AGES = (("1時間以内", 0, 3600), ("1〜4時間", 3600, 14400), ("4〜24時間", 14400, 86400), ("1〜3日", 86400, 259200), ("3日より長い", 259200, None))
"""Classes of age of what is held: name, seconds from and to."""
SWIFT = Limits(care=bucket("slo:tsunagu_decisions_late:ratio1h"), stop=edge("DecisionP99", TICKET))
NOTICE = Limits(care=bucket("gate:tsunagu_stop_notices_over_1s:increase15m"), stop=bucket("gate:tsunagu_stop_notices_over_60s:increase15m"))


def made() -> Dashboard:
    """The board."""
    return board(GATE, "関門", "何を提供し、何を提供しなかったか。理由は何で、どれだけ速く、何が待っているか。", (
        *_now(), heading("判定"), *_decisions(), heading("機関ごと（24時間）"), *_agencies(), heading("保留"), *_held(), heading("停止の通知と規則集"), *_stops(),
    ), picked=("from_agency", "to_agency"))


def _small(title: str, answers: str, unit: str, runbook: str, silence: str = SILENT) -> About:
    return About(title=title, answers=answers, silence=silence, unit=unit, width=6, height=4, runbook=runbook)


def _now() -> tuple:
    slow = quantile(0.99, "decision_seconds")
    return (
        number(HELD.about, HELD.expression, HELD.limits),
        number(_small("判定にかかる時間（99%）", "求めの記録から判定までの時間。100件のうち99件はこれより速い。", "s", "DecisionP99"), slow, SWIFT),
        number(_small("入力を読み終えてからの時間", "関門が、同意の届出などの入力を最後まで読み終えてからの時間。長ければ、古い同意で判定している。", "s", "DenialFlat"),
               f"max({of('view_age_seconds')})", Limits(care=30, stop=120)),
        number(_small("返事のない停止の通知", "撤回のあとの停止の通知のうち、受け取ったという返事がまだないもの。", "short", "StopNoticeLate"), f"max({of('stop_notices_unanswered')})",
               Limits(care=10, stop=100)),
    )


def _decisions() -> tuple:
    why = counted("decisions_total", 'outcome!="PERMIT"', 'reason!="NONE"', within=DAY, by="reason")
    return (
        graph(About(title="判定（1分あたり）", answers="関門の答えの内訳。", silence=SILENT, unit="cpm", runbook="DenialFlat"),
              Shown(per_minute("decisions_total", by="outcome"), "{{outcome}}"), stacked=True, names=OUTCOMES),
        bars(About(title="提供しない・伏せる・保留の理由（24時間）", answers="多い順に十。同意を取り直せば渡せるものか、渡してはならないものかを見る。", silence=NOT_YET, unit="short",
                   runbook="DenialSpike"),
             Shown(f"topk(10, {why})", "{{reason}}"), names=REASONS),
        heat(About(title="判定にかかる時間の分布", answers="濃いところほど多い。0.15秒が約束、2秒が警報の線。", silence=SILENT, unit="s", runbook="DecisionP99"),
             f"sum by (le) (increase({of('decision_seconds_bucket')}[{RATE}]))"),
        graph(About(title="判定にかかる時間", answers="半数、95%、99%の判定がこれより速い。", silence=SILENT, unit="s", runbook="DecisionP99"),
              *(Shown(quantile(share, "decision_seconds"), f"{share:.0%}") for share in (0.5, 0.95, 0.99)), limits=SWIFT, unit_ja="秒"),
    )


def _agencies() -> tuple:
    def table(title: str, answers: str, name: str, label: str, choice: str):
        yes, no = (counted(name, choice, f'given="{given}"', within=DAY, by=label) for given in ("yes", "no"))
        return rows(About(title=title, answers=answers, silence=NOT_YET, unit="short"), {label: "機関"}, Column("提供した", yes), Column("しなかった", no), sort="提供した")

    return (
        table("送り手ごと", "どの機関の情報を、何件渡し、何件渡さなかったか。", "disclosures_total", "from_agency", FROM),
        table("受け手ごと", "どの機関に、何件渡し、何件渡さなかったか。", "received_total", "to_agency", TO),
    )


def _held() -> tuple:
    oldest, count = of("held_oldest_age_seconds", TO), of("held_requests", TO)
    return (
        bars(About(title="最も古い保留の古さ（機関の数）", answers="最も古い保留が、どれだけ待っているか。右の長い機関から当たる。", silence=SILENT, unit="short", runbook="HeldAgeing"),
             *(Shown(or_zero(_aged(oldest, low, high), "consent"), name) for name, low, high in AGES)),
        rows(About(title="長く待っている保留", answers="受け手の機関ごとの、保留の数と最も古いものの古さ。古いものから、同意を確かめる。", silence="データなし：よい（保留がない）",
                   unit="short", runbook="HeldAgeing"),
             {"to_agency": "受け手の機関"}, Column("最も古い保留", or_zero(f"topk(20, max by (to_agency) ({oldest}))", "consent"), "s", HELD.limits),
             Column("保留の数", or_zero(f"sum by (to_agency) ({count})", "consent")), sort="最も古い保留"),
    )


def _aged(oldest: str, low: int, high: int | None) -> str:
    upper = f" <= {high}" if high else ""
    return f"count(max by (to_agency) ({oldest}) > {low}{upper})"


def _stops() -> tuple:
    return (
        graph(About(title="撤回から停止の通知が届くまで", answers="撤回を受けてから、使うのを止める通知が届くまで。1秒が約束。", silence=SILENT, unit="s", runbook="StopNoticeLate"),
              *(Shown(quantile(share, "stop_notice_seconds"), f"{share:.0%}") for share in (0.5, 0.99)), limits=NOTICE, unit_ja="秒"),
        number(replace(DENIED.about, height=8), DENIED.expression, DENIED.limits),
        rows(About(title="効力のある規則集", answers="いまの判定が従っている規則集。", silence=SILENT, unit="short", width=6, height=8), {"pack": "規則集"},
             Column("有効", f"max by (pack) ({of('pack_info')})")),
    )
