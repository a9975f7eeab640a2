"""Rules: what decisions go by at one moment: the facts of the town, the policy pack in force, the time."""

from __future__ import annotations

from contracts.consent import DisclosureDecided, ReviewOpened
from contracts.envelope import DisclosureRequested
from contracts.record import Record
from kernel.days import DAY_MS
from services.consent.domain.casefile import CaseFile
from services.consent.domain.decision import judge
from services.consent.domain.model import UNASKED
from services.consent.domain.pack import PolicyPack
from services.consent.domain.packday import Days
from services.consent.domain.registry import Registry

UNJUDGED_MS = 14 * DAY_MS
"""How long it waits what no pack known here can judge: of no pack, so that every build decides it again alike."""


class Rules(Record, frozen=True, kw_only=True):
    """What a decision goes by: the facts of the town, the pack in force (None: this build does not know it), the newest one that it knows and whose day has come, the time."""

    registry: Registry
    pack: PolicyPack | None
    newest: PolicyPack
    at: int
    days: Days = ()

    def judge(self, request: DisclosureRequested, identity: str, position: str, case: CaseFile) -> DisclosureDecided:
        """The verdict on a request; help that must not wait goes by the newest known pack when the one in force is unknown (rule 16)."""
        if self.pack is None and request.basis in UNASKED:
            return judge(request, identity, position, case, self.registry, self.newest, self.at)
        verdict = judge(request, identity, position, case, self.registry, self.pack, self.at)
        return verdict if self.pack else verdict.changed(deadline=self.at + UNJUDGED_MS)

    @property
    def known(self) -> PolicyPack:
        """The pack in force, or the newest one that this build knows: for what must not wait."""
        return self.pack or self.newest

    def reviews(self, verdict: DisclosureDecided) -> tuple[ReviewOpened, ...]:
        """A release that did not ask the person is looked at afterwards (rule 19)."""
        if verdict.basis not in UNASKED:
            return ()
        due = verdict.at + (self.known.bases[verdict.basis].review_ms or 0)
        return tuple(
            ReviewOpened(recipient=reviewer, request_id=verdict.request_id, agency=verdict.agency, basis=verdict.basis, due=due)
            for reviewer in self.registry.of_kind(self.known.reviewer)
        )
