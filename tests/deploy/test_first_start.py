"""A first start chooses ports and makes credentials; every later start leaves them alone."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.first_start import prepare, write_secret
from deploy.local.layout import Layout
from kernel import settings
from services.reporting.app import logs_read


def test_settings_can_be_read_right_after_the_first_start(tmp_path: Path):
    """The commented template is a valid settings file."""
    prepare(Layout(tmp_path), ("admin",))

    found = settings.load(tmp_path)

    assert (found.municipality, found.partitions, found.agency_partitions) == ("990019", 12, 1)
    assert set(found.http_ports) == {"intake", "coordination", "participation", "consent", "reporting", "api", "observer", "verifier"}
    assert len(found.kek()) == 32


def test_a_second_start_changes_nothing(tmp_path: Path):
    """What is there is the user's: settings may have been edited, a password may be an external cluster's."""
    prepare(Layout(tmp_path), ("admin",))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    prepare(Layout(tmp_path), ("admin",))

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_credentials_are_readable_by_their_owner_alone(tmp_path: Path):
    """Folders 0700, files 0600, every password another one."""
    prepare(Layout(tmp_path), ("admin", "intake"))

    files = list((tmp_path / "secrets").iterdir())
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert len({path.read_bytes() for path in files}) == len(files)


def test_a_credential_is_whole_or_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Broken off before its end, the next try writes it; nothing of the first lies about as if it were one."""
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_secret(tmp_path / "agency-elder.password", "first")
    assert [] == list(tmp_path.iterdir())
    monkeypatch.undo()

    for value in ("second", "third"):
        write_secret(tmp_path / "agency-elder.password", value)

    assert "second" == (tmp_path / "agency-elder.password").read_text()


def test_a_port_on_which_somebody_listens_is_not_free():
    """What a later start reports in one sentence."""
    with socket.create_server((ports.HOST, 0)) as other:
        assert not ports.is_free(other.getsockname()[1])


def test_chosen_ports_lie_below_those_the_system_gives_away():
    """An outgoing connection of somebody else can never sit on one of them."""
    lowest_given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert ports.HIGHEST + 100 < lowest_given
    assert len(ports.free_block(9)) == 9


@pytest.mark.parametrize("keys", ['"release.pub"', "[]", "[1]", "7"])
def test_policy_keys_that_are_no_list_of_files_are_told(keys: str, tmp_path: Path):
    """The key that comes with the release is named at the first start."""
    layout = Layout(tmp_path)
    prepare(layout, ())
    assert settings.RELEASED == settings.load(tmp_path).policy_keys

    path = tmp_path / settings.FILE_NAME
    path.write_text(path.read_text("utf-8").replace('["release.pub"]', keys), "utf-8")

    with pytest.raises(settings.SettingsMissing, match="policy_keys"):
        settings.load(tmp_path)


def test_a_town_reads_its_own_logs_and_the_site_of_a_prefecture_what_is_shared_of_its_towns(tmp_path: Path):
    """No towns are named at the first start; a prefecture's site reads of each town the reported figures and the public facts, and nothing else."""
    layout = Layout(tmp_path)
    prepare(layout, ())
    own = settings.load(tmp_path)
    path = tmp_path / settings.FILE_NAME
    path.write_text(path.read_text("utf-8").replace("[municipality]", '[municipality]\ntowns = ["990019", "990027"]'), "utf-8")

    assert () == own.towns
    assert {f"{own.municipality}.{name}.log" for name in ("consultation", "consent", "reporting")} < set(logs_read(own))
    assert {"990019.community.log", "990019.reporting.log", "990027.community.log", "990027.reporting.log"} == set(logs_read(settings.load(tmp_path)))


@pytest.mark.parametrize("towns", ['"990019"', '["99001"]', "[990019]", "7"])
def test_towns_that_are_no_list_of_municipality_codes_are_told(towns: str, tmp_path: Path):
    """By the setting's name."""
    layout = Layout(tmp_path)
    prepare(layout, ())
    path = tmp_path / settings.FILE_NAME
    path.write_text(path.read_text("utf-8").replace("[municipality]", f"[municipality]\ntowns = {towns}"), "utf-8")

    with pytest.raises(settings.SettingsMissing, match="towns"):
        settings.load(tmp_path)
