"""`tsunagu deploy secrets`: what cannot be a host's name is told before anything is made, and an empty secret is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from cryptography import x509
from typer.testing import CliRunner

from cli.deploy.secrets import is_host
from cli.main import command


def secrets(folder: Path, *words: str) -> Result:
    """Ask for the secrets of a town in this folder."""
    return CliRunner().invoke(command(["deploy"]), ["deploy", "secrets", str(folder), *words], catch_exceptions=False)


@pytest.mark.parametrize("name", ["kafka", "kafka.town.example.lg.jp", "10.0.0.5", "2001:db8::1", "xn--p8j9a0d.example"])
def test_what_a_broker_is_reached_by_is_taken(name: str):
    """A host's name or an address."""
    assert is_host(name)


@pytest.mark.parametrize("name", ["a'b", "x\ny", "*", "*.example.jp", "a" * 64, ".".join(["a" * 60] * 5), "ひなた", "-a", "a.", "a b", "kafka:9092"])
def test_what_no_broker_is_reached_by_is_wrong_usage(tmp_path: Path, name: str):
    """Least of all a certificate for any name; nothing is made."""
    done = secrets(tmp_path / "town", "--name", name)

    assert (2, "") == (done.exit_code, done.stdout)
    assert "--name" in done.stderr
    assert not (tmp_path / "town").exists()


@pytest.mark.parametrize("name", ["kek", "admin.password"])
def test_an_empty_secret_is_told(tmp_path: Path, name: str):
    """Before a town starts with it."""
    assert 0 == secrets(tmp_path).exit_code
    (tmp_path / "secrets" / name).write_bytes(b"\n")
    done = secrets(tmp_path)

    assert (2, 1) == (done.exit_code, len(done.stderr.splitlines()))
    assert f"secret file {tmp_path / 'secrets' / name} is empty" in done.stderr


def test_an_address_stands_in_the_certificate_as_an_address(tmp_path: Path):
    """A client looks for it there; asked for again, nothing is made anew."""
    assert 0 == secrets(tmp_path, "--name", "10.0.0.5", "--name", "kafka.example").exit_code
    shown = (tmp_path / "secrets" / "kafka.pem").read_bytes()
    known = x509.load_pem_x509_certificates(shown)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert "10.0.0.5" in map(str, known.get_values_for_type(x509.IPAddress)) and "kafka.example" in known.get_values_for_type(x509.DNSName)
    assert 0 == secrets(tmp_path, "--name", "10.0.0.5", "--name", "kafka.example").exit_code
    assert shown == (tmp_path / "secrets" / "kafka.pem").read_bytes()
