"""The index of persons: what is kept of a person's cases is what the gate's own ledger needs, no more and no less."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from contracts.catalogue import CATALOGUE
from contracts.consent import ConsentGranted, DisclosureReleased, ProtectionFlagSet
from contracts.envelope import DisclosureRequested, PersonsNoted
from contracts.registry import PolicyActivated
from contracts.shared import Basis, DataCategory, FunctionName, PartCode, Purpose
from kernel import serde
from kernel.days import DAY_MS
from kernel.testing import AT
from services.consent import packs
from services.consent.domain import ledger
from services.consent.domain.named import EVERYWHERE, persons_of
from services.consent.ledgers import Kept, folded
from services.reporting.folding import fold
from services.reporting.projections import RESOURCES
from services.reporting.projections.persons import GATE_FACTS, LEDGER_TYPES, PERSON_CASES, Persons
from services.reporting.projections.projection import Fact
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.test_consents import GIVEN

REQUEST = DisclosureRequested(
    event_id="e", event_type="CoordinationReferred", recipient="coordinator", agency="elder", function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION,
    parts=(PartCode(person="82", category=DataCategory.BASIC), PartCode(person="50", category=DataCategory.HEALTH)), persons=("9", "82"),
)
RECEIPT = DisclosureReleased(verdict_id="v", decided_at=1, request_id="r", event_id="e", event_type="t", recipient="coordinator", basis=Basis.K, consents=())
FLAG = ProtectionFlagSet(flag="f", person="82", blocked_agencies=("tax",), until=date(2027, 3, 31))


def cases(*facts: Fact) -> set[tuple[str, str]]:
    """Persons with their cases."""
    return {(row["person"], row["case_id"]) for row in rows(Persons(), PERSON_CASES, facts)}


def kept(*facts: Fact) -> list[dict[str, Any]]:
    """The facts that are kept."""
    return rows(Persons(), GATE_FACTS, facts)


def test_a_case_is_found_under_everybody_whom_it_names():
    """By the body, by the codes of the parts, as somebody who is named for the first time; each once."""
    found = cases(fact(REQUEST, "consent", key="a"), fact(GIVEN, "consent", key="b"), fact(PersonsNoted(persons=("9", "7")), "consent", key="b"))

    assert {("82", "a"), ("50", "a"), ("9", "a"), ("82", "b"), ("9", "b"), ("7", "b")} == found


def test_what_names_nobody_is_kept_for_those_whom_its_case_names():
    """A receipt, as it lies in the log; whatever is no matter of a ledger is not kept."""
    receipt = fact(RECEIPT, "consent", key="a", seq=3, at=AT + 123, agency="elder", partition=2)
    receipt = Fact(receipt.log, receipt.partition, receipt.envelope, receipt.kind, receipt.event, "consent.log", 17, serde.encode(RECEIPT))
    (row,) = kept(receipt, fact(PolicyActivated(pack="p", hash="h"), "consent"), fact(RECEIPT, "coordination"))

    assert ("a", 2, 3, 17, "DisclosureReleased", "elder") == tuple(row[name] for name in ("case_id", "partition", "seq", "log_offset", "type", "agency"))
    assert (RECEIPT, AT + 123) == (serde.decode(row["value"]), round(row["recorded_at"].timestamp() * 1000))
    assert set() == cases(receipt)


def test_a_protection_flag_is_kept_once():
    """Though it lies in every partition; and it names no case."""
    everywhere = [fact(FLAG, "consent", partition, key="flag", seq=partition + 1) for partition in range(3)]

    assert [("flag", 0)] == [(row["case_id"], row["partition"]) for row in kept(*everywhere)]
    assert set() == cases(*everywhere)


def test_what_is_kept_is_what_the_gates_ledger_reads():
    """The two lists agree; all of it is of codes, nothing sealed; and what lies in every partition is what the gate says does."""
    assert {kind.__name__ for kind in ledger.READ} == {*LEDGER_TYPES}
    assert [] == [name for name in LEDGER_TYPES if CATALOGUE[name].personal]
    assert {kind.__name__ for kind in EVERYWHERE} == {name for name in LEDGER_TYPES if CATALOGUE[name].broadcast}


def test_nothing_of_it_is_read_as_a_resource():
    """A ledger is asked of the gate, person by person."""
    assert not {PERSON_CASES.name, GATE_FACTS.name} & {resource.view for resource in RESOURCES}
    assert "persons" not in {resource.projection for resource in RESOURCES}


def test_the_ledger_of_what_is_kept_is_the_ledger_of_the_log(lived: list[list[Fact]]):
    """For everybody who is named in a day, a story or a year, whatever the order in which the person's cases are read."""
    known = packs.load()
    for facts in lived:
        tables = {table.name: found for table, found in fold(Persons(), facts, ())[0].sorted()}
        by_person: dict[str, list[str]] = defaultdict(list)
        for person, case in tables.get(PERSON_CASES.name, ()):
            by_person[person].append(case)
        whole = [Kept(each.envelope.subject, each.envelope.recorded_time, each.envelope.agency, each.value) for each in facts if _is_read(each)]
        for person in random.Random(1).sample(sorted(by_person), min(len(by_person), 40)):
            own = _of_person(tables[GATE_FACTS.name], by_person[person])
            expected, found = folded(person, known, whole), folded(person, known, own)

            for at in (AT, AT + 15 * DAY_MS, AT + 4_000 * DAY_MS):
                assert [expected.lines(at, proxy) for proxy in (False, True)] == [found.lines(at, proxy) for proxy in (False, True)]


def test_a_case_is_found_under_those_whom_the_gate_says_a_record_names(lived: list[list[Fact]]):
    """Everybody, and nobody else; of a flag nobody, since every ledger reads it."""
    for facts in lived:
        for each in filter(_is_read, facts):
            named = set() if isinstance(each.event, EVERYWHERE) else persons_of(each.event)

            assert named == {row[0] for table, row in Persons().rows(each) if table is PERSON_CASES}


def _is_read(fact: Fact) -> bool:
    return fact.log == "consent" and type(fact.event) in ledger.READ


def _of_person(found: Iterable[tuple[Any, ...]], cases: list[str]) -> list[Kept]:
    """The flags, and the records of these cases, as the tables have them."""
    flags = [row for row in found if row[4] in {kind.__name__ for kind in EVERYWHERE}]
    own = sorted((row for row in found if row[0] in cases), key=lambda row: row[:3])
    return [Kept(case, round(at.timestamp() * 1000), agency, value) for case, _, _, _, _, at, agency, value in (*flags, *own)]


def test_a_consent_is_kept_with_its_whole_form():
    """As it was recorded."""
    (row,) = kept(Fact("consent", 0, fact(GIVEN, "consent").envelope, CATALOGUE[ConsentGranted.__name__], GIVEN, "consent.log", 1, serde.encode(GIVEN)))

    assert GIVEN == serde.decode(row["value"])
