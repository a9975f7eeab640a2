"""A prefecture and its towns: what leaves a town, who sees whose rows, advice and the case library, the plan's targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.community import (
    AdviceGiven,
    CaseStoryApproved,
    CaseStoryDrafted,
    ImplementationPlanDrafted,
    ImplementationPlanPublished,
    NoticeRelayed,
    TrainingHeld,
)
from contracts.reporting import FigureCorrected, FigureReported
from contracts.shared import LearningTopic, Metric, PlanTarget, RelatedPlan, Target
from kernel.records import TP
from services.reporting import queries, towns
from services.reporting.projections import OF_TOWNS, RESOURCES, Reported, Shared
from services.reporting.projections.plan_targets import MEASURED, PlanTargets
from services.reporting.projections.prefecture import STORIES, SUPPORT, Prefecture
from services.reporting.projections.reported import KEPT_BACK, REPORTED_FIGURES, SHARED_FIGURES
from services.reporting.store import Connect, Store
from tests.services.reporting.facts import fact, record, rows
from tests.services.reporting.test_monthly import VISIT

live = pytest.mark.live

FIRST = FigureReported(metric=Metric.OUTREACH_PERSONS, period="2026-05", value=7, positions="outreach:9", divided="agency", dimension="outreach")
SMALL = FIRST.changed(metric=Metric.NEW_CONSULTATIONS, value=3, hidden=True)
CORRECTED = FigureCorrected(
    metric=Metric.OUTREACH_PERSONS, period="2026-05", value=9, difference=2, positions="outreach:12", divided="agency", dimension="outreach", causes=("e",), cause_count=2,
)
STORY = CaseStoryDrafted(title="薪", reason="a", aim="b", content="c", result="d", mechanism="e", scheme="f", helpers=("environment",), deidentified=True)
TOWNS = ("990019", "990027")
CELL = {"municipality": "990019", "period": "2026-05", "metric": "OUTREACH_PERSONS", "divided": "agency", "dimension": "outreach"}


def of(town: str, event: Any, **attributes: Any) -> Any:
    """A fact of a town's log."""
    found = fact(event, **attributes)
    return replace(found, topic=f"{town}.{found.log}.log")


def test_what_was_reported_and_corrected_last_counts():
    """With how often it was corrected, and what the last correction was caused by."""
    (row,) = rows(Reported(), REPORTED_FIGURES, [of("990019", FIRST), of("990019", CORRECTED, seq=2)])

    assert CELL == {name: row[name] for name in CELL}
    assert (9, 1, ["e"], 2, "outreach:12") == (row["value"], row["corrections"], row["causes"], row["cause_count"], row["positions"])


def test_r15_the_table_that_leaves_the_town_never_holds_a_value_that_stays():
    """Nor does it keep an old one when a later report holds it back, nor say that something was corrected."""
    shown = rows(Shared(), SHARED_FIGURES, [of("990019", FIRST), of("990019", SMALL, seq=1)])
    later = rows(Shared(), SHARED_FIGURES, [of("990019", FIRST), of("990019", CORRECTED.changed(hidden=True), seq=2)])

    assert {"OUTREACH_PERSONS": 7, "NEW_CONSULTATIONS": KEPT_BACK} == {row["metric"]: row["value"] for row in shown}
    assert [KEPT_BACK] == [row["value"] for row in later]
    assert {*CELL, "basis", "definition", "value"} == set(SHARED_FIGURES.names)


def test_advice_training_and_notices_are_one_list():
    """Each with its day, its topic and whom it was for."""
    advice = AdviceGiven(to_agency="municipality", topic=LearningTopic.PROGRAMME_START, given_on=date(2026, 5, 1))
    training = TrainingHeld(topic=LearningTopic.OUTREACH, held_on=date(2026, 5, 2), attendees=30, partners=("environment",))
    notice = NoticeRelayed(number="1", title="x", recipients=("elder",))
    found = rows(Prefecture(), SUPPORT, [
        of("990019", advice, key="1", agency="prefecture"), of("990027", training, key="2", agency="prefecture"), of("990019", notice, key="3")])

    assert [("990019", "ADVICE", ["municipality"]), ("990019", "NOTICE", ["elder"]), ("990027", "TRAINING", ["environment"])] == [
        (row["municipality"], row["kind"], row["partners"]) for row in found]


def test_a_story_is_drafted_and_approved():
    """Two facts of one key are one row."""
    (row,) = rows(Prefecture(), STORIES, [of("990019", STORY, key="s"), of("990019", CaseStoryApproved(), key="s", seq=2, agency="municipality")])

    assert ("薪", "municipality", ["environment"], True) == (row["title"], row["approved_by"], row["helpers"], row["deidentified"])


def test_r15_of_a_draft_that_may_name_somebody_there_is_no_text():
    """Not deidentified: the table has the story's number alone, also where an earlier draft was."""
    named = STORY.changed(title="山田さん", deidentified=False)

    for said in ([named], [STORY, named]):
        (row,) = rows(Prefecture(), STORIES, [of("990019", each, key="s", seq=seq) for seq, each in enumerate(said, 1)])
        assert {"municipality": "990019", "story": "s"} == {name: value for name, value in row.items() if value}
    (again,) = rows(Prefecture(), STORIES, [of("990019", named, key="s"), of("990019", STORY, key="s", seq=2)])
    assert ("薪", True) == (again["title"], again["deidentified"])


