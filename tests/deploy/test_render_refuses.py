"""Broken dashboard or rule file: `tsunagu deploy render` ends with one sentence that names it, and writes nothing; never a silently missing alert."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.deploy import render_boards, render_input, render_rules
from cli.main import command
from deploy.k8s import monitoring, town
from deploy.local import layout
from deploy.observability import reading
from deploy.observability.boards import writing
from tests.deploy.alerts.rules import alerts
from tests.prometheus import promtool

RULES, BOARDS = "deploy/observability/prometheus", "deploy/observability/grafana/dashboards"
GATE = f"{BOARDS}/同意と提供/gate.json"
GOOD = 'groups:\n  - name: g\n    rules:\n      - record: a:b:c\n        expr: sum(up)\n'


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is rendered; no promtool on the path."""
    root = tmp_path / "checkout"
    for name in ("deploy/k8s", "deploy/observability/prometheus", "deploy/observability/grafana"):
        shutil.copytree(layout.REPOSITORY / name, root / name)
    (root / "docs").mkdir()
    shutil.copy(layout.REPOSITORY / "docs" / "operators.md", root / "docs")
    monkeypatch.setattr(layout, "REPOSITORY", root)
    monkeypatch.setattr(monitoring, "OBSERVABILITY", root / "deploy" / "observability")
    monkeypatch.setattr(town, "SAMPLE", root / "deploy" / "k8s" / "town")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return root


def run(*words: str | Path) -> Result:
    """The command, however it ends; a traceback would be the test's."""
    return CliRunner().invoke(command(["deploy"]), ["deploy", "render", *map(str, words)], catch_exceptions=False)


def content(root: Path) -> dict[Path, bytes]:
    """Every file below, to see that nothing was written."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def refused(root: Path, *says: str) -> None:
    """Written or only checked, with and without a town's folder: exit code 2, one sentence, nothing written."""
    before = content(root)
    for words in ((), ("--out", town.SAMPLE, "--check")):
        done = run(*words)
        assert (2, "", 1) == (done.exit_code, done.stdout, done.stderr.count("\n")), done.output
        assert all(each in done.stderr for each in says), done.stderr
    assert before == content(root)


def replaced(path: Path, old: str, new: str) -> None:
    """One place of a file, changed."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def half(path: Path) -> None:
    """As a disk that was full leaves it."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


BROKEN_RULES: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "integrity.yml is empty"),
    "notes alone": (lambda path: path.write_text("# nothing\n"), "integrity.yml is empty"),
    "half": (half, ""),
    "away": (lambda path: path.unlink(), "integrity.yml"),
    "no YAML": (lambda path: path.write_text("groups: [}{\n"), "integrity.yml:1 is no YAML"),
    "no UTF-8": (lambda path: path.write_bytes(b"groups: \xff"), "integrity.yml is not UTF-8"),
    "another form": (lambda path: path.write_text("- groups\n"), "integrity.yml:1"),
    "no groups": (lambda path: path.write_text("groups: []\n"), "integrity.yml:1"),
    "an alert too few": (lambda path: replaced(path, "- alert: IdentityMismatch", "- alert: DeadLetters"), "IdentityMismatch"),
    "an alert too many": (lambda path: replaced(path, "- alert: IdentityMismatch", "- alert: Surprise"), ": no runbook is called Surprise"),
    "a bracket too many": (lambda path: replaced(path, "expr: tsunagu_projection_fed == 0", "expr: sum((tsunagu_projection_fed) == 0"), "integrity.yml:"),
    "an open quote": (lambda path: replaced(path, "expr: tsunagu_projection_fed == 0", "expr: tsunagu_projection_fed{a=\"b} == 0"), "integrity.yml:"),
    "no expression": (lambda path: replaced(path, "expr: tsunagu_projection_fed == 0", "expr: ''"), "integrity.yml:"),
    "a series that nothing records": (lambda path: replaced(path, "dead_letters:increase15m", "dead_letters:increase16m"), "no rule records"),
    "a time that is none": (lambda path: path.write_text("groups: 2026-99-99\n"), "integrity.yml is no YAML"),
    "no urgency": (lambda path: replaced(path, "{severity: ticket, audience: operator}", "{audience: operator}"), ": labels"),
    "another urgency": (lambda path: replaced(path, "severity: ticket", "severity: tikcet"), ": severity"),
    "for nobody": (lambda path: replaced(path, "{severity: ticket, audience: operator}", "{severity: ticket}"), ": labels"),
    "no text": (lambda path: replaced(path, "          summary:", "          sumary:"), ": annotations of"),
    "a misspelt key": (lambda path: replaced(path, "        for: 5m", "        fro: 5m"), "integrity.yml:"),
    "no time": (lambda path: replaced(path, "        for: 5m", "        for: soon"), "integrity.yml:"),
    "a key twice": (lambda path: replaced(path, "        for: 5m", "        for: 5m\n        for: 6m"), "integrity.yml:"),
    "a group twice": (lambda path: replaced(path, "name: integrity", "name: rejected"), "integrity.yml:"),
    "not loaded by Prometheus": (lambda path: (path.parent / "own.yml").write_text(GOOD), "own.yml"),
}


