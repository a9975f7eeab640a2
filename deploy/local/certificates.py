"""Certificates (証明書): the files of the installation's own authority, and how the running broker comes to show another certificate.

Private to us: ``authority.pem`` (the authority's key, its certificate and, after a change of authority, that certificate signed by the one
before, and the one before) and ``kafka.pem`` (the broker's key and what it shows). Given to agencies: ``ca.pem``, and to one that shows a
certificate instead of a password its own ``agency-ID.pem`` (key and certificate). Each file is replaced as a whole. The broker shows the new
authority as signed by the old one, so that whoever trusts either of them is let in.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from kernel.certificates import SOON_DAYS, of_agency, shown
from kernel.settings import FILE_NAME, Settings, where

from . import authority
from .authority import Authority
from .layout import CannotRun, Layout
from .passing import patiently

OURS = "secrets/ca.pem"
"""The setting ``ca`` of an installation whose authority is its own."""
RENEWED_BEFORE = timedelta(days=SOON_DAYS)
TAKEN_UP_WITHIN_S, PAUSE_S, OFTEN = 120.0, 0.02, 6


def keystore(layout: Layout) -> Path:
    """The broker's key and what it shows."""
    return layout.secrets / "kafka.pem"


def trusted(layout: Layout) -> Path:
    """Whom the broker trusts, itself included."""
    return layout.secrets / "kafka.trusted.pem"


def prepare(layout: Layout, settings: Settings) -> None:
    """Authority and broker's certificate, where they are not there or end soon. One of somebody else's making is left alone. Raises CannotRun."""
    if settings.mtls:
        _check_issuing(settings)
    if settings.ca != OURS:
        if not keystore(layout).exists():
            raise CannotRun(f"setting 'ca' in {FILE_NAME} names an authority of your own: put the broker's key and certificate into {keystore(layout)}, "
                            f"and the authority's certificate into {trusted(layout)}")
        return
    make(layout, settings.municipality)


def make(layout: Layout, town: str, names: Sequence[str] = ()) -> None:
    """An authority named after the town, and a certificate for the broker, under ``names`` too, where they are not there or end soon. Raises CannotRun."""
    if not _file(layout).exists():
        _replace(_file(layout), authority.new(town).pem())
    signer = _read(_file(layout))
    _replace_if_other(layout.home / OURS, authority.certificates([signer.certificate]))
    if _due(layout, names):
        _write(layout, signer, names)


def renew(layout: Layout, settings: Settings, *, with_authority: bool) -> None:
    """Another certificate for the running broker, or another authority too. What was broken off is finished by the same call. Raises CannotRun.

    The file for agencies changes when the broker shows what it names; the old one stays good for as long as the old authority lasts.
    """
    if settings.ca != OURS:
        raise CannotRun(f"the broker's certificate is not of our making (setting 'ca' in {FILE_NAME}); renew it where it was made")
    coming = _file(layout).with_name("authority.next.pem")
    if with_authority and not coming.exists():
        _replace(coming, authority.new(settings.municipality, _read(_file(layout))).pem())
    signer = _read(coming if coming.exists() else _file(layout))
    _write(layout, signer)
    take_up(layout, settings)
    _replace_if_other(layout.home / OURS, authority.certificates([signer.certificate]))
    if coming.exists():
        coming.replace(_file(layout))


def issue(layout: Layout, settings: Settings, principal: str, lasts: timedelta) -> datetime:
    """A new key and certificate of an agency in its file; when it ends (UTC). One that it has stays good until its own end.

    Raises CannotRun, and ValueError for an account that is no agency's.
    """
    _check_issuing(settings)
    pem = _read(_file(layout)).client(principal, lasts)
    _replace(of_agency(settings, principal), pem)
    return x509.load_pem_x509_certificates(pem)[0].not_valid_after_utc


def forget(settings: Settings, principal: str) -> bool:
    """Remove the file with an agency's key and certificate; whether it was there. What the agency has in its hands stays what it is."""
    there = of_agency(settings, principal).exists()
    of_agency(settings, principal).unlink(missing_ok=True)
    return there


def _check_issuing(settings: Settings) -> None:
    if settings.kafka_external or settings.security_protocol != "SASL_SSL" or settings.ca != OURS:
        raise CannotRun(f"setting kafka.mtls ({where(settings.home, 'kafka.mtls')}) needs a broker that is started here, security_protocol = \"SASL_SSL\" "
                        f"and the authority of this installation, ca = \"{OURS}\": whoever may sign for that listener says who is which agency")


def take_up(layout: Layout, settings: Settings) -> None:
    """Have the running broker show what lies in its file, without a restart; connections that are open stay so. Raises CannotRun."""
    wanted = x509.load_pem_x509_certificates(keystore(layout).read_bytes())[0]
    addresses = [settings.bootstrap, *([settings.mtls] if settings.mtls else [])]
    if all(shown(address) == wanted for address in addresses):
        return
    _have_read_anew(layout, settings)
    for address in addresses:
        _wait_until_shown(address, wanted)


def _wait_until_shown(address: str, wanted: x509.Certificate) -> None:
    deadline, times = time.monotonic() + TAKEN_UP_WITHIN_S, 0
    while times < OFTEN:  # each of the broker's network threads takes it up for itself
        times = times + 1 if shown(address) == wanted else 0
        if time.monotonic() > deadline:
            raise CannotRun(f"the broker does not show its new certificate at {address} (a listener that is new in {FILE_NAME} begins with the broker: "
                            "tsunagu run down, then tsunagu run up); see: tsunagu run logs kafka")
        time.sleep(PAUSE_S)


def _have_read_anew(layout: Layout, settings: Settings) -> None:
    """Whatever is said about a store of one broker lets it read the file again (KAFKA-14136); that nothing is said beside its own settings, leaves nothing behind."""
    from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

    from .kafka import NODE

    admin = AdminClient(settings.account("admin"))
    resource = ConfigResource(ConfigResource.Type.BROKER, NODE)
    for name, path in (("keystore", keystore(layout)), ("truststore", trusted(layout))):
        entry = ConfigEntry(f"listener.name.agency.ssl.{name}.location", str(path), incremental_operation=AlterConfigOpType.DELETE)
        resource.add_incremental_config(entry)
    patiently(lambda: [done.result(TAKEN_UP_WITHIN_S) for done in admin.incremental_alter_configs([resource]).values()], TAKEN_UP_WITHIN_S)


def _write(layout: Layout, signer: Authority, names: Sequence[str] = ()) -> None:
    """Whom the broker trusts first: it takes no certificate that it does not trust itself."""
    _replace(trusted(layout), authority.certificates(signer.trusted))
    _replace(keystore(layout), signer.server(names=names))


def _due(layout: Layout, names: Sequence[str] = ()) -> bool:
    if not (keystore(layout).exists() and trusted(layout).exists()):
        return True
    own = x509.load_pem_x509_certificates(keystore(layout).read_bytes())[0]
    known = {str(each.value) for each in own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value}
    return own.not_valid_after_utc - authority.now() < RENEWED_BEFORE or not set(names) <= known


def _file(layout: Layout) -> Path:
    return layout.secrets / "authority.pem"


def _read(path: Path) -> Authority:
    try:
        return authority.read(path.read_bytes())
    except (ValueError, TypeError) as error:
        raise CannotRun(f"{path} does not hold an authority of ours ({error}); put back the file as it was") from error


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
