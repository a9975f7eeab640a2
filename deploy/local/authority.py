"""Authority (認証局): a small one of the installation's own. Keys and certificates are made here; nothing is written or asked."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .ports import HOST

AUTHORITY_LASTS, SERVER_LASTS = timedelta(days=3652), timedelta(days=397)
CLIENT_LASTS = timedelta(days=365)
AGENCY = "agency-"
"""How the account of an agency begins; no other account may be shown by a certificate."""
AGO = timedelta(hours=1)
"""Clocks differ: a certificate is valid from a little before it was made."""
_PEM = serialization.Encoding.PEM
_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
    "encipher_only", "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs. ``crossed``: its certificate as signed by the authority before it; ``before``: that one's own."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    crossed: x509.Certificate | None = None
    before: x509.Certificate | None = None

    @property
    def trusted(self) -> list[x509.Certificate]:
        """Itself, and the one before."""
        return [self.certificate, *([self.before] if self.before else [])]

    def server(self, lasts: timedelta = SERVER_LASTS, names: Sequence[str] = ()) -> bytes:
        """PEM of a new key for the broker, its certificate, and, while the authority before lasts, what leads those who trust that one to it.

        ``names``: under which it is reached beside loopback.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        own = _signed(_name("Tsunagu Kafka"), key, self.certificate.subject, self.key, min(now() + lasts, self.certificate.not_valid_after_utc), _of_a_server(names))
        behind = [self.crossed] if self.crossed and self.crossed.not_valid_after_utc > now() else []
        return _key(key) + certificates([own, *behind])

    def client(self, principal: str, lasts: timedelta = CLIENT_LASTS) -> bytes:
        """PEM of a new key and its certificate, by which an agency is known as ``principal``; never longer than this authority lasts.

        Raises ValueError for an account that is no agency's.
        """
        if not principal.startswith(AGENCY):
            raise ValueError(f"the account {principal} is no agency's: it shows its password")
        key = ec.generate_private_key(ec.SECP256R1())
        end = min(now() + lasts, self.certificate.not_valid_after_utc)
        return _key(key) + certificates([_signed(_name(principal), key, self.certificate.subject, self.key, end, _of_a_client())])

    def pem(self) -> bytes:
        """Key and certificates, as ``read`` reads them."""
        return _key(self.key) + certificates([each for each in (self.certificate, self.crossed, self.before) if each])


def new(municipality: str, before: Authority | None = None) -> Authority:
    """Another authority, which the one ``before`` vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Tsunagu {municipality} {now():%Y-%m-%d} {secrets.token_hex(4)}")
    end = now() + AUTHORITY_LASTS
    own = _signed(name, key, name, key, end, _of_an_authority())
    if before is None:
        return Authority(key, own)
    crossed = _signed(name, key, before.certificate.subject, before.key, min(end, before.certificate.not_valid_after_utc), _of_an_authority())
    return Authority(key, own, crossed, before.certificate)


def read(pem: bytes) -> Authority:
    """What ``pem`` has written. Raises ValueError, TypeError."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("another kind of key")
    return Authority(key, *x509.load_pem_x509_certificates(pem))


def certificates(those: list[x509.Certificate]) -> bytes:
    """PEM of certificates, one after the other."""
    return b"".join(each.public_bytes(_PEM) for each in those)


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


def _signed(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, signer: ec.EllipticCurvePrivateKey, end: datetime,
    more: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        subject_name=subject, issuer_name=issuer, public_key=key.public_key(), serial_number=x509.random_serial_number(),
        not_valid_before=now() - AGO, not_valid_after=end,
    )
    named = [(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False), (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)]
    for extension, critical in (*named, *more):
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, hashes.SHA256())


def _of_an_authority() -> list[tuple[x509.ExtensionType, bool]]:
    return [(x509.BasicConstraints(ca=True, path_length=None), True), (_use("key_cert_sign", "crl_sign"), True)]


def _reached(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _of_a_server(names: Sequence[str]) -> list[tuple[x509.ExtensionType, bool]]:
    known = x509.SubjectAlternativeName([_reached(each) for each in dict.fromkeys((HOST, "localhost", *names))])
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True), (_use("digital_signature"), True), (known, False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
    ]


def _of_a_client() -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True), (_use("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
    ]


def _use(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in wanted for name in _USES})


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
