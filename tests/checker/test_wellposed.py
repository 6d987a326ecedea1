"""Terms that cancel, gauges, directions of time, contradictions, what nothing depends on."""

import pytest

from pdedsl.checker import wellposed
from pdedsl.stages.load import loads

PLANE = "domain x in [0, 1], y in [0, 2]\nfield u(x, y)\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("equation: dx(u) = dx(u) + 1", "0 = 1"),
        ("equation: dt(u)/2 + u = dt(u/2) + u - x", "0 = -x"),
        ("boundary: u = u + 1 on x = 0", "0 = 1"),
        ("equation: dx(x*u) = u + x*dx(u) + u", None),
        ("equation: dx(u) = 1", None),
        ("equation: dx(u) = 1e15*x", None),
        ("equation: 1e-20*dx(u) = 1", None),
        ("equation: x*(u + 1) = x*u", "0 = -x"),
    ],
)
def test_unknowns_that_cancel(problem, text: str, says: str | None) -> None:
    found = list(wellposed.cancelled(problem(text)))
    assert [d.code for d in found] == (["E509"] if says else []) and (not says or found[0].message.endswith(says))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("equation: laplacian(u) = 0\nboundary: dn(u) = 0  on all", "up to a constant"),
        ("equation: laplacian(u) = 0\nboundary: dn(u) = 0  on all\nconstraint: mean(u) = 1", None),
        ("equation: laplacian(u) = 3\nboundary: dn(u) = 1  on all\nconstraint: mean(u) = 1", None),  # 6 and 6
        ("equation: 2*laplacian(u) = 3\nboundary: dn(u) = 1  on all\nconstraint: mean(u) = 1", "no `u` satisfies"),
        ("equation: laplacian(u) = u\nboundary: dn(u) = 0  on all", None),
    ],
)
def test_gauges_and_balances(problem, text: str, words: str | None) -> None:
    found = list(wellposed.ungauged(problem(text, PLANE)))
    assert len(found) == bool(words) and (not words or words in found[0].message)


@pytest.mark.parametrize(
    ("text", "backward"),
    [
        ("equation: dt(u) = laplacian(u)\ninitial: u = 1", False),
        ("equation: dt(u) + laplacian(u) = 0\ninitial: u = 1", True),
        ("equation: dt(u) + laplacian(u) = 0\nboundary: u = 1  on t = 1", False),
        ("equation: dt(u) = -dxxxx(u) - dxx(u)\ninitial: u = 1", False),  # the highest order decides
        ("equation: dtt(u) + dt(u) = -laplacian(u)\ninitial: u = 1", False),
        ("equation: dtt(u) + dt(u) = -laplacian(u)\ninitial: u = 1\ninitial: dt(u) = 0", True),
        ("equation: dtt(u) + dt(u) = laplacian(u)\ninitial: u = 1\ninitial: dt(u) = 0", False),
        ("equation: dtt(u) = -laplacian(u)\ninitial: u = 1\nboundary: u = 1  on t = 1", False),
        ("equation: dtt(u) = dxxxx(u)\ninitial: u = 1\ninitial: dt(u) = 0", True),
        ("equation: dtt(u) = -dxxxx(u)\ninitial: u = 1\ninitial: dt(u) = 0", False),
        ("equation: dtt(u) = dxx(u) + dxxtt(u)\ninitial: u = 1\ninitial: dt(u) = 0", False),
        ("equation: dt(u) + x*dxx(u) = 0\ninitial: u = 1", True),
    ],
)
def test_the_direction_of_diffusion(problem, text: str, backward: bool) -> None:
    assert [d.code for d in wellposed.backward(problem(text))] == ["W508"] * backward


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ("u = 0  on x = 0", "2*u = 0  on x = 0", ["W512"]), ("u = 0  on x = 0", "u = 1  on x = 0, y = 0", ["E403"]),
        ("u = 0  on x = 0", "u = 1  on x = 1", []), ("u = 0  on x = 0", "dn(u) = 1  on x = 0", []),
        ("u = y  on x = 0", "3*u = y  on x = 0", ["E403"]), ("u = 0  on y > 1", "u = 1  on y > 1.5", ["E403"]),
        ("u = y  on all", "u = y  on x = 0", ["W512"]), ("u = 0  on x = 0", "u = 0  on all", []),
    ],
)  # fmt: skip
def test_contradictions(problem, first: str, second: str, codes: list[str]) -> None:
    made = problem(f"equation: laplacian(u) = 0\nboundary: {first}\nboundary: {second}", PLANE)
    assert [d.code for d in wellposed.contradictory(made)] == codes


