"""The command line, as tests call it."""

from typer.testing import CliRunner, Result

from pdedsl.commands.cli import app


def pdedsl(*arguments: object) -> Result:
    """What a command shows, and how it ends."""
    return CliRunner().invoke(app, [str(a) for a in arguments])
