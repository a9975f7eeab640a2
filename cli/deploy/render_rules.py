"""The rule files before they are rendered: each whole and well formed, all that Prometheus loads, and an alert for each runbook."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from cli.deploy.render_form import loaded, rules
from cli.deploy.render_input import Broken, read

FOLDER = "deploy/observability/prometheus"
CONFIG = f"{FOLDER}/prometheus.yml"
RUNBOOKS = "docs/operators.md"
"""Its section "Runbooks" has a heading for each alert, and an alert for each heading: so one that is gone is missed."""
SEVERAL = {
    "WorkerAbsent": 8, "DecisionBudgetBurn": 4, "StopNoticeBudgetBurn": 4,
    "DatabaseDown": 2, "DeadLetters": 2, "DiskLow": 2, "DiskFillsUp": 2, "CertExpiry": 2, "HeldAgeing": 2, "StopNoticeLate": 2, "ErasureBacklog": 2,
}
"""Alerts of several rules (of different urgency, window, service or store), and how many: a name alone would not tell that one of them is gone."""
TIMEOUT_S = 120
_RECORDED = re.compile(r"\b[a-z_]+:tsunagu_\w+:\w+")
"""``level:metric:operation``: the name of a series that a rule records."""


def check(root: Path) -> None:
    """Whether all rules of a checkout may be rendered. Raises Broken with what is wrong first; ``promtool`` has the last word where it is there."""
    files = _files(root)
    found = [(name, rule) for name in files for rule in rules(name, read(root, name))]
    runbooks = _runbooks(read(root, RUNBOOKS))
    for name, rule in found:
        if (alert := rule.get("alert", "")) and alert not in runbooks:
            raise Broken(f"{name}:{rule.lines['alert']}: no runbook is called {alert} ({RUNBOOKS}), so nobody would know what to do")
    there = Counter(rule.get("alert") for _, rule in found)
    for alert, line in runbooks.items():
        if there[alert] < (needed := SEVERAL.get(alert, 1)):
            raise Broken(f"{FOLDER} has {there[alert]} of the {needed} rules of the alert {alert}, whose runbook is {RUNBOOKS}:{line}")
    recorded = {rule.get("record") for _, rule in found}
    for name, rule in found:
        for series in _RECORDED.findall(rule["expr"]):
            if series not in recorded:
                raise Broken(f"{name}:{rule.lines['expr']}: no rule records {series}")
    _promtool(root, files)


def _files(root: Path) -> list[str]:
    """Paths of the rule files: those of the folder, which must be those that Prometheus loads."""
    config = loaded(CONFIG, read(root, CONFIG))
    listed = config.get("rule_files") if isinstance(config, dict) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
        raise Broken(f"{CONFIG}: rule_files must name the files of rules")
    named = {f"{FOLDER}/{each}" for each in listed}
    there = {f"{FOLDER}/{path.name}" for path in (root / FOLDER).glob("*.y*ml")} - {CONFIG}
    for name in sorted(named - there):
        raise Broken(f"{name} is not there, and {CONFIG}:{config.lines['rule_files']} names it")
    for name in sorted(there - named):
        raise Broken(f"{name} is not among the rule_files of {CONFIG}:{config.lines['rule_files']}, so nobody has tested it")
    return sorted(named)


def _runbooks(page: str) -> Mapping[str, int]:
    """Alert → line of its heading."""
    found: dict[str, int] = {}
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("## "):
            inside = line == "## Runbooks"
        elif inside and line.startswith("### "):
            found[line.removeprefix("### ").strip()] = number
    if not found:
        raise Broken(f"{RUNBOOKS} has no section Runbooks, by which the alerts are counted")
    return found


def _promtool(root: Path, files: list[str]) -> None:
    tool = shutil.which("promtool")
    if tool is None:
        return
    try:
        done = subprocess.run(
            [tool, "check", "rules", *files], check=False, cwd=root, capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT_S)
    except OSError as problem:
        raise Broken(f"{FOLDER}: {tool} cannot be run: {problem.strerror}") from problem
    except subprocess.TimeoutExpired as problem:
        raise Broken(f"{FOLDER}: {tool} did not answer within {TIMEOUT_S} s") from problem
    if done.returncode:
        lines = [line.strip() for line in f"{done.stderr}\n{done.stdout}".splitlines() if line.strip() and line.strip() != "FAILED:"]
        raise Broken(f"{lines[0] if lines else FOLDER} (promtool)")
