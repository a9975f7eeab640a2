"""The machine (環境の点検): what ``tsunagu doctor`` asks of it, apart from any installation."""

from __future__ import annotations

import platform
import resource
import shutil
import sys
import time
from importlib import metadata
from pathlib import Path

Finding = tuple[bool, str, str]
"""Whether it is well, what was found, and what to do if not (or, of what is optional, how to get it)."""

PACKAGES = ("faust-streaming", "aiokafka", "confluent-kafka", "fastavro", "asyncpg", "cryptography")
MEMORY_MIB = 1024
"""What the whole system takes on one machine, with some room: see docs/operators.md."""
FILES = 4096
CGROUP = Path("/sys/fs/cgroup/memory.max")
OPTIONAL = {
    "promtool": (("promtool",), "checks alert rules and metrics", "install Debian's prometheus"),
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "writes reports as PDF and pictures of dashboards", "install chromium and fonts-noto-cjk"),
    "kubectl": (("kubectl",), "puts the manifests of deploy/k8s in force", "install kubectl; see docs/kubernetes.md"),
    "docker": (("docker",), "runs docker-compose.yml", "install Docker Engine with compose; see docs/containers.md"),
}
"""Programs without which a town runs: where one is missing, that is said and nothing fails."""


def versions() -> Finding:
    """Our own version, Python's, the system's."""
    try:
        ours = metadata.version("tsunagu")
    except metadata.PackageNotFoundError:
        ours = "not installed"
    return ours != "not installed", f"tsunagu {ours}, {platform.system()} {platform.release()} {platform.machine()}", "run: make env"


def python() -> Finding:
    """The Python that runs this."""
    return sys.version_info >= (3, 11), sys.version.split()[0], "install Python 3.11, 3.12 or 3.13 and run: make env"


def packages() -> Finding:
    """Libraries without which nothing starts."""
    missing = [name for name in PACKAGES if not _installed(name)]
    found = " ".join(f"{name} {metadata.version(name)}" for name in PACKAGES if name not in missing)
    return not missing, found, f"missing {' '.join(missing)}; run: make env"


def memory(running: bool) -> Finding:
    """Memory that can be had, by the machine and by the limit of its container; a system that runs has what it needs."""
    import psutil

    free = psutil.virtual_memory().available // 2**20
    limit = CGROUP.read_text().strip() if CGROUP.exists() else "max"
    room = min(free, int(limit) // 2**20) if limit.isdigit() else free
    told = f"{room} MiB can be had" + (", the system runs" if running else "")
    return running or room >= MEMORY_MIB, told, f"free at least {MEMORY_MIB} MiB, or raise the container's limit"


def open_files() -> Finding:
    """How many files one process may hold open: a broker holds some per partition."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    well = most in (resource.RLIM_INFINITY,) or most >= FILES
    return well, "no limit" if most == resource.RLIM_INFINITY else f"at most {most}", f"raise the hard limit of open files (ulimit -Hn) to {FILES} or more"


def clock(newest: float, server: float | None) -> Finding:
    """This machine's clock against what cannot be later than now, and against another clock.

    ``newest``: when the newest file of the installation was written; ``server``: the database server's clock, None unless it answers (seconds since the epoch).
    """
    now = time.time()
    back, apart = newest - now, 0.0 if server is None else abs(server - now)
    told = "not compared with another clock" if server is None else f"{apart:.1f} s apart from the database's"
    if back > SKEW_S:
        return False, f"{back:.0f} s earlier than the installation's newest file", SET_CLOCK
    return apart <= SKEW_S, told, SET_CLOCK


SKEW_S = 5.0
SET_CLOCK = "set the clocks of all machines by NTP (chrony or systemd-timesyncd): deadlines and consents end by the clock"


def optional(name: str) -> Finding:
    """One of OPTIONAL: always well."""
    programs, use, how = OPTIONAL[name]
    there = next((path for each in programs if (path := shutil.which(each))), None)
    return True, f"{there}" if there else f"not here; optional: {use}", "" if there else how


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
