"""Decisions of a running system, explained from the gate's log alone; and what the registry has told every partition of it (rule 34)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from cli.consent import explanation, running
from cli.day import protection
from cli.day.player import Day, pseudonym
from contracts.consent import DisclosureAcknowledged, DisclosureDecided, StopNoticeIssued
from contracts.consultation import LinkedToAgency
from contracts.envelope import DisclosureRequested
from contracts.registry import PolicyActivated
from kernel import envelope, serde
from services.consent import packs
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.stories import s15_consent_life

LOG = TOPICS.log(running.GATE)


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    """The life of a consent, and a protected household."""
    with closing(MemoryStage()) as stage:
        played = Day(stage)
        s15_consent_life.play(played)
        protection.flagged(played, pseudonym())
        yield played


def explained(day: Day, wanted: str) -> list[dict[str, Any]]:
    """What is told of an id, whatever it is the id of."""
    log = day.stage.log
    found = running.decisions(lambda number: log.records(LOG, number), PARTITIONS, 0, wanted, LOG)
    return [explanation.explained(each, packs.load()) for each in found]


def case_of(day: Day) -> str:
    """The case of the story."""
    return day.learned("poverty", StopNoticeIssued).subject


def recalled(day: Day) -> Any:
    """The link to the poverty desk that was acknowledged and recalled."""
    receipt = day.learned("disability", DisclosureAcknowledged, case_of(day)).event
    return next(each for each in day.view.heard["disability"]
                if isinstance(each.event, DisclosureDecided) and each.event.request_id == receipt.request_id)


def test_a_decision_is_found_by_its_request_its_verdict_and_its_event(day: Day):
    """And it is the same one."""
    verdict = recalled(day)
    (by_request,) = explained(day, verdict.event.request_id)

    assert [by_request] == explained(day, verdict.id) == explained(day, verdict.event.event_id)
    assert ("PERMIT", verdict.event.request_id) == (by_request["outcome"], by_request["id"])
    assert "disability から poverty（生活困窮） へ" in by_request["asked"]


def test_what_came_of_it_is_told_in_order(day: Day):
    """Decided, arrived, acknowledged, recalled, narrowed, told to stop, answered, withdrawn, told again."""
    (found,) = explained(day, recalled(day).event.request_id)
    told = [line[18:] for line in found["history"]]
    places = [next(place for place, line in enumerate(told) if line.startswith(words)) for words in (
        "判断: 渡せます（可）", "提供先に届きました: 基本情報、健康", "提供先が受け取りと義務を確認しました", "回収を求めました", "本人が、根拠とした同意の範囲を狭めました",
        "提供先に使用停止を通知しました: 健康", "提供先の回答: 使用を止めた", "本人が、根拠とした同意を撤回しました",
    )]

    assert sorted(places) == places
    assert not any("保管" in line for line in told)  # that was the other recipient's answer


def test_what_was_given_and_withdrawn_since_is_not_told_as_open(day: Day):
    """The first line a desk reads."""
    (found,) = explained(day, recalled(day).event.request_id)
    head = explanation.text(found).splitlines()[0]

    assert "渡しました（可）" in head
    assert "撤回されています" in head
    assert "渡せます" not in head + found["decided"]


def test_a_case_tells_every_decision_of_it(day: Day):
    """Refusals too, each with its next way."""
    found = explained(day, case_of(day))
    refused = [each for each in found if each["outcome"] == "DENY"]

    assert {"PERMIT", "DENY"} <= {each["outcome"] for each in found}
    assert refused
    assert all(each["opens"] for each in refused)
    assert "つなぐ町" in refused[0]["opens"][-1]


def test_no_explanation_tells_where_somebody_is_or_what_another_got(day: Day):
    """Nor any name; of one decision's recipient nothing stands in another's."""
    link = day.learned("poverty", LinkedToAgency, case_of(day))
    everything = [each for number in range(PARTITIONS) for each in _requests(day, number)]
    text = {wanted: "\n".join(map(explanation.text, explained(day, wanted))) for wanted in everything}

    assert text
    assert not any(secret in told for told in text.values() for secret in (s15_consent_life.NAME, protection.cast.ADDRESS_WIFE, protection.cast.WIFE))
    assert not any("child" in told for told in (text[recalled(day).event.request_id],))
    assert link.request_id in text
    assert any("支援措置が続く間" in told for told in text.values())


def test_what_nobody_has_decided_is_not_found(day: Day):
    """An empty answer."""
    assert [] == explained(day, pseudonym())


def test_rule_34_a_pack_is_put_in_force_at_one_place_in_every_partition(day: Day):
    """The fact stands once in each partition of the gate's log, before every decision there."""
    for number in range(PARTITIONS):
        events = [serde.decode(record.value) for record in day.stage.log.records(LOG, number)]
        (place,) = [place for place, event in enumerate(events) if isinstance(event, PolicyActivated)]

        assert packs.of(packs.FOLDER / "national-2.yaml").hash == events[place].hash
        assert not any(isinstance(event, DisclosureDecided) for event in events[:place])


def _requests(day: Day, number: int) -> Iterator[str]:
    """The ids of the requests in one partition, by the messages that brought them."""
    for record in day.stage.log.records(LOG, number):
        attributes = envelope.read(record.key, record.headers)
        if isinstance(serde.decode(record.value), DisclosureRequested):
            yield attributes.causation_id
