"""Certificates (証明書): when those end by which the broker is known. Whoever must be told in time asks here."""

from __future__ import annotations

import socket
import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509

from kernel.settings import Settings, SettingsWrong

AUTHORITY, BROKER = "ca", "kafka"
AGENCIES = "agency-*.pem"
TIMEOUT_S = 3.0
SOON_DAYS = 30
"""A certificate that ends sooner is told of, and renewed."""


def certificates(settings: Settings) -> dict[str, datetime]:
    """When each certificate ends (UTC), by name; none where nothing is encrypted. Raises SettingsMissing.

    ``ca``: the last of the authorities in the file that clients trust. ``kafka``: the one that the broker shows at this moment, which is
    what counts, whatever lies in a file; left out while the broker does not answer. Waits up to three seconds for it. ``agency-ID``: the one
    that was last issued to an agency.
    """
    if not settings.certificate_at:
        return {}
    file, found = settings.authorities() or _file(settings), shown(settings.certificate_at)
    ends = {AUTHORITY: max(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(Path(file).read_bytes()))} if file else {}
    return {**ends, **({BROKER: found.not_valid_after_utc} if found else {}), **_of_agencies(settings)}


def _file(settings: Settings) -> Path | None:
    """What agencies trust, where we ourselves come in unencrypted; None where it is not here."""
    return settings.home / settings.ca if settings.ca and (settings.home / settings.ca).is_file() else None


def of_agency(settings: Settings, principal: str) -> Path:
    """The file with the key and certificate that were last issued to an agency's account."""
    return settings.home / "secrets" / f"{principal}.pem"


def _of_agencies(settings: Settings) -> dict[str, datetime]:
    ends = {}
    for path in sorted((settings.home / "secrets").glob(AGENCIES)):
        try:
            ends[path.stem] = x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
        except (OSError, ValueError) as error:
            raise SettingsWrong(f"{path} does not hold the certificate of an agency; issue another, or remove the file") from error
    return ends


def shown(address: str) -> x509.Certificate | None:
    """The certificate that the broker shows now at this address, whether it is to be trusted or not; None when it does not answer over TLS."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), TIMEOUT_S) as plain, context.wrap_socket(plain, server_hostname=host) as connection:
            return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return None
