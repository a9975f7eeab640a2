"""Tokens of an identity provider (OpenID Connect): JWTs with pinned algorithms, issuer and audience; claims say role and agency.

Set in ``tsunagu.toml`` as ``[api.oidc]``; without that no JWT is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt

from kernel.failures import Unavailable
from kernel.settings import SettingsWrong, where
from services.reporting.api.reader import Reader, reader
from services.reporting.resource import Role

ALGORITHMS = frozenset(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"))
"""Signatures by a key that only the provider has."""
LEEWAY_S, TIMEOUT_S, KEEP_S = 30, 5, 300
MEANT = (
    f"an https address or a file as jwks, some of {', '.join(sorted(ALGORITHMS))} as algorithms, one of {', '.join(sorted(Role))} for each of roles, "
    "texts for all else"
)
"""What the settings of a provider may be."""
_REQUIRED = ("exp", "iss", "aud", "sub")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider. ``jwks``: its public keys, an https address or a file; ``roles``: our role by the value of the role claim."""

    issuer: str
    audience: str
    jwks: str
    algorithms: tuple[str, ...]
    role_claim: str = "roles"
    agency_claim: str = "agency"
    roles: Mapping[str, str] = field(default_factory=dict)


def provider(table: Mapping[str, Any], home: Path) -> Provider:
    """The provider that the settings name. Raises SettingsWrong where they cannot be meant."""
    try:
        found = Provider(**{**table, "algorithms": tuple(table.get("algorithms", ("RS256",)))})
    except TypeError as error:
        raise SettingsWrong("[api.oidc] needs issuer, audience, jwks and roles, and knows algorithms, role_claim and agency_claim beside them") from error
    wrong = [name for name in ("issuer", "audience", "jwks", "role_claim", "agency_claim") if not isinstance(getattr(found, name), str) or not getattr(found, name)]
    wrong += [] if found.algorithms and ALGORITHMS.issuperset(found.algorithms) else ["algorithms"]
    wrong += [] if isinstance(found.roles, Mapping) and found.roles and set(found.roles.values()) <= {*Role} else ["roles"]
    wrong += ["jwks"] if found.jwks.startswith("http:") else []
    if wrong:
        places = ", ".join(f"{name} ({where(home, f'api.oidc.{name}')})" for name in wrong)
        raise SettingsWrong(f"[api.oidc] has a value that cannot be meant: {places}; allowed: {MEANT}")
    return found if found.jwks.startswith("https:") else Provider(**{**_fields(found), "jwks": str(home / found.jwks)})


class Oidc:
    """Checks JWTs of one provider. The keys of an address are asked for in a thread and kept for some minutes, those of a file for each token."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        remote = provider.jwks.startswith("https:")
        self._client = jwt.PyJWKClient(provider.jwks, lifespan=KEEP_S, timeout=TIMEOUT_S) if remote else None

    async def check(self, text: str) -> Reader | None:
        """The reader that this token shows, None where it shows nobody. Raises Unavailable where the provider's keys cannot be had."""
        if text.count(".") != 2:
            return None
        try:
            key = await asyncio.to_thread(self._key, text)
            claims = jwt.decode(
                text, key, algorithms=list(self._provider.algorithms), audience=self._provider.audience, issuer=self._provider.issuer,
                leeway=LEEWAY_S, options={"require": list(_REQUIRED)},
            )
        except (jwt.PyJWKClientConnectionError, OSError) as error:
            raise Unavailable("identity provider") from error
        except (jwt.PyJWTError, ValueError, TypeError):
            return None
        return self._reader(claims)

    def _key(self, text: str) -> jwt.PyJWK:
        if self._client is not None:
            return self._client.get_signing_key_from_jwt(text)
        number = jwt.get_unverified_header(text).get("kid")
        keys = jwt.PyJWKSet.from_json(Path(self._provider.jwks).read_text("utf-8")).keys
        for key in keys:
            if key.key_id == number or number is None and len(keys) == 1:
                return key
        raise jwt.PyJWKSetError("no such key")

    def _reader(self, claims: Mapping[str, Any]) -> Reader | None:
        """Of several roles it would have to be guessed in which one somebody reads: then it is none."""
        said = claims.get(self._provider.role_claim)
        values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        roles = {self._provider.roles[value] for value in values if isinstance(value, str) and value in self._provider.roles}
        agency = claims.get(self._provider.agency_claim, "")
        if len(roles) != 1 or not isinstance(agency, str):
            return None
        (role,) = roles
        actor = sha256(f"{claims['iss']}\x1f{claims['sub']}".encode()).hexdigest()[:16]
        return reader(role, f"oidc:{actor}", agency if role == Role.CASEWORKER else "")


def _fields(found: Provider) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Provider.__slots__}
