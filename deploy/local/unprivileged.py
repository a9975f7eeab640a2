"""PostgreSQL refuses to run as root. For root, its programs run in a user namespace where the same files have an ordinary owner.

Where the system forbids namespaces, they run as the system's ``nobody``, to whom the data folder is given.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import stat
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from .layout import CannotRun

CLONE_NEWUSER = 0x10000000
LIBC = ctypes.CDLL(None, use_errno=True)
Step = Callable[[], None]


def step_down(program: Path, data: Path) -> Step | None:
    """What a child must do between fork and exec to run ``program`` on ``data`` not as root; None when we are not root.

    Raises CannotRun when root has no way to do so.
    """
    if os.geteuid() != 0:
        return None
    if _namespaces_allowed():
        return enter_namespace
    return become_nobody(program, data)


def enter_namespace() -> None:
    """In the child: the same user on the outside, ``nobody`` on the inside. Raises OSError where namespaces are forbidden."""
    user = _ordinary_user()
    if LIBC.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user.pw_uid} 0 1"), ("gid_map", f"{user.pw_gid} 0 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def become_nobody(program: Path, data: Path) -> Step:
    """Give ``data`` to ``nobody``, let it pass through the folder around it, and return the child's step.

    Raises CannotRun where ``nobody`` still cannot reach the files.
    """
    user = _ordinary_user()
    data.mkdir(mode=0o700, exist_ok=True)
    data.parent.chmod(data.parent.stat().st_mode | stat.S_IXOTH)
    for path in (data, *data.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)

    def drop() -> None:
        if stat.S_ISFIFO(os.fstat(0).st_mode):
            os.fchown(0, user.pw_uid, user.pw_gid)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        os.chdir(data)

    if not _works([str(program), "--version"], drop):
        raise CannotRun(f"PostgreSQL does not run as root and the user {user.pw_name} cannot enter {data}; run as an ordinary user")
    return drop


@cache
def _namespaces_allowed() -> bool:
    return _works(["/bin/true"], enter_namespace)


def _works(command: list[str], step: Step) -> bool:
    try:
        return subprocess.run(command, preexec_fn=step, capture_output=True, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _ordinary_user() -> pwd.struct_passwd:
    """``nobody``, or the first account that is not root."""
    accounts = sorted(pwd.getpwall(), key=lambda account: account.pw_name != "nobody")
    return next(account for account in accounts if account.pw_uid != 0)
