"""One more agency in a cluster that runs: what is to be applied, made from the overlay as it is applied now.

Image, namespace, posture and settings are those of the overlay's own job ``init``; only the town file in it has one agency.
"""

from __future__ import annotations

import copy
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

from deploy.local.town import Agency
from kernel import settings as settings_module
from kernel.settings import FILE_NAME, Settings

from . import secrets, strimzi
from .town import SETTINGS_MAP, TOWN_FILE

JOB = "init"
_FIELDS = ("id", "kind", "name_ja", "contract_from", "contract_until", "emergency_right")
Manifest = dict[str, Any]


class CannotRender(Exception):
    """The overlay cannot be rendered. The text is one sentence."""


def rendered(overlay: Path) -> list[Manifest]:
    """Every manifest of an overlay, as `kubectl apply -k` would send it. Raises CannotRender."""
    try:
        done = subprocess.run(("kubectl", "kustomize", str(overlay)), capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise CannotRender("kubectl is not there; it renders the overlay") from error
    except subprocess.CalledProcessError as error:
        raise CannotRender(f"{overlay} cannot be rendered: {error.stderr.strip()}") from error
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def settings_in(manifests: list[Manifest]) -> Settings:
    """The town's settings, from the ConfigMap in the overlay. Raises CannotRender, SettingsMissing."""
    text = _one(manifests, "ConfigMap", SETTINGS_MAP)["data"][FILE_NAME]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE_NAME).write_text(text, "utf-8")
        return settings_module.load(Path(folder))


def of_agency(agency: Agency, manifests: list[Manifest], password: bool) -> list[Manifest]:
    """Its topics and its user (with ``password``, its Secret too), and the job that registers it. Raises CannotRender, SettingsMissing, NoSuchName."""
    found = settings_in(manifests)
    secret, own = secrets.of_account(agency.principal), f"{found.municipality}.agency.{agency.id}."
    job, town = registering(agency, found.municipality, manifests)
    namespace = job["metadata"]["namespace"]
    made = [
        *([secret.manifest(secrets.fresh(secret))] if password else []),
        *(each for each in strimzi.topics(found, (agency,)) if each["metadata"]["name"].startswith(own)),
        *(each for each in strimzi.users(found, (agency,)) if each["metadata"]["name"] == agency.principal),
    ]
    for each in made:
        each["metadata"]["namespace"] = namespace
    return [*made, town, job]


def registering(agency: Agency, municipality: str, manifests: list[Manifest]) -> tuple[Manifest, Manifest]:
    """The job ``register-ID`` and its town file. Raises CannotRender."""
    job, name = copy.deepcopy(_one(manifests, "Job", JOB)), f"register-{agency.id}"
    row = {field: value for field in _FIELDS if (value := getattr(agency, field)) is not None}
    text = yaml.safe_dump({"municipality": municipality, "agencies": [row]}, allow_unicode=True, sort_keys=False)
    job["metadata"]["name"] = name
    for volume in job["spec"]["template"]["spec"]["volumes"]:
        if volume["name"] == "town":
            volume["configMap"]["name"] = name
    metadata = {"name": name, "namespace": job["metadata"]["namespace"]}
    return job, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {TOWN_FILE: text}}


def _one(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """The manifest of a kind and name, with or without the hash of its content behind. Raises CannotRender."""
    for each in manifests:
        if each["kind"] == kind and (each["metadata"]["name"] == name or each["metadata"]["name"].startswith(f"{name}-")):
            return each
    raise CannotRender(f"the overlay has no {kind} {name}")
