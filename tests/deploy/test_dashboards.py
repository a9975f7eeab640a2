"""The seven dashboards without Grafana: what is committed is what the generator writes, and says everything that a board must say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.local.layout import REPOSITORY
from deploy.observability import reading
from deploy.observability.boards import terms, writing
from deploy.observability.boards.words import CARE, STOP, WELL
from deploy.observability.contract import METRICS, OF_PROMETHEUS, SERIES, TARGET_LABELS, Kind
from services.consent.domain.reasons import Reason
from services.reporting.resource import Role
from tests.deploy.alerts.rules import CONFIG, alerts

FILES = reading.files()
BOARDS = {path.stem: reading.board(path) for path in FILES}
PANELS = {f"{name}: {panel['title']}": (board, panel) for name, board in BOARDS.items() for panel in reading.panels(board)}
PROVISIONING = writing.FOLDER.parent / "provisioning"
WITHOUT_UNIT = "none"
NOTHING_MEASURED = re.compile(r"0 \* (?:sum|max)(?: by \([^)]*\))? ?\([a-z_]+(?:\{[^}]*\})?\)")
"""A proof that the series is there at all: the only place of a counter outside rate and increase."""
SELECTOR = re.compile(r"\b(tsunagu_\w+|up|ALERTS)\b(?:\{([^}]*)\})?")

boards = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
of_panels = pytest.mark.parametrize(("board", "panel"), PANELS.values(), ids=PANELS)


def selectors(expression: str) -> list[tuple[str, set[str]]]:
    """Series and matched labels in an expression."""
    return [(name, set(re.findall(r"([a-z_]+)\s*(?:=~|!~|!=|=)", matchers))) for name, matchers in SELECTOR.findall(expression)]


def test_the_committed_boards_are_what_the_generator_writes():
    """After a change: python -m deploy.observability.boards."""
    assert writing.texts() == {path.relative_to(writing.FOLDER).as_posix(): path.read_text("utf-8") for path in FILES}


def test_there_are_seven_boards_in_japanese():
    """Real characters, no escapes."""
    assert 7 == len(FILES)
    assert not [path for path in FILES if "\\u" in path.read_text("utf-8")]


def test_no_two_boards_have_the_same_uid_or_title():
    """Grafana would drop one of them without a word."""
    assert 7 == len({board["uid"] for board in BOARDS.values()}) == len({board["title"] for board in BOARDS.values()})


@boards
def test_a_board_is_read_by_grafanas_own_model(board: dict[str, Any]):
    """And nothing of it is lost on the way."""
    assert board["title"] == Dashboard.from_json(board).title


@boards
def test_a_board_is_the_same_everywhere(board: dict[str, Any]):
    """Nobody edits it; Japanese time; six hours, twice a minute; one crosshair; other boards one click away."""
    assert (False, "Asia/Tokyo", "30s", 1) == (board["editable"], board["timezone"], board["refresh"], board["graphTooltip"])
    assert {"from": "now-6h", "to": "now"} == board["time"]
    assert ["tsunagu"] == board["tags"] and len(board["uid"]) <= 40 and board["description"]
    assert [(["tsunagu"], True, True)] == [(link["tags"], link["keepTime"], link["includeVars"]) for link in board["links"]]


@boards
def test_a_board_has_its_variables_and_notes(board: dict[str, Any]):
    """A source that can be chosen, refreshed with the time; deploys, rebalances, rebuilds, packs, alerts on the time axis."""
    variables = {each["name"]: each for each in board["templating"]["list"]}
    used = {name for text in (*reading.queries(board), *(panel.get("repeat") or "" for panel in board["panels"])) for name in re.findall(r"\$([a-z_]\w*)", text)}

    assert {"datasource", "docs"} <= set(variables)
    assert used - {"__rate_interval", "__range"} <= set(variables)
    assert all(2 == each["refresh"] for each in variables.values() if each["type"] == "query")
    assert ["配備", "再割り当て", "再構築の始まり", "再構築の終わり", "規則集の発効", "警報"] == [note["name"] for note in board["annotations"]["list"]]


@boards
def test_panels_have_ids_and_stand_on_the_grid(board: dict[str, Any]):
    """24 columns, nothing on top of anything else."""
    places = [(each["gridPos"], each["id"]) for each in board["panels"]]
    cells = [(x, y) for at, _ in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])]

    assert len(places) == len({number for _, number in places})
    assert len(cells) == len(set(cells)) and all(0 <= x < 24 for x, _ in cells)


@of_panels
def test_a_panel_says_what_it_is(board: dict[str, Any], panel: dict[str, Any]):
    """Title, what it answers, unit, and whether silence is good or bad; from the source that was chosen."""
    says = panel["fieldConfig"]["defaults"]

    assert panel["title"] and panel["description"].endswith("。") and says["unit"]
    assert re.match(r"データなし：(よい|わるい)（", says["noValue"])
    assert {"${datasource}"} == {each["datasource"]["uid"] for each in (panel, *panel["targets"])}
    assert panel["targets"] and all(target["expr"].strip() for target in panel["targets"])
    assert len(panel["targets"]) == len({target["refId"] for target in panel["targets"]})


@of_panels
def test_no_colour_is_alone(board: dict[str, Any], panel: dict[str, Any]):
    """Where a colour says how it is, a word says it too: 正常, 注意 or 至急."""
    says = panel["fieldConfig"]
    mappings = [each for place in (says["defaults"], *({p["id"]: p["value"] for p in o["properties"]} for o in says["overrides"])) for each in place.get("mappings", ())]
    words = {each["options"]["result"]["color"]: each["options"]["result"]["text"] for each in mappings if each["type"] == "range"}
    steps = [step["color"] for step in says["defaults"]["thresholds"]["steps"]] if "thresholds" in says["defaults"] else []

    assert len(steps) <= 1 or set(steps) <= set(words)
    assert words.items() <= {"green": WELL, "orange": CARE, "red": STOP}.items()


@of_panels
def test_counters_are_rates(board: dict[str, Any], panel: dict[str, Any]):
    """A counter alone says only when its process began."""
    counters = {name for each in METRICS.values() if each.kind is not Kind.GAUGE for name in each.series}
    for target in panel["targets"]:
        measured = re.sub(r"(?:rate|increase)\([a-z_]+(?:\{[^}]*\})?\[(?:\$__rate_interval|\d+[mhd])\]\)", "", NOTHING_MEASURED.sub("", target["expr"]))

        assert not counters & {name for name, _ in selectors(measured)}
        assert "rate(" not in target["expr"] or all("[$__rate_interval]" in each for each in re.findall(r"(?<!\w)rate\([^)]*\)", target["expr"]))


@pytest.mark.parametrize(("name", "expression"), [(name, each) for name, board in BOARDS.items() for each in dict.fromkeys(reading.queries(board))])
def test_every_series_and_label_is_in_the_contract(name: str, expression: str):
    """What nobody exports cannot be drawn."""
    found = selectors(expression)
    known = [OF_PROMETHEUS.get(series, SERIES.get(series)) for series, _ in found]

    assert None not in known, [series for series, _ in found if series not in SERIES]
    assert not [series for (series, labels), has in zip(found, known, strict=True) if labels - has - TARGET_LABELS]
    grouped = {label for labels in re.findall(r"by \(([^)]*)\)", expression) for label in labels.replace(" ", "").split(",")}
    assert grouped <= set().union(*known)


@of_panels
def test_a_legend_names_only_labels_that_are_left(board: dict[str, Any], panel: dict[str, Any]):
    """Otherwise it would be empty."""
    for target in panel["targets"]:
        left = {label for labels in re.findall(r"by \(([^)]*)\)", target["expr"]) for label in labels.replace(" ", "").split(",")}

        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= left


@of_panels
def test_links_lead_somewhere(board: dict[str, Any], panel: dict[str, Any]):
    """To one of the boards with time and choices kept, or to a heading of the operators' page."""
    uids = {each["uid"] for each in BOARDS.values()}
    for link in panel["links"]:
        there = re.fullmatch(r"/d/([a-z-]+)\?\$\{__url_time_range\}&\$\{__all_variables\}", link["url"])

        assert there and there[1] in uids or re.fullmatch(r"\$\{docs\}/operators\.md#[a-z0-9]+", link["url"])
    assert panel["type"] != "stat" or panel["links"] or board["uid"] in ("tsunagu-overview", "tsunagu-slo")


