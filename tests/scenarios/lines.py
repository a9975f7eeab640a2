"""The table of the day as lines of text, for comparison with what the story must come to."""

from __future__ import annotations

from collections.abc import Iterable

from cli.day.rows import Row

THE_DAY = """\
 1 elder         SignalReceived RECORDED
 1 elder         ConsultationReceived RECORDED
 2 elder         ConsultationScreened RECORDED
 2 elder         CoordinationReferred HOLD R2 | not coordinator BASIC ECONOMIC HEALTH LIFE_HISTORY (NO_CONSENT)
 3 elder         ConsentGranted RECORDED
 3 elder         CoordinationReferred REDACT R2 | coordinator BASIC ECONOMIC | not coordinator HEALTH LIFE_HISTORY (CATEGORY_NOT_CONSENTED NO_CONSENT)
 4 coordinator   CoordinationAccepted PERMIT K | elder
 4 coordinator   ConsentGranted RECORDED
 4 coordinator   LeadAgencyNamed PERMIT K | elder
 4 coordinator   RolesAssigned RECORDED
 4 coordinator   TaskAssigned PERMIT R2 | elder BASIC
 4 coordinator   TaskAssigned PERMIT R2 | poverty BASIC
 4 coordinator   TaskAssigned PERMIT R2 | outreach BASIC
 5 outreach      SignalReceived RECORDED
 5 outreach      SignalVerified RECORDED
 5 outreach      ContactAttempted RECORDED
 5 outreach      ContactAttempted RECORDED
 5 outreach      FirstContactMade RECORDED
 5 outreach      ConsentRefused RECORDED
 6 outreach      ConsentGranted RECORDED
 6 outreach      SupportAccepted REDACT R2 | participation BASIC CONSIDERATION CONTACT | not participation HEALTH (CATEGORY_NOT_CONSENTED)
 6 outreach      ConsentGranted RECORDED
 6 outreach      SupportAccepted PERMIT R2 | poverty BASIC
 6 poverty       ConsultationReceived RECORDED
 6 poverty       ConsultationScreened RECORDED
 6 poverty       CoordinationReferred PERMIT R2 | coordinator BASIC
 6 coordinator   CoordinationAccepted PERMIT K | poverty
 6 coordinator   ParticipationRequested PERMIT R2 | participation BASIC
 6 workshop      ResourceProposed RECORDED
 6 municipality  ResourceVerified PERMIT B0 | workshop
 6 participation GapNeedAssessed RECORDED
 6 participation CandidateProposed RECORDED
 6 participation CandidatesCounted PERMIT B0 | workshop
 6 participation TrialStarted REDACT R2 | workshop BASIC CONSIDERATION CONTACT | not workshop HEALTH LIFE_HISTORY (CATEGORY_NOT_CONSENTED)
 7 coordinator   PlanProposed RECORDED
 7 coordinator   ConferenceConvened PERMIT K | elder; outreach; poverty
 7 coordinator   SegmentOpened RECORDED
 7 coordinator   PlanReviewed RECORDED
 7 coordinator   PlanApproved PERMIT K | elder; outreach; poverty
 7 coordinator   SegmentClosed RECORDED
 7 coordinator   ConsentGranted RECORDED
 7 coordinator   PlanShared PERMIT R2 | elder BASIC ECONOMIC HEALTH WELFARE_USE
 7 coordinator   PlanShared REDACT R2 | poverty BASIC ECONOMIC WELFARE_USE | not poverty HEALTH (CATEGORY_NOT_CONSENTED)
 7 coordinator   PlanShared DENY R2 | not disability BASIC ECONOMIC HEALTH WELFARE_USE (RECIPIENT_NOT_NAMED)
 8 municipality  SignalReceived RECORDED
 8 municipality  ConferenceConvened PERMIT K | child; community; disability
 8 municipality  MemberAppointed RECORDED
 8 municipality  SecrecyAcknowledged RECORDED
 8 municipality  MemberAppointed PERMIT K | child
 8 child         SecrecyAcknowledged PERMIT K | municipality
 8 municipality  MemberAppointed PERMIT K | disability
 8 disability    SecrecyAcknowledged PERMIT K | municipality
 8 municipality  SegmentOpened RECORDED
 8 municipality  InformationRequestedInConference PERMIT R9 | child
 8 municipality  InformationRequestedInConference PERMIT R9 | disability
 8 child         InformationGivenInConference PERMIT R9 | disability HEALTH SCHOOLING; municipality HEALTH SCHOOLING
 8 child         InformationGivenInConference DENY R9 | not community HEALTH SCHOOLING (NOT_LISTED)
 8 municipality  SegmentClosed RECORDED
 8 child         InformationGivenInConference DENY R9 | not community HEALTH SCHOOLING (NOT_LISTED); disability HEALTH SCHOOLING (SEGMENT_CLOSED); municipality HEALTH SCHOOLING (SEGMENT_CLOSED)
 9 tax           InformationRequested DENY R1 | not tax anything (NO_BASIS)
 9 tax           InformationRequested DENY R1 | not tax anything (NO_BASIS)
 9 environment   HandsRequested DENY R1 | not environment anything (NO_BASIS)
 9 environment   HandsRequested RECORDED
 9 environment   CandidatesCounted PERMIT B0 | environment
10 environment   IssuesPaired PERMIT B0 | community; participation; workshop
10 environment   CooperationStarted PERMIT B0 | community; participation; workshop
10 community     PlaceOpened PERMIT B0 | environment; participation; workshop
10 community     SessionHeld PERMIT B0 | environment; participation; workshop
10 environment   SupplyOffered PERMIT B0 | community; participation; workshop
11 child         ConsultationReceived RECORDED
11 child         ConsentGranted RECORDED
11 child         LinkedToAgency PERMIT R2 | municipality ADDRESS BASIC
11 municipality  ProtectionFlagSet RECORDED
11 child         LinkedToAgency REDACT R8 | poverty BASIC | not poverty ADDRESS (PROTECTED)
11 child         LinkedToAgency REDACT R8 | poverty BASIC | not poverty ADDRESS (PROTECTED)
12 outreach      EmergencyRaised PERMIT V | police ADDRESS BASIC DANGER
12 outreach      ReviewOpened RECORDED V | municipality
13 elder         ConsentWithdrawn RECORDED
13 elder         StopNoticeIssued STOPPED R5 | coordinator
13 coordinator   ConsentWithdrawn RECORDED
13 coordinator   StopNoticeIssued STOPPED R5 | elder; outreach; poverty
13 coordinator   StopNoticeIssued STOPPED R5 | elder
13 coordinator   PlanShared DENY R2 | not elder BASIC ECONOMIC HEALTH WELFARE_USE (CONSENT_WITHDRAWN); poverty BASIC ECONOMIC HEALTH WELFARE_USE (CONSENT_WITHDRAWN)
14 community     SessionHeld REFUSED:IDENTITY_MISMATCH IDENTITY_MISMATCH
14 community     SessionHeld REFUSED:BAD_MAGIC BAD_MAGIC
14 community     SessionHeld REFUSED:UNKNOWN_SCHEMA UNKNOWN_SCHEMA
14 community     SupplyOffered REFUSED:TOO_LARGE TOO_LARGE
14 community     SessionHeld PERMIT B0 | environment; participation; workshop
14 community     SessionHeld REFUSED:ID_CONFLICT ID_CONFLICT
14 disability    ConsultationScreened REFUSED:CASE_NOT_FOUND CASE_NOT_FOUND
15 municipality  monthly RECORDED recount
"""
"""What the sample day comes to, in any run, on any stage."""


def lines(rows: Iterable[Row]) -> list[str]:
    """Each row in one line without ids and times, sorted within its step: recipients answer in no certain order."""
    return sorted(_line(row) for row in rows)


def expected() -> list[str]:
    """The lines of THE_DAY, sorted alike."""
    return sorted(THE_DAY.splitlines())


def _line(row: Row) -> str:
    rule = f" {row.rule}" if row.rule else ""
    parts = [f"{row.step:2} {row.agency:<13} {row.type} {row.outcome}{rule}"]
    if row.recipients:
        parts.append("; ".join(sorted(f"{each.agency} {' '.join(each.categories)}".rstrip() for each in row.recipients)))
    kept = {entry.agency for entry in row.withheld}
    if kept:
        parts.append("not " + "; ".join(_kept(row, agency) for agency in sorted(kept)))
    return " | ".join(parts)


def _kept(row: Row, agency: str) -> str:
    entries = [entry for entry in row.withheld if entry.agency == agency]
    what = " ".join(sorted({entry.category for entry in entries} - {""})) or "anything"
    return f"{agency} {what} ({' '.join(sorted({entry.reason for entry in entries}))})"
