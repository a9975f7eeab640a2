"""Resources (閲覧の単位): what of the projections may be read, by whom, under which name; one list for the API and ``tsunagu report``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who reads (閲覧者の役割)."""

    CASEWORKER = "CASEWORKER"
    """An agency's: its own cases, as far as the gate allowed."""
    MUNICIPALITY = "MUNICIPALITY"
    PREFECTURE = "PREFECTURE"
    PRIVACY_DESK = "PRIVACY_DESK"
    """Answers persons who ask for their own data (開示請求の窓口)."""
    AUDITOR = "AUDITOR"
    OPERATOR = "OPERATOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Rows of one table or view of a projection, without personal text."""

    name: str
    title_ja: str
    view: str
    """Its stable name in the schema ``reporting``."""
    projection: str
    headings: Mapping[str, str]
    """The columns that are read, in order, with their Japanese headings."""
    order: tuple[str, ...]
    """Columns that tell rows apart and give them their order: pages follow it. None is ever NULL."""
    filters: tuple[str, ...] = ()
    """Columns by which rows may be asked for."""
    roles: frozenset[Role]
    case: str = ""
    """The column that names the case: a caseworker sees the rows of cases in which the agency has a part."""
    agency: str = ""
    """The column that names the agency: a caseworker sees the rows of the own agency."""
    municipality: str = ""
    """The column that names the town: a town sees its own rows, the prefecture those of all its towns."""
    event: str = ""
    """The column that names the event: a caseworker also sees the rows of events that were given to the own agency."""