@pytest.mark.parametrize(("harm", "says"), BROKEN_RULES.values(), ids=BROKEN_RULES)
def test_a_broken_rule_file_is_told_and_nothing_is_written(checkout: Path, harm: Callable[[Path], object], says: str):
    """The file, the line where it is known, and what is wrong with it."""
    harm(checkout / RULES / "integrity.yml")

    refused(checkout, RULES, says)


def test_the_line_is_told(checkout: Path):
    """Where an editor should be opened."""
    path = checkout / RULES / "integrity.yml"
    replaced(path, "expr: tsunagu_projection_fed == 0", "expr: (tsunagu_projection_fed == 0")
    line = path.read_text("utf-8").split("expr: (tsunagu")[0].count("\n") + 1

    refused(checkout, f"{RULES}/integrity.yml:{line}: the expression of ProjectionUnfed does not end well: ( is not closed")


BROKEN_BOARDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "gate.json is empty"),
    "half": (half, "gate.json:"),
    "no JSON": (lambda path: path.write_text('{"a":'), "gate.json:1 is no JSON"),
    "no UTF-8": (lambda path: path.write_bytes(b"\xff"), "gate.json is not UTF-8"),
    "garbage": (lambda path: path.write_text("[1]"), "gate.json"),
    "nothing on it": (lambda path: path.write_text('{"uid": "a", "title": "b", "panels": []}'), "gate.json"),
    "away": (lambda path: path.unlink(), "gate.json is not there"),
    "one too many": (lambda path: path.with_name("own.json").write_text("{}"), "own.json"),
    "another's": (lambda path: shutil.copy(path.parents[1] / "監査" / "audit.json", path), "gate.json"),
}


@pytest.mark.parametrize("generator", [True, False], ids=["", "without the generator's kit"])
@pytest.mark.parametrize(("harm", "says"), BROKEN_BOARDS.values(), ids=BROKEN_BOARDS)
def test_a_broken_board_is_told_and_nothing_is_written(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Path], object], says: str, generator: bool,
):
    """Whether the kit that makes the boards is installed or not: a town's machine has none."""
    if not generator:
        monkeypatch.setattr(render_boards, "_generated", dict)
    harm(checkout / GATE)

    refused(checkout, BOARDS, says)


