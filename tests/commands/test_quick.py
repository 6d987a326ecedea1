"""What `eval` says by numbers alone is what the command says, and all else is left to it."""

import subprocess
import sys
from pathlib import Path

import pytest

import pdedsl
from pdedsl.commands.quick import quick
from tests.shell import pdedsl as command

HEAT = """pde 1
param k in [1, 20]
domain x in [0, 1]
time t in [0, 0.1]
field u(x, t), v(x, t)
equation: dt(u) = k*dxx(u)/20 + v
equation: dt(v) = dxx(v)
initial: u = sin(pi*x)
initial: v = 0
boundary: u = 0  on all
boundary: v = t  on all
solve { space = polynomials(8, 4, 3, terms = product) }
"""
PIECES = """pde 1
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) = dxx(u)/10
initial: u = sin(pi*x)
boundary: u = 0  on all
solve {
  space = polynomials(8, 4)
  slabs = 3
}
"""
GROUP = """pde 1
domain x[1:3] in [0, 1]
field u(x)
equation: laplacian(u) = 1
boundary: u = 0  on all
solve { space = polynomials(6) }
"""


def solved(text: str, folder: Path) -> Path:
    pdedsl.solve(pdedsl.loads(text), folder=folder)
    return folder


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (HEAT, ["--param", "k=3", "--at", "x=0.3,t=0.05"]),
        (HEAT, ["--at=x=0.3, t=1e-2,k=20"]),
        (PIECES, ["--at", "x=0.3,t=0.5"]),
        (PIECES, ["--at", "x=0.3,t=0.9"]),
        (GROUP, ["--at", "x[1]=0.3,x[2]=0.5,x[3]=0.25"]),
    ],
)
def test_it_says_what_the_command_says(text: str, options: list[str], tmp_path: Path) -> None:
    folder = solved(text, tmp_path / "run")
    own = quick(["eval", str(folder), *options])
    assert own is not None and own + "\n" == command("eval", folder, *options).output


def test_what_is_left_to_the_command(tmp_path: Path) -> None:
    folder = str(solved(HEAT, tmp_path / "run"))
    fine = ["eval", folder, "--at", "x=0.3,t=0.05,k=3"]
    assert quick(fine) is not None
    for words in (
        ["eval", folder],
        ["info", folder],
        ["eval", folder, "--at", "x=0.3,t=0.05"],
        ["eval", folder, "--at", "x=0.3,t=0.05,k=30"],
        ["eval", folder, "--at", "x=0.3,t=0.05,k=nan"],
        ["eval", folder, "--at", "x=1/3,t=0.05,k=3"],
        ["eval", folder, "--at", "x=0.3,t=0.05,k=3,k=3"],
        ["eval", folder, "--at", "x=0.3,t=0.05,k=3", "--at", "x=0.3,t=0.05,k=3"],
        [*fine, "--of", "dx(u)"],
        [*fine, "--of"],
        ["eval", str(tmp_path / "none"), "--at", "x=0.3,t=0.05,k=3"],
        [],
    ):
        assert quick(words) is None, words
    (Path(folder) / "spec.pde").write_text("# another\n" + HEAT)
    assert quick(fine) is None and "was changed since" in command(*fine).output


def test_it_imports_what_numbers_need(tmp_path: Path) -> None:
    folder = solved(PIECES, tmp_path / "run")
    code = (
        f"import sys; sys.argv = ['pdedsl', 'eval', {str(folder)!r}, '--at', 'x=0.5,t=0.5']\n"
        "from pdedsl.commands.quick import run\nrun()\n"
        "assert not {'jax', 'sympy', 'scipy', 'typer'} & {*sys.modules}"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0 and ended.stdout.startswith("u = 0.610"), ended.stderr
