"""Which places of an account open at the broker."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from confluent_kafka.admin import UserScramCredentialsDescription

from deploy.local import scram
from kernel.settings import MECHANISMS


class Broker:
    """Keeps what it is wished, and describes it."""

    def __init__(self, *wishes: Any) -> None:
        self._wishes = wishes

    def describe_user_scram_credentials(self) -> Future[dict[str, UserScramCredentialsDescription]]:
        """Every account, with mechanism and rounds of each of its places."""
        infos: dict[str, list[Any]] = {}
        for wish in self._wishes:
            infos.setdefault(wish.user, []).append(wish.scram_credential_info)
        answer: Future[dict[str, UserScramCredentialsDescription]] = Future()
        answer.set_result({user: UserScramCredentialsDescription(user, each) for user, each in infos.items()})
        return answer


def test_a_place_that_is_shut_is_seen_as_none():
    """So an account of which every place is shut is one that is not there: nobody shuts it twice, and whoever comes back is given it anew."""
    first, second = sorted(MECHANISMS)

    there = scram.places(Broker(  # type: ignore[arg-type]
        scram.given("both", "a", first), scram.given("both", "b", second),
        scram.shut("one", first), scram.given("one", "b", second),
        scram.shut("none", first), scram.shut("none", second),
    ))

    assert {"both": {first, second}, "one": {second}} == there


def test_nobody_knows_what_a_place_is_shut_by():
    """Another password each time."""
    assert 2 == len({scram.shut("one", min(MECHANISMS)).password for _ in range(2)})
