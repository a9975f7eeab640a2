"""What is made for a cluster equals the tables of which it is made; nothing of it lies about that was made of other tables."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from confluent_kafka.admin import AclOperation, ResourcePatternType, ResourceType
from typer.testing import CliRunner

from cli.main import command
from deploy.k8s import joining, monitoring, secrets, strimzi, town
from deploy.local import access, broker_admin, topic_plan
from deploy.local.layout import REPOSITORY
from deploy.local.town import TOWN, Agency, agencies
from kernel import settings
from kernel.topics import Topics

from .cluster import found_settings, of_kind, overlay, process

PLANNED = agencies(TOWN)
ENDED = Agency("closed", "ELDER", "終了した機関", ended=date(2026, 4, 1), end_reason="CLOSED")
KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
PATTERNS = {"literal": ResourcePatternType.LITERAL, "prefix": ResourcePatternType.PREFIXED}


def _loaded(text: str) -> list[dict[str, Any]]:
    return [each for each in yaml.load_all(text, yaml.CSafeLoader) if each]


def run(*words: str | Path) -> str:
    """What the command prints; it must end well."""
    done = CliRunner().invoke(command(["deploy"]), ["deploy", "render", *map(str, words)], catch_exceptions=False)
    assert 0 == done.exit_code, done.output
    return done.stdout


def test_what_is_committed_is_what_would_be_made():
    """Settings, agencies, access, topics, alerts and boards: whoever changes one of them renders again."""
    stale = {town.SAMPLE / name: text for name, text in town.files(town.SAMPLE).items()}
    stale |= {REPOSITORY / name: text for name, text in monitoring.files().items()}

    assert not [path for path, text in stale.items() if not path.exists() or path.read_text("utf-8") != text], "run: tsunagu deploy render"
    assert PLANNED == agencies(town.SAMPLE / town.TOWN_FILE)  # the cluster's sample town is the local one


def test_topics_equal_the_plan():
    """Name, partitions, settings: those that the local broker is brought to."""
    made = strimzi.topics(found_settings(), PLANNED)

    assert {(each.name, each.partitions, *sorted(each.settings.items())) for each in topic_plan.plan(found_settings(), PLANNED)} == {
        (each["spec"]["topicName"], each["spec"]["partitions"], *sorted(each["spec"]["config"].items())) for each in made}
    assert all(each["metadata"]["name"] == each["spec"]["topicName"] for each in made)


@pytest.mark.parametrize("gone", [(), (ENDED,)], ids=["", "one has ended"])
def test_rights_equal_those_of_the_local_broker(gone: tuple[Agency, ...]):
    """Rule by rule what BrokerAdmin writes: so `topics check` finds no difference in a cluster either."""
    admin = broker_admin.BrokerAdmin.__new__(broker_admin.BrokerAdmin)
    admin._settings = found_settings()
    admin._topics, admin._agencies = Topics(found_settings().municipality), (*PLANNED, *gone)
    made = strimzi.users(found_settings(), (*PLANNED, *gone))

    assert admin._wanted_rules() == {
        broker_admin._rule(
            KINDS[rule["resource"]["type"]], rule["resource"]["name"], PATTERNS[rule["resource"]["patternType"]], each["metadata"]["name"],
            AclOperation[operation.upper()])
        for each in made for rule in each["spec"].get("authorization", {}).get("acls", ()) for operation in rule["operations"]
    }


def test_every_account_has_a_password_a_quota_and_rights_and_the_administrator_needs_none():
    """An agency's quota is small: one that runs wild must not stand in the way of the others."""
    made = {each["metadata"]["name"]: each["spec"] for each in strimzi.users(found_settings(), (*PLANNED, ENDED))}

    assert {"admin", *access.principals(PLANNED)} == set(made)
    for principal, spec in made.items():
        reference = spec["authentication"]["password"]["valueFrom"]["secretKeyRef"]
        assert {"name": f"account-{principal}", "key": "password"} == reference
        assert (principal == "admin") == ("authorization" not in spec)
    agency, service = made["agency-elder"]["quotas"], made["consent"]["quotas"]
    assert all(agency[each] <= service[each] for each in agency)


