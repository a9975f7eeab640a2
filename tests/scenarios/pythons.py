"""Other processes (別の処理系): the same under another hash seed, and under another Python where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [name for name in ("3.12", "3.13") if name != f"{sys.version_info.major}.{sys.version_info.minor}"]
_NEEDS = "import fastavro, msgspec, cryptography, faust, aiokafka, confluent_kafka, uvloop"


def told(python: str, hash_seed: str, *module: str) -> str:
    """What ``python -m module`` prints in a process of its own; it must end well."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([python, "-m", *module], env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert 0 == done.returncode, done.stderr[-2_000:]
    return done.stdout.strip()


def another(version: str) -> str:
    """Where that Python is: named in TSUNAGU_PYTHON_3_12 (or _3_13), or on the PATH; without our packages the test is skipped, loudly."""
    python = os.environ.get(f"TSUNAGU_PYTHON_{version.replace('.', '_')}") or shutil.which(f"python{version}")
    if not python or subprocess.run([python, "-c", _NEEDS], capture_output=True, check=False).returncode:
        pytest.skip(f"NOT CHECKED: no Python {version} with the packages of requirements.txt on this machine")
    return python
