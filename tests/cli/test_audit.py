"""``tsunagu audit redecide`` over logs in memory: what is counted, what is found, and how it is told."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import gate_log
from cli.day import story
from cli.day.player import Day
from cli.main import command
from contracts.catalogue import BY_CLASS
from contracts.consent import DisclosureDecided
from kernel import serde
from kernel.memory import MemoryRecord
from services.consent import packs
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage

HOME = Path(tempfile.mkdtemp())
TOPIC = TOPICS.log("consent")
VERDICT = BY_CLASS[DisclosureDecided].full_name.encode()


@pytest.fixture(scope="module")
def day() -> Iterator[MemoryStage]:
    """The sample day."""
    stage = MemoryStage(50)
    story.play(Day(stage))
    yield stage
    stage.close()


def run(monkeypatch: pytest.MonkeyPatch, logs: dict[int, list[MemoryRecord]], *words: str) -> Any:
    """The command over these partitions."""
    def partitions(settings: object, case: str) -> tuple[str, gate_log.Partitions, int]:
        return TOPIC, {number: lambda records=records: iter(records) for number, records in logs.items()}, 1

    monkeypatch.setattr(gate_log, "partitions", partitions)
    monkeypatch.setattr("kernel.settings.load", lambda: SimpleNamespace(home=HOME))
    return CliRunner().invoke(command(["audit"]), ["audit", *(words if words[:1] == ("whatif",) else ("redecide", *words))])


def logs(stage: MemoryStage) -> dict[int, list[MemoryRecord]]:
    """The gate's log."""
    return {number: stage.log.records(TOPIC, number) for number in range(PARTITIONS)}


def test_a_sound_log_has_no_rows_and_exit_code_0(monkeypatch: pytest.MonkeyPatch, day: MemoryStage):
    """How many verdicts were decided again stands on stderr."""
    done = run(monkeypatch, logs(day))

    assert (0, "") == (done.exit_code, done.stdout)
    assert "verdicts decided again from 990019.consent.log, each to the same bytes" in done.stderr


def test_a_finding_names_topic_partition_and_offset_and_exit_code_1(monkeypatch: pytest.MonkeyPatch, day: MemoryStage):
    """A refusal that somebody has made a permit."""
    found = logs(day)
    number, place, record = next(
        (number, place, record) for number, records in found.items() for place, record in enumerate(records)
        if dict(record.headers)["ce_type"] == VERDICT and serde.decode(record.value).outcome == "DENY"
    )
    permit = serde.encode(serde.decode(record.value).changed(outcome="PERMIT"))
    found[number] = [*found[number][:place], replace(record, value=permit), *found[number][place + 1:]]

    done = run(monkeypatch, found, "--output", "json")
    result = json.loads(done.stdout)
    (row, *_) = result["findings"]

    assert 1 == done.exit_code
    assert (False, result["verdicts"] - 1, 1) == (result["ok"], result["equal"], result["classes"]["CODE_NOT_REPRODUCIBLE"])
    assert (TOPIC, number, place, "OUTCOME") == (row["topic"], row["partition"], row["offset"], row["difference"])


def test_days_that_were_not_asked_for_are_read_and_not_told(monkeypatch: pytest.MonkeyPatch, day: MemoryStage):
    """Findings and counts are those of the days; the log before them is folded all the same."""
    found = {number: [record for record in records if dict(record.headers)["ce_type"] != VERDICT] for number, records in logs(day).items()}

    assert 1 == run(monkeypatch, found).exit_code
    past = run(monkeypatch, found, "--to", "2020-01-01")
    assert 0 == past.exit_code
    assert "tsunagu: 0 verdicts" in past.stderr


def test_one_case_alone(monkeypatch: pytest.MonkeyPatch, day: MemoryStage):
    """Its verdicts, by the facts of the town."""
    number, case = next(
        (number, record.key) for number, records in logs(day).items() for record in records if record.key and dict(record.headers)["ce_type"] == VERDICT
    )

    done = run(monkeypatch, {number: logs(day)[number]}, "--case", case.decode(), "--output", "jsonl")

    assert (0, "") == (done.exit_code, done.stdout)
    assert "tsunagu: 0 verdicts" not in done.stderr


