"""``tsunagu deploy``: what a town needs once where its stores and services run elsewhere: in containers, in a cluster."""

from __future__ import annotations

import typer

from cli.deploy import init, render, secrets

app = typer.Typer(no_args_is_help=True, help="Containers and clusters: make the secrets, bring stores that run elsewhere to the plan, write what a cluster needs.")
app.command(name="secrets", epilog=secrets.EXAMPLE)(secrets.command)
app.command(name="init", epilog=init.EXAMPLE)(init.command)
app.add_typer(render.app, name="render")
