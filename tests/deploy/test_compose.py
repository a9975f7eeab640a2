"""docker-compose.yml: what a schema can see, and what it cannot. No engine runs here: docs/containers.md says what that leaves open."""

from __future__ import annotations

import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cli.main import command
from deploy.local import kafka, processes
from deploy.local.first_start import SERVICES as SERVICE_NAMES
from deploy.local.layout import REPOSITORY, Layout
from kernel import settings as settings_module
from kernel.settings import Settings
from tests.deploy import composed
from tests.deploy.composed import COMPOSE, FILE, OBSERVABILITY, ONCE, OURS, SERVICES, STAYING, STORES

FOLDER = REPOSITORY / "deploy" / "compose"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings that the containers find."""
    home = tmp_path_factory.mktemp("home")
    (home / "tsunagu.toml").write_bytes((FOLDER / "tsunagu.toml").read_bytes())
    return settings_module.load(home)


def test_it_is_what_the_compose_specification_allows():
    """By the published schema."""
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert "version" not in COMPOSE


def test_everything_that_is_named_is_there():
    """Networks, volumes, secrets, settings, and files of this repository; nothing is declared that nobody uses."""
    volumes = {source for name in SERVICES for source, _, _ in composed.mounts(name) if not source.startswith("./")}
    networks = {network for each in SERVICES.values() for network in each["networks"]}
    secrets = {secret["source"] for each in SERVICES.values() for secret in each.get("secrets", [])}
    files = {source for name in SERVICES for source, _, _ in composed.mounts(name) if source.startswith("./") and not source.startswith("./town/")}

    assert volumes == set(COMPOSE["volumes"])
    assert networks == set(COMPOSE["networks"])
    assert secrets == set(COMPOSE["secrets"])
    assert [] == [file for file in files if not (REPOSITORY / file).exists() and (REPOSITORY / file).parent.exists()]
    assert (REPOSITORY / composed.resolved(COMPOSE["configs"]["settings"]["file"])).is_file()


def test_nobody_waits_in_a_circle():
    """Nor for somebody who is not there; whoever is waited for as healthy can say so, and whoever is waited for as done ends."""
    order = [*graphlib.TopologicalSorter({name: composed.depends(name) for name in SERVICES}).static_order()]

    assert set(order) == set(SERVICES)
    for name in SERVICES:
        for other, how in composed.depends(name).items():
            wanted = "service_completed_successfully" if other == "init" else "service_healthy"
            assert how["condition"] == wanted, (name, other)
            assert other == "init" or "healthcheck" in SERVICES[other]


def test_the_stores_come_first_then_init_then_everything_of_ours():
    """As `tsunagu run up` does it."""
    assert set(composed.depends("init")) == set(STORES)
    assert SERVICES["init"]["restart"] == "no"
    assert [] == [name for name in STAYING if set(composed.depends(name)) != {"init"}]


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


def test_what_runs_is_what_make_run_runs():
    """One process for each of ours, by the same command; the profiles add the dashboards, and a place to give commands."""
    assert set(STAYING) == set(processes.APPLICATIONS)
    assert set(SERVICES) == {*STORES, *STAYING, *ONCE, *OBSERVABILITY}
    assert {name: each.get("profiles") for name, each in SERVICES.items() if "profiles" in each} == {
        "admin": ["admin"], **{name: ["observability"] for name in OBSERVABILITY}}


@pytest.mark.parametrize("name", processes.APPLICATIONS)
def test_each_is_started_by_the_command_that_the_supervisor_uses(name: str, settings: Settings):
    """So that what the tests of the local run have seen is what a container does."""
    local = processes.build(name, Layout(settings.home), settings)

    assert [*local.command[local.command.index("cli.main") + 1:]] == SERVICES[name]["command"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one(name: str):
    """Down to the verb."""
    words = SERVICES[name]["command"]
    done = subprocess.run([sys.executable, "-m", "cli.main", *[word for word in words if word not in SERVICE_NAMES and not word.isdigit() and word != "--wait"], "--help"],
                          capture_output=True, text=True, check=False, cwd=REPOSITORY)

    assert done.returncode == 0, done.stderr
    assert command(words[:1])


def test_one_image_for_all_of_ours():
    """Built from this repository, under its version."""
    (version,) = re.findall(r'^version = "(.+)"', (REPOSITORY / "pyproject.toml").read_text("utf-8"), re.MULTILINE)

    assert {each["image"] for each in OURS.values()} == {f"tsunagu:{version}"}
    assert {each["build"]["context"] for each in OURS.values()} == {"."}
    assert f"tsunagu:{version} deploy secrets" in (FOLDER / "prepare.sh").read_text("utf-8")


def test_the_health_of_each_is_asked_at_its_own_port(settings: Settings):
    """As its settings name it."""
    window = kafka.port_of(settings.schema_window)
    for name in STAYING:
        assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "ready", str({**settings.http_ports, "schemas": window}[name])]
    for name in ("api", "schemas"):
        ((_, _, inside),) = composed.published(name)
        assert inside == SERVICES[name]["healthcheck"]["test"][2]


def test_the_settings_name_what_is_there(settings: Settings):
    """Broker and database by their names between containers; every setting is one that the code reads."""
    import tomllib

    written = tomllib.loads((FOLDER / "tsunagu.toml").read_text("utf-8"))
    first = tomllib.loads(re.sub(r"\{\{|\}\}|\{[a-z_]+\}", "1", _template()).replace("ports = 1 1 1", "ports = {a = 1}"))
    allowed = {table: {*first.get(table, {})} for table in first}

    assert (settings.kafka_external, settings.database_external) == (True, True)
    assert settings.bootstrap == "kafka:9092"
    assert (settings.database_host, settings.database_port) == (SERVICES["postgres"]["hostname"], 5432)
    assert set(written) <= set(allowed)
    assert {} == {table: extra for table in written if (extra := {*written[table]} - allowed[table] - {"host"})}
    assert set(settings.http_ports) == {name for name in STAYING if name != "schemas"}
    assert (written["http"]["host"], written["api"]["host"]) == ("0.0.0.0", "0.0.0.0")


def _template() -> str:
    from deploy.local.first_start import TEMPLATE

    return TEMPLATE


def test_prometheus_asks_each_of_ours_and_finds_every_rule(settings: Settings):
    """At the names and ports that the containers have; the schema window has nothing to tell."""
    found = yaml.safe_load((FOLDER / "targets" / "compose.yml").read_text("utf-8"))
    rules = {path.name for path in (REPOSITORY / "deploy" / "observability" / "prometheus").glob("*.yml")}
    mounted = {Path(target).name for _, target, _ in composed.mounts("prometheus") if target.endswith(".yml")}

    assert {each["labels"]["service"]: each["targets"] for each in found} == {name: [f"{name}:{port}"] for name, port in settings.http_ports.items()}
    assert all("town" in SERVICES[name]["networks"] for name in (*settings.http_ports, "prometheus", "alertmanager", "grafana"))
    assert rules <= mounted


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
        "observer": {"observer.password", "tsunagu_observer.password"}, "verifier": {"auditor.password"},
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
