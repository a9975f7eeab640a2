"""Who may say what (architecture rule 6): every type × every kind of agency × every part in the case, as the schemas say and no other way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.contracts import golden
from contracts import SCHEMAS
from contracts.catalogue import CATALOGUE, EventType
from contracts.envelope import MessageNoted, MessageRefused, PartNoted
from contracts.shared import AgencyKind, CasePart, RefusalCode
from kernel import serde
from kernel.decider import Context
from kernel.parties import Known, admit
from services.intake.domain.front_door import Admitted, Listed, Rejected, examine
from tests import publishable
from tests.services.intake.outbox import record

KINDS = [kind for kind in AgencyKind if kind is not AgencyKind.UNMAPPED]
TOWN = {"elder": Listed(kind=AgencyKind.ELDER), **{kind.lower(): Listed(kind=kind) for kind in KINDS}}
"""An agency of every kind."""
US, OTHERS = "us", "others"
UNKNOWN, OURS, THEIRS = Known(), Known(agencies=frozenset((US, OTHERS))), Known(agencies=frozenset((OTHERS,)))
NOTED = MessageNoted(message_type="decided")
"""Stands for whatever the function decides."""
OPENED = PartNoted(agency=US, part=CasePart.OPENED)
OF_THE_TOWN_ALONE = {
    "ProtectionFlagSet", "ProtectionFlagCleared", "KeyDestroyed", "DeathRetracted", "ConsentInvalidated", "ReviewClosed", "BreachReported",
    "AccessRequested", "CorrectionRequested", "UseStopRequested", "IdentityVerified", "RightsDecided", "RightsDelivered", "AppealFiled", "CorrectionMade",
    "ConferenceScheduled", "ConferenceConvened", "ConferenceCancelled", "MemberAppointed", "MemberReleased", "SegmentOpened", "SegmentClosed",
    "SittingClosed", "InformationRequestedInConference", "DecisionRecorded", "RecordSealed", "ResourceSituationDiscussed",
    "ImplementationPlanDrafted", "ImplementationPlanPublished", "ResidentsHeard", "NoticeRelayed", "CaseStoryApproved",
}
"""What is said for this town: by its municipality, and in part by its prefecture or its coordinator."""
EVERY = pytest.mark.parametrize("kind", publishable.KINDS, ids=lambda kind: kind.name)


def said(kind: EventType, known: Known, function: str = "") -> tuple[Any, ...]:
    """What a message of this type from ``us`` gives about a case or other entity of which this is known."""
    context = Context(
        at=0, key="c" * 32, function=function or kind.function, source=US, message_id="m", message_type=kind.name, agency=US,
    )
    return admit(known, kind, context, lambda: (NOTED,))


def not_found(events: tuple[Any, ...]) -> bool:
    """Whether it is the one refusal that says nothing."""
    return [(MessageRefused, RefusalCode.CASE_NOT_FOUND)] == [(type(event), getattr(event, "code", None)) for event in events]


@EVERY
def test_the_front_door_admits_exactly_the_publishers(kind: EventType) -> None:
    """Every kind of agency is tried; the part in the case is asked for behind the door, where it is known."""
    event = kind.cls.from_avro(publishable.record_of(kind))
    found = {agency: examine(record(event, owner=agency), agency, TOWN) for agency in map(str.lower, KINDS)}

    assert set(kind.publishers) == {agency.upper() for agency, each in found.items() if isinstance(each, Admitted)}
    assert {RefusalCode.NOT_PUBLISHABLE} >= {each.error.code for each in found.values() if isinstance(each, Rejected)}


def from_next_door(kind: EventType, sender: AgencyKind) -> Admitted | Rejected:
    """What the door says where an agency of another municipality says it."""
    event = kind.cls.from_avro(publishable.record_of(kind))
    return examine(record(event, owner="next"), "next", {**TOWN, "next": Listed(kind=sender, ours=False)})


@EVERY
def test_what_only_our_own_municipality_may_say_nobody_says_from_next_door(kind: EventType) -> None:
    """A neighbour's municipality, or prefecture, tells us of a signal or a danger like others; it speaks for its own town."""
    found = {each for each in (AgencyKind.MUNICIPALITY, AgencyKind.PREFECTURE) if isinstance(from_next_door(kind, each), Admitted)}
    assert found == (set() if kind.name in OF_THE_TOWN_ALONE else {"MUNICIPALITY", "PREFECTURE"} & set(kind.publishers))


