"""Every expression of the boards is PromQL: each becomes a rule of its own that promtool reads."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from deploy.observability import reading
from tests.prometheus import promtool


@pytest.mark.parametrize("path", reading.files(), ids=lambda path: path.stem)
def test_promtool_reads_every_expression(path: Path, tmp_path: Path):
    """With nothing chosen in any variable; a mistake is named with the number of its rule."""
    expressions = [reading.put_in(each) for each in reading.queries(reading.board(path))]
    rules = tmp_path / "rules.yml"  # JSON is YAML
    rules.write_text(json.dumps({"groups": [{"name": path.stem, "rules": [{"record": f"r:{n}", "expr": each} for n, each in enumerate(expressions)]}]}))
    done = subprocess.run([promtool(), "check", "rules", str(rules)], capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    assert not [each for each in expressions if re.search(r"\$(?!\d)", each)]  # $1 is label_replace's own
