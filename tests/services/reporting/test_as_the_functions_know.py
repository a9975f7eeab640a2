"""As the functions know (機能の状態との一致): what is read of the cases is what each function would say of them itself, over all that was lived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, get_args

from contracts.envelope import CaseFrozen, DeadlineMet, DeadlineMissed, DeadlineSet, FreezeNoted, RegionChanged
from contracts.shared import Outcome
from kernel import deadlines
from kernel.deadlines import Watched
from services.consent.domain import folding
from services.consent.domain.casefile import CaseFile
from services.coordination.domain import region
from services.intake.domain import regions
from services.reporting.folding import fold
from services.reporting.projections.cases import CASES, DEADLINES, PROGRESS, Cases
from services.reporting.projections.disclosures import DISCLOSURES, Disclosures
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Table

State = TypeVar("State")


def read(projection: Projection, table: Table, facts: list[Fact]) -> list[dict[str, Any]]:
    """The rows of a table, by column."""
    found = {each.name: rows for each, rows in fold(projection, facts, ())[0].sorted()}
    return [dict(zip(table.names, row, strict=True)) for row in found.get(table.name, ())]


def known(facts: Iterable[Fact], log: str, first: State, events: tuple[Any, ...], evolve: Callable[[State, Any], State]) -> dict[str, State]:
    """What a function knows of each key, folded from its own log."""
    found: dict[str, State] = defaultdict(lambda: first)
    for fact in facts:
        if fact.log == log and type(fact.event) in events:
            found[fact.envelope.subject] = evolve(found[fact.envelope.subject], fact.event)
    return found


def test_a_case_is_led_and_closed_as_consultation_knows(lived: list[list[Fact]]):
    """When everything has come to rest, what coordination has named is what consultation has noted."""
    for facts in lived:
        states = known(facts, "consultation", regions.State(), regions.EVENTS, regions.evolve)
        rows = {row["case_id"]: row for row in read(Cases(), CASES, facts) if row["opened_at"]}
        leads = {row["case_id"]: row["lead"] or "" for row in read(Cases(), PROGRESS, facts)}

        assert {case for case, state in states.items() if state.noticed} <= rows.keys()
        assert {case: state.lead for case, state in states.items() if state.noticed} == {case: leads[case] for case in rows if states[case].noticed}
        assert {case for case, state in states.items() if state.closed} == {case for case, row in rows.items() if row["closing"] == "CaseClosed"}


def test_a_function_is_at_work_where_it_has_said_so(lived: list[list[Fact]]):
    """And coordination leads as it has named last."""
    for facts in lived:
        rows = read(Cases(), PROGRESS, facts)
        for function, column in (("coordination", "coordinating"), ("outreach", "reaching_out"), ("participation", "taking_part")):
            active = known(facts, function, False, (RegionChanged,), lambda _, event: event.active)

            assert {case for case, at_work in active.items() if at_work} == {row["case_id"] for row in rows if row[column]}
        leads = known(facts, "coordination", region.State(), region.EVENTS, region.evolve)
        assert {case: state.lead for case, state in leads.items() if state.lead} == {row["case_id"]: row["lead"] for row in rows if row["lead"]}


def test_what_is_due_is_what_its_function_watches(lived: list[list[Fact]]):
    """Until the case goes on under another id: there nothing is watched any more, and no view asks for it."""
    said = (DeadlineSet, DeadlineMet, DeadlineMissed)
    for facts in lived:
        frozen = {fact.envelope.subject for fact in facts if isinstance(fact.event, CaseFrozen | FreezeNoted)}
        nothing: Watched = {}
        watched = {
            (case, log, deadline, of, each.agency, each.due)
            for log in ("consultation", "coordination", "outreach", "participation", "community", "consent")
            for case, state in known(facts, log, nothing, said, deadlines.evolve).items() for (deadline, of), each in state.items() if case not in frozen
        }

        assert watched == {
            (row["case_id"], row["function"], row["deadline"], row["about"], row["agency"], round(row["due_at"].timestamp() * 1000))
            for row in read(Cases(), DEADLINES, facts) if row["state"] == "SET" and row["case_id"] not in frozen
        }


def test_what_is_held_is_what_the_gate_holds(lived: list[list[Fact]]):
    """With the day on which it is refused."""
    for facts in lived:
        files = known(facts, "consent", CaseFile(), get_args(folding.Event), folding.evolve)
        holds = {(case, request): hold.deadline for case, file in files.items() for request, hold in file.holds.items() if not hold.arrived}

        assert holds == {
            (row["case_id"], row["request_id"]): round(row["deadline"].timestamp() * 1000)
            for row in read(Disclosures(), DISCLOSURES, facts) if row["outcome"] == Outcome.HOLD
        }