@pytest.mark.parametrize(
    ("kind", "first", "second", "codes"),
    [
        ("interface", "jump(u) = 0  on x = 0.5", "jump(u) = 1  on x = 0.5", ["E403"]),
        ("interface", "jump(u) = 0  on x = 0.5", "2*jump(u) = 1  on x = 0.5", ["E403"]),
        ("interface", "jump(u) = 0  on x = 0.5", "jump(u) = 1  on x = 0.7", []),
        ("interface", "jump(u) = 0  on x = 0.5", "jump(dn(u)) = 1  on x = 0.5", []),
        ("constraint", "integral(u) = 1", "integral(u) = 2", ["E403"]),
        ("constraint", "integral(u) = 1", "integral(u) = 1", []),
        ("constraint", "integral(u) = 1", "integral(u^2) = 2", []),
        ("constraint", "u = 1  at (0, 0)", "u = 2  at (0, 1)", []),
        ("constraint", "u = 1  at (0, 0)", "u = 2  at (0, 0)", ["E403"]),
    ],
)
def test_contradictions_inside(problem, kind: str, first: str, second: str, codes: list[str]) -> None:
    made = problem(f"equation: laplacian(u) = 0\n{kind}: {first}\n{kind}: {second}", PLANE)
    assert [d.code for d in wellposed.contradictory(made)] == codes


def test_zero_as_a_solution(problem) -> None:
    assert list(wellposed.trivial(problem("equation: dt(u) = u^2\ninitial: u = 0")))
    assert not list(wellposed.trivial(problem("equation: dt(u) = u^2\ninitial: u = x")))


@pytest.mark.parametrize(
    ("text", "idle"),
    [
        ("equation: dx(a[1]*u) + a[2]*u = a[3]", ""),
        ("equation: dx(u) = a[1]\nboundary: u = a[2]  on x = 0", "`a[3]`"),
        ("equation: dx(u) = integral(a[1]*u)\nreport r = a[2]*a[3]*u", "`a[2]`, `a[3]`"),
        ("equation: dx(u) = tanh(a[1]*u + a[3])\nboundary: dn(u) = a[2]*u  on x = 0", ""),
    ],
)
def test_members_of_a_group_on_which_nothing_depends(problem, text: str, idle: str) -> None:
    found = list(wellposed.idle(problem(text, f"param a[1:3] in [-1, 1]\n{PLANE}")))
    assert [d.code for d in found] == ["W206"] * bool(idle) and (
        not idle or f"depends on {idle} in no way" in found[0].message
    )


@pytest.mark.parametrize(
    ("interval", "factor", "said"),
    [
        ("[0.001, 1]", "k", ""),
        ("[0, 1]", "k", "for k = 0 "),
        ("[-1, 0]", "k", "for k = 0 "),
        ("[0, 1]", "(k - 0.5)", "for k = 0.5 "),
        ("[0, 1]", "(1 + k)", ""),
        ("[0, 1]", "exp(k)*x", ""),  # it vanishes at a place, whatever k is
        ("[0, 1]", "(1 + u^2)*k", ""),  # what it is worth is the solution's
    ],
)
def test_equations_that_change_their_kind(interval: str, factor: str, said: str) -> None:
    text = f"pde 1\nparam k in {interval}\ndomain x in [0, 1]\nfield u(x)\nequation: {factor}*dxx(u) + dx(u) = 1\nboundary: u = 0  on all\n"
    found = list(wellposed.degenerate(loads(text)))
    assert [d.code for d in found] == ["W513"] * bool(said) and (not said or found[0].message.startswith(said))


def test_a_wave_that_loses_its_inertia() -> None:
    text = "pde 1\nparam m in [0, 1]\ntime t in [0, 1]\nfield u(t)\nequation: m*dtt(u) + dt(u) = -u\ninitial: u = 1\ninitial: dt(u) = 0\n"
    (found,) = wellposed.degenerate(loads(text))
    assert "`dtt(u)`" in found.message and found.help == "let the interval of `m` be [0.01, 1]"
