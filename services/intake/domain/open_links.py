"""Open links (返事待ちのつなぎ): whom the case was linked to without an answer yet. Folded by every decider that must know it."""

from __future__ import annotations

from typing import NamedTuple

from contracts.consultation import LinkAccepted, LinkDeclined, LinkedToAgency
from contracts.envelope import DisclosureRequested, StopNoted, VerdictNoted
from contracts.shared import Outcome


class Link(NamedTuple):
    """Who is to answer, and who wants to know the answer."""

    receiver: str
    linker: str


OpenLinks = dict[str, Link]
"""By the id of the event that links. Several agencies may have linked to the same one: its answer is an answer to all of them."""


def follow(links: OpenLinks, event: DisclosureRequested | VerdictNoted | StopNoted) -> OpenLinks:
    """The open links after ``event``: a request to the gate names both sides; a no of the gate ends a link that the receiver never saw.

    So does a stop: whoever may use nothing of it any more owes no answer; it may be linked anew.
    """
    match event:
        case DisclosureRequested(event_type=LinkedToAgency.__name__):
            return {**links, event.event_id: Link(event.recipient, event.agency)}
        case DisclosureRequested(event_type=LinkAccepted.__name__ | LinkDeclined.__name__, agency=receiver):
            return {each: link for each, link in links.items() if link.receiver != receiver}
        case VerdictNoted(outcome=Outcome.DENY, event_id=denied) if denied in links:
            return {each: link for each, link in links.items() if each != denied}
        case StopNoted(recipient=stopped):
            return {each: link for each, link in links.items() if link.receiver != stopped}
        case _:
            return links


def linkers(links: OpenLinks, receiver: str) -> tuple[str, ...]:
    """Who waits for the answer of ``receiver``; none = it has no open link."""
    return tuple(sorted({link.linker for link in links.values() if link.receiver == receiver}))
