"""One more agency in a cluster that runs: what of the overlay concerns it, picked out of the whole; and the job that registers it.

The rights of the front door, the gate and the observer name each agency, so their accounts are among it. All of it is what the overlay says from
now on: applying the whole overlay later changes nothing of it.
"""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy.local.town import Agency, agencies
from kernel.settings import SettingsWrong

from . import secrets
from .town import TOWN_MAP

JOB = "init"
Manifest = dict[str, Any]
_FIELDS = ("id", "kind", "name_ja", "contract_from", "contract_until", "emergency_right")


class CannotRender(Exception):
    """The overlay cannot be rendered, or does not have what is wanted. The text is one sentence."""


def rendered(overlay: Path) -> list[Manifest]:
    """Every manifest of an overlay, as `kubectl apply -k` would send it. Raises CannotRender."""
    try:
        done = subprocess.run(("kubectl", "kustomize", str(overlay)), capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise CannotRender("kubectl is not there; it renders the overlay") from error
    except subprocess.CalledProcessError as error:
        raise CannotRender(f"{overlay} cannot be rendered: {error.stderr.strip()}") from error
    return [each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each]


def add(agency: Agency, town: Path) -> bool:
    """Add a line for it to the town's file; False where it is there already. Raises CannotRender where it is there as another one."""
    known = agencies(town)
    if there := [each for each in known if each.id == agency.id]:
        if there != [agency]:
            raise CannotRender(f"{town} has an agency {agency.id} of other particulars; edit it there, and render again")
        return False
    before = town.read_text("utf-8")
    row = {field: value for field in _FIELDS if (value := getattr(agency, field)) is not None}
    line = yaml.safe_dump(row, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10_000).strip()
    town.write_text(f"{before.rstrip()}\n  - {line}\n", "utf-8")
    try:
        whole = agencies(town) == (*known, agency)
    except SettingsWrong:
        whole = False
    if not whole:
        town.write_text(before, "utf-8")
        raise CannotRender(f"{town} does not end with its agencies, two spaces and a hyphen before each: add the line by hand, and render again")
    return True


def of_agency(agency: Agency, manifests: list[Manifest], password: bool) -> list[Manifest]:
    """What of an overlay that knows the agency is to be applied for it; with ``password``, its Secret too. Raises CannotRender, also where a vault makes that Secret."""
    found = [each for each in manifests if _concerns(each, agency)]
    if not any(each["kind"] == "KafkaUser" and each["metadata"]["name"] == agency.principal for each in found):
        raise CannotRender(f"the overlay has no KafkaUser {agency.principal}: it does not include this town's folder")
    job = _registering(agency, manifests)
    secret = secrets.of_account(agency.principal)
    if password and any(each["kind"] == "ExternalSecret" for each in found):
        raise CannotRender(f"the password of {agency.principal} comes from the vault (ExternalSecret {secret.name}): make its entry there, and leave --password away")
    made = [secret.manifest(secrets.fresh(secret))] if password else []
    for each in made:
        each["metadata"]["namespace"] = job["metadata"]["namespace"]
    return [*made, *found, job]


def _concerns(manifest: Manifest, agency: Agency) -> bool:
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    match kind:
        case "KafkaTopic":
            return f".agency.{agency.id}." in name
        case "KafkaUser":
            return any(f".agency.{agency.id}." in rule for rule in _rules(manifest))
        case "ExternalSecret":
            return name == secrets.of_account(agency.principal).name
        case "ConfigMap":
            return name.startswith(f"{TOWN_MAP}-")
    return False


def _rules(user: Manifest) -> Iterator[str]:
    """The names of what a user has a right to."""
    yield from (rule["resource"]["name"] for rule in user["spec"].get("authorization", {}).get("acls", ()))


def _registering(agency: Agency, manifests: list[Manifest]) -> Manifest:
    """The job that tells the registry of the whole town, which is told only what is new to it, under a name of its own."""
    for each in manifests:
        if each["kind"] == "Job" and each["metadata"]["name"] == JOB:
            job = copy.deepcopy(each)
            job["metadata"]["name"] = f"register-{agency.id}"
            return job
    raise CannotRender(f"the overlay has no job {JOB}")
