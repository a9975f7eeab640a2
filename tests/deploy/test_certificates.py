"""The installation's own authority: what a first start makes, what a later one renews, and whom the broker's certificate convinces."""

from __future__ import annotations

import ipaddress
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from deploy.local import authority, certificates, first_start, kafka
from deploy.local.authority import Authority
from deploy.local.layout import CannotRun, Layout
from kernel import settings
from kernel.certificates import certificates as ends
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


def test_a_certificate_of_an_agency_names_its_account_and_serves_nothing_else(layout: Layout, prepared: Settings):
    """Key and certificate in one file for its owner alone; signed by our authority, for clients, for as long as was asked."""
    end = certificates.issue(layout, prepared, "agency-elder", timedelta(days=30))

    found = x509.load_pem_x509_certificate((file := layout.secrets / "agency-elder.pem").read_bytes())
    found.verify_directly_issued_by(_authority(layout, "authority.pem").certificate)
    assert ("CN=agency-elder", end) == (found.subject.rfc4514_string(), found.not_valid_after_utc)
    assert timedelta(days=29, hours=23) < end - authority.now() <= timedelta(days=30)
    assert [ExtendedKeyUsageOID.CLIENT_AUTH] == [*found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value]
    assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert found.public_key() == serialization.load_pem_private_key(file.read_bytes(), None).public_key()


def test_a_certificate_of_an_agency_is_listed_until_it_is_forgotten(layout: Layout, prepared: Settings):
    """The one issued last; a file that holds none is told."""
    certificates.issue(layout, prepared, "agency-elder", timedelta(days=30))
    end = certificates.issue(layout, prepared, "agency-elder", timedelta(days=60))

    assert end == ends(prepared)["agency-elder"]
    assert [True, False] == [certificates.forget(prepared, "agency-elder") for _ in range(2)]
    assert {"ca"} == ends(prepared).keys()
    (layout.secrets / "agency-elder.pem").touch()
    with pytest.raises(SettingsMissing, match="agency-elder.pem"):
        ends(prepared)


@pytest.mark.parametrize("account", ["admin", "controller", "consent", "registry", "Agency-elder"])
def test_no_account_but_an_agencys_is_shown_by_a_certificate(layout: Layout, prepared: Settings, account: str):
    """Ours show passwords."""
    with pytest.raises(ValueError, match=account):
        certificates.issue(layout, prepared, account, timedelta(days=1))
    assert not (layout.secrets / f"{account}.pem").exists()


def test_a_certificate_of_an_agency_outlasts_one_change_of_authority_and_no_authority():
    """By the second change, whatever the first authority signed opens nothing: so all of them are taken back at once."""
    second = authority.new(TOWN, first := authority.new(TOWN))
    third = authority.new(TOWN, second)
    found = x509.load_pem_x509_certificate(first.client("agency-elder", timedelta(days=36_500)))

    assert found.not_valid_after_utc == first.certificate.not_valid_after_utc
    assert first.certificate in second.trusted and first.certificate not in third.trusted


@pytest.mark.parametrize("other", [{"ca": "town.pem"}, {"ca": ""}, {"kafka_external": True}, {"security_protocol": "SASL_PLAINTEXT"}, {"security_protocol": "SSL"}])
def test_certificates_of_agencies_are_only_taken_where_nobody_else_signs(layout: Layout, prepared: Settings, other: dict[str, Any]):
    """Whoever may sign says who is which agency. The listener is refused before anything starts."""
    wrong = replace(prepared, mtls="127.0.0.1:9094", **other)
    with pytest.raises(CannotRun, match="kafka.mtls"):
        certificates.prepare(layout, wrong)
    with pytest.raises(CannotRun, match="kafka.mtls"):
        certificates.issue(layout, wrong, "agency-elder", timedelta(days=1))
    certificates.prepare(layout, replace(prepared, mtls="127.0.0.1:9094"))


def test_a_missing_authority_is_told_by_its_setting(layout: Layout):
    """Before any client tries."""
    with pytest.raises(SettingsMissing, match="'ca'"):
        settings.load(layout.home).account("admin")


def _authority(layout: Layout, name: str) -> Authority:
    return authority.read((layout.secrets / name).read_bytes())
