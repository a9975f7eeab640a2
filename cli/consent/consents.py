"""What became of the consents of a case (同意の経過), as far as one decision has to do with them: from the facts of the gate's log, in order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from contracts.consent import (
    ConfirmationAwaited,
    ConsentConfirmed,
    ConsentExpired,
    ConsentGranted,
    ConsentInvalidated,
    ConsentLapsed,
    ConsentNarrowed,
    ConsentPaused,
    ConsentResumed,
    ConsentWithdrawn,
    RightsDecided,
    UseStopRequested,
)
from contracts.envelope import DisclosureRequested
from contracts.shared import RightsOutcome

_GRANTED = (RightsOutcome.GRANTED, RightsOutcome.PARTIAL)

NOW: Mapping[type, str] = {
    ConsentWithdrawn: "今は、根拠とした同意が撤回されています", ConsentInvalidated: "今は、根拠とした同意が無効とされています",
    ConsentExpired: "今は、根拠とした同意の期間が終わっています", RightsDecided: "今は、利用停止が決定されています",
    ConsentGranted: "今は、根拠とした同意が新しい同意に置き換わっています", ConsentPaused: "今は、根拠とした同意が一時停止されています",
    ConsentNarrowed: "今は、根拠とした同意の範囲が狭められています",
}
"""How it stands after a fact of this kind, the weightiest first: of several only that is told at the top."""


class Consents:
    """The consents of one case that may support something yet, and whose use a person wants stopped."""

    def __init__(self) -> None:
        self._given: dict[str, ConsentGranted] = {}
        self._barred: set[str] = set()
        """Those that wait for a confirmation, or are paused."""
        self._stops: dict[str, str] = {}

    def read(self, event: Any) -> None:
        """Take one fact into account."""
        match event:
            case ConsentGranted():
                self._end(event.supersedes)
                self._given[event.consent] = event
            case ConfirmationAwaited():
                self._barred.add(event.consent)
            case ConsentConfirmed():
                self._barred.discard(event.consent)
            case ConsentPaused():
                self._barred.update(event.consents)
            case ConsentResumed():
                self._barred.difference_update(event.consents)
            case ConsentNarrowed() if event.consent in self._given:
                self._given[event.consent] = self._given[event.consent].changed(recipients=event.recipients)
            case ConsentWithdrawn() | ConsentInvalidated():
                self._end(event.consents)
            case ConsentExpired() | ConsentLapsed():
                self._end((event.consent,))
            case UseStopRequested():
                self._stops[event.request] = event.person
            case RightsDecided(outcome=RightsOutcome.GRANTED):
                person = self._stops.get(event.request)
                self._end([each.consent for each in self._given.values() if each.person == person])

    def begins(self, request: DisclosureRequested) -> set[date]:
        """First days of those that stand and speak of the recipient, the purpose, and somebody of the request."""
        found = [each for each in self._given.values() if each.consent not in self._barred and self._speaks_of(each, request)]
        return {each.valid_from for each in found}

    def line(self, event: Any, request: DisclosureRequested, consents: Collection[str]) -> str:
        """What a fact says of a decision on this request that has rested on these consents; empty where it says nothing of it. Before ``read``."""
        match event:
            case ConsentGranted(supersedes=replaced) if not set(consents).isdisjoint(replaced):
                return "根拠とした同意が、新しい同意に置き換わりました"
            case ConsentWithdrawn() if not set(consents).isdisjoint(event.consents):
                return "本人が、根拠とした同意を撤回しました"
            case ConsentPaused() if not set(consents).isdisjoint(event.consents):
                return "本人が、根拠とした同意を一時停止しました"
            case ConsentResumed() if not set(consents).isdisjoint(event.consents):
                return "本人が、根拠とした同意を再開しました"
            case ConsentInvalidated() if not set(consents).isdisjoint(event.consents):
                return "根拠とした同意が、無効であると確かめられました"
            case ConsentExpired(consent=consent) if consent in consents:
                return "根拠とした同意の期間が終わりました"
            case ConsentNarrowed(consent=consent) if consent in consents:
                return "本人が、根拠とした同意の範囲を狭めました"
            case ConsentLapsed(consent=consent) if consent in self._given and self._speaks_of(self._given[consent], request):
                return "確認を待っていた同意が、確認されないまま失効しました"
            case RightsDecided(outcome=outcome) if outcome in _GRANTED and self._stops.get(event.request) in _persons(request):
                return "本人の請求により、利用停止が決定されました"
            case _:
                return ""

    def now(self, event: Any, request: DisclosureRequested, consents: Collection[str]) -> tuple[type, str] | None:
        """How what has rested on these consents stands from this fact on, and under which kind of fact; empty where it stands again. Before ``read``."""
        kind = ConsentPaused if isinstance(event, ConsentResumed) else type(event)
        return (kind, NOW.get(type(event), "")) if (kind in NOW and self.line(event, request, consents)) else None

    def _end(self, consents: Collection[str]) -> None:
        for each in consents:
            self._given.pop(each, None)

    def _speaks_of(self, consent: ConsentGranted, request: DisclosureRequested) -> bool:
        persons = _persons(request)
        return (request.recipient in consent.recipients and consent.purpose is request.purpose) and (not persons or consent.person in persons)


def _persons(request: DisclosureRequested) -> set[str]:
    return {*request.persons, *(part.person for part in request.parts)}