@EVERY
def test_others_from_next_door_are_heard_by_their_kind(kind: EventType) -> None:
    """A provider with its seat in another town works here under its contract."""
    others = [each for each in KINDS if each not in (AgencyKind.MUNICIPALITY, AgencyKind.PREFECTURE)]
    assert {each for each in others if isinstance(from_next_door(kind, each), Admitted)} == set(others) & set(kind.publishers)


@pytest.mark.parametrize("kind", [kind for kind in CATALOGUE.values() if not kind.publishers], ids=lambda kind: kind.name)
def test_nobody_publishes_what_our_functions_write(kind: EventType) -> None:
    """No kind of agency, whatever is in the body."""
    event = kind.cls.from_avro(golden.sample(json.loads(SCHEMAS[kind.schema_id]), {}))
    assert {RefusalCode.NOT_PUBLISHABLE} == {
        found.error.code for agency in map(str.lower, KINDS)
        if isinstance(found := examine(record(event, owner=agency), agency, TOWN), Rejected)
    }


@EVERY
def test_who_has_a_part_is_heard(kind: EventType) -> None:
    """Whatever the type asks for, a part is enough; it is noted once."""
    assert (NOTED,) == said(kind, OURS)


@EVERY
def test_who_has_no_part_is_heard_only_where_the_schema_says_so(kind: EventType) -> None:
    """About what is others': danger and the like, and what opens a case, which gives no part in one that is there."""
    heard = kind.part == "none" or (kind.part == "opens" and kind.key == "case")
    assert (NOTED,) == said(kind, THEIRS) if heard else not_found(said(kind, THEIRS))


@EVERY
def test_about_what_nobody_knows_only_an_opener_or_anybody_is_heard(kind: EventType) -> None:
    """The first to speak gets a part, by a type that opens and by no other."""
    expected: dict[str, tuple[Any, ...]] = {"none": (NOTED,), "opens": (NOTED, OPENED.changed(case=kind.key == "case"))}
    assert expected[kind.part] == said(kind, UNKNOWN) if kind.part in expected else not_found(said(kind, UNKNOWN))


@EVERY
def test_under_the_id_of_a_case_nothing_but_a_case_is_opened(kind: EventType) -> None:
    """A sitting, a resource or a place would give its partners a part in the case; what opens none is heard as ever."""
    events = said(kind, Known(agencies=frozenset((US,)), case=True))
    if kind.part == "opens" and kind.key != "case":
        assert [RefusalCode.WRONG_STATE] == [getattr(event, "code", None) for event in events]
    else:
        assert (NOTED,) == events


@pytest.mark.parametrize("kind", [kind for kind in publishable.KINDS if kind.part == "required"], ids=lambda kind: kind.name)
def test_what_is_not_there_looks_like_what_is_others(kind: EventType) -> None:
    """To the byte, so that nobody can find out who is known here."""
    assert [serde.encode(event) for event in said(kind, UNKNOWN)] == [serde.encode(event) for event in said(kind, THEIRS)]


@pytest.mark.parametrize(("kind", "copy"), [(kind, copy) for kind in publishable.KINDS for copy in kind.copies], ids=str)
def test_a_copy_is_decided_alike_and_refused_by_its_owner_alone(kind: EventType, copy: str) -> None:
    """Whoever may speak may do so in both functions; whoever may not hears of it once."""
    for known in (UNKNOWN, OURS, THEIRS):
        owner, copied = said(kind, known), said(kind, known, copy)
        assert copied == (() if not_found(owner) else owner)


@pytest.mark.parametrize("kind", publishable.KINDS, ids=lambda kind: kind.name)
def test_every_publishable_type_says_who_and_with_what_part(kind: EventType) -> None:
    """No type is left to chance."""
    assert kind.part in ("required", "opens", "none")
    assert set(kind.publishers) <= set(KINDS)
    assert len(kind.publishers) == len(set(kind.publishers))
