"""Settings that are missing, wrong or unknown are told by name, file, line and what is allowed: each of them, by the table itself."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from kernel import settings, toml_lines
from kernel.setting import NEEDED, Setting

GOOD = '''\
# A whole file: every setting that there is.
[municipality]
code = "990019"
policy = "national-2"
policy_keys = [
  "release.pub",  # code = "no setting"
]
towns = []

[kafka]
external = false
bootstrap = "127.0.0.1:9092"
controller = "127.0.0.1:9093"
security_protocol = "SASL_PLAINTEXT"
ca = "secrets/ca.pem"
agency_listener = "127.0.0.1:9094"
mtls = "127.0.0.1:9095"
partitions = 12
agency_partitions = 1

[database]
external = false
host = "127.0.0.1"
port = 5432
sslmode = "verify-full"
ca = "secrets/database-ca.pem"

[keys]
host = "127.0.0.1"
port = 5433
ca = "secrets/keys-ca.pem"

[http]
host = "127.0.0.1"
schema_window = "127.0.0.1:8081"
ports = { intake = 8001, consent = 8002 }

[observer]
disks = { kafka = "/stores" }

[otel]
endpoint = "http://127.0.0.1:4318/v1/traces"
share = 0.5

[api]
host = "127.0.0.1"

[api.oidc]
issuer = "https://id.example.jp/"
audience = "tsunagu"
jwks = "keys.json"
algorithms = ["RS256"]
role_claim = "roles"
agency_claim = "agency"
roles = { a = "CASEWORKER" }
'''
LINES = toml_lines.lines(GOOD)
TOLD = [each for each in settings.TABLE if each.name in LINES]
NAMED = {each.name: each for each in settings.TABLE}
OUT_OF_RANGE = {
    "municipality.code": ['"99001"', '"99001x"'], "municipality.policy_keys": ["[]", "[1]", '[""]'], "municipality.towns": ['["99001"]', "[990019]"],
    "kafka.bootstrap": ['"x"', '"x:"', '":9092"', '"a b:1"', '"a:0"', '"a:1,b"', '"a:99999"'], "kafka.controller": ['"x"'], "kafka.agency_listener": ['"x"'], "observer.disks": ["{ kafka = 1 }"], "kafka.security_protocol": ['"TLS"', '"sasl_ssl"', '""'],
    "kafka.partitions": ["0", "-1", "65536", "1.0", "true"], "kafka.agency_partitions": ["0"], "database.port": ["0", "65536"], "database.host": ['""', '" "'],
    "kafka.mtls": ['""', '"9094"', '"127.0.0.1"'], "http.schema_window": ['"127.0.0.1"'], "http.ports": ["{ intake = 0 }", '{ intake = "8001" }', "{ intake = { a = 1 } }"], "api.oidc.algorithms": ["[]"], "kafka.ca": ['""'],
    "keys.port": ["0"], "database.sslmode": ['"verify_full"', '"on"', '""'], "database.ca": ['""'], "keys.ca": ['""'], "http.host": ['""'], "otel.endpoint": ['"127.0.0.1:4318"'], "otel.share": ["1.5", "-1", "true", '"1"'],
    "api.oidc.roles": ["{ a = 1 }"],
}
"""Values of the right TOML type that cannot be meant, by setting."""


def complaint(folder: Path, text: str) -> str:
    """The one sentence about a file that cannot be read as settings."""
    (folder / settings.FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(settings.SettingsWrong) as found:
        settings.load(folder)
    assert "\n" not in str(found.value)
    return str(found.value)


def replaced(name: str, statement: str) -> str:
    """The good file with another statement (or none) in the place of a setting's."""
    rows = GOOD.replace("policy_keys = [\n  \"release.pub\",  # code = \"no setting\"\n]", 'policy_keys = ["release.pub"]\n#\n#').splitlines()
    rows[LINES[name] - 1] = statement
    return "\n".join(rows)


def test_the_good_file_is_good(tmp_path: Path):
    """And says all that there is to be said, so that the tests below leave nothing out."""
    (tmp_path / settings.FILE_NAME).write_text(GOOD, "utf-8")

    found = settings.load(tmp_path)

    assert ("990019", ("release.pub",), (), {"intake": 8001, "consent": 8002}) == (found.municipality, found.policy_keys, found.towns, found.http_ports)
    assert "https://id.example.jp/" == found.api["oidc"]["issuer"]
    assert {each.name for each in settings.TABLE} == {each.name for each in TOLD}, "write a new setting into GOOD too"


