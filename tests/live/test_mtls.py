"""Agencies that show a certificate instead of a password: the same rights, under the same name; nobody else comes in that way."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import agency, observer
from deploy.local import authority
from deploy.local.authority import Authority
from kernel.topics import Topics
from tests.docs.printed import programs
from tests.installation import Broker
from tests.live.certified import account, is_let_in, read, written

SCHEMAS = Path(__file__).resolve().parents[2] / "contracts" / "schemas.json"
AGENCY, OTHER = "school", "elder"


@pytest.fixture
def pem(stack: Broker, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The agency's key and certificate, as the command issues them."""
    monkeypatch.setenv("TSUNAGU_HOME", str(stack.settings.home))
    return issued(stack, AGENCY)


def issued(stack: Broker, name: str) -> Path:
    """The file, after the command."""
    done = CliRunner().invoke(agency.app, ("certificate", name))
    assert 0 == done.exit_code, (done.output, done.exception)
    return stack.settings.home / "secrets" / f"agency-{name}.pem"


def test_an_agency_publishes_and_reads_by_its_certificate(stack: Broker, pem: Path, tmp_path: Path):
    """The programs of docs/agencies.md, with the account that the page prints for a certificate: two events, and the gate's verdict."""
    texts = programs("python")
    texts["agency.py"], changed = re.subn(r"(?s)PASSWORD, .*?\n}\n", "from account import ACCOUNT\n", texts["agency.py"])
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    environment = {
        "PATH": os.environ["PATH"], "PYTHONUTF8": "1", "TSUNAGU_BOOTSTRAP": stack.settings.mtls, "TSUNAGU_CA": str(stack.settings.authorities()),
        "TSUNAGU_CERTIFICATE": str(pem), "TSUNAGU_MUNICIPALITY": stack.settings.municipality, "TSUNAGU_AGENCY": AGENCY, "TSUNAGU_SCHEMAS": str(SCHEMAS),
    }

    done = subprocess.run([sys.executable, "first_event.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120)

    assert (1, 0) == (changed, done.returncode), done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("accepted; the verdict is ")


def test_nobody_comes_in_without_a_certificate_of_ours_that_names_an_agency(stack: Broker, pem: Path, tmp_path: Path):
    """None; a foreign authority's; one that has ended; the broker's own; one of our authority that names the administrator, which no command issues."""
    secrets = stack.settings.home / "secrets"
    ours = authority.read((secrets / "authority.pem").read_bytes())
    forged = {
        "foreign": authority.new(stack.settings.municipality).client(f"agency-{AGENCY}"),
        "ended": ours.client(f"agency-{AGENCY}", timedelta(minutes=-1)),
        "admin": naming(ours, "admin"),
        "both": naming(ours, f"agency-{AGENCY}, CN=admin"),
    }
    for name, content in forged.items():
        (tmp_path / name).write_bytes(content)

    (tmp_path / "as issued").write_bytes(naming(ours, f"agency-{AGENCY}"))

    assert [True, True] == [is_let_in(account(stack.settings, each)) for each in (pem, tmp_path / "as issued")]
    shown = {name: is_let_in(account(stack.settings, tmp_path / name)) for name in forged}
    shown |= {"none": is_let_in(account(stack.settings, None)), "broker": is_let_in(account(stack.settings, secrets / "kafka.pem"))}
    assert dict.fromkeys((*forged, "none", "broker"), False) == shown


def naming(signer: Authority, subject: str) -> bytes:
    """A key, and a certificate for clients of any subject."""
    key = authority.ec.generate_private_key(authority.ec.SECP256R1())
    end = authority.now() + timedelta(days=1)
    found = authority._signed(authority._name(subject), key, signer.certificate.subject, signer.key, end, authority._of_a_client())
    return authority._key(key) + authority.certificates([found])


def test_a_certificate_opens_what_its_agency_may_and_nothing_else(stack: Broker, pem: Path):
    """The same rights as by the password: its outbox, its inbox, its groups."""
    topics, shown = Topics(stack.settings.municipality), account(stack.settings, pem)
    group, denied = f"{topics.group(f'agency-{AGENCY}')}certified", "TOPIC_AUTHORIZATION_FAILED"

    assert ("", "") == (written(shown, AGENCY, topics.outbox(AGENCY)), read(shown, topics.agency_inbox(AGENCY), group))
    assert (denied, denied) == (written(shown, AGENCY, topics.outbox(OTHER)), read(shown, topics.agency_inbox(OTHER), group))
    assert (denied, denied) == (written(shown, AGENCY, topics.agency_inbox(AGENCY)), read(shown, topics.log("consent"), group))


def test_a_certificate_is_renewed_while_the_old_one_stays_good(stack: Broker, pem: Path, tmp_path: Path):
    """Its end is told to whoever watches; no certificate is issued for an account of ours."""
    old = Path(shutil.copy(pem, tmp_path))

    assert old.read_bytes() != issued(stack, AGENCY).read_bytes() and 0o600 == stat.S_IMODE(pem.stat().st_mode)
    assert (True, True) == (is_let_in(account(stack.settings, old)), is_let_in(account(stack.settings, pem)))
    assert timedelta(days=364) < timedelta(seconds=observer.certificates()[f"agency-{AGENCY}"] - authority.now().timestamp()) < timedelta(days=366)

    refused = CliRunner().invoke(agency.app, ("certificate", "consent"))
    assert 1 == refused.exit_code and "AGENCY_UNKNOWN" in refused.output
    assert not (pem.parent / "consent.pem").exists()
