"""Proofs of stores.yml: what everything stands on."""

from __future__ import annotations

from tests.deploy.alerts.proof import PAGE, TICKET, Proof, Scene, flat, gap, rising

_OBSERVER = {"service": "observer"}
_FREE = 'tsunagu_disk_free_bytes{service="observer",mount="kafka"}'
_UNDER = 'tsunagu_under_replicated_partitions{service="observer"}'
_CERT = 'tsunagu_certificate_expiry_timestamp_seconds{service="observer",certificate="broker"}'
_GIB, _DAY = 1024**3, 86_400


def _down(alert: str, metric: str, summary: str, says: str, **store: str) -> Proof:
    labels = _OBSERVER | store
    series = metric + "{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}"
    return Proof(
        alert=alert, severity=PAGE, audience="operator", labels=labels, summary=summary,
        fires=(Scene("5m", {series: flat(0, 20)}, says),),
        below=(Scene("5m", {series: f"{flat(1, 4)} {flat(0, 9)}"}),),  # for one minute
        missing=(Scene("5m", {}),),  # then it is WorkerAbsent's: the observer is not there
        reset=(Scene("9m", {series: f"{flat(0, 2)} {gap(2)} {flat(1, 9)}"}),),
        resolves=(Scene("9m", {series: f"{flat(0, 6)} {flat(1, 9)}"}),),
    )


def _certificate(severity: str, days: int, left: str) -> Proof:
    edge = days * _DAY
    return Proof(
        alert="CertExpiry", severity=severity, audience="operator", labels={**_OBSERVER, "certificate": "broker"}, summary=f"証明書 broker の期限が{days}日以内です",
        fires=(Scene("10m", {_CERT: flat(edge, 20)}, f"残りは {left} です。切れると、支援機関がつながらなくなります。"),),
        below=(Scene("10m", {_CERT: flat(edge + 600, 20)}),),
        missing=(Scene("10m", {}),),
        reset=(Scene("10m", {_CERT: f"{flat(edge, 3)} {gap(3)} {flat(edge + 9 * _DAY, 20)}"}),),
        resolves=(Scene("10m", {_CERT: f"{flat(edge, 8)} {flat(edge + 365 * _DAY, 20)}"}),),  # renewed
    )


DISK = (
    Proof(
        alert="DiskLow", severity=TICKET, audience="operator", labels={"mount": "kafka"}, summary="kafka の空き容量が少なくなっています",
        fires=(Scene("20m", {_FREE: flat(10 * _GIB - 1, 40)}, "空きが10GiBより少ないか、4日以内になくなる速さで減っています。"),),
        below=(Scene("40m", {_FREE: flat(10 * _GIB, 60)}), Scene("15m", {_FREE: f"{flat(11 * _GIB, 2)} {flat(9 * _GIB, 30)}"})),
        missing=(Scene("20m", {}),),
        reset=(Scene("20m", {_FREE: f"{flat(9 * _GIB, 3)} {gap(3)} {flat(90 * _GIB, 40)}"}),),
        resolves=(Scene("40m", {_FREE: f"{flat(9 * _GIB, 30)} {flat(90 * _GIB, 40)}"}),),
    ),
    Proof(
        alert="DiskLow", severity=PAGE, audience="operator", labels={"mount": "kafka"}, summary="kafka の空き容量がまもなくなくなります",
        fires=(Scene("10m", {_FREE: flat(_GIB, 40)}, "空きが 1GiB しかありません。なくなると、連絡を受け付けられません。"),),
        below=(Scene("10m", {_FREE: flat(2 * _GIB, 40)}), Scene("5m", {_FREE: f"{flat(3 * _GIB, 2)} {flat(_GIB, 30)}"})),
        missing=(Scene("10m", {}),),
        reset=(Scene("10m", {_FREE: f"{flat(_GIB, 3)} {gap(3)} {flat(90 * _GIB, 40)}"}),),
        resolves=(Scene("20m", {_FREE: f"{flat(_GIB, 15)} {flat(90 * _GIB, 40)}"}),),
    ),
)
FILLING = Proof(
    alert="DiskLow", severity=TICKET, audience="operator", labels={"mount": "kafka"}, summary="kafka の空き容量が少なくなっています",
    fires=(Scene("90m", {_FREE: rising(100 * _GIB, -30 * 1024**2, 120)}, "空きが10GiBより少ないか、4日以内になくなる速さで減っています。"),),
    below=(
        Scene("90m", {_FREE: rising(100 * _GIB, -10 * 1024**2, 120)}),  # full in seven days
        Scene("40m", {_FREE: rising(100 * _GIB, -100 * 1024**2, 60)}),  # what a first start writes in its first hour says nothing of the days to come
    ),
)
_CLAIM = {"namespace": "tsunagu", "persistentvolumeclaim": "data-0-tsunagu-broker-1"}
_LABELS = 'namespace="tsunagu",persistentvolumeclaim="data-0-tsunagu-broker-1",node="a"'
_LEFT, _ALL = f"kubelet_volume_stats_available_bytes{{{_LABELS}}}", f"kubelet_volume_stats_capacity_bytes{{{_LABELS}}}"
_OTHERS = {series.replace(_CLAIM["persistentvolumeclaim"], "web-cache-0"): flat(value, 120) for series, value in ((_LEFT, 0), (_ALL, _GIB))}


