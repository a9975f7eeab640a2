"""Proofs of integrity.yml: what was refused, what cannot be read, whether the logs say the truth, whether screens are current."""

from __future__ import annotations

import re

from tests.deploy.alerts.proof import PAGE, TICKET, Proof, Scene, flat, gap, rising

_DEAD = 'tsunagu_dead_letters_total{instance="intake",service="intake\",worker="intake",code="TRAILING_BYTES"}'
_ALSO = 'tsunagu_dead_letters_total{instance="intake",service="intake\",worker="intake",code="UNDECODABLE"}'
_REJECTED = 'tsunagu_rejected_input_total{service="intake",from_agency="elder",reason="bytes"}'
_SIZE = 'tsunagu_rejected_input_total{service="intake",from_agency="elder",reason="size"}'
_CHILD = 'tsunagu_rejected_input_total{service="intake",from_agency="child",reason="size"}'
_IDENTITY = 'tsunagu_identity_mismatch_total{instance="intake",service="intake\"}'
_ALARM = 'tsunagu_integrity_alarms_total{instance="consent",service="consent\",worker="consent",code="SEQUENCE_GAP"}'
_CHAIN = 'tsunagu_chain_verification_failures_total{instance="verifier",service="verifier\"}'
_FOUND = 'tsunagu_verifier_findings{instance="verifier",service="verifier\"}'
_UP = 'up{{instance="{0}",service="{0}"}}'.format
_UP2 = 'up{instance="intake-2",service="intake"}'
_NEW = 'tsunagu_dead_letters_total{instance="intake-7f9c",service="intake",worker="intake",code="UNDECODABLE"}'
_RUN = 'tsunagu_verifier_last_run_timestamp_seconds{service="verifier"}'
_AGE = 'tsunagu_projection_age_seconds{service="reporting"}'
_FED, _UNFED = (f'tsunagu_projection_fed{{service="reporting",projection="{name}"}}' for name in ("monthly", "timeline"))
_SEEN = 'tsunagu_consumer_lag_seconds{service="observer",group_service="reporting",worker="live"}'
_OLD = "まだ反映されていない記録のうち、いちばん古いものは 10m 0s 前のものです。職員は古い様子を見ています。"
_15S = "15s"
_INTAKE = {"service": "intake"}


def _burst(before: int, by: int) -> str:
    """A counter that stands, then jumps at the tenth minute (samples of 15 s), then stands for an hour."""
    return f"{flat(before, 40)} {flat(before + by, 240)}"


def _away(counter: str, count: int) -> dict[str, str]:
    """Prometheus itself was away for the first twenty minutes; the counter is as old as it likes."""
    service = re.search('service="([a-z]+)"', counter)[1]
    return {_UP(service): f"{gap(80)} {flat(1, 400)}", counter: f"{gap(80)} {flat(count, 400)}"}


def _dead(severity: str, edge: int, summary: str) -> Proof:
    says = "直近15分に {many} 件です。送った機関の連絡が、そこで止まっています。"
    return Proof(
        alert="DeadLetters", severity=severity, audience="operator", labels=_INTAKE, summary=summary,
        fires=(
            Scene("20m", {_DEAD: _burst(3, edge), _ALSO: _burst(0, 1)}, says.format(many=edge + 1), _15S),
            Scene("22m", {_UP("intake"): flat(1, 120), _DEAD: f"{gap(80)} {flat(edge + 1, 40)}"}, says.format(many=edge + 1), _15S),  # the process began with them
            Scene("22m", {_UP("intake"): flat(1, 120), _NEW: f"{gap(80)} {flat(edge + 1, 40)}"}, says.format(many=edge + 1), _15S),  # a new replica
        ),
        below=(
            Scene("20m", {_DEAD: _burst(3, edge), _ALSO: _burst(0, 0)}, every=_15S),
            Scene("22m", _away(_DEAD, edge + 5), every=_15S),
            Scene("22m", {_UP("intake"): f"{flat(0, 80)} {flat(1, 40)}", _UP2: flat(1, 120), _DEAD: f"{gap(80)} {flat(edge + 5, 40)}"}, every=_15S),
        ),
        missing=(Scene("20m", {}, every=_15S),),
        reset=(Scene("30m", {_DEAD: f"{flat(30, 80)} {flat(0, 60)}"}, every=_15S),),
        resolves=(Scene("27m", {_DEAD: _burst(3, edge + 2)}, every=_15S),),
    )


