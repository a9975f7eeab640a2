"""docker-compose.yml: what a schema can see, and what it cannot. No engine runs here: docs/containers.md says what that leaves open."""

from __future__ import annotations

import graphlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from cli.main import command
from contracts.topics import SUPPORT_FUNCTIONS
from deploy.local import access, kafka, processes, topic_plan
from deploy.local.first_start import SERVICES as SERVICE_NAMES
from deploy.local.layout import REPOSITORY, Layout
from deploy.local.town import agencies
from kernel import settings as settings_module
from kernel.settings import Settings
from kernel.topics import Topics
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
    """Broker and database by their names between containers; that every setting is one that the code reads, the reader of it sees to."""
    written = tomllib.loads((FOLDER / "tsunagu.toml").read_text("utf-8"))

    assert (settings.kafka_external, settings.database_external) == (True, True)
    assert settings.bootstrap == "kafka:9092"
    assert (settings.database_host, settings.database_port) == (SERVICES["postgres"]["hostname"], 5432)
    assert "disable" == settings.database_sslmode and "ssl" not in str(SERVICES["postgres"]["command"])  # what it has is said, not what one would wish
    assert set(settings.http_ports) == {name for name in STAYING if name != "schemas"}
    assert (written["http"]["host"], written["api"]["host"]) == ("0.0.0.0", "0.0.0.0")


def test_the_observer_sees_disks_and_the_certificate_of_the_agencies(settings: Settings):
    """By settings that name a mount, and the listener that speaks TLS."""
    listeners = dict(each.split("://:") for each in re.findall(r"[A-Z]+://:\d+", (FOLDER / "kafka" / "server.properties").read_text("utf-8")))

    assert ("kafka", listeners["AGENCIES"]) == tuple(settings.certificate_at.split(":"))
    assert set(SERVICES["observer"]["networks"]) & set(SERVICES["kafka"]["networks"])
    assert set(STORES) == set(settings.disks) and set(settings.disks.values()) == {target for _, target, _ in composed.mounts("observer")}
    assert Path(settings.ca).name in composed.secret_files("observer")


def test_prometheus_asks_each_of_ours_and_finds_every_rule(settings: Settings):
    """At the names and ports that the containers have; the schema window has nothing to tell."""
    found = yaml.safe_load((FOLDER / "targets" / "compose.yml").read_text("utf-8"))
    rules = {path.name for path in (REPOSITORY / "deploy" / "observability" / "prometheus").glob("*.yml")}
    mounted = {Path(target).name for _, target, _ in composed.mounts("prometheus") if target.endswith(".yml")}

    assert {each["labels"]["service"]: each["targets"] for each in found} == {name: [f"{name}:{port}"] for name, port in settings.http_ports.items()}
    assert all("town" in SERVICES[name]["networks"] for name in (*settings.http_ports, "prometheus", "alertmanager", "grafana"))
    assert rules <= mounted


def test_init_makes_the_topics_and_rights_of_the_contracts_and_no_others(settings: Settings):
    """An inbox and a log for each function; no right to a topic that there is not, no topic that nobody may use."""
    town, topics = agencies(), Topics(settings.municipality)
    planned = {topic.name for topic in topic_plan.plan(settings, town)}
    granted = {grant.topic for grant in access.grants(topics, town)}

    assert granted == planned
    assert {name for function in topic_plan.KEYED for name in (topics.inbox(function), topics.log(function))} <= planned
    assert {*topic_plan.KEYED} >= {*SUPPORT_FUNCTIONS}
