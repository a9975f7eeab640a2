"""The policy packs (規則集) that come with this build, by the SHA-256 of their bytes."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import yaml

from services.consent.domain import pack
from services.consent.domain.pack import PolicyPack

FOLDER = Path(__file__).resolve().parents[2] / "policies"


def load(folder: Path = FOLDER) -> dict[str, PolicyPack]:
    """Every pack in ``folder`` by hash: old ones too, since a past decision is judged by the pack of its day. Raises PackInvalid."""
    return {digest: pack.read(yaml.safe_load(content), digest) for content in _contents(folder) if (digest := sha256(content).hexdigest())}


def _contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.yaml"))]
