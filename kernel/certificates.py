"""Certificates (証明書): when those end by which the broker is known. Whoever must be told in time asks here."""

from __future__ import annotations

import socket
import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509

from kernel.settings import Settings

AUTHORITY, BROKER = "ca", "kafka"
TIMEOUT_S = 3.0
SOON_DAYS = 30
"""A certificate that ends sooner is told of, and renewed."""


def certificates(settings: Settings) -> dict[str, datetime]:
    """When each certificate ends (UTC), by name; none where nothing is encrypted. Raises SettingsMissing.

    ``ca``: the last of the authorities in the file that clients trust. ``kafka``: the one that the broker shows at this moment, which is
    what counts, whatever lies in a file; left out while the broker does not answer. Waits up to three seconds for it.
    """
    if not settings.certificate_at:
        return {}
    file, found = settings.authorities() or _file(settings), shown(settings)
    ends = {AUTHORITY: max(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(Path(file).read_bytes()))} if file else {}
    return {**ends, **({BROKER: found.not_valid_after_utc} if found else {})}


def _file(settings: Settings) -> Path | None:
    """What agencies trust, where we ourselves come in unencrypted; None where it is not here."""
    return settings.home / settings.ca if settings.ca and (settings.home / settings.ca).is_file() else None


def shown(settings: Settings) -> x509.Certificate | None:
    """The certificate that the broker shows now, whether it is to be trusted or not; None when it does not answer over TLS."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, _, port = settings.certificate_at.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), TIMEOUT_S) as plain, context.wrap_socket(plain, server_hostname=host) as connection:
            return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return None
