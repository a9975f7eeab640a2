"""The table of rules (規則とテストの対照表): ``python -m tests.docs.rules`` writes docs/rules.md anew, from the names of the tests.

A test belongs to a rule by its name: ``test_r5_…`` to R5 of the decision rules, ``test_rule_27_…`` to rule 27 of the gate.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "rules.md"
DECISION = {
    "R1": "Deny by default; the answer carries rule, basis, policy and time; same question, same answer",
    "R2": "Person, purpose, recipient and time must all match one consent; then part by part",
    "R3": "Paper, oral with a witness, or electronic; silence is no consent",
    "R4": "Each member of a household consents alone; facts about others are cut out",
    "R5": "Withdrawal and expiry act on every later release; recipients get a stop notice",
    "R6": "Minors: below the line a parent is asked; a conflict of interest suspends the proxy",
    "R7": "Adults lacking capacity: only a verified guardian or mandate, in scope",
    "R8": "支援措置: a protection flag beats C, K, G and M",
    "R9": "M only in an open segment of a closed meeting, for listed members, this case, the items asked",
    "R10": "重層的支援会議 without consent: hold, and the way to the 支援会議",
    "R11": "Duties travel with what is given",
    "R12": "Access, correction, stop of use; refusals in writing; third parties and reporter cut out",
    "R13": "Leak of special-care data, harm, wrongful aim, more than 100 persons: to the Commission and the person",
    "R14": "The dead: the municipality's own policy (hold)",
    "R15": "Small cells in statistics are suppressed",
    "R16": "No decision possible: hold; timeout denies; only V and L go on, reviewed",
    "R17": "Retention by document class; on expiry the key is destroyed",
}
GATE = {
    1: "The fields of a consent; no wildcard recipient, one purpose",
    2: "Valid today and covers data of these dates are two tests",
    3: "A date-only end includes that day in Japan; open-ended is refused",
    4: "Ceilings of the pack, the strictest applies, before the person sees it",
    5: "States follow from events; refused is not never asked; consent again after withdrawal",
    6: "Each version carries the hash of the one before",
    7: "The decision is pure; its time is the broker's append time",
    8: "Each basis on its own, the most open wins; inside one the stricter; holdable is data",
    9: "What is missing or unknown matches nothing",
    10: "A permit comes whole from one consent or one basis",
    11: "Denials and exclusions of all consents; lifted only by name",
    12: "The order of evidence never matters",
    13: "Down the tree, never up; unmapped holds for a human",
    14: "Part by part; a husk is held",
    15: "The protection flag is applied last and only removes",
    16: "Error, stale view, unknown policy: hold; only V and L go on",
    17: "Bases are entries of the pack; the sender claims, the gate tests",
    18: "M only while its segment is open; 重層的支援会議 gives no basis",
    19: "Break-glass: right checked here, reason, minimum, expiry, review, notice, alarm",
    20: "Concealed from the person only with a date on which it appears",
    21: "A proxy is an artefact with scope, proof and period",
    22: "Only the gate's principal writes inboxes",
    23: "No durable verdict, no release",
    24: "The fence: what a later withdrawal or flag voids is not opened",
    25: "What is held stays sealed; codes and a position wait",
    26: "Release from hold is a new decision; a deadline denies and tells",
    27: "Withdrawal stops, cancels, notifies; silence escalates",
    28: "Earlier releases stay lawful; no personal data in verdicts",
    29: "Obligations travel and are acknowledged",
    30: "Every decision is recorded, refusals and look-ups too",
    32: "The person's ledger follows from the log",
    33: "The auditor decides everything again",
    34: "A pack is signed and effective from one place in every partition",
    35: "No personal data in keys, headers, topic names; key ids, not keys",
    36: "Speed and memory are measured",
}
"""Rule 31 (sealed trees and witnesses) comes later."""
_NAME = re.compile(r"test_(?:r(\d+)|rule_(\d+))_")


class Shown(NamedTuple):
    """One test and the sentence that it shows."""

    rule: str
    sentence: str
    file: str


def shown() -> Iterator[Shown]:
    """Every test that is named after a rule."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (name := _NAME.match(node.name)):
                rule = f"R{int(name[1])}" if name[1] else str(int(name[2]))
                yield Shown(rule, node.name[name.end():].replace("_", " "), path.relative_to(ROOT).as_posix())


def page() -> str:
    """The page as it should be."""
    found = list(shown())
    lines = [
        "# Rules and the tests that show them (規則とテストの対照表)", "",
        "Written by `python -m tests.docs.rules` from the names of the tests; a rule without a test fails the test run.",
        "Rule 31 (sealed trees, witnesses) comes later.", "",
        "Code and schemas name these rows: `consent.md rule 13` is rule 13 of the gate, `R8` or `domain.md §4.2` a decision rule. Of the other sections of `domain.md`, the",
        "events (§1) stand in [events.md](events.md), the state machines (§2) in [machines](../tests/scenarios/machines.py) and [transitions](../tests/scenarios/transitions.py), the codes of",
        "bases (§3) in [policies.md](policies.md), the forty cases (§4.3) in [forty](../tests/scenarios/forty/), the sizing (§5) in [the bench](../bench/year.py).", "",
        "## Decision rules (判断の規則)", "", *_rows(DECISION, found), "",
        "## Rules of the gate (関門の規則)", "", *_rows({str(number): says for number, says in GATE.items()}, found), "",
    ]
    return "\n".join(lines)


def _rows(rules: dict[str, str], found: list[Shown]) -> Iterator[str]:
    yield "| Rule | Says | Shown by |"
    yield "|---|---|---|"
    for rule, says in rules.items():
        tests = [f"{each.sentence} ([{Path(each.file).name}](../{each.file}))" for each in found if each.rule == rule]
        yield f"| {rule} | {says} | {'<br>'.join(tests)} |"


if __name__ == "__main__":
    PAGE.write_text(page())
