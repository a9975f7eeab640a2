"""What if (仮の規則での検算): every past decision taken once more by another pack, at its own moment, on what stood before it in the log.

Each decision is tried alone: what came before it stays as it was recorded. So a row says what this pack makes of this question, and no row follows from another.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.consent import DisclosureDecided
from contracts.record import Record
from services.consent.domain.findings import Again, Logged
from services.consent.domain.gate import gate
from services.consent.domain.pack import PolicyPack
from services.consent.domain.redecide import UNJUDGED, answers_something, judged_again
from services.consent.domain.refold import Refold
from services.consent.domain.rules import Rules
from services.consent.domain.turns import CaseLog

_ITS_OWN = "policy"
"""What every other pack changes: its hash in the verdict."""


class Change(Record, frozen=True, kw_only=True):
    """A past decision that another pack would change; ``fields``: what of it."""

    logged: Logged
    verdict: DisclosureDecided
    fields: tuple[str, ...]


class Trial:
    """One partition of the gate's log, tried by a draft of a pack as if it had always been in force."""

    def __init__(self, draft: PolicyPack) -> None:
        self._draft, self._gate = draft, gate({draft.hash: draft})
        self._fold = Refold(self._gate)
        self._keys: dict[str, CaseLog] = {}
        self.unjudged: list[int] = []
        """When what no pack decides was decided: that a hold's time was over."""
        self.unfollowed: list[int] = []
        """When what cannot follow from the log stood in it; ``audit redecide`` says why."""

    def read(self, logged: Logged) -> Iterator[Again]:
        """A past decision, and what the draft makes of it."""
        if logged.passed:
            return
        log = self._keys.get(logged.key)
        if log is None:
            log = self._keys[logged.key] = CaseLog(self._gate.initial)
        if type(logged.event) is DisclosureDecided:
            yield from self._tried(log, logged)
        if not self._fold.take(log, logged):
            self.unfollowed.append(logged.at)

    def _tried(self, log: CaseLog, logged: Logged) -> Iterator[Again]:
        verdict = logged.event
        if not UNJUDGED.isdisjoint(verdict.reasons):
            self.unjudged.append(logged.at)
        elif not answers_something(log, verdict):
            self.unfollowed.append(logged.at)
        else:
            rules = Rules(registry=self._fold.town, pack=self._draft, newest=self._draft, at=logged.at)
            yield Again(logged=logged, verdict=judged_again(log, verdict, rules))


def change(again: Again) -> Change | None:
    """What of a decision would change, beside the pack that it names; None where nothing would."""
    recorded, verdict = again.logged.event, again.verdict
    fields = [name for name in DisclosureDecided.__struct_fields__ if name != _ITS_OWN and getattr(recorded, name) != getattr(verdict, name)]
    return Change(logged=again.logged, verdict=verdict, fields=tuple(fields)) if fields else None
