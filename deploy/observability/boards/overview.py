"""全体の様子: is the town well, and if not, where does one look?"""

from __future__ import annotations

from dataclasses import replace

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.observability.boards.frame import board
from deploy.observability.boards.panels import About, Column, Shown, graph, number, rows
from deploy.observability.boards.query import per_minute
from deploy.observability.boards.signs import DOWN, GATE, OVERVIEW, SERVICES, SIGNS, firing, reasons, worst
from deploy.observability.boards.terms import ALERTS, OUTCOMES, SEVERITIES
from deploy.observability.boards.words import LEVELS, named

NO_ALERT = "鳴っている警報はありません"


def made() -> Dashboard:
    """The board."""
    return board(OVERVIEW, "全体の様子", "町の支援と同意の流れは、いま正常か。正常でなければ、どこを見ればよいか。", (
        number(
            About(title="つなぐの様子（いま最も悪いもの）", answers="下の八つ、動いていない部品、鳴っている警報のうち、最も悪いもの。値のないものは注意に、件数の足りないものは正常に数える。", unit="none", width=18, height=3,
                  silence="データなし：わるい（計測が止まっている）"), worst(), mappings=LEVELS.mappings()),
        number(replace(DOWN.about, height=3), DOWN.expression, DOWN.limits),
        rows(
            About(title="そのわけ", answers="上の言葉のもとになっている値と警報。悪い順に見る。", unit="none", width=24, height=5, silence="データなし：わるい（計測が止まっている）"),
            {"sign": "値・警報"}, Column("判定", reasons()), sort="判定", words={"値・警報": named(ALERTS), "判定": LEVELS.mappings()}),
        *(number(sign.about, sign.expression, sign.limits, instead=sign.instead) for sign in SIGNS),
        rows(
            About(title="鳴っている警報", answers="いま対応を待っている警報。上から順に、手順書を開いて対応する。", unit="none", width=24, height=6, runbook="LagSeconds",
                  silence="データなし：わるい（計測が止まっている）"),
            {"alertname": "警報", "severity": "重さ", "service": "部品"},
            Column("鳴っている数", f'(count by (alertname, severity, service) ({firing()})) or on() label_replace(vector(0), "alertname", "{NO_ALERT}", "", "")'),
            sort="重さ", rising=True, words={"重さ": named(SEVERITIES), "警報": named(ALERTS)}),
        graph(
            About(title="関門の判定（1分あたり）", answers="提供の求めに、関門がどう答えているか。昼に途絶えたら関門を疑う。", unit="cpm", board=GATE, runbook="DenialFlat",
                  silence="データなし：わるい（関門の値が届いていない）"),
            Shown(per_minute("decisions_total", by="outcome"), "{{outcome}}"), stacked=True, names=OUTCOMES),
        graph(
            About(title="処理した出来事（1分あたり）", answers="どの部品がどれだけの出来事を処理しているか。", unit="cpm", board=SERVICES, runbook="ConsumerStuck",
                  silence="データなし：わるい（部品の値が届いていない）"),
            Shown(per_minute("consumed_total", by="service"), "{{service}}")),
    ))
