"""Classes (差異の分類): why a verdict does not come out again as it was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from services.consent.domain.findings import Difference, Finding


class Class(StrEnum):
    """What an auditor has to look for."""

    CODE_NOT_REPRODUCIBLE = "CODE_NOT_REPRODUCIBLE"
    """The same question by the same rules on the same facts gives another answer: another build has decided, or somebody has changed the answer."""
    INPUT_DIFFERS = "INPUT_DIFFERS"
    """It was not this question, or not at this place, that the gate was asked."""
    POLICY_MISSING = "POLICY_MISSING"
    """This build has not the rules by which it was decided."""
    BASIS_INCOMPLETE = "BASIS_INCOMPLETE"
    """Something that it rests on is missing or cannot be read."""


_OF = {
    Difference.POLICY_MISSING: Class.POLICY_MISSING, Difference.POLICY_NOT_IN_FORCE: Class.INPUT_DIFFERS, Difference.CAUSE_CONFLICT: Class.INPUT_DIFFERS,
    Difference.VERDICT_MISSING: Class.INPUT_DIFFERS, Difference.VERDICT_UNCALLED: Class.INPUT_DIFFERS, Difference.REQUEST_MISSING: Class.BASIS_INCOMPLETE,
    Difference.SEQUENCE: Class.BASIS_INCOMPLETE, Difference.UNREADABLE: Class.BASIS_INCOMPLETE,
}
OF_A_VERDICT = frozenset(set(Difference) - set(_OF))
"""What a verdict that was decided again may have another way."""
_QUESTION = frozenset(("request_id", "event_id", "event_type", "position", "recipient", "agency", "function", "purpose", "segment", "at"))
"""Fields of a verdict that repeat what was asked."""


def classified(findings: Iterable[Finding]) -> Iterator[tuple[Finding, Class]]:
    """The findings of one partition, in its order, each with its class: behind a hole in its case nothing else can be said of a verdict."""
    holes: set[str] = set()
    for finding in findings:
        found = _OF.get(finding.difference)
        if found is Class.BASIS_INCOMPLETE:
            holes.add(finding.key)
        elif found is None:
            asked = finding.difference is Difference.FIELDS and _QUESTION.issuperset(finding.detail.split())
            found = Class.BASIS_INCOMPLETE if finding.key in holes else Class.INPUT_DIFFERS if asked else Class.CODE_NOT_REPRODUCIBLE
        yield finding, found
