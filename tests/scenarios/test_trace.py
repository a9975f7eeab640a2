"""The support flow chart (支援フロー) of the stories and of the day, redrawn from the logs in memory: what `tsunagu trace` shows of a case."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer
from confluent_kafka import KafkaError, KafkaException
from typer.testing import CliRunner, Result

from cli import reading, trace
from cli.audit.trace import trace as audit_trace
from cli.day import story as day_story
from cli.day.player import Day, pseudonym
from cli.trace import arrows, chart
from cli.trace.arrows import ARROWS, Step
from cli.trace.picture import WAYS, draw
from contracts.catalogue import BY_CLASS
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from kernel import settings as settings_module
from kernel.memory import MemoryRecord
from kernel.partitioner import partition_of
from tests.scenarios import picture
from tests.scenarios.memory_stage import LOGS, MemoryStage
from tests.scenarios.stories import stories

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Played:
    """The sample day and every story in one town, one after the other."""

    stage: MemoryStage
    day: Day
    told: dict[str, int] = field(default_factory=dict)
    """By story: how many messages had been told before it."""

    def cases(self, *names: str) -> list[str]:
        """The cases of these stories, in the order in which they were first spoken of; without names of all."""
        starts = [*self.told.values(), len(self.day.told)]
        spans = [(starts[place], starts[place + 1]) for place, name in enumerate(self.told) if name in names or not names]
        told = (each for begin, end in spans for each in self.day.told[begin:end])
        return list(dict.fromkeys(each.subject for each in told if BY_CLASS[type(each.event)].key == "case"))

    def steps(self, case: str) -> list[Step]:
        """What the logs say of a case."""
        return picture.case_steps(self.stage, case)

    def texts(self) -> set[str]:
        """Every personal text that anybody has reported; codes of one or two signs, as of a sex, apart."""
        return {text for each in self.day.told for text in _texts(each.event) if len(text) > 2}


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """As on the live system: the day first, then the stories."""
    with closing(MemoryStage()) as stage:
        found = Played(stage, Day(stage))
        day_story.play(found.day)
        for story in stories():
            found.told[story.name] = len(found.day.told)
            story.play(found.day)
        yield found


@pytest.fixture(scope="module")
def complex_case(played: Played) -> tuple[str, list[Step]]:
    """The case of story s02 and its steps."""
    (case,) = played.cases("s02_complex_case")
    return case, played.steps(case)


def test_the_stories_do_not_disturb_each_other(played: Played):
    """In one town, after the day, each comes out as in a town of its own."""
    assert [] == [(row.agency, row.type, row.outcome, row.fault) for row in played.day.rows if row.fault]


def test_the_stories_take_every_arrow(played: Played):
    """a1 to a11, each at least once."""
    taken = {step.arrow.id for case in played.cases() for step in played.steps(case) if step.arrow}

    assert [arrow.id for arrow in ARROWS] == [arrow.id for arrow in ARROWS if arrow.id in taken]


def test_one_case_takes_most_arrows_in_their_order(complex_case: tuple[str, list[Step]]):
    """A complex case goes through nine, each first taken where the story says, on one day."""
    _, steps = complex_case
    first = list(dict.fromkeys(step.arrow.id for step in steps if step.arrow))

    assert ["a1", "a2", "a4", "a6", "a7", "a3", "a11", "a9", "a10"] == first
    assert [step.at for step in steps] == sorted(step.at for step in steps)


def test_the_handed_back_case_takes_the_others(played: Played):
    """Visited before anybody coordinates (a8), and given back (a5)."""
    (case,) = played.cases("s02_handed_back")
    first = list(dict.fromkeys(step.arrow.id for step in played.steps(case) if step.arrow))

    assert ["a1", "a8", "a9", "a2", "a5"] == first


def test_a_step_says_what_the_gate_made_of_it(complex_case: tuple[str, list[Step]]):
    """The first referral waited and then went out; the first request for visits did not."""
    _, steps = complex_case
    outcomes = {kind: [step.outcomes for step in steps if step.fact.kind.name == kind] for kind in ("CoordinationReferred", "OutreachRequested")}

    assert [(("coordinator", "PERMIT"),)] * 2 == outcomes["CoordinationReferred"]
    assert [(("outreach", "DENY"),), (("outreach", "PERMIT"),)] == outcomes["OutreachRequested"]


def test_the_picture_of_every_case_is_well_formed_and_holds_no_personal_text(played: Played):
    """Neither do the lines of the chart nor the rows; a title is escaped."""
    texts = played.texts()
    assert len(texts) > 50
    for case in played.cases():
        steps = played.steps(case)
        drawn = draw(f"<{case}>", steps, "a & b")
        shown = drawn + "\n".join(chart(steps)) + "".join(f"{trace.row(step)}{trace.record(step)}" for step in steps)

        assert f"{SVG}svg" == ElementTree.fromstring(drawn).tag
        assert [] == [text for text in texts if text in shown]


def test_what_was_taken_is_told_without_colour(complex_case: tuple[str, list[Step]]):
    """Thick and counted, or thin and dashed; ● or ○ in the lines."""
    case, steps = complex_case
    taken = {name for name, found in arrows.taken(steps).items() if found}
    lines = dict(zip((arrow.id for arrow in ARROWS), chart(steps), strict=True))
    drawn = ElementTree.fromstring(draw(case, steps, ""))
    ways = {line.get("points"): (line.get("stroke-width"), line.get("stroke-dasharray")) for line in drawn.iter(f"{SVG}polyline")}

    assert taken == {name for name, line in lines.items() if line.startswith("●")}
    assert {"a5", "a8"} == {name for name, line in lines.items() if line.startswith("○") and line.endswith("なし")}
    for name, way in WAYS.items():
        points = " ".join(f"{x},{y}" for x, y in way.points)
        assert not points or (("3", None) if name in taken else ("1", "4 4")) == ways[points]
    counted = [text.text for text in drawn.iter(f"{SVG}text") if text.text and text.text.startswith("✓") and text.text.endswith("件")]
    assert [f"✓{len(found)}件" for found in arrows.taken(steps).values() if found] == counted


def test_the_picture_of_the_day_is_the_committed_one(played: Played):
    """Where it is not: python -m tests.scenarios.picture draws it anew."""
    assert picture.FILE.read_text("utf-8") == picture.of_the_day(played.day, played.stage), "draw it anew: python -m tests.scenarios.picture"


@dataclass(frozen=True)
class Message:
    """A record of the memory log as the broker's client shows it."""

    of: MemoryRecord

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.of, name)
        return lambda: (1, value) if name == "timestamp" else list(value) if name == "headers" else value


