"""Passwords (パスワードの更新): another one for an account while whoever holds the old one goes on.

At the broker an account has one password for each of the two mechanisms. The new password goes into the place that is free; the file beside our
settings says it and, in its second line, its mechanism; both open the account until the place of the old one is shut (0030).
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, UserScramCredentialUpsertion

from kernel.settings import MECHANISM, MECHANISMS, Settings

from . import scram
from .broker_admin import ANSWERS_WITHIN_S, PAUSE_S, QUICK_RETRY, TIMEOUT_S
from .first_start import write_secret
from .layout import CannotRun, Layout


class NoOverlap(Exception):
    """What stands against ending an overlap, as a code and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code, self.sentence = code, sentence


class Passwords:
    """The two places of one account. Its methods raise CannotRun, SettingsMissing, KafkaException."""

    def __init__(self, settings: Settings, principal: str) -> None:
        self._settings, self._principal = settings, principal
        self._file = Layout(settings.home).secrets / f"{principal}.password"
        self._coming = self._file.with_name(f"{self._file.name}.next")
        self._admin = AdminClient(settings.account("admin"))

    @property
    def taken(self) -> frozenset[str]:
        """Mechanisms by which the broker lets the account in; none: it has no such account."""
        return scram.places(self._admin).get(self._principal, frozenset())

    def begin(self) -> bool:
        """Give the account another password beside its own; whether there was none yet. What was broken off is finished by the same call."""
        broken_off = self._coming.exists()
        if len(self.taken) > 1 and not broken_off:
            return False
        (free,) = set(MECHANISMS) - {self._settings.credential(self._principal)[1]}
        write_secret(self._coming, secrets.token_urlsafe(24) + ("" if free == MECHANISM else f"\n{free}"))
        password = self._coming.read_text("utf-8").split()[0]
        self._alter(scram.given(self._principal, password, free))
        self._opens(password, free)
        os.replace(self._coming, self._file)  # from here on it is known to whoever reads the file, and it opens the account already
        return True

    def end(self) -> bool:
        """Shut the place of the old password, when the new one is seen to open the account; whether it was still open. Raises NoOverlap."""
        password, mechanism = self._settings.credential(self._principal)
        taken = self.taken
        if self._coming.exists():
            raise NoOverlap("ROTATION_BROKEN_OFF", "the new password is not in its file yet; begin again, without --end")
        if mechanism not in taken:
            raise NoOverlap("PASSWORD_ELSEWHERE", f"the broker does not know the password in {self._file}, so the other one stays")
        if taken == {mechanism}:
            return False
        self._opens(password, mechanism)
        for old in taken - {mechanism}:
            self._alter(scram.shut(self._principal, old))
        return True

    def _alter(self, change: UserScramCredentialUpsertion) -> None:
        for done in self._admin.alter_user_scram_credentials([change]).values():
            done.result(TIMEOUT_S)

    def _opens(self, password: str, mechanism: str) -> None:
        """Return when the broker lets the account in by this password: it has answered before it does."""
        shown = {**self._settings.account(self._principal), "sasl.password": password, "sasl.mechanism": mechanism}
        client, deadline = AdminClient({**shown, **QUICK_RETRY}), time.monotonic() + TIMEOUT_S
        while not _answers(client):
            if time.monotonic() > deadline:
                raise CannotRun(f"the broker at {self._settings.bootstrap} does not let {self._principal} in by its new password; the old one stays")
            time.sleep(PAUSE_S)


def forget(file: Path) -> bool:
    """Remove an account's file, and what a rotation has left beside it; whether it was there."""
    there = file.exists()
    for each in (file, file.with_name(f"{file.name}.next")):
        each.unlink(missing_ok=True)
    return there


def _answers(client: AdminClient) -> bool:
    try:
        client.list_topics(timeout=ANSWERS_WITHIN_S)
    except KafkaException:
        return False
    return True
