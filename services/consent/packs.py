"""The policy packs (規則集) that come with this build, by the SHA-256 of their bytes; each file stays for ever as it was when put in force."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from services.consent import signatures
from services.consent.domain import overlay, pack
from services.consent.domain.form import Problem, Problems
from services.consent.domain.pack import PackInvalid, PolicyPack
from services.consent.signatures import Keys

if TYPE_CHECKING:
    from kernel.settings import Settings

FOLDER = Path(__file__).resolve().parents[2] / "policies"


def trusted(settings: Settings) -> Keys:
    """The public keys whose signature counts in this installation: files in ``policies/``, or named by their whole path. Raises KeyUnusable."""
    return signatures.public_keys(FOLDER / name for name in settings.policy_keys)


def load(folder: Path = FOLDER, keys: Keys | None = None) -> dict[str, PolicyPack]:
    """Every sound pack in ``folder`` by hash: old ones too, since a past decision is judged by the pack of its day.

    A broken one, or one that none of ``keys`` signed, is left out: it is unknown to whoever decides by these. Without ``keys`` nobody asks who
    signed, as when drafts are tried. Raises PackInvalid when none is left.
    """
    found: dict[str, PolicyPack] = {}
    broken: list[PackInvalid] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            each = of(path, keys)
            found[each.hash] = each
        except PackInvalid as problem:
            broken.append(problem)
    if not found:
        raise broken[0] if broken else PackInvalid(str(folder), [Problem("", "there is no policy pack")])
    return found


def of(path: Path, keys: Keys | None = None) -> PolicyPack:
    """The pack in this file; of an overlay, the base lies beside it or comes with this build. Raises PackInvalid, OSError.

    With ``keys`` it is one to be put in force: one of them must have signed these very bytes, and it has no ``vocabulary`` of its own; the hash in an overlay binds those of its base.
    """
    content = path.read_bytes()
    if keys is not None and (fault := signatures.fault(content, signatures.beside(path), keys)):
        raise PackInvalid(str(path), [Problem("signature", f"{fault}: {signatures.SENTENCES[fault]}")])
    table, digest = _parsed(content, path), sha256(content).hexdigest()
    if keys is not None and isinstance(table, Mapping) and "vocabulary" in table:
        raise PackInvalid(str(path), [Problem("vocabulary", "is for trying cases offline; a pack that is put in force has the codes of the contracts alone")])
    if not overlay.is_overlay(table):
        return pack.read(table, digest, str(path))
    problems: Problems = []
    return overlay.read(table, digest, _base(table, path, problems), str(path), problems)


def _base(table: Mapping[str, Any], path: Path, problems: Problems) -> PolicyPack | None:
    """The national pack whose bytes an overlay has named; why there is none is added to ``problems``. Raises PackInvalid."""
    named, wanted = table["base"], table.get("base_hash")
    for folder in (path.parent, FOLDER):
        for each in sorted(folder.glob("*.yaml")):
            content = each.read_bytes()
            if sha256(content).hexdigest() == wanted:
                return _national(content, each, named, problems)
    problems.append(Problem("base_hash", f"{wanted!r} is the SHA-256 of no policy pack beside it or in {FOLDER.name}/"))
    return None


def _national(content: bytes, path: Path, named: Any, problems: Problems) -> PolicyPack | None:
    table = _parsed(content, path)
    if overlay.is_overlay(table):
        problems.append(Problem("base", f"{named!r} is itself an overlay; the base is a national pack"))
        return None
    base = pack.read(table, sha256(content).hexdigest(), str(path))
    if base.name != named:
        problems.append(Problem(
            "base", f"{named!r} is not what base_hash says: that is the hash of {path.name}, whose name is {base.name!r}; "
            "base is the name that stands in the pack, not that of its file",
        ))
    return base


def _parsed(content: bytes, path: Path) -> Any:
    try:
        table = yaml.load(content, _Once)  # a safe loader
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise PackInvalid(str(path), [Problem("", f"cannot be read as YAML: {' '.join(str(error).split())}")]) from error
    return table


class _Once(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for name, _ in node.value:
            if str(name.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{name.value!r} stands twice", name.start_mark)
            seen.add(str(name.value))
        return super().construct_mapping(node, deep)
