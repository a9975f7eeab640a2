"""Build: which version of the code this is, for whoever compares two processes."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]
REVISION = "REVISION"
"""A file beside the code that holds the commit's id, where the code was packed without its history (an image)."""
_SHOWN = 12
UNKNOWN = "unknown"


@cache
def version() -> str:
    """The distribution's version."""
    try:
        return installed("tsunagu")
    except PackageNotFoundError:
        return UNKNOWN


@cache
def revision(checkout: Path = _CHECKOUT) -> str:
    """The first digits of the commit's id; ``unknown`` where nothing tells it."""
    try:
        if (checkout / REVISION).is_file():
            return (checkout / REVISION).read_text("ascii").strip()[:_SHOWN] or UNKNOWN
        return _head(checkout / ".git")[:_SHOWN] or UNKNOWN
    except (OSError, ValueError):
        return UNKNOWN


def _head(git: Path) -> str:
    """What HEAD of a repository, or of a work tree of one, points to."""
    if git.is_file():
        git = Path(git.read_text("utf-8").removeprefix("gitdir:").strip())
    head = (git / "HEAD").read_text("ascii").strip()
    if not head.startswith("ref: "):
        return head
    name, shared = head.removeprefix("ref: "), git / "commondir"
    common = git / shared.read_text("utf-8").strip() if shared.is_file() else git
    if (common / name).is_file():
        return (common / name).read_text("ascii").strip()
    packed = (common / "packed-refs").read_text("ascii").splitlines()
    return next((line.split(" ")[0] for line in packed if line.endswith(f" {name}")), "")
