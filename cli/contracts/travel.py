"""Where the events of each type travel (行き先): which topics may hold them, derived from what the schemas say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cli.contracts.render import FUNCTIONS, LOGGED, named_types
from cli.contracts.source import Source, newest
from kernel.topics import Topics

GATE, REGISTRY, BETWEEN = "consent", "registry", "envelope"
"""The function that decides what may cross, the one that knows the agencies, and what our functions tell one another."""
READ = "PersonalDataRead"
"""What reporting writes into the gate's lane of reads."""
_TOPICS = Topics("{municipality}")


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic, or the topics of one sort: name in documents, topic with its parameters in braces, what it is for, what it may hold."""

    name: str
    topic: str
    title: str
    purpose: str
    types: tuple[Source, ...]

    @property
    def of_agency(self) -> bool:
        """Whether every agency has one of its own."""
        return "{agency}" in self.topic

    @property
    def is_log(self) -> bool:
        """Whether it is kept for ever."""
        return self.topic.endswith(".log")

    @property
    def short(self) -> str:
        """The topic without the municipality's code."""
        return self.topic.removeprefix(_TOPICS.named(""))


def kinds(sources: list[Source]) -> list[str]:
    """The kinds of agency (機関の種別) that may send anything, in the order of their enum."""
    found = {kind for source in newest(sources) for kind in source.schema["publishers"]}
    return [symbol for symbol in named_types(newest(sources))["tsunagu.shared.AgencyKind"]["symbols"] if symbol in found]


def channels(sources: list[Source]) -> list[Channel]:
    """Every topic that holds events, an agency's two first."""
    latest = newest(sources)
    return [*_agency(latest), *_functions(latest), *_gate(latest)]


def _agency(latest: list[Source]) -> Iterator[Channel]:
    yield Channel(
        "agencyOutbox", _TOPICS.outbox("{agency}"), "送信箱 What an agency sends",
        "The agency alone writes here. The front door (intake) reads it, and admits or refuses each record.",
        tuple(source for source in latest if source.schema["publishers"]),
    )
    yield Channel(
        "agencyInbox", _TOPICS.agency_inbox("{agency}"), "受信箱 What an agency receives",
        "The agency alone reads here; only the courier writes. What the gate (関門) released to this agency, with the permitted personal "
        "fields filled and the others null or empty; verdicts on what it sent; refusals; notices to stop. It may repeat itself: drop by ce_id.",
        tuple(source for source in latest if _reaches_agencies(source)),
    )


def _functions(latest: list[Source]) -> Iterator[Channel]:
    for function in FUNCTIONS:
        yield Channel(
            f"{function}Inbox", _TOPICS.inbox(function), f"What {function} has yet to decide",
            "Written and read by our functions only. Types with personal fields lie here as SealedEvent.",
            tuple(source for source in latest if _comes_to(source, function) or source.schema["function"] == BETWEEN),
        )
        yield _log(latest, function)


def _gate(latest: list[Source]) -> Iterator[Channel]:
    """The gate's topics, those of functions to which no agency speaks, and the registry's."""
    yield Channel(
        f"{GATE}Inbox", _TOPICS.inbox(GATE), "What the gate has yet to decide",
        "Consents, requests to disclose, receipts of the courier; facts that concern many cases lie in every partition.",
        tuple(source for source in latest if _comes_to_gate(source) or source.schema["function"] == BETWEEN),
    )
    yield Channel(
        f"{GATE}Urgent", _TOPICS.urgent, "The gate's lane for danger and legal duty",
        "Requests whose verdict rests on no consent (bases V and L); co-partitioned with the gate's inbox.",
        tuple(source for source in latest if GATE in source.schema.get("forwards", ()) and "basis" in _fields(source)),
    )
    yield Channel(
        f"{GATE}Reads", _TOPICS.reads, "Who has read personal data (閲覧)",
        "Written by the reporting service before a text is handed out; the consent service hands it to the gate.",
        tuple(source for source in latest if source.schema["name"] == READ),
    )
    yield _log(latest, GATE)
    for function in (each for each in LOGGED if each not in (*FUNCTIONS, GATE, REGISTRY)):
        own = tuple(source for source in latest if source.schema["function"] == function)
        yield Channel(f"{function}Inbox", _TOPICS.inbox(function), f"What {function} has yet to record", "Written by our functions only.", own)
        yield _log(latest, function)
    yield Channel(
        f"{REGISTRY}Log", _TOPICS.registry, "Agencies and policy packs", "Who is registered, which rules are in force; one partition.",
        tuple(source for source in latest if source.schema["function"] == REGISTRY),
    )


def _log(latest: list[Source], function: str) -> Channel:
    return Channel(
        f"{function}Log", _TOPICS.log(function), f"What {function} has decided",
        "Immutable, kept for ever, ce_seq gapless per key. Types with personal fields lie here as SealedEvent.",
        tuple(source for source in latest if source.schema["function"] in (function, BETWEEN)),
    )


def _reaches_agencies(source: Source) -> bool:
    """What a support function decides may be asked for; of the gate's facts and of those between functions, those that say so."""
    return source.schema["function"] in FUNCTIONS or "told" in source.schema or source.schema.get("reaches_agencies", False)


def _comes_to(source: Source, function: str) -> bool:
    """From an agency, from another function, or as the verdict that the function asked for."""
    schema = source.schema
    sent_here = bool(schema["publishers"]) and schema["function"] == function
    return sent_here or function in (*schema.get("copies", ()), *schema.get("forwards", ())) or _answers(source)


def _comes_to_gate(source: Source) -> bool:
    schema = source.schema
    passed_on = GATE in (*schema.get("copies", ()), *schema.get("forwards", ())) or schema.get("broadcast", False)
    return passed_on or (schema["function"] == GATE and "told" not in schema)


def _answers(source: Source) -> bool:
    """Whether it names the function that takes it: the gate's verdict does."""
    return source.schema["function"] == GATE and "FunctionName" in json.dumps(_fields(source))


def _fields(source: Source) -> dict[str, Any]:
    return {field["name"]: field["type"] for field in source.schema["fields"]}
