"""The command ``tsunagu``: one sub-command per module of this package, imported only when it is asked for.

A module takes part by having a typer app named ``app`` (several verbs) or a function named ``command``; add its name to COMMANDS.
Exit codes: see ``leaving``.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType

import typer

from cli import completion
from cli.leaving import INTERRUPTED, PROBLEMS, TOLD, UNREACHABLE, USAGE

COMMANDS = (
    "run", "day", "send", "report", "rebuild", "trace", "parked", "dead-letters", "topics", "agency", "policy", "contracts", "consent", "audit", "service",
    "api", "observer", "mirror", "token", "certificates", "deploy", "dashboards", "doctor",
)
WHERE = (
    "Works on the installation in TSUNAGU_HOME; unless that is set, on .tsunagu in the checkout that the command belongs to, "
    "wherever it is called from."
)


def command(words: list[str], completing: bool = False) -> typer.Typer:
    """The command with the one sub-command that ``words`` ask for; with all of them when they ask for none, as for help.

    ``completing``: while the sub-command itself is being typed, its name and what it is for will do.
    """
    root = typer.Typer(
        name="tsunagu",
        help="Tsunagu: carries events between support agencies, and lets across only what consent or law allows.",
        epilog=f"Example: tsunagu run up --day\n\n{WHERE}\n\n{TOLD}",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    root.callback()(_together)
    asked = [name for name in COMMANDS if name in words[:1]]
    for name in () if asked or not completing else COMMANDS:
        root.command(name, help=completion.sentence(name))(_together)
    for name in asked or (() if completing else COMMANDS):
        _add(root, name, importlib.import_module(f"cli.{name.replace('-', '_')}"))
    return root


def _together() -> None:
    """With a callback, one sub-command alone stays a sub-command."""


def _add(root: typer.Typer, name: str, module: ModuleType) -> None:
    """Every verb's help ends with its example and the exit codes."""
    if hasattr(module, "app"):
        for verb in module.app.registered_commands:
            verb.epilog = f"{verb.epilog}\n\n{TOLD}"
        root.add_typer(module.app, name=name)
    else:
        root.command(name, epilog=f"{module.EXAMPLE}\n\n{TOLD}")(module.command)


def main() -> None:
    """Run the command; what stops the user is told in one sentence and an exit code, never as a traceback."""
    try:
        words = completion.words(os.environ)
        command(sys.argv[1:] if words is None else words, words is not None)(prog_name="tsunagu")
    except KeyboardInterrupt:
        _leave("ended by Ctrl-C; what was started goes on: tsunagu run status", INTERRUPTED)
    except Exception as problem:
        _stopped(problem)
        raise


def _stopped(problem: Exception) -> None:
    """Leave with what the user can do about it, if there is such a thing. Only now are the parts that raise it loaded: few commands need them."""
    from confluent_kafka import KafkaException

    from deploy.local.control import NotRunning
    from deploy.local.layout import CannotRun
    from deploy.local.lifecycle import DidNotStart
    from kernel import settings

    match problem:
        case DidNotStart():
            _leave(problem, PROBLEMS)
        case CannotRun():
            _leave(problem, UNREACHABLE)
        case settings.SettingsWrong():
            _leave(problem, USAGE)
        case settings.SettingsMissing():
            first = "" if (settings.home() / settings.FILE_NAME).exists() else "; start the system first: tsunagu run up"
            _leave(f"{problem}{first}", UNREACHABLE)
        case NotRunning():
            _leave(f"nothing runs in {problem}; start it: tsunagu run up", UNREACHABLE)
        case KafkaException():
            _leave(f"the broker does not do it ({problem.args[0].name()}: {problem.args[0].str()}); run the command again; if it says so again, see: "
                   "tsunagu run logs kafka", UNREACHABLE)
        case TimeoutError() if not problem.strerror:
            _leave("what was asked for has not been answered in time; run the command again; if it says so again, see: tsunagu run status", UNREACHABLE)
        case OSError():
            _leave(": ".join(str(part) for part in (problem.filename, problem.strerror or problem) if part), UNREACHABLE)


def _leave(problem: Exception | str, code: int) -> None:
    typer.echo(f"tsunagu: {problem}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
