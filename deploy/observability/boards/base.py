"""基盤: do broker, disk and database bear the load? (USE: used, saturated, failing)"""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.observability.boards.frame import board
from deploy.observability.boards.panels import About, Column, Shown, graph, heading, number, rows
from deploy.observability.boards.query import of
from deploy.observability.boards.signs import BASE
from deploy.observability.boards.words import Limits
from deploy.observability.edges import PAGE, TICKET, edge, least

UNSEEN = "データなし：わるい（観測の部品が止まっている）"
SILENT = "データなし：わるい（部品の値が届いていない）"
NO_DISK = "データなし：わるい（観測の部品が止まっている）。クラスターではよい（ボリュームはkubeletの値で見張る）"
UP = Limits(stop=1, falling=True)
ROOM = Limits(care=edge("DiskLow", TICKET), stop=edge("DiskLow", PAGE), falling=True)
VALID = Limits(care=edge("CertExpiry", TICKET) // 86400, stop=edge("CertExpiry", PAGE) // 86400, falling=True)


def made() -> Dashboard:
    """The board."""
    return board(BASE, "基盤", "ブローカー、ディスク、データベースは、余裕をもって動いているか。", (*_now(), heading("データベース"), *_database(), heading("部品と証明書"), *_parts()))


def _small(title: str, answers: str, unit: str, runbook: str, height: int = 4) -> About:
    return About(title=title, answers=answers, silence=NO_DISK if runbook == "DiskLow" else UNSEEN, unit=unit, width=6, height=height, runbook=runbook)


def _now() -> tuple:
    return (
        number(_small("ブローカー", "Kafkaが答えるか。1なら答えている。", "short", "BrokerDown"), f"min({of('broker_up')})", UP),
        number(_small("写しの足りない区画", "決めた数の写しがそろっていない区画。", "short", "UnderReplicated"), f"max({of('under_replicated_partitions')})", Limits(care=least("UnderReplicated", TICKET), stop=100)),
        number(_small("データベース", "PostgreSQLが、鍵の保管庫も答えるか。1ならどちらも答えている。", "short", "DatabaseDown"), f"min({of('database_up')})", UP),
        number(_small("ディスクの空き（最小）", "最も少ないところの空き。2GiBを切ると、記録を書けなくなるおそれがある。", "bytes", "DiskLow"), f"min({of('disk_free_bytes')})", ROOM),
    )


def _database() -> tuple:
    return (
        graph(About(title="接続の数", answers="データベースへの接続。急に増えたら、返されていない接続がある。", silence=UNSEEN, unit="short", width=8, runbook="DatabaseDown"),
              Shown(f"max({of('database_connections')})", "接続")),
        graph(About(title="ロック待ち", answers="データベースの中で、ほかの処理が終わるのを待っている数。", silence=UNSEEN, unit="short", width=8, runbook="DatabaseDown"), Shown(f"max({of('database_locks_waiting')})", "待っている"),
              limits=Limits(care=5, stop=50), unit_ja="件"),
        graph(About(title="ディスクの空き", answers="置き場所ごとの空き。", silence=NO_DISK, unit="bytes", width=8, runbook="DiskLow"),
              Shown(f"min by (mount) ({of('disk_free_bytes')})", "{{mount}}")),
    )


def _parts() -> tuple:
    left = f"(min by (certificate) ({of('certificate_expiry_timestamp_seconds')}) - time()) / 86400"
    return (
        graph(About(title="部品の中の待ち", answers="部品の中で、次の仕事に移るまでの遅れ。大きいと、計算の力が足りない。", silence=SILENT, unit="s", width=8, runbook="LagSeconds"),
              Shown(f"max by (service) ({of('loop_delay_seconds')})", "{{service}}")),
        rows(About(title="証明書の残り", answers="証明書ごとの残りの日数。30日を切ったら取り替える。", silence="データなし：わるい（証明書が見えない）", unit="d", width=8, runbook="CertExpiry"), {"certificate": "証明書"},
             Column("残り", left, "d", VALID), sort="残り"),
        rows(About(title="動いている版", answers="部品ごとの版。配備の途中でなければ、一つのはず。", silence=SILENT, unit="short", width=8), {"service": "部品", "version": "版", "git": "コミット"},
             Column("数", f"count by (service, version, git) ({of('build_info')})")),
        number(_small("観測の新しさ", "外から見る部品が、最後に一回りしてからの時間。", "s", "ObserverIdle", 6), f"time() - max({of('observer_last_round_timestamp_seconds')})", Limits(care=60, stop=edge("ObserverIdle", PAGE))),
        graph(About(title="部品の返事", answers="計測に答えている部品の割合。1なら全部。", silence=SILENT, unit="percentunit", width=18, height=6, runbook="WorkerAbsent"), Shown(f"avg({of('up')})", "答えている割合")),
    )
