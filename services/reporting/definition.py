"""Definition (定義): a fingerprint of what a projection does, so that rows of two different definitions never mix."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

from services.reporting.projections.projection import Projection

_OURS = "services.reporting.projections."


def definition(projection: Projection) -> str:
    """64 hex digits over its version, its tables and the code of its module and of those of our projections that this imports.

    Comments and docstrings do not count.
    """
    digest = sha256(f"{projection.name}/{projection.version}".encode())
    for table in projection.tables:
        digest.update(f"{table.ddl('')}/{table.upsert}".encode())
    for name in sorted(_modules(type(projection).__module__, frozenset())):
        digest.update(_code(name).encode())
    return digest.hexdigest()


@cache
def _modules(name: str, seen: frozenset[str]) -> frozenset[str]:
    """A module of ours and all of ours that it imports."""
    if name in seen or not name.startswith(_OURS):
        return seen | {name}
    seen = seen | {name}
    for node in ast.walk(ast.parse(_source(name))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_OURS):
            seen = _modules(str(node.module), seen)
    return seen


def _source(name: str) -> str:
    return Path(inspect.getsourcefile(sys.modules[name]) or "").read_text("utf-8")


@cache
def _code(name: str) -> str:
    """The code of a module without comments and docstrings."""
    tree = ast.parse(_source(name))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [each for each in node.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))] or [ast.Pass()]
    return ast.dump(tree)
