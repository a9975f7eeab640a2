"""The files of one installation: everything below ``TSUNAGU_HOME``, and the download cache that installations share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class CannotRun(Exception):
    """Something that the installation needs cannot be had. The text is one sentence: what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one installation; two installations share nothing but the download cache."""

    home: Path

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def run(self) -> Path:
        """The supervisor's lock and control socket."""
        return self.home / "run"

    @property
    def kafka(self) -> Path:
        return self.home / "kafka"

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    def log(self, name: str) -> Path:
        """The log file of one process."""
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Make the folders, private to the user who runs the installation. Raises CannotRun."""
        try:
            for folder in (self.home, self.secrets, self.logs, self.run, self.kafka):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CannotRun(f"the folder {self.home} cannot be written ({error.strerror}); set TSUNAGU_HOME to a folder of yours") from error


def cache() -> Path:
    """The user's cache folder for downloads (``$XDG_CACHE_HOME/tsunagu`` or ``~/.cache/tsunagu``)."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "tsunagu"
