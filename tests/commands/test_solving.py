"""Commands that solve: what they refuse before anything is computed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pdedsl.commands.cli import app


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--set", "network=mpl(3)"], 2, "did you mean `mlp`"),
        (["--set", "network"], 2, "NAME=VALUE"),
        (["--param", "q=1"], 2, "no parameter `q`; it has: a"),
        (["--param", "a=nan"], 2, "not a finite number"),
        (["--steps", "0"], 2, "--steps"),
        (["--out", "."], 2, "is not empty"),
        (["--ensemble", "2", "--set", "seed=x"], 2, "whole number"),
        (["--verify", "5"], 2, "no parameter of the spec is swept"),
    ],
)
def test_what_is_refused(spec: Path, words: list[str], status: int, said: str) -> None:
    result = CliRunner().invoke(app, ["solve", str(spec), *words])
    assert result.exit_code == status and said in " ".join(result.output.split()), result.output
    assert not Path("runs").exists() or not list(Path("runs").iterdir())


def test_a_folder_of_an_older_version_is_told(spec: Path) -> None:
    Path("old").mkdir()
    for name, text in (
        ("spec.pde", spec.read_text()),
        ("settings.txt", "steps = 1"),
        ("run.json", '{"status": "steps"}'),
    ):
        (Path("old") / name).write_text(text)
    for command in ("resume", "info"):
        result = CliRunner().invoke(app, [command, "old"])
        assert (
            result.exit_code == 2
            and "another version of pdedsl" in result.output
            and "pdedsl solve old/spec.pde" in result.output
        )
