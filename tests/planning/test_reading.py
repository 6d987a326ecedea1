"""What is read from a text, each on a spec that says it and on one that does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.goals import SPECS
from pdedsl.planning.defaults import planned
from pdedsl.planning.reading import Reading, reading
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import load, loads

BOX = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\n"


def read(text: str) -> Reading:
    problem = loads(text if text.startswith("pde") else BOX + text)
    return reading(problem, planned(problem))


def said(text: str, what: str) -> str:
    return " / ".join(r.words for r in read(text).facts if r.what == what)


WALLS = "boundary: u = 0 on all\n"


@pytest.mark.parametrize(
    ("text", "what", "words"),
    [
        (f"equation: laplacian(u) = 1\n{WALLS}", "linear", "in u"),
        (f"equation: laplacian(u) = u^2\n{WALLS}", "nonlinear", "`equation`"),
        (f"equation: laplacian(u) = u^2\n{WALLS}", "linear", ""),
        (f"equation: laplacian(u) = 1\n{WALLS}", "type", "elliptic"),
        (f"equation: laplacian(laplacian(u)) = 1\n{WALLS}boundary b: dn(u) = 0 on all\n", "type", "order 4"),
        (f"equation: dxx(u) + (y + 2)*dyy(u) = 1\n{WALLS}", "type", "elliptic"),
        (f"equation: laplacian(u) = 1\n{WALLS}", "waves", ""),
        (f"equation: laplacian(u) = sin(20*pi*x)\n{WALLS}", "waves", "10 along x: degrees of 31"),
        (f"equation: 1e-6*laplacian(u) + dx(u) = 1\n{WALLS}", "layers", "1e-06"),
        (f"equation: 1e-6*laplacian(u) = 1\n{WALLS}", "layers", ""),
        (f"equation: laplacian(u) = abs(x - 1/3)\n{WALLS}", "rough", "kinks"),
        (f"equation: laplacian(u) = x\n{WALLS}", "rough", ""),
        (f"equation: laplacian(u) = 1\n{WALLS}", "corners", ""),
        (
            "pde 1\ndomain (x, y) = box([0, 0], [2, 2]) - box([1, 1], [2, 2])\nfield u(x, y)\n"
            f"equation: laplacian(u) = 1\n{WALLS}",
            "corners",
            "u is singular at (1, 1) as r^0.667",
        ),
        (
            "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dtt(u) = dxx(u)\n"
            f"initial: u = 0\ninitial s: dt(u) = 0\n{WALLS}",
            "type",
            "2 in time, hyperbolic",
        ),
        (
            "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = dxx(u)\ninitial: u = 0\n"
            f"{WALLS}",
            "type",
            "1 in time, parabolic",
        ),
        (
            "pde 1\ndomain x[1:5] in [0, 1]\nfield u(x)\nequation: laplacian(u) = sum(x[k], k in 1:5)\n" + WALLS,
            "additive",
            "functions of one coordinate each",
        ),
    ],
)  # fmt: skip
def test_what_is_read(text: str, what: str, words: str) -> None:
    found = said(text, what)
    assert words in found and bool(words) == bool(found)


def test_reasons_have_places() -> None:
    text = f"{BOX}equation: laplacian(u) = u^2\n{WALLS}"
    found = next(r for r in read(text).facts if r.what == "nonlinear")
    assert text[found.span.start : found.span.end].startswith("laplacian(u)")


def test_choices_and_the_block_that_fixes_them() -> None:
    text = f"{BOX}equation: laplacian(u) = 1\n{WALLS}"
    assert [r.what for r in read(text).choices] == ["space", "points", "method", "network"]
    problem = loads(text)
    for chosen in ("space = network", "network = mlp(5)", "space = polynomials(12)", "space = polynomials(6, 4)"):
        own = loads(f"{text}solve {{\n  {chosen}\n}}\n")
        found = reading(own, planned(own))
        assert chosen in found.block and all(r.what != "points" or "polynomials" in chosen for r in found.choices)
        again = loads(text + "solve {\n" + "\n".join(found.block) + "\n}\n")
        assert planned(again) == planned(own)
    (line,) = read(text).block
    assert planned(loads(f"{text}solve {{ {line} }}\n")).space == Polynomials((61,))
    assert planned(problem).space == "auto"


def test_exact_solutions_are_not_read() -> None:
    """A term of g that vanishes on the boundary, and another exact solution, change nothing."""
    text = f"{BOX}equation: laplacian(u) = 1\nboundary: u = {{}} on all\n"
    plain, other = (read(text.format(g)) for g in ("sin(x)", "sin(x) + 40*x*(1 - x)*y*(1 - y)"))
    assert [r.words for r in plain.facts] == [r.words for r in other.facts] and plain.block == other.block
    problem = load(SPECS / "wave.pde")
    blind = replace(problem, exact=())
    assert reading(problem, planned(problem)) == reading(blind, planned(blind))


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.pde")), ids=lambda p: p.stem)
def test_every_spec_is_read(path: Path) -> None:
    problem = load(path)
    found = reading(problem, planned(problem))
    assert 3 < len(found.facts) + len(found.choices) < 16 and found.block


def test_pieces_of_time_are_told_where_they_are_tried() -> None:
    def pieces(text: str) -> list[str]:
        return [r.words for r in read(text).choices if r.what == "pieces"]

    rod = "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = dxx(u)\ninitial: u = 0\n"
    assert pieces(rod + WALLS) and "stretched" in pieces(rod + WALLS)[0]
    (wave,) = pieces(rod.replace("= dxx", "+ dx(u) = 1e-6*dxx").replace("time", "periodic x\ntime"))
    assert "stretched" not in wave
    assert not pieces(rod + WALLS + "solve { space = polynomials(8) }\n")
    assert not pieces(f"equation: laplacian(u) = 1\n{WALLS}")


def test_what_is_sought_and_measured() -> None:
    problem = load(SPECS / "inverse" / "diffusion.pde")
    facts = {r.what: r for r in reading(problem, planned(problem)).facts}
    assert facts["sought"].words == "`a`: a number, beginning at 1, in [0.01, 10.0]"
    assert facts["sought"].line(problem.source) == 4
    assert facts["data"].words == "`probes`: 10 values, its noise is found from what is left"
    assert "a about" not in facts["sizes"].words


def test_families_laws_and_priors_are_told() -> None:
    def words(path: str) -> list[tuple[str, str]]:
        problem = load(SPECS / path)
        return [(r.what, r.words) for r in reading(problem, planned(problem)).facts]

    law = dict(words("inverse/law.pde"))
    assert (
        law["sought"]
        == "`D(u) = 0.1 in [0.0, inf]`: a sum of polynomials over [-0.02, 1.02], as smooth as the data say"
    )
    swept = [own for what, own in words("family/modes.pde") if what == "swept"]
    assert swept[0] == "`a[1:8]` from -1 to 1: its solutions superpose: a constant and a slope" and len(swept) == 1
    assert ("swept", "`eps` from 0.001 to 1: a coordinate of the solution, its logarithm") in words("family/layers.pde")
    for name, singly in (("modes", False), ("darcy", True)):
        problem = load(SPECS / "family" / f"{name}.pde")
        own = next(r.words for r in reading(problem, planned(problem)).choices if r.what == "space")
        assert ("members one by one" in own) is singly
    assert ("swept", "`eps` from 0.1 to 1: a coordinate of the solution, its logarithm") in words(
        "family/convection.pde"
    )