def test_every_target_of_a_plan_has_its_metric():
    """But the empty one."""
    assert set(PlanTarget) - {PlanTarget.UNMAPPED} == set(MEASURED)


async def _filled(connect: Connect, projections: Sequence[Any], logs: dict[str, list[Any]], functions: dict[str, str]) -> None:
    store = Store(projections, connect, lambda code: None)
    await store.open()
    await store.positions([TP(topic, 0) for topic in logs])
    for topic, events in logs.items():
        records = [record(event, topic, offset, **attributes) for offset, (event, attributes) in enumerate(events)]
        assert [] == await store.apply(records, [(TP(topic, 0), 0, len(records))], functions)
    await store.close()


async def _seen(connect: Connect, name: str, *municipalities: str, **where: str) -> list[dict[str, Any]]:
    """A resource as the reader's account reads it for these towns."""
    resource = next(each for each in RESOURCES if each.name == name)
    connection = await connect()
    try:
        await connection.execute("GRANT USAGE ON SCHEMA reporting TO tsunagu_reader; SET ROLE tsunagu_reader")
        await towns.see(connection, municipalities)
        return await queries.shown(connection, resource, where)
    finally:
        await connection.close()


@live
async def test_the_prefecture_sees_two_towns_and_neither_sees_the_other(database: Connect):
    """The wall is the database's: the same question by the same account, for one town, for the other, for both, for nobody; with and without a filter."""
    reports = [(FIRST, {"key": "a"}), (SMALL, {"key": "b"})]
    stories = [(STORY, {"key": "s"}), (CaseStoryApproved(), {"key": "s", "seq": 2}), (STORY, {"key": "draft"}), (STORY.changed(deidentified=False), {"key": "x"}),
               (CaseStoryApproved(), {"key": "x", "seq": 2})]
    logs = {f"{town}.{function}.log": events for town in TOWNS for function, events in (("reporting", reports), ("community", stories))}
    await _filled(database, OF_TOWNS, logs, {topic: topic.split(".")[1] for topic in logs})

    async def who(*municipalities: str, name: str = "prefecture-figures", **where: str) -> list[tuple[str, Any]]:
        return [(row["municipality"], row.get("value", row.get("story"))) for row in await _seen(database, name, *municipalities, **where)]

    assert [("990019", None), ("990019", 7), ("990027", None), ("990027", 7)] == await who(*TOWNS)
    for town, other in (TOWNS, TOWNS[::-1]):
        assert [(town, None), (town, 7)] == await who(town)
        assert [] == await who(town, municipality=other)
        assert [(town, "s")] == await who(town, name="case-library")
    assert [("990019", "s"), ("990027", "s")] == await who(*TOWNS, name="case-library")
    assert [] == await who() == await who("", name="case-library")


@live
async def test_r15_a_value_that_stays_in_town_is_in_no_table_that_leaves_it(database: Connect):
    """Whatever the account asks of the schema: there is no 3."""
    await _filled(database, OF_TOWNS, {"990019.reporting.log": [(SMALL, {"key": "b"})]}, {"990019.reporting.log": "reporting"})
    connection = await database()
    found = await connection.fetch("SELECT * FROM reporting.shared_figures")
    await connection.close()

    assert [KEPT_BACK] == [row["value"] for row in found]


@live
async def test_the_plans_targets_stand_against_what_was_counted_in_its_period(database: Connect):
    """A person visited in two months is one person; the last draft counts; what lies outside the period does not."""
    plan = ImplementationPlanDrafted(
        period_from=date(2026, 4, 1), period_to=date(2027, 3, 31), harmonised=(RelatedPlan.ENVIRONMENT,),
        targets=(Target(metric=PlanTarget.OUTREACH_PERSONS, value=20), Target(metric=PlanTarget.PLACES, value=3)),
    )
    drafted = plan.changed(targets=(Target(metric=PlanTarget.OUTREACH_PERSONS, value=30),))
    community = [(plan, {"key": "p"}), (drafted, {"key": "p", "seq": 2}), (ImplementationPlanPublished(published_on=date(2026, 4, 2), recipients=()), {"key": "p", "seq": 3})]
    month = 31 * 24 * 3_600_000
    visits = [(VISIT, {"key": "a"}), (VISIT, {"key": "a", "seq": 2, "at": 1_780_000_000_000 + month}), (VISIT, {"key": "b"}),
              (VISIT, {"key": "c", "at": 1_780_000_000_000 - 12 * month})]
    logs = {"990019.community.log": community, "990019.outreach.log": visits}
    await _filled(database, [PlanTargets()], logs, {topic: topic.split(".")[1] for topic in logs})

    (row,) = await _seen(database, "plan-targets")
    assert ("p", "OUTREACH_PERSONS", date(2026, 4, 2), 30, 2) == tuple(row[name] for name in ("plan", "target", "published_on", "aimed", "reached"))
