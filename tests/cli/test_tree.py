"""Every verb of the command keeps the same habits: an example, ``--output``, exit codes, one sentence instead of a traceback; and the shell completes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import completion
from cli.main import COMMANDS, command
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from kernel.settings import FILE_NAME
from tests.cli.tree import ARGUMENTS, options, run, verbs

WITHOUT_ROWS = {
    "run down", "run logs", "run kill", "service", "api", "observer", "audit watch", "report sheet", "policy sign", "policy key", "contracts build", "contracts check",
    "contracts serve", "consent decide", "token end", "deploy destroy-again", "deploy init", "deploy secrets", "deploy render agency", "deploy render secrets", "dashboards preview",
    "run rotate", "mirror",
}
"""Verbs whose answer is no table: they do something, write a file, serve, or print sentences."""
STAYING = {"run up", "service", "api", "observer", "mirror", "audit watch", "contracts serve", "dashboards preview"}
"""Verbs that start something, or stay."""
WRITING = {"contracts build", "contracts check", "deploy destroy-again", "deploy init", "deploy secrets", "deploy render agency", "deploy render secrets"}
"""Verbs that work on the checkout, or on stores of somebody else's, not on an installation; they have tests of their own."""
CALLED = sorted(set(verbs()) - STAYING - WRITING)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing is installed, and a working folder without any file."""
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path / "home"))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    return tmp_path / "home"


def words(verb: str) -> list[str]:
    """A verb with what it must be given."""
    return [*verb.split(), *ARGUMENTS.get(verb, [])]


@pytest.mark.parametrize("verb", sorted(verbs()))
def test_every_verb_says_what_it_does_with_an_example_and_the_exit_codes(verb: str):
    """And the example is of this verb."""
    each = verbs()[verb]

    assert each.help and each.epilog
    assert "[" not in each.help, "what stands in brackets is taken for a style, and is not shown"
    assert f"Example: tsunagu {verb}" in each.epilog
    assert "Exit codes: 0 ok · 1 " in each.epilog and " · 2 " in each.epilog and " · 3 " in each.epilog


@pytest.mark.parametrize("verb", sorted(set(verbs()) - WITHOUT_ROWS))
def test_every_verb_that_tells_rows_tells_them_in_every_shape(verb: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Another shape is wrong usage."""
    assert 2 == run(monkeypatch, *words(verb), "--output", "xml")
    told = capsys.readouterr().err
    assert "xml" in told
    assert all(f"'{shape}'" in told for shape in ("table", "json", "jsonl", "csv"))


@pytest.mark.parametrize("verb", sorted(verbs()))
def test_an_option_that_there_is_not_is_wrong_usage(verb: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Whatever the verb."""
    assert "--there-is-no-such" not in options(verbs()[verb])
    assert 2 == run(monkeypatch, *words(verb), "--there-is-no-such")
    assert not capsys.readouterr().out


@pytest.mark.parametrize("verb", CALLED)
def test_without_an_installation_no_verb_ends_in_a_traceback(verb: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """It ends with one of the promised codes, and with a sentence where it is 3."""
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: SIM115 - ends with the test

    code = run(monkeypatch, *words(verb))

    told = capsys.readouterr().err
    assert code in (0, 1, 2, 3), told
    assert "Traceback" not in told
    assert code != 3 or told.splitlines()[-1].startswith("tsunagu: ")
    assert not home.exists(), "a verb that finds nothing makes nothing"


@pytest.mark.parametrize("verb", CALLED)
def test_a_wrong_setting_is_exit_code_2_with_file_and_line_for_every_verb_that_reads_settings(
    verb: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
):
    """One sentence; nothing is begun."""
    without = run(monkeypatch, *words(verb))
    reads = without == 3 and FILE_NAME in capsys.readouterr().err
    Installation(Layout(home)).prepare()
    file = home / FILE_NAME
    rows = file.read_text("utf-8").splitlines()
    number = next(number for number, row in enumerate(rows, 1) if row.startswith("partitions = "))
    file.write_text("\n".join([*rows[: number - 1], "partitions = 0", *rows[number:]]), "utf-8")

    code = run(monkeypatch, *words(verb))

    told = capsys.readouterr().err.splitlines()
    assert not reads or (2, f"tsunagu: setting kafka.partitions ({file}:{number}) cannot be 0; allowed: a whole number from 1 to 65535") == (code, told[-1])
    assert not reads or 1 == len(told)


def completed(shell: str, line: str) -> list[str]:
    """What a shell is offered at the end of a line, as it would ask: by the variables of its completion script, in a process of its own."""
    asked = line.split(" ")
    environment = {
        "bash": {"COMP_WORDS": "\n".join(asked), "COMP_CWORD": str(len(asked) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line}, "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    done = subprocess.run(
        [sys.executable, "-m", "cli.main"], env={"PATH": "/usr/bin:/bin", "TSUNAGU_HOME": "none", completion.VARIABLE: f"complete_{shell}", **environment},
        capture_output=True, text=True, check=False,
    )
    assert "" == done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_completes_commands_verbs_options_and_values(shell: str):
    """A name in the tree, a choice, and a name that only we know."""
    for line, wanted in {
        "tsunagu dead": ["dead-letters"], "tsunagu run st": ["status"], "tsunagu run status --wat": ["--watch"], "tsunagu doctor --output json": ["json", "jsonl"],
        "tsunagu run logs part": ["participation"],
    }.items():
        found = completed(shell, line)
        text = "\n".join(found)
        assert all(each in text for each in wanted), (line, found)
        assert "kafka" not in text and "rebuild" not in text


def test_the_first_word_completes_without_loading_what_stands_behind_it(monkeypatch: pytest.MonkeyPatch):
    """Every command with what it is for; none of their modules, so that a key is answered at once."""
    root = command([], completing=True)

    assert [*COMMANDS] == [each.name for each in root.registered_commands]
    assert all(each.help and "``" not in each.help[:3] for each in root.registered_commands)
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys; from cli.main import command; command([], completing=True); print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()
    assert not [name for name in loaded if name.startswith(("services", "contracts", "deploy", "faust", "asyncpg", "cli.run", "cli.report"))]


@pytest.mark.parametrize(("environment", "words"), [
    ({}, None), ({"_TSUNAGU_COMPLETE": "x", "COMP_WORDS": "tsunagu\nrun\nst", "COMP_CWORD": "2"}, ["run"]),
    ({"_TSUNAGU_COMPLETE": "x", "COMP_WORDS": "tsunagu", "COMP_CWORD": "what"}, []), ({"_TSUNAGU_COMPLETE": "x", "_TYPER_COMPLETE_ARGS": "tsunagu run st"}, ["run"]),
    ({"_TSUNAGU_COMPLETE": "x", "_TYPER_COMPLETE_ARGS": "tsunagu run "}, ["run"]), ({"_TSUNAGU_COMPLETE": "x"}, []),
], ids=str)
def test_the_whole_words_of_a_line_are_those_before_the_one_that_is_typed(environment: dict[str, str], words: list[str] | None):
    """By whatever variable a shell gives them."""
    assert words == completion.words(environment)


@pytest.mark.parametrize(("shell", "file"), [("bash", ".bash_completions/tsunagu.sh"), ("zsh", ".zfunc/_tsunagu"), ("fish", ".config/fish/completions/tsunagu.fish")])
def test_completion_is_installed_by_one_option(shell: str, file: str, tmp_path: Path):
    """In the user's own folder, for the shell that is named."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "--install-completion", shell], env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True, text=True, check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert completion.VARIABLE in (tmp_path / file).read_text("utf-8")
