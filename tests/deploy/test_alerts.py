"""Alerts: each is proved by Prometheus's own tool, both ways, and none is without severity, audience, runbook and exported metrics."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.layout import REPOSITORY
from deploy.observability.contract import SERIES
from tests.deploy.alerts import PROOFS
from tests.deploy.alerts.proof import KINDS, PAGE, TICKET, Proof
from tests.deploy.alerts.rules import CONFIG, RULE_FILES, alerts, alone, recordings
from tests.prometheus import promtool

AUDIENCES = {"operator", "security", "privacy", "municipality", "watchdog"}
_SELECTOR = re.compile(r"\b(tsunagu_\w+|up)\b(?:\{([^}]*)\})?")
_OWN = {"service", "job", "instance", "le"}


def label_of(rule: dict[str, Any]) -> str:
    """A rule's name for people."""
    labels = rule["labels"]
    return "-".join([rule["alert"], labels["severity"], *[labels[key] for key in ("window", "service") if key in labels]])


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool."""
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_an_alert_fires_when_it_must_and_only_then(proof: Proof, tmp_path: Path):
    """Fires with these labels and texts; not one step below, nor without its series, nor by a restart; and ends when it is over."""
    (rule,) = [rule for rule in alerts() if proof.proves(rule)]
    rules = alone(rule, tmp_path / "rules.yml")
    tests = tmp_path / "tests.yml"
    tests.write_text(yaml.safe_dump(proof.document([str(rules)]), allow_unicode=True, sort_keys=False), "utf-8")

    done = run(promtool(), "test", "rules", tests)

    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("rule", alerts(), ids=label_of)
def test_no_alert_is_without_its_proofs(rule: dict[str, Any]):
    """Both ways, with a series missing, over a restart, to its end. Only the watchdog has nothing that silences it."""
    found = {kind for proof in PROOFS if proof.proves(rule) for kind, _ in proof.scenes()}

    assert found >= ({"fires"} if rule["alert"] == "Watchdog" else {*KINDS})


def test_no_proof_is_of_nothing():
    """Each proof is of exactly one rule, fires somewhere, and is silent below."""
    for proof in PROOFS:
        assert 1 == len([rule for rule in alerts() if proof.proves(rule)]), proof.name
        assert all(scene.says for scene in proof.fires)
        assert not any(scene.says for scene in (*proof.below, *proof.resolves))


@pytest.mark.parametrize("rule", alerts(), ids=label_of)
def test_an_alert_says_how_urgent_it_is_whom_it_is_for_and_what_to_do(rule: dict[str, Any]):
    """Severity, audience, two Japanese texts, and a heading that is there."""
    notes = rule["annotations"]
    assert rule["labels"]["severity"] in {PAGE, TICKET}
    assert rule["labels"]["audience"] in AUDIENCES
    assert {"summary", "description", "runbook_url"} == {*notes}
    assert all(re.search("[ぁ-ん]", notes[key]) and notes[key].endswith(end) for key, end in (("summary", ("す", "た", "ん", "）")), ("description", "。")))
    assert f"{{{{ $externalLabels.docs }}}}/operators.md#{rule['alert'].lower()}" == notes["runbook_url"]
    assert f"### {rule['alert']}" in runbooks()


def test_a_runbook_has_its_four_parts_and_names_commands_that_exist():
    """What it means for the people helped, first look, what to do, what not to do; the first and the most urgent in Japanese too; none is left over."""
    from cli.main import COMMANDS

    found = re.split(r"(?m)^### ", "\n".join(runbooks()))[1:]
    assert {rule["alert"] for rule in alerts()} == {text.split("\n")[0] for text in found}
    for text in found:
        for part in ("**人への影響**：", "**まずすること**：", "**For the people helped**", "**First look**", "**Do**", "**Do not**"):
            assert part in text, f"{text[:40]}: {part}"
        assert {words.split()[0] for words in re.findall(r"`tsunagu ([^`]+)`", text)} <= {*COMMANDS}


@pytest.mark.parametrize("expression", [*recordings().values(), *[rule["expr"] for rule in alerts()]])
def test_only_exported_metrics_and_labels_are_named(expression: str):
    """A selector of something that nobody exports would be silent for ever."""
    for name, matchers in _SELECTOR.findall(re.sub(r'[a-z_]+:[\w:]+|"[^"]*"', lambda found: found[0] if found[0][0] == '"' else "", expression)):
        assert name == "up" or name in SERIES, name
        labels = set(re.findall(r"(\w+)\s*[=!]", matchers))
        assert labels <= _OWN | SERIES.get(name, frozenset())
    for name in re.findall(r"\b[a-z]+:tsunagu_\w+:\w+", expression):
        assert name in recordings(), name


def test_recorded_series_are_named_after_level_metric_and_operation():
    """``level:metric:operation``; each is used by an alert."""
    used = " ".join(rule["expr"] for rule in alerts())
    for name in recordings():
        assert re.fullmatch(r"(worker|projection|service|agency|gate|slo):tsunagu_\w+:\w+", name)
        assert name in used


def test_every_rule_file_is_loaded_and_checked():
    """No file is left out of the configuration; the tool finds no fault and no duplicate."""
    named = yaml.safe_load(CONFIG.read_text("utf-8"))["rule_files"]
    assert {path.name for path in RULE_FILES} == {*named}

    done = run(promtool(), "check", "rules", *RULE_FILES)

    assert 0 == done.returncode and "FAILED" not in done.stdout, done.stdout + done.stderr


def test_the_configuration_is_valid():
    """As Prometheus itself would read it."""
    done = run(promtool(), "check", "config", CONFIG)

    assert 0 == done.returncode, done.stdout + done.stderr


def runbooks() -> list[str]:
    """The lines of the section."""
    text = (REPOSITORY / "docs" / "operators.md").read_text("utf-8")
    section = re.split(r"(?m)^## ", text.split("## Runbooks\n", 1)[1])[0]
    return section.split("\n")
