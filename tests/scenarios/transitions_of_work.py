"""Transitions of the work with people and places (domain.md §2.5 to 2.7), and of what has to be done by when. See ``transitions.py``."""

from __future__ import annotations

TABLE = {
    # §2.6 A no (ContactAttempted with the result DECLINED) leads back to the approach from anywhere. Dismissed and ended work may begin anew.
    "outreach": """
        SIGNALLED SignalVerified APPROACHING
        SIGNALLED OutreachRequested APPROACHING
        SIGNALLED SignalDismissed DISMISSED
        APPROACHING SignalDismissed DISMISSED
        DISMISSED SignalVerified APPROACHING
        DISMISSED OutreachRequested APPROACHING
        ENDED SignalVerified APPROACHING
        ENDED OutreachRequested APPROACHING
        ENDED SignalDismissed DISMISSED
        APPROACHING ContactAttempted =
        CONTACTED/TRUSTING/ACCEPTING/LINKED/STABLE ContactAttempted =
        CONTACTED ContactAttempted APPROACHING
        TRUSTING/ACCEPTING/LINKED/STABLE ContactAttempted APPROACHING
        APPROACHING FirstContactMade CONTACTED
        APPROACHING FirstContactMade TRUSTING/ACCEPTING
        APPROACHING RelationStepRecorded CONTACTED/TRUSTING/ACCEPTING/LINKED
        CONTACTED RelationStepRecorded TRUSTING
        CONTACTED/TRUSTING RelationStepRecorded ACCEPTING/LINKED
        CONTACTED/TRUSTING/ACCEPTING/LINKED/STABLE RelationStepRecorded =
        APPROACHING SupportAccepted LINKED
        CONTACTED SupportAccepted LINKED
        TRUSTING SupportAccepted LINKED
        ACCEPTING SupportAccepted LINKED
        LINKED/STABLE SupportAccepted =
        LINKED DisclosureDecided ACCEPTING
        ACCEPTING DisclosureDecided LINKED
        LINKED RelationStabilised STABLE
        CONTACTED/TRUSTING RelationStabilised STABLE
        STABLE OutreachEnded ENDED
        LINKED OutreachEnded ENDED
        APPROACHING/CONTACTED/TRUSTING/ACCEPTING OutreachEnded ENDED
        APPROACHING/CONTACTED/TRUSTING/ACCEPTING/LINKED/STABLE SubjectDied ENDED
    """,
    # §2.5 FULL is AVAILABLE with no place left.
    "resource": """
        UNKNOWN ResourceProposed PROPOSED
        PROPOSED ResourceVerified AVAILABLE
        PROPOSED ResourceVerified FULL
        AVAILABLE/FULL Tick STALE
        STALE ResourceReconfirmed AVAILABLE/FULL
        AVAILABLE/FULL ResourceReconfirmed =
        AVAILABLE ResourceCapacityChanged FULL
        FULL ResourceCapacityChanged AVAILABLE
        AVAILABLE OccupancyChanged FULL
        FULL OccupancyChanged AVAILABLE
        AVAILABLE CandidateCounted =
        PROPOSED/AVAILABLE/FULL/STALE TasksSliced =
        PROPOSED ResourceRetired RETIRED
        AVAILABLE/FULL ResourceRetired RETIRED
        STALE ResourceRetired RETIRED
    """,
    "needs": """
        . GapNeedAssessed OPEN
    """,
    # §2.5 match. Declined, the resource may be proposed anew: the need stays open.
    "matches": """
        . CandidateProposed PROPOSED
        PROPOSED TrialStarted AWAITING
        AWAITING DisclosureDecided TRIAL
        AWAITING DisclosureDecided PROPOSED
        TRIAL DisclosureDecided AWAITING/PROPOSED
        TRIAL StopNoticeIssued PROPOSED
        TRIAL MatchConfirmed MATCHED
        MATCHED SettlementSupported SETTLING
        SETTLING SettlementSupported =
        PROPOSED MatchDeclined .
        TRIAL MatchDeclined .
        AWAITING/MATCHED/SETTLING MatchDeclined .
        MATCHED MatchEnded .
        SETTLING MatchEnded .
        PROPOSED/AWAITING/TRIAL MatchEnded .
        PROPOSED/AWAITING/TRIAL/MATCHED/SETTLING SubjectDied .
    """,
    # §2.7
    "places": """
        IDEA ActivityPlanned PREPARING
        IDEA PlaceOpened OPEN
        PREPARING PlaceOpened OPEN
        PAUSED PlaceOpened OPEN
        OPEN SessionHeld =
        OPEN SupplyOffered =
        OPEN PlacePaused PAUSED
        PREPARING PlaceClosed CLOSED
        OPEN PlaceClosed CLOSED
        PAUSED PlaceClosed CLOSED
    """,
    "cooperation": """
        UNKNOWN IssuesPaired PAIRED
        PAIRED CooperationStarted RUNNING
        RUNNING CooperationResultRecorded =
    """,
    "stories": """
        UNKNOWN CaseStoryDrafted DRAFTED
        UNKNOWN CaseStoryDrafted IDENTIFYING
        IDENTIFYING CaseStoryDrafted DRAFTED
        DRAFTED CaseStoryDrafted IDENTIFYING
        DRAFTED CaseStoryApproved PUBLISHED
    """,
    "practice areas": """
        UNKNOWN PracticeAreaRegistered REGISTERED
        REGISTERED PracticeAreaCancelled CANCELLED
        CANCELLED PracticeAreaRegistered REGISTERED
    """,
    "occasions": """
        UNKNOWN TrainingHeld HELD
        UNKNOWN ExchangeHeld HELD
        UNKNOWN AdviceGiven HELD
        UNKNOWN LiaisonPersonNamed =
    """,
    "notices": """
        . NoticeRelayed RELAYED
        RELAYED NoticeAcknowledged ACKNOWLEDGED
    """,
    "programme plan": """
        UNKNOWN ImplementationPlanDrafted DRAFTED
        DRAFTED ImplementationPlanDrafted =
        DRAFTED ResidentsHeard =
        DRAFTED ImplementationPlanPublished PUBLISHED
    """,
    "contracts": """
        UNBOUND AgencyRegistered WATCHED
        WATCHED AgencyRegistered/AgencyEnded UNBOUND
        WATCHED Tick OVER
        OVER AgencyRegistered WATCHED
    """,
    "figures": """
        UNKNOWN FigureReported REPORTED
        REPORTED FigureReported =
    """,
    # Set, met, missed (Tick): each kind of deadline.
    "deadlines": """
        . LinkedToAgency LINK_UNANSWERED_WATCHED
        LINK_UNANSWERED_WATCHED LinkAccepted/LinkDeclined .
        LINK_UNANSWERED_WATCHED CaseClosed/RegionChanged/SubjectDied .
        LINK_UNANSWERED_WATCHED Tick .
        . ContactRecorded/LinkAccepted/RelationStepRecorded NEXT_CONTACT_WATCHED
        NEXT_CONTACT_WATCHED ContactRecorded/ContactAttempted/FirstContactMade/RelationStepRecorded/SupportAccepted .
        NEXT_CONTACT_WATCHED CaseClosed/RegionChanged/SubjectDied/OutreachEnded .
        NEXT_CONTACT_WATCHED PredecessorNoted .
        NEXT_CONTACT_WATCHED Tick .
        . CoordinationAccepted NO_LEAD_AGENCY_WATCHED
        NO_LEAD_AGENCY_WATCHED LeadAgencyNamed .
        NO_LEAD_AGENCY_WATCHED HandedBackToConsultation/SubjectDied .
        NO_LEAD_AGENCY_WATCHED Tick .
        . PlanExecutionStarted/PlanMonitored/WholeStructureMonitored PLAN_REVIEW_WATCHED
        PLAN_REVIEW_WATCHED PlanEvaluated/PlanEnded .
        PLAN_REVIEW_WATCHED CoordinationEnded/SubjectDied .
        PLAN_REVIEW_WATCHED Tick .
        . PlanExecutionStarted URGENT_START_UNREPORTED_WATCHED
        URGENT_START_UNREPORTED_WATCHED PlanReviewed .
        URGENT_START_UNREPORTED_WATCHED PlanEnded/SubjectDied .
        URGENT_START_UNREPORTED_WATCHED Tick .
        . ResourceVerified/ResourceReconfirmed RESOURCE_RECONFIRMATION_WATCHED
        RESOURCE_RECONFIRMATION_WATCHED ResourceRetired .
        RESOURCE_RECONFIRMATION_WATCHED Tick .
        . ConsentWithdrawn/ConsentInvalidated/ConsentNarrowed/ConsentGranted/DisclosureReleased/RightsDecided/Tick STOP_NOTICE_ANSWER_WATCHED
        STOP_NOTICE_ANSWER_WATCHED StopNoticeAnswered .
        STOP_NOTICE_ANSWER_WATCHED Tick .
        . AccessRequested/CorrectionRequested/UseStopRequested RIGHTS_ANSWER_WATCHED
        RIGHTS_ANSWER_WATCHED RightsDecided .
        RIGHTS_ANSWER_WATCHED Tick .
        . DisclosureRequested EMERGENCY_REVIEW_WATCHED
        EMERGENCY_REVIEW_WATCHED ReviewClosed .
        EMERGENCY_REVIEW_WATCHED Tick .
        . DisclosureReleased PERSON_TOLD_WATCHED
        PERSON_TOLD_WATCHED PersonTold .
        PERSON_TOLD_WATCHED Tick .
        . AgencyRegistered CONTRACT_END_WATCHED
        CONTRACT_END_WATCHED AgencyRegistered/AgencyEnded .
        CONTRACT_END_WATCHED Tick .
    """,
}
