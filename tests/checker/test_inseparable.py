"""Unknown functions that nothing tells apart."""

from pathlib import Path

import pytest

from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source
from tests.examples import DECAY
from tests.inverse import decay


def warned(folder: Path, unknowns: str, equation: str, more: str = "") -> list[str]:
    """What W505 says of `dt(u) = EQUATION` with values of `u`."""
    decay(folder)
    text = DECAY.replace("unknown a = 1 in [0.01, 10]", unknowns).replace("a*dxx(u)", equation) + more
    found = check(Source.of(text, str(folder / "spec.pde")))
    assert not found.errors, found.errors
    return [d.message for d in found.diagnostics if d.code == "W505"]


@pytest.mark.parametrize(
    ("unknowns", "equation", "says"),
    [
        (
            "unknown field q(x), f(x)",
            "dxx(u) + q + f",
            "`q` and `f` enter together only: nothing tells them apart from q + f",
        ),
        ("unknown field q(x), f(x)", "dxx(u) + q - f", "q - f"),
        ("unknown field q(x), f(x)", "dxx(u) + q*f*u", "q*f"),
        ("unknown field q(x), f(x)", "dxx(u) + (q*f)^2*u", "q*f"),
        ("unknown field q(x), f(x)", "dx(q*f*dx(u))", "q*f"),
        ("unknown field q(x), f(x)", "dxx(u) + dx(q) + f", "apart"),
        ("unknown field q(x), f(t)", "dxx(u) + q*f", "q*f"),
        ("unknown field q(x), f(t)", "dxx(u) + q + f", "q + f"),
        ("unknown c = 2\nunknown field q(x)", "dxx(u) + c*q", "`c` and `q` enter together only"),
        ("unknown c = 2\nunknown field q(x)", "dxx(u) + c + q", "c + q"),
        ("unknown c = 2\nunknown field q(x)", "c*dx(q*dx(u))", "c*q"),
        ("unknown field q(x)\nunknown b = 1", "dx(q*dx(u))/b + u", "q"),
        ("unknown function r(u), s(u)", "dxx(u) + r(u) + s(u)", "r + s"),
        ("unknown function r(u)\nunknown c = 1", "dxx(u) + c*r(u)", "c*r"),
    ],
)
def test_what_enters_together_only(tmp_path: Path, unknowns: str, equation: str, says: str) -> None:
    messages = warned(tmp_path, unknowns, equation)
    assert len(messages) == 1 and "enter together only" in messages[0] and says in messages[0], messages


@pytest.mark.parametrize(
    ("unknowns", "equation"),
    [
        ("unknown field q(x), f(x)", "q*dxx(u) + f"),
        ("unknown field q(x), f(x)", "dx(q*dx(u)) + f*u"),
        ("unknown field q(x), f(x)", "dx(q*dx(u)) + dx(q + f)*u"),
        ("unknown field q(x), f(x)", "dxx(u) + q*u + f*u^2"),
        ("unknown field q(x), f(t)", "dxx(u) + q*u + f"),
        ("unknown c = 2\nunknown field q(x)", "c*dxx(u) + q"),
        ("unknown c = 2\nunknown field q(x)", "dxx(u) + c*q + dx(q)*u"),
        ("unknown c = 2\nunknown field q(x)", "dx((c + q)*dx(u)) + q*u"),
        ("unknown function D(u), r(u)", "dx(D(u)*dx(u)) + r(u)"),
    ],
)
def test_what_statements_tell_apart(tmp_path: Path, unknowns: str, equation: str) -> None:
    assert not [own for own in warned(tmp_path, unknowns, equation) if "together" in own]


def test_a_value_on_a_face_fixes_a_number_and_not_a_function(tmp_path: Path) -> None:
    face = "boundary face: q = 1  on x = 0\n"
    assert warned(tmp_path, "unknown c = 2\nunknown field q(x)", "dxx(u) + c*q")
    assert not warned(tmp_path, "unknown c = 2\nunknown field q(x)", "dxx(u) + c*q", face)
    assert not warned(tmp_path, "unknown field q(x), f(t)", "dxx(u) + q*f", face)
    assert warned(tmp_path, "unknown field q(x), f(x)", "dxx(u) + q*f", face)


def test_measuring_one_of_them_tells_them_apart(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("x,q\n0.2,1\n0.4,1.1\n0.7,0.9\n")
    own = 'data own: q from "own.csv"\n'
    assert not warned(tmp_path, "unknown field q(x), f(x)", "dxx(u) + q + f", own)
