"""Deciding again (判断の検算): every verdict in one partition of the gate's log follows from what stands before it there (consent.md rules 7, 28, 33).

Pure: the log alone, with the packs that this build knows. Each verdict is judged again at its own moment, by the pack whose hash it carries,
on the case and the town folded from the log before it. That no verdict is missing and none uncalled for is shown turn by turn: see ``turns``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.consent import DisclosureDecided
from contracts.shared import FunctionName
from kernel.decider import derive_id
from services.consent.domain import anew
from services.consent.domain.findings import Again, Difference, Finding, Logged
from services.consent.domain.gate import gate
from services.consent.domain.model import UNASKED
from services.consent.domain.pack import PolicyPack, in_force
from services.consent.domain.reasons import Reason
from services.consent.domain.refold import Refold
from services.consent.domain.rules import Rules
from services.consent.domain.turns import FUNCTION, CaseLog, Turns

UNJUDGED = frozenset((Reason.HOLD_EXPIRED.value, Reason.ARRIVED_BEFORE.value))
"""Ends of a hold that no pack decides."""


class Redecision:
    """One partition of the gate's log, read record by record; it gives verdicts judged again, and findings."""

    def __init__(self, packs: Mapping[str, PolicyPack]) -> None:
        self._packs = packs
        self._by_day = sorted(packs.values(), key=lambda pack: (pack.since, pack.hash), reverse=True)
        rules = gate(packs)
        self._fold, self._turns = Refold(rules), Turns(rules, packs)

    def read(self, logged: Logged) -> Iterator[Again | Finding]:
        """What one record says, the next of its partition."""
        log = self._turns.of(logged.key)
        if logged.passed and not _goes_on(log, logged):
            log.passed = logged.place
            if log.causes.get(logged.cause, (logged.digest,))[0] != logged.digest:
                yield logged.found(Difference.CAUSE_CONFLICT)
            return
        if problem := _misplaced(log, logged):
            yield logged.found(Difference.SEQUENCE, detail=problem)
        yield from self._turns.begin(log, logged, self._fold.town)
        if log.asked is not None and not _answers(log.asked, logged):
            yield log.asked.found(Difference.VERDICT_MISSING, log.asked.cause[1])
            log.case = log.case.changed(asking=None)
        if type(logged.event) is not DisclosureDecided:
            yield from self._folded(log, logged)
        elif answers_something(log, logged.event):
            yield from self._judged(log, logged)
            yield from self._folded(log, logged)
        else:
            log.count(logged)
            yield logged.found(Difference.REQUEST_MISSING, logged.event.request_id)
        yield from self._turns.after(logged, self._fold.town)

    def end(self) -> Iterator[Finding]:
        """What is missing when nothing more comes."""
        return self._turns.end(self._fold.town)

    def _folded(self, log: CaseLog, logged: Logged) -> Iterator[Finding]:
        if not self._fold.take(log, logged):
            yield logged.found(Difference.SEQUENCE, detail="it cannot follow what stands before it")

    def _judged(self, log: CaseLog, logged: Logged) -> Iterator[Again | Finding]:
        verdict = logged.event
        undecided = not verdict.policy or not UNJUDGED.isdisjoint(verdict.reasons)
        pack = self._packs.get(verdict.policy)
        if pack is None and not undecided:
            yield logged.found(Difference.POLICY_MISSING, verdict.request_id, verdict.policy)
            return
        if pack is not None and not self._in_force(verdict, pack, logged.at):
            yield logged.found(Difference.POLICY_NOT_IN_FORCE, verdict.request_id, verdict.policy)
        newest = next((each for each in self._by_day if each.since <= logged.at), self._by_day[-1])
        yield Again(logged=logged, verdict=judged_again(log, verdict, Rules(registry=self._fold.town, pack=pack, newest=newest, at=logged.at)))

    def _in_force(self, verdict: DisclosureDecided, pack: PolicyPack, at: int) -> bool:
        """By the facts of the town; help that did not wait may have gone by the newest pack that the build of then knew (rule 16)."""
        town = self._fold.town
        standing = in_force(self._packs, town.policy, town.earlier, at)
        return verdict.basis in UNASKED or (pack.hash in (town.policy, *town.earlier) and (standing is None or standing.hash == pack.hash))


def _goes_on(log: CaseLog, logged: Logged) -> bool:
    """Whether it goes on in the answer read last, of which something before it was taken out; and not in one that was passed over."""
    digest, count = log.causes.get(logged.cause, ("", 0))
    missing = logged.seq - log.seq - 1
    if missing < 0 or digest != logged.digest or log.passed == logged.place - 1 or log.turn is None or log.turn.first.cause != logged.cause:
        return False
    return logged.id == derive_id(FUNCTION, *logged.cause, logged.key, count + missing)


def _misplaced(log: CaseLog, logged: Logged) -> str:
    """Why it is not the next event of its case, or not the next that its cause gives: then something is missing."""
    if logged.seq != log.seq + 1:
        return f"seq {logged.seq} follows {log.seq}"
    ordinal = log.causes[logged.cause][1] if logged.cause in log.causes else 0
    return "" if logged.id == derive_id(FUNCTION, *logged.cause, logged.key, ordinal) else f"ce_id is not that of event {ordinal} of its cause"


def _answers(asked: Logged, logged: Logged) -> bool:
    """A request and its verdict are written in one piece."""
    return type(logged.event) is DisclosureDecided and (logged.cause, logged.event.event_id) == (asked.cause, asked.event.event_id)


def answers_something(log: CaseLog, verdict: DisclosureDecided) -> bool:
    """Whether what it decides was asked, waits, or is under way."""
    return log.case.asking is not None or verdict.request_id in log.case.holds or verdict.request_id in log.case.deliveries


def judged_again(log: CaseLog, verdict: DisclosureDecided, rules: Rules) -> DisclosureDecided:
    """What the gate decides by these rules when it is asked the same in the same case."""
    case, identity = log.case, verdict.request_id
    if log.asked is not None and case.asking is not None:
        own = case.asking.function is FunctionName.CONSENT  # asked and decided in one go: the request has no message of its own
        position = "" if own else log.asked.position or verdict.position
        return rules.judge(case.asking, log.asked.id if own else log.asked.cause[1], position, case)
    hold = case.holds.get(identity)
    if hold is not None:
        return anew.again(hold, identity, case, rules)
    delivery = case.deliveries[identity]
    return rules.judge(delivery.request, identity, delivery.verdict.position, case)