def test_a_board_with_a_panel_too_few_is_told(checkout: Path):
    """It is JSON, and Grafana would show it; only the generator knows."""
    board = json.loads((checkout / GATE).read_text("utf-8"))
    del board["panels"][-1]
    (checkout / GATE).write_text(json.dumps(board, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")

    refused(checkout, "gate.json is not what its generator writes")


def test_the_boards_that_must_be_there_are_the_generators():
    """Known without its kit."""
    assert render_boards.FILES == {*writing.BOARDS}
    assert {Path(name).stem for name in render_boards.FILES} == {*reading.ORDER}


def test_a_rule_too_few_of_an_alert_with_several_is_told(checkout: Path):
    """Its other rules are there, so its name is; a file that was cut off between two rules ends like this."""
    path = checkout / RULES / "slo.yml"
    path.write_text(path.read_text("utf-8").rpartition("      - alert: ")[0], "utf-8")

    refused(checkout, "has 3 of the 4 rules of the alert")


def test_alerts_with_several_rules_are_all_known():
    """Whoever writes another one says so in the table."""
    assert {alert: number for alert, number in Counter(rule["alert"] for rule in alerts()).items() if number > 1} == render_rules.SEVERAL


def test_what_is_committed_is_whole():
    """Rules and boards as they are, with the tool of Prometheus where it can be had."""
    assert render_boards.check(layout.REPOSITORY) is None
    assert render_rules.check(layout.REPOSITORY) is None


@pytest.mark.parametrize("words", ['sum(up{a="(b"})', "a # ((\n+ b", "rate(a[5m:1m])", r'''label_replace(a, "b", '\'(', "c", `\`)'''])
def test_brackets_in_texts_and_notes_do_not_count(words: str):
    """As PromQL reads them."""
    assert render_input.unbalanced(words) is None


@pytest.mark.parametrize("words", ["sum((up)", "sum(up))", "a[5m}", "(a]", 'a{b="c}', "a{b='c\\'}"])
def test_brackets_and_quotes_that_are_open_are_seen(words: str):
    """Of each kind, on either side."""
    assert render_input.unbalanced(words)


def test_the_tool_of_prometheus_has_the_last_word(checkout: Path, tmp_path: Path):
    """Balanced, and still no expression: only it sees that."""
    tool = promtool()
    os.symlink(tool, tmp_path / "bin" / "promtool")
    assert 0 == run("--check").exit_code

    replaced(checkout / RULES / "integrity.yml", "expr: tsunagu_projection_fed == 0", "expr: tsunagu_projection_fed ===== 0")

    refused(checkout, f"{RULES}/integrity.yml", "parse")


def test_a_tool_that_cannot_run_is_told(checkout: Path, tmp_path: Path):
    """One sentence, too."""
    (tmp_path / "bin" / "promtool").write_text("no program\n")
    (tmp_path / "bin" / "promtool").chmod(0o755)

    refused(checkout, "promtool")


def test_out_is_all_that_is_written(checkout: Path, tmp_path: Path):
    """A town's folder is a town's; what all towns share belongs to the checkout, and is rendered without `--out`."""
    other = tmp_path / "other"
    shutil.copytree(town.SAMPLE, other)
    (other / "topics.yaml").unlink()
    before = content(checkout)

    assert (0, f"{other / 'topics.yaml'}\n") == ((done := run("--out", other)).exit_code, done.stdout)
    assert before == content(checkout)


def test_alerts_that_were_not_rendered_are_told_where_they_may_not_be_written(checkout: Path):
    """The overlay would bring the old ones; rendered without `--out`, it brings the new ones."""
    replaced(checkout / RULES / "integrity.yml", "expr: tsunagu_projection_fed == 0", "expr: tsunagu_projection_fed < 1")
    before = content(checkout)

    for words in (("--out", town.SAMPLE), ("--out", town.SAMPLE, "--check")):
        done = run(*words)
        assert (2, "", 1) == (done.exit_code, done.stdout, done.stderr.count("\n"))
        assert "deploy/k8s/components/monitoring/rules.yaml" in done.stderr and "without --out" in done.stderr
    assert before == content(checkout)
    assert (1, f"{checkout / monitoring.RULES}\n") == ((done := run("--check")).exit_code, done.stdout)
    assert 0 == run().exit_code
    assert "tsunagu_projection_fed < 1" in (checkout / monitoring.RULES).read_text("utf-8")
    assert 0 == run("--out", town.SAMPLE, "--check").exit_code


def test_agencies_that_are_only_checked_are_not_written(checkout: Path, tmp_path: Path):
    """`--check` writes nothing, not the town's file either; nor does a file that is no town's take its place."""
    own = tmp_path / "own.yaml"
    own.write_text('municipality: "990019"\nagencies:\n  - {id: hinata, kind: ELDER, name_ja: ひなた}\n', "utf-8")
    before = content(checkout)

    done = run("--out", town.SAMPLE, "--agencies", own, "--check")
    assert 1 == done.exit_code and str(town.SAMPLE / "town.yaml") in done.stdout.splitlines()
    assert before == content(checkout)
    for harm in (lambda: own.write_text("agencies: [}{"), own.unlink):
        harm()
        assert (2, "") == ((done := run("--out", town.SAMPLE, "--agencies", own)).exit_code, done.stdout), done.output
        assert before == content(checkout)