def test_what_is_no_day_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, day: MemoryStage):
    """Exit code 2."""
    assert 2 == run(monkeypatch, logs(day), "--from", "yesterday").exit_code
    assert 2 == run(monkeypatch, logs(day), "--from", "2026-11-30", "--to", "2026-11-01").exit_code


@pytest.mark.parametrize("words", [(), ("whatif", "--policy", "national-2")])
def test_of_a_case_that_was_never_there_nothing_is_right(monkeypatch: pytest.MonkeyPatch, day: MemoryStage, words: tuple[str, ...]):
    """Exit code 1: a mistyped case must not look like a sound one."""
    done = run(monkeypatch, logs(day), *words, "--case", "nocase")

    assert 1 == done.exit_code
    assert "nothing is recorded under nocase in 990019.consent.log" in done.stderr
    assert json.loads(run(monkeypatch, logs(day), *words, "--case", "nocase", "--output", "json").stdout)["ok"] is False


@pytest.mark.parametrize("content", [b"name: [", b"rules: nothing", b"\xff\xfe"])
def test_a_draft_that_is_none_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, day: MemoryStage, tmp_path: Path, content: bytes):
    """Exit code 1 would say that some decisions would change."""
    (tmp_path / "bad.yaml").write_bytes(content)

    assert 2 == run(monkeypatch, logs(day), "whatif", "--policy", str(tmp_path / "bad.yaml")).exit_code
    assert 2 == run(monkeypatch, logs(day), "whatif", "--policy", str(tmp_path)).exit_code


def test_whoever_is_killed_goes_on_and_finds_the_same(monkeypatch: pytest.MonkeyPatch, day: MemoryStage):
    """Partitions that were read to their end are not read again; nothing is left behind."""
    class Killed(list):
        def __iter__(self) -> Iterator[MemoryRecord]:
            yield from super().__iter__()
            raise KeyboardInterrupt

    found, read = logs(day), []
    whole = json.loads(run(monkeypatch, found, "--output", "json").stdout)
    broken = run(monkeypatch, {**found, 2: Killed(found[2])})

    class Watched(list):
        def __iter__(self) -> Iterator[MemoryRecord]:
            read.append(len(self))
            return super().__iter__()

    done = run(monkeypatch, {number: Watched(records) for number, records in found.items()}, "--resume", "--output", "json")

    assert broken.exit_code not in (0, 1)
    assert whole == json.loads(done.stdout)
    assert [len(found[2])] == read
    assert not (HOME / "audit" / "redecide").exists()


def test_a_draft_that_changes_nothing_has_exit_code_0(monkeypatch: pytest.MonkeyPatch, day: MemoryStage):
    """The rules in force are such a draft."""
    done = run(monkeypatch, logs(day), "whatif", "--policy", "national-2", "--output", "json")
    result = json.loads(done.stdout)

    assert (0, True, []) == (done.exit_code, result["ok"], result["changes"])
    assert result["decisions"] > 50
    assert "none of" in done.stderr


def test_a_draft_that_changes_something_is_told_by_rule_and_by_place(monkeypatch: pytest.MonkeyPatch, day: MemoryStage, tmp_path: Path):
    """Exit code 1; a table counts, the other shapes name each; no personal text."""
    draft = tmp_path / "draft.yaml"
    text = (packs.FOLDER / "national-2.yaml").read_text("utf-8")
    draft.write_text(text.replace("obligations: [PURPOSE_ONLY, NO_ONWARD_GIVING,", "obligations: [PURPOSE_ONLY,", 1), "utf-8")
    done = run(monkeypatch, logs(day), "whatif", "--policy", str(draft), "--output", "json")
    result = json.loads(done.stdout)
    table = run(monkeypatch, logs(day), "whatif", "--policy", str(draft))

    assert 1 == done.exit_code == table.exit_code
    assert len(result["changes"]) == result["would_change"] == sum(each["decisions"] for each in result["by_rule"]) > 20
    assert {"obligations"} == {each["fields"] for each in result["changes"]}
    assert "PERMIT" in table.stdout
    assert 0 == run(monkeypatch, logs(day), "whatif", "--policy", str(draft), "--to", "2020-01-01").exit_code
    assert 2 == run(monkeypatch, logs(day), "whatif", "--policy", "no-such-pack").exit_code
