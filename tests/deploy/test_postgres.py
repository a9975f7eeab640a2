"""PostgreSQL's programs never run as root, and its passwords never travel as text."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

from deploy.local import databases, postgres, unprivileged


def test_its_programs_do_not_see_root(tmp_path: Path):
    """Whoever starts us, the server finds itself to be an ordinary user who owns its files."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    step = unprivileged.step_down(postgres.programs() / "postgres", data)

    done = subprocess.run(["/bin/sh", "-c", f"id -u; stat -c %u {data}"], preexec_fn=step, capture_output=True, text=True, check=True)

    user, owner = done.stdout.split()
    assert user == owner != "0"


def test_the_server_is_told_a_verifier_and_never_the_password():
    """RFC 5803: rounds, salt, stored key, server key; the password is not in it."""
    scheme, salted, keys = databases._verifier("secret").split("$")
    rounds, salt = salted.split(":")
    stored, server = (base64.b64decode(key) for key in keys.split(":"))

    password = hashlib.pbkdf2_hmac("sha256", b"secret", base64.b64decode(salt), int(rounds))
    client = hashlib.new("sha256", _hmac(password, b"Client Key")).digest()
    assert (scheme, stored, server) == ("SCRAM-SHA-256", client, _hmac(password, b"Server Key"))


def _hmac(key: bytes, text: bytes) -> bytes:
    """HMAC-SHA256 written out (RFC 2104), as a second opinion."""
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    return hashlib.sha256(outer + hashlib.sha256(inner + text).digest()).digest()
