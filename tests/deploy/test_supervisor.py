"""The supervisor keeps processes running, kills by name, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from deploy.local import control, ports, probes
from deploy.local.layout import Layout
from deploy.local.process import SICK_AFTER, Process
from deploy.local.supervisor import Supervisor, serve
from tests.deploy.conftest import LIMIT_S, eventually

Make = Callable[..., Process]


class Town:
    """A supervisor of given processes, asked as the control socket would ask it."""

    def __init__(self, *processes: Process) -> None:
        self._supervisor = Supervisor({process.name: process for process in processes}.__getitem__)

    async def ask(self, verb: str, **more: object) -> dict:
        return await self._supervisor.answer({"do": verb, **more})

    async def row(self, name: str) -> dict:
        return next(row for row in (await self.ask("status"))["processes"] if row["name"] == name)

    async def when(self, name: str, state: str, restarts: int = 0) -> dict:
        """The row of a process once it is in ``state`` after at least so many restarts."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                row = await self.row(name)
                if row["state"] == state and row["restarts"] >= restarts:
                    return row
                await asyncio.sleep(0.01)


@pytest.fixture
async def town() -> AsyncIterator[Callable[..., Town]]:
    """Makes supervisors and takes them down at the end."""
    made: list[Town] = []

    def make(*processes: Process) -> Town:
        made.append(Town(*processes))
        return made[-1]

    yield make
    for each in made:
        await each.ask("down")


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_process_is_ready_when_its_probe_says_so(town, process: Make, tmp_path: Path):
    """Started is not ready."""
    found = town(process("one", "wait()"))

    await found.ask("start", names=["one"])
    await found.when("one", "starting")
    (tmp_path / "one.ready").touch()

    assert (await found.when("one", "ready"))["pid"]


async def test_a_killed_process_is_started_again(town, process: Make):
    """kill -9 by name, then a new process id and a count of one."""
    found = town(process("one"))
    await found.ask("start", names=["one"])
    before = await found.when("one", "ready")

    answer = await found.ask("signal", name="one", signal=signal.SIGKILL)
    after = await found.when("one", "ready", restarts=1)

    assert answer == {"sent": True}
    assert (after["pid"] != before["pid"], after["exit_code"]) == (True, -signal.SIGKILL)


async def test_a_process_that_ends_by_itself_is_started_again(town, process: Make):
    """Crash-only: an exit is a restart, with a longer pause each time."""
    found = town(process("one", "os._exit(7)"))

    await found.ask("start", names=["one"])

    assert (await found.when("one", "waiting", restarts=2))["exit_code"] == 7


class Pulse:
    """An answer to "do you live?" that follows a script, its last word for ever; counts how often it was asked."""

    def __init__(self, *script: bool) -> None:
        self.script, self.asked = script, 0

    async def __call__(self, _: int) -> bool:
        self.asked += 1
        return self.script[min(self.asked, len(self.script)) - 1]


async def test_a_process_that_does_not_live_any_more_is_killed_and_started_again(town, process: Make, tmp_path: Path):
    """It runs, but says that it is sick, or says nothing: several times in a row. Its log says why it was killed."""
    found = town(process("one", alive=Pulse(True, *[False] * SICK_AFTER, True), ask_every_s=0.01))

    await found.ask("start", names=["one"])
    row = await found.when("one", "ready", restarts=1)

    assert row["exit_code"] == -signal.SIGKILL
    assert "one was sick or did not answer" in (tmp_path / "one.log").read_text()


async def test_a_process_that_has_not_lived_yet_is_left_alone(town, process: Make):
    """Starting up may take as long as it takes."""
    pulse = Pulse(False)
    found = town(process("one", "wait()", alive=pulse, ask_every_s=0.001))

    await found.ask("start", names=["one"])
    await eventually(lambda: pulse.asked > 10 * SICK_AFTER)

    row = await found.row("one")
    assert (row["state"], row["restarts"]) == ("starting", 0)


async def test_a_missed_beat_or_two_is_no_illness(town, process: Make):
    """Only so many in a row count; a busy machine may answer late."""
    pulse = Pulse(*([True] + [False] * (SICK_AFTER - 1)) * 5, True)
    found = town(process("one", alive=pulse, ask_every_s=0.001))

    await found.ask("start", names=["one"])
    await eventually(lambda: pulse.asked > 10 * SICK_AFTER)

    assert (await found.row("one"))["restarts"] == 0


