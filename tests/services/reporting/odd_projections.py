"""Projections that differ from those of the service on purpose: what a rebuild must notice."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.projections.monthly import Monthly
from services.reporting.projections.projection import Fact, Projection, Written
from services.reporting.projections.timeline import Timeline


class Forgetful(Monthly):
    """The same tables, but the facts of one case are not counted: a fault in the code."""

    def rows(self, fact: Fact) -> Written:
        """Nothing of case-7."""
        return () if fact.envelope.subject == "case-7" else super().rows(fact)


class Unstorable(Timeline):
    """What the database does not take: a NUL in a text."""

    def rows(self, fact: Fact) -> Written:
        """Of case-7 nothing can be written."""
        for table, row in super().rows(fact):
            yield table, (row if fact.envelope.subject != "case-7" else (*row[:6], "\x00", *row[7:]))


class Second(Monthly):
    """A later version that says the same."""

    version = 2
    views: Mapping[str, str] = Monthly.views


UNSTORABLE: tuple[Projection, ...] = (Unstorable(), Monthly())
WRONG: tuple[Projection, ...] = (Timeline(), Forgetful())
EARLIER: tuple[Projection, ...] = (Timeline(), Monthly())
LATER: tuple[Projection, ...] = (Timeline(), Second())
FEW: tuple[Projection, ...] = (Timeline(),)
