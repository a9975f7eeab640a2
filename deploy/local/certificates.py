"""Certificates (証明書): a small authority of the installation's own, and the broker's certificate, which it signs.

Private to us: ``authority.pem`` (the authority's key, its certificate and, after a change of authority, that certificate signed by the one
before, and the one before) and ``kafka.pem`` (the broker's key and what it shows). Given to agencies: ``ca.pem``. Each file is
replaced as a whole. The broker shows the new authority as signed by the old one, so that whoever trusts either of them is let in.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kernel.certificates import shown
from kernel.settings import FILE_NAME, Settings

from .layout import CannotRun, Layout
from .ports import HOST

OURS = "secrets/ca.pem"
"""The setting ``ca`` of an installation whose authority is its own."""
AUTHORITY_LASTS, SERVER_LASTS = timedelta(days=3652), timedelta(days=397)
RENEWED_BEFORE = timedelta(days=30)
AGO = timedelta(hours=1)
"""Clocks differ: a certificate is valid from a little before it was made."""
TAKEN_UP_WITHIN_S, PAUSE_S, OFTEN = 15.0, 0.02, 6
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs. ``crossed``: its certificate as signed by the authority before it; ``before``: that one's own."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    crossed: x509.Certificate | None = None
    before: x509.Certificate | None = None

    @property
    def chain(self) -> list[x509.Certificate]:
        """What the broker shows behind its own certificate: for those who trust the authority before, for as long as that one lasts."""
        return [self.crossed] if self.crossed and self.crossed.not_valid_after_utc > _now() else []

    @property
    def trusted(self) -> list[x509.Certificate]:
        """Itself, and the one before."""
        return [self.certificate, *([self.before] if self.before else [])]


def keystore(layout: Layout) -> Path:
    """The broker's key and what it shows."""
    return layout.secrets / "kafka.pem"


def trusted(layout: Layout) -> Path:
    """Whom the broker trusts, itself included."""
    return layout.secrets / "kafka.trusted.pem"


def prepare(layout: Layout, settings: Settings) -> None:
    """Authority and broker's certificate, where they are not there or end soon. One of somebody else's making is left alone. Raises CannotRun."""
    if settings.ca != OURS:
        if not keystore(layout).exists():
            raise CannotRun(f"setting 'ca' in {FILE_NAME} names an authority of your own: put the broker's key and certificate into {keystore(layout)}, "
                            f"and the authority's certificate into {trusted(layout)}")
        return
    if not _file(layout).exists():
        _replace(_file(layout), _pem(_new_authority(settings)))
    authority = _read(_file(layout))
    _replace_if_other(layout.home / OURS, _certificates([authority.certificate]))
    if _due(layout, authority):
        _write_server(layout, authority)


def renew(layout: Layout, settings: Settings, *, with_authority: bool) -> None:
    """Another certificate for the running broker, or another authority too. What was broken off is finished by the same call. Raises CannotRun.

    The file for agencies changes when the broker shows what it names; the old one stays good for as long as the old authority lasts.
    """
    if settings.ca != OURS:
        raise CannotRun(f"the broker's certificate is not of our making (setting 'ca' in {FILE_NAME}); renew it where it was made")
    coming = _file(layout).with_name("authority.next.pem")
    if with_authority and not coming.exists():
        _replace(coming, _pem(_new_authority(settings, _read(_file(layout)))))
    authority = _read(coming if coming.exists() else _file(layout))
    _write_server(layout, authority)
    take_up(layout, settings)
    _replace_if_other(layout.home / OURS, _certificates([authority.certificate]))
    if coming.exists():
        coming.replace(_file(layout))


def take_up(layout: Layout, settings: Settings) -> None:
    """Have the running broker show what lies in its file, without a restart; connections that are open stay so. Raises CannotRun."""
    wanted = x509.load_pem_x509_certificates(keystore(layout).read_bytes())[0]
    if shown(settings) == wanted:
        return
    _read_anew(layout, settings)
    deadline, times = time.monotonic() + TAKEN_UP_WITHIN_S, 0
    while times < OFTEN:  # each of the broker's network threads takes it up for itself
        times = times + 1 if shown(settings) == wanted else 0
        if time.monotonic() > deadline:
            raise CannotRun(f"the broker at {settings.bootstrap} does not show its new certificate; see: tsunagu run logs kafka")
        time.sleep(PAUSE_S)


def _read_anew(layout: Layout, settings: Settings) -> None:
    from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

    stores = {"keystore": keystore(layout), "truststore": trusted(layout)}
    admin = AdminClient(settings.account("admin"))
    resource = ConfigResource(ConfigResource.Type.BROKER, "1")
    for name, path in stores.items():
        resource.add_incremental_config(ConfigEntry(f"listener.name.agency.ssl.{name}.location", str(path), incremental_operation=AlterConfigOpType.DELETE))
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(TAKEN_UP_WITHIN_S)


# --- making

def _new_authority(settings: Settings, before: Authority | None = None) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Tsunagu {settings.municipality} {_now():%Y-%m-%d} {secrets.token_hex(4)}")
    own = _signed(name, key, name, key, AUTHORITY_LASTS, _now() + AUTHORITY_LASTS, authority=True)
    if before is None:
        return Authority(key, own)
    end = before.certificate.not_valid_after_utc
    crossed = _signed(name, key, before.certificate.subject, before.key, AUTHORITY_LASTS, end, authority=True)
    return Authority(key, own, crossed, before.certificate)


def _write_server(layout: Layout, authority: Authority) -> None:
    """The broker's new key and certificate, and before it whom it trusts: it takes no certificate that it does not trust itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = authority.certificate
    own = _signed(_name("Tsunagu Kafka"), key, signer.subject, authority.key, SERVER_LASTS, signer.not_valid_after_utc, authority=False)
    _replace(trusted(layout), _certificates(authority.trusted))
    _replace(keystore(layout), _key(key) + _certificates([own, *authority.chain]))


def _signed(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, signer: ec.EllipticCurvePrivateKey, lasts: timedelta, at_most: datetime,
    *, authority: bool,
) -> x509.Certificate:
    usage = dict.fromkeys((
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
        "encipher_only", "decipher_only",
    ), False) | ({"key_cert_sign": True, "crl_sign": True} if authority else {"digital_signature": True})
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key(), serial_number=x509.random_serial_number())
        .not_valid_before(_now() - AGO).not_valid_after(min(_now() + lasts, at_most))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not authority:
        names = [x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _due(layout: Layout, authority: Authority) -> bool:
    if not (keystore(layout).exists() and trusted(layout).exists()):
        return True
    own = x509.load_pem_x509_certificates(keystore(layout).read_bytes())[0]
    return own.not_valid_after_utc - _now() < RENEWED_BEFORE


def _now() -> datetime:
    return datetime.now(UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


# --- files

def _file(layout: Layout) -> Path:
    return layout.secrets / "authority.pem"


def _read(path: Path) -> Authority:
    text = path.read_bytes()
    key = serialization.load_pem_private_key(text, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Authority(key, *x509.load_pem_x509_certificates(text))


def _pem(authority: Authority) -> bytes:
    there = (authority.certificate, authority.crossed, authority.before)
    return _key(authority.key) + _certificates([each for each in there if each])


def _key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _certificates(those: list[x509.Certificate]) -> bytes:
    return b"".join(each.public_bytes(_PEM) for each in those)


def _replace_if_other(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    """Readable by its owner alone; whole or not at all, whenever this is broken off."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
