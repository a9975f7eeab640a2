"""The gate's service as a replica on a host of its own would run it: ``python -m tests.live.replica HOME HOST PORT``, under no supervisor."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from pathlib import Path

from kernel.settings import load


def _main(home: str, host: str, port: str) -> None:
    socket.gethostname = lambda: host  # before the clients are imported: it is part of a member's static id
    from services.consent import app

    settings = load(Path(home))
    app.run(replace(settings, http_ports={**settings.http_ports, app.SERVICE.name: int(port)}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
