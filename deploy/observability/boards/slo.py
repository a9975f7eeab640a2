"""SLO: are the promises kept, how much of the error budget is left, and how fast is it burning?"""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.observability.boards.frame import board
from deploy.observability.boards.objectives import BURNS, ENOUGH, OBJECTIVES, PERIOD, SILENT, TOO_FEW, Objective
from deploy.observability.boards.panels import About, Column, Shown, graph, heading, number, rows
from deploy.observability.boards.signs import BUDGET, PROMISES
from deploy.observability.boards.words import Limits
from deploy.observability.edges import PAGE, edge


def made() -> Dashboard:
    """The board."""
    panels = [panel for each in OBJECTIVES for panel in (heading(f"約束：{each.title}"), *_promise(each))]
    return board(PROMISES, "約束（SLO）", "約束は守られているか。余裕はどれだけ残り、どの速さで減っているか。", (_all(), *panels))


def _all():
    about = About(title="余裕の少ない順", answers=f"30日の約束ごとの余裕。{ENOUGH}件に満たないうちは数えない。", silence=SILENT, unit="percentunit", width=24, height=5, runbook="DecisionBudgetBurn")
    left = " or ".join(f'label_replace({each.left()}, "promise", "{each.title}", "", "")' for each in OBJECTIVES)
    how_many = " or ".join(f'label_replace({each.counted()}, "promise", "{each.title}", "", "")' for each in OBJECTIVES)
    return rows(about, {"promise": "約束"}, Column("残りの余裕", f"sort({left})", "percentunit", BUDGET.limits, TOO_FEW), Column("数えた件数", how_many))


def _promise(promise: Objective) -> tuple:
    def about(title: str, answers: str, unit: str, width: int = 6, height: int = 4) -> About:
        return About(title=title, answers=answers, silence=SILENT, unit=unit, width=width, height=height, runbook=promise.runbook)

    return (
        number(about("目標", "30日のうち、よい結果であるべき割合。", "percentunit"), f"vector({promise.share:g})"),
        number(about("守れた割合（30日）", "30日のうち、よい結果だった割合。", "percentunit"), promise.good_share(PERIOD)),
        number(about("残りの余裕", f"失敗してよい分のうち、まだ残っている割合。{ENOUGH}件に満たないうちは数えない。", "percentunit"), promise.left(), BUDGET.limits, instead=TOO_FEW),
        number(about("数えた件数（30日）", "割合のもとになった件数。", "short"), promise.counted()),
        graph(about("余裕の減る速さ", f"1なら30日でちょうど使い切る。14.4が1時間続くと、2日で使い切る。{ENOUGH}件に満たない時間では、誰も呼ばれない。", "short", 24, 8),
              *(Shown(promise.burnt(window), f"{window_ja}の速さ") for window, window_ja in BURNS.items()), limits=_burn(promise), unit_ja="倍"),
    )


def _burn(promise: Objective) -> Limits:
    """From 1 on the budget does not last; at what the alert of one hour calls for, it lasts two days."""
    return Limits(care=1, stop=round(edge(promise.runbook, PAGE, window="1h") / (1 - promise.share), 6))