def test_a_prefectures_site_is_rendered_with_its_towns():
    """Topics of the plan, an account with the quota of a stranger for each town, and its Secret."""
    settings = replace(found_settings(), towns=("990027",))
    users = {each["metadata"]["name"]: each["spec"] for each in strimzi.users(settings, PLANNED)}
    topics = {each["spec"]["topicName"] for each in strimzi.topics(settings, PLANNED)}

    assert {*access.principals(PLANNED, settings.towns), "admin"} == set(users)
    assert users["agency-elder"]["quotas"] == users["mirror-990027"]["quotas"]
    written = {each["resource"]["name"] for each in users["mirror-990027"]["authorization"]["acls"] if "Write" in each["operations"]}
    assert {"990027.community.log", "990027.reporting.log"} == written < topics
    assert "account-mirror-990027" in {each.name for each in secrets.needed(PLANNED, settings.towns)}


def test_an_id_that_no_kubernetes_name_may_have_is_told():
    """Kafka takes it; a cluster would refuse the topic one by one."""
    with pytest.raises(strimzi.NoSuchName, match="-odd"):
        strimzi.topics(found_settings(), (Agency("-odd", "ELDER", ""),))


def test_another_town_is_rendered_from_its_two_files(tmp_path: Path):
    """A settings file and a file of agencies make a town."""
    (tmp_path / settings.FILE_NAME).write_text((town.SAMPLE / settings.FILE_NAME).read_text("utf-8").replace("990019", "990027"), "utf-8")
    own = tmp_path / "agencies.yaml"
    own.write_text('municipality: "990027"\nagencies:\n  - {id: hinata, kind: ELDER, name_ja: ひなた}\n', "utf-8")

    run("--out", tmp_path, "--agencies", own)

    names = [each["metadata"]["name"] for each in yaml.safe_load_all((tmp_path / "topics.yaml").read_text("utf-8"))]
    assert {name for name in names if ".agency." in name} == {"990027.agency.hinata.inbox", "990027.agency.hinata.outbox"}
    assert all(name.startswith("990027.") for name in names)
    assert agencies(own) == agencies(tmp_path / "town.yaml")
    assert "" == run("--out", tmp_path, "--agencies", own, "--check")


