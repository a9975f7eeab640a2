"""The whole suite in two halves, side by side: ``python -m tests.both``, as ``make test`` runs it.

``tests/live`` mostly waits: for time limits, for processes that start, for groups that part their work anew. The rest computes, and its few tests
that need the stores have their own. It stands back (``nice``), so that what is judged by its time comes as if it were alone. ``tests/live`` is shown
as it runs, the rest when both have ended. Exit code 1 unless both end well.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

NICE = 10
"""How far the rest stands back; a tenth of each processor is left to it even then."""
LIVE, REST = ("tests/live",), ("tests", "--ignore=tests/live")


def command(half: tuple[str, ...], options: list[str]) -> list[str]:
    """How one half is run."""
    return [sys.executable, "-m", "pytest", *half, *options]


def main(options: list[str]) -> int:
    """Run both to their ends, whatever comes of either; the exit code. ``options`` are pytest's, for both."""
    with tempfile.TemporaryFile() as said:
        rest = subprocess.Popen(["nice", "-n", str(NICE), *command(REST, options)], stdout=said, stderr=said)
        codes = [_ended(subprocess.Popen(command(LIVE, options))), _ended(rest)]
        said.seek(0)
        sys.stdout.write(said.read().decode("utf-8", "replace"))
    print(" · ".join(f"{half[-1]}: {'passed' if code == 0 else f'FAILED (exit code {code})'}" for half, code in zip((LIVE, REST), codes, strict=True)))
    return int(any(codes))


def _ended(half: subprocess.Popen[bytes]) -> int:
    """How it has ended. Ctrl-C is told to each half too, which then comes to its end by itself."""
    while True:
        try:
            return half.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
