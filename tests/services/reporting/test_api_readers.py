"""Readers: tokens of ours and of an identity provider; broken, expired, ended and foreign ones open nothing, and all look alike."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from kernel.failures import Unavailable
from kernel.settings import SettingsMissing
from services.reporting.api.oidc import Oidc, provider
from services.reporting.api.problems import Problem
from services.reporting.api.reader import Reader, identified, reader
from services.reporting.api.tokens import FILE, Tokens, TokensUnreadable
from services.reporting.resource import Role

NOW = datetime(2026, 11, 1, tzinfo=UTC)
KEY, OTHER = (rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for _ in range(2))
TABLE = {
    "issuer": "https://id.example.jp/", "audience": "tsunagu", "jwks": "keys.json", "algorithms": ["RS256"],
    "roles": {"tsunagu-caseworker": "CASEWORKER", "tsunagu-auditor": "AUDITOR"},
}
CLAIMS = {"iss": TABLE["issuer"], "aud": "tsunagu", "sub": "worker-7", "roles": ["staff", "tsunagu-caseworker"], "agency": "elder"}


def jwks(folder: Path, **keys: Any) -> None:
    """The provider's public keys, in a file."""
    found = [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": name, "alg": "RS256", "use": "sig"} for name, key in keys.items()]
    (folder / "keys.json").write_text(json.dumps({"keys": found}))


def signed(key: Any = KEY, number: str | None = "k1", algorithm: str = "RS256", **changes: Any) -> str:
    """A JWT of the provider, unless changed; a claim that is None is left out."""
    claims = {name: value for name, value in {**CLAIMS, "exp": int(time.time()) + 300, **changes}.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": number} if number else {})


@pytest.fixture
def oidc(tmp_path: Path) -> Oidc:
    """A provider whose keys are in a file."""
    jwks(tmp_path, k1=KEY)
    return Oidc(provider(TABLE, tmp_path))


async def test_a_token_shows_role_and_agency_and_its_secret_is_kept_nowhere(tmp_path: Path):
    """The file holds a hash, and is for its owner alone."""
    tokens = Tokens(tmp_path)
    token, secret = tokens.add(Role.CASEWORKER, "elder", 30)

    assert Reader(Role.CASEWORKER, f"token:{token.id}", "elder") == await tokens.check(secret) == await Tokens(tmp_path).check(secret)
    assert secret.split("_", 2)[2] not in (tmp_path / FILE).read_text() and 0o600 == (tmp_path / FILE).stat().st_mode & 0o777


async def test_broken_expired_ended_and_foreign_tokens_show_nobody(tmp_path: Path):
    """One changed letter, another installation's, one past its day, one that was ended."""
    (tmp_path / "b").mkdir()
    days = [0]
    tokens, elsewhere = Tokens(tmp_path, lambda: NOW + timedelta(days=days[0])), Tokens(tmp_path / "b")
    token, secret = tokens.add(Role.AUDITOR, "", 30)
    _, foreign = elsewhere.add(Role.AUDITOR, "", 30)
    changed = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    of_another = f"tsunagu_{token.id}_{foreign.split('_', 2)[2]}"

    for text in (changed, foreign, of_another, secret[:-1], secret + "A", secret.upper(), "", f"{secret}\n", secret.replace("tsunagu", "other")):
        assert await tokens.check(text) is None, text
    assert await tokens.check(secret)
    days[0] = 30
    assert await tokens.check(secret) is None


async def test_an_ended_token_opens_nothing_from_then_on(tmp_path: Path):
    """Also in a process that has read the file before."""
    tokens, running = Tokens(tmp_path), Tokens(tmp_path)
    token, secret = tokens.add(Role.AUDITOR, "", 30)
    assert await running.check(secret)

    tokens.end(token.id)

    assert await running.check(secret) is None
    with pytest.raises(KeyError):
        tokens.end("0" * 16)


def test_tokens_that_are_made_and_ended_at_once_do_not_undo_one_another(tmp_path: Path):
    """Several commands at the same time: every token stands, and what was ended stays so."""
    first, _ = Tokens(tmp_path).add(Role.AUDITOR, "", 30)

    def work(number: int) -> None:
        for _ in range(10):
            Tokens(tmp_path).add(Role.OPERATOR, "", 30)
        if number == 0:
            Tokens(tmp_path).end(first.id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    found = {token.id: token for token in Tokens(tmp_path).all()}
    assert 41 == len(found) and found[first.id].ended


def test_a_caseworker_is_of_one_agency_and_nobody_else_of_any(tmp_path: Path):
    """Role and agency go together; a role that is none of ours is nobody's."""
    tokens = Tokens(tmp_path)
    for role, agency in ((Role.CASEWORKER, ""), (Role.AUDITOR, "elder"), (Role.CASEWORKER, "El der")):
        with pytest.raises(ValueError, match="one agency"):
            tokens.add(role, agency, 1)
    assert [] == tokens.all() and reader("ROOT", "x", "") is None


async def test_a_file_of_tokens_that_cannot_be_read_opens_nothing(tmp_path: Path):
    """It is not taken for one without tokens."""
    (tmp_path / FILE).write_text("{")
    with pytest.raises(TokensUnreadable):
        await Tokens(tmp_path).check(f"tsunagu_{'0' * 16}_{'a' * 43}")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer x", f"Bearer {'x' * 9_000}", "Bearer ../../etc/passwd", "Bearer a.b.c"])
async def test_a_header_that_shows_nobody_is_refused(tmp_path: Path, oidc: Oidc, header: str):
    """Without a token, or with something that is none."""
    with pytest.raises(Problem) as found:
        await identified(header, (Tokens(tmp_path).check, oidc.check))
    assert 401 == found.value.status


async def test_a_jwt_of_the_provider_shows_role_and_agency_and_no_name(oidc: Oidc):
    """By the claims that the settings name; whose token it was is a number."""
    found = await oidc.check(signed())

    assert found is not None and (Role.CASEWORKER, "elder") == (found.role, found.agency)
    assert found.actor.startswith("oidc:") and "worker" not in found.actor
    assert Role.AUDITOR == (await oidc.check(signed(roles="tsunagu-auditor", agency=None))).role  # type: ignore[union-attr]


@pytest.mark.parametrize("changes", [
    {"exp": 1}, {"exp": None}, {"iss": "https://other.example.jp/"}, {"iss": None}, {"aud": "other"}, {"aud": None}, {"sub": None}, {"roles": None},
    {"roles": ["staff"]}, {"roles": ["tsunagu-caseworker", "tsunagu-auditor"]}, {"roles": {"tsunagu-auditor": 1}}, {"agency": None}, {"agency": ["elder"]},
    {"agency": "x y"}, {"nbf": 2**33}, {"key": OTHER}, {"number": "k2"},
], ids=lambda changes: "-".join(changes))
async def test_a_jwt_that_is_not_the_providers_or_says_too_little_shows_nobody(oidc: Oidc, changes: dict[str, Any]):
    """Expired, of somebody else, for somebody else, without a role of ours or with two, without an agency, signed by another key."""
    assert await oidc.check(signed(**changes)) is None


async def test_only_the_pinned_algorithms_count(tmp_path: Path, oidc: Oidc):
    """No unsigned token, and none that is signed with the public key as if it were a secret."""
    public = json.dumps(json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))).encode()

    assert await oidc.check(jwt.encode({**CLAIMS, "exp": int(time.time()) + 300}, None, algorithm="none", headers={"kid": "k1"})) is None
    assert await oidc.check(jwt.encode({**CLAIMS, "exp": int(time.time()) + 300}, public * 2, algorithm="HS256", headers={"kid": "k1"})) is None
    assert await oidc.check(signed(algorithm="RS512")) is None


async def test_a_key_that_the_provider_has_changed_counts_at_once(tmp_path: Path, oidc: Oidc):
    """And the old one no longer; where the keys cannot be had, that is said."""
    jwks(tmp_path, k2=OTHER)
    assert await oidc.check(signed()) is None
    assert await oidc.check(signed(OTHER, "k2")) and await oidc.check(signed(OTHER, None))

    (tmp_path / "keys.json").unlink()
    with pytest.raises(Unavailable):
        await oidc.check(signed())


@pytest.mark.parametrize("changes", [
    {"algorithms": ["HS256"]}, {"algorithms": ["none"]}, {"algorithms": []}, {"jwks": "http://id.example.jp/keys"}, {"jwks": ""}, {"roles": {}},
    {"roles": {"a": "ROOT"}}, {"issuer": ""}, {"audience": 7}, {"secret": "x"},
], ids=str)
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, changes: dict[str, Any]):
    """Before anything is served."""
    with pytest.raises(SettingsMissing, match=r"\[api\.oidc\]"):
        provider({**TABLE, **changes}, tmp_path)
