"""Topic and consumer-group names of one municipality: the only place where they are put together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """Names that begin with the municipality's code (市町村コード, 6 digits).

    ``function`` is a value of ``contracts.topics.Function``; ``agency`` is an agency's id; ``service`` is a process name.
    """

    municipality: str

    def named(self, name: str) -> str:
        """The topic with the short name ``name``, for example ``consent.urgent``."""
        return f"{self.municipality}.{name}"

    def inbox(self, function: str) -> str:
        """What the function still has to decide."""
        return self.named(f"{function}.inbox")

    def log(self, function: str) -> str:
        """What the function has decided; immutable."""
        return self.named(f"{function}.log")

    @property
    def urgent(self) -> str:
        """The gate's lane for bases V and L, co-partitioned with its inbox."""
        return self.named("consent.urgent")

    @property
    def reads(self) -> str:
        """Who has read personal data; what reporting writes here, the consent service hands to the gate."""
        return self.named("consent.reads")

    @property
    def registry(self) -> str:
        """Agencies, contracts, policy packs and schema activations; one partition."""
        return self.log("registry")

    @property
    def control(self) -> str:
        """Low-rate orders of the operator to every service; one partition."""
        return self.named("control")

    def dead_letters(self, service: str) -> str:
        """Unreadable or spoofed records, with their original bytes."""
        return self.named(f"{service}.dead-letters")

    def outbox(self, agency: str) -> str:
        """Where the agency alone writes."""
        return self.named(f"agency.{agency}.outbox")

    def agency_inbox(self, agency: str) -> str:
        """Where the agency alone reads, and the courier alone writes."""
        return self.named(f"agency.{agency}.inbox")

    def agency_of(self, topic: str) -> str | None:
        """The agency whose outbox ``topic`` is; None when it is none. The sender is derived from here and nowhere else."""
        prefix, suffix = self.named("agency."), ".outbox"
        if topic.startswith(prefix) and topic.endswith(suffix):
            return topic[len(prefix) : -len(suffix)] or None
        return None

    def group(self, principal: str) -> str:
        """The consumer group of a service; for an agency the prefix (ending in a dot) of the groups it may use."""
        return self.named(f"{principal}.") if principal.startswith("agency-") else self.named(principal)