def test_a_port_that_is_missing_is_told_like_every_setting(tmp_path: Path):
    """By whoever starts the process: not every installation has all of them."""
    (tmp_path / settings.FILE_NAME).write_text(GOOD, "utf-8")
    found = settings.load(tmp_path)
    with pytest.raises(settings.SettingsWrong) as told:
        found.port("observer")

    assert 8002 == found.port("consent")
    assert f"setting http.ports.observer is missing ({tmp_path / settings.FILE_NAME}:{LINES['http.ports']}); allowed: a whole number from 1 to 65535" == str(told.value)


def test_every_field_of_the_settings_has_a_line_in_the_table():
    """But the folder, which is the place of the file."""
    assert {each.name for each in fields(settings.Settings)} - {"home"} == {each.field for each in settings.TABLE} - {""}


@pytest.mark.parametrize("setting", [each for each in TOLD if each.name != "api"], ids=lambda each: each.name)
def test_a_missing_setting_is_told_by_name_place_and_what_is_allowed(setting: Setting, tmp_path: Path):
    """Where there is a default, that holds."""
    text = replaced(setting.name, "")
    if setting.otherwise(tomllib.loads(text)) is not NEEDED:
        (tmp_path / settings.FILE_NAME).write_text(text, "utf-8")
        settings.load(tmp_path)
        return

    table = setting.name.rpartition(".")[0]
    assert complaint(tmp_path, text) == (
        f"setting {setting.name} is missing ({tmp_path / settings.FILE_NAME}:{LINES[table]}); allowed: {setting.kind.allowed}"
    )


@pytest.mark.parametrize("setting", [each for each in TOLD if each.name != "api"], ids=lambda each: each.name)
def test_a_value_of_a_wrong_type_is_told_with_its_line(setting: Setting, tmp_path: Path):
    """Whatever it is instead: a time is none of the types that any setting has."""
    told = complaint(tmp_path, replaced(setting.name, f"{setting.name.rpartition('.')[2]} = 07:32:00"))

    place = f"{tmp_path / settings.FILE_NAME}:{LINES[setting.name]}"
    assert told == f'setting {setting.name} ({place}) cannot be "07:32:00"; allowed: {setting.kind.allowed}'


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in OUT_OF_RANGE.items() for value in values])
def test_a_value_out_of_range_is_told_with_its_line(name: str, value: str, tmp_path: Path):
    """With the range."""
    told = complaint(tmp_path, replaced(name, f"{name.rpartition('.')[2]} = {value}"))

    assert f"setting {name} ({tmp_path / settings.FILE_NAME}:{LINES[name]}) cannot be " in told
    assert told.endswith(f"; allowed: {NAMED[name].kind.allowed}")


@pytest.mark.parametrize("setting", [each for each in TOLD if each.name not in ("api", "api.oidc.roles")], ids=lambda each: each.name)
def test_an_unknown_name_is_told_with_the_nearest_known_one(setting: Setting, tmp_path: Path):
    """A slip of the keyboard is never passed over: the setting that was meant would have its default."""
    table, _, key = setting.name.rpartition(".")
    text = GOOD.replace(f"[{table}]\n", f"[{table}]\n{key}x = 1\n", 1)

    assert f"setting {setting.name}x ({tmp_path / settings.FILE_NAME}:{LINES[table] + 1}) is not known; did you mean {setting.name}?" == complaint(tmp_path, text)


def test_an_unknown_name_like_none_is_told_with_those_that_there_are(tmp_path: Path):
    """Of its table."""
    told = complaint(tmp_path, GOOD + "\n[weather]\nsun = true\n")

    assert "setting weather (" in told and "is not known; allowed: api, database, http, kafka, keys, municipality, observer, otel" in told


@pytest.mark.parametrize("table", ["municipality", "kafka", "database", "http"])
def test_a_table_that_is_no_table_or_is_not_there(table: str, tmp_path: Path):
    """One sentence about the table; its settings are not told one by one where a value stands in its place."""
    text = "\n".join(f"[{name}]" for name in ("municipality", "kafka", "database", "http") if name != table)

    assert f"setting {table} ({tmp_path / settings.FILE_NAME}:1) cannot be 3; allowed: a table [{table}]" in complaint(tmp_path, f"{table} = 3\n{text}")
    assert f"setting {table}." not in complaint(tmp_path, f"{table} = 3\n{text}")
    assert f"setting {table}." in complaint(tmp_path, text)


