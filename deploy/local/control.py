"""How commands reach the supervisor: one JSON line each way over a UNIX socket in the installation's private folder."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .layout import Layout

NAME = "control"
TIMEOUT_S = 90.0


class NotRunning(Exception):
    """No supervisor answers for this installation."""


@contextmanager
def address(layout: Layout) -> Iterator[str]:
    """The socket's path by way of its folder's descriptor: a UNIX socket address holds 107 bytes, a home may be longer."""
    try:
        folder = os.open(layout.run, os.O_PATH | os.O_DIRECTORY)
    except OSError as error:
        raise NotRunning(str(layout.home)) from error
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


def listen(layout: Layout) -> socket.socket:
    """The supervisor's end; the caller holds the installation's lock, so what lies there is stale."""
    (layout.run / NAME).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with address(layout) as path:
        listener.bind(path)
    listener.listen()
    return listener


def ask(layout: Layout, verb: str, **arguments: Any) -> dict[str, Any]:
    """Ask the supervisor and return its answer. Raises NotRunning."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT_S)
        try:
            with address(layout) as path:
                connection.connect(path)
            connection.sendall(json.dumps({"do": verb, **arguments}).encode() + b"\n")
            answer = connection.makefile("rb").readline()
        except OSError as error:
            raise NotRunning(str(layout.home)) from error
    if not answer:
        raise NotRunning(str(layout.home))
    return json.loads(answer)
