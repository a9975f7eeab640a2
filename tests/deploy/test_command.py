"""The command: quick help, exit codes, and one sentence instead of a traceback."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from deploy.local import databases
from deploy.local.layout import REPOSITORY, CannotRun, Layout
from deploy.local.lifecycle import Installation
from deploy.local.processes import NAMES
from kernel.settings import FILE_NAME, Settings


def tsunagu(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in an installation of its own."""
    command = [sys.executable, "-m", "cli.main", *words]
    return subprocess.run(command, env={"TSUNAGU_HOME": str(home), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)


Done = dict[Hashable, subprocess.CompletedProcess[str]]


def at_once(commands: Mapping[Any, tuple[Any, ...]]) -> Done:
    """What came of each of these commands, an installation and words, run side by side."""
    with ThreadPoolExecutor(len(commands)) as together:
        return dict(zip(commands, together.map(lambda each: tsunagu(*each), commands.values()), strict=True))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A first start has been: settings and credentials are there, nothing runs."""
    return Installation(Layout(tmp_path)).prepare()


def test_where_nothing_runs_every_process_is_stopped_and_a_sentence_says_what_to_do(settings: Settings):
    """Exit code 1: not all is ready."""
    done = tsunagu(settings.home, "run", "status", "--output", "json")
    rows = json.loads(done.stdout)

    assert (1, {"stopped"}, set(NAMES)) == (done.returncode, {row["state"] for row in rows}, {row["name"] for row in rows})
    assert f"tsunagu: nothing runs in {settings.home}; start it: tsunagu run up\n" == done.stderr
    assert len(NAMES) == tsunagu(settings.home, "run", "status").stdout.count("✕ stopped")


def test_status_where_nothing_is_installed_is_an_empty_list_and_the_same_sentence(tmp_path: Path):
    """And nothing is made."""
    done = tsunagu(tmp_path / "none", "run", "status", "--output", "json")

    assert (1, [], 1) == (done.returncode, json.loads(done.stdout), len(done.stderr.splitlines()))
    assert "start it: tsunagu run up" in done.stderr and not (tmp_path / "none").exists()


@pytest.mark.parametrize(("file", "text", "told"), [
    (FILE_NAME, '[municipality]\ncode = "12"\n', FILE_NAME), ("town.yaml", "agencies: [{id: a, kind: ELDER, name_ja: a}, {id: a}]", "town.yaml:1"),
])
def test_a_start_with_a_wrong_file_begins_nothing(tmp_path: Path, file: str, text: str, told: str):
    """One sentence, exit code 2; no folder is made."""
    (tmp_path / file).write_text(text, "utf-8")
    done = tsunagu(tmp_path, "run", "up")

    assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert told in done.stderr and [file] == [path.name for path in tmp_path.iterdir()]


def test_down_when_nothing_runs_is_well(settings: Settings):
    """Stopping twice is no error."""
    assert tsunagu(settings.home, "run", "down").returncode == 0


def test_kill_when_nothing_runs_is_one_sentence(settings: Settings):
    """Exit code 3: nobody answers."""
    done = tsunagu(settings.home, "run", "kill", "kafka")

    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)


def test_a_taken_port_is_one_sentence(settings: Settings):
    """Which port, of what, and what to do."""
    with socket.create_server(("127.0.0.1", settings.database_port)):
        done = tsunagu(settings.home, "run", "up")

    assert (done.returncode, done.stdout) == (3, "")
    last = done.stderr.splitlines()[-1]
    assert last == (
        f"tsunagu: port {settings.database_port} of postgres is taken by another program; "
        f"free it or change it in {settings.home / 'tsunagu.toml'}"
    )
    assert {"stopped"} == {row["state"] for row in json.loads(tsunagu(settings.home, "run", "status", "--output", "json").stdout)}


def test_an_unknown_word_is_a_usage_error(settings: Settings):
    """Exit code 2."""
    assert tsunagu(settings.home, "dance").returncode == 2
    assert tsunagu(settings.home, "run", "status", "--output", "xml").returncode == 2


def test_without_an_installation_the_first_step_is_named(tmp_path: Path):
    """Exit code 3 and the command that helps."""
    done = tsunagu(tmp_path / "none", "topics", "check")

    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "tsunagu run up" in done.stderr


def test_the_plan_needs_no_broker(settings: Settings):
    """Topics with their writers and readers, from the table alone."""
    done = tsunagu(settings.home, "topics", "plan", "--output", "jsonl")

    rows = {row["topic"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows["990019.agency.elder.inbox"] == {
        "topic": "990019.agency.elder.inbox", "partitions": 1, "writes": "consent", "reads": "agency-elder",
    }


def test_the_help_says_which_installation_is_meant(settings: Settings):
    """The checkout's own, wherever the command is called from."""
    told = " ".join(tsunagu(settings.home, "--help").stdout.split())

    assert "TSUNAGU_HOME; unless that is set, on .tsunagu in the checkout that the command belongs to" in told


@pytest.mark.parametrize("chosen", [None, "", "mine"])
def test_the_installation_does_not_depend_on_the_working_folder(tmp_path: Path, chosen: str | None):
    """Two folders, one installation; only the environment says otherwise."""
    environment = {"PATH": "/usr/bin:/bin"} | ({} if chosen is None else {"TSUNAGU_HOME": chosen})
    asking = [sys.executable, "-c", "from kernel import settings; print(settings.home())"]

    found = subprocess.run(asking, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    assert Path(found) == (tmp_path / chosen if chosen else REPOSITORY / ".tsunagu")


@pytest.mark.parametrize("verb", ["kill", "logs"])
def test_a_name_that_nothing_has_is_a_usage_error(settings: Settings, verb: str):
    """The names that there are are listed; nothing outside the logs' folder is shown."""
    done = tsunagu(settings.home, "run", verb, "../secrets/kek")

    assert (done.returncode, done.stdout) == (2, "")
    assert "participation" in done.stderr


def test_a_log_that_nobody_has_written_yet_is_a_problem_in_one_sentence(settings: Settings):
    """The name is right, so it is no usage error."""
    done = tsunagu(settings.home, "run", "logs", "consent")

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


ASKING = (("topics", "check"), ("report", "monthly"), ("rebuild", "--status"), ("rebuild", "all"), ("day",), ("dead-letters",))


@pytest.fixture(scope="module")
def unanswered(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """What each of these commands says where nobody answers; all at once, since each waits for it."""
    home = Installation(Layout(tmp_path_factory.mktemp("unanswered"))).prepare().home
    return at_once({words: (home, *words) for words in ASKING})


@pytest.mark.parametrize("words", ASKING)
def test_what_does_not_answer_is_exit_code_3_and_a_last_line(unanswered: Done, words: tuple[str, ...]):
    """Broker or database down: what, where, what to do."""
    done = unanswered[words]

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines()[-1].startswith("tsunagu: the ")
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_in_the_foreground_is_one_sentence_too(settings: Settings):
    """What the system refuses is no traceback."""
    address, port = settings.schema_window.split(":")
    with socket.create_server((address, int(port))):
        done = tsunagu(settings.home, "contracts", "serve")

    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert port in done.stderr


@pytest.mark.parametrize("words", [("service", "coordination"), ("api",), ("observer",), ("audit", "watch")], ids=" ".join)
def test_a_port_that_the_settings_lack_is_a_usage_error_whoever_starts(settings: Settings, words: tuple[str, ...]):
    """The same sentence for each: setting, file, line, what is allowed."""
    file, name = settings.home / FILE_NAME, {"audit": "verifier"}.get(words[0], words[-1])
    lines = [re.sub(rf"\b{name} = (\d+)", r"another = \1", line) for line in file.read_text("utf-8").splitlines()]
    file.write_text("\n".join(lines), "utf-8")
    line = next(number for number, each in enumerate(lines, 1) if each.startswith("ports = "))
    done = tsunagu(settings.home, *words)

    assert (2, f"setting http.ports.{name} is missing ({file}:{line}); allowed: a whole number from 1 to 65535") == (
        done.returncode, done.stderr.splitlines()[-1].removeprefix("tsunagu: "))


BROKEN: list[tuple[bytes | tuple[str, str], str]] = [
    (b"\xff", "UTF-8"), (b"[[[", "TOML"), (b"kafka = 3", "municipality"), (b"municipality = 1\nkafka = 1\ndatabase = 1\nhttp = 1", "table"),
    (("partitions = 12", "partitions = 0"), "partitions"), (("agency_partitions = 1", ""), "agency_partitions"),
    (("bootstrap = ", "bootstrap = 'x' # "), "bootstrap"), (("external = false ", "external = 'no' "), "kafka.external"),
    (("reporting = ", "reports = "), "ports.reporting"),
]


@pytest.fixture(scope="module")
def ill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Done]]:
    """A folder with an installation for each illness, and what `tsunagu doctor` says of each; all at once, since each waits for what does not answer."""
    folder = tmp_path_factory.mktemp("ill")
    settings = Installation(Layout(folder / "whole")).prepare()
    for name in ("stopped", "secrets", *(names for _, names in BROKEN)):
        shutil.copytree(settings.home, folder / name)
    (folder / "secrets" / "secrets" / "kek").chmod(0o644)
    for broken, names in BROKEN:
        file = folder / names / FILE_NAME
        file.write_bytes(broken if isinstance(broken, bytes) else file.read_text("utf-8").replace(*broken).encode())
    commands: dict[str, tuple[Any, ...]] = {name: (folder / name, "doctor", "--output", "jsonl") for name in ("stopped", "secrets", *(names for _, names in BROKEN))}
    with socket.create_server(("127.0.0.1", settings.http_ports["consent"])):
        taken = at_once({"stopped": commands.pop("stopped")})
    yield folder, {**taken, **at_once(commands | {"nothing": (folder / "deep" / "deeper", "doctor", "--output", "jsonl"), "as a table": (folder / "whole", "doctor")})}


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, str]]:
    """What `tsunagu doctor` finds amiss, by check; each has a sentence and what to do."""
    assert (done.returncode, done.stderr) == (1, "")
    rows = {row["check"]: row for row in map(json.loads, done.stdout.splitlines()) if not row["ok"]}
    for row in rows.values():
        assert row["found"] and row["todo"]
        assert not re.search(r"\(\)|  |None|; *$", row["found"] + row["todo"]), row
    return rows


