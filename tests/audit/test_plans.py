"""What ``audit verify`` reads by plans is what ``fastavro`` reads, for every schema of the contracts, of sound bytes and of damaged ones."""

from __future__ import annotations

import json
import random
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.utils import generate_one
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from audit.plans import plan
from contracts import SCHEMAS


@cache
def known(identity: int) -> tuple[Any, Any, bytes]:
    """A schema, its plan, and sound bytes of it."""
    schema = parse_schema(json.loads(SCHEMAS[identity]), {})
    body = BytesIO()
    random.seed(identity)
    schemaless_writer(body, schema, generate_one(schema))
    return schema, plan(schema), body.getvalue()


def by_schema(schema: Any, value: bytes) -> object:
    """Fields and end, or that it cannot be read."""
    body = BytesIO(value)
    try:
        return schemaless_reader(body, schema, None), body.tell()
    except Exception:  # noqa: BLE001 - whatever it raises
        return None


def by_plan(read: Any, value: bytes) -> object:
    """The same."""
    try:
        return read(value, 0)
    except (IndexError, ValueError, OverflowError):
        return None


@pytest.mark.parametrize("identity", SCHEMAS)
def test_what_any_schema_has_written(identity: int):
    """Values at random."""
    schema, read, value = known(identity)

    assert by_schema(schema, value) == by_plan(read, value)


@settings(deadline=None, max_examples=200)
@for_all(some.sampled_from(sorted(SCHEMAS)), some.data())
def test_what_somebody_has_damaged(identity: int, data: some.DataObject):
    """A byte changed, bytes cut off or added, or none of ours at all."""
    schema, read, value = known(identity)
    place = data.draw(some.integers(0, len(value)))
    changed = data.draw(some.sampled_from((
        value[:place], value[:place] + data.draw(some.binary(max_size=3)) + value[place + 1:], value + b"x", data.draw(some.binary(max_size=60)),
    )))

    assert by_schema(schema, changed) == by_plan(read, changed)