def _volume(left: str) -> dict[str, str]:
    """A volume of 100 GiB, and what is free of it; beside it a full one that is nobody's of ours."""
    return {_LEFT: left, _ALL: flat(100 * _GIB, 120), **_OTHERS}


VOLUMES = (
    Proof(
        alert="DiskFillsUp", severity=TICKET, audience="operator", labels=_CLAIM, summary="tsunagu の保存領域 data-0-tsunagu-broker-1 の空きが少なくなっています",
        fires=(
            Scene("20m", _volume(flat(15 * _GIB - 1, 40)), "空きが15%より少ないか、4日以内になくなる速さで減っています。"),
            Scene("90m", _volume(rising(90 * _GIB, -30 * 1024**2, 120)), "空きが15%より少ないか、4日以内になくなる速さで減っています。"),
        ),
        below=(Scene("40m", _volume(flat(15 * _GIB, 60))), Scene("90m", _volume(rising(90 * _GIB, -10 * 1024**2, 120)))),
        missing=(Scene("20m", {}),),  # no cluster
        reset=(Scene("20m", _volume(f"{flat(9 * _GIB, 3)} {gap(3)} {flat(90 * _GIB, 40)}")),),
        resolves=(Scene("40m", _volume(f"{flat(9 * _GIB, 30)} {flat(90 * _GIB, 40)}")),),  # enlarged
    ),
    Proof(
        alert="DiskFillsUp", severity=PAGE, audience="operator", labels=_CLAIM, summary="tsunagu の保存領域 data-0-tsunagu-broker-1 がまもなくいっぱいになります",
        fires=(Scene("10m", _volume(flat(4 * _GIB, 40)), "空きが 4% しかありません。なくなると、連絡を受け付けられません。"),),
        below=(Scene("10m", _volume(flat(5 * _GIB, 40))), Scene("5m", _volume(f"{flat(9 * _GIB, 2)} {flat(_GIB, 30)}"))),
        missing=(Scene("10m", {}),),
        reset=(Scene("10m", _volume(f"{flat(_GIB, 3)} {gap(3)} {flat(90 * _GIB, 40)}")),),
        resolves=(Scene("20m", _volume(f"{flat(_GIB, 15)} {flat(90 * _GIB, 40)}")),),
    ),
)
COPIES = Proof(
    alert="UnderReplicated", severity=TICKET, audience="operator", labels=_OBSERVER, summary="記録の写しがそろっていません",
    fires=(Scene("15m", {_UNDER: flat(3, 30)}, "3 区画です。いまもう1台止まると、連絡を受け付けられなくなります。"),),
    below=(Scene("15m", {_UNDER: flat(0, 30)}), Scene("9m", {_UNDER: flat(3, 30)})),
    missing=(Scene("15m", {}),),
    reset=(Scene("15m", {_UNDER: f"{flat(3, 4)} {gap(3)} {flat(0, 30)}"}),),
    resolves=(Scene("25m", {_UNDER: f"{flat(3, 20)} {flat(0, 30)}"}),),
)
PROOFS = (
    _down("BrokerDown", "tsunagu_broker_up", "連絡の基盤（Kafka）に届きません", "2分以上です。新しい連絡は送れず、届きません。受け付けたものは失われません。"),
    _down("DatabaseDown", "tsunagu_database_up", "画面と帳票のデータベース（PostgreSQL）に届きません", "2分以上です。画面と帳票が止まります。連絡と判定は続きます。", store="projections"),
    _down("DatabaseDown", "tsunagu_database_up", "鍵の保管庫（PostgreSQL）に届きません",
          "2分以上です。鍵が取り出せないので、本文のある連絡は待ちます。コードだけの連絡と判定は続きます。", store="keys"),
    *DISK, FILLING, *VOLUMES, COPIES, _certificate(TICKET, 30, "29d 23h 50m 0s"), _certificate(PAGE, 3, "2d 23h 50m 0s"),
)
