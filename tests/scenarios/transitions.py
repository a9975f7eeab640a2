"""Transitions (遷移): every arrow of the state machines of domain.md §2, as the deciders draw them. Nothing else may happen, and each of them does.

A line is: state before, message, state after. ``A/B`` is any of them, where the code makes no difference between them; ``=`` is the state before;
``.`` is what is not there (yet, or any more). A message is what was decided about: ``Tick`` is time, ``DisclosureDecided`` the gate's verdict.
Where an arrow of the paper has another form here, a remark says why.
"""

from __future__ import annotations

TABLE = {
    # §2.1 consultation. LinkAccepted closes nothing by itself: the case is closed with the reason LINKED_OUT once the answer is there.
    "consultation": """
        UNKNOWN SignalReceived NOTICED
        UNKNOWN ConsultationReceived RECEIVED
        NOTICED ConsultationReceived RECEIVED
        RECEIVED ConsultationScreened INFO_ONLY
        RECEIVED ConsultationScreened SINGLE_AGENCY
        RECEIVED ConsultationScreened LINKED_OUT
        RECEIVED ConsultationScreened COMPLEX
        INFO_ONLY/SINGLE_AGENCY/LINKED_OUT/COMPLEX ConsultationScreened INFO_ONLY/SINGLE_AGENCY/LINKED_OUT/COMPLEX
        LINKED_OUT LinkDeclined RECEIVED
        RECEIVED/INFO_ONLY/LINKED_OUT/COMPLEX HandedBackToConsultation SINGLE_AGENCY
        INFO_ONLY CaseClosed CLOSED
        SINGLE_AGENCY CaseClosed CLOSED
        LINKED_OUT CaseClosed CLOSED
        NOTICED/RECEIVED/COMPLEX CaseClosed CLOSED
        NOTICED/RECEIVED/INFO_ONLY/SINGLE_AGENCY/LINKED_OUT/COMPLEX RegionChanged CLOSED
        NOTICED/RECEIVED/INFO_ONLY/SINGLE_AGENCY/LINKED_OUT/COMPLEX SubjectDied CLOSED
        CLOSED CaseReopened NOTICED/RECEIVED
        CLOSED RegionChanged NOTICED/RECEIVED
        UNKNOWN/NOTICED/RECEIVED/INFO_ONLY/SINGLE_AGENCY/LINKED_OUT/COMPLEX/CLOSED EmergencyRaised =
    """,
    # §2.1 the close that waits for all, the move (Transfer) and the death.
    "closing": """
        OPEN CaseClosed CLOSED
        OPEN CaseClosed AWAITED
        TRANSFER CaseClosed CLOSED
        TRANSFER CaseClosed AWAITED
        AWAITED RegionChanged CLOSED
        AWAITED CaseReopened OPEN/TRANSFER
        AWAITED PredecessorNoted OPEN/TRANSFER
        CLOSED CaseReopened OPEN
        CLOSED CaseReopened TRANSFER
        CLOSED RegionChanged OPEN/TRANSFER
        OPEN SubjectMovedAway TRANSFER
        TRANSFER/AWAITED/CLOSED SubjectMovedAway =
        OPEN/TRANSFER/AWAITED SubjectDied CLOSED
        OPEN/TRANSFER SubjectDied AWAITED
        OPEN/TRANSFER/AWAITED/CLOSED SubjectDied =
    """,
    "regions": """
        . RegionChanged OUTREACH_AT_WORK
        . RegionChanged COORDINATION_AT_WORK
        . RegionChanged PARTICIPATION_AT_WORK
        OUTREACH_AT_WORK RegionChanged .
        COORDINATION_AT_WORK RegionChanged .
        PARTICIPATION_AT_WORK RegionChanged .
    """,
    "links": """
        . LinkedToAgency OPEN
        ANSWERED LinkedToAgency OPEN
        OPEN LinkAccepted ANSWERED
        OPEN LinkDeclined ANSWERED
        OPEN DisclosureDecided .
        OPEN StopNoticeIssued .
        OPEN SubjectDied .
    """,
    "continuation": """
        LIVE CaseContinued OFFERED
        CONTINUING CaseContinued OFFERED
        LIVE CaseOffered CONTINUING
        OFFERED PredecessorNoted FROZEN
    """,
    # §2.1 coordination. What the paper calls Complex and SingleAgency are here COMPLEX and NOT_COMPLEX: only that is known of the screening.
    # PLANNED does not end: a plan is carried out first (a10), or the case is handed back (a5). A referral is decided anew while it is on its way;
    # once it has arrived and the consent has ended, the stop notice undoes it.
    "coordination": """
        NOT_COMPLEX ConsultationScreened COMPLEX
        COMPLEX ConsultationScreened NOT_COMPLEX
        COMPLEX CoordinationReferred AWAITING_CONSENT
        UNDER_CLOSED_REVIEW CoordinationReferred AWAITING_CONSENT
        ENDED CoordinationReferred AWAITING_CONSENT
        COMPLEX BroughtToSupportConference UNDER_CLOSED_REVIEW
        AWAITING_CONSENT BroughtToSupportConference UNDER_CLOSED_REVIEW
        ENDED BroughtToSupportConference UNDER_CLOSED_REVIEW
        UNDER_CLOSED_REVIEW BroughtToSupportConference =
        AWAITING_CONSENT DisclosureDecided REFERRED
        AWAITING_CONSENT DisclosureDecided COMPLEX/NOT_COMPLEX
        UNDER_CLOSED_REVIEW DisclosureDecided REFERRED
        REFERRED DisclosureDecided AWAITING_CONSENT
        REFERRED DisclosureDecided COMPLEX/NOT_COMPLEX
        REFERRED StopNoticeIssued COMPLEX/NOT_COMPLEX
        REFERRED CoordinationAccepted ASSESSING
        REFERRED CoordinationNotAccepted COMPLEX/NOT_COMPLEX
        REFERRED HandedBackToConsultation NOT_COMPLEX
        ASSESSING HandedBackToConsultation NOT_COMPLEX
        PLANNED HandedBackToConsultation NOT_COMPLEX
        ASSESSING RolesAssigned PLANNED
        ASSESSING PlanExecutionStarted EXECUTING
        PLANNED PlanExecutionStarted EXECUTING
        EXECUTING WholeStructureMonitored =
        EXECUTING CoordinationEnded ENDED
        UNDER_CLOSED_REVIEW/AWAITING_CONSENT/REFERRED/ASSESSING/PLANNED/EXECUTING SubjectDied COMPLEX/NOT_COMPLEX
    """,
    # §2.2 plan. An older version runs on while the next one is before the conference: REVISED, REVISION_APPROVED, RUNNING_SENT_BACK.
    "plans": """
        . PlanProposed PROPOSED
        DRAFT PlanProposed PROPOSED
        RUNNING_SENT_BACK PlanProposed REVISED
        PROPOSED PlanReviewed APPROVED
        PROPOSED PlanReviewed DRAFT
        RUNNING_UNREVIEWED PlanReviewed RUNNING
        RUNNING_UNREVIEWED PlanReviewed RUNNING_SENT_BACK
        REVISED PlanReviewed REVISION_APPROVED
        REVISED PlanReviewed RUNNING_SENT_BACK
        APPROVED/SHARED/RUNNING/REVISED/REVISION_APPROVED/RUNNING_SENT_BACK/EVALUATED PlanShared =
        APPROVED DisclosureDecided SHARED
        SHARED DisclosureDecided APPROVED
        APPROVED PlanExecutionStarted RUNNING
        SHARED PlanExecutionStarted RUNNING
        PROPOSED PlanExecutionStarted RUNNING_UNREVIEWED
        REVISED PlanExecutionStarted RUNNING_UNREVIEWED
        REVISION_APPROVED PlanExecutionStarted RUNNING
        RUNNING/RUNNING_UNREVIEWED/REVISED/REVISION_APPROVED/RUNNING_SENT_BACK PlanMonitored =
        RUNNING PlanRevised REVISED
        REVISION_APPROVED PlanRevised REVISED
        RUNNING_SENT_BACK PlanRevised REVISED
        RUNNING PlanEvaluated EVALUATED
        RUNNING_UNREVIEWED/REVISED/REVISION_APPROVED/RUNNING_SENT_BACK PlanEvaluated EVALUATED
        EVALUATED PlanEnded ENDED
        RUNNING PlanEnded ENDED
        DRAFT/PROPOSED/APPROVED/SHARED/RUNNING_UNREVIEWED/REVISED/REVISION_APPROVED/RUNNING_SENT_BACK PlanEnded ENDED
        DRAFT/PROPOSED/APPROVED/SHARED/RUNNING/RUNNING_UNREVIEWED/REVISED/REVISION_APPROVED/RUNNING_SENT_BACK/EVALUATED SubjectDied ENDED
    """,
    # §2.3 conference sitting. TAKEN: a case or the like stands under this key, so no sitting begins there.
    "sitting": """
        UNPLANNED ConferenceScheduled SCHEDULED
        UNPLANNED ConferenceConvened CONVENED
        UNPLANNED CaseAnnounced/PartGiven/ResourceSituationDiscussed TAKEN
        SCHEDULED ConferenceConvened CONVENED
        SCHEDULED ConferenceCancelled CANCELLED
        CONVENED SegmentOpened SEGMENT_OPEN
        SEGMENT_OPEN SegmentClosed CONVENED
        SEGMENT_OPEN MemberReleased CONVENED
        CONVENED SittingClosed CLOSED
        CLOSED RecordSealed SEALED
    """,
    "members": """
        . MemberAppointed LISTED
        LISTED SecrecyAcknowledged BOUND
        LISTED MemberReleased RELEASED
        BOUND MemberReleased RELEASED
        BOUND MemberAppointed LISTED
        RELEASED MemberAppointed LISTED
    """,
    "segments": """
        . CaseSegmentOpened OPEN
        OPEN CaseSegmentClosed CLOSED
    """,
    # §2.5 No resource fits: a task of the conference's fourth role, one line for each kind of need, counted.
    "development": """
        . ResourceGapFound TASK_OPEN
        TASK_OPEN ResourceGapFound =
    """,
}
