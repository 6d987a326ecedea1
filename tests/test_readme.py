"""README's code and commands do what they say."""

import re
import shlex
from pathlib import Path

import jax
import matplotlib
import pytest
from typer.testing import CliRunner

from pdedsl.commands.cli import app
from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "specs").symlink_to(ROOT / "specs")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("checkout")
@pytest.mark.slow
@pytest.mark.parametrize(
    "code", blocks("python"), ids=["solve", "theory", "fields", "points", "ansatz", "start", "optax", "sympy"]
)
def test_python(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    matplotlib.use("agg")
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        exec(compile(code, "README.md", "exec"), {})
    if "print" in code:
        assert capsys.readouterr().out.strip()


@pytest.mark.slow
@pytest.mark.usefixtures("checkout")
def test_commands() -> None:
    lines = [line.split("  #")[0] for block in blocks("sh") for line in block.splitlines() if line.startswith("pdedsl")]
    assert len(lines) == 23
    for line in lines:
        result = CliRunner().invoke(app, shlex.split(line)[1:] + (["--steps", "3"] if " solve " in line else []))
        unsolved = 3 if any(verb in line for verb in (" solve ", " resume ", " verify ")) else 0  # by so few steps
        assert result.exit_code in (0, unsolved), result.output


def test_the_spec_shown_is_the_spec_solved() -> None:
    shown = next(b for b in blocks("") if b.startswith("pde 1"))
    assert (ROOT / "specs" / "allen_cahn.pde").read_text().startswith(shown.rstrip())


def test_the_message_shown_is_the_message_given() -> None:
    text = "pde 1\n\nparam a = 1\ndomain x in [0, 1], y in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\n\n"
    text += "equation: dt(u) = dxx(u) + dyy(u)\ninitial: u = a\nboundary: u = a  on all\n"
    shown = next(b for b in blocks("") if b.startswith("heat.pde"))
    assert str(check_error(text)) == shown.rstrip()


def check_error(text: str) -> str:
    from pdedsl.vocabulary.diagnostics import render

    checked = check(Source.of(text, "heat.pde"))
    return render(checked.errors[0], checked.source)


def test_ci_runs_the_test_command() -> None:
    command = next(line for block in blocks("sh") for line in block.splitlines() if line.endswith("pytest"))
    assert "pip install -e '.[test]'" in command
    assert "pytest$" in (ROOT / ".ci" / "run").read_text()
