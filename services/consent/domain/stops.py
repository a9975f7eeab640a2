"""Stop notices (使用停止の通知): who has received something on a consent that has ended, and of which categories (consent.md rule 27)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.consent import ConsentInvalidated, ConsentNarrowed, ConsentWithdrawn, DisclosureReleased, StopNoticeIssued
from contracts.shared import DataCategory
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import Consent, received_of
from services.consent.domain.pack import PolicyPack


def on_withdrawal(case: CaseFile, withdrawal: ConsentWithdrawn | ConsentInvalidated) -> Iterator[StopNoticeIssued]:
    """To each who received anything on a consent that is withdrawn now, or found to be none; ``case`` as it was before."""
    for consent in _standing(case, withdrawal.consents):
        yield from on_end(case, consent)


def on_end(case: CaseFile, consent: Consent) -> Iterator[StopNoticeIssued]:
    """To each who received anything on this consent: it is over (R5)."""
    for recipient, received in _received(case, consent.id):
        yield _notice(recipient, consent, received)


def on_narrowing(case: CaseFile, narrowed: ConsentNarrowed, pack: PolicyPack) -> Iterator[StopNoticeIssued]:
    """To each of whose share something went; ``case`` as it was before."""
    for consent in _standing(case, (narrowed.consent,)):
        left = consent.changed(categories=frozenset(narrowed.categories), recipients=frozenset(narrowed.recipients))
        for recipient, received in _received(case, consent.id):
            yield from _reduced(recipient, consent, left, received, pack)


def on_replacement(case: CaseFile, new: Consent, replaced: Iterable[str], pack: PolicyPack) -> Iterator[StopNoticeIssued]:
    """To each whom a consent covers less than the one it replaces, or of whom it leaves something out; ``case`` as it was before."""
    for consent in _standing(case, replaced):
        for recipient, received in _received(case, consent.id):
            yield from _reduced(recipient, consent, new, received, pack)


def on_delivery(case: CaseFile, delivery: DisclosureReleased, pack: PolicyPack) -> Iterator[StopNoticeIssued]:
    """To a recipient whom a release has reached although its consent had ended meanwhile; ``case`` as it was before."""
    for consent, *replaced_by in filter(None, (tuple(case.line(identity)) for identity in delivery.consents)):
        last, received = replaced_by[-1] if replaced_by else consent, received_of(consent.person, delivery)
        if last.withdrawn or last.expired:
            yield _notice(delivery.recipient, consent, received)
        else:
            yield from _reduced(delivery.recipient, consent, last, received, pack)


def _reduced(
    recipient: str, old: Consent, new: Consent, received: frozenset[DataCategory], pack: PolicyPack,
) -> Iterator[StopNoticeIssued]:
    """A notice about what ``recipient`` has received on ``old`` and ``new`` does not cover, if there is any such thing."""
    if recipient not in new.recipients or new.purpose not in pack.purposes.get(old.purpose, ()):
        yield _notice(recipient, old, received)
    elif lost := frozenset(category for category in received if _lost(recipient, category, new, pack)):
        yield _notice(recipient, old, lost)


def _lost(recipient: str, category: DataCategory, new: Consent, pack: PolicyPack) -> bool:
    """Whether the new form does not cover it, or leaves it out; who wrote what was received, and when, is not remembered: it may be meant."""
    line = pack.categories.get(category, frozenset())
    return line.isdisjoint(new.categories) or any(
        each.recipient in ("", recipient) and (each.category == DataCategory.UNMAPPED or each.category in line) for each in new.exclusions
    )


def _standing(case: CaseFile, identities: Iterable[str]) -> Iterator[Consent]:
    for identity in dict.fromkeys(identities):
        consent = case.consent(identity)
        if consent is not None and not consent.withdrawn and not consent.expired:
            yield consent


def _received(case: CaseFile, identity: str) -> list[tuple[str, frozenset[DataCategory]]]:
    """Recipients of one consent with what they have received, sorted."""
    return sorted((recipient, received) for (recipient, consent), received in case.releases.items() if consent == identity)


def _notice(recipient: str, consent: Consent, categories: frozenset[DataCategory]) -> StopNoticeIssued:
    """Names what this recipient has received and nothing else: what was withheld from it stays unknown to it."""
    return StopNoticeIssued(recipient=recipient, consent=consent.id, purpose=consent.purpose, categories=tuple(sorted(categories)))
