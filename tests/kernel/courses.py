"""Courses: messages to a function in any order, for ``kernel.properties.check``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as some

from kernel.properties import Said

OURS = "tsunagu.another"


def courses(
    usual: Sequence[Said], reports: Sequence[Any], told: Sequence[Any] = (), *, keys: Sequence[str], agencies: Sequence[str], longest: int = 8,
) -> some.SearchStrategy[list[Said]]:
    """The beginning of a usual course, then anything: reports of agencies, strangers among them, and what other functions tell."""
    said = some.builds(Said, some.sampled_from(reports), some.sampled_from(keys), some.sampled_from(agencies))
    if told:
        said |= some.builds(Said, some.sampled_from(told), some.sampled_from(keys), some.sampled_from(agencies), some.just(OURS))
    begun = some.integers(min_value=0, max_value=len(usual)).map(lambda length: list(usual[:length]))
    return some.tuples(begun, some.lists(said, max_size=longest)).map(lambda both: both[0] + both[1])
