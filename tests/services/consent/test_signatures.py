"""Signatures of policy packs (rule 34): only what one of the named keys signed, byte for byte, can be put in force; all else goes on as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.settings import RELEASED
from services.consent import packs, signatures
from services.consent.domain.pack import PackInvalid
from services.consent.signatures import Fault, Keys, KeyUnusable

NATIONAL = packs.FOLDER / "national.yaml"


class Signer:
    """Somebody with a key of their own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.key, self.public = folder / f"{name}.key", signatures.make(folder / f"{name}.key")

    @property
    def trusted(self) -> Keys:
        """An installation that trusts this signer alone."""
        return signatures.public_keys([self.public])

    def signs(self, file: Path) -> None:
        """Signs a file."""
        signatures.sign(file, signatures.private_key(self.key))


@pytest.fixture
def town(tmp_path: Path) -> Signer:
    """Whoever signs for the town."""
    return Signer(tmp_path, "town")


@pytest.fixture
def stranger(tmp_path: Path) -> Signer:
    """Whoever signs for somebody else."""
    return Signer(tmp_path, "stranger")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A sound pack that nobody has signed."""
    folder = tmp_path / "policies"
    folder.mkdir()
    path = folder / "draft.yaml"
    path.write_bytes(NATIONAL.read_bytes())
    return path


def faults(file: Path, keys: Keys) -> list[str]:
    """What is told of a pack's signature."""
    try:
        packs.of(file, keys)
    except PackInvalid as invalid:
        return [says.partition(":")[0] for place, says in invalid.problems if place == "signature"]
    return []


def test_rule_34_every_pack_of_the_release_is_signed_by_its_key():
    """So a first start needs no step by hand. (A new pack: tsunagu policy sign FILE --key …, see docs/policies.md.)"""
    release = signatures.public_keys(packs.FOLDER / name for name in RELEASED)

    assert {} == {path.name: found for path in sorted(packs.FOLDER.glob("*.yaml")) if (found := faults(path, release))}


def test_rule_34_a_signed_pack_is_known(town: Signer, draft: Path):
    """By the hash that it had unsigned."""
    town.signs(draft)

    assert packs.of(NATIONAL) == packs.of(draft, town.trusted)
    assert [packs.of(NATIONAL).hash] == list(packs.load(draft.parent, town.trusted))


def test_rule_34_an_unsigned_pack_is_not(town: Signer, draft: Path):
    """Nor one whose signature file is empty."""
    assert [Fault.UNSIGNED] == faults(draft, town.trusted)
    signatures.beside(draft).write_text("")
    assert [Fault.UNSIGNED] == faults(draft, town.trusted)


def test_rule_34_a_pack_that_a_stranger_signed_is_not(town: Signer, stranger: Signer, draft: Path):
    """Until somebody who may signs it too: both signatures stay."""
    stranger.signs(draft)
    assert [Fault.SIGNER_UNKNOWN] == faults(draft, town.trusted)

    town.signs(draft)
    assert [] == faults(draft, town.trusted) == faults(draft, stranger.trusted)


def test_rule_34_a_pack_that_was_changed_after_it_was_signed_is_not(town: Signer, draft: Path):
    """Not by one blank."""
    town.signs(draft)
    draft.write_bytes(draft.read_bytes() + b" ")

    assert [Fault.SIGNATURE_INVALID] == faults(draft, town.trusted)


@pytest.mark.parametrize("line", ["ed25519", "rsa 0123456789abcdef AAAA", "ed25519 0123456789abcdef AAAA", "ed25519 0123456789abcdef ???", "署名"])
def test_rule_34_a_signature_file_that_is_none_is_told(line: str, town: Signer, draft: Path):
    """Never a traceback."""
    signatures.beside(draft).write_text(line, "utf-8")

    assert [Fault.SIGNATURE_UNREADABLE] == faults(draft, town.trusted)


def test_rule_34_what_is_signed_again_has_one_signature_of_each(town: Signer, stranger: Signer, draft: Path):
    """A new key signs what an old one signed; the pack's own bytes, and so its hash, stay."""
    for _ in range(2):
        town.signs(draft)
        stranger.signs(draft)

    assert 2 == len(signatures.beside(draft).read_text().splitlines())


def test_rule_34_beside_a_pack_that_cannot_be_verified_the_others_go_on(town: Signer, draft: Path):
    """The gate starts with what is signed; without any it does not start."""
    with pytest.raises(PackInvalid, match="UNSIGNED"):
        packs.load(draft.parent, town.trusted)

    other = draft.with_name("other.yaml")
    other.write_bytes(draft.read_bytes() + b"# another\n")
    town.signs(other)

    assert [packs.of(other).hash] == list(packs.load(draft.parent, town.trusted))


def test_a_pack_with_a_vocabulary_of_its_own_is_not_put_in_force(town: Signer, draft: Path):
    """It is for trying cases offline, whoever has signed it."""
    draft.write_bytes(draft.read_bytes() + b"vocabulary: {purposes: [TREATMENT]}\n")
    town.signs(draft)

    assert packs.of(draft)
    with pytest.raises(PackInvalid, match="vocabulary"):
        packs.of(draft, town.trusted)
    with pytest.raises(PackInvalid, match="vocabulary"):
        packs.load(draft.parent, town.trusted)


def test_a_key_that_is_none_is_named(tmp_path: Path, town: Signer):
    """Public, private, or not there at all."""
    for use in (lambda: signatures.public_keys([town.key]), lambda: signatures.private_key(town.public), lambda: signatures.private_key(tmp_path / "no")):
        with pytest.raises(KeyUnusable):
            use()


def test_a_private_key_is_its_owners_alone(town: Signer):
    """And is never overwritten."""
    assert 0o600 == town.key.stat().st_mode & 0o777
    with pytest.raises(FileExistsError):
        signatures.make(town.key)
