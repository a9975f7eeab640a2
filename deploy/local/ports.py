"""TCP ports on loopback: free ones are chosen once, at the first start; later starts only check that nobody took them."""

from __future__ import annotations

import random
import socket
from contextlib import closing

HOST = "127.0.0.1"
LOWEST, HIGHEST = 20_000, 31_000
"""Below the range from which the system gives ports to outgoing connections, so that none of ours is taken by chance."""


def free_block(size: int) -> range:
    """``size`` neighbouring ports that nobody listens on."""
    while True:
        first = random.randrange(LOWEST, HIGHEST)
        block = range(first, first + size)
        if all(is_free(port) for port in block):
            return block


def is_free(port: int) -> bool:
    """Whether a process of ours could listen on ``port``."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