REJECTED = Proof(
    alert="RejectedInput", severity=TICKET, audience="municipality", labels={"from_agency": "elder"}, summary="elder からの連絡が続けて受け付けられていません",
    fires=(Scene("15m", {_REJECTED: _burst(0, 4), _SIZE: _burst(9, 2)}, "直近10分に 6 件です。その機関の端末か設定の誤りと思われます。", _15S),),
    below=(Scene("15m", {_REJECTED: _burst(0, 3), _SIZE: _burst(9, 2), _CHILD: _burst(0, 5)}, every=_15S),),  # five of each agency
    missing=(Scene("15m", {}, every=_15S),),
    reset=(Scene("15m", {_REJECTED: f"{flat(90, 40)} {flat(0, 60)}"}, every=_15S),),
    resolves=(Scene("21m", {_REJECTED: _burst(0, 9)}, every=_15S),),
)
IDENTITY = Proof(
    alert="IdentityMismatch", severity=PAGE, audience="security", labels=_INTAKE, summary="名乗った機関と、送った機関が違います",
    fires=(
        Scene("70m", {_IDENTITY: f"{flat(2, 260)} {flat(3, 60)}"}, "直近1時間に 1 件です。受け付けていません。なりすましか、設定の取り違えです。", _15S),
        Scene("22m", {_UP("intake"): flat(1, 120), _IDENTITY: f"{gap(80)} {flat(2, 40)}"}, "直近1時間に 2 件です。受け付けていません。なりすましか、設定の取り違えです。", _15S),
    ),
    below=(Scene("75m", {_UP("intake"): flat(1, 400), _IDENTITY: flat(2, 400)}, every=_15S), Scene("22m", _away(_IDENTITY, 2), every=_15S), Scene("70m", _away(_IDENTITY, 2), every=_15S)),
    missing=(Scene("15m", {}, every=_15S),),
    reset=(Scene("70m", {_IDENTITY: f"{flat(2, 260)} {flat(0, 60)}"}, every=_15S),),
    resolves=(Scene("75m", {_IDENTITY: f"{flat(0, 40)} {flat(1, 300)}"}, every=_15S),),
)
_MIN, _DAY = "1m", 1440
_SAYS = "{many} 件の食い違いです。記録が失われたか、重なったか、書き換えられたおそれがあります。24時間は消えません。"


def _chain(service: str, fires: tuple[Scene, ...], below: tuple[Scene, ...], reset: tuple[Scene, ...], resolves: tuple[Scene, ...]) -> Proof:
    return Proof(
        alert="ChainFailure", severity=PAGE, audience="security", labels={"service": service}, summary=f"記録のつじつまが合いません（{service}）",
        evaluated="2m", fires=fires, below=below, missing=(Scene("30m", {}),), reset=reset, resolves=resolves,
    )


