#!/bin/sh
# Finds a Python that is new enough and lets it build `.venv` (environment.py); exit 3 and one sentence when there is none.
here=$(dirname "$0")
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    exec "$candidate" "$here/environment.py"
done
echo "tsunagu: no Python 3.11 or newer was found on PATH; install one (3.11, 3.12 or 3.13), or name it: make env PYTHON=/path/to/python3" >&2
exit 3