def asked(monkeypatch: pytest.MonkeyPatch, home: Path, read: Any, *words: str, of: Any = trace.command) -> Result:
    """Run the command in an installation that has its settings; ``read`` is its account at the broker."""
    settings = Installation(Layout(home)).prepare()
    monkeypatch.setattr(settings_module, "load", lambda: settings)
    monkeypatch.setattr(reading, "whole", read)
    app = typer.Typer()
    app.command()(of)
    return CliRunner(env={"COLUMNS": "240"}).invoke(app, list(words))


def test_the_command_shows_a_case_and_draws_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, played: Played, complex_case: tuple[str, list[Step]],
):
    """Exit code 0; rows, lines, and the same picture, with the positions up to which the logs were read."""
    def read(settings: object, account: str, topic: str, number: int) -> Iterator[Message]:
        for record in played.stage.log.records(topic) if topic in LOGS else ():
            yield Message(record)

    case, steps = complex_case
    done = asked(monkeypatch, tmp_path, read, case, "--svg", str(tmp_path / "flow.svg"))
    drawn = (tmp_path / "flow.svg").read_text("utf-8")

    assert 0 == done.exit_code, done.output
    assert "\n".join(chart(steps)) in done.stdout
    assert draw(case, steps, "").splitlines()[:-3] == drawn.splitlines()[:-3] and "件まで" in drawn


def test_the_auditor_is_told_where_in_the_logs_each_step_lies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, played: Played, complex_case: tuple[str, list[Step]],
):
    """``tsunagu audit trace``: the same steps; at each place lies the record of that id."""
    def read(settings: object, account: str, topic: str, number: int) -> Iterator[Message]:
        for record in played.stage.log.records(topic, number) if topic in LOGS else ():
            yield Message(record)

    case, steps = complex_case
    number = partition_of(case.encode(), 3)
    monkeypatch.setattr("kernel.partitioner.partition_of", lambda key, partitions: number)
    rows = json.loads(asked(monkeypatch, tmp_path, read, case, "--output", "json", of=audit_trace).stdout)
    found = [played.stage.log.records(row["topic"], row["partition"])[row["offset"]] for row in rows]

    assert [dict(record.headers)["ce_id"].decode() for record in found] == [row["id"] for row in rows]
    assert [step.fact.envelope.id for step in steps] == [row["id"] for row in rows]


def test_an_unknown_case_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Exit code 1, one sentence, nothing drawn."""
    done = asked(monkeypatch, tmp_path, lambda *words: iter(()), pseudonym(), "--svg", str(tmp_path / "flow.svg"))

    assert (1, "", 1) == (done.exit_code, done.stdout, len(done.stderr.strip().splitlines()))
    assert "nothing is recorded" in done.stderr and not (tmp_path / "flow.svg").exists()


def test_a_broker_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Exit code 3 and what to do."""
    def nobody(*words: object) -> Iterator[Message]:
        raise KafkaException(KafkaError(KafkaError._TRANSPORT))

    done = asked(monkeypatch, tmp_path, nobody, pseudonym())

    assert (3, "", 1) == (done.exit_code, done.stdout, len(done.stderr.strip().splitlines()))
    assert "tsunagu run up" in done.stderr


def test_where_nothing_was_ever_started_is_one_sentence(tmp_path: Path):
    """Exit code 3, no traceback."""
    command = [sys.executable, "-P", "-m", "cli.main", "trace", pseudonym()]
    done = subprocess.run(command, env={**os.environ, "TSUNAGU_HOME": str(tmp_path)}, capture_output=True, text=True, check=False)

    assert (3, "", 1) == (done.returncode, done.stdout, len(done.stderr.strip().splitlines()))


def _texts(event: Any) -> Iterator[str]:
    """What stands in the personal fields of an event."""
    for mark in BY_CLASS[type(event)].personal:
        value = getattr(event, mark.field)
        yield from (member.text for member in value) if mark.array else (value,) if value else ()