def test_runbooks_are_those_of_alerts():
    """A panel's runbook is the heading of an alert that exists."""
    named = {link["url"].partition("#")[2] for _, panel in PANELS.values() for link in panel["links"] if "#" in link["url"]}

    assert set() == named - {rule["alert"].lower() for rule in alerts()}


def test_codes_have_japanese_names():
    """Of all reasons and roles, and no others."""
    assert set(terms.REASONS) == {*Reason, "NONE"}
    assert set(terms.ROLES) == set(Role)


def test_every_alert_has_a_japanese_name():
    """In the first board's list, with the code by which its runbook is found."""
    assert {rule["alert"] for rule in alerts()} <= set(terms.ALERTS)
    assert all(name.endswith(f"（{code}）") for code, (name, _) in terms.ALERTS.items())


def test_the_watchdog_makes_nothing_worse():
    """It fires always: a headline that counts it would never say 正常."""
    assert not [each for each in reading.queries(BOARDS["overview"]) if each.count("ALERTS{") != each.count('alertname!="Watchdog"')]


def test_the_boards_come_in_the_order_of_their_page():
    """docs/dashboards.md, from what everybody looks at to what few do."""
    page = (REPOSITORY / "docs" / "dashboards.md").read_text("utf-8")

    assert [board["title"] for board in BOARDS.values()] == re.findall(r"(?m)^\| \[(.*?)\]", page)


def test_documents_have_one_full_address():
    """Of alerts and of boards."""
    (address,) = {each["query"] for board in BOARDS.values() for each in board["templating"]["list"] if each["name"] == "docs"}

    assert yaml.safe_load(CONFIG.read_text("utf-8"))["global"]["external_labels"]["docs"] == address and re.fullmatch("https://.*[^/]", address)


def test_provisioning_fixes_the_source_and_forbids_edits():
    """The uid that boards are first opened with; folders from the file system; no changes by hand."""
    (source,) = yaml.safe_load((PROVISIONING / "datasources/prometheus.yaml").read_text("utf-8"))["datasources"]
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards/boards.yaml").read_text("utf-8"))["providers"]
    (chosen,) = {each["current"]["value"] for board in BOARDS.values() for each in board["templating"]["list"] if each["name"] == "datasource"}

    assert chosen == source["uid"] and not source["editable"]
    assert not provider["allowUiUpdates"] and provider["options"]["foldersFromFilesStructure"]
    assert Path(provider["options"]["path"]).is_absolute()
