"""docs/rules.md: every rule has a test named after it, and the page is the one that the tests' names give."""

from __future__ import annotations

from tests.docs import rules


def test_every_rule_has_a_test():
    """Rules 1-36 (31 apart) and R1-R17."""
    found = {each.rule for each in rules.shown()}

    assert {*rules.DECISION, *map(str, rules.GATE)} - found == set()


def test_no_test_is_named_after_a_rule_that_there_is_not():
    """A wrong number would show nothing."""
    assert {each.rule for each in rules.shown()} - {*rules.DECISION, *map(str, rules.GATE)} == set()


def test_the_page_is_what_the_tests_say():
    """Else: python -m tests.docs.rules."""
    assert rules.PAGE.read_text() == rules.page()