@pytest.mark.parametrize(("text", "line", "says"), [
    ("[kafka\n", 1, "not valid TOML"), ("[kafka]\npartitions = \n", 2, "not valid TOML"), ("[kafka]\na = 1\na = 2\n", 3, "not valid TOML"),
    ("[kafka]\na = [\n1,\n", 3, "not valid TOML"),
])
def test_a_file_that_is_no_toml_is_told_with_the_line(text: str, line: int, says: str, tmp_path: Path):
    """Also where it ends too early."""
    told = complaint(tmp_path, text)

    assert f"{tmp_path / settings.FILE_NAME}:{line} is {says}" in told


def test_a_file_that_is_not_utf_8_is_told_with_the_line(tmp_path: Path):
    """The line of the first byte that is none."""
    (tmp_path / settings.FILE_NAME).write_bytes(b"# a\n# \xff\n")

    with pytest.raises(settings.SettingsWrong, match=r"tsunagu\.toml:2 is not UTF-8"):
        settings.load(tmp_path)


@pytest.mark.parametrize("before", ["\ufeff", "# \u2028\x85\n"])
def test_what_editors_write_into_a_file_does_not_matter(before: str, tmp_path: Path):
    """A mark of the encoding; separators of lines that TOML does not know: a complaint still has its line."""
    (tmp_path / settings.FILE_NAME).write_text(before + GOOD, "utf-8")

    assert "990019" == settings.load(tmp_path).municipality
    lines = before.count("\n") + LINES["database.port"]
    assert f"{tmp_path / settings.FILE_NAME}:{lines}" in complaint(tmp_path, before + GOOD.replace("port = 5432", "port = 0"))


def test_a_file_that_is_nested_without_end_is_told(tmp_path: Path):
    """The parser gives up."""
    assert "nested too deeply" in complaint(tmp_path, "a = " + "[" * 5_000)


@pytest.mark.parametrize("name", ["admin.password", "kek"])
def test_a_secret_that_is_no_text_is_told_by_its_file(name: str, tmp_path: Path):
    """And not what is in it."""
    (tmp_path / settings.FILE_NAME).write_text(GOOD, "utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / name).write_bytes(b"\xff\xfe")
    found = settings.load(tmp_path)

    with pytest.raises(settings.SettingsWrong, match=rf"secrets/{name} is not UTF-8"):
        found.kek() if name == "kek" else found.password("admin")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path):
    """Nobody mends a file line by line, a start between each."""
    told = complaint(tmp_path, GOOD.replace("partitions = 12", "partitions = 0").replace("port = 5432", "prot = 5432"))

    assert ["kafka.partitions", "database.prot", "database.port"] == sorted(
        (name for name in ("kafka.partitions", "database.prot", "database.port") if f"setting {name} " in told), key=["kafka.partitions", "database.prot", "database.port"].index
    )


def test_an_external_cluster_needs_no_controller(tmp_path: Path):
    """Nor is there one to be named."""
    text = GOOD.replace('controller = "127.0.0.1:9093"\n', "")
    (tmp_path / settings.FILE_NAME).write_text(text.replace("external = false", "external = true", 1), "utf-8")

    assert "" == settings.load(tmp_path).controller
    assert "setting kafka.controller is missing" in complaint(tmp_path, text)


@pytest.mark.parametrize(("text", "name", "line"), [
    ("a = 1\n\n# b\nb.c = 2\n", "b.c", 4), ('x = """\na = 1\n"""\na = 2\n', "a", 4), ("[t]\nx = [\n 1,\n 2,\n]\ny = 1\n", "t.y", 6), ("[t.u]\n", "t", 1),
    ('"q k" = 1\n', "q k", 1), ("t = { a = 1, b = 2 }\n", "t.b", 1), ("a = 1\r\nb = 2\r\n", "b", 2),
])
def test_the_line_of_a_name_is_where_its_statement_begins(text: str, name: str, line: int):
    """In every way of TOML to write it."""
    assert line == toml_lines.lines(text)[name]
