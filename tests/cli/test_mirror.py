"""What a town sends to its prefecture: by which account, and how a copy is told from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import mirror


@pytest.mark.parametrize(("lines", "password", "mechanism"), [
    ("secret\n", "secret", "SCRAM-SHA-512"), ("secret\nSCRAM-SHA-256\n", "secret", "SCRAM-SHA-256"), ("", "", "SCRAM-SHA-512"),
])
def test_a_town_comes_by_its_own_account_over_tls(lines: str, password: str, mechanism: str, tmp_path: Path):
    """With the file as the prefecture has made it, also after a rotation; and with its authority, where the machine does not trust it already."""
    file = tmp_path / "given"
    file.write_text(lines, "utf-8")
    found = mirror.options("990019", "kafka.example:9093", file, tmp_path / "ca.pem")

    assert ("mirror-990019", password, mechanism, "SASL_SSL", str(tmp_path / "ca.pem")) == tuple(
        found[name] for name in ("sasl.username", "sasl.password", "sasl.mechanism", "security.protocol", "ssl.ca.location"))
    assert "ssl.ca.location" not in mirror.options("990019", "kafka.example:9093", file, None)
