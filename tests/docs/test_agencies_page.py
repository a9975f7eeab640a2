"""What ``docs/agencies.md`` prints for an agency's engineer; that it works is tried in ``tests/live``."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from contracts.catalogue import BY_FULL_NAME
from kernel.topics import Topics
from tests.docs.printed import PAGE, programs

ALLOWED = {"confluent_kafka", "fastavro", "agency"}


def test_the_python_part_uses_stock_clients_and_itself():
    """Nothing of ours."""
    for name, text in programs("python").items():
        nodes = list(ast.walk(ast.parse(text, name)))
        roots = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        roots |= {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
        assert set() == roots - sys.stdlib_module_names - ALLOWED


def test_the_types_and_topics_that_it_names_are_real():
    """A renamed type or topic is found here before an engineer finds it."""
    text = PAGE.read_text("utf-8")
    topics = Topics("<municipality>")

    assert set() == set(re.findall(r"tsunagu\.[a-z]+\.[A-Z]\w+", text)) - BY_FULL_NAME.keys()
    assert all(topic in text for topic in (topics.outbox("<agency>"), topics.agency_inbox("<agency>"), topics.group("agency-<agency>")))


def test_its_links_lead_somewhere():
    """Files and anchors of the pages beside it."""
    for link in re.findall(r"\]\(([^)]+)\)", PAGE.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        assert not anchor or f'<a id="{anchor}"></a>' in (PAGE.parent / path).read_text("utf-8")
        assert Path(PAGE.parent / path).exists()
