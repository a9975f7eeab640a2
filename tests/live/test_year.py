"""A generated year of a tiny town on the real system, through the agencies' own accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from cli.day.live import open_stage
from cli.day.rows import REFUSED
from cli.year.live import MISSING, LiveYear
from tests.installation import Broker

PEOPLE = 300


def test_a_year_plays_through(stack: Broker):
    """Every report is answered, none refused, none lost; contacts, visits, matches, sittings, places and the gate's verdicts among them."""
    with open_stage(stack.settings) as stage:
        year = LiveYear(stage, PEOPLE, seed=1)
        played = year.play()

        assert [] == [name for name in played.outcomes if name[1] == MISSING or name[1].startswith(REFUSED)]
        assert [] == stage.view.twice
    assert year.total == played.reports > 200
    assert {"ConsultationReceived", "ContactAttempted", "GapNeedAssessed", "SittingClosed", "SessionHeld"} <= {kind for kind, _ in played.outcomes}
    assert {"PERMIT", "HOLD"} <= {outcome for _, outcome in played.outcomes}


def test_the_command_plays_another_year(stack: Broker):
    """``tsunagu day --year``: counts on stdout, exit code 0 without dead letters and refusals."""
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    words = ["day", "--year", "--people", "100", "--seed", "2", "--speed", "200", "--output", "json"]
    done = subprocess.run([sys.executable, "-P", "-m", "cli.main", *words], env=environment, capture_output=True, text=True, check=False)
    printed = json.loads(done.stdout)

    assert 0 == done.returncode, done.stderr
    assert {"type", "title_ja", "outcome", "count"} == printed[0].keys()
    assert sum(row["count"] for row in printed) > 100
