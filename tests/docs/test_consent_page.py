"""docs/consent-decide.md: its question gets its answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cli.consent import decisions

PAGE = Path("docs/consent-decide.md").read_text("utf-8")


def test_the_question_on_the_page_gets_the_answer_on_the_page():
    """Bytes apart from blanks and the pack's hash."""
    question, expected = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    ((answer, _),) = decisions(iter((json.dumps(question).encode(),)))

    assert expected == {**json.loads(answer), "policy": expected["policy"]}