def test_doctor_finds_nothing_installed(ill: tuple[Path, Done]):
    """Not even the folder above is there."""
    assert set(findings(ill[1]["nothing"])) == {"installation", "ports", "broker", "database"}


def test_doctor_finds_the_system_stopped_and_a_port_taken(ill: tuple[Path, Done]):
    """Which port, of what."""
    found = findings(ill[1]["stopped"])

    assert set(found) == {"ports", "broker", "database"}
    assert "consent" in found["ports"]["todo"]


def test_doctor_finds_secrets_that_others_may_read(ill: tuple[Path, Done]):
    """Whose they are, and what to do."""
    found = findings(ill[1]["secrets"])

    assert {"secrets", "broker", "database"} == set(found)
    assert "kek" in found["secrets"]["todo"] and "chmod" in found["secrets"]["todo"]


@pytest.mark.parametrize("names", [names for _, names in BROKEN])
def test_doctor_finds_broken_settings(ill: tuple[Path, Done], names: str):
    """What is wrong, in which file; no traceback."""
    folder, said = ill
    found = findings(said[names])

    assert names in found["ports"]["found"]
    assert str(folder / names / FILE_NAME) in found["ports"]["found"]


def test_a_word_in_brackets_is_not_lost_in_a_table(ill: tuple[Path, Done]):
    """`check [database]` was taken for a style."""
    assert "check [database] in tsunagu.toml" in ill[1]["as a table"].stdout


async def test_a_database_that_says_nothing_is_told_in_a_whole_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """The error of a time that has run out has no text of its own."""
    monkeypatch.setattr(databases, "ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", settings.database_port)), pytest.raises(CannotRun, match="does not answer; start it, or check"):
        await databases.connect(settings, "tsunagu_reader", "tsunagu_reporting")
