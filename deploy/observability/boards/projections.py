"""投影: is what is read up to date, and how does a rebuild go?"""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.observability.boards.frame import board
from deploy.observability.boards.panels import About, Column, Shown, graph, heading, number, rows
from deploy.observability.boards.query import of, or_zero, per_minute, quantile
from deploy.observability.boards.signs import PROJECTIONS, STALE
from deploy.observability.boards.terms import PHASES
from deploy.observability.boards.words import Limits, named
from deploy.observability.edges import TICKET, edge

SILENT = "データなし：わるい（報告の部品が止まっている）"
NO_REBUILD = "データなし：よい（再構築をしていない）"
BY = "by (projection)"
MIRROR = Limits(care=300, stop=edge("MirrorStale", TICKET))
PEOPLE = 'route!~"/livez|/readyz|/metrics"'
"""Without what probes and Prometheus ask."""


def made() -> Dashboard:
    """The board."""
    return board(PROJECTIONS, "投影", "画面や報告は最新か。再構築はどこまで進んだか。", (*_now(), *_fed(), heading("再構築"), *_rebuild(), heading("照会"), *_read(), heading("県への写し（mirror。送らない町では0）"), *_mirrored()))


def _small(title: str, answers: str, unit: str, silence: str = SILENT) -> About:
    return About(title=title, answers=answers, silence=silence, unit=unit, width=6, height=4, runbook="ProjectionStale")


def _now() -> tuple:
    return (
        number(STALE.about, STALE.expression, STALE.limits),
        number(_small("脇に置いた事例", "投影に入れられず、脇に置いた事例の数。報告にはその事例が欠けている。", "short"), f"sum({of('parked_cases')})", Limits(care=1, stop=50)),
        number(_small("まだ入っていない記録", "記録の末尾までに、投影へ入れるものの数。", "short"), f"sum({of('projection_log_end')}) - sum({of('projection_applied')})", Limits(care=1000, stop=50000)),
        number(_small("再構築で見つかった違い", "新しい投影と今の投影の違い。0でなければ切り替えない。", "short", NO_REBUILD), or_zero(f"sum({of('rebuild_differences')})", "reporting"), Limits(stop=1)),
    )


def _fed() -> tuple:
    return (
        graph(About(title="投影の古さ", answers="まだ現れていない最も古い記録の古さ。記録に追従している投影は、みな同じ位置にある。", silence=SILENT, unit="s", runbook="ProjectionStale"),
              Shown(f"max({of('projection_age_seconds')})", "追従している投影"), limits=STALE.limits, unit_ja="秒"),
        graph(About(title="入れた位置と記録の末尾", answers="二つの線が重なっていれば、記録に追従している投影は追いついている。", silence=SILENT, unit="short", runbook="ProjectionStale"),
              Shown(f"max({of('projection_log_end')})", "記録の末尾"), Shown(f"min({of('projection_applied')})", "入れた位置")),
        rows(About(title="投影の一覧", answers="記録に追従しているか（0なら、作り直すまで古いまま）、脇に置いた事例。", silence=SILENT, unit="short", width=24, height=8, runbook="ProjectionUnfed"), {"projection": "投影"},
             Column("追従", f"min {BY} ({of('projection_fed')})", limits=Limits(care=1, falling=True)),
             Column("脇に置いた事例", f"max {BY} ({of('parked_cases')})"), sort="追従", rising=True),
    )


def _rebuild() -> tuple:
    return (
        rows(About(title="再構築の段階", answers="投影ごとに、再構築がどの段階にあるか。", silence=NO_REBUILD, unit="short", width=6), {"projection": "投影"},
             Column("段階", or_zero(f"max {BY} ({of('rebuild_phase')})", "reporting")), words={"段階": named(PHASES)}),
        graph(About(title="終わるまでの見込み", answers="10回に9回は、長いほうの線までに終わる。", silence=NO_REBUILD, unit="s", width=6),
              Shown(or_zero(f"max by (quantile) ({of('rebuild_eta_seconds')})", "reporting"), "{{quantile}}"), names={"0.1": "早ければ", "0.5": "半々で", "0.9": "遅くとも"}),
        graph(About(title="読み直した記録（1分あたり）", answers="再構築の速さ。", silence=NO_REBUILD, unit="cpm", width=6), Shown(per_minute("rebuild_events_total"), "読み直した記録")),
        graph(About(title="投影ごとの違い", answers="照合で見つかった違いの数。", silence=NO_REBUILD, unit="short", width=6),
              Shown(or_zero(f"max {BY} ({of('rebuild_differences')})", "reporting"), "{{projection}}"), limits=Limits(stop=1), unit_ja="件"),
    )


def _read() -> tuple:
    silence = "データなし：よい（まだ一度も読まれていない）"
    return (
        graph(About(title="照会（1分あたり）", answers="答えの種類ごと。5で始まるものは、こちらの故障。", silence=silence, unit="cpm"), Shown(per_minute("api_requests_total", PEOPLE, by="status"), "{{status}}"), stacked=True),
        graph(About(title="照会にかかる時間", answers="半数と95%の照会がこれより速い。", silence=silence, unit="s"),
              *(Shown(quantile(share, "api_seconds", PEOPLE), f"{share:.0%}") for share in (0.5, 0.95))),
    )


def _mirrored() -> tuple:
    silence = "データなし：わるい（観測の部品が止まっている）"

    def about(title: str, answers: str, unit: str, width: int) -> About:
        return About(title=title, answers=answers, silence=silence, unit=unit, width=width, height=6, runbook="MirrorStale")

    behind = or_zero(f"time() - max({of('mirror_caught_up_timestamp_seconds')})", "observer")
    return (
        number(about("写しの遅れ", "町が共有するものが、すべて県の記録にそろっていた最後の時からの時間。", "s", 6), behind, MIRROR),
        number(about("最後に写してから", "県が最後に記録を受け取ってからの時間。新しいものがなければ、長くてもよい。", "s", 6),
               or_zero(f"time() - max({of('mirror_last_copied_timestamp_seconds')} > 0)", "observer")),
        graph(about("まだ県にない記録", "町が共有する記録のうち、まだ県にないものの数。", "short", 12), Shown(or_zero(f"max({of('mirror_lag_records')})", "observer"), "まだない記録"),
              Shown(or_zero(per_minute("mirror_records_total"), "observer"), "写した記録（1分あたり）")),
    )
