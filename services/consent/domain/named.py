"""Named (だれのことか): which persons a record of the gate's log names, so that of many cases only those have to be read that are about somebody.

A person's ledger follows from these records and no others, each case in the order of its log, the cases in any order:

- of every case in which at least one record names the person (``persons_of``): all records of the types in ``ledger.READ``, those before the first
  that names the person and those that name nobody (receipts, verdicts, answers, stops) too;
- of every case: the facts in ``EVERYWHERE``, in the order of each partition. They lie in every partition; those of one, or of all, one partition
  after the other, are enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.consent import ProtectionFlagCleared, ProtectionFlagSet

EVERYWHERE = (ProtectionFlagSet, ProtectionFlagCleared)
"""Facts of the whole town that the ledger of everybody needs: a flag of one hides places from the others of the household."""
_PARTS = ("parts", "released", "withheld")


def persons_of(event: Any) -> frozenset[str]:
    """Pseudonyms of everybody whom a record names: by its fields ``person`` and ``persons``, and by the codes of its parts."""
    return frozenset(person for person in _named(event) if person)


def _named(event: Any) -> Iterator[str]:
    yield getattr(event, "person", "")
    persons = getattr(event, "persons", ())
    yield from persons if isinstance(persons, tuple) else ()  # of a breach it is how many
    for name in _PARTS:
        yield from (getattr(part, "person", "") for part in getattr(event, name, ()))
