"""Completion in the shell: which words are there already, so that the command loads what they ask for and nothing else.

The shell calls the command with the variables that its completion script sets (``tsunagu --show-completion`` prints the script).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "_TSUNAGU_COMPLETE"
_FOLDER = Path(__file__).parent


def words(environment: Mapping[str, str]) -> list[str] | None:
    """The whole words after the command's name, without the one that is being typed; None where no shell asks for completion."""
    if VARIABLE not in environment:
        return None
    if "COMP_WORDS" in environment:  # bash: the words, and the number of the one at the cursor
        number = environment.get("COMP_CWORD", "0")
        return environment["COMP_WORDS"].split()[1 : max(1, int(number) if number.isdecimal() else 1)]
    typed = environment.get("_TYPER_COMPLETE_ARGS", "")  # zsh, fish: the line up to the cursor
    return typed.split()[1:] if typed[-1:].isspace() else typed.split()[1:-1]


def sentence(name: str) -> str:
    """What a sub-command is for, by the first line of its file, without running it."""
    module = name.replace("-", "_")
    path = next(path for path in (_FOLDER / f"{module}.py", _FOLDER / module / "__init__.py") if path.exists())
    first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]
    return first.partition("``: ")[2] or first
