"""Preconditions (提供の前提): predicates over logged facts that an entry of the policy pack may require, one small rule each (rules 17-21).

Each answers with the reason why it does not hold, which names what is missing, or None.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.shared import AgencyKind, DataCategory, DoubtKind
from services.consent.domain.entries import Precondition
from services.consent.domain.question import Question
from services.consent.domain.reasons import Reason
from services.consent.domain.refusals import refused
from services.consent.domain.registry import Agency

_DANGER = frozenset((DataCategory.ABUSE, DataCategory.DANGER))


def emergency_right(question: Question) -> Reason | None:
    """Rule 19: the sender's right is registered; it is no purpose that a caller may simply assert."""
    sender = question.registry.agencies.get(question.request.agency)
    return None if sender is not None and sender.emergency_right else Reason.NO_EMERGENCY_RIGHT


def contract_runs(question: Question) -> Reason | None:
    """委託: one side is the municipality, the other its contractor on a day of the contract as registered."""
    sides = (question.registry.agencies.get(question.request.agency), question.registry.agencies.get(question.request.recipient))
    municipal = [side for side in sides if side is not None and side.kind is AgencyKind.MUNICIPALITY and side.ours]
    contractors = [side for side in sides if side is not None and side.kind is not AgencyKind.MUNICIPALITY]
    if len(municipal) != 1 or len(contractors) != 1:
        return Reason.NO_CONTRACT
    return None if _under_contract(contractors[0], question.day) else Reason.CONTRACT_NOT_RUNNING


def _under_contract(agency: Agency, day: int) -> bool:
    """A period of which an end is not registered is none (rule 9)."""
    return agency.contract_from is not None and agency.contract_until is not None and agency.contract_from <= day <= agency.contract_until


def same_municipality(question: Question) -> Reason | None:
    """内部利用: both sides are of this municipality; a neighbour is another public body."""
    sides = (question.registry.agencies.get(question.request.agency), question.registry.agencies.get(question.request.recipient))
    return None if all(side is not None and side.ours for side in sides) else Reason.OTHER_MUNICIPALITY


def danger_stated(question: Question) -> Reason | None:
    """通告: the notice says what harm is suspected; without that it is none."""
    return None if any(part.category in _DANGER for part in question.request.parts) else Reason.DANGER_NOT_STATED


def minor_noted(question: Question, person: str, category: DataCategory | None) -> Reason | None:
    """The person is recorded as a minor in this case (未成年)."""
    return None if DoubtKind.MINOR in question.case.standing.doubts_about(person) else Reason.MINOR_NOT_NOTED


def not_refused(question: Question, person: str, category: DataCategory | None) -> Reason | None:
    """同意を得ることが困難: whoever has said no has been asked. Below the age of the pack it is not the child's own word (R6)."""
    if 0 < question.case.standing.ages.get(person, 0) < question.pack.minors_line:
        return None
    return Reason.PERSON_REFUSED if refused(question, person, category) else None


def access_granted(question: Question, person: str, category: DataCategory | None) -> Reason | None:
    """開示の決定: the very person, or a proxy, asked for access, proved who they are, and it was granted and not delivered yet (R12).

    Of others nothing goes, nor what the decision has kept back.
    """
    claims = [claim for claim in question.case.rights.values() if claim.open_access]
    if not claims:
        return Reason.ACCESS_NOT_GRANTED
    own = [claim for claim in claims if claim.person == person]
    if not own:
        return Reason.THIRD_PARTY
    return None if category is None or any(category not in claim.withheld for claim in own) else Reason.KEPT_BY_DECISION



def deciding_desk(question: Question, person: str, category: DataCategory | None) -> Reason | None:
    """開示の窓口: what was granted goes to the desk of this municipality that answers the person, and nowhere else (R12)."""
    recipient = question.request.recipient
    agency = question.registry.agencies.get(recipient)
    ours = agency is not None and agency.ours
    desks = [claim.desk for claim in question.case.rights.values() if claim.open_access and claim.person == person]
    return None if ours and any(desk in ("", recipient) for desk in desks) else Reason.NOT_THE_DESK


OF_REQUEST: dict[Precondition, Callable[[Question], Reason | None]] = {
    Precondition.EMERGENCY_RIGHT: emergency_right,
    Precondition.CONTRACT_RUNS: contract_runs,
    Precondition.DANGER_STATED: danger_stated,
    Precondition.SAME_MUNICIPALITY: same_municipality,
}
"""What must hold of the request as a whole."""
OF_PERSON: dict[Precondition, Callable[[Question, str, DataCategory | None], Reason | None]] = {
    Precondition.MINOR_NOTED: minor_noted,
    Precondition.ACCESS_GRANTED: access_granted,
    Precondition.DECIDING_DESK: deciding_desk,
    Precondition.NOT_REFUSED: not_refused,
}
"""What must hold of each person, and of each category of that person's parts."""
