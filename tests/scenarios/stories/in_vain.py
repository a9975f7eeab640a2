"""Said in vain: what must be refused, with its code told to the sender and nothing of it applied anywhere."""

from __future__ import annotations

from typing import Any

from cli.day.player import Day
from cli.day.rows import Row, refused
from contracts.envelope import MessageNoted, MessageRefused
from contracts.shared import RefusalCode


def say_in_vain(day: Day, agency: str, event: Any, subject: str, code: RefusalCode, stranger: bool = False) -> Row:
    """Say it: the sender's inbox holds this code, no log holds anything else that it caused (that a copy was seen is nothing)."""
    (row,) = day.say(agency, event, subject, refused(code), stranger=stranger)
    applied = [each.type for each in day.view.family(row.event_id) if not isinstance(each.event, MessageRefused | MessageNoted)]
    if applied:
        row.fault = f"nothing, instead of {', '.join(applied)}"
    return row
