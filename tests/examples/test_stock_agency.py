"""The stock agency stands on the public contract alone."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "examples" / "stock_agency" / "stock_agency.py"


def test_it_imports_nothing_of_ours():
    """The standard library and a stock Kafka client; it plays the activity group of the day in tests/live."""
    roots: set[str] = set()
    for node in ast.walk(ast.parse(PROGRAM.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            roots.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            roots.add((node.module or "").split(".")[0])

    assert {"confluent_kafka"} == roots - sys.stdlib_module_names