async def test_a_process_that_is_not_ready_any_more_shows_it_and_is_left_alone(town, process: Make, tmp_path: Path):
    """It lives and waits for something, a broker or a database: killing it would help nobody."""
    pulse = Pulse(True)
    found = town(process("one", alive=pulse, ask_every_s=0.001))
    await found.ask("start", names=["one"])
    before = await found.when("one", "ready")

    (tmp_path / "one.ready").unlink()
    await found.when("one", "unready")
    asked = pulse.asked
    await eventually(lambda: pulse.asked > asked + 2 * SICK_AFTER)
    (tmp_path / "one.ready").touch()

    assert (await found.when("one", "ready"))["pid"] == before["pid"]


async def test_a_process_that_stands_still_is_killed_and_started_again(town, process: Make, monkeypatch: pytest.MonkeyPatch):
    """A real one, asked over HTTP and stopped by SIGSTOP: its port still takes connections, and nobody answers."""
    monkeypatch.setattr(probes, "TIMEOUT_S", 1.0)
    port = ports.free_block(1)[0]
    served = process("one", SERVING.format(port=port), alive=probes.http_alive, ask_every_s=0.01)
    object.__setattr__(served, "port", port)
    found = town(served)
    await found.ask("start", names=["one"])
    before = await found.when("one", "ready")

    await found.ask("signal", name="one", signal=signal.SIGSTOP)

    assert (await found.when("one", "ready", restarts=1))["pid"] != before["pid"]


SERVING = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        ready()
HTTPServer(("127.0.0.1", {port}), Answering).serve_forever()
"""


async def test_a_program_that_is_not_there_is_named_in_the_log(town, process: Make, tmp_path: Path):
    """The log of a process says why it cannot start."""
    missing = process("one")
    object.__setattr__(missing, "command", ("/no/such/program",))
    found = town(missing)

    await found.ask("start", names=["one"])
    await found.when("one", "waiting")

    assert "cannot start /no/such/program" in (tmp_path / "one.log").read_text()


async def test_down_ends_the_whole_process_group(town, process: Make, tmp_path: Path):
    """A grandchild in the group ends with its parent."""
    code = "child = os.fork()\nif child: pathlib.Path('grandchild').write_text(str(child)); ready()\nwait()"
    found = town(process("one", code, folder=tmp_path))
    await found.ask("start", names=["one"])
    await found.when("one", "ready")
    grandchild = int((tmp_path / "grandchild").read_text())

    await found.ask("down")

    await eventually(lambda: not alive(grandchild))


async def test_a_process_that_ignores_the_stop_signal_is_killed_after_its_limit(town, process: Make):
    """Down always comes to an end."""
    found = town(process("one", "signal.signal(signal.SIGTERM, signal.SIG_IGN); ready()\nwhile True: wait()", stop_within_s=0.2))
    await found.ask("start", names=["one"])
    await found.when("one", "ready")

    await found.ask("down")

    row = await found.row("one")
    assert (row["state"], row["exit_code"]) == ("stopped", -signal.SIGKILL)


async def test_a_process_with_a_stop_signal_of_its_own_gets_that_one(town, process: Make):
    """PostgreSQL's quick orderly shutdown is SIGINT."""
    code = "signal.signal(signal.SIGINT, lambda *_: os._exit(5)); ready(); wait()"
    found = town(process("one", code, stop_signal=signal.SIGINT))
    await found.ask("start", names=["one"])
    await found.when("one", "ready")

    await found.ask("stop", names=["one"])

    assert (await found.row("one"))["exit_code"] == 5


async def test_applications_stop_before_the_stores_that_they_use(town, process: Make, tmp_path: Path):
    """The broker is the last to go, so that nothing that was acknowledged is in doubt."""
    told = "signal.signal(signal.SIGTERM, lambda *_: (open('order', 'a').write('{}\\n'), os._exit(0))); ready(); wait()"
    found = town(*(process(name, told.format(name), folder=tmp_path) for name in ("kafka", "intake")))
    await found.ask("start", names=["kafka", "intake"])
    await found.when("kafka", "ready")
    await found.when("intake", "ready")

    await found.ask("down")

    assert (tmp_path / "order").read_text().split() == ["intake", "kafka"]


