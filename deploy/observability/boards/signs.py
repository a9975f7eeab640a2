"""Signs (しるし): the values by which a town is well or not, each with its limits and its alert. The first board shows them, others show them again."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.observability.boards.objectives import ENOUGH, SILENT, TOO_FEW, least_left
from deploy.observability.boards.panels import NO_OTHER, About, Instead
from deploy.observability.boards.query import counted, of, or_zero, recorded
from deploy.observability.boards.words import Limits
from deploy.observability.edges import PAGE, TICKET, edge, least


@dataclass(frozen=True, slots=True)
class Sign:
    """One value, its limits, and what is said of it."""

    about: About
    expression: str
    limits: Limits
    instead: Instead = NO_OTHER

    def level(self) -> str:
        """0 正常, 1 注意, 2 至急. Without a value it needs care."""
        return f"({self.limits.level(self.expression)}) or vector(1)"


URGENT = {"page": 2, "ticket": 1}
"""How bad it is that an alert of a severity fires."""
ALL_WELL = "悪いものはありません"


def firing(*matchers: str) -> str:
    """The alerts that fire, but the one that always does."""
    return of("ALERTS", 'alertstate="firing"', 'alertname!="Watchdog"', *matchers)


def _sign(title: str, expression: str, limits: Limits, unit: str, answers: str, silence: str, runbook: str, board: str, instead: Instead = NO_OTHER) -> Sign:
    return Sign(About(title=title, answers=answers, silence=silence, unit=unit, width=6, height=4, runbook=runbook, board=board), expression, limits, instead)


OVERVIEW, GATE, SERVICES, PROJECTIONS, AUDIT, BASE, PROMISES = (
    f"tsunagu-{name}" for name in ("overview", "gate", "services", "projections", "audit", "base", "slo")
)
"""The uids of the seven boards."""

BUDGET = _sign(
    "約束の余裕", least_left(), Limits(care=0.5, stop=0.0, falling=True), "percentunit",
    f"30日の約束（SLO）のうち、最も余裕の少ないものの残り。0%を切ると約束が破れている。{ENOUGH}件に満たないうちは数えない。", SILENT, "DecisionBudgetBurn", PROMISES, TOO_FEW,
)
HELD = _sign(
    "最も古い保留", or_zero(f"max({of('held_oldest_age_seconds')})", "consent"), Limits(care=edge("HeldAgeing", TICKET), stop=edge("HeldAgeing", PAGE)), "s",
    "同意などを待って止めてある提供のうち、最も長く待っているもの。4時間で注意、1日で至急。", "データなし：わるい（関門の値が届いていない）", "HeldAgeing", GATE,
)
DENIED = _sign(
    "提供しなかった件数（24時間）", counted("decisions_total", 'outcome="DENY"', within="24h"), Limits(care=200), "short",
    "同意も法の根拠もなく、関門が提供しなかった件数。多いこと自体は故障ではないが、急に増えたら理由を見る。", "データなし：わるい（関門の値が届いていない）", "DenialSpike", GATE,
)
LATE = _sign(
    "処理の遅れ（最大）", f"max({of('consumer_lag_seconds')})", Limits(care=30, stop=edge("LagSeconds", PAGE)), "s",
    "届いた出来事のうち、まだ処理されていない最も古いものの待ち時間。部品の外から測る。", "データなし：わるい（観測の部品が止まっている）", "LagSeconds", SERVICES,
)
DEAD = _sign(
    "読めなかった記録（24時間）", counted("dead_letters_total", within="24h"), Limits(care=least("DeadLetters", TICKET), stop=least("DeadLetters", PAGE)), "short",
    "決まりに合わず、別に取り置いた記録の数。送り手に直してもらうまで、その人の支援には使われない。", "データなし：わるい（部品の値が届いていない）", "DeadLetters", SERVICES,
)
STALE = _sign(
    "投影の古さ（最大）", f"max({recorded('projection:tsunagu_projection_age_seconds:max')})", Limits(care=edge("ProjectionStale", PAGE), stop=600), "s",
    "画面や報告に、まだ現れていない最も古い記録の古さ。", "データなし：わるい（報告の部品が止まっている）", "ProjectionStale", PROJECTIONS,
)
ROUND_S = 3600
"""A check of the logs begins anew half an hour after the last: an older result says nothing of what was written since."""
CHAIN = _sign(
    "記録の完全性", f"max({of('verifier_findings')}) and on() (time() - max({of('verifier_last_run_timestamp_seconds')}) < {ROUND_S})", Limits(stop=least("ChainFailure", PAGE)), "short",
    "検証で見つかった記録の食い違い。1件でもあれば、取り込みや復元など、データを変える作業を止める。支援は続ける。検証が1時間より古ければ、値はない。", "データなし：わるい（検証がまだ終わっていないか、止まっている）", "ChainFailure", AUDIT,
)
OVERDUE = _sign(
    "回答の期限を過ぎた請求", f"sum({of('erasure_overdue')})", Limits(stop=least("ErasureBacklog", PAGE)), "short",
    "利用停止・消去の請求のうち、期限を過ぎても本人に答えていないものの数。", "データなし：わるい（関門の値が届いていない）", "ErasureBacklog", AUDIT,
)
DOWN = _sign(
    "動いていない部品", f"count({of('up')} == 0) or (0 * count({of('up')}))", Limits(stop=1), "short",
    "計測に答えない部品の数。", "データなし：わるい（計測そのものが止まっている）", "WorkerAbsent", SERVICES,
)
SIGNS = (BUDGET, HELD, DENIED, LATE, DEAD, STALE, CHAIN, OVERDUE)
"""The eight of the first board, in its order."""


def worst() -> str:
    """0 正常, 1 注意, 2 至急: the worst of all signs and of the alerts that fire."""
    return f"max({_levels()})"


def reasons() -> str:
    """What makes it so: every sign and alert that is not 正常, with its level; the label ``sign`` is its title, of an alert its code."""
    return f'(max without (alertname) ({_levels()}) > 0) or on() label_replace(vector(0), "sign", "{ALL_WELL}", "", "")'


def _levels() -> str:
    signs = [f'label_replace({sign.level()}, "sign", "{sign.about.title}", "", "")' for sign in (*SIGNS, DOWN)]
    urgent = [f"{level} * max by (alertname) ({firing(f'severity={chr(34)}{severity}{chr(34)}')})" for severity, level in URGENT.items()]
    return " or ".join([*signs, *(f'label_replace({each}, "sign", "$1", "alertname", "(.+)")' for each in urgent)])
