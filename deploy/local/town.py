"""The agencies of the town that an installation serves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TOWN = Path(__file__).with_name("town.yaml")
_ID = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency (支援関係機関): its id in topic and account names, its kind (``AgencyKind``), its Japanese name, its contract."""

    id: str
    kind: str
    name_ja: str
    contract_from: date | None = None
    """First day of its contract with the municipality (委託期間); None = no contract, or one that has begun long since."""
    contract_until: date | None = None
    """Last day of it; None = no contract, or one without end."""

    def __post_init__(self) -> None:
        """Raises ValueError for an id that could be taken for one of our own functions or would not fit a topic's name, and for a contract
        that ends before it begins."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"agency id {self.id!r}: lower-case letters, digits and hyphens only, at most 32")
        if self.contract_from and self.contract_until and self.contract_until < self.contract_from:
            raise ValueError(f"agency {self.id!r}: its contract ends before it begins")

    @property
    def principal(self) -> str:
        """Its account at the broker."""
        return f"agency-{self.id}"


def agencies(path: Path = TOWN) -> tuple[Agency, ...]:
    """Every agency, in the order of the file."""
    import yaml

    return tuple(Agency(**row) for row in yaml.safe_load(path.read_text("utf-8"))["agencies"])
