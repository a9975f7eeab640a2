"""The whole tree of commands, as typer makes it, and a way to run one of them in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import typer

from cli import main as cli_main

ARGUMENTS = {
    "send": ["none.jsonl", "--agency", "elder"], "rebuild": ["monthly"], "trace": ["0" * 32], "service": ["consent"], "run logs": ["kafka"], "run kill": ["kafka"],
    "report timeline": ["0" * 32], "report close": ["2026-10"], "report sheet": ["2026-10", "--to", "sheet.html"], "report prefecture": ["figures"], "policy check": ["none.yaml"],
    "policy diff": ["none.yaml", "none.yaml"], "policy sign": ["none.yaml", "--key", "none.key"], "policy key": ["none/key"], "consent decide": ["none.yaml"],
    "consent explain": ["0" * 32], "consent ledger": ["0" * 32], "audit trace": ["0" * 32], "audit asof": ["cases", "2026-10-01T00:00:00+09:00"],
    "audit whatif": ["--policy", "none.yaml"], "agency add": ["sample", "--kind", "OTHER", "--name", "見本"], "agency end": ["elder", "--reason", "CLOSED"], "token add": ["AUDITOR"],
    "agency rotate": ["elder"], "agency certificate": ["elder"], "run rotate": ["intake"], "deploy secrets": ["secrets"], "deploy render agency": ["sample", "--kind", "OTHER", "--name", "見本"],
    "deploy render secrets": ["secrets"],
    "mirror": ["--to", "127.0.0.1:1", "--password", "none.password"], "token end": ["1"], "parked show": ["--case", "0" * 32], "parked redrive": ["--projection", "cases"],
}
"""What a verb must be given to be understood; the rest can be called without a word."""


@cache
def verbs() -> dict[str, Any]:
    """Every verb by its words, as click's command."""
    return dict(_below(typer.main.get_command(cli_main.command([])), ""))


def _below(command: Any, words: str) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield words, command
        return
    for name, each in command.commands.items():
        yield from _below(each, f"{words} {name}".strip())


def options(command: Any) -> set[str]:
    """Every spelling of every option of a verb."""
    return {spelling for each in command.params if each.param_type_name == "option" for spelling in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run ``tsunagu`` with these words in this process; its exit code. What it raises besides comes through."""
    monkeypatch.setattr(sys, "argv", ["tsunagu", *words])
    try:
        cli_main.main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0 if left.code is None else 1
    return 0
