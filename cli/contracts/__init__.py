"""``tsunagu contracts``: build the generated package and documents, check the schema set, serve it to other clients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from cli.contracts.source import Source

app = typer.Typer(no_args_is_help=True, help="Event types: build and check contracts/ from schemas/avro, serve the schema window.")

Root = Annotated[Path, typer.Option(help="Working copy that holds schemas/ and contracts/.")]
ROOT = Path(__file__).resolve().parents[2]


@app.command(epilog="Example: tsunagu contracts build")
def build(root: Root = ROOT) -> None:
    """Write contracts/, docs/asyncapi.yaml, docs/events.md, new schema ids and missing golden bytes from schemas/avro."""
    import json

    from cli.contracts import golden, source

    sources = source.read(root)
    ids = source.assign_ids(sources, source.read_ids(root))
    (root / source.IDS_FILE).write_text(json.dumps(ids, indent=1) + "\n", "utf-8")
    for name, text in generated(sources, ids).items():
        (root / name).write_text(text, "utf-8")
    fresh = golden.write_missing(root, sources)
    typer.echo(f"{len(sources)} schemas, {len(fresh)} new golden samples")


@app.command(epilog="Example: tsunagu contracts check")
def check(root: Root = ROOT) -> None:
    """Compare what is generated with schemas/avro and test compatibility of all versions; exit 1 when something is off."""
    found = problems(root)
    for sentence in found:
        typer.echo(sentence, err=True)
    typer.echo(f"{len(found)} problems")
    raise typer.Exit(1 if found else 0)


def problems(root: Path) -> list[str]:
    """Everything that is wrong with the schema set or the generated package, one sentence each."""
    from cli.contracts import compatibility, fields, golden, source

    sources = source.read(root)
    ids = source.read_ids(root)
    if source.assign_ids(sources, ids) != ids:
        return ["a schema has no id yet: run `tsunagu contracts build`"]
    undeclared = fields.findings(sources)
    if undeclared:
        return undeclared
    drifted = [
        f"{name} differs from schemas/avro: run `tsunagu contracts build`"
        for name, text in generated(sources, ids).items()
        if not (root / name).exists() or (root / name).read_text("utf-8") != text
    ]
    missing = [f"{item.full_name} v{item.version} has no golden bytes" for item in sources if not golden.path(root, item).exists()]
    return [*drifted, *missing, *compatibility.findings(sources, ids)]


def generated(sources: list[Source], ids: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Path → text of everything that is generated: the package and the documents."""
    from cli.contracts import asyncapi, events_page, render

    package = {f"contracts/{name}": text for name, text in render.files(sources, ids).items()}
    return package | {"docs/asyncapi.yaml": asyncapi.text(sources, ids), "docs/events.md": events_page.text(sources)}


@app.command(epilog="Example: tsunagu contracts serve")
def serve() -> None:
    """Serve the schema set read-only, in the shape of a schema registry's read API, at the address in tsunagu.toml."""
    from cli.contracts import window
    from kernel import settings

    window.run(settings.load().schema_window)
