"""A spec by other names: every command prints, writes and computes the same, whatever the coordinates are called."""

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pdedsl.commands.cli import app
from pdedsl.runs.run import open as open_run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("renamed")]

NAMES = {"x": "z", "y": "j", "t": "q"}
"""Other names, in another alphabetical order: y before x, the time between them."""

SPEC = """pde 1
title "Convection in a box"
param k = 0.5, c = 2
domain x in [0, 2], y in [-1, 1]
time t in [0, 1]
field u(x, y, t), v(x, y, t), m(t)
vector U = (v, u)
periodic x
let L(w) = dxx(w)/4 + k*dyy(w) + c*dxy(w) - y*dx(w) + x*y*t*w
equation heat: dt(u) = L(u) + m*t
equation: v = x*u + curl(U)
equation: dt(m) = -m*t
initial: u = sin(pi*x)*y
initial: m = 1
boundary walls: dn(u) + k*u = y*t*cos(pi*x)  on y = -1
boundary: dot(U, normal) = x*t + dy(u)  on top and x > 0.5
exact m = exp(-t^2/2)
constraint mass: integral(u*y*t) = m*t
part top: y = 1
report flux = integral(t*dn(u), on = top)
report late = mean(x^2*u*y*t)
solve { network = mlp(5)
points.equation = 60
points.walls = adaptive(30)
steps = 3 }
"""

SMALL = """pde 1
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) = dxx(u) + x*t
initial: u = x
boundary: u = x + t  on all
solve { network = mlp(3), points = 20, steps = 2 }
"""

WRONG = """pde 1
domain x in [0, 1], y in [2, 1]
time t in [0, 1]
field u(x, t, y)
equation: dt(u) = dxx(u) + dyyy(u) + x*
equation: dtt(u) + dxy(u) + k*y = dtx(u) + x[2]
initial: dt(u) = x*y*t
boundary: dn(u) = y*t  on x = 0 and y > t, x = 3
"""

COMMANDS = """
check wrong.pde
check --json wrong.pde
check spec.pde
format spec.pde
show --stage spec spec.pde
show spec.pde
show --latex spec.pde
show --stage system spec.pde
verify small.pde --exact 'u = sin(pi*{x})*{t}' --out verified
compare small.pde --methods anagram,adam --time 0.1 --seeds 1 --out comparison
solve small.pde --out little
analyze little --at {x}=0.5,{t}=0.5
solve spec.pde --out run --set space=polynomials(3)
resume little --steps 5
info little
eval run --at {x}=0.3,{y}=0.1,{t}=0.9 --of d{x}{y}(u) --of '{t}*u + {x}*v' --of m
export little --format csv
export little --format netcdf
plot little
"""


def renamed(text: str, names: Mapping[str, str] = NAMES) -> str:
    """The same with other names: alone, in names of derivatives and under subscripts."""
    letters = "".join(names)
    return re.sub(
        rf"(?<![A-Za-z])(d?)([{letters}]+)(?![A-Za-z])", lambda m: m[1] + "".join(names[c] for c in m[2]), text
    )


def back(text: str) -> str:
    return renamed(text, {other: name for name, other in NAMES.items()})


def still(text: str) -> str:
    """Without seconds, dates and checksums, which differ from run to run, and the spaces around them."""
    text = re.sub(r'"\w{64}"', '"CHECKSUM"', text)
    text = re.sub(r" *[\d.]+ s\b|[\d-]+T[\d:]+", " TIME", text)
    text = re.sub(r"TIME: +TIME of start and compilation, +TIME of training", "TIME", text)
    text = re.sub(r'("[\w ]*(?:seconds|compiling)": )[^,]+', r"\1TIME", text)
    return re.sub(r" +", " ", text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, str]]]:
    """The folder and all that was printed, for both."""
    ways: dict[str, Callable[[str], str]] = {"written": str, "renamed": renamed}
    found = {}
    for name, way in ways.items():
        folder = tmp_path_factory.mktemp(name)
        for spec, text in (("spec", SPEC), ("small", SMALL), ("wrong", WRONG)):
            (folder / f"{spec}.pde").write_text(way(text))
        letters = {c: way(c) for c in NAMES}
        printed = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            for command in COMMANDS.strip().splitlines():
                result = CliRunner().invoke(app, shlex.split(command.format(**letters)))
                printed[command] = f"{result.output}\n{result.exception!r}\nexit {result.exit_code}"
        found[name] = folder, printed
    return found


@pytest.mark.parametrize("command", COMMANDS.strip().splitlines())
def test_every_command_says_the_same(command: str, made: dict[str, tuple[Path, dict[str, str]]]) -> None:
    (_, first), (_, second) = made.values()
    assert ("exit 1" in first[command]) == ("wrong" in command), first[command]
    one, other = still(first[command]), still(back(second[command]))
    if command.startswith("compare"):  # how far each method comes in its time is for the clock to say
        one, other = (re.sub(r"[\d.e+-]+", "NUMBER", text) for text in (one, other))
    assert one == other


def test_every_file_holds_the_same(made: dict[str, tuple[Path, dict[str, str]]]) -> None:
    (one, _), (other, _) = made.values()
    names = sorted(str(p.relative_to(one)) for p in one.rglob("*") if p.is_file())
    assert names == sorted(str(p.relative_to(other)) for p in other.rglob("*") if p.is_file())
    for name in names:
        if Path(name).name in ("spec.pde", "settings.txt", "run.json", "solution.csv"):
            assert still(back((other / name).read_text())) == still((one / name).read_text()), name


def test_the_numbers_are_the_same(made: dict[str, tuple[Path, dict[str, str]]]) -> None:
    (one, _), (other, _) = made.values()
    a, b = open_run(one / "run"), open_run(other / "run")
    np.testing.assert_array_equal([r.loss for r in a.history], [r.loss for r in b.history])
    point = {"x": 0.3, "y": 0.1, "t": 0.9}
    for field, value in a(**point).items():
        assert value == b(**{NAMES[c]: v for c, v in point.items()})[field]
