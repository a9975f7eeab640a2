"""`tsunagu deploy destroy-again`: after a restore of the keys the destroyer reads the whole log; on a broker: tests/live/test_destroy_again.py."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from typer.testing import CliRunner

from cli.deploy import restored
from cli.main import command
from deploy.local.lifecycle import Installation
from deploy.local.town import TOWN, municipality
from kernel import settings
from services.consent import destroyer
from tests.deploy.cluster import found_settings

GROUP = f"{municipality(TOWN)}.consent.{destroyer.NAME}"


class Groups:
    """A broker that answers with these, one after the other; the last for ever."""

    def __init__(self, *answers: int | None) -> None:
        self.answers, self.asked = list(answers), 0

    def delete_consumer_groups(self, group_ids: list[str], **options: Any) -> dict[str, Future[None]]:
        """Answer the next."""
        answer, future = self.answers[min(self.asked, len(self.answers) - 1)], Future[None]()
        self.asked += 1
        future.set_result(None) if answer is None else future.set_exception(KafkaException(KafkaError(answer)))
        return dict.fromkeys(group_ids, future)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch):
    """Nobody waits in a test."""
    monkeypatch.setattr(restored, "PAUSE_S", 0.001)


def test_the_group_is_the_destroyers_and_begins_at_the_beginning():
    """Whoever has committed nothing reads from the first record (kernel/clients.py)."""
    assert GROUP == restored.group(found_settings())
    assert 'auto_offset_reset="earliest"' in Path("kernel/clients.py").read_text("utf-8")


@pytest.mark.parametrize(("answers", "asked"), [((None,), 1), ((KafkaError.GROUP_ID_NOT_FOUND,), 1), ((KafkaError.NON_EMPTY_GROUP, None), 2)],
                         ids=["there", "not there", "told to end a moment ago"])
def test_a_group_without_members_is_forgotten(answers: tuple[int | None, ...], asked: int):
    """Repeated, it finds nothing to do."""
    groups = Groups(*answers)

    assert restored.forget(groups, GROUP, 60)
    assert asked == groups.asked


def test_a_gate_that_runs_is_waited_for_and_then_told():
    """Its destroyer would write back up to where it has read."""
    assert not restored.forget(Groups(KafkaError.NON_EMPTY_GROUP), GROUP, 0.01)


def test_what_the_broker_refuses_is_no_waiting():
    """Another account than the administrator's, for one."""
    with pytest.raises(KafkaException):
        restored.forget(Groups(KafkaError.GROUP_AUTHORIZATION_FAILED), GROUP, 60)


@pytest.mark.parametrize(("answer", "code"), [(None, 0), (KafkaError.NON_EMPTY_GROUP, 1), (KafkaError.GROUP_AUTHORIZATION_FAILED, 3)])
def test_on_a_machine_of_ones_own_the_gate_stands_still_meanwhile(answer: int | None, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """And is started again, whatever came of it."""
    done: list[str] = []
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "admin.password").write_text("x", "utf-8")
    (tmp_path / settings.FILE_NAME).write_text((found_settings().home / settings.FILE_NAME).read_text("utf-8").replace(
        'security_protocol = "SASL_SSL"', 'security_protocol = "SASL_PLAINTEXT"'), "utf-8")
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))
    monkeypatch.setattr("confluent_kafka.admin.AdminClient", lambda options: done.append(options["sasl.username"]) or Groups(answer))
    monkeypatch.setattr(Installation, "status", lambda self: [{"name": "consent", "state": "ready"}])
    monkeypatch.setattr(Installation, "stop", lambda self, name: done.append(f"stop {name}"))
    monkeypatch.setattr(Installation, "start", lambda self, name, progress: done.append(f"start {name}"))

    assert code == CliRunner().invoke(command(["deploy"]), ["deploy", "destroy-again", "--wait", "0"]).exit_code
    assert ["stop consent", "admin", "start consent"] == done
