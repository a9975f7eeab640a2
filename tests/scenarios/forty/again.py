"""Deciding again (再判定): what an auditor does with one verdict: fold what the gate's log held of the case before it, and judge at its moment."""

from __future__ import annotations

from cli import registry as registrar
from cli.day.player import Day
from cli.day.view import GATE
from contracts.consent import DisclosureDecided
from contracts.envelope import DisclosureRequested
from deploy.local.town import agencies
from kernel.decider import fold
from services.consent import packs
from services.consent.domain import registry
from services.consent.domain.casefile import CaseFile
from services.consent.domain.decision import judge
from services.consent.domain.folding import Event, evolve

POLICY = "national-2"


def decided_again(day: Day, case: str, verdict: DisclosureDecided) -> DisclosureDecided:
    """The verdict as it comes out today, from the logged request, by the pack that it names."""
    file, asked = CaseFile(), None
    for each in day.view.logged.values():
        if each.log != GATE or each.key != case:
            continue
        if each.event == verdict:
            break
        if isinstance(each.event, DisclosureRequested) and each.event.event_id == verdict.event_id and each.event.recipient == verdict.recipient:
            asked = each.event
        if isinstance(each.event, Event):
            file = evolve(file, each.event)
    assert asked is not None, "a verdict follows its request in the log"
    town = fold(registry.DECIDER, tuple(fact for _, fact in registrar.facts(POLICY, agencies())))
    pack = packs.of(registrar._file(POLICY))
    assert verdict.policy == pack.hash
    return judge(asked, verdict.request_id, verdict.position, file, town, pack, verdict.at)
