"""The command `linli`: quick to help, and one clear line when it is used badly."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from webmap.cli import COMMANDS, main


def test_help_names_every_command_and_imports_none() -> None:
    code = "import sys; from webmap.cli import main; main(['--help'], standalone_mode=False); "
    code += "print(sorted({name.split('.')[0] for name in sys.modules} & {'flask', 'sqlalchemy', 'numpy', 'h3'}))"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.splitlines()[-1] == "[]"
    assert all(f"\n  {name} " in said for name in COMMANDS)


def leaves(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        return [(path, command)]
    context = click.Context(command)
    return [
        found
        for name in command.list_commands(context)
        for found in leaves(command.get_command(context, name), (*path, name))  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_with_an_example(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None

    for path, leaf in leaves(command, (name,)):
        said = CliRunner().invoke(main, [*path, "--help"])
        assert said.exit_code == 0
        assert f"linli {' '.join(path)}" in " ".join(said.output.split()).partition("Example")[2], path
        assert leaf.help


@pytest.mark.parametrize("words", [["nonsense"], ["serve", "--port", "many"], ["user", "add"]], ids=" ".join)
def test_bad_use_exits_with_two(words: list[str]) -> None:
    said = CliRunner().invoke(main, words)

    assert said.exit_code == 2
    assert "Error" in said.output
