"""Labels: which agency may stand in a metric. Only those of the registry, and no more than a scrape can bear; everybody else is ``other``."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST = 250
"""So many agencies have series of their own: with them no service has more than 2,000 series (tests/kernel/test_cardinality.py)."""
OTHER = "other"
_AN_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What a case, a person, an event or a consent is called. No agency is; and if one were registered so, its name would not be shown."""


class Agencies:
    """The agencies that have series of their own: the first ones that the registry named."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._known = most, {OTHER}

    @property
    def known(self) -> list[str]:
        """Every label there is, ``other`` among them."""
        return sorted(self._known)

    def take(self, agencies: Iterable[str]) -> list[str]:
        """Those of these agencies that are new and get series of their own, in order; to be called whenever the registry has grown."""
        new = sorted(each for each in set(agencies) - self._known if each and not _AN_ID.fullmatch(each))
        taken = new[: max(0, self._most + 1 - len(self._known))]
        self._known.update(taken)
        return taken

    def label(self, agency: str) -> str:
        """The label of an agency: its id, or ``other`` where it has no series of its own."""
        return agency if agency in self._known else OTHER