CHAIN = (
    _chain(
        "consent",
        fires=(
            Scene("30m", {_ALARM: f"{flat(0, 20)} {flat(1, 60)}"}, _SAYS.format(many=1)),
            Scene("22m", {_UP("consent"): flat(1, 80), _ALARM: f"{gap(20)} {flat(1, 60)}"}, _SAYS.format(many=1)),  # found while it started, before anybody asked
            Scene("1400m", {_ALARM: f"{flat(0, 20)} {flat(1, 10)} {flat(0, 1400)}"}, _SAYS.format(many=1)),  # a restart does not put it out
        ),
        below=(Scene("30m", {_ALARM: flat(0, 60)}), *(Scene(at, _away(_ALARM, 3), every=_15S) for at in ("22m", "40m", "90m"))),
        reset=(Scene("3000m", {_ALARM: f"{flat(3, 20)} {flat(0, 3000)}"}),),
        resolves=(Scene(f"{3 * _DAY}m", {_ALARM: f"{flat(0, 20)} {flat(1, 3 * _DAY)}"}),),
    ),
    _chain(
        "verifier",
        fires=(
            Scene("30m", {_CHAIN: f"{flat(0, 20)} {flat(2, 60)}"}, _SAYS.format(many=2)),
            Scene(f"{3 * _DAY}m", {_FOUND: flat(1, 3 * _DAY + 9)}, _SAYS.format(many=1)),  # as long as it stands
            Scene("1000m", {_FOUND: f"{flat(1, 30)} {flat(0, 1400)}"}, _SAYS.format(many=1)),  # and a day after
        ),
        below=(Scene("30m", {_CHAIN: flat(0, 60), _FOUND: flat(0, 60)}), Scene("40m", _away(_CHAIN, 3), every=_15S)),
        reset=(Scene("3000m", {_CHAIN: f"{flat(3, 20)} {flat(0, 3000)}"}),),
        resolves=(Scene(f"{2 * _DAY}m", {_FOUND: f"{flat(1, 30)} {flat(0, 2 * _DAY)}"}),),
    ),
)
IDLE = Proof(
    alert="ChainVerifierIdle", severity=PAGE, audience="operator", labels={"service": "verifier"}, summary="記録の検証が2時間以上、終わっていません",
    fires=(
        Scene("130m", {_RUN: flat(60, 200)}, "結果がないことは、よい結果ではありません。食い違いがあっても、いまは分かりません。"),
        Scene("130m", {_RUN: flat(0, 200)}, "結果がないことは、よい結果ではありません。食い違いがあっても、いまは分かりません。"),  # never once
    ),
    below=(Scene("121m", {_RUN: flat(60, 200)}), Scene("110m", {_RUN: flat(0, 200)})),
    missing=(Scene("130m", {}),),  # then it is WorkerAbsent's
    reset=(Scene("130m", {_RUN: f"{flat(60, 100)} {flat(0, 100)}"}),),  # begun anew: its first run has two hours
    resolves=(Scene("140m", {_RUN: f"{flat(60, 130)} {flat(7800, 50)}"}),),
)
STALE = Proof(
    alert="ProjectionStale", severity=PAGE, audience="operator", labels={"service": "reporting"}, summary="画面と帳票が古くなっています",
    fires=(
        Scene("10m", {_AGE: rising(0, 60, 20), _SEEN: flat(0, 20)}, _OLD),
        Scene("10m", {_AGE: flat(0, 20), _SEEN: rising(0, 60, 20)}, _OLD),  # it stands still, and does not know what it has not read
    ),
    below=(Scene("10m", {_AGE: flat(60, 20)}), Scene("5m", {_AGE: rising(0, 60, 20)})),  # 60 s; not yet for five minutes
    missing=(Scene("10m", {}),),
    reset=(Scene("10m", {_AGE: f"{rising(0, 60, 6)} {rising(0, 60, 6)}"}),),
    resolves=(Scene("15m", {_AGE: f"{rising(0, 60, 13)} {flat(0, 10)}"}),),
)
_UNCHANGED = "別の版のプログラムで作られたため、新しい記録が入っていません。作り直す（再構築する）まで、古い様子のままです。"
UNFED = Proof(
    alert="ProjectionUnfed", severity=TICKET, audience="operator", labels={"service": "reporting", "projection": "timeline"},
    summary="画面と帳票の一部（timeline）が更新されていません",
    fires=(Scene("15m", {_FED: flat(1, 20), _UNFED: f"{flat(1, 2)} {flat(0, 18)}"}, _UNCHANGED),),
    below=(Scene("11m", {_UNFED: f"{flat(1, 2)} {flat(0, 18)}"}), Scene("15m", {_FED: flat(1, 20)})),  # not yet for ten minutes; fed
    missing=(Scene("15m", {}),),
    reset=(Scene("15m", {_UNFED: f"{flat(0, 5)} {flat(1, 1)} {flat(0, 14)}"}),),
    resolves=(Scene("20m", {_UNFED: f"{flat(0, 15)} {flat(1, 10)}"}),),
)
_MIRROR, _WHOLE = 'up{instance="mirror",service="mirror"}', 'tsunagu_mirror_caught_up_timestamp_seconds{instance="mirror",service="mirror"}'
_BEHIND = "15分以上、県の記録に、町が共有するものがそろっていません。県は古い数字を見ています。"
MIRROR = Proof(
    alert="MirrorStale", severity=TICKET, audience="operator", labels={"service": "mirror"}, summary="県への写し（mirror）が追いついていません",
    fires=(
        Scene("35m", {_MIRROR: flat(1, 60), _WHOLE: f"{rising(0, 60, 11)} {flat(600, 60)}"}, _BEHIND),  # it lives, and gets no further
        Scene("35m", {_MIRROR: f"{flat(1, 10)} {flat(0, 50)}", _WHOLE: rising(0, 60, 10)}, _BEHIND),  # it is away
        Scene("35m", {_MIRROR: "1 0 " * 25, _WHOLE: "0 _ " * 25}, _BEHIND),  # it begins again and again, and was never there
    ),
    below=(
        Scene("29m", {_MIRROR: flat(1, 60), _WHOLE: f"{rising(0, 60, 11)} {flat(600, 60)}"}),  # not yet for five minutes
        Scene("60m", {_MIRROR: flat(1, 70), _WHOLE: rising(0, 60, 70)}),
    ),
    missing=(Scene("35m", {}),),  # no mirror is asked for
    reset=(Scene("60m", {_MIRROR: f"{flat(1, 30)} {flat(0, 3)} {flat(1, 40)}", _WHOLE: f"{rising(0, 60, 30)} {gap(3)} {flat(0, 2)} {rising(2100, 60, 40)}"}),),
    resolves=(Scene("50m", {_MIRROR: flat(1, 60), _WHOLE: f"{rising(0, 60, 11)} {flat(600, 30)} {rising(2460, 60, 19)}"}),),
)
PROOFS = (
    _dead(TICKET, 0, "intake に読めない記録がありました"), _dead(PAGE, 10, "intake に読めない記録が続いています"), REJECTED, IDENTITY, *CHAIN, IDLE, STALE, UNFED, MIRROR,
)
