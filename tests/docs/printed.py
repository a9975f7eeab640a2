"""The programs that ``docs/agencies.md`` prints, exactly as printed."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "agencies.md"


def programs(language: str) -> dict[str, str]:
    """File name → text; each program's first line is a comment with its name."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return {block.partition("\n")[0].lstrip("#/ ").strip(): block for block in blocks}
