"""The command ``tsunagu``: one sub-command per module of this package, imported only when it is asked for.

A module takes part by having a typer app named ``app`` (several verbs) or a function named ``command``; add its name to COMMANDS. Exit codes: 0 ok · 1 problems found ·
2 usage · 3 something that is needed cannot be had or reached, in one sentence.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

import typer

COMMANDS = ("run", "day", "send", "report", "topics", "contracts", "service", "doctor")
PROBLEMS, UNREACHABLE = 1, 3


def command(words: list[str]) -> typer.Typer:
    """The command with the one sub-command that ``words`` ask for; with all of them when they ask for none, as for help."""
    root = typer.Typer(
        name="tsunagu",
        help="Tsunagu: carries events between support agencies, and lets across only what consent or law allows.",
        epilog="Example: tsunagu run up --day",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    root.callback()(_together)
    asked = [name for name in COMMANDS if name in words[:1]]
    for name in asked or COMMANDS:
        if present(name):
            _add(root, name, importlib.import_module(f"cli.{name}"))
    return root


def present(name: str) -> bool:
    """Whether the module of a sub-command is there."""
    found = importlib.util.find_spec(f"cli.{name}")
    return found is not None and found.origin is not None


def _together() -> None:
    """With a callback, one sub-command alone stays a sub-command."""


def _add(root: typer.Typer, name: str, module: ModuleType) -> None:
    if hasattr(module, "app"):
        root.add_typer(module.app, name=name)
    else:
        root.command(name, epilog=getattr(module, "EXAMPLE", None))(module.command)


def main() -> None:
    """Run the command; what stops the user is told in one sentence and an exit code, never as a traceback."""
    from deploy.local.control import NotRunning
    from deploy.local.layout import CannotRun
    from deploy.local.lifecycle import DidNotStart
    from kernel import settings

    try:
        command(sys.argv[1:])(prog_name="tsunagu")
    except DidNotStart as problem:
        _leave(problem, PROBLEMS)
    except CannotRun as problem:
        _leave(problem, UNREACHABLE)
    except settings.SettingsMissing as problem:
        first = "" if (settings.home() / settings.FILE_NAME).exists() else "; start the system first: tsunagu run up"
        _leave(f"{problem}{first}", UNREACHABLE)
    except NotRunning as problem:
        _leave(f"nothing runs in {problem}; start it: tsunagu run up", UNREACHABLE)


def _leave(problem: Exception | str, code: int) -> None:
    typer.echo(f"tsunagu: {problem}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
