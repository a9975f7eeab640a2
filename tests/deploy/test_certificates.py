"""The installation's own authority: what a first start makes, what a later one renews, and whom the broker's certificate convinces."""

from __future__ import annotations

import ipaddress
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from deploy.local import authority, certificates, first_start, kafka
from deploy.local.authority import Authority
from deploy.local.layout import CannotRun, Layout
from kernel import settings
from kernel.settings import Settings, SettingsMissing

TOWN = "990019"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """The folders and settings of a first start."""
    found = Layout(tmp_path)
    first_start.prepare(found, ("admin", "controller"))
    return found


@pytest.fixture
def prepared(layout: Layout) -> Settings:
    """Settings as the first start has made them, with certificates."""
    found = settings.load(layout.home)
    certificates.prepare(layout, found)
    return found


def convinces(shown: bytes, who: x509.Certificate) -> bool:
    """Whether what the broker shows convinces somebody who trusts only ``who``, at 127.0.0.1."""
    own, *behind = x509.load_pem_x509_certificates(shown)
    verifier = PolicyBuilder().store(Store([who])).build_server_verifier(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    try:
        verifier.verify(own, behind)
    except VerificationError:
        return False
    return True


def test_what_the_broker_shows_convinces_whoever_trusts_the_authority_and_nobody_else():
    """At the address on which it listens."""
    first, other = authority.new(TOWN), authority.new(TOWN)

    assert convinces(first.server(), first.certificate)
    assert not convinces(first.server(), other.certificate)


def test_a_new_authority_convinces_whoever_trusts_the_one_before():
    """Nobody has to change anything on the same day."""
    first = authority.new(TOWN)
    second = authority.new(TOWN, first)
    third = authority.new(TOWN, second)

    assert convinces(second.server(), first.certificate) and convinces(second.server(), second.certificate)
    assert convinces(third.server(), second.certificate) and not convinces(third.server(), first.certificate)


def test_an_authority_is_the_same_when_it_is_read_again():
    """Whatever it needs lies in one file, replaced as a whole."""
    second = authority.new(TOWN, authority.new(TOWN))
    again = authority.read(second.pem())

    assert (second.certificate, second.crossed, second.before) == (again.certificate, again.crossed, again.before)
    assert convinces(again.server(), second.certificate)


def test_no_certificate_outlasts_the_authority_that_signed_it():
    """What an older authority vouches for ends with it."""
    first = authority.new(TOWN)
    own = x509.load_pem_x509_certificates(first.server(timedelta(days=36_500)))[0]

    assert own.not_valid_after_utc == first.certificate.not_valid_after_utc
    assert authority.new(TOWN, first).crossed.not_valid_after_utc <= first.certificate.not_valid_after_utc


def test_a_first_start_makes_them_and_a_second_changes_nothing(layout: Layout, prepared: Settings):
    """Keys are readable by their owner alone; what agencies are given holds no key."""
    before = {path: path.read_bytes() for path in layout.secrets.iterdir()}

    certificates.prepare(layout, prepared)

    assert before == {path: path.read_bytes() for path in layout.secrets.iterdir()}
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in before}
    given = Path(str(prepared.authorities())).read_bytes()
    assert b"PRIVATE" not in given and convinces(certificates.keystore(layout).read_bytes(), x509.load_pem_x509_certificate(given))


@pytest.mark.parametrize(("days", "renewed"), [(29, True), (31, False)])
def test_a_certificate_is_renewed_in_its_last_thirty_days(layout: Layout, prepared: Settings, days: int, renewed: bool):
    """By the next `run up`; the authority stays."""
    file, ca = certificates.keystore(layout), Path(str(prepared.authorities())).read_bytes()
    file.write_bytes(authority.read((layout.secrets / "authority.pem").read_bytes()).server(timedelta(days=days)))
    before = file.read_bytes()

    certificates.prepare(layout, prepared)

    assert renewed == (before != file.read_bytes())
    assert ca == Path(str(prepared.authorities())).read_bytes()


def test_a_change_of_authority_that_was_broken_off_is_finished_with_the_same_one(layout: Layout, prepared: Settings, monkeypatch: pytest.MonkeyPatch):
    """Agencies are given a new file only when the broker shows what it names."""
    monkeypatch.setattr(certificates, "take_up", lambda *_: (_ for _ in ()).throw(CannotRun("killed here")))
    ca = Path(str(prepared.authorities()))
    first = ca.read_bytes()
    with pytest.raises(CannotRun):
        certificates.renew(layout, prepared, with_authority=True)
    assert first == ca.read_bytes()
    coming = _authority(layout, "authority.next.pem")

    monkeypatch.setattr(certificates, "take_up", lambda *_: None)
    certificates.renew(layout, prepared, with_authority=True)

    assert coming.certificate == _authority(layout, "authority.pem").certificate == x509.load_pem_x509_certificate(ca.read_bytes())
    assert not (layout.secrets / "authority.next.pem").exists()


def test_an_authority_of_somebody_elses_is_left_alone(layout: Layout, prepared: Settings):
    """Nothing of ours is written; what is missing is told."""
    theirs = replace(prepared, ca="town.pem")
    before = certificates.keystore(layout).read_bytes()
    certificates.prepare(layout, theirs)
    assert before == certificates.keystore(layout).read_bytes()

    certificates.keystore(layout).unlink()
    with pytest.raises(CannotRun, match="'ca'"):
        certificates.prepare(layout, theirs)
    with pytest.raises(CannotRun, match="'ca'"):
        certificates.renew(layout, theirs, with_authority=False)


def test_an_installation_of_before_goes_on_without(layout: Layout):
    """SASL_PLAINTEXT on loopback: no certificate is needed, and none is asked for."""
    (layout.secrets / "controller.password").write_text("x")
    text = (layout.home / settings.FILE_NAME).read_text("utf-8")
    lines = [line for line in text.replace('"SASL_SSL"', '"SASL_PLAINTEXT"').splitlines() if not line.startswith("ca ")]
    (layout.home / settings.FILE_NAME).write_text("\n".join(lines), "utf-8")
    found = settings.load(layout.home)

    assert "AGENCY:SASL_PLAINTEXT" in kafka._filled(layout, found) and "ssl" not in kafka._filled(layout, found)
    assert "ssl.ca.location" not in found.account("admin") and found.authorities() is None


def test_a_missing_authority_is_told_by_its_setting(layout: Layout):
    """Before any client tries."""
    with pytest.raises(SettingsMissing, match="'ca'"):
        settings.load(layout.home).account("admin")


def _authority(layout: Layout, name: str) -> Authority:
    return authority.read((layout.secrets / name).read_bytes())
