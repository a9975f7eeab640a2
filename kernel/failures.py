"""Failures: the three kinds, each with its one treatment. A *refusal* is no exception but an event, so two are left."""

from __future__ import annotations

from contracts.shared import RefusalCode


class PoisonError(Exception):
    """A record cannot be an event of ours: dead letter, metric, notice to its sender; the neighbours go on.

    ``code`` says why; ``where`` may name a header or field, never its value nor any of the bytes.
    """

    def __init__(self, code: RefusalCode, where: str = "") -> None:
        super().__init__(f"{code} {where}".rstrip())
        self.code = code
        self.where = where


class Unavailable(Exception):
    """A part of the installation does not answer (broker, database, key store): try again in place, acknowledge nothing.

    ``what`` names the part for metric and log; whoever raises this must not have changed any state.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class TooLate(Exception):
    """What was to be sent rests on what was read too long ago; nothing of it may go out before it is read anew."""


class IntegrityError(Exception):
    """What was read contradicts what was written (a broken seal, another writer in our log): stop, start again from the log."""
