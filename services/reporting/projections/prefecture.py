"""Prefecture (都道府県の支援): advice, training and meetings for towns, notices passed on, and the library of approved case stories.

Public facts of community building, of every town that the site reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.catalogue import EventType
from contracts.community import (
    AdviceGiven,
    CaseStoryApproved,
    CaseStoryDrafted,
    ExchangeHeld,
    NoticeRelayed,
    TrainingHeld,
)
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.reported import town
from services.reporting.projections.table import KEY, Column, Table
from services.reporting.resource import Resource, Role

SUPPORT = Table("prefecture_support", (
    Column("municipality", "text", KEY), Column("entry", "text", KEY), Column("kind", "text"), Column("on_date", "date"), Column("topic", "text"),
    Column("agency", "text"), Column("partners", "text[]"), Column("attendees", "integer"),
), municipality="municipality")
"""Advice, training, meetings and notices: one row each."""
STORIES = Table("case_stories", (
    Column("municipality", "text", KEY), Column("story", "text", KEY), Column("title", "text"), Column("reason", "text"), Column("aim", "text"),
    Column("content", "text"), Column("result", "text"), Column("mechanism", "text"), Column("scheme", "text"), Column("helpers", "text[]"),
    Column("deidentified", "boolean"), Column("approved_on", "date"), Column("approved_by", "text"),
), municipality="municipality")
LIBRARY = """
    SELECT municipality, story, title, reason, aim, content, result, mechanism, scheme, helpers, approved_on, approved_by
    FROM {schema}.case_stories WHERE deidentified AND approved_by IS NOT NULL"""

_ROLES = frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.PREFECTURE))
RESOURCES = (
    Resource(
        name="prefecture-support", title_ja="助言・研修", view="prefecture_support", projection="prefecture", municipality="municipality",
        headings={"municipality": "市町村", "on_date": "日", "kind": "種類", "topic": "題", "agency": "行った機関", "partners": "相手", "attendees": "参加者数",
                  "entry": "番号"},
        order=("municipality", "entry"), filters=("municipality", "kind", "topic"), roles=_ROLES,
    ),
    Resource(
        name="case-library", title_ja="連携事例集", view="case_library", projection="prefecture", municipality="municipality",
        headings={"municipality": "市町村", "title": "題名", "reason": "きっかけ", "aim": "目的", "content": "内容", "result": "成果", "mechanism": "続けるしくみ",
                  "scheme": "使った制度", "helpers": "協力した機関", "approved_on": "承認日", "approved_by": "承認した機関", "story": "番号"},
        order=("municipality", "story"), filters=("municipality",), roles=_ROLES,
    ),
)
_WANTED = (AdviceGiven, TrainingHeld, ExchangeHeld, NoticeRelayed, CaseStoryDrafted, CaseStoryApproved)


class Prefecture:
    """What is done for the towns of a prefecture, and what they can learn from each other."""

    name, version = "prefecture", 1
    tables = (SUPPORT, STORIES)
    views: Mapping[str, str] = {"case_library": LIBRARY}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log == "community" and kind.cls in _WANTED

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if not self.wants(fact.log, fact.kind):
            return
        key, told = (town(fact), fact.envelope.subject), fact.event
        match told:
            case AdviceGiven():
                yield SUPPORT, (*key, "ADVICE", told.given_on, told.topic, fact.envelope.agency, [told.to_agency], None)
            case TrainingHeld() | ExchangeHeld():
                kind = "TRAINING" if isinstance(told, TrainingHeld) else "EXCHANGE"
                yield SUPPORT, (*key, kind, told.held_on, told.topic, fact.envelope.agency, list(told.partners), told.attendees)
            case NoticeRelayed():
                yield SUPPORT, (*key, "NOTICE", _day(fact), "", fact.envelope.agency, list(told.recipients), None)
            case CaseStoryDrafted():
                yield STORIES, STORIES.row(municipality=key[0], story=key[1], **_texts(told))
            case CaseStoryApproved():
                approved_on = told.approved_on or _day(fact)
                yield STORIES, STORIES.row(municipality=key[0], story=key[1], approved_on=approved_on, approved_by=fact.envelope.agency)


def _texts(story: CaseStoryDrafted) -> dict[str, Any]:
    """Its texts, each under its column: none of a draft that may name somebody, nor what an earlier one said."""
    texts = ("title", "reason", "aim", "content", "result", "mechanism", "scheme")
    if not story.deidentified:
        return {**dict.fromkeys(texts, ""), "helpers": [], "deidentified": False}
    return {**{name: getattr(story, name) for name in texts}, "helpers": list(story.helpers), "deidentified": True}


def _day(fact: Fact) -> date:
    return fact.recorded_at.date()
