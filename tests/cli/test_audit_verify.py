"""``tsunagu audit verify`` over logs in memory: what it tells, what it leaves out, and how it goes on where it was broken off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from typer.testing import CliRunner

from cli.audit import logs
from cli.audit.logs import Place
from cli.day import story
from cli.day.player import Day
from cli.main import command
from kernel.memory import MemoryRecord
from tests.scenarios import verified
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.verified import Records

GATE = TOPICS.log("consent")
JAPANESE = re.compile(rb"(?:\xe3[\x81-\x83][\x80-\xbf]){2,}|(?:[\xe4-\xe9][\x80-\xbf]{2}){3,}")
"""Two kana or three kanji in a row: no digest comes to that by chance."""


class Source:
    """The logs as the auditor's account finds them; ``closed``: topics that it may not read."""

    def __init__(self, records: Records, closed: str = "", ends_after: int = 1 << 30) -> None:
        self.records_, self.closed, self.left = records, closed, ends_after
        self.read: list[Place] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def bounds(self, place: Place) -> tuple[int, int] | None:
        """See Logs."""
        if self.closed and place.topic.endswith(self.closed):
            return None
        found = self._of(place)
        return (found[0].offset, found[-1].offset + 1) if found else (0, 0)

    def records(self, place: Place, start: int, end: int) -> Iterator[MemoryRecord]:
        """See Logs; after so many records whoever reads is killed."""
        if end > start:
            self.read.append(place)
        for record in self._of(place):
            if start <= record.offset < end:
                self.left -= 1
                if self.left < 0:
                    raise KeyboardInterrupt
                yield record

    def _of(self, place: Place) -> list[MemoryRecord]:
        partitions = self.records_.get(place.topic, [])
        return partitions[place.number] if place.number < len(partitions) else []


@pytest.fixture(scope="module")
def day() -> Iterator[Records]:
    """The logs and inboxes of the sample day."""
    with closing(MemoryStage(50)) as stage:
        story.play(Day(stage))
        yield verified.everything(stage)


def run(monkeypatch: pytest.MonkeyPatch, home: Path, source: Source, *words: str) -> Any:
    """The command over this source."""
    settings = SimpleNamespace(home=home, municipality="990019", partitions=PARTITIONS, agency_partitions=1)
    monkeypatch.setattr(logs, "Logs", lambda settings: source)
    monkeypatch.setattr("kernel.settings.load", lambda: settings)
    return CliRunner().invoke(command(["audit"]), ["audit", "verify", *words])


