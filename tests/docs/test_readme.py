"""README.md: whoever reads only this page finds every other page, and the commands with which a decision is looked into; it stays one page."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import audit, consent

README = Path("README.md").read_text("utf-8")


@pytest.mark.parametrize("page", sorted(page.name for page in Path("docs").glob("*.md")))
def test_every_page_is_named(page: str):
    """With a link."""
    assert f"](docs/{page})" in README


def test_every_decision_is_in_their_index():
    """With a link and its title."""
    folder = Path("docs/decisions")
    index = (folder / "README.md").read_text("utf-8")
    titles = {path.name: path.read_text("utf-8").partition("\n")[0].lstrip("# 0123456789.") for path in folder.glob("[0-9]*.md")}

    assert [] == [name for name, title in titles.items() if f"]({name}) {title}\n" not in index]


@pytest.mark.parametrize(("group", "app"), [("consent", consent.app), ("audit", audit.app)])
def test_every_command_that_looks_into_a_decision_is_named(group: str, app: object):
    """Those of a group stand together."""
    names = [command.name or command.callback.__name__ for command in app.registered_commands]  # type: ignore[attr-defined]

    assert f"tsunagu {group} {'|'.join(names)}" in README


def test_it_stays_one_page():
    """What is longer is read by nobody."""
    assert len(README.splitlines()) <= 80