def test_an_installation_may_have_a_town_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """So the job that tells the registry reads the town of its cluster, not the sample."""
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))
    assert PLANNED == agencies()

    (tmp_path / "town.yaml").write_text('municipality: "990027"\nagencies:\n  - {id: hinata, kind: ELDER, name_ja: ひなた}\n', "utf-8")

    assert ["hinata"] == [agency.id for agency in agencies()]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the manifests, in which a town may change; the working folder lies above it."""
    overlay("production")
    for name in ("k8s", "observability"):
        shutil.copytree(REPOSITORY / "deploy" / name, tmp_path / "deploy" / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "deploy" / "k8s" / "town"


def adding(*more: str, folder: Path) -> list[dict[str, Any]]:
    """What one command prints for a new agency."""
    words = ("agency", "hinata", "--kind", "ELDER", "--name", "ひなた", "--contract-from", "2026-04-01", "--out", folder, *more)
    return _loaded(run(*words))


def test_one_command_makes_an_agency(cluster: Path):
    """Topics, its account, those whose rights name it, the town's file and the registry's job: as the overlay has them from now on."""
    made = adding(folder=cluster)

    named = {(each["kind"], each["metadata"]["name"]) for each in made if each["kind"] != "ConfigMap"}
    assert {
        ("KafkaTopic", "990019.agency.hinata.inbox"), ("KafkaTopic", "990019.agency.hinata.outbox"), ("ExternalSecret", "account-agency-hinata"),
        *(("KafkaUser", each) for each in ("agency-hinata", "intake", "consent", "observer")), ("Job", "register-hinata"),
    } == named
    assert {"tsunagu"} == {each["metadata"]["namespace"] for each in made}
    (job,), (file,) = of_kind(tuple(made), "Job"), of_kind(tuple(made), "ConfigMap")
    assert process(of_kind(overlay("production"), "Job")[0]) == process(job)
    assert file["metadata"]["name"] in [volume.get("configMap", {}).get("name") for volume in job["spec"]["template"]["spec"]["volumes"]]
    assert "hinata" in file["data"]["town.yaml"] and "elder" in file["data"]["town.yaml"]
    after = joining.rendered(Path("deploy/k8s/overlays/production"))
    assert [each for each in made if each["kind"] != "Job"] == [each for each in after if each in made]


def test_the_same_command_again_changes_nothing(cluster: Path):
    """It may be repeated wherever it was broken off; other particulars are told."""
    first = adding(folder=cluster)
    before = (cluster / "town.yaml").read_text("utf-8")

    assert first == adding(folder=cluster)
    assert before == (cluster / "town.yaml").read_text("utf-8")
    done = CliRunner().invoke(
        command(["deploy"]), ["deploy", "render", "agency", "hinata", "--kind", "CHILD", "--name", "ひなた", "--out", str(cluster)])
    assert (2, True) == (done.exit_code, "other particulars" in done.output)


def test_a_later_agency_takes_no_right_away_from_an_earlier_one(cluster: Path):
    """The rights of the front door name every agency: a list that forgot one would cut it off."""
    adding(folder=cluster)
    words = ("agency", "asahi", "--kind", "CHILD", "--name", "あさひ", "--out", cluster)

    (intake,) = [each for each in _loaded(run(*words)) if (each["kind"], each["metadata"]["name"]) == ("KafkaUser", "intake")]

    readable = {rule["resource"]["name"] for rule in intake["spec"]["authorization"]["acls"]}
    assert {f"990019.agency.{each}.outbox" for each in ("elder", "hinata", "asahi")} <= readable


def test_a_password_is_printed_only_when_it_is_asked_for(cluster: Path):
    """And is another one each time; it is written nowhere."""
    first, second = (adding("--password", "--overlay", "deploy/k8s/overlays/development", folder=cluster)[0] for _ in range(2))

    assert ("Secret", "account-agency-hinata", "tsunagu") == (first["kind"], first["metadata"]["name"], first["metadata"]["namespace"])
    assert first["stringData"]["password"] != second["stringData"]["password"]
    assert not [path for path in cluster.rglob("*") if path.is_file() and first["stringData"]["password"] in path.read_text("utf-8")]


def test_a_password_from_the_vault_is_not_made_a_second_time(cluster: Path):
    """Two objects would make the same Secret, and the vault's operator would overwrite the password that the agency was given."""
    done = CliRunner().invoke(
        command(["deploy"]), ["deploy", "render", "agency", "hinata", "--kind", "ELDER", "--name", "ひなた", "--out", str(cluster), "--password"])

    assert (2, "", True) == (done.exit_code, done.stdout, "leave --password away" in done.stderr)


def test_an_overlay_of_another_town_is_told(cluster: Path, tmp_path: Path):
    """The line goes into one town's folder, and the overlay includes another's."""
    shutil.copytree(cluster, other := tmp_path / "other")

    done = CliRunner().invoke(
        command(["deploy"]), ["deploy", "render", "agency", "hinata", "--kind", "ELDER", "--name", "ひなた", "--out", str(other)])

    assert (2, True) == (done.exit_code, "does not include this town's folder" in done.output)


def test_secrets_are_made_once_and_printed_whole(tmp_path: Path):
    """What lies in the folder is what is printed; the town's key cannot be changed in a cluster."""
    first, second = (_loaded(run("secrets", tmp_path)) for _ in range(2))

    assert first == second
    assert {each.name for each in secrets.needed(PLANNED)} == {each["metadata"]["name"] for each in first}
    (kek,) = [each for each in first if each["metadata"]["name"] == "kek"]
    assert (True, 32) == (kek["immutable"], len(bytes.fromhex(kek["stringData"]["kek"])))
    (role,) = [each for each in first if each["metadata"]["name"] == "role-postgres-keys"]
    assert ("kubernetes.io/basic-auth", "postgres") == (role["type"], role["stringData"]["username"])


