"""docs/operators.md: every command in it exists, with every option; every setting is listed; every link leads somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from kernel.settings import TABLE
from tests.cli.tree import options, verbs

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operators.md"
TEXT = PAGE.read_text("utf-8")
ROOT_OPTIONS = {"--install-completion", "--show-completion", "--help"}


def commands() -> list[str]:
    """Every call of our command on the page: in blocks, and within sentences."""
    blocks = [line.strip() for block in re.findall(r"^[ ]*```sh\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE) for line in block.splitlines()]
    inline = re.findall(r"`(tsunagu [^`]+)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL))
    return sorted({line.partition("#")[0].strip() for line in (*blocks, *inline) if line.startswith("tsunagu ")})


def parted(line: str) -> tuple[str, list[str]]:
    """The verb, by its longest name in the tree, and the words after it."""
    words = shlex.split(line)[1:]
    for size in (2, 1):
        if " ".join(words[:size]) in verbs():
            return " ".join(words[:size]), words[size:]
    return "", words


@pytest.mark.parametrize("line", commands())
def test_every_command_on_the_page_exists_with_its_options(line: str):
    """As the tree of commands has them."""
    verb, words = parted(line)
    used = [word for word in words if word.startswith("-")]

    known = options(verbs()[verb]) if verb else ROOT_OPTIONS
    assert verb or set(words) <= ROOT_OPTIONS, f"there is no such command: {line}"
    assert [] == [option for option in used if option not in known]


def test_there_are_commands_on_the_page():
    """The two patterns above still find them."""
    assert 25 < len(commands())
    assert {"tsunagu doctor", "tsunagu run up", "tsunagu rebuild --needed"} < set(commands())


def test_every_setting_is_listed():
    """By its whole name."""
    assert [] == [each.name for each in TABLE if f"`{each.name}`" not in TEXT]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)[^)]*\)", TEXT))))
def test_every_link_leads_to_a_page(target: str):
    """Beside this one."""
    assert (PAGE.parent / target).exists()
