"""Which processes Prometheus asks, as file-based service discovery: ``python -m deploy.observability.targets > targets/local.yml``.

The file is JSON, which is YAML too. One entry per process, with the label ``service``: what ``up`` is told apart by.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kernel import settings as settings_module
from kernel.settings import Settings

LOOPBACK = "127.0.0.1"


def targets(settings: Settings, only: Iterable[str] = ()) -> list[dict[str, Any]]:
    """One entry for every process of the installation that has a port for ``/metrics``; ``only`` some of them."""
    wanted = {*only} or {*settings.http_ports}
    return [
        {"targets": [f"{LOOPBACK}:{port}"], "labels": {"service": name}} for name, port in settings.http_ports.items() if name in wanted
    ]


def main() -> None:
    """Print the targets of the installation in ``TSUNAGU_HOME``. Raises SettingsMissing."""
    print(json.dumps(targets(settings_module.load()), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
