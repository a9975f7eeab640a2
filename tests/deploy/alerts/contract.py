"""The metrics that services, observer and verifier export, with their labels beside ``service``: what an alert may name."""

from __future__ import annotations

METRICS: dict[str, frozenset[str]] = {
    "tsunagu_" + name: frozenset(labels.split())
    for name, labels in {
        # every service process
        "consumed_total": "worker", "produced_total": "worker", "messages_total": "worker outcome", "rejected_input_total": "reason from_agency",
        "identity_mismatch_total": "", "dead_letters_total": "worker code", "integrity_alarms_total": "worker code", "handle_seconds": "worker",
        "event_age_seconds": "worker", "stalled": "worker", "stalled_partitions": "worker", "assigned_partitions": "worker", "rebalances_total": "worker",
        "recovery_remaining": "worker", "lag_records": "worker", "replayed_records_total": "worker", "loop_delay_seconds": "", "build_info": "version git",
        # the gate
        "decisions_total": "outcome reason", "decision_seconds": "", "disclosures_total": "from_agency given", "received_total": "to_agency given",
        "held_count": "to_agency", "held_oldest_age_seconds": "to_agency", "stop_notice_seconds": "", "stop_notices_unanswered": "", "view_age_seconds": "",
        "erasure_pending": "stage", "erasure_overdue": "", "erasure_days_to_deadline": "", "pack_info": "pack",
        # reporting and the read API
        "projection_age_seconds": "projection", "parked_cases": "projection", "projection_applied": "projection", "projection_log_end": "projection",
        "rebuild_phase": "projection", "rebuild_eta_seconds": "quantile", "rebuild_events_total": "", "rebuild_differences": "projection",
        "api_requests_total": "route status", "api_seconds": "route", "audit_reads_total": "role",
        # the observer
        "consumer_lag_seconds": "group_service worker", "consumer_lag_records": "group_service worker", "commit_age_seconds": "group_service worker",
        "partition_lag_seconds": "group_service worker topic partition", "committed_offset": "group_service worker", "group_members": "group_service worker",
        "certificate_expiry_timestamp_seconds": "certificate", "disk_free_bytes": "mount", "broker_up": "", "under_replicated_partitions": "",
        "database_up": "", "database_connections": "", "database_locks_waiting": "", "observer_last_round_timestamp_seconds": "",
        # the verifier
        "verifier_last_run_timestamp_seconds": "", "verifier_findings": "", "chain_verification_failures_total": "", "verified_up_to": "topic",
        "verifier_run_seconds": "",
    }.items()
}
HISTOGRAMS = frozenset(name for name in METRICS if name.removeprefix("tsunagu_") in {
    "handle_seconds", "event_age_seconds", "decision_seconds", "stop_notice_seconds", "api_seconds"})