def there(*words: str | Path, names: str) -> Any:
    """Ask for what a cluster lacks that has these."""
    return CliRunner().invoke(command(["deploy"]), ["deploy", "render", "secrets", *map(str, words), "--missing"], input=names)


def test_an_upgrade_makes_only_the_secrets_that_are_new(tmp_path: Path):
    """The folder of the first start is gone: what is there is not made a second time, neither printed nor as a file that looks like it."""
    every = [each.name for each in secrets.needed(PLANNED)]
    known = "\n".join(f"secret/{name}" for name in every if name != "role-tsunagu-observer")

    done = there(tmp_path / "new", names=known)

    assert 0 == done.exit_code
    assert {"role-tsunagu-observer"} == {each["metadata"]["name"] for each in _loaded(done.stdout)}
    assert ["tsunagu_observer.password"] == [path.name for path in (tmp_path / "new").iterdir()]


@pytest.mark.parametrize("names", ["", "secret/account-consent\n"])
def test_a_second_key_over_all_keys_is_never_made(tmp_path: Path, names: str):
    """Nor where nothing can be seen, as in a namespace that is another's: it would look like the first and open nothing."""
    done = there(tmp_path / "new", names=names)

    assert (2, "") == (done.exit_code, done.stdout)
    assert "kek is not among them" in done.stderr
    assert not (tmp_path / "new").exists()


def test_alerts_in_the_cluster_are_the_tested_ones():
    """Group by group, and a ConfigMap for each board."""
    rules = [each for each in yaml.safe_load_all((REPOSITORY / monitoring.RULES).read_text("utf-8")) if each]
    files = sorted((monitoring.OBSERVABILITY / "prometheus").glob("*.yml"))
    tested = [group for path in files for group in (yaml.safe_load(path.read_text("utf-8")) or {}).get("groups", [])]
    boards = sorted((monitoring.OBSERVABILITY / "grafana").rglob("*.json"))

    assert tested and boards
    assert tested == [group for each in rules for group in each["spec"]["groups"]]
    maps = {each["metadata"]["name"]: each for each in of_kind(overlay("production"), "ConfigMap") if each["metadata"]["name"].startswith("dashboard-")}
    assert {path.read_text("utf-8") for path in boards} == {text for each in maps.values() for text in each["data"].values()}
    assert all("1" == each["metadata"]["labels"]["grafana_dashboard"] and len(str(each)) < 1_000_000 for each in maps.values())


def test_series_have_the_labels_that_alerts_ask_for():
    """As the tested Prometheus gives them: one job for all, `service` and `instance` by name."""
    file = monitoring.OBSERVABILITY / "prometheus" / "prometheus.yml"
    (job,) = yaml.safe_load(file.read_text("utf-8"))["scrape_configs"]
    ((endpoint,),) = [each["spec"]["podMetricsEndpoints"] for each in of_kind(overlay("production"), "PodMonitor")]

    given = {each["targetLabel"]: each.get("replacement", "") for each in endpoint["relabelings"]}
    assert {"job": job["job_name"], "service": "", "instance": ""} == given
    assert job["honor_labels"] == endpoint["honorLabels"]


def test_without_kubectl_the_command_says_so(monkeypatch: pytest.MonkeyPatch):
    """One sentence, exit code 2."""
    monkeypatch.setenv("PATH", "")
    assert shutil.which("kubectl") is None

    done = CliRunner().invoke(command(["deploy"]), ["deploy", "render", "agency", "hinata", "--kind", "ELDER", "--name", "x"])

    assert (2, True) == (done.exit_code, "kubectl is not there" in done.output)
    with pytest.raises(joining.CannotRender):
        joining.rendered(Path("nowhere"))