async def test_a_stopped_process_stays_down_until_it_is_asked_for(town, process: Make):
    """Stop is not a crash."""
    found = town(process("one"))
    await found.ask("start", names=["one"])
    await found.when("one", "ready")

    await found.ask("stop", names=["one"])
    stopped = await found.row("one")
    await found.ask("start", names=["one"])

    assert (stopped["state"], stopped["pid"]) == ("stopped", None)
    assert await found.when("one", "ready")


SLOW = """
import time
def stop(*_):
    pathlib.Path("told").touch()
    while not pathlib.Path("let go").exists(): time.sleep(0.01)
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
ready()
wait()
"""
"""Takes so long to stop as the test likes."""


async def test_what_is_just_being_stopped_is_started_again(town, process: Make, tmp_path: Path):
    """Its old process is still there when it is asked for: the start waits for the stop."""
    found = town(process("one", SLOW, folder=tmp_path))
    await found.ask("start", names=["one"])
    before = await found.when("one", "ready")

    stopping = asyncio.create_task(found.ask("stop", names=["one"]))
    await eventually((tmp_path / "told").exists)
    starting = asyncio.create_task(found.ask("start", names=["one"]))
    await asyncio.sleep(0.05)
    assert not starting.done()
    (tmp_path / "let go").touch()
    answer = await starting

    assert ({}, True) == (answer, stopping.done() or not alive(before["pid"]))
    await stopping
    assert (await found.when("one", "ready"))["pid"] != before["pid"]


async def test_what_waits_for_its_next_try_is_started_again_after_its_stop(town, process: Make):
    """There is no process then, only somebody who is about to start one."""
    found = town(process("one", "os._exit(7)"))
    await found.ask("start", names=["one"])
    await found.when("one", "waiting")

    await asyncio.gather(found.ask("stop", names=["one"]), found.ask("start", names=["one"]))

    assert await found.when("one", "waiting", restarts=1)


async def test_nothing_is_started_while_everything_is_being_stopped(town, process: Make, tmp_path: Path):
    """It would be left behind; whoever asks is told."""
    found = town(process("one", SLOW, folder=tmp_path))
    await found.ask("start", names=["one"])
    await found.when("one", "ready")

    down = asyncio.create_task(found.ask("down"))
    await eventually((tmp_path / "told").exists)
    starting = asyncio.create_task(found.ask("start", names=["one"]))
    await asyncio.sleep(0.05)
    (tmp_path / "let go").touch()
    answer = await starting
    await down

    assert "try again" in answer["error"]
    assert (await found.row("one"))["pid"] is None


async def test_what_it_does_not_know_is_answered_with_an_error(town):
    """A wrong name or verb is the asker's problem, not the supervisor's."""
    assert "error" in await town().ask("signal", name="nobody", signal=9)
    assert "error" in await town().ask("dance")


async def test_it_answers_over_its_socket_however_long_the_path_is(process: Make, tmp_path: Path):
    """A UNIX socket's address holds 107 bytes; a home may be longer."""
    layout = Layout(tmp_path / ("long" * 40))
    layout.create()
    serving = asyncio.create_task(serve(layout, {"one": process("one")}.__getitem__))
    await eventually((layout.run / control.NAME).exists)

    status = await asyncio.to_thread(control.ask, layout, "status")
    await asyncio.to_thread(control.ask, layout, "down")
    await serving

    assert (status["pid"], status["processes"]) == (os.getpid(), [])
    with pytest.raises(control.NotRunning):
        control.ask(layout, "status")


async def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path):
    """kill -9 of the supervisor takes its processes along, so that a later start finds their ports free."""
    daemon = await asyncio.create_subprocess_exec(sys.executable, "-c", ORPHANING, str(tmp_path), stdout=asyncio.subprocess.PIPE)
    assert daemon.stdout
    child = int(await daemon.stdout.readline())

    daemon.kill()
    await daemon.wait()

    await eventually(lambda: not alive(child))


ORPHANING = """
import asyncio, sys, pathlib
from deploy.local.process import Child, Process

async def never(port): return False

async def main():
    folder = pathlib.Path(sys.argv[1])
    child = Child(Process(name="one", command=("/bin/sleep", "60"), log=folder / "one.log", port=0, probe=never))
    child.start()
    while child.pid is None: await asyncio.sleep(0.01)
    print(child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
