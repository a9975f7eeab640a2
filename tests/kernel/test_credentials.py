"""A password's file: one line, or two after a renewal; and what every client makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import certificates, first_start
from deploy.local.layout import Layout
from kernel import settings
from kernel.clients import clients
from kernel.settings import MECHANISM, Settings, SettingsMissing


@pytest.fixture
def found(tmp_path: Path) -> Settings:
    """A first start has been."""
    layout = Layout(tmp_path)
    first_start.prepare(layout, ())
    found = settings.load(tmp_path)
    certificates.prepare(layout, found)
    return found


@pytest.mark.parametrize(("text", "password", "mechanism"), [
    ("abc", "abc", MECHANISM), ("abc\n", "abc", MECHANISM), ("abc\nSCRAM-SHA-256", "abc", "SCRAM-SHA-256"), ("abc\nSCRAM-SHA-512\n", "abc", MECHANISM),
])
def test_the_second_line_says_how_the_password_is_shown(found: Settings, text: str, password: str, mechanism: str):
    """Both kinds of client show it so, over TLS, to a broker whose authority they know."""
    (found.home / "secrets" / "agency-elder.password").write_text(text)

    account, ours = found.account("agency-elder"), clients(found, "agency-elder")

    assert (password, mechanism) == found.credential("agency-elder") == (ours.password, ours.mechanism)
    assert ("SASL_SSL", mechanism, password) == tuple(account[name] for name in ("security.protocol", "sasl.mechanism", "sasl.password"))
    assert str(found.home / "secrets" / "ca.pem") == account["ssl.ca.location"] == ours.ca
    assert ours.options("x")["sasl_mechanism"] == mechanism and ours.options("x")["ssl_context"].check_hostname


def test_a_mechanism_that_there_is_not_is_told(found: Settings):
    """By its file."""
    (found.home / "secrets" / "agency-elder.password").write_text("abc\nPLAIN")

    with pytest.raises(SettingsMissing, match="agency-elder.password"):
        found.account("agency-elder")


def test_nothing_is_encrypted_where_the_settings_say_so(found: Settings):
    """An installation of before has no authority, and asks for none."""
    (found.home / "secrets" / "agency-elder.password").write_text("abc")
    plain = replace(found, security_protocol="SASL_PLAINTEXT", ca="")

    assert plain.authorities() is None and clients(plain, "agency-elder").options("x")["ssl_context"] is None
