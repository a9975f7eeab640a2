"""The shape of the code: layers, pure domains, one form for every service (architecture, taste §3)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("cli", "audit", "services", "kernel", "contracts")
SERVICES = ("intake", "coordination", "participation", "consent", "reporting", "observing")
FRAMEWORKS = {"faust", "mode", "aiokafka", "asyncpg", "structlog", "prometheus_client", "confluent_kafka", "aiohttp", "asyncio"}
CLOCKS = {"time", "random", "secrets", "uuid", "os", "pathlib", "socket"}
KERNEL_BUDGET = 220
DOMAIN_BUDGET = 220


def modules(folder: str) -> list[Path]:
    """Every Python file below a folder."""
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Dotted names that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def roots(path: Path) -> set[str]:
    """First parts of what a file imports."""
    return {name.split(".")[0] for name in imported(path)}


def named(path: Path) -> str:
    """A path for a test's name."""
    return path.relative_to(ROOT).as_posix()


ALL = [path for layer in LAYERS for path in modules(layer)]
DOMAIN = [path for service in SERVICES for path in modules(f"services/{service}/domain")]


@pytest.mark.parametrize("path", ALL, ids=named)
def test_a_layer_imports_only_what_stands_below_it(path: Path):
    """cli → audit → services → kernel → contracts, never back."""
    layer = path.relative_to(ROOT).parts[0]
    above = set(LAYERS[: LAYERS.index(layer)]) | ({"deploy"} if layer != "cli" else set())

    assert set() == roots(path) & above


@pytest.mark.parametrize("path", [path for service in SERVICES for path in modules(f"services/{service}")], ids=named)
def test_services_are_strangers(path: Path):
    """No service imports another; they meet in topics."""
    own = path.relative_to(ROOT).parts[1]
    others = {f"services.{service}" for service in SERVICES if service != own}

    assert not [name for name in imported(path) if any(name == other or name.startswith(other + ".") for other in others)]


@pytest.mark.parametrize("path", DOMAIN, ids=named)
def test_domain_code_is_pure(path: Path):
    """No I/O, clock, random or framework; nothing asynchronous."""
    tree = ast.parse(path.read_text("utf-8"))

    assert set() == roots(path) & (FRAMEWORKS | CLOCKS)
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.AsyncFunctionDef, ast.Await))]
    assert not [name for name in imported(path) if name.endswith(("datetime.datetime", "datetime.now"))]


@pytest.mark.parametrize("path", DOMAIN, ids=named)
def test_domain_code_knows_only_contracts_the_decider_and_its_own(path: Path):
    """Of the kernel it sees the decider, who has a part in a case or has only reported, how the gate is asked, and what is to be done by when."""
    kernel = {name for name in imported(path) if name.startswith("kernel.")}
    allowed = ("kernel.decider", "kernel.parties", "kernel.asking", "kernel.deadlines", "kernel.days", "kernel.reporters")

    assert not [name for name in kernel if not name.startswith(allowed)] or path.name == "front_door.py"


def test_faust_is_imported_in_one_place():
    """Its upgrade, or its end, touches one file."""
    users = [named(path) for path in ALL if roots(path) & {"faust", "mode"}]

    assert ["kernel/app.py"] == users


def test_the_environment_is_read_in_one_place():
    """Settings come from one file; nobody else looks around."""
    readers = [named(path) for layer in ("services", "kernel") for path in modules(layer) if "os" in roots(path) and "environ" in path.read_text("utf-8")]

    assert ["kernel/settings.py"] == readers


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_shape(service: str):
    """Knowing one is knowing all: duty in __init__, composition in app.py."""
    folder = ROOT / "services" / service

    assert {"__init__.py", "app.py"} <= {path.name for path in folder.iterdir()}
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    assert (folder / ("projections" if service == "reporting" else "domain")).is_dir()


@pytest.mark.parametrize("path", modules("kernel") + DOMAIN, ids=named)
def test_a_file_holds_one_idea(path: Path):
    """Size budgets: what does not fit is two things."""
    budget = DOMAIN_BUDGET if path in DOMAIN else KERNEL_BUDGET

    assert len(path.read_text("utf-8").splitlines()) <= budget


@pytest.mark.parametrize("path", ALL, ids=named)
def test_public_things_say_what_they_are(path: Path):
    """Every module, public class and public function has a docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    public = [node for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_")]

    assert not tree.body or ast.get_docstring(tree)
    assert not [node.name for node in public if not ast.get_docstring(node)]
