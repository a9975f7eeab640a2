"""``tsunagu audit``: what an auditor checks in the logs, with the auditor's own account, reading only (監査)."""

from __future__ import annotations

import typer

from cli.audit.asof import EXAMPLE, asof
from cli.audit.redecide import redecide
from cli.audit.trace import trace
from cli.audit.verify import verify
from cli.audit.watch import watch
from cli.audit.whatif import whatif

app = typer.Typer(no_args_is_help=True, help="Check what the logs say, with an auditor's account: nothing is written.")
app.command(epilog="Example: tsunagu audit verify --output json")(verify)
app.command(epilog="Example: tsunagu audit redecide --from 2026-04-01 --to 2026-04-30")(redecide)
app.command(epilog="Example: tsunagu audit whatif --policy draft.yaml --output csv")(whatif)
app.command(epilog="Example: tsunagu audit trace 0123456789abcdef0123456789abcdef")(trace)
app.command(epilog=EXAMPLE)(asof)
app.command(epilog="Example: tsunagu audit watch --every 60")(watch)
