"""docker-compose.yml: what each container may do, reach and know; no more than it must."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.layout import REPOSITORY
from tests.deploy import composed
from tests.deploy.composed import COMPOSE, OBSERVABILITY, SERVICES, STAYING


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_can_do_more_than_it_must(name: str):
    """No root, no capability, no new right, nothing written but to a volume or to memory, pinned tags, bounded logs."""
    each = SERVICES[name]

    assert each["user"].split(":")[0] not in ("", "0", "root")
    assert (each["read_only"], each["cap_drop"], each["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert not {"privileged", "cap_add", "devices", "pid", "ipc", "network_mode"} & set(each)
    assert each["logging"]["options"]["max-size"]
    assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+\.\d+?[a-z0-9.-]*|[a-z]+:\d+\.\d+-[a-z]+(@sha256:[0-9a-f]{64})?", each["image"].split("@")[0]), each["image"]
    assert not [mount for mount in composed.mounts(name) if mount[0].startswith(("./deploy", "/")) and mount[2] != "ro"]


@pytest.mark.parametrize("name", SERVICES)
def test_ports_open_on_loopback_alone(name: str):
    """And no two at the same place; a port is published only through a network that leads out."""
    ports = composed.published(name)

    assert {"127.0.0.1"} >= {address for address, _, _ in ports}
    assert bool(ports) == ("outside" in SERVICES[name]["networks"])
    everywhere = [port for other in SERVICES for _, port, _ in composed.published(other)]
    assert len(everywhere) == len(set(everywhere))


def test_only_whoever_needs_the_database_or_the_outside_is_beside_it():
    """Networks between containers lead nowhere else."""
    assert {name: bool((net or {}).get("internal")) for name, net in COMPOSE["networks"].items()} == {"town": True, "stored": True, "outside": False}
    assert {name for name, each in SERVICES.items() if "stored" in each["networks"]} == {
        "postgres", "init", "admin", "intake", "consent", "reporting", "api", "observer"}
    assert {name for name, each in SERVICES.items() if "outside" in each["networks"]} == {"kafka", "schemas", "api", *OBSERVABILITY}


def test_nobody_sees_the_data_of_a_store_but_the_store():
    """Not to read either: the observer learns how full the disk is from an empty volume beside theirs."""
    assert {source: [name for name in SERVICES if source in {each for each, _, _ in composed.mounts(name)}] for source in ("kafka", "postgres", "room")} == {
        "kafka": ["kafka"], "postgres": ["postgres"], "room": ["observer"]}
    assert composed.mounts("observer") == [("room", "/stores", "ro")]


@pytest.mark.parametrize("name", STAYING)
def test_settings_are_read_only_and_home_is_memory(name: str):
    """But for the API, whose tokens are made beside it."""
    each = SERVICES[name]

    assert each["configs"] == [{"source": "settings", "target": "/tsunagu/tsunagu.toml"}]
    assert any(place.startswith("/tsunagu:") for place in each["tmpfs"]) != (name == "api")
    assert each["hostname"] == name
    assert each["restart"] == "unless-stopped"


def test_each_has_the_secrets_that_it_needs_and_no_others():
    """Whatever a process may ask for: tests/live/test_deploy_init.py starts each with these alone."""
    keys = {"tsunagu_keys.password", "kek"}

    assert {name: composed.secret_files(name) for name in STAYING} == {
        "schemas": set(), "intake": {"intake.password", *keys}, "coordination": {"coordination.password"},
        "participation": {"participation.password"}, "consent": {"consent.password", *keys},
        "reporting": {"reporting.password", "tsunagu_projector.password"}, "api": {"api.password", "tsunagu_api.password", *keys},
        "observer": {"observer.password", "tsunagu_observer.password", "ca.pem"}, "verifier": {"auditor.password"},
    }
    assert {name for name in SERVICES for source, _, _ in composed.mounts(name) if source == "./town/secrets"} == {"init", "admin"}


def test_no_secret_stands_in_the_file_or_in_an_environment():
    """Only in files, under the names that `tsunagu deploy secrets` gives them."""
    for name, each in COMPOSE["secrets"].items():
        assert set(each) == {"file"}, name
        assert Path(composed.resolved(each["file"])).parent == Path("town/secrets")
    for each in SERVICES.values():
        for key, value in each.get("environment", {}).items():
            assert "PASSWORD" not in key or (key.upper().endswith("_FILE") and value.startswith("/run/secrets/"))


def test_secrets_are_made_for_all_of_them(tmp_path: Path):
    """Each readable by its owner alone; made once, and never touched again."""
    done = [subprocess.run([sys.executable, "-m", "cli.main", "deploy", "secrets", str(tmp_path)], capture_output=True, text=True,
                           check=True, cwd=REPOSITORY) for _ in range(2)]
    made = {path.name: path for path in (tmp_path / "secrets").iterdir()}
    wanted = {Path(each["file"].rpartition("}")[2]).name for each in COMPOSE["secrets"].values()}

    assert wanted <= set(made)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in made.values()}
    assert done[0].stderr.startswith(f"tsunagu: {len(made)} secrets made, 0 were there")
    assert done[1].stderr.startswith(f"tsunagu: 0 secrets made, {len(made)} were there")
