"""What proves each alert: one Proof for each rule, told apart by alert, severity and window (or service)."""

from __future__ import annotations

from tests.deploy.alerts import burns, flow, gate, integrity, stores
from tests.deploy.alerts.proof import Proof

PROOFS: tuple[Proof, ...] = (*flow.PROOFS, *gate.PROOFS, *integrity.PROOFS, *stores.PROOFS, *burns.PROOFS)
