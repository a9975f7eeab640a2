"""``tsunagu deploy``: what a town needs once where its stores and services run elsewhere: in containers, in a cluster."""

from __future__ import annotations

import typer

from cli.deploy import render
from cli.deploy.init import EXAMPLE as INIT
from cli.deploy.init import init
from cli.deploy.restored import EXAMPLE as DESTROY_AGAIN
from cli.deploy.restored import destroy_again
from cli.deploy.secrets import EXAMPLE as SECRETS
from cli.deploy.secrets import secrets

app = typer.Typer(no_args_is_help=True, help="Containers and clusters: make the secrets, bring stores that run elsewhere to the plan, write what a cluster needs.")
app.command(epilog=SECRETS)(secrets)
app.command(epilog=INIT)(init)
app.command(epilog=DESTROY_AGAIN)(destroy_again)
app.add_typer(render.app, name="render")
