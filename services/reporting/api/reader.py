"""Reader (閲覧者): who asks, in which role, as shown by a token of ours or by one of an identity provider. Whoever shows none is nobody."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.reporting.api.problems import Code, Problem
from services.reporting.resource import Role

AGENCY = re.compile(r"[0-9a-z-]{1,64}")
"""How an agency is named."""
OFFICES = {role: role.value.lower().replace("_", "-") for role in Role if role is not Role.CASEWORKER}
"""How the reader is named in a person's ledger where it is no agency."""
_LONGEST = 8_192
Check = Callable[[str], Awaitable["Reader | None"]]
"""The reader that a token shows; None where it shows nobody. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads. ``actor``: the public id of the token, no secret and no name."""

    role: Role
    actor: str
    agency: str = ""
    """Only a caseworker has one."""

    @property
    def name(self) -> str:
        """The agency, or the office."""
        return self.agency or OFFICES[self.role]


def reader(role: str, actor: str, agency: str) -> Reader | None:
    """The reader of these claims; None where they do not go together: a caseworker is of one agency, nobody else of any."""
    if role not in Role.__members__ or (role == Role.CASEWORKER) != bool(agency) or agency and not AGENCY.fullmatch(agency):
        return None
    return Reader(Role(role), actor, agency)


async def identified(authorization: str, checks: tuple[Check, ...]) -> Reader:
    """Whoever shows this header. Raises Problem, Unavailable."""
    scheme, _, token = authorization.partition(" ")
    if not token or scheme.lower() != "bearer":
        raise Problem(Code.TOKEN_MISSING)
    if len(token) <= _LONGEST:
        for check in checks:
            if found := await check(token):
                return found
    raise Problem(Code.TOKEN_INVALID)
