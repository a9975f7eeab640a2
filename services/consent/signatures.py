"""Signatures (署名) of policy packs (rule 34): detached, Ed25519, in a file beside the pack. The one duty is to say whether one of these keys signed these bytes.

A signature file has a line for each signer: ``ed25519``, the first 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes, the
signature of the file's bytes in Base64. Keys are PEM files as ``openssl genpkey -algorithm ed25519`` writes them, so a signature can be
verified without us too.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

SUFFIX = ".sig"
ALGORITHM = "ed25519"
Keys = Mapping[str, Ed25519PublicKey]
"""Public keys whose signature counts, by fingerprint."""
_SIGNATURE_BYTES = 64


class Fault(StrEnum):
    """Why a pack does not count as signed."""

    UNSIGNED = "UNSIGNED"
    SIGNATURE_UNREADABLE = "SIGNATURE_UNREADABLE"
    SIGNER_UNKNOWN = "SIGNER_UNKNOWN"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"


SENTENCES: Mapping[Fault, str] = {
    Fault.UNSIGNED: "no signature lies beside it; whoever may release packs signs it: tsunagu policy sign (a draft needs none: tsunagu policy check --draft)",
    Fault.SIGNATURE_UNREADABLE: "the signature file beside it cannot be read; sign the pack again: tsunagu policy sign",
    Fault.SIGNER_UNKNOWN: "none of its signers is among policy_keys in tsunagu.toml; have it signed by one of them, or name the signer's public key there",
    Fault.SIGNATURE_INVALID: "its bytes are not those that were signed; take the file as it was released, or have the changed one signed: tsunagu policy sign",
}
"""What is wrong, and what helps."""


class KeyUnusable(Exception):
    """A key file that is no Ed25519 key in PEM; the text says which."""


def fault(content: bytes, signatures: Path, keys: Keys) -> Fault | None:
    """Why these bytes do not count as signed by one of ``keys``, or None; ``signatures`` is the file beside the pack."""
    try:
        signed = _read(signatures.read_text("ascii"))
    except FileNotFoundError:
        return Fault.UNSIGNED
    except (OSError, ValueError):
        return Fault.SIGNATURE_UNREADABLE
    known = [(keys[signer], signature) for signer, signature in signed.items() if signer in keys]
    if not known:
        return Fault.SIGNER_UNKNOWN if signed else Fault.UNSIGNED
    return None if any(_holds(key, signature, content) for key, signature in known) else Fault.SIGNATURE_INVALID


def sign(file: Path, key: Ed25519PrivateKey) -> Path:
    """Write this key's signature of a file beside it, in the place of its earlier one; signatures of other keys stay. Raises OSError."""
    target = beside(file)
    try:
        others = _read(target.read_text("ascii"))
    except (FileNotFoundError, ValueError):
        others = {}
    signed = {**others, fingerprint(key.public_key()): key.sign(file.read_bytes())}
    target.write_text("".join(f"{ALGORITHM} {signer} {base64.b64encode(each).decode()}\n" for signer, each in signed.items()), "ascii")
    return target


def beside(file: Path) -> Path:
    """Where the signatures of a file lie."""
    return file.with_name(file.name + SUFFIX)


def fingerprint(key: Ed25519PublicKey) -> str:
    """By what a key is named in a signature file."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def public_keys(files: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    """The public keys in these files, by fingerprint. Raises KeyUnusable."""
    return {fingerprint(key): key for key in map(_public, files)}


def private_key(file: Path) -> Ed25519PrivateKey:
    """The private key in a file. Raises KeyUnusable."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{file} holds no private key that can be read without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{file} holds a key of another kind; an Ed25519 key is wanted")
    return key


def make(file: Path) -> Path:
    """A new private key in ``file``, readable by its owner alone, and its public half beside it. Raises FileExistsError, OSError."""
    key = Ed25519PrivateKey.generate()
    public = file.with_suffix(".pub")
    for path, content, mode in (
        (file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600),
        (public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), 0o644),
    ):
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as written:
            written.write(content)
    return public


def _public(file: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"policy_keys in tsunagu.toml: {file} holds no public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"policy_keys in tsunagu.toml: {file} holds a key of another kind; an Ed25519 key is wanted")
    return key


def _read(text: str) -> dict[str, bytes]:
    """Signatures by signer. Raises ValueError."""
    found = {}
    for line in text.splitlines():
        algorithm, signer, signature = line.split(" ")
        found[signer] = base64.b64decode(signature, validate=True)
        if algorithm != ALGORITHM or len(found[signer]) != _SIGNATURE_BYTES:
            raise ValueError(line)
    return found


def _holds(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
