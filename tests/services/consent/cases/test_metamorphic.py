"""What must hold between two questions (consent.md §5), over ten thousand made-up cases and over the forty.

Three attributes of a request may be dropped with gain, by what they say: ``basis`` (then it is the person's consent), ``essential`` (then the rest
is of use without it) and ``authored`` (then the data are of the day itself, unless the consent names dates).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import pytest

from tests.services.consent.cases.generated import (
    AGENCIES,
    AT,
    CATEGORIES,
    DAY,
    OPENNESS,
    PARENT,
    PERSONS,
    Case,
    answers,
    cases,
    flag,
    grant,
    refusal,
    withdrawal,
)
from tests.services.consent.cases.test_forty import CASES as FORTY

HALF = 0.5
KNOWN = FORTY
Change = Callable[[Random, Case], Iterator[Case]]
Answer = dict[str, Any]


@cache
def made() -> list[Case]:
    """The made-up cases."""
    return cases(10_000)


@cache
def said() -> list[Answer]:
    """What the gate says to each of them."""
    return answers(made())


def released(answer: Answer) -> set[tuple[str, str]]:
    """Which parts go."""
    return {(part["person"], part["category"]) for part in answer["released"]}


def verdict(answer: Answer) -> tuple[Any, ...]:
    """What a change that means nothing leaves as it is."""
    return answer["outcome"], released(answer), {(part["person"], part["category"]) for part in answer["withheld"]}


def opener(before: Answer, after: Answer) -> bool:
    """Whether the second answer gives away more than the first."""
    return OPENNESS[after["outcome"]] > OPENNESS[before["outcome"]] or not released(after) <= released(before)


def changed(questions: list[Case], said: list[Answer], change: Change) -> Iterator[tuple[Case, Answer, Case, Answer]]:
    """Each question with its answer, and each changed one with its own."""
    random = Random(7)
    pairs = [(case, answer, other) for case, answer in zip(questions, said, strict=True) for other in change(random, case)]
    for (case, before, other), after in zip(pairs, answers(other for _, _, other in pairs), strict=True):
        yield case, before, other, after


def with_facts(case: Case, facts: list[Case]) -> Case:
    """The same question with other facts."""
    return {**case, "facts": facts}


def asking(case: Case, **request: Any) -> Case:
    """The same facts, another request; ``...`` takes an attribute away."""
    return {**case, "request": {key: value for key, value in {**case["request"], **request}.items() if value is not ...}}


def grants(case: Case) -> list[Case]:
    """The consents of a case."""
    return [fact for fact in case["facts"] if fact["type"] == "ConsentGranted"]


def shuffled(random: Random, case: Case) -> Iterator[Case]:
    """Consents and refusals in another order, before what follows them."""
    said = [fact for fact in case["facts"] if fact["type"] in ("ConsentGranted", "ConsentRefused")]
    if len(said) > 1 and not any(fact.get("supersedes") for fact in said):
        yield with_facts(case, [*random.sample(said, len(said)), *(fact for fact in case["facts"] if fact not in said)])


def doubled(random: Random, case: Case) -> Iterator[Case]:
    """Each fact twice."""
    if case["facts"]:
        yield with_facts(case, [fact for fact in case["facts"] for _ in range(2)])


def dropped_of_the_request(random: Random, case: Case) -> Iterator[Case]:
    """One attribute less."""
    if random.random() < HALF or not case["request"]["parts"]:
        yield asking(case, **{random.choice([name for name in case["request"] if name not in ("basis", "authored", "persons", "segment")]): ...})
    else:
        parts = case["request"]["parts"]
        place = random.randrange(len(parts))
        part = {key: value for key, value in parts[place].items() if key != random.choice(("person", "category"))}
        yield asking(case, parts=[*parts[:place], part, *parts[place + 1 :]])


def dropped_of_a_consent(random: Random, case: Case) -> Iterator[Case]:
    """One attribute of one consent less, what limits it apart. One without an end is not recorded, nor is the no that is part of it."""
    for each in grants(case)[:1]:
        no_in_it = "exclusions" in each or any(each["consent"] in fact.get("consents", ()) for fact in case["facts"])
        kept = ("at", "from", "type", "exclusions", "supersedes", "authored_from", *(("valid_to", "signed_on") if no_in_it else ()))
        name = random.choice([name for name in each if name not in kept])
        yield with_facts(case, [{key: value for key, value in fact.items() if fact is not each or key != name} for fact in case["facts"]])


def denied(random: Random, case: Case) -> Iterator[Case]:
    """A refusal more, or a flag, or something left out of a consent."""
    more = {**flag(random.choice(PERSONS), random.choice(AGENCIES)), "flag": "more"}
    out = {"type": "ConsentGranted", "at": AT - 15 * DAY, "consent": "out", "person": random.choice(PERSONS), "purpose": "COMMUNITY", "categories": ["CONTACT"],
           "recipients": ["elsewhere"], "valid_from": "2026-04-01", "valid_to": "2026-12-31", "medium": "PAPER",
           "exclusions": [{"recipient": random.choice(("", *AGENCIES[:1])), "category": random.choice(CATEGORIES)}]}
    yield with_facts(case, [*case["facts"], random.choice((refusal(random, 99), more, {**out, "recipients": ["elsewhere", AGENCIES[0]]}))])


def not_matching(random: Random, case: Case) -> Iterator[Case]:
    """A consent more: to another recipient, to another purpose, or over."""
    other = next(agency for agency in AGENCIES if agency != case["request"].get("to"))
    persons = [part["person"] for part in case["request"]["parts"]] or [PERSONS[0]]
    changes = random.choice((
        {"recipients": [other]}, {"purpose": "COMMUNITY"}, {"valid_from": "2026-04-01", "valid_to": "2026-05-05", "at": AT - 20 * DAY},
    ))
    more = grant(random, 99, **{"person": random.choice(persons), "valid_from": "2026-04-01", "valid_to": "2027-03-31", **changes})
    more.pop("exclusions", None)
    if case["facts"] and case["request"]["parts"] and any(fact.get("person") == more["person"] for fact in case["facts"]):
        yield with_facts(case, [*case["facts"], more])


def widened(random: Random, case: Case) -> Iterator[Case]:
    """A part asked for as the whole that holds it."""
    parts = case["request"]["parts"]
    held = {(part["person"], PARENT.get(part["category"], part["category"])) for part in parts}
    if len(held) == len(parts) and any(part["category"] in PARENT for part in parts):
        yield asking(case, parts=[{**part, "category": PARENT.get(part["category"], part["category"])} for part in parts])


SAME = [shuffled, doubled, not_matching]
NEVER_MORE = [dropped_of_the_request, dropped_of_a_consent, denied]


@pytest.mark.parametrize("change", SAME, ids=lambda change: change.__name__)
@pytest.mark.parametrize("forty", [False, True], ids=["made", "forty"])
def test_what_means_nothing_changes_nothing(change: Change, forty: bool):
    """Order, repetition, a consent to something else."""
    found = list(changed(KNOWN, answers(KNOWN), change) if forty else changed(made(), said(), change))

    assert forty or len(found) > 2_000
    for case, before, other, after in found:
        assert verdict(before) == verdict(after), (case, other, before, after)


@pytest.mark.parametrize("change", NEVER_MORE, ids=lambda change: change.__name__)
@pytest.mark.parametrize("forty", [False, True], ids=["made", "forty"])
def test_less_said_or_more_denied_is_never_more_open(change: Change, forty: bool):
    """An attribute less; a refusal, a flag, an exclusion more."""
    found = list(changed(KNOWN, answers(KNOWN), change) if forty else changed(made(), said(), change))

    assert len(found) > (20 if forty else 5_000)
    for case, before, other, after in found:
        assert not opener(before, after), (case, other, before, after)


def test_asking_for_the_whole_opens_no_more_than_asking_for_the_part():
    """Consent to a parent covers its children, never the reverse; a no to a child is a no to what holds it."""
    for case, before, other, after in changed(made(), said(), widened):
        went = {(person, PARENT.get(category, category)) for person, category in released(before)}

        assert OPENNESS[after["outcome"]] <= OPENNESS[before["outcome"]], (case, before, after)
        assert released(after) <= went, (case, before, after)


def test_splitting_an_event_by_category_gives_the_same_away():
    """Where each person has one consent, part by part is as all at once; several consents are never put together for one event (rule 10)."""
    split = [case for case in made() if len(case["request"]["parts"]) > 1 and not any(part["essential"] for part in case["request"]["parts"])]
    whole = answers(split)
    pieces = iter(answers(asking(case, parts=[part]) for case in split for part in case["request"]["parts"]))
    for case, together in zip(split, whole, strict=True):
        apart = set().union(*(released(next(pieces)) for _ in case["request"]["parts"]))
        alone = len({each["person"] for each in grants(case)}) == len(grants(case))

        assert released(together) == apart if alone else released(together) <= apart, (case, together, apart)


@pytest.mark.parametrize(("moment", "outcomes"), [("2026-04-01T00:00:00+09:00", ("DENY", "PERMIT")), ("2026-05-10T00:00:00+09:00", ("PERMIT", "DENY"))])
def test_the_edge_of_the_validity_turns_the_answer_once(moment: str, outcomes: tuple[str, str]):
    """Half-open in Japan, to the millisecond; at three days around it nothing else happens."""
    from cli.consent.lines import moment as read

    edge = read(moment)
    form = grant(Random(1), 1, person=PERSONS[0], purpose="COORDINATION", categories=["BASIC"], recipients=["coordinator"], valid_from="2026-04-01",
                 valid_to="2026-05-09", at=edge - 40 * DAY)
    form = {key: value for key, value in form.items() if key not in ("authored_from", "exclusions", "signed_on")}
    request = {"from": "elder", "to": "coordinator", "to_kind": "COORDINATOR", "purpose": "COORDINATION", "event_type": "PlanShared",
               "parts": [{"person": PERSONS[0], "category": "BASIC"}]}
    times = [edge - DAY, edge - 1_000, edge - 1, edge, edge + 1, edge + DAY]

    found = [answer["outcome"] for answer in answers({"id": at, "at": at, "facts": [form], "request": request} for at in times)]
    assert [outcomes[0]] * 3 + [outcomes[1]] * 3 == found


def test_withdrawn_and_asked_again_is_a_no_and_what_was_decided_before_stays():
    """The withdrawal acts on what is decided after it; the earlier answer is the same, with it among the facts."""
    given = [(case, answer) for case, answer in zip(made(), said(), strict=True) if answer["outcome"] in ("PERMIT", "REDACT")]
    taken_back = [with_facts(case, [*case["facts"], *withdrawal(grants(case), AT + 1)]) for case, _ in given]

    assert len(given) > 500
    assert {"DENY"} == {answer["outcome"] for answer in answers({**case, "at": AT + 2} for case in taken_back)}
    assert [answer for _, answer in given] == answers(taken_back)


def test_the_made_up_cases_are_worth_their_name():
    """Every outcome and most reasons come up."""
    outcomes = [answer["outcome"] for answer in said()]
    reasons = {reason for answer in said() for reason in answer["reasons"]}

    assert all(outcomes.count(outcome) > 300 for outcome in ("PERMIT", "REDACT", "HOLD", "DENY"))
    assert {"NO_CONSENT", "PERSON_REFUSED", "CONSENT_WITHDRAWN", "CONSENT_EXPIRED", "CONSENT_NOT_YET", "PURPOSE_NOT_CONSENTED", "RECIPIENT_NOT_NAMED",
            "CATEGORY_NOT_CONSENTED", "ESSENTIAL_WITHHELD", "PROTECTED", "SUBJECT_DIED", "OTHER_DATES", "EXCLUDED"} <= reasons
