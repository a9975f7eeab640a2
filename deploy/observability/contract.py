"""The metrics contract (計測の約束): every series that the processes of a town export, with its labels. Boards, alerts and tests read it here.

Every metric has the label ``service`` besides those named. Labels come from closed lists; never a case, person, event or consent id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

PREFIX = "tsunagu_"
TARGET_LABELS = frozenset(("job", "instance"))
"""Labels that Prometheus adds to what it scrapes."""


class Kind(StrEnum):
    """What a metric does: as Prometheus names it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the contract; ``name`` as it stands in a query, without the suffixes of a histogram."""

    name: str
    kind: Kind
    labels: frozenset[str]

    @property
    def series(self) -> dict[str, frozenset[str]]:
        """Name → labels of every series that it is scraped as."""
        if self.kind is Kind.HISTOGRAM:
            return {f"{self.name}_bucket": self.labels | {"le"}, f"{self.name}_sum": self.labels, f"{self.name}_count": self.labels}
        return {self.name: self.labels}


def _metrics(kind: Kind, *lines: str) -> Iterable[Metric]:
    """Metrics from lines ``name label label``."""
    for line in lines:
        name, *labels = line.split()
        yield Metric(PREFIX + name, kind, frozenset(("service", *labels)))


OF_WORKERS = (
    *_metrics(
        Kind.COUNTER, "consumed_total worker", "produced_total worker", "messages_total worker outcome", "rejected_input_total reason from_agency",
        "identity_mismatch_total", "dead_letters_total worker code", "integrity_alarms_total worker code", "rebalances_total worker", "replayed_records_total worker",
    ),
    *_metrics(Kind.HISTOGRAM, "handle_seconds worker", "event_age_seconds worker"),
    *_metrics(
        Kind.GAUGE, "stalled worker", "stalled_partitions worker", "assigned_partitions worker", "recovery_remaining worker", "lag_records worker",
        "loop_delay_seconds", "build_info version git",
    ),
)
"""Of every process that reads topics; the last two of the API too."""
OF_GATE = (
    *_metrics(Kind.COUNTER, "decisions_total outcome reason", "disclosures_total from_agency given", "received_total to_agency given"),
    *_metrics(Kind.HISTOGRAM, "decision_seconds", "stop_notice_seconds"),
    *_metrics(
        Kind.GAUGE, "held_requests to_agency", "held_oldest_age_seconds to_agency", "stop_notices_unanswered", "view_age_seconds", "erasure_pending stage",
        "erasure_overdue", "erasure_deadline_seconds", "pack_info pack",
    ),
)
OF_REPORTING = (
    *_metrics(Kind.COUNTER, "rebuild_events_total"),
    *_metrics(
        Kind.GAUGE, "projection_age_seconds", "parked_cases projection", "projection_applied", "projection_log_end", "projection_fed projection",
        "rebuild_phase projection", "rebuild_eta_seconds quantile", "rebuild_differences projection",
    ),
)
OF_API = (*_metrics(Kind.COUNTER, "api_requests_total route status", "audit_reads_total role"), *_metrics(Kind.HISTOGRAM, "api_seconds route"))
OF_OBSERVER = tuple(_metrics(
    Kind.GAUGE, "consumer_lag_seconds group_service worker", "consumer_lag_records group_service worker", "commit_age_seconds group_service worker",
    "partition_lag_seconds group_service worker topic partition", "committed_offset group_service worker", "group_members group_service worker",
    "certificate_expiry_timestamp_seconds certificate", "disk_free_bytes mount", "broker_up", "under_replicated_partitions", "database_up store",
    "database_connections", "database_locks_waiting", "observer_last_round_timestamp_seconds",
))
OF_VERIFIER = (
    *_metrics(Kind.COUNTER, "chain_verification_failures_total"),
    *_metrics(Kind.GAUGE, "verifier_last_run_timestamp_seconds", "verifier_findings", "verified_up_to topic", "verifier_run_seconds"),
)
OF_MIRROR = (
    *_metrics(Kind.COUNTER, "mirror_records_total"),
    *_metrics(Kind.GAUGE, "mirror_caught_up_timestamp_seconds", "mirror_last_copied_timestamp_seconds", "mirror_lag_records"),
)
"""Of a town that sends to its prefecture what it shares; no other town has them."""

METRICS: dict[str, Metric] = {each.name: each for group in (OF_WORKERS, OF_GATE, OF_REPORTING, OF_API, OF_OBSERVER, OF_VERIFIER, OF_MIRROR) for each in group}
SERIES: dict[str, frozenset[str]] = {name: labels for each in METRICS.values() for name, labels in each.series.items()}
"""Every series name that a scrape shows, with its labels."""
OF_PROMETHEUS: dict[str, frozenset[str]] = {"up": frozenset(), "ALERTS": frozenset(("alertname", "alertstate", "severity", "audience", "service", "worker"))}
"""What Prometheus itself says of its targets and rules."""
