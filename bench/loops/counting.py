"""What every peer of a rebuild does with one record: the month's counts by type, from the event itself; and the log that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from contracts.catalogue import BY_CLASS
from kernel import serde

_JAPAN = timedelta(hours=9)


def cell(headers: Mapping[str, bytes], value: bytes) -> str:
    """Month, type and agency of one record, decoded: what it is counted under."""
    event = serde.unwrapped(serde.decode(value))
    month = (datetime.fromtimestamp(int(headers["ce_recordedtime"]) / 1000, UTC) + _JAPAN).strftime("%Y-%m")
    return f"{month}/{BY_CLASS[type(event)].name}/{headers.get('ce_agency', b'').decode()}"