def of_a_case(records: Records, topic: str) -> tuple[int, int]:
    """Partition and place of a record of a case, where most cases are: how they spread over partitions is another each time."""
    places = [[place for place, each in enumerate(partition) if each.key and len(each.key) == 32] for partition in records[topic]]
    number = max(range(PARTITIONS), key=lambda each: len({records[topic][each][place].key for place in places[each]}))
    return number, places[number][len(places[number]) // 2]


def renumbered(records: Records, topic: str, number: int, place: int) -> Records:
    """One record says that it is a later one."""
    record = records[topic][number][place]
    headers = tuple((name, b"99" if name == "ce_seq" else value) for name, value in record.headers)
    partition = [*records[topic][number][:place], replace(record, headers=headers), *records[topic][number][place + 1:]]
    return {**records, topic: [partition if each == number else found for each, found in enumerate(records[topic])]}


def shifted(records: Records, topic: str, by: int) -> Records:
    """A topic from whose beginning so many records were taken in each partition."""
    return {**records, topic: [partition[by:] for partition in records[topic]]}


def test_sound_logs_have_exit_code_0_and_a_result_for_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """How much was checked, and up to where."""
    done = run(monkeypatch, tmp_path, Source(day), "--output", "json")
    result = json.loads(done.stdout)

    assert (0, True, []) == (done.exit_code, result["ok"], result["findings"])
    assert result["records"] == sum(len(partition) for topic in verified.LOGS for partition in day[topic])
    assert result["inbox_records"] == sum(len(partition) for topic in day if topic.endswith(".inbox") for partition in day[topic])
    assert result["positions"][f"{GATE}/0"] == len(day[GATE][0])
    assert [] == result["inboxes_not_read"]
    assert "fit together" in done.stderr


def test_a_finding_has_exit_code_1_and_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Also in a table."""
    number, place = of_a_case(day, GATE)
    source = Source(renumbered(day, GATE, number, place))
    done = run(monkeypatch, tmp_path, source, "--output", "json")
    table = run(monkeypatch, tmp_path, source)

    assert 1 == done.exit_code == table.exit_code
    assert (GATE, number, place, "SEQUENCE") in {(each["topic"], each["partition"], each["offset"], each["code"]) for each in json.loads(done.stdout)["findings"]}
    assert "SEQUENCE" in table.stdout
    assert "findings among" in table.stderr


def test_inboxes_that_the_account_may_not_read_are_named_and_nothing_is_claimed_of_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """As the table of rights has it."""
    done = run(monkeypatch, tmp_path, Source(day, closed=".inbox"), "--output", "json")
    result = json.loads(done.stdout)

    assert (0, 0, []) == (done.exit_code, result["inbox_records"], result["inboxes_read"])
    assert "coordinator" in result["inboxes_not_read"]
    assert "were not checked" in done.stderr


def test_a_log_that_cannot_be_read_is_exit_code_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """And its name."""
    done = run(monkeypatch, tmp_path, Source(day, closed="outreach.log"))

    assert 3 == done.exit_code
    assert "990019.outreach.log cannot be read" in done.stderr


def test_one_log_alone_claims_nothing_of_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """By its short name; what its answers answered is counted as not followed, and not said to fit."""
    done = run(monkeypatch, tmp_path, Source(day), "--topic", "coordination.log", "--output", "json")
    result = json.loads(done.stdout)

    assert (0, 0) == (done.exit_code, result["verdicts"])
    assert result["answers_not_followed"] > 0
    assert "not judged" in done.stderr and result["not_judged"]
    assert "fit together" not in done.stderr
    assert {"990019.coordination.log"} == {name.rsplit("/", 1)[0] for name in result["positions"]}
    assert "fit together" not in run(monkeypatch, tmp_path, Source(day), "--topic", "registry.log").stderr
    assert 2 == run(monkeypatch, tmp_path, Source(day), "--topic", "nothing.log").exit_code


def test_one_case_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Only its own findings are told."""
    number, place = of_a_case(day, GATE)
    record, damaged = day[GATE][number][place], renumbered(day, GATE, number, place)
    mine = run(monkeypatch, tmp_path, Source(damaged), "--case", (record.key or b"").decode(), "--output", "json")
    other = next(each.key for each in day[GATE][number] if each.key and len(each.key) == 32 and each.key != record.key).decode()

    assert 1 == mine.exit_code
    assert "SEQUENCE" in {each["code"] for each in json.loads(mine.stdout)["findings"] if (each["partition"], each["offset"]) == (number, place)}
    assert 0 == run(monkeypatch, tmp_path, Source(damaged), "--case", other).exit_code


def test_one_case_alone_has_every_finding_that_the_whole_check_has_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Also those that come of other logs and other partitions: causes that are gone, requests that never came to the gate."""
    community = TOPICS.log("community")
    (emptied, _), (thinned, _) = of_a_case(day, community), of_a_case(day, GATE)
    damaged = {
        **day, community: [[] if number == emptied else found for number, found in enumerate(day[community])],
        GATE: [[each for each in found if number != thinned or not each.offset % 3] for number, found in enumerate(day[GATE])],
    }
    whole = json.loads(run(monkeypatch, tmp_path, Source(damaged), "--output", "json").stdout)["findings"]
    cases = {each["case"] for each in whole if len(each["case"]) == 32}

    assert {"CAUSE_MISSING", "VERDICT_MISSING"} <= {each["code"] for each in whole if each["case"] in cases}
    for case in sorted(cases)[:4]:
        mine = run(monkeypatch, tmp_path, Source(damaged), "--case", case, "--output", "json")
        assert [each for each in whole if each["case"] == case] == json.loads(mine.stdout)["findings"]


def test_of_one_case_nothing_is_claimed_beside_findings_that_name_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """The beginning of a log is gone: whether that was of this case cannot be told."""
    number, place = of_a_case(day, GATE)
    case = (day[GATE][number][place].key or b"").decode()
    sound = run(monkeypatch, tmp_path, Source(day), "--case", case)
    done = run(monkeypatch, tmp_path, Source(shifted(day, TOPICS.log("participation"), 1)), "--case", case)

    assert 0 == sound.exit_code and "fit together" in sound.stderr
    assert "fit together" not in done.stderr
    assert 1 == done.exit_code or "not judged" in done.stderr


def test_of_a_case_that_was_never_there_nothing_fits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Exit code 1, also where a broken-off check goes on; of a case that was met before the break it is not said."""
    done = run(monkeypatch, tmp_path, Source(day), "--case", "nocase")
    assert json.loads(run(monkeypatch, tmp_path, Source(day), "--case", "nocase", "--output", "json").stdout)["ok"] is False
    case = next(each.key for partition in day[GATE] for each in partition if each.key and len(each.key) == 32).decode()
    run(monkeypatch, tmp_path, Source(day, ends_after=880), "--case", case)

    assert 1 == done.exit_code and "nothing is recorded under nocase" in done.stderr
    assert 0 == run(monkeypatch, tmp_path, Source(day), "--case", case, "--resume").exit_code


def test_a_log_whose_beginning_is_gone_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Nobody may delete from a log."""
    done = run(monkeypatch, tmp_path, Source(shifted(day, GATE, 3)), "--output", "json")

    assert 1 == done.exit_code
    assert {(GATE, number, 3) for number in range(PARTITIONS)} <= {(each["topic"], each["partition"], each["offset"]) for each in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize("killed", [1, 200, 500, 799, 850])
def test_whoever_is_killed_goes_on_and_finds_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records, killed: int):
    """Partitions that were read to their end are not read again; when it is over nothing is left behind."""
    damaged = renumbered(day, GATE, *of_a_case(day, GATE))
    whole = json.loads(run(monkeypatch, tmp_path, Source(damaged), "--output", "json").stdout)
    broken = run(monkeypatch, tmp_path, Source(damaged, ends_after=killed + 19), "--output", "json")
    rest = Source(damaged)
    done = run(monkeypatch, tmp_path, rest, "--output", "json", "--resume")

    assert broken.exit_code not in (0, 1)
    assert whole == json.loads(done.stdout)
    assert killed < 200 or sum(len(damaged[place.topic][place.number]) for place in rest.read) < sum(len(each) for topic in damaged.values() for each in topic)
    assert not (tmp_path / "audit" / "verify").exists()


def test_what_is_kept_says_nothing_of_a_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Ids, places and digests; readable by the owner alone; no sealed part and no text."""
    run(monkeypatch, tmp_path, Source(day, ends_after=880))
    files = list((tmp_path / "audit" / "verify").iterdir())
    content = b"".join(file.read_bytes() for file in files)

    assert len(files) > 5
    assert 0o700 == (tmp_path / "audit" / "verify").stat().st_mode & 0o777
    assert not JAPANESE.search(content)


def test_another_check_does_not_go_on_from_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Other options begin anew."""
    run(monkeypatch, tmp_path, Source(day, ends_after=500))
    rest = Source(day)
    run(monkeypatch, tmp_path, rest, "--topic", "consent.log", "--resume")

    assert {Place(GATE, number, "consent") for number in range(PARTITIONS)} <= set(rest.read)


def test_events_that_come_in_meanwhile_are_no_findings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """The gate's log was ended before what its answers answered: wherever one cuts a log off at its end, the rest is looked for behind the cut."""
    class Growing(Source):
        """Each partition of one log ends sooner when it is first asked for."""

        def __init__(self, records: Mapping[str, Any], topic: str) -> None:
            super().__init__(dict(records))
            self.topic, self.seen = topic, set[Place]()

        def bounds(self, place: Place) -> tuple[int, int] | None:
            """See Logs."""
            found = super().bounds(place)
            if found and place.topic == self.topic and place not in self.seen:
                self.seen.add(place)
                return found[0], found[1] // 2
            return found

    for topic in verified.LOGS:
        if topic not in (TOPICS.registry, GATE):
            done = run(monkeypatch, tmp_path, Growing(day, topic), "--output", "json")

            assert [] == json.loads(done.stdout)["findings"], topic
