"""Refusals (拒否): whether a recorded no of the person meets what is asked, along the trees of the pack (consent.md rule 11)."""

from __future__ import annotations

from contracts.shared import DataCategory, Purpose
from services.consent.domain.model import Refusal
from services.consent.domain.question import Question

_NOTHING: frozenset[DataCategory] = frozenset()
_NO_PURPOSE: frozenset[Purpose] = frozenset()


def refused(question: Question, person: str, category: DataCategory | None) -> bool:
    """Whether the person has said no to this recipient about this category; None: altogether.

    Rule 11: a refusal beats every consent whatever the dates, until a consent names it in ``supersedes``.
    """
    return any(_about_the_recipient(question, each) and (
        not each.categories or category is not None and any(meets(question, denied, category) for denied in each.categories)
    ) for each in question.case.refusals.get(person, ()))


def meets(question: Question, denied: DataCategory, category: DataCategory) -> bool:
    """Whether what was said of ``denied`` meets a part: the same, below it, or above it, since it holds that too; what nobody knows may hold anything."""
    lines = question.pack.categories
    line = lines.get(category)
    return line is None or denied in line or category in lines.get(denied, _NOTHING)


def _about_the_recipient(question: Question, refusal: Refusal) -> bool:
    """Whether the no meets this purpose and recipient: the same purpose, one below it, or one above it, since that holds it too."""
    purposes = question.purposes
    meant = not purposes or refusal.purpose in purposes or question.request.purpose in question.pack.purposes.get(refusal.purpose, _NO_PURPOSE)
    return meant and (not refusal.recipients or question.request.recipient in refusal.recipients)
