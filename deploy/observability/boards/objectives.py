"""Objectives (約束): what is promised of the town, as a share of good among all in 30 days; error budgets and burn rates follow from it."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.observability.boards.query import counted, of, share_good
from deploy.observability.boards.words import named
from deploy.observability.contract import PREFIX

PERIOD = "30d"
"""The period of every objective; Prometheus must keep at least so much."""
ENOUGH = 100
"""Below so many in a period a single late one would use up the whole budget: it is not counted yet."""
FEW = 2
"""Stands in the place of a budget that is not counted yet: more than all of it is never left."""
TOO_FEW = (named({str(FEW): ("まだ言えない", "text")}), named({str(FEW): (f"{ENOUGH}件から", "text")}))
"""What is said in the place of FEW: instead of the word, and instead of the number."""
SILENT = "データなし：わるい（関門の値が届いていない）"
BURNS = {"5m": "5分", "1h": "1時間", "6h": "6時間", "3d": "3日"}
"""Windows in which burning is looked at."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One promise: name for people, alert, share that must be good, selectors of what is good and of all."""

    title: str
    runbook: str
    share: float
    good: str
    total: str

    def good_share(self, within: str) -> str:
        """Good ÷ all within a time, 0 to 1; 1 while there are none."""
        return share_good(*self._counted(within), self.total)

    def burnt(self, within: str) -> str:
        """Burn rate within a time: 1 uses the budget up in exactly one period."""
        return f"(1 - ({self.good_share(within)})) / {1 - self.share:.4g}"

    def left(self) -> str:
        """What is left of the error budget of a period; below 0 the promise is broken; FEW while they are fewer than ENOUGH."""
        good, total = self._counted(PERIOD)
        return f"(1 - (1 - {good} / ({total} >= {ENOUGH})) / {1 - self.share:.4g}) or ({FEW} + 0 * sum({self.total}))"

    def counted(self) -> str:
        """How many the share of a period is of."""
        return counted(self.total.removeprefix(PREFIX), within=PERIOD)

    def _counted(self, within: str) -> tuple[str, str]:
        return f"sum(increase({self.good}[{within}]))", f"sum(increase({self.total}[{within}]))"


OBJECTIVES = (
    Objective("判定が0.15秒以内", "DecisionBudgetBurn", 0.99, of("decision_seconds_bucket", 'le="0.15"'), of("decision_seconds_count")),
    Objective("停止の通知が1秒以内", "StopNoticeBudgetBurn", 0.99, of("stop_notice_seconds_bucket", 'le="1.0"'), of("stop_notice_seconds_count")),
)


def least_left() -> str:
    """The smallest of all remaining budgets; FEW while none is counted."""
    return "min(" + " or ".join(f'label_replace({each.left()}, "promise", "{place}", "", "")' for place, each in enumerate(OBJECTIVES)) + ")"
