"""Transitions of consent, releases and rights (domain.md §2.4, 2.8). See ``transitions.py``."""

from __future__ import annotations

TABLE = {
    # §2.4 consent. What is asked again after a no, a withdrawal or an end is a new request: it has an id of its own, and begins at the first line.
    "consents": """
        . ConsentRequested ASKED
        . ConsentRequested HELD
        . ConsentGranted ACTIVE
        . ConsentRefused REFUSED
        . ConsentGranted UNCONFIRMED
        UNCONFIRMED ConsentConfirmed ACTIVE
        UNCONFIRMED Tick LAPSED
        ASKED ConsentGranted ACTIVE
        ASKED ConsentRefused REFUSED
        ASKED CapacityDoubted HELD
        HELD CapacityConfirmed ASKED
        HELD ProxyVerified ASKED
        HELD ConsentRefused REFUSED
        ACTIVE ConsentNarrowed =
        ACTIVE ConsentExtended =
        ACTIVE ConsentWithdrawn WITHDRAWN
        ACTIVE RightsDecided WITHDRAWN
        ACTIVE ConsentPaused PAUSED
        PAUSED ConsentResumed ACTIVE
        ACTIVE ConsentInvalidated INVALIDATED
        ACTIVE ConsentGranted REPLACED
        ACTIVE Tick EXPIRED
        EXPIRED ConsentGranted REPLACED
        EXPIRED ConsentWithdrawn WITHDRAWN
        REFUSED ConsentGranted .
    """,
    "capacity": """
        . CapacityDoubted DOUBTED
        . ProxyVerified PROXY_ON_FILE
        DOUBTED CapacityConfirmed .
        DOUBTED ProxyVerified REPRESENTED
        REPRESENTED CapacityConfirmed PROXY_ON_FILE
        REPRESENTED CapacityDoubted DOUBTED
        PROXY_ON_FILE CapacityDoubted REPRESENTED
        PROXY_ON_FILE CapacityDoubted DOUBTED
        PROXY_ON_FILE ProxyEnded .
    """,
    # §2.8 release. What is under way is decided about anew until its receipt is there. The gate's own notices are released, and followed no further.
    "releases": """
        . DisclosureRequested PERMITTED
        . DisclosureRequested REDACTED
        . DisclosureRequested HELD
        . DisclosureRequested DENIED
        . StopNoticeAnswered/DisclosureAcknowledged/RecallRequested/CorrectionMade/BreachReported/ReviewClosed PERMITTED/DENIED
        . Tick PERMITTED
        PERMITTED DisclosureReleased .
        PERMITTED DisclosureReleased RELEASED
        REDACTED DisclosureReleased RELEASED
        HELD ConsentGranted PERMITTED
        HELD ConsentGranted REDACTED
        HELD ConsentRefused DENIED
        HELD ConsentWithdrawn/RightsDecided DENIED
        HELD Tick PERMITTED/REDACTED
        HELD Tick DENIED
        HELD PolicyActivated PERMITTED/REDACTED/DENIED
        PERMITTED/REDACTED ConsentWithdrawn DENIED
        PERMITTED/REDACTED ConsentNarrowed/ConsentGranted/ConsentRefused/SegmentNoted/SubjectDied/RightsDecided/Tick HELD/REDACTED/DENIED
        PERMITTED/REDACTED ProtectionFlagSet REDACTED/HELD/DENIED
        HELD/PERMITTED/REDACTED AgencyEnded DENIED
        HELD DisclosureReleased RELEASED
        . DisclosureReleased RELEASED
        RELEASED DisclosureAcknowledged ACKNOWLEDGED
        RELEASED RecallRequested RECALLED
        RELEASED ReviewClosed RECALLED
        ACKNOWLEDGED RecallRequested/ReviewClosed RECALLED
    """,
    "stop notices": """
        . ConsentWithdrawn TOLD
        . ConsentInvalidated TOLD
        . ConsentNarrowed TOLD
        . ConsentGranted TOLD
        . RightsDecided TOLD
        . DisclosureReleased TOLD
        . Tick TOLD
        SETTLED ConsentWithdrawn/ConsentNarrowed/ConsentGranted/RightsDecided/Tick TOLD
        TOLD StopNoticeAnswered SETTLED
        TOLD Tick SETTLED
    """,
    "claims": """
        . AccessRequested RECEIVED
        . CorrectionRequested RECEIVED
        . UseStopRequested RECEIVED
        RECEIVED IdentityVerified VERIFIED
        VERIFIED RightsDecided GRANTED
        VERIFIED RightsDecided GRANTED_IN_PART
        VERIFIED RightsDecided REFUSED
        GRANTED RightsDelivered DELIVERED
        GRANTED_IN_PART RightsDelivered DELIVERED
        GRANTED CorrectionMade CORRECTED
        GRANTED_IN_PART CorrectionMade CORRECTED
        DELIVERED CorrectionMade CORRECTED
        REFUSED AppealFiled APPEALED
        GRANTED_IN_PART AppealFiled APPEALED
        DELIVERED/CORRECTED AppealFiled APPEALED
    """,
}
